//! Puts a stream together again into the whole answer, as the programs that read it would.

use crate::validate::events;
use serde_json::{Value, json};
use wire::Dialect;

/// The whole answer that a stream amounts to.
pub(crate) fn gather(dialect: Dialect, stream: &str) -> Value {
    let events = events(stream);
    match dialect {
        Dialect::OpenAiChat => chat(&events),
        Dialect::OpenAiResponses => events.last().unwrap()["response"].clone(),
        _ => messages(&events),
    }
}

fn messages(events: &[Value]) -> Value {
    let mut message = events[0]["message"].clone();
    let mut input = String::new();
    for event in events {
        let content = message["content"].as_array_mut().unwrap();
        match event["type"].as_str().unwrap() {
            "content_block_start" => {
                content.push(event["content_block"].clone());
                input.clear();
            }
            "content_block_delta" => {
                let block = content.last_mut().unwrap();
                if let Some(piece) = event["delta"]["text"].as_str() {
                    block["text"] = json!(format!("{}{piece}", block["text"].as_str().unwrap()));
                } else {
                    input.push_str(event["delta"]["partial_json"].as_str().unwrap());
                    block["input"] = serde_json::from_str(&input).unwrap_or(Value::Null);
                }
            }
            "message_delta" => {
                message["stop_reason"] = event["delta"]["stop_reason"].clone();
                message["stop_sequence"] = event["delta"]["stop_sequence"].clone();
                message["usage"] = event["usage"].clone();
            }
            _ => {}
        }
    }
    message
}

fn chat(events: &[Value]) -> Value {
    let mut message = json!({ "role": "assistant", "content": null, "refusal": null });
    let mut whole = events[0].clone();
    let mut calls: Vec<Value> = Vec::new();
    for event in events {
        if event["usage"].is_object() {
            whole["usage"] = event["usage"].clone();
        }
        let Some(choice) = event.get("choices").and_then(|choices| choices.get(0)) else {
            continue;
        };
        for key in ["content", "refusal"] {
            let piece = choice["delta"][key].as_str().unwrap_or_default();
            if !piece.is_empty() {
                message[key] = json!(format!("{}{piece}", message[key].as_str().unwrap_or_default()));
            }
        }
        for call in choice["delta"]["tool_calls"].as_array().into_iter().flatten() {
            if call.get("id").is_some() {
                let mut call = call.clone();
                call.as_object_mut().unwrap().remove("index");
                calls.push(call);
                continue;
            }
            for (kind, key) in [("function", "arguments"), ("custom", "input")] {
                if let Some(piece) = call.pointer(&format!("/{kind}/{key}")).and_then(Value::as_str) {
                    let known = &mut calls.last_mut().unwrap()[kind][key];
                    *known = json!(format!("{}{piece}", known.as_str().unwrap()));
                }
            }
        }
        if choice["finish_reason"].is_string() {
            whole["choices"] =
                json!([{ "index": 0, "logprobs": null, "finish_reason": choice["finish_reason"] }]);
        }
    }
    if !calls.is_empty() {
        message["tool_calls"] = json!(calls);
    }
    whole["object"] = json!("chat.completion");
    whole["choices"][0]["message"] = message;
    whole
}
