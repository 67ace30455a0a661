//! Reads the messages of OpenAI Chat Completions.

use super::super::fields::{Fields, each};
use super::super::image;
use super::super::model::{Call, Part, Role, ToolName, ToolResult, Turn};
use super::super::refuse::{NotTranslatable, Notes, Outcome};
use super::openai_settings::freeform_arguments;
use serde_json::Value;

/// Keys under which providers put the model's thinking.
const THINKING: [&str; 4] = ["reasoning_content", "reasoning", "reasoning_details", "thinking"];

/// Reads one message.
pub(super) fn read(message: Value, notes: &mut Notes) -> Outcome<Turn> {
    let mut message = Fields::of(message, "message")?;
    let word = message.needed("role")?;
    let turn = match word.as_str() {
        "system" | "developer" => Turn {
            role: Role::System,
            parts: content(&mut message, notes)?,
        },
        "user" => Turn {
            role: Role::User,
            parts: content(&mut message, notes)?,
        },
        "assistant" => assistant(&mut message, notes)?,
        "tool" => Turn {
            role: Role::User,
            parts: vec![Part::Result(ToolResult {
                call: message.needed("tool_call_id")?,
                parts: content(&mut message, notes)?,
                failed: false,
            })],
        },
        _ => return Err(NotTranslatable::named("a message of role", &word, "role")),
    };
    message.forget(&["id", "annotations"]);
    message.announce_rest(notes);
    Ok(turn)
}

fn assistant(message: &mut Fields, notes: &mut Notes) -> Outcome<Turn> {
    for key in ["audio", "function_call"] {
        if message.take(key).is_some() {
            return Err(NotTranslatable::named("the key", key, key));
        }
    }
    for key in THINKING {
        notes.add_if(message.take(key).is_some(), "reasoning in the history");
    }
    let mut parts = content(message, notes)?;
    parts.extend(message.text("refusal")?.map(Part::Refusal));
    parts.extend(each("tool_calls", message.list("tool_calls")?, read_call)?);
    Ok(Turn {
        role: Role::Assistant,
        parts,
    })
}

fn read_call(call: Value) -> Outcome<Part> {
    let mut call = Fields::of(call, "tool_call")?;
    let id = call.needed("id")?;
    let kind = call.text("type")?.unwrap_or_else(|| "function".to_owned());
    let mut inner = Fields::of(call.take(&kind).unwrap_or_default(), &kind)?;
    let arguments = match kind.as_str() {
        "function" => inner.text("arguments")?.unwrap_or_default(),
        "custom" => freeform_arguments(&inner.needed("input")?),
        _ => return Err(NotTranslatable::named("a call of type", &kind, "type")),
    };
    Ok(Part::Call(Call {
        id,
        name: ToolName::plain(inner.needed("name")?),
        arguments,
    }))
}

fn content(message: &mut Fields, notes: &mut Notes) -> Outcome<Vec<Part>> {
    match message.take("content") {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![Part::Text(text)]),
        Some(Value::Array(parts)) => each("content", parts, |part| read_part(part, notes)),
        Some(_) => Err(NotTranslatable::malformed("content", "a text or a list")),
    }
}

fn read_part(part: Value, notes: &mut Notes) -> Outcome<Part> {
    let mut part = Fields::of(part, "part")?;
    let kind = part.needed("type")?;
    let read = match kind.as_str() {
        "text" => Part::Text(part.needed("text")?),
        "refusal" => Part::Refusal(part.needed("refusal")?),
        "image_url" => {
            let mut picture = Fields::of(part.take("image_url").unwrap_or_default(), "image_url")?;
            let detail = picture.text("detail")?.filter(|detail| detail != "auto");
            Part::Image(image::of_address(picture.needed("url")?, detail)?)
        }
        _ => return Err(NotTranslatable::named("content of type", &kind, "type")),
    };
    part.announce_rest(notes);
    Ok(read)
}
