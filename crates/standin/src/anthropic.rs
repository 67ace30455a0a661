//! Answers in the protocol of Anthropic Messages.

use crate::said::Said;
use serde_json::{Value, json};

/// The whole answer.
pub(crate) fn whole(said: &Said) -> String {
    let mut message = message(said, said.tokens_out);
    if let Some(message) = message.as_object_mut() {
        message.insert(
            "content".to_owned(),
            json!([{ "type": "text", "text": said.text }]),
        );
        message.insert("stop_reason".to_owned(), json!("end_turn"));
    }
    message.to_string()
}

/// The answer as events.
pub(crate) fn events(said: &Said) -> Vec<String> {
    let start = json!({ "type": "message_start", "message": message(said, 1) });
    let block = json!({
        "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" },
    });
    let mut events = vec![event(&start), event(&block), event(&json!({ "type": "ping" }))];
    events.extend(said.words().map(|word| {
        let delta = json!({ "type": "text_delta", "text": word });
        event(&json!({ "type": "content_block_delta", "index": 0, "delta": delta }))
    }));
    events.push(event(&json!({ "type": "content_block_stop", "index": 0 })));
    events.push(event(&json!({
        "type": "message_delta",
        "delta": { "stop_reason": "end_turn", "stop_sequence": null },
        "usage": { "output_tokens": said.tokens_out },
    })));
    events.push(event(&json!({ "type": "message_stop" })));
    events
}

fn message(said: &Said, tokens_out: usize) -> Value {
    json!({
        "id": format!("msg_{}", said.id),
        "type": "message",
        "role": "assistant",
        "model": said.model,
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": {
            "input_tokens": said.tokens_in,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": tokens_out,
        },
    })
}

/// An event; its name is the type of its data, as the protocol has it.
fn event(data: &Value) -> String {
    let name = data.get("type").and_then(Value::as_str).unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n")
}
