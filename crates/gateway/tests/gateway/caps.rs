//! The most that one request may ask for, on every wire: more is refused before anything is sent, and never lowered.

use crate::provider::Provider;
use crate::world::{NY_TRADER, Plan};
use gateway::Limits;
use serde_json::{Value, json};
use wire::reach::Caps;

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";
const RESPONSES: &str = "/v1/responses";
const GENERATE: &str = "/v1beta/models/gemini:generateContent";

const MOST: u64 = 100;

fn plan(provider: &Provider) -> Plan {
    let limits = Limits {
        caps: Caps {
            choices: 2,
            tokens: MOST,
            tools: 1,
        },
        body_bytes: 2_000,
        ..Limits::default()
    };
    Plan {
        limits,
        ..Plan::new(provider.address)
    }
}

fn asking(model: &str, more: &Value) -> String {
    let mut body = json!({ "model": model, "messages": [{ "role": "user", "content": "Hello" }] });
    let more = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(more);
    body.to_string()
}

fn function(name: &str) -> Value {
    json!({ "type": "function", "name": name, "function": { "name": name, "parameters": {} }, "input_schema": {} })
}

#[tokio::test]
async fn more_than_the_caps_is_refused_on_every_wire() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = plan(&provider).start().await;
    let trader = world.caller(NY_TRADER);
    let two = json!([function("a"), function("b")]);
    let cases = [
        (CHAT, "gpt", json!({ "n": 3 }), "`n` is more than 2"),
        (
            CHAT,
            "gpt",
            json!({ "max_tokens": 101 }),
            "`max_tokens` is more than 100",
        ),
        (
            CHAT,
            "gpt",
            json!({ "max_completion_tokens": 101 }),
            "`max_completion_tokens` is more than 100",
        ),
        (CHAT, "gpt", json!({ "tools": two }), "`tools` is more than 1"),
        (
            RESPONSES,
            "gpt",
            json!({ "max_output_tokens": 101 }),
            "`max_output_tokens` is more than 100",
        ),
        (
            RESPONSES,
            "gpt",
            json!({ "tools": two }),
            "`tools` is more than 1",
        ),
        (
            MESSAGES,
            "claude-sonnet",
            json!({ "max_tokens": 101 }),
            "`max_tokens` is more than 100",
        ),
        (
            MESSAGES,
            "claude-sonnet",
            json!({ "tools": [{ "name": "a", "input_schema": {} }, { "name": "b", "input_schema": {} }] }),
            "`tools` is more than 1",
        ),
        (
            GENERATE,
            "gemini",
            json!({ "generationConfig": { "maxOutputTokens": 101 } }),
            "`maxOutputTokens` is more than 100",
        ),
        (
            GENERATE,
            "gemini",
            json!({ "generationConfig": { "candidateCount": 3 } }),
            "`candidateCount` is more than 2",
        ),
        (
            GENERATE,
            "gemini",
            json!({ "tools": [{ "functionDeclarations": [{ "name": "a" }, { "name": "b" }] }] }),
            "`tools` is more than 1",
        ),
        // put in the words of another wire on the way, and refused in those of its own
        (
            MESSAGES,
            "gpt",
            json!({ "max_tokens": 101 }),
            "`max_tokens` is more than 100",
        ),
        (
            CHAT,
            "claude-sonnet",
            json!({ "max_completion_tokens": 101 }),
            "`max_completion_tokens` is more than 100",
        ),
    ];
    for (path, model, more, words) in cases {
        let answer = trader.post(path, &asking(model, &more)).await;
        let text = answer.text();
        assert_eq!(
            (answer.status, answer.header("bailiwick-code")),
            (400, "too_much"),
            "{path} {more}: {text}"
        );
        assert!(
            text.contains(words) && text.contains("ask for"),
            "{path} {more}: {text}"
        );
        assert_eq!(answer.header("x-should-retry"), "false");
        check_shape(path, &answer.json());
    }
    assert!(provider.got().is_empty());
}

/// Each wire has a place of its own for what is wrong.
fn check_shape(path: &str, answer: &Value) {
    let pointer = match path {
        GENERATE => "/error/status",
        _ => "/error/type",
    };
    assert!(
        answer.pointer(pointer).is_some_and(Value::is_string),
        "{path}: {answer}"
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_on_every_wire() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = plan(&provider).start().await;
    let trader = world.caller(NY_TRADER);
    for (path, model) in [
        (CHAT, "gpt"),
        (RESPONSES, "gpt"),
        (MESSAGES, "claude-sonnet"),
        (GENERATE, "gemini"),
    ] {
        let body = asking(model, &json!({ "padding": "x".repeat(2_000) }));
        let answer = trader.post(path, &body).await;
        let text = answer.text();
        assert_eq!(answer.status, 413, "{path}: {text}");
        assert!(
            text.contains("2000 bytes") && text.contains("send less"),
            "{text}"
        );
        check_shape(path, &answer.json());
    }
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn what_is_just_allowed_goes_on_as_it_is() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = plan(&provider).start().await;
    let trader = world.caller(NY_TRADER);
    let more = json!({ "max_tokens": MOST, "tools": [{ "name": "a", "input_schema": {} }] });
    let body = asking("claude-sonnet", &more);
    assert_eq!(trader.post(MESSAGES, &body).await.status, 200);
    assert_eq!(String::from_utf8_lossy(&provider.got()[0].body), body);
    let body = asking(
        "gemini",
        &json!({ "generationConfig": { "maxOutputTokens": MOST } }),
    );
    assert_eq!(trader.post(GENERATE, &body).await.status, 200);
    // the model's name stands in the path there
    let sent = String::from_utf8_lossy(&provider.got()[1].body).into_owned();
    assert!(
        sent.contains("\"generationConfig\":{\"maxOutputTokens\":100}"),
        "{sent}"
    );
}
