//! The stand-in as its callers see it: over a socket, in every protocol, whole and streamed.
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

fn input(stream: bool) -> Value {
    json!({ "model": "gpt-5", "stream": stream, "input": "run: echo hello", "tools": [shell("exec_command")] })
}

fn shell(name: &str) -> Value {
    let parameters = json!({ "type": "object", "properties": { "command": { "type": "string" } } });
    json!({ "type": "function", "name": name, "parameters": parameters })
}

#[tokio::test]
async fn responses_whole_and_streamed_say_the_same_in_the_order_of_the_protocol() {
    let standin = started().await;
    let path = "/v1/responses";
    let whole = ask(&standin, "POST", path, &input(false).to_string()).await;
    let body: Value = serde_json::from_str(&whole.body).unwrap();
    assert_eq!(body["output"][1]["name"], "exec_command");
    assert_eq!(body["output"][1]["arguments"], r#"{"command":"echo hello"}"#);

    let streamed = ask(&standin, "POST", path, &input(true).to_string()).await;
    let (events, told) = events(&streamed.body, "/delta");
    let text = body["output"][0]["content"][0]["text"].as_str().unwrap();
    assert_eq!(told, format!(r#"{text}{{"command":"echo hello"}}"#));
    let numbers: Vec<_> = events
        .iter()
        .map(|event| event["sequence_number"].as_u64())
        .collect();
    let counted: Vec<_> = (0..events.len() as u64).map(Some).collect();
    assert_eq!(numbers, counted);
    let mut kinds: Vec<_> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.output_item.added",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    let mut last = events.last().unwrap()["response"].clone();
    last["id"].clone_from(&body["id"]);
    for item in 0..2 {
        for id in ["id", "call_id"] {
            if body["output"][item].get(id).is_some() {
                last["output"][item][id].clone_from(&body["output"][item][id]);
            }
        }
    }
    assert_eq!(last, body);
}

#[tokio::test]
async fn gemini_takes_the_model_from_the_path_and_streams_in_both_ways() {
    let standin = started().await;
    let request = json!({ "contents": [{ "role": "user", "parts": [{ "text": "Hello" }] }] }).to_string();
    let path = |call: &str| format!("/v1beta/models/gemini-pro:{call}");
    let whole = ask(&standin, "POST", &path("generateContent"), &request).await;
    let body: Value = serde_json::from_str(&whole.body).unwrap();
    let text_at = "/candidates/0/content/parts/0/text";
    let text = body.pointer(text_at).unwrap().as_str().unwrap();
    assert!(
        text.contains("`gemini-pro`") && text.contains("of 5 letters"),
        "{text}"
    );

    let streamed = ask(&standin, "POST", &path("streamGenerateContent?alt=sse"), &request).await;
    assert_eq!(streamed.content_type, "text/event-stream");
    let (chunks, told) = events(&streamed.body, text_at);
    assert_eq!(told, text);
    assert_eq!(chunks.last().unwrap()["candidates"][0]["finishReason"], "STOP");

    let array = ask(
        &standin,
        "POST",
        "/v1/models/gemini-pro:streamGenerateContent",
        &request,
    )
    .await;
    let pieces: Vec<Value> = serde_json::from_str(&array.body).unwrap();
    assert_eq!(pieces, chunks);
}

#[tokio::test]
async fn embeddings_come_as_floats_or_in_base64() {
    let standin = started().await;
    let ask = |format: &'static str| {
        let request =
            json!({ "model": "e", "input": ["a", "b"], "encoding_format": format, "dimensions": 3 });
        let standin = &standin;
        async move {
            let answer = ask(standin, "POST", "/v1/embeddings", &request.to_string()).await;
            serde_json::from_str::<Value>(&answer.body).unwrap()
        }
    };
    let floats = ask("float").await;
    assert_eq!(floats["data"][1]["embedding"].as_array().unwrap().len(), 3);
    assert_eq!(floats["data"][1]["index"], 1);
    let encoded = ask("base64").await;
    // three floats of four bytes
    assert_eq!(encoded["data"][0]["embedding"].as_str().unwrap().len(), 16);
}

#[tokio::test]
async fn tokens_are_counted_as_they_are_told_in_the_answer() {
    let standin = started().await;
    let body = request(false).to_string();
    let counted = ask(&standin, "POST", "/v1/messages/count_tokens?beta=true", &body).await;
    let answered = ask(&standin, "POST", "/v1/messages", &body).await;
    let of = |body: &str, at: &str| {
        let body: Value = serde_json::from_str(body).unwrap();
        body.pointer(at).cloned().unwrap()
    };
    assert_eq!(
        of(&counted.body, "/input_tokens"),
        of(&answered.body, "/usage/input_tokens")
    );
    let body = json!({ "contents": [{ "parts": [{ "text": "Hello" }] }] }).to_string();
    let counted = ask(&standin, "POST", "/v1beta/models/m:countTokens", &body).await;
    let answered = ask(&standin, "POST", "/v1beta/models/m:generateContent", &body).await;
    assert_eq!(
        of(&counted.body, "/totalTokens"),
        of(&answered.body, "/usageMetadata/promptTokenCount")
    );
}

/// The call of a tool, put together from the events in which Messages and Chat Completions send it.
#[tokio::test]
async fn a_shell_is_called_whole_and_streamed() {
    let standin = started().await;
    let parameters = json!({ "properties": { "command": {} } });
    let mut asked = request(true);
    asked["messages"][0]["content"] = json!("run: echo hello");
    asked["tools"] = json!([{ "name": "Bash", "input_schema": parameters }]);
    let streamed = ask(&standin, "POST", "/v1/messages", &asked.to_string()).await;
    let (chunks, arguments) = events(&streamed.body, "/delta/partial_json");
    assert_eq!(arguments, r#"{"command":"echo hello"}"#);
    let reasons: Vec<_> = chunks
        .iter()
        .filter_map(|chunk| chunk.pointer("/delta/stop_reason")?.as_str())
        .collect();
    assert_eq!(reasons, ["tool_use"]);

    asked["tools"] =
        json!([{ "type": "function", "function": { "name": "bash", "parameters": parameters } }]);
    let streamed = ask(&standin, "POST", "/v1/chat/completions", &asked.to_string()).await;
    let at = "/choices/0/delta/tool_calls/0/function/arguments";
    assert_eq!(events(&streamed.body, at).1, r#"{"command":"echo hello"}"#);
    asked["stream"] = json!(false);
    let whole = ask(&standin, "POST", "/v1/chat/completions", &asked.to_string()).await;
    let body: Value = serde_json::from_str(&whole.body).unwrap();
    assert_eq!(body["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(
        body["choices"][0]["message"]["tool_calls"][0]["function"]["name"],
        "bash"
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
    assert_eq!(ask(&standin, "GET", "/v1/messages", "{}").await.status, 404);
    assert_eq!(ask(&standin, "POST", "/v1/files", "{}").await.status, 404);
    let path = "/v1/models/standin:rewrite";
    assert_eq!(ask(&standin, "POST", path, "{}").await.status, 404);
    assert_eq!(ask(&standin, "POST", "/v1/messages", "{").await.status, 400);
}

#[tokio::test]
async fn it_stays_on_its_machine() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let error = serve(listener).unwrap_err();
    assert!(error.to_string().contains("loopback only"), "{error}");
}
