//! The desk from outside: a tool that asks, a browser that is sent about, and a provider in memory.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail by a panic"
)]

mod acting;
mod world;

use http::StatusCode;
use world::{NOW, World, field};

#[tokio::test]
async fn a_tool_finds_its_way() {
    let world = World::new("https://ai.larkmoor.example").await;
    let answer = world.get("/.well-known/oauth-authorization-server", &[]).await;
    let described: serde_json::Value = serde_json::from_str(answer.body()).unwrap();
    assert_eq!(
        described["token_endpoint"],
        "https://ai.larkmoor.example/oauth/token"
    );
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(
        world.get("/oauth/token", &[]).await.status(),
        StatusCode::NOT_FOUND
    );
    let begun = world.begin("claude_code").await;
    assert_eq!(begun["login_notice"], "Only for staff.");
    assert_eq!(
        (&begun["expires_in"], &begun["interval"]),
        (&600.into(), &5.into())
    );
}

#[tokio::test]
async fn from_a_code_to_tokens_and_to_their_end() {
    let world = World::new("https://ai.larkmoor.example").await;
    let begun = world.begin("claude_code").await;
    let mut browser = world.browser();
    browser
        .goes_to_the_question(&begun["user_code"], "us-engineer")
        .await;
    let page = browser.page.clone();
    assert!(
        page.contains("Claude Code") && page.contains("us-engineer"),
        "{page}"
    );
    assert!(page.contains(begun["user_code"].as_str().unwrap()), "{page}");
    // the cookie is of the sort that no other host can set
    assert!(
        browser.set.starts_with("__Host-bailiwick-sign-in="),
        "{}",
        browser.set
    );
    assert!(browser.set.contains("HttpOnly; SameSite=Lax") && browser.set.ends_with("; Secure"));
    let answer = browser.answer("approve").await;
    assert_eq!(answer, StatusCode::OK, "{}", browser.page);
    let (status, tokens) = world.redeem(&begun).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    assert_eq!(world.redeem(&begun).await.1["error"], "invalid_grant");
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(world.signed_in.verify(token, NOW).unwrap().subject, "us-engineer");
    let (status, renewed) = world.renew(&tokens).await;
    assert_eq!(status, StatusCode::OK, "{renewed}");
    let body = format!("token={}", renewed["refresh_token"].as_str().unwrap());
    assert_eq!(
        world.post("/oauth/revoke", &body, &[]).await.status(),
        StatusCode::OK
    );
    assert!(world.signed_in.verify(token, NOW).is_err());
    let (status, refused) = world.renew(&renewed).await;
    assert_eq!(
        (status, &refused["error"]),
        (StatusCode::UNAUTHORIZED, &"invalid_grant".into())
    );
}

#[tokio::test]
async fn whoever_says_no_and_whoever_is_unknown() {
    let world = World::new("http://127.0.0.1:1").await;
    let begun = world.begin("tool").await;
    let mut browser = world.browser();
    browser
        .goes_to_the_question(&begun["user_code"], "us-engineer")
        .await;
    assert!(browser.set.starts_with("bailiwick-sign-in=") && !browser.set.contains("Secure"));
    assert_eq!(browser.answer("deny").await, StatusCode::OK);
    assert_eq!(world.redeem(&begun).await.1["error"], "access_denied");
    let begun = world.begin("tool").await;
    let mut browser = world.browser();
    browser
        .goes_to_the_question(&begun["user_code"], "nobody-here")
        .await;
    assert!(browser.page.contains("not in the directory"), "{}", browser.page);
}

