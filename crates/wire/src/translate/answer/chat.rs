//! Whole answers of OpenAI Chat Completions.

use super::super::fields::{Fields, Object, each};
use super::super::model::{ToolKind, add_text};
use super::super::refuse::{NotTranslatable, Outcome};
use super::super::usage::Usage;
use super::super::{Answering, ids};
use super::{Answer, Piece, Stop, freeform_input};
use serde_json::{Value, json};

/// The reason of a word.
pub(in super::super) fn stop_of(word: &str) -> Stop {
    match word {
        "length" => Stop::Length,
        "tool_calls" | "function_call" => Stop::Tools,
        "content_filter" => Stop::Refusal,
        _ => Stop::End,
    }
}

impl Stop {
    /// The word that this protocol has for the reason.
    pub(in super::super) fn chat_word(&self) -> &'static str {
        match self {
            Self::End | Self::Sequence(_) => "stop",
            Self::Tools => "tool_calls",
            Self::Length | Self::Context => "length",
            Self::Refusal => "content_filter",
        }
    }
}

/// Reads an answer.
pub(super) fn read(body: Value) -> Outcome<Answer> {
    let mut body = Fields::of(body, "answer")?;
    let first = body.list("choices")?.into_iter().next();
    let first = first.ok_or_else(|| NotTranslatable::malformed("choices", "a list with an answer"))?;
    let mut choice = Fields::of(first, "choices")?;
    let stop = choice.text("finish_reason")?;
    let mut message = Fields::of(choice.take("message").unwrap_or_default(), "message")?;
    let mut pieces = Vec::new();
    match message.take("content") {
        Some(Value::String(text)) if !text.is_empty() => pieces.push(Piece::Text(text)),
        Some(Value::Array(parts)) => {
            let texts = parts
                .iter()
                .filter_map(|part| part.get("text").and_then(Value::as_str));
            pieces.push(Piece::Text(texts.collect()));
        }
        _ => {}
    }
    let refusal = message.text("refusal")?.filter(|text| !text.is_empty());
    pieces.extend(refusal.map(Piece::Refusal));
    pieces.extend(each("tool_calls", message.list("tool_calls")?, read_call)?);
    let usage = body.take("usage").unwrap_or_default();
    Ok(Answer {
        id: body.text("id")?.unwrap_or_default(),
        created: created(body.take("created")),
        pieces,
        stop: stop.map_or(Stop::End, |word| stop_of(&word)),
        usage: Usage::of_chat(&usage),
    })
}

fn created(value: Option<Value>) -> u64 {
    value.and_then(|value| value.as_u64()).unwrap_or(0)
}

fn read_call(call: Value) -> Outcome<Piece> {
    let mut call = Fields::of(call, "tool_call")?;
    let mut function = Fields::of(call.take("function").unwrap_or_default(), "function")?;
    Ok(Piece::Call {
        id: call.text("id")?.unwrap_or_default(),
        name: function.needed("name")?,
        arguments: match function.take("arguments") {
            Some(Value::String(text)) => text,
            // some providers write them out
            Some(object @ Value::Object(_)) => object.to_string(),
            _ => String::new(),
        },
    })
}

/// Writes an answer.
pub(super) fn write(answer: Answer, answering: &Answering) -> Value {
    let (mut text, mut refusal) = (None::<String>, None::<String>);
    let mut calls = Vec::new();
    for piece in answer.pieces {
        match piece {
            Piece::Text(piece) => add_text(&mut text, &piece),
            Piece::Refusal(piece) => add_text(&mut refusal, &piece),
            Piece::Call { id, name, arguments } => {
                calls.push(call_value(answering, calls.len(), &id, &name, &arguments));
            }
        }
    }
    let mut message = Object::default();
    message.put("role", "assistant");
    message.put("content", text.map_or(Value::Null, Value::String));
    message.put("refusal", refusal.map_or(Value::Null, Value::String));
    message.put_list("tool_calls", calls);
    json!({
        "id": ids::of_answer("chatcmpl-", &answer.id, &answering.seed),
        "object": "chat.completion",
        "created": answer.created,
        "model": answering.model,
        "choices": [{
            "index": 0,
            "message": Value::from(message),
            "logprobs": null,
            "finish_reason": answer.stop.chat_word(),
        }],
        "usage": answer.usage.chat(),
    })
}

fn call_value(answering: &Answering, position: usize, id: &str, name: &str, arguments: &str) -> Value {
    let given = answering.given(position, id, name);
    match given.kind {
        ToolKind::Function => json!({
            "id": given.id,
            "type": "function",
            "function": { "name": given.name.name, "arguments": arguments },
        }),
        ToolKind::Freeform => json!({
            "id": given.id,
            "type": "custom",
            "custom": { "name": given.name.name, "input": freeform_input(arguments) },
        }),
    }
}
