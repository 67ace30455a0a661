//! What goes to the provider and what comes back, byte for byte.

use crate::provider::{Provider, Step};
use crate::world::{NY_TRADER, SECRET, World};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// Odd but valid: spaces, escapes, numbers and order that no writer of JSON would keep.
const MESSAGES_BODY: &str = "{ \"messages\" : [{\"role\":\"user\",\"content\":\"\\u00e9 \\\"model\\\": \\ud83d\"}],\n\t\
    \"max_tokens\":1.0e2, \"model\"  :\"claude-sonnet\",\"metadata\":{\"model\":\"x\"},\"stream\":true }\n";

fn head(status: &str, content_type: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n")
        .into_bytes()
}

fn chunk(data: &str) -> Vec<u8> {
    format!("{:x}\r\n{data}\r\n", data.len()).into_bytes()
}

#[tokio::test]
async fn the_body_goes_on_byte_for_byte() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = World::with(provider.address).await;
    let answer = world
        .caller(NY_TRADER)
        .post("/v1/messages?beta=true&extra=1", MESSAGES_BODY)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let got = &provider.got()[0];
    assert_eq!(String::from_utf8(got.body.clone()).unwrap(), MESSAGES_BODY);
    assert!(
        got.head.starts_with("POST /v1/messages?beta=true HTTP/1.1\r\n"),
        "{}",
        got.head
    );
    assert_eq!(
        got.header("content-length"),
        Some(MESSAGES_BODY.len().to_string().as_str())
    );
}

#[tokio::test]
async fn only_the_name_of_the_model_is_replaced() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = World::with(provider.address).await;
    let body = MESSAGES_BODY.replacen("\"claude-sonnet\"", "\"gp\\u0074\"", 1);
    world.caller(NY_TRADER).post("/v1/chat/completions", &body).await;
    let expected = MESSAGES_BODY.replacen("\"claude-sonnet\"", "\"gpt-5-2026\"", 1);
    assert_eq!(
        String::from_utf8(provider.got()[0].body.clone()).unwrap(),
        expected
    );
}

#[tokio::test]
async fn large_bodies_go_on_whole() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = World::with(provider.address).await;
    let prompt = "lorem \\n ipsum ".repeat(400_000);
    let body = format!("{{\"messages\":\"{prompt}\",\"model\":\"gpt\"}}");
    assert_eq!(
        world
            .caller(NY_TRADER)
            .post("/v1/chat/completions", &body)
            .await
            .status,
        200
    );
    let expected = body.replace("\"gpt\"", "\"gpt-5-2026\"");
    assert!(provider.got()[0].body == expected.as_bytes());
}

#[tokio::test]
async fn headers_go_on_by_a_list_and_credentials_never() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = World::with(provider.address).await;
    let caller = world
        .caller(NY_TRADER)
        .with("anthropic-beta", "a-2026,b-2026")
        .with("anthropic-version", "2026-10-21")
        .with("user-agent", "claude-cli/2.1.330")
        .with("accept-encoding", "gzip, br")
        .with("openai-organization", "elsewhere")
        .with("x-api-key", &NY_TRADER.key())
        .with("cookie", "session=canary")
        .with("x-forwarded-for", "10.0.0.1")
        .with("bailiwick-purpose", "coding");
    caller.post("/v1/messages", MESSAGES_BODY).await;
    caller.post("/v1/chat/completions", "{\"model\":\"gpt\"}").await;
    let got = provider.got();
    let mut names: Vec<_> = got[0]
        .head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .collect();
    names.sort_unstable();
    let length = MESSAGES_BODY.len().to_string();
    let host = provider.address.to_string();
    let expected = [
        ("anthropic-beta", "a-2026,b-2026"),
        ("anthropic-version", "2026-10-21"),
        ("content-length", &length),
        ("content-type", "application/json"),
        ("host", &host),
        ("user-agent", "claude-cli/2.1.330"),
        ("x-api-key", SECRET),
    ];
    assert_eq!(names, expected);
    assert_eq!(
        got[1].header("authorization"),
        Some(format!("Bearer {SECRET}").as_str())
    );
    assert_eq!(
        (got[1].header("x-api-key"), got[1].header("anthropic-version")),
        (None, None)
    );
}

#[tokio::test]
async fn a_caller_without_a_version_gets_the_protocols_first() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = World::with(provider.address).await;
    world.caller(NY_TRADER).post("/v1/messages", MESSAGES_BODY).await;
    assert_eq!(provider.got()[0].header("anthropic-version"), Some("2023-06-01"));
}

#[tokio::test]
async fn answers_come_back_with_their_status_and_the_headers_that_clients_need() {
    let provider = Provider::answering("429 Too Many Requests", "{\"error\": 1.0}").await;
    let world = World::with(provider.address).await;
    let answer = world.caller(NY_TRADER).post("/v1/messages", MESSAGES_BODY).await;
    assert_eq!((answer.status, answer.text().as_str()), (429, "{\"error\": 1.0}"));
    assert_eq!(
        (answer.header("request-id"), answer.header("content-length")),
        ("req-1", "14")
    );
    assert_eq!(
        (answer.header("x-limit-of-account"), answer.header("location")),
        ("", "")
    );
}

#[tokio::test]
async fn blocks_are_passed_on_as_they_come_and_not_later() {
    let more = Arc::new(Notify::new());
    let (first, second) = (
        "event: a\ndata: {\"x\": 1.0}\n\n",
        ": comment\n\nevent: b\ndata: 2\n\n",
    );
    let script = vec![
        Step::Send(head("200 OK", "text/event-stream; charset=utf-8")),
        Step::Send(chunk(first)),
        Step::Wait(Arc::clone(&more)),
        Step::Send(chunk(second)),
        Step::Send(b"0\r\n\r\n".to_vec()),
    ];
    let provider = Provider::start(script).await;
    let world = World::with(provider.address).await;
    let mut answer = world
        .caller(NY_TRADER)
        .begin("POST", "/v1/messages", MESSAGES_BODY.as_bytes())
        .await;
    assert_eq!(
        answer.response.headers()["content-type"],
        "text/event-stream; charset=utf-8"
    );
    // the first block is here although the provider has not said the second
    assert_eq!(answer.next().await.unwrap().unwrap(), first);
    more.notify_one();
    assert_eq!(answer.next().await.unwrap().unwrap(), second);
    assert!(answer.next().await.is_none());
}

#[tokio::test]
async fn streams_of_the_stand_in_come_through_unchanged() {
    let standin = standin::serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
    let world = World::with(standin.address()).await;
    let direct = crate::client::Caller::new(standin.address(), "127.0.0.1");
    let body = "{\"model\":\"claude-sonnet\",\"stream\":true,\"messages\":[]}";
    let expected = direct.post("/v1/messages", body).await;
    let passed = world.caller(NY_TRADER).post("/v1/messages", body).await;
    assert_eq!(passed.body, expected.body);
    assert_eq!(passed.header("content-type"), "text/event-stream");
    assert_eq!(passed.header("bailiwick-stand-in"), "");
}
