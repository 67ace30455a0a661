//! The stand-in as its callers see it: over a socket, in both protocols, whole and streamed.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use standin::{StandIn, serve};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

struct Answer {
    status: u16,
    content_type: String,
    body: String,
}

async fn started() -> StandIn {
    serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap()
}

async fn ask(standin: &StandIn, method: &str, path: &str, body: &str) -> Answer {
    let stream = TcpStream::connect(standin.address()).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "standin");
    let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let status = response.status().as_u16();
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    #[expect(clippy::disallowed_methods, reason = "the answers of the stand-in are short")]
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Answer {
        status,
        content_type,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

/// The data of the events, and the text that they add up to.
fn events(body: &str, text_at: &str) -> (Vec<Value>, String) {
    let data = body
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .filter(|data| *data != "[DONE]");
    let events: Vec<Value> = data.map(|data| serde_json::from_str(data).unwrap()).collect();
    let text = events
        .iter()
        .filter_map(|event| event.pointer(text_at)?.as_str())
        .collect();
    (events, text)
}

fn request(stream: bool) -> Value {
    json!({
        "model": "claude-sonnet", "stream": stream, "max_tokens": 100,
        "messages": [{ "role": "user", "content": "What may I use here?" }],
        "stream_options": { "include_usage": true },
    })
}

#[tokio::test]
async fn chat_completions_whole_and_streamed_say_the_same() {
    let standin = started().await;
    let path = "/v1/chat/completions";
    let whole = ask(&standin, "POST", path, &request(false).to_string()).await;
    let body: Value = serde_json::from_str(&whole.body).unwrap();
    let text = body
        .pointer("/choices/0/message/content")
        .unwrap()
        .as_str()
        .unwrap();
    assert_eq!(
        (whole.status, whole.content_type.as_str()),
        (200, "application/json")
    );
    assert!(
        text.contains("stand-in provider of Larkmoor Bank") && text.contains("`claude-sonnet`"),
        "{text}"
    );
    assert_eq!(body["usage"]["prompt_tokens"], 9);

    let streamed = ask(&standin, "POST", path, &request(true).to_string()).await;
    assert_eq!(streamed.content_type, "text/event-stream");
    assert!(streamed.body.ends_with("data: [DONE]\n\n"));
    let (chunks, told) = events(&streamed.body, "/choices/0/delta/content");
    assert_eq!(told, text);
    assert_eq!(chunks.last().unwrap()["usage"], body["usage"]);
    assert_eq!(standin.answered(), 2);
}

#[tokio::test]
async fn messages_whole_and_streamed_say_the_same() {
    let standin = started().await;
    let whole = ask(
        &standin,
        "POST",
        "/v1/messages?beta=true",
        &request(false).to_string(),
    )
    .await;
    let body: Value = serde_json::from_str(&whole.body).unwrap();
    let text = body.pointer("/content/0/text").unwrap().as_str().unwrap();
    assert_eq!(
        (&body["model"], &body["stop_reason"]),
        (&json!("claude-sonnet"), &json!("end_turn"))
    );

    let streamed = ask(&standin, "POST", "/v1/messages", &request(true).to_string()).await;
    let (chunks, told) = events(&streamed.body, "/delta/text");
    assert_eq!(told, text);
    assert_eq!(chunks.last().unwrap()["type"], "message_stop");
    assert!(
        streamed
            .body
            .starts_with("event: message_start\ndata: {\"type\":\"message_start\"")
    );
}

#[tokio::test]
async fn equal_requests_get_equal_answers() {
    let standin = started().await;
    let body = request(true).to_string();
    let first = ask(&standin, "POST", "/v1/messages", &body).await;
    let second = ask(&standin, "POST", "/v1/messages", &body).await;
    assert_eq!(first.body, second.body);
}

#[tokio::test]
async fn it_lists_itself_and_has_nothing_else() {
    let standin = started().await;
    let list = ask(&standin, "GET", "/v1/models", "").await;
    assert!(list.body.contains("larkmoor-standin"));
    assert_eq!(ask(&standin, "GET", "/v1/messages", "").await.status, 404);
    assert_eq!(ask(&standin, "POST", "/v1/embeddings", "{}").await.status, 404);
    assert_eq!(ask(&standin, "POST", "/v1/messages", "{").await.status, 400);
}

#[tokio::test]
async fn it_stays_on_its_machine() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let error = serve(listener).unwrap_err();
    assert!(error.to_string().contains("loopback only"), "{error}");
}
