//! Services that exchange tokens of people for tokens by which they act for them.

use crate::world::{NOW, World};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use identity::Keys as _;
use identity::tokens::Name;
use serde_json::Value;

const GRANT: &str = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange";
const TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";

fn asking(subject: &str) -> String {
    format!("{GRANT}&subject_token={subject}&subject_token_type={TYPE}")
}

async fn ask(world: &World, form: &str, headers: &[(&str, &str)]) -> (StatusCode, Value) {
    let answer = world.post("/oauth/token", form, headers).await;
    assert_eq!(answer.headers()["cache-control"], "no-store");
    (answer.status(), serde_json::from_str(answer.body()).unwrap())
}

fn basic(id: &str, key: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{key}")))
}

async fn world() -> World {
    let world = World::new("https://ai.larkmoor.example").await;
    // keys of the provider come beside the requests
    world
        .issuers
        .wait_for_keys(&world.access_token("us-engineer", "cli"), || NOW)
        .await;
    world
}

#[tokio::test]
async fn a_service_gets_a_token_by_its_key_in_each_place_where_clients_put_it() {
    let world = world().await;
    let (key, _) = world.new_key("summary-account");
    let (key, subject) = (key.reveal(), world.access_token("us-engineer", "cli"));
    let replica = world.replica();
    for (form, header) in [
        (String::new(), basic("summary-account", key)),
        (String::new(), basic("", key)),
        (String::new(), format!("Bearer {key}")),
        (
            format!("&client_id=summary-account&client_secret={key}"),
            String::new(),
        ),
        (
            format!("&client_secret={key}&audience=https://ai.larkmoor.example"),
            String::new(),
        ),
    ] {
        let headers = [("authorization", header.as_str())];
        let headers = if header.is_empty() {
            &headers[..0]
        } else {
            &headers
        };
        let (status, granted) = ask(&world, &format!("{}{form}", asking(&subject)), headers).await;
        assert_eq!(status, StatusCode::OK, "{form} {header}: {granted}");
        assert_eq!(
            (
                &granted["issued_token_type"],
                &granted["token_type"],
                &granted["expires_in"]
            ),
            (&TYPE.into(), &"Bearer".into(), &900.into())
        );
        assert_eq!(granted.get("refresh_token"), None);
        let caller = replica
            .caller(granted["access_token"].as_str().unwrap(), NOW)
            .unwrap();
        assert_eq!(caller.acts_for(), Some("us-engineer"));
        assert_eq!(caller.holder.person, "summary-account");
        assert_eq!(caller.holder.application.as_deref(), Some("summaries"));
    }
}

#[tokio::test]
async fn a_service_may_prove_itself_by_a_token_of_its_own() {
    let world = world().await;
    let (subject, own) = (
        world.access_token("us-engineer", "cli"),
        world.access_token("summary-account", "summaries"),
    );
    let form = format!("{}&actor_token={own}&actor_token_type={TYPE}", asking(&subject));
    let (status, granted) = ask(&world, &form, &[]).await;
    assert_eq!(status, StatusCode::OK, "{granted}");
    let (replica, token) = (world.replica(), granted["access_token"].as_str().unwrap());
    assert!(replica.caller(token, NOW).is_some());
    let name = Name::Subject("summary-account".to_owned());
    world
        .issuers
        .revocations()
        .revoke("https://login.larkmoor.example", &name, NOW);
    assert!(replica.caller(token, NOW).is_none());
}

#[tokio::test]
async fn a_person_who_signed_in_here_is_acted_for_until_they_sign_out() {
    let world = world().await;
    let begun = world.begin("tool").await;
    let mut browser = world.browser();
    browser
        .goes_to_the_question(&begun["user_code"], "us-engineer")
        .await;
    browser.answer("approve").await;
    let (_, tokens) = world.redeem(&begun).await;
    let (key, _) = world.new_key("summary-account");
    let own = tokens["access_token"].as_str().unwrap();
    let header = basic("summary-account", key.reveal());
    let (status, granted) = ask(&world, &asking(own), &[("authorization", &header)]).await;
    assert_eq!(status, StatusCode::OK, "{granted}");
    let (replica, token) = (world.replica(), granted["access_token"].as_str().unwrap());
    assert_eq!(
        replica.caller(token, NOW).unwrap().acts_for(),
        Some("us-engineer")
    );
    // a service cannot pass on what it got, and its giving a token back ends nobody's sign-in
    let (status, refused) = ask(&world, &asking(token), &[("authorization", &header)]).await;
    assert_eq!(
        (status, &refused["error"]),
        (StatusCode::BAD_REQUEST, &"invalid_request".into())
    );
    let given_back = world.post("/oauth/revoke", &format!("token={token}"), &[]).await;
    assert_eq!(given_back.status(), StatusCode::OK);
    assert!(replica.caller(own, NOW).is_some());
    world.post("/oauth/revoke", &format!("token={own}"), &[]).await;
    assert!(replica.caller(token, NOW).is_none());
}

#[tokio::test]
async fn what_was_given_ends_with_the_key_of_the_service_and_with_its_own_time() {
    let world = world().await;
    let (key, record) = world.new_key("summary-account");
    let header = basic("summary-account", key.reveal());
    let subject = world.access_token("us-engineer", "cli");
    let (_, granted) = ask(&world, &asking(&subject), &[("authorization", &header)]).await;
    let (replica, token) = (world.replica(), granted["access_token"].as_str().unwrap());
    assert!(replica.caller(token, NOW.plus(899)).is_some());
    assert!(replica.caller(token, NOW.plus(900)).is_none());
    let mut revoked = record;
    revoked.revoked = Some(NOW);
    world.keys.put(revoked);
    assert!(replica.caller(token, NOW).is_none());
    let why = replica.why_refused(token, NOW).unwrap();
    assert!(why.contains("key of the service"), "{why}");
}

