//! Models that answer in another protocol than the one their caller speaks.

use crate::provider::{Provider, Step};
use crate::world::{NY_TRADER, World};
use serde_json::{Value, json};
use wire::Surface;

const TOOL: &str = "{\"command\":\"echo hello\"}";

/// A request as an agent of Anthropic's protocol makes it.
fn asking(stream: bool) -> String {
    json!({
        "model": "gpt",
        "max_tokens": 64,
        "system": "Be brief.",
        "messages": [{ "role": "user", "content": "run: echo hello" }],
        "tools": [{
            "name": "Bash",
            "description": "Runs a command.",
            "input_schema": { "type": "object", "properties": { "command": { "type": "string" } } },
        }],
        "stream": stream,
    })
    .to_string()
}

fn completion() -> String {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-5-2026",
        "choices": [{
            "index": 0,
            "finish_reason": "tool_calls",
            "message": { "role": "assistant", "content": "I will.", "tool_calls": [{
                "id": "call_1", "type": "function", "function": { "name": "Bash", "arguments": TOOL },
            }] },
        }],
        "usage": { "prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14 },
    })
    .to_string()
}

#[tokio::test]
async fn a_whole_answer_comes_in_the_callers_words() {
    let provider = Provider::answering("200 OK", &completion()).await;
    let world = World::with(provider.address).await;
    let answer = world
        .caller(NY_TRADER)
        .post(Surface::Messages.path(), &asking(false))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("bailiwick-translated"), "OpenAI Chat Completions");
    let said: Value = serde_json::from_str(&answer.text()).unwrap();
    assert_eq!(
        (&said["type"], &said["stop_reason"]),
        (&json!("message"), &json!("tool_use"))
    );
    assert_eq!(said["content"][0]["text"], "I will.");
    assert_eq!(said["content"][1]["input"]["command"], "echo hello");
    assert_eq!(said["usage"]["output_tokens"], 5);

    let got = &provider.got()[0];
    assert!(
        got.head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"),
        "{}",
        got.head
    );
    let sent: Value = serde_json::from_slice(&got.body).unwrap();
    assert_eq!(sent["model"], "gpt-5-2026");
    assert_eq!(sent["messages"][0]["content"], "Be brief.");
    assert_eq!(sent["tools"][0]["function"]["name"], "Bash");
    assert_eq!(got.header("anthropic-version"), None);
}

fn stream(chunks: &[Value], ending: &str) -> Vec<u8> {
    let events: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    let body = format!("{events}{ending}");
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{body}")
        .into_bytes()
}

fn chunk(delta: &Value, finish: Option<&str>) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5-2026",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
    })
}

async fn streamed(chunks: &[Value], ending: &str) -> String {
    let provider = Provider::start(vec![Step::Send(stream(chunks, ending))]).await;
    let world = World::with(provider.address).await;
    let answer = world
        .caller(NY_TRADER)
        .post(Surface::Messages.path(), &asking(true))
        .await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "text/event-stream")
    );
    answer.text()
}

#[tokio::test]
async fn a_stream_comes_in_the_callers_events_and_a_cut_never_looks_like_an_end() {
    let chunks = [
        chunk(&json!({ "role": "assistant", "content": "" }), None),
        chunk(&json!({ "content": "Hel" }), None),
        chunk(&json!({ "content": "lo" }), None),
        chunk(&json!({}), Some("stop")),
    ];
    let whole = streamed(&chunks, "data: [DONE]\n\n").await;
    for event in [
        "message_start",
        "content_block_delta",
        "message_delta",
        "message_stop",
    ] {
        assert!(whole.contains(&format!("event: {event}\n")), "{event}: {whole}");
    }
    assert!(
        whole.contains("Hel") && !whole.contains("event: error"),
        "{whole}"
    );

    let cut = streamed(&chunks[..2], "").await;
    assert!(cut.contains("Hel") && cut.contains("event: error\n"), "{cut}");
    assert!(!cut.contains("message_stop"), "{cut}");
}

#[tokio::test]
async fn an_error_is_one_of_the_callers_protocol() {
    let overflow = json!({ "error": {
        "message": "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded",
    } });
    let provider = Provider::answering("400 Bad Request", &overflow.to_string()).await;
    let world = World::with(provider.address).await;
    let answer = world
        .caller(NY_TRADER)
        .post(Surface::Messages.path(), &asking(false))
        .await;
    assert_eq!(answer.status, 400);
    let said: Value = serde_json::from_str(&answer.text()).unwrap();
    assert_eq!(said["error"]["type"], "invalid_request_error");
    assert!(
        said["error"]["message"]
            .as_str()
            .unwrap()
            .contains("prompt is too long: 9000 tokens > 8192 maximum"),
        "{said}"
    );
}

#[tokio::test]
async fn what_cannot_be_said_in_the_other_protocol_is_refused_and_not_sent() {
    let provider = Provider::answering("200 OK", &completion()).await;
    let world = World::with(provider.address).await;
    let body = asking(false).replace(
        "\"name\":\"Bash\"",
        "\"type\":\"web_search_20250305\",\"name\":\"web_search\"",
    );
    assert_ne!(body, asking(false));
    let answer = world
        .caller(NY_TRADER)
        .post(Surface::Messages.path(), &body)
        .await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("web_search"), "{}", answer.text());
    assert!(provider.got().is_empty());
}
