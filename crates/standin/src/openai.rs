//! Answers in the protocol of OpenAI Chat Completions.

use crate::said::Said;
use serde_json::{Value, json};

/// Time that every answer claims to be from, so that equal requests get equal answers: 2024-01-01T00:00:00Z.
pub(crate) const CREATED: i64 = 1_704_067_200;

/// The whole answer.
pub(crate) fn whole(said: &Said) -> String {
    let mut message = json!({ "role": "assistant", "content": said.text, "refusal": null });
    if let (Some(message), Some(call)) = (message.as_object_mut(), tool_call(said)) {
        message.insert("tool_calls".to_owned(), json!([call]));
    }
    json!({
        "id": format!("chatcmpl-{}", said.id),
        "object": "chat.completion",
        "created": CREATED,
        "model": said.model,
        "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": finish_reason(said) }],
        "usage": usage(said),
    })
    .to_string()
}

/// The answer as events; usage comes in one of its own where the request asks for that.
pub(crate) fn events(said: &Said, request: &Value) -> Vec<String> {
    let piece = |delta: &Value| event(&chunk(said, delta, &Value::Null));
    let mut events = vec![piece(&json!({ "role": "assistant", "content": "" }))];
    events.extend(said.words().map(|word| piece(&json!({ "content": word }))));
    if let Some(mut call) = tool_call(said) {
        if let Some(call) = call.as_object_mut() {
            call.insert("index".to_owned(), json!(0));
        }
        events.push(piece(&json!({ "tool_calls": [call] })));
    }
    events.push(event(&chunk(said, &json!({}), &json!(finish_reason(said)))));
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

const fn finish_reason(said: &Said) -> &'static str {
    match said.call {
        Some(_) => "tool_calls",
        None => "stop",
    }
}

fn tool_call(said: &Said) -> Option<Value> {
    let call = said.call.as_ref()?;
    let function = json!({ "name": call.name, "arguments": call.arguments.to_string() });
    Some(json!({ "id": format!("call_{}", said.id), "type": "function", "function": function }))
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
