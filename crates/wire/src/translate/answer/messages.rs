//! Whole answers of Anthropic Messages.

use super::super::fields::{Fields, each};
use super::super::refuse::{NotTranslatable, Outcome};
use super::super::usage::Usage;
use super::super::{Answering, ids};
use super::{Answer, Piece, Stop, arguments_object};
use serde_json::{Value, json};

/// The reason of a word.
pub(in super::super) fn stop_of(word: &str, sequence: Option<String>) -> Stop {
    match word {
        "max_tokens" => Stop::Length,
        "tool_use" => Stop::Tools,
        "stop_sequence" => Stop::Sequence(sequence),
        "refusal" => Stop::Refusal,
        "model_context_window_exceeded" => Stop::Context,
        _ => Stop::End,
    }
}

impl Stop {
    /// The word that this protocol has for the reason.
    pub(in super::super) fn messages_word(&self) -> &'static str {
        match self {
            Self::End => "end_turn",
            Self::Tools => "tool_use",
            Self::Length => "max_tokens",
            Self::Context => "model_context_window_exceeded",
            Self::Sequence(_) => "stop_sequence",
            Self::Refusal => "refusal",
        }
    }

    /// The sequence at which the answer ended.
    pub(in super::super) fn sequence(&self) -> Option<&str> {
        match self {
            Self::Sequence(sequence) => sequence.as_deref(),
            _ => None,
        }
    }
}

/// What the provider says about a refusal.
pub(in super::super) fn explanation(details: Option<&Value>) -> Option<String> {
    let explanation = details?.get("explanation")?.as_str()?;
    (!explanation.is_empty()).then(|| explanation.to_owned())
}

/// Reads an answer.
pub(super) fn read(body: Value) -> Outcome<Answer> {
    let mut body = Fields::of(body, "answer")?;
    let sequence = body.text("stop_sequence")?;
    let stop = body.text("stop_reason")?;
    let stop = stop.map_or(Stop::End, |word| stop_of(&word, sequence));
    let read = each("content", body.list("content")?, read_block)?;
    let mut pieces: Vec<Piece> = read.into_iter().flatten().collect();
    let details = body.take("stop_details");
    if stop == Stop::Refusal {
        pieces.extend(explanation(details.as_ref()).map(Piece::Refusal));
    }
    let usage = body.take("usage").unwrap_or_default();
    Ok(Answer {
        id: body.text("id")?.unwrap_or_default(),
        created: 0,
        pieces,
        stop,
        usage: Usage::default().of_messages(&usage),
    })
}

fn read_block(block: Value) -> Outcome<Option<Piece>> {
    let mut block = Fields::of(block, "block")?;
    let kind = block.needed("type")?;
    Ok(Some(match kind.as_str() {
        "text" => Piece::Text(block.needed("text")?),
        "tool_use" => Piece::Call {
            id: block.text("id")?.unwrap_or_default(),
            name: block.needed("name")?,
            arguments: block
                .take("input")
                .map_or_else(|| "{}".to_owned(), |input| input.to_string()),
        },
        "thinking" | "redacted_thinking" => return Ok(None),
        _ => return Err(NotTranslatable::named("content of type", &kind, "type")),
    }))
}

/// Writes an answer.
pub(super) fn write(answer: Answer, answering: &Answering) -> Value {
    let mut content = Vec::new();
    let mut calls = 0;
    for piece in answer.pieces {
        match piece {
            Piece::Text(text) | Piece::Refusal(text) => content.push(json!({ "type": "text", "text": text })),
            Piece::Call { id, name, arguments } => {
                let given = answering.given(calls, &id, &name);
                calls += 1;
                content.push(json!({
                    "type": "tool_use",
                    "id": given.id,
                    "name": given.name.name,
                    "input": arguments_object(&arguments),
                }));
            }
        }
    }
    json!({
        "id": ids::of_answer("msg_", &answer.id, &answering.seed),
        "type": "message",
        "role": "assistant",
        "model": answering.model,
        "content": content,
        "stop_reason": answer.stop.messages_word(),
        "stop_sequence": answer.stop.sequence(),
        "usage": answer.usage.messages(),
    })
}
