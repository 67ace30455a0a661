//! Answers in the protocol of OpenAI Responses.
//!
//! A response is a list of items: here a message, and behind it the call of a tool where there is one. As events, each
//! item is opened, filled and closed before the next, and every event carries the next number of one sequence.

use crate::anthropic::event;
use crate::openai::CREATED;
use crate::said::Said;
use serde_json::{Map, Value, json};

/// The whole answer.
pub(crate) fn whole(said: &Said) -> String {
    response(said, "completed", items(said)).to_string()
}

/// The answer to `compact`: one message in the place of a long conversation.
pub(crate) fn compacted(said: &Said) -> String {
    json!({
        "id": format!("cmp_{}", said.id),
        "object": "response.compaction",
        "created_at": CREATED,
        "output": [message(said, "completed", &said.text)],
        "usage": usage(said),
    })
    .to_string()
}

/// The answer as events.
pub(crate) fn events(said: &Said) -> Vec<String> {
    let mut sequence = Sequence(Vec::new());
    for kind in ["response.created", "response.in_progress"] {
        sequence.push(
            kind,
            json!({ "response": response(said, "in_progress", Vec::new()) }),
        );
    }
    fill_message(&mut sequence, said);
    if said.call.is_some() {
        fill_call(&mut sequence, said);
    }
    sequence.push(
        "response.completed",
        json!({ "response": response(said, "completed", items(said)) }),
    );
    sequence.0
}

/// Events in the order sent, numbered from nought.
struct Sequence(Vec<String>);

impl Sequence {
    fn push(&mut self, kind: &str, data: Value) {
        let mut numbered = Map::new();
        numbered.insert("type".to_owned(), json!(kind));
        numbered.insert("sequence_number".to_owned(), json!(self.0.len()));
        if let Value::Object(data) = data {
            numbered.extend(data);
        }
        self.0.push(event(&Value::Object(numbered)));
    }
}

fn fill_message(sequence: &mut Sequence, said: &Said) {
    let id = message_id(said);
    let at = |more: Value| {
        with(
            json!({ "item_id": id, "output_index": 0, "content_index": 0 }),
            more,
        )
    };
    let mut opened = message(said, "in_progress", "");
    if let Some(opened) = opened.as_object_mut() {
        opened.insert("content".to_owned(), json!([]));
    }
    sequence.push(
        "response.output_item.added",
        json!({ "output_index": 0, "item": opened }),
    );
    sequence.push("response.content_part.added", at(json!({ "part": part("") })));
    for word in said.words() {
        sequence.push(
            "response.output_text.delta",
            at(json!({ "delta": word, "logprobs": [] })),
        );
    }
    sequence.push(
        "response.output_text.done",
        at(json!({ "text": said.text, "logprobs": [] })),
    );
    sequence.push(
        "response.content_part.done",
        at(json!({ "part": part(&said.text) })),
    );
    let item = message(said, "completed", &said.text);
    sequence.push(
        "response.output_item.done",
        json!({ "output_index": 0, "item": item }),
    );
}

fn fill_call(sequence: &mut Sequence, said: &Said) {
    let at = |more: Value| with(json!({ "item_id": call_item_id(said), "output_index": 1 }), more);
    let arguments = said
        .call
        .as_ref()
        .map(|call| call.arguments.to_string())
        .unwrap_or_default();
    let item =
        |status: &str, arguments: &str| json!({ "output_index": 1, "item": call(said, status, arguments) });
    sequence.push("response.output_item.added", item("in_progress", ""));
    sequence.push(
        "response.function_call_arguments.delta",
        at(json!({ "delta": arguments })),
    );
    sequence.push(
        "response.function_call_arguments.done",
        at(json!({ "arguments": arguments })),
    );
    sequence.push("response.output_item.done", item("completed", &arguments));
}

fn items(said: &Said) -> Vec<Value> {
    let mut items = vec![message(said, "completed", &said.text)];
    items.extend(
        said.call
            .as_ref()
            .map(|made| call(said, "completed", &made.arguments.to_string())),
    );
    items
}

fn message(said: &Said, status: &str, text: &str) -> Value {
    json!({
        "type": "message",
        "id": message_id(said),
        "status": status,
        "role": "assistant",
        "content": [part(text)],
    })
}

fn call(said: &Said, status: &str, arguments: &str) -> Value {
    json!({
        "type": "function_call",
        "id": call_item_id(said),
        "status": status,
        "call_id": format!("call_{}", said.id),
        "name": said.call.as_ref().map(|call| call.name.as_str()),
        "arguments": arguments,
    })
}

fn message_id(said: &Said) -> String {
    format!("msg_{}", said.id)
}

fn call_item_id(said: &Said) -> String {
    format!("fc_{}", said.id)
}

fn part(text: &str) -> Value {
    json!({ "type": "output_text", "text": text, "annotations": [], "logprobs": [] })
}

fn response(said: &Said, status: &str, output: Vec<Value>) -> Value {
    json!({
        "id": format!("resp_{}", said.id),
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "background": false,
        "error": null,
        "incomplete_details": null,
        "instructions": null,
        "max_output_tokens": null,
        "model": said.model,
        "output": output,
        "parallel_tool_calls": true,
        "previous_response_id": null,
        "reasoning": { "effort": null, "summary": null },
        "store": false,
        "temperature": 1.0,
        "text": { "format": { "type": "text" } },
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": if status == "completed" { usage(said) } else { Value::Null },
        "metadata": {},
    })
}

fn usage(said: &Said) -> Value {
    json!({
        "input_tokens": said.tokens_in,
        "input_tokens_details": { "cached_tokens": 0 },
        "output_tokens": said.tokens_out,
        "output_tokens_details": { "reasoning_tokens": 0 },
        "total_tokens": said.tokens_in + said.tokens_out,
    })
}

/// Two objects as one.
fn with(mut first: Value, second: Value) -> Value {
    if let (Some(first), Value::Object(second)) = (first.as_object_mut(), second) {
        first.extend(second);
    }
    first
}
