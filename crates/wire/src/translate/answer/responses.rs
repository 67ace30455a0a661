//! Whole answers of OpenAI Responses.

use super::super::fields::{Fields, Object, each};
use super::super::model::ToolKind;
use super::super::refuse::{NotTranslatable, Outcome};
use super::super::usage::Usage;
use super::super::{Answering, ids};
use super::{Answer, GivenCall, Piece, Stop, freeform_input};
use serde_json::{Value, json};

/// The reason of a status and of what makes an answer incomplete.
pub(in super::super) fn stop_of(response: &Value) -> Stop {
    let reason = response
        .pointer("/incomplete_details/reason")
        .and_then(Value::as_str);
    match reason {
        Some("content_filter") => Stop::Refusal,
        Some(_) => Stop::Length,
        None if response.get("status").and_then(Value::as_str) == Some("incomplete") => Stop::Length,
        None => Stop::End,
    }
}

/// Reads an answer.
pub(super) fn read(body: Value) -> Outcome<Answer> {
    let stop = stop_of(&body);
    let mut body = Fields::of(body, "answer")?;
    let status = body.text("status")?;
    if let Some(status) = status.filter(|status| !["completed", "incomplete"].contains(&status.as_str())) {
        return Err(NotTranslatable::named(
            "an answer with the status",
            &status,
            "status",
        ));
    }
    let read = each("output", body.list("output")?, read_item)?;
    let usage = body.take("usage").unwrap_or_default();
    let created = body.take("created_at");
    Ok(Answer {
        id: body.text("id")?.unwrap_or_default(),
        created: created.and_then(|created| created.as_u64()).unwrap_or(0),
        pieces: read.into_iter().flatten().collect(),
        stop,
        usage: Usage::of_responses(&usage),
    })
}

fn read_item(item: Value) -> Outcome<Vec<Piece>> {
    let mut item = Fields::of(item, "item")?;
    let kind = item.needed("type")?;
    match kind.as_str() {
        "message" => each("content", item.list("content")?, read_part),
        "function_call" => Ok(vec![Piece::Call {
            id: item.text("call_id")?.unwrap_or_default(),
            name: item.needed("name")?,
            arguments: item.text("arguments")?.unwrap_or_default(),
        }]),
        "reasoning" => Ok(Vec::new()),
        _ => Err(NotTranslatable::named("an item of type", &kind, "type")),
    }
}

fn read_part(part: Value) -> Outcome<Piece> {
    let mut part = Fields::of(part, "part")?;
    let kind = part.needed("type")?;
    match kind.as_str() {
        "output_text" => Ok(Piece::Text(part.needed("text")?)),
        "refusal" => Ok(Piece::Refusal(part.needed("refusal")?)),
        _ => Err(NotTranslatable::named("content of type", &kind, "type")),
    }
}

/// Writes an answer.
pub(super) fn write(answer: Answer, answering: &Answering) -> Value {
    let outline = Outline::new(&answer.id, answer.created, answering);
    let mut output = Vec::new();
    let mut calls = 0;
    for piece in answer.pieces {
        let id = outline.item_id(&piece, output.len());
        output.push(match piece {
            Piece::Text(text) => text_item(&id, "completed", Some(&text_part(&text))),
            Piece::Refusal(text) => text_item(&id, "completed", Some(&refusal_part(&text))),
            Piece::Call {
                id: call,
                name,
                arguments,
            } => {
                let given = answering.given(calls, &call, &name);
                calls += 1;
                call_item(&id, "completed", &given, &arguments)
            }
        });
    }
    outline.response(output, Some((&answer.stop, answer.usage)))
}

/// A piece of text as a part of a message.
pub(in super::super) fn text_part(text: &str) -> Value {
    json!({ "type": "output_text", "text": text, "annotations": [], "logprobs": [] })
}

/// Words of refusal as a part of a message.
pub(in super::super) fn refusal_part(text: &str) -> Value {
    json!({ "type": "refusal", "refusal": text })
}

/// A message of the model, with its part or before it.
pub(in super::super) fn text_item(id: &str, status: &str, part: Option<&Value>) -> Value {
    let content: Vec<&Value> = part.into_iter().collect();
    json!({ "id": id, "type": "message", "status": status, "role": "assistant", "content": content })
}

/// A call of a tool, in the shape in which the caller declared the tool.
pub(in super::super) fn call_item(id: &str, status: &str, given: &GivenCall, arguments: &str) -> Value {
    let mut item = Object::default();
    item.put("id", id);
    item.put("status", status);
    item.put("call_id", given.id.as_str());
    item.put("name", given.name.name.as_str());
    item.put_some("namespace", given.name.namespace.as_deref());
    match given.kind {
        ToolKind::Function => {
            item.put("type", "function_call");
            item.put("arguments", arguments);
        }
        ToolKind::Freeform => {
            item.put("type", "custom_tool_call");
            let is_empty = arguments.is_empty();
            item.put(
                "input",
                if is_empty {
                    String::new()
                } else {
                    freeform_input(arguments)
                },
            );
        }
    }
    item.into()
}

/// What stays the same through all stages of a response.
#[derive(Clone, Debug)]
pub(in super::super) struct Outline {
    id: String,
    created: u64,
    model: String,
}

impl Outline {
    /// The outline of an answer that a provider gave an id.
    pub(in super::super) fn new(id: &str, created: u64, answering: &Answering) -> Self {
        Self {
            id: ids::of_answer("resp_", id, &answering.seed),
            created,
            model: answering.model.clone(),
        }
    }

    /// The id of an item at a position.
    pub(in super::super) fn item_id(&self, piece: &Piece, position: usize) -> String {
        let own = self.id.strip_prefix("resp_").unwrap_or_default();
        let prefix = if matches!(piece, Piece::Call { .. }) {
            "fc"
        } else {
            "msg"
        };
        format!("{prefix}_{own}{position:03}")
    }

    /// The response with what it has so far; with its end once that is known.
    pub(in super::super) fn response(&self, output: Vec<Value>, end: Option<(&Stop, Usage)>) -> Value {
        let has_refusal = output
            .iter()
            .any(|item| item.pointer("/content/0/refusal").is_some());
        let reason = match end {
            Some((Stop::Length | Stop::Context, _)) => Some("max_output_tokens"),
            Some((Stop::Refusal, _)) if !has_refusal => Some("content_filter"),
            _ => None,
        };
        let status = match (end, reason) {
            (None, _) => "in_progress",
            (Some(_), None) => "completed",
            (Some(_), Some(_)) => "incomplete",
        };
        json!({
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "status": status,
            "error": null,
            "incomplete_details": reason.map(|reason| json!({ "reason": reason })),
            "instructions": null,
            "metadata": {},
            "model": self.model,
            "output": output,
            "parallel_tool_calls": true,
            "previous_response_id": null,
            "store": false,
            "temperature": null,
            "tool_choice": "auto",
            "tools": [],
            "top_p": null,
            "usage": end.map(|(_, usage)| usage.responses()),
        })
    }
}
