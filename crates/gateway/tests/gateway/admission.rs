//! Who gets through, who does not, and what they are told.

use crate::client::Caller;
use crate::provider::Provider;
use crate::world::{HK_ANALYST, NO_APPLICATION, NY_TRADER, Plan, STRANGER, World};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";

fn asking(model: &str) -> String {
    json!({ "messages": [{ "role": "user", "content": "a secret prompt" }], "model": model }).to_string()
}

async fn quiet() -> Provider {
    Provider::answering("200 OK", "{\"answer\":true}").await
}

#[tokio::test]
async fn people_get_answers_where_they_are_permitted() {
    let standin = standin::serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
    let world = Plan {
        is_stand_in: true,
        ..Plan::new(standin.address())
    }
    .start()
    .await;
    let answer = world
        .caller(NY_TRADER)
        .post(MESSAGES, &asking("claude-sonnet"))
        .await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.json()["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("stand-in")
    );
    for (name, value) in [
        ("bailiwick-model", "claude-sonnet"),
        ("bailiwick-deployment", "claude-sonnet-direct"),
        ("bailiwick-hosting", "US"),
        ("bailiwick-stand-in", "true"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let answer = world.caller(HK_ANALYST).post(CHAT, &asking("gpt")).await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-hosting")),
        (200, "US, *-CN")
    );
    assert_eq!(answer.json()["model"], "gpt-5-2026");
    assert_eq!(standin.answered(), 2);
}

#[tokio::test]
async fn a_refusal_names_clause_fact_alternatives_and_the_way_to_the_reason() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let answer = world.caller(HK_ANALYST).post(MESSAGES, &asking("sonnet")).await;
    assert_eq!(answer.status, 451);
    let body = answer.json();
    let id = answer.header("bailiwick-decision");
    assert_eq!(id.len(), 32);
    let message = body["error"]["message"].as_str().unwrap();
    for words in [
        "Claude Sonnet is not available to you for this request",
        "Claude is not licensed for use by people in Greater China.",
        "anthropic-2024 2.3",
        "Hong Kong (HK)",
        "GPT",
        "https://ai.larkmoor.example/ask",
        &format!("https://ai.larkmoor.example/why/{id}"),
    ] {
        assert!(message.contains(words), "{words} is missing in: {message}");
    }
    for (name, value) in [
        ("bailiwick-clause", "anthropic-2024 2.3"),
        ("bailiwick-code", "denied_by_clause"),
        ("bailiwick-alternatives", "gpt, gemini"),
        ("x-should-retry", "false"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert!(
        answer
            .header("bailiwick-receipt")
            .starts_with("ledger.larkmoor.example#0 ")
    );
    assert_eq!(body["error"]["type"], "permission_error");
    assert_eq!(body["bailiwick"]["decision"], id);
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn what_is_not_disclosed_goes_nowhere() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let caller = world.caller(HK_ANALYST);
    let refusal = caller.post(MESSAGES, &asking("claude-sonnet")).await;
    let why = caller
        .get(&format!("/why/{}", refusal.header("bailiwick-decision")))
        .await;
    let list = caller.get("/v1/models?bailiwick=all").await;
    let entries = world.lines().await;
    let all = format!(
        "{} {:?} {} {} {entries}",
        refusal.text(),
        refusal.headers,
        why.text(),
        list.text()
    );
    for hidden in [
        "negotiated words",
        "note of counsel",
        "secret prompt",
        "sk-upstream",
        &HK_ANALYST.key(),
    ] {
        assert!(!all.contains(hidden), "{hidden}");
    }
    assert!(!entries.contains("hk-analyst"), "{entries}");
}

#[tokio::test]
async fn on_chat_completions_a_refusal_is_a_400_that_clients_show() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let answer = world
        .caller(HK_ANALYST)
        .post(CHAT, &asking("claude-sonnet"))
        .await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["code"]),
        (400, &json!("denied_by_clause"))
    );
    let answer = world.caller(NY_TRADER).post(CHAT, &asking("prototype")).await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-code")),
        (400, "not_entitled")
    );
    assert_eq!(answer.header("bailiwick-clause"), "");
    let answer = world.caller(NY_TRADER).post(CHAT, &asking("no-such-model")).await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-code")),
        (400, "unknown_model")
    );
    assert!(
        answer
            .text()
            .contains("`no-such-model` is not on the approved list.")
    );
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn where_a_person_is_decides_and_what_they_say_about_it_does_not() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let check = async |caller: Caller, status: u16| {
        let answer = caller.post(MESSAGES, &asking("claude-sonnet")).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    };
    // the trader travels to Hong Kong, the analyst to New York; 127.0.0.1 is no office, so the directory counts
    check(world.caller(NY_TRADER).from(HK_ANALYST.office), 451).await;
    check(world.caller(HK_ANALYST).from(NY_TRADER.office), 200).await;
    check(world.caller(HK_ANALYST).from("127.0.0.1"), 451).await;
    check(world.caller(NY_TRADER).from("127.0.0.1"), 200).await;
    let spoofed = world
        .caller(HK_ANALYST)
        .with("x-forwarded-for", "127.0.4.1")
        .with("forwarded", "for=127.0.4.1");
    check(spoofed.with("x-real-ip", "127.0.4.1"), 451).await;
}

