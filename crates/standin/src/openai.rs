//! Answers in the protocol of OpenAI Chat Completions.

use crate::said::Said;
use serde_json::{Value, json};

/// Time that every answer claims to be from, so that equal requests get equal answers: 2024-01-01T00:00:00Z.
const CREATED: i64 = 1_704_067_200;

/// The whole answer.
pub(crate) fn whole(said: &Said) -> String {
    json!({
        "id": format!("chatcmpl-{}", said.id),
        "object": "chat.completion",
        "created": CREATED,
        "model": said.model,
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": said.text, "refusal": null },
            "logprobs": null,
            "finish_reason": "stop",
        }],
        "usage": usage(said),
    })
    .to_string()
}

/// The answer as events; usage comes in one of its own where the request asks for that.
pub(crate) fn events(said: &Said, request: &Value) -> Vec<String> {
    let mut events = vec![event(&chunk(
        said,
        &json!({ "role": "assistant", "content": "" }),
        &Value::Null,
    ))];
    events.extend(
        said.words()
            .map(|word| event(&chunk(said, &json!({ "content": word }), &Value::Null))),
    );
    events.push(event(&chunk(said, &json!({}), &json!("stop"))));
    let wants_usage = request
        .pointer("/stream_options/include_usage")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    if wants_usage {
        let mut last = chunk(said, &json!({}), &Value::Null);
        if let Some(last) = last.as_object_mut() {
            last.insert("choices".to_owned(), json!([]));
            last.insert("usage".to_owned(), usage(said));
        }
        events.push(event(&last));
    }
    events.push("data: [DONE]\n\n".to_owned());
    events
}

fn chunk(said: &Said, delta: &Value, finish: &Value) -> Value {
    json!({
        "id": format!("chatcmpl-{}", said.id),
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": said.model,
        "choices": [{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }],
    })
}

fn usage(said: &Said) -> Value {
    json!({
        "prompt_tokens": said.tokens_in,
        "completion_tokens": said.tokens_out,
        "total_tokens": said.tokens_in + said.tokens_out,
    })
}

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}
