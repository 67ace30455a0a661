//! Reads the items of which a conversation of OpenAI Responses is made.

use super::super::fields::{Fields, each};
use super::super::image;
use super::super::model::{Call, Part, Role, Settings, ToolName, ToolResult, Turn};
use super::super::refuse::{NotTranslatable, Notes, Outcome};
use super::openai_settings::{self, freeform_arguments};
use super::response_tools::{self, Offered};
use serde_json::Value;

/// What items may change beside saying something.
pub(super) struct Items {
    pub settings: Settings,
    pub offered: Offered,
}

impl Items {
    /// Before the first item.
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            offered: Offered::default(),
        }
    }

    /// Reads one item; one that says nothing yields a turn without parts.
    pub(super) fn read(&mut self, item: Value, notes: &mut Notes) -> Outcome<Turn> {
        let mut item = Fields::of(item, "item")?;
        let kind = item.text("type")?.unwrap_or_else(|| "message".to_owned());
        let (role, parts) = match kind.as_str() {
            "message" => message(&mut item, notes)?,
            "function_call" | "custom_tool_call" => (Role::Assistant, vec![read_call(&kind, &mut item)?]),
            "local_shell_call" => (Role::Assistant, vec![read_shell_call(&mut item)?]),
            "function_call_output" | "custom_tool_call_output" | "local_shell_call_output" => {
                (Role::User, vec![read_output(&mut item, notes)?])
            }
            "additional_tools" | "tool_search_output" => {
                self.more_tools(&mut item, notes)?;
                (Role::System, Vec::new())
            }
            "configuration_update" => {
                self.update(&mut item)?;
                (Role::System, Vec::new())
            }
            "reasoning" => {
                notes.add("reasoning in the history");
                return Ok(nothing());
            }
            "tool_search_call" | "web_search_call" => {
                notes.add(&kind);
                return Ok(nothing());
            }
            _ => return Err(NotTranslatable::named("an item of type", &kind, "type")),
        };
        item.forget(&[
            "id",
            "status",
            "phase",
            "internal_chat_message_metadata_passthrough",
        ]);
        item.forget(&["call_id", "execution", "caller", "async", "role"]);
        item.announce_rest(notes);
        Ok(Turn { role, parts })
    }

    fn more_tools(&mut self, item: &mut Fields, notes: &mut Notes) -> Outcome<()> {
        for tool in item.list("tools")? {
            response_tools::read(tool, &mut self.offered, notes)?;
        }
        Ok(())
    }

    /// An update holds from where it stands, and what is asked for is the turn behind all of them.
    fn update(&mut self, item: &mut Fields) -> Outcome<()> {
        if let Some(mut reasoning) = item.object("reasoning")? {
            self.settings.effort = openai_settings::effort(reasoning.text("effort")?, "reasoning.effort")?;
        }
        if let Some(mut text) = item.object("text")? {
            self.settings.format = openai_settings::format(text.object("format")?)?;
        }
        Ok(())
    }
}

fn nothing() -> Turn {
    Turn {
        role: Role::System,
        parts: Vec::new(),
    }
}

fn message(item: &mut Fields, notes: &mut Notes) -> Outcome<(Role, Vec<Part>)> {
    let word = item.needed("role")?;
    let role = match word.as_str() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" | "developer" => Role::System,
        _ => return Err(NotTranslatable::named("a message of role", &word, "role")),
    };
    Ok((role, content("content", item, notes)?))
}

fn read_call(kind: &str, item: &mut Fields) -> Outcome<Part> {
    let arguments = if kind == "function_call" {
        item.text("arguments")?.unwrap_or_default()
    } else {
        freeform_arguments(&item.needed("input")?)
    };
    Ok(Part::Call(Call {
        id: item.needed("call_id")?,
        name: ToolName {
            namespace: item.text("namespace")?,
            name: item.needed("name")?,
        },
        arguments,
    }))
}

fn read_shell_call(item: &mut Fields) -> Outcome<Part> {
    Ok(Part::Call(Call {
        id: item.needed("call_id")?,
        name: ToolName::plain("local_shell"),
        arguments: item.take("action").unwrap_or_default().to_string(),
    }))
}

fn read_output(item: &mut Fields, notes: &mut Notes) -> Outcome<Part> {
    let of_shell = item.text("id")?;
    let call = item.text("call_id")?.or(of_shell);
    item.forget(&["name", "namespace"]);
    Ok(Part::Result(ToolResult {
        call: call.ok_or_else(|| NotTranslatable::malformed("call_id", "a text"))?,
        parts: content("output", item, notes)?,
        failed: false,
    }))
}

fn content(key: &str, item: &mut Fields, notes: &mut Notes) -> Outcome<Vec<Part>> {
    match item.take(key) {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![Part::Text(text)]),
        Some(Value::Array(parts)) => each(key, parts, |part| read_part(part, notes)),
        Some(_) => Err(NotTranslatable::malformed(key, "a text or a list")),
    }
}

fn read_part(part: Value, notes: &mut Notes) -> Outcome<Part> {
    let mut part = Fields::of(part, "part")?;
    let kind = part.needed("type")?;
    let read = match kind.as_str() {
        "input_text" | "output_text" | "text" => Part::Text(part.needed("text")?),
        "refusal" => Part::Refusal(part.needed("refusal")?),
        "input_image" => {
            if part.take("file_id").is_some() {
                return Err(NotTranslatable::feature(
                    "an image by the id of a file",
                    "file_id",
                ));
            }
            let detail = part.text("detail")?.filter(|detail| detail != "auto");
            Part::Image(image::of_address(part.needed("image_url")?, detail)?)
        }
        _ => return Err(NotTranslatable::named("content of type", &kind, "type")),
    };
    part.forget(&["annotations", "logprobs"]);
    part.announce_rest(notes);
    Ok(read)
}