#[tokio::test]
async fn whoever_gets_none_is_told_why_and_what_to_do() {
    let world = world().await;
    let (key, _) = world.new_key("summary-account");
    let (other, _) = world.new_key("other-account");
    let fine = basic("summary-account", key.reveal());
    let subject = world.access_token("us-engineer", "cli");
    let check = async |form: &str, header: &str, status: u16, error: &str, words: &str| {
        let headers = [("authorization", header)];
        let headers = if header.is_empty() {
            &headers[..0]
        } else {
            &headers
        };
        let answer = world.post("/oauth/token", form, headers).await;
        let said: Value = serde_json::from_str(answer.body()).unwrap();
        let found = (answer.status().as_u16(), said["error"].as_str().unwrap());
        assert_eq!(found, (status, error), "{form} {header}: {said}");
        let description = said["error_description"].as_str().unwrap();
        assert!(
            description.contains(words) && description.contains("; "),
            "{description}"
        );
        assert!(!description.contains(['"', '\\']), "{description}");
        assert_eq!(answer.headers().contains_key("www-authenticate"), status == 401);
    };
    let form = asking(&subject);
    let wrong = basic("summary-account", "bw_0000000000_x");
    check(&form, "", 401, "invalid_client", "not proved itself").await;
    check(&form, &wrong, 401, "invalid_client", "not known here").await;
    check(&form, "Basic ~", 401, "invalid_client", "cannot be read").await;
    check(
        &form,
        &basic("other-account", key.reveal()),
        401,
        "invalid_client",
        "`client_id`",
    )
    .await;
    check(
        &form,
        &basic("", other.reveal()),
        400,
        "unauthorized_client",
        "may not act",
    )
    .await;
    let twice = format!("{form}&client_secret={}", key.reveal());
    check(&twice, &fine, 400, "invalid_request", "more than one way").await;
    let both = format!("{form}&actor_token={subject}&actor_token_type={TYPE}");
    check(&both, &fine, 400, "invalid_request", "more than one way").await;
    check(
        &asking("bw_x"),
        &fine,
        400,
        "invalid_request",
        "subject token is not taken",
    )
    .await;
    check(
        &asking("a.b.c"),
        &fine,
        400,
        "invalid_request",
        "subject token is not taken",
    )
    .await;
    let nobody = world.access_token("nobody", "cli");
    check(&asking(&nobody), &fine, 400, "invalid_request", "does not know").await;
    let own = world.access_token("summary-account", "summaries");
    check(&asking(&own), &fine, 400, "invalid_request", "for themselves").await;
    let elsewhere = format!("{form}&audience=https://other.example");
    check(&elsewhere, &fine, 400, "invalid_target", "another target").await;
    check(
        &format!("{form}&scope=all"),
        &fine,
        400,
        "invalid_scope",
        "no scopes",
    )
    .await;
    check(
        &format!("{GRANT}&subject_token={subject}"),
        &fine,
        400,
        "invalid_request",
        "subject_token_type",
    )
    .await;
}

#[tokio::test]
async fn what_happens_is_recorded_before_anything_is_given() {
    let world = world().await;
    let (key, _) = world.new_key("summary-account");
    let header = basic("summary-account", key.reveal());
    let subject = world.access_token("us-engineer", "cli");
    let sign_in = async || {
        let begun = world.begin("tool").await;
        let mut browser = world.browser();
        browser
            .goes_to_the_question(&begun["user_code"], "us-engineer")
            .await;
        browser.answer("approve").await;
        world.redeem(&begun).await
    };
    let (_, tokens) = sign_in().await;
    let (_, tokens) = world.renew(&tokens).await;
    ask(&world, &asking(&subject), &[("authorization", &header)]).await;
    let revoke = format!("token={}", tokens["refresh_token"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(
            world.post("/oauth/revoke", &revoke, &[]).await.status(),
            StatusCode::OK
        );
    }
    let lines = world.record.lines.lock().unwrap().clone();
    let expected = [
        r#"SignedIn { person: "us-engineer" }"#,
        r#"Acting { service: "summary-account", person: "us-engineer", application: "summaries" }"#,
        r#"SignedOut { person: "us-engineer" }"#,
    ];
    assert_eq!(lines, expected);

    let (_, tokens) = sign_in().await;
    world
        .record
        .is_away
        .store(true, std::sync::atomic::Ordering::Relaxed);
    let (status, refused) = sign_in().await;
    assert_eq!(
        (status.as_u16(), &refused["error"]),
        (503, &"temporarily_unavailable".into())
    );
    let (status, refused) = ask(&world, &asking(&subject), &[("authorization", &header)]).await;
    assert_eq!(
        (status.as_u16(), &refused["error"]),
        (503, &"temporarily_unavailable".into())
    );
    // who wants to leave leaves
    let token = tokens["access_token"].as_str().unwrap();
    world.post("/oauth/revoke", &format!("token={token}"), &[]).await;
    assert!(world.signed_in.verify(token, NOW).is_err());
}
