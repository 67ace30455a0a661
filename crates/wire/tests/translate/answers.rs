//! Whole answers: what each caller gets for what each provider says.

use crate::provider::any_said;
use crate::shapes::{self, translate};
use proptest::prelude::*;
use serde_json::{Value, json};
use wire::Dialect;
use wire::Dialect::{AnthropicMessages, OpenAiChat, OpenAiResponses};

fn check(caller: Dialect, request: &Value, provider: Dialect, answer: &Value, expected: &[(&str, Value)]) {
    let answering = translate(caller, provider, request).answering.showing("shown");
    let got: Value =
        serde_json::from_slice(&answering.whole(answer.to_string().as_bytes()).unwrap()).unwrap();
    assert_eq!(got["model"], "shown");
    for (path, value) in expected {
        let found = got.pointer(path).cloned().unwrap_or_default();
        assert_eq!(&found, value, "{path} of {got:#}");
    }
}

#[test]
fn tools_come_back_as_they_were_declared() {
    let function = |id: &str, name: &str, arguments: &str| json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } });
    let answer = json!({ "id": "chatcmpl-1", "created": 7, "choices": [{ "finish_reason": "tool_calls", "message": {
        "content": "On it.", "tool_calls": [
            function("a", "exec", "{\"input\":\"x = \\\"é\\\"\"}"),
            function("b", "clock__sleep", "{}"),
            function("c", "sleep", "{\"s\":1}")] } }] });
    check(
        OpenAiResponses,
        &shapes::codex_builtin(),
        OpenAiChat,
        &answer,
        &[
            ("/id", json!("resp_1")),
            ("/created_at", json!(7)),
            ("/status", json!("completed")),
            ("/output/0/content/0/text", json!("On it.")),
            (
                "/output/1",
                json!({ "id": "fc_1001", "type": "custom_tool_call", "status": "completed", "call_id": "a",
            "name": "exec", "namespace": "functions", "input": "x = \"é\"" }),
            ),
            ("/output/2/namespace", json!("clock")),
            ("/output/2/arguments", json!("{}")),
            ("/output/3/namespace", json!("clock")),
            ("/output/3/name", json!("sleep")),
        ],
    );
}

#[test]
fn why_it_stopped_has_its_counterpart() {
    let chat = |word: &str| json!({ "choices": [{ "message": { "content": "a" }, "finish_reason": word }] });
    for (word, expected) in [
        ("stop", "end_turn"),
        ("length", "max_tokens"),
        ("content_filter", "refusal"),
        ("new", "end_turn"),
    ] {
        check(
            AnthropicMessages,
            &shapes::claude_code(),
            OpenAiChat,
            &chat(word),
            &[("/stop_reason", json!(expected))],
        );
    }
    let messages = |word: &str| json!({ "content": [{ "type": "text", "text": "a" }], "stop_reason": word });
    for (word, expected) in [
        ("end_turn", "stop"),
        ("max_tokens", "length"),
        ("stop_sequence", "stop"),
        ("refusal", "content_filter"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "stop"),
    ] {
        check(
            OpenAiChat,
            &shapes::copilot(),
            AnthropicMessages,
            &messages(word),
            &[("/choices/0/finish_reason", json!(expected))],
        );
    }
    for (word, status, reason) in [
        ("end_turn", "completed", Value::Null),
        ("max_tokens", "incomplete", json!("max_output_tokens")),
        ("refusal", "incomplete", json!("content_filter")),
    ] {
        check(
            OpenAiResponses,
            &shapes::codex(),
            AnthropicMessages,
            &messages(word),
            &[("/status", json!(status)), ("/incomplete_details/reason", reason)],
        );
    }
}

#[test]
fn usage_counts_the_cache_as_each_protocol_does() {
    let answer = json!({ "content": [], "stop_reason": "end_turn", "usage": { "input_tokens": 10,
        "cache_read_input_tokens": 5, "cache_creation_input_tokens": 3, "output_tokens": 4 } });
    check(
        OpenAiChat,
        &shapes::copilot(),
        AnthropicMessages,
        &answer,
        &[
            ("/usage/prompt_tokens", json!(18)),
            ("/usage/prompt_tokens_details/cached_tokens", json!(5)),
            ("/usage/total_tokens", json!(22)),
        ],
    );
    let answer = json!({ "status": "completed", "output": [], "usage": { "input_tokens": 18,
        "input_tokens_details": { "cached_tokens": 5 }, "output_tokens": 4 } });
    check(
        AnthropicMessages,
        &shapes::claude_code(),
        OpenAiResponses,
        &answer,
        &[
            ("/usage/input_tokens", json!(13)),
            ("/usage/cache_read_input_tokens", json!(5)),
            ("/usage/output_tokens", json!(4)),
        ],
    );
}

#[test]
fn answers_that_nobody_asked_for_are_refused() {
    let answering = translate(AnthropicMessages, OpenAiResponses, &shapes::claude_code()).answering;
    for answer in [
        json!({ "status": "completed", "output": [{ "type": "web_search_call" }] }),
        json!({ "status": "failed", "output": [], "error": { "code": "server_error" } }),
        json!([]),
    ] {
        assert!(
            answering.whole(answer.to_string().as_bytes()).is_err(),
            "{answer}"
        );
    }
    let answering = translate(AnthropicMessages, OpenAiChat, &shapes::claude_code()).answering;
    assert!(answering.whole(b"{\"choices\":[]}").is_err() && answering.whole(b"<html>").is_err());
    assert!(answering.wants_stream());
}

/// A request with one tool, in each dialect.
fn plain(dialect: Dialect) -> Value {
    match dialect {
        OpenAiChat => json!({ "messages": [{ "role": "user", "content": "a" }],
            "tools": [{ "type": "function", "function": { "name": "look" } }] }),
        OpenAiResponses => json!({ "input": "a", "tools": [{ "type": "function", "name": "look" }] }),
        _ => json!({ "messages": [{ "role": "user", "content": "a" }], "tools": [{ "name": "look" }] }),
    }
}

/// A whole answer of a provider, as a caller of another dialect gets it; when it was made is not carried by all.
fn told(caller: Dialect, provider: Dialect, answer: &Value) -> Value {
    let answering = translate(caller, provider, &plain(caller)).answering;
    let mut got: Value =
        serde_json::from_slice(&answering.whole(answer.to_string().as_bytes()).unwrap()).unwrap();
    for key in ["created", "created_at"] {
        if let Some(created) = got.get_mut(key) {
            *created = json!(0);
        }
    }
    got
}

proptest! {
    #[test]
    fn there_and_back_it_says_the_same(said in any_said(vec!["look".to_owned()])) {
        let (chat, responses, messages) = (OpenAiChat, OpenAiResponses, AnthropicMessages);
        // the first has one text where the others may have several, so it is never the one in the middle
        for (caller, other) in [(chat, messages), (chat, responses), (messages, responses), (responses, messages)] {
            let got = told(caller, other, &said.whole(other));
            let there = told(other, caller, &got);
            prop_assert_eq!(told(caller, other, &there), got, "{:?} {:?}", caller, other);
        }
    }
}