#[tokio::test]
async fn forms_of_others_do_nothing() {
    let world = World::new("https://ai.larkmoor.example").await;
    let begun = world.begin("tool").await;
    let body = format!("user_code={}", begun["user_code"].as_str().unwrap());
    let elsewhere = [("origin", "https://elsewhere.example")];
    let answer = world.post("/device", &body, &elsewhere).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let own = [("origin", "https://ai.larkmoor.example")];
    assert_eq!(
        world.post("/device", &body, &own).await.status(),
        StatusCode::SEE_OTHER
    );
    let mut browser = world.browser();
    browser
        .goes_to_the_question(&begun["user_code"], "us-engineer")
        .await;
    let mark = field(&browser.page, "mark");
    let cookie = browser.cookie();
    for (form, cookie) in [
        ("decision=approve".to_owned(), cookie.as_str()),
        ("decision=approve&mark=x".to_owned(), &cookie),
        (format!("decision=maybe&mark={mark}"), &cookie),
        (
            format!("decision=approve&mark={mark}"),
            "__Host-bailiwick-sign-in=x",
        ),
        (format!("decision=approve&mark={mark}"), "a=b"),
        (format!("decision=approve&mark={mark}&mark={mark}"), &cookie),
    ] {
        let answer = world.post("/device/confirm", &form, &[("cookie", cookie)]).await;
        assert!(answer.status().is_client_error(), "{form}: {}", answer.status());
    }
    assert_eq!(world.redeem(&begun).await.1["error"], "authorization_pending");
    assert_eq!(browser.answer("approve").await, StatusCode::OK);
}

#[tokio::test]
async fn a_way_back_is_good_once_in_its_own_browser_and_for_its_own_sign_in() {
    let world = World::new("https://ai.larkmoor.example").await;
    let begun = world.begin("tool").await;
    let mut browser = world.browser();
    let back = browser
        .goes_to_the_provider(&begun["user_code"], "us-engineer")
        .await;
    let other = world
        .get(&back, &[("cookie", "__Host-bailiwick-sign-in=x")])
        .await;
    assert_eq!(other.status(), StatusCode::BAD_REQUEST);
    assert_eq!(world.get(&back, &[]).await.status(), StatusCode::BAD_REQUEST);
    let cookie = browser.cookie();
    let first = world.get(&back, &[("cookie", &cookie)]).await;
    assert_eq!(first.status(), StatusCode::SEE_OTHER, "{}", first.body());
    let again = world.get(&back, &[("cookie", &cookie)]).await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST);
    let mut browser = world.browser();
    let back = browser
        .goes_to_the_provider(&begun["user_code"], "us-engineer")
        .await;
    let changed = back.replace("state=", "state=x");
    let answer = world.get(&changed, &[("cookie", &browser.cookie())]).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(
        answer.body().contains("You are not signed in"),
        "{}",
        answer.body()
    );
}

#[tokio::test]
async fn whoever_guesses_is_stopped() {
    let world = World::new("https://ai.larkmoor.example").await;
    let begun = world.begin("tool").await;
    for _ in 0..10 {
        let answer = world.post("/device", "user_code=BCDF-GHJK", &[]).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }
    let right = format!("user_code={}", begun["user_code"].as_str().unwrap());
    let answer = world.post("/device", &right, &[]).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    for _ in 0..59 {
        world.begin("tool").await;
    }
    let answer = world.post("/oauth/device_authorization", "", &[]).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.body().contains("slow_down"), "{}", answer.body());
}

#[tokio::test]
async fn pages_run_nothing_and_repeat_nothing_as_it_came() {
    let world = World::new("https://ai.larkmoor.example").await;
    let answer = world
        .get("/device?user_code=%3Cscript%3Ealert(1)%3C/script%3E", &[])
        .await;
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && !policy.contains("script"),
        "{policy}"
    );
    assert!(
        policy.contains("form-action 'self' https://login.larkmoor.example;"),
        "{policy}"
    );
    assert!(!answer.body().contains("<script"), "{}", answer.body());
    let begun = world.begin("<b>Claude Code</b>").await;
    let mut browser = world.browser();
    browser
        .goes_to_the_question(&begun["user_code"], "us-engineer")
        .await;
    assert!(
        !browser.page.contains("<b>") && !browser.page.contains("Claude Code"),
        "{}",
        browser.page
    );
}

#[tokio::test]
async fn what_is_no_grant_is_refused_in_the_words_of_oauth() {
    let world = World::new("https://ai.larkmoor.example").await;
    for (form, error) in [
        ("", "invalid_request"),
        ("grant_type=password", "unsupported_grant_type"),
        ("grant_type=refresh_token", "invalid_request"),
        ("grant_type=a&grant_type=b", "invalid_request"),
        (
            "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=x",
            "invalid_grant",
        ),
    ] {
        let answer = world.post("/oauth/token", form, &[]).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{form}");
        let body: serde_json::Value = serde_json::from_str(answer.body()).unwrap();
        assert_eq!(body["error"], error, "{form}");
    }
}
