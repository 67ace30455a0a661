//! Errors of providers, as each caller's programs need them.

use crate::shapes;
use serde_json::{Value, json};
use wire::Dialect;
use wire::Dialect::{AnthropicMessages, OpenAiChat, OpenAiResponses};
use wire::translate::{Answering, Target, request};

fn answering(caller: Dialect) -> Answering {
    let (provider, body) = match caller {
        OpenAiChat => (AnthropicMessages, shapes::copilot()),
        OpenAiResponses => (AnthropicMessages, shapes::codex()),
        _ => (OpenAiChat, shapes::claude_code()),
    };
    shapes::translate(caller, provider, &body).answering
}

fn check(caller: Dialect, status: u16, body: &Value, expected_status: u16, expected: &Value) {
    let (got_status, got) = answering(caller).error(status, body.to_string().as_bytes());
    let got: Value = serde_json::from_slice(&got).unwrap();
    assert_eq!((got_status, &got), (expected_status, expected));
}

#[test]
fn a_prompt_that_is_too_long_is_said_so_that_programs_shorten_it() {
    let long = json!({ "error": { "code": "context_length_exceeded", "type": "invalid_request_error", "param": "messages",
        "message": "This model's maximum context length is 128000 tokens. However, your messages resulted in 140123 tokens." } });
    let expected = json!({ "type": "error", "error": { "type": "invalid_request_error",
        "message": "prompt is too long: 140123 tokens > 128000 maximum" } });
    check(AnthropicMessages, 400, &long, 400, &expected);
    let long = json!({ "type": "error", "error": { "type": "invalid_request_error",
        "message": "prompt is too long: 210000 tokens > 200000 maximum" } });
    let error = |message: &str| {
        json!({ "error": { "message": message, "type": "invalid_request_error", "param": null,
        "code": "context_length_exceeded" } })
    };
    check(
        OpenAiChat,
        400,
        &long,
        400,
        &error(
            "This model's maximum context length is 200000 tokens. However, your \
        messages resulted in 210000 tokens. Please reduce the length of the messages.",
        ),
    );
    check(
        OpenAiResponses,
        413,
        &long,
        400,
        &error(
            "Your input exceeds the context window of this model. Please adjust \
        your input and try again.",
        ),
    );
}

#[test]
fn a_prompt_that_is_too_long_by_nobody_knows_how_much_gets_numbers_where_programs_need_them() {
    let words = "Your input exceeds the context window of this model.";
    let long = json!({ "type": "error", "error": { "message": words, "code": "context_length_exceeded" } });
    let told = |caller: Dialect, provider: Dialect, body: &Value, context: u64| {
        let target = Target {
            context_tokens: Some(context),
            ..Target::new(provider, "m")
        };
        let answering = request(caller, &target, body.to_string().as_bytes(), "s")
            .unwrap()
            .answering;
        let (_, whole) = answering.error(400, long.to_string().as_bytes());
        let event = answering.stream().feed(format!("data: {long}\n\n").as_bytes());
        [whole, event].map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
    };
    for said in told(AnthropicMessages, OpenAiChat, &shapes::claude_code(), 64) {
        assert!(
            said.contains("prompt is too long: ") && said.contains(" tokens > 64 maximum"),
            "{said}"
        );
    }
    for said in told(AnthropicMessages, OpenAiChat, &shapes::claude_code(), 1_000_000) {
        assert!(
            said.contains("prompt is too long: 1000001 tokens > 1000000 maximum"),
            "{said}"
        );
    }
    let chat = json!({ "messages": [{ "role": "user", "content": "a" }] });
    for said in told(OpenAiChat, AnthropicMessages, &chat, 64) {
        assert!(
            said.contains(words) && said.contains("context_length_exceeded"),
            "{said}"
        );
    }
}

#[test]
fn classes_have_their_counterparts() {
    let anthropic = |class: &str| json!({ "type": "error", "error": { "type": class, "message": "words" } });
    let openai = |class: &str, code: Value| json!({ "error": { "message": "words", "type": class, "param": null, "code": code } });
    for (status, given, expected_status, expected) in [
        (
            429,
            openai("requests", json!("rate_limit_exceeded")),
            429,
            anthropic("rate_limit_error"),
        ),
        (
            503,
            openai("server_error", Value::Null),
            529,
            anthropic("overloaded_error"),
        ),
        (
            500,
            openai("server_error", Value::Null),
            500,
            anthropic("api_error"),
        ),
        (
            404,
            openai("invalid_request_error", json!("model_not_found")),
            404,
            anthropic("not_found_error"),
        ),
        (
            403,
            openai("request_forbidden", json!("unsupported_country_region_territory")),
            403,
            anthropic("permission_error"),
        ),
        (
            400,
            openai("invalid_request_error", json!("unknown_parameter")),
            400,
            anthropic("invalid_request_error"),
        ),
    ] {
        check(AnthropicMessages, status, &given, expected_status, &expected);
    }
    for (status, given, expected_status, expected) in [
        (
            429,
            anthropic("rate_limit_error"),
            429,
            openai("rate_limit_error", json!("rate_limit_exceeded")),
        ),
        (
            529,
            anthropic("overloaded_error"),
            503,
            openai("service_unavailable_error", json!("server_is_overloaded")),
        ),
        (
            400,
            anthropic("invalid_request_error"),
            400,
            openai("invalid_request_error", json!("invalid_request_error")),
        ),
        (
            500,
            anthropic("api_error"),
            500,
            openai("server_error", json!("server_error")),
        ),
    ] {
        check(OpenAiResponses, status, &given, expected_status, &expected);
    }
}

#[test]
fn the_account_stays_unnamed() {
    let key = json!({ "error": { "message": "Incorrect API key provided: sk-abc", "type": "invalid_request_error",
        "code": "invalid_api_key" } });
    let (status, body) = answering(AnthropicMessages).error(401, key.to_string().as_bytes());
    assert_eq!(status, 502);
    assert!(!String::from_utf8_lossy(&body).contains("sk-abc"));
    let (status, body) = answering(OpenAiChat).error(502, b"<html>proxy.internal</html>");
    assert_eq!(status, 502);
    assert!(!String::from_utf8_lossy(&body).contains("internal"));
}
