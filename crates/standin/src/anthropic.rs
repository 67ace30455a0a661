//! Answers in the protocol of Anthropic Messages.

use crate::said::Said;
use crate::shell::Call;
use serde_json::{Value, json};

/// The whole answer.
pub(crate) fn whole(said: &Said) -> String {
    let mut content = vec![json!({ "type": "text", "text": said.text })];
    content.extend(said.call.as_ref().map(|call| {
        let mut block = tool_use(said, call);
        if let Some(block) = block.as_object_mut() {
            block.insert("input".to_owned(), call.arguments.clone());
        }
        block
    }));
    let mut message = message(said, said.tokens_out);
    if let Some(message) = message.as_object_mut() {
        message.insert("content".to_owned(), Value::Array(content));
        message.insert("stop_reason".to_owned(), json!(stop_reason(said)));
    }
    message.to_string()
}

/// The answer as events.
pub(crate) fn events(said: &Said) -> Vec<String> {
    let start = json!({ "type": "message_start", "message": message(said, 1) });
    let text = json!({ "type": "text", "text": "" });
    let mut events = vec![event(&start), block(0, &text), event(&json!({ "type": "ping" }))];
    events.extend(
        said.words()
            .map(|word| delta(0, &json!({ "type": "text_delta", "text": word }))),
    );
    events.push(event(&json!({ "type": "content_block_stop", "index": 0 })));
    if let Some(call) = &said.call {
        let arguments = json!({ "type": "input_json_delta", "partial_json": call.arguments.to_string() });
        events.push(block(1, &tool_use(said, call)));
        events.push(delta(
            1,
            &json!({ "type": "input_json_delta", "partial_json": "" }),
        ));
        events.push(delta(1, &arguments));
        events.push(event(&json!({ "type": "content_block_stop", "index": 1 })));
    }
    events.push(event(&json!({
        "type": "message_delta",
        "delta": { "stop_reason": stop_reason(said), "stop_sequence": null },
        "usage": { "output_tokens": said.tokens_out },
    })));
    events.push(event(&json!({ "type": "message_stop" })));
    events
}

/// The answer to `count_tokens`.
pub(crate) fn counted(said: &Said) -> String {
    json!({ "input_tokens": said.tokens_in }).to_string()
}

const fn stop_reason(said: &Said) -> &'static str {
    match said.call {
        Some(_) => "tool_use",
        None => "end_turn",
    }
}

/// A call of a tool, its arguments still to come.
fn tool_use(said: &Said, call: &Call) -> Value {
    json!({ "type": "tool_use", "id": format!("toolu_{}", said.id), "name": call.name, "input": {} })
}

fn block(index: u8, block: &Value) -> String {
    event(&json!({ "type": "content_block_start", "index": index, "content_block": block }))
}

fn delta(index: u8, delta: &Value) -> String {
    event(&json!({ "type": "content_block_delta", "index": index, "delta": delta }))
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
pub(crate) fn event(data: &Value) -> String {
    let name = data.get("type").and_then(Value::as_str).unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n")
}