#[tokio::test]
async fn keys_are_needed_and_taken_from_each_header_that_clients_use() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let bare = Caller::new(world.address, NY_TRADER.office);
    let check = async |caller: Caller, path: &str, status: u16| {
        let answer = caller.post(path, &asking("claude-sonnet")).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        answer
    };
    for name in ["x-api-key", "api-key"] {
        check(bare.clone().with(name, &NY_TRADER.key()), MESSAGES, 200).await;
    }
    let none = check(bare.clone(), MESSAGES, 401).await;
    assert_eq!(none.json()["error"]["type"], "authentication_error");
    assert_eq!(none.header("x-should-retry"), "false");
    let wrong = check(
        bare.clone().with("authorization", "Bearer sk-wrong-canary"),
        CHAT,
        401,
    )
    .await;
    assert_eq!(wrong.json()["error"]["code"], "invalid_api_key");
    assert!(!wrong.text().contains("canary"));
    check(
        bare.with("x-api-key", &NY_TRADER.key().replace('2', "3")),
        MESSAGES,
        401,
    )
    .await;
    assert_eq!(provider.got().len(), 2);
}

#[tokio::test]
async fn without_a_key_nothing_tells_what_exists() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let bare = Caller::new(world.address, NY_TRADER.office);
    for path in [
        "/v1/models",
        "/why/00ff",
        "/admin",
        "/v1/messages/",
        "//v1/messages",
        "/",
        "/v1/models/../models",
    ] {
        assert_eq!(bare.get(path).await.status, 401, "{path}");
    }
    let caller = world.caller(NY_TRADER);
    assert_eq!(caller.get("/admin").await.status, 404);
    let wrong_method = caller.get(MESSAGES).await;
    assert_eq!((wrong_method.status, wrong_method.header("allow")), (405, "POST"));
    assert_eq!(bare.ask("HEAD", "/api/hello", b"").await.status, 200);
    assert_eq!(bare.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn people_without_a_directory_entry_or_an_application_are_told_so() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    for (persona, words) in [
        (STRANGER, "whom the directory does not know"),
        (NO_APPLICATION, "No application is set"),
    ] {
        let answer = world.caller(persona).post(CHAT, &asking("gpt")).await;
        assert_eq!(
            (answer.status, answer.header("bailiwick-code")),
            (403, "unknown_holder")
        );
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn a_header_may_choose_among_what_the_application_allows_and_nothing_else() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let caller = || world.caller(NY_TRADER);
    assert_eq!(
        caller()
            .with("bailiwick-purpose", "summarise")
            .post(CHAT, &asking("gpt"))
            .await
            .status,
        200
    );
    for (name, value) in [("bailiwick-purpose", "weapons"), ("bailiwick-data", "mnpi")] {
        let answer = caller().with(name, value).post(CHAT, &asking("gpt")).await;
        assert_eq!(
            (answer.status, answer.header("bailiwick-code")),
            (400, "not_of_application")
        );
        assert!(answer.text().contains(value), "{}", answer.text());
    }
    let twice = caller()
        .with("bailiwick-purpose", "coding")
        .with("bailiwick-purpose", "summarise");
    assert_eq!(
        twice.post(CHAT, &asking("gpt")).await.header("bailiwick-code"),
        "invalid_request"
    );
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_before_anything_is_decided() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let caller = world.caller(NY_TRADER);
    for (body, words) in [
        ("{\"messages\":[]}", "names no `model`"),
        (
            "{\"model\":\"gpt\",\"model\":\"claude-sonnet\"}",
            "the key `model` more than once",
        ),
        (
            "{\"model\":\"gpt\",\"Model\":\"claude-sonnet\"}",
            "letter case only",
        ),
        ("[]", "not a JSON object"),
        ("{\"model\":\"a\\r\\nb\"}", "without control characters"),
    ] {
        let answer = caller.post(CHAT, body).await;
        assert_eq!(
            (answer.status, answer.header("bailiwick-code")),
            (400, "invalid_request"),
            "{body}"
        );
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    for (coding, status, code) in [
        ("compress", 415, "compressed_body"),
        ("gzip, gzip", 415, "compressed_body"),
        ("gzip", 400, "invalid_request"),
    ] {
        let caller = caller.clone().with("content-encoding", coding);
        let compressed = caller.post(CHAT, "x").await;
        assert_eq!(
            (compressed.status, compressed.header("bailiwick-code")),
            (status, code)
        );
    }
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn a_model_of_another_protocol_names_the_route_that_serves_it() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let answer = world.caller(NY_TRADER).post(CHAT, &asking("gemini")).await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-code")),
        (400, "wrong_route")
    );
    assert!(answer.text().contains(":generateContent"), "{}", answer.text());
    assert!(provider.got().is_empty());
    assert_eq!(world.entries().await, Vec::<Value>::new());
}

/// Acceptance A29: the one id that is served here has an owner.
#[tokio::test]
async fn the_reason_can_be_asked_for_again_by_the_same_person_only() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let caller = world.caller(HK_ANALYST);
    let refusal = caller.post(MESSAGES, &asking("claude-sonnet")).await;
    let path = format!("/why/{}", refusal.header("bailiwick-decision"));
    let text = caller.get(&path).await;
    assert_eq!(
        (text.status, text.header("content-type")),
        (200, "text/plain; charset=utf-8")
    );
    assert!(text.text().contains("Greater China"));
    let json = caller.with("accept", "application/json").get(&path).await.json();
    assert_eq!(
        (&json["verdict"], &json["model"]),
        (&json!("deny"), &json!("claude-sonnet"))
    );
    let reason = &json["reasons"][0];
    assert_eq!(
        (&reason["instrument"], &reason["reference"]),
        (&json!("anthropic-2024"), &json!("2.3"))
    );
    assert_eq!(reason["words"], Value::Null);
    assert!(
        json["alternatives"]
            .as_array()
            .unwrap()
            .iter()
            .any(|other| other["model"] == "gpt")
    );
    for path in [path.as_str(), "/why/00ff", "/why/not-an-id"] {
        assert_eq!(world.caller(NY_TRADER).get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn every_decision_is_in_the_ledger_with_the_outcome_of_what_was_sent() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let permitted = world.caller(NY_TRADER).post(MESSAGES, &asking("sonnet")).await;
    let refused = world
        .caller(HK_ANALYST)
        .post(MESSAGES, &asking("claude-sonnet"))
        .await;
    let unknown = world
        .caller(HK_ANALYST)
        .post(MESSAGES, &asking("no-such-model"))
        .await;
    assert_eq!(
        [permitted.status, refused.status, unknown.status],
        [200, 451, 451]
    );
    assert!(
        permitted
            .header("bailiwick-receipt")
            .starts_with("ledger.larkmoor.example#0 ")
    );
    let entries = world.entries().await;
    let of = |answer: &crate::client::Answer, kind: &str| -> Vec<Value> {
        let id = answer.header("bailiwick-decision");
        entries
            .iter()
            .filter(|entry| entry["decision"] == id && entry["kind"] == kind)
            .cloned()
            .collect()
    };
    let intent = &of(&permitted, "intent")[0];
    assert_eq!(
        (&intent["asked"], &intent["model"]),
        (&json!("sonnet"), &json!("claude-sonnet"))
    );
    assert_eq!(
        (&intent["verdict"], &intent["deployment"]),
        (&json!("permit"), &json!("claude-sonnet-direct"))
    );
    assert_eq!(intent["place"][0], "US");
    let outcome = &of(&permitted, "outcome")[0];
    assert_eq!(
        (&outcome["ended"], &outcome["status"]),
        (&json!("completed"), &json!(200))
    );
    assert_eq!(outcome["bytes_received"], 15);
    let intent = &of(&refused, "intent")[0];
    assert_eq!(
        intent["clauses"],
        json!([{ "clause": "anthropic-2024 2.3", "state": "met" }])
    );
    assert_eq!(of(&refused, "outcome"), Vec::<Value>::new());
    let intent = &of(&unknown, "intent")[0];
    assert_eq!(
        (&intent["verdict"], &intent["model"]),
        (&json!("deny"), &Value::Null)
    );
    assert_eq!(entries.len(), 4);
}

#[tokio::test]
async fn a_compressed_body_goes_on_in_plain_and_one_that_explodes_does_not() {
    let pack = |plain: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, plain).unwrap();
        encoder.finish().unwrap()
    };
    let provider = Provider::answering("200 OK", "{}").await;
    let world = World::with(provider.address).await;
    let caller = world.caller(NY_TRADER).with("content-encoding", "gzip");
    let plain = b"{\"model\":\"claude-sonnet\"}";
    let answer = caller.ask("POST", "/v1/messages", &pack(plain)).await;
    assert_eq!(answer.status, 200);
    let bomb = pack(&vec![b' '; 8 * 1024 * 1024]);
    let answer = caller.ask("POST", "/v1/messages", &bomb).await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-code")),
        (413, "body_too_large")
    );
    let got = provider.got();
    assert_eq!(got.len(), 1);
    assert_eq!(got[0].header("content-encoding"), None);
    assert!(got[0].body.starts_with(b"{\"model\":\"claude-sonnet"));
}
