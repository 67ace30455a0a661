//! Reads the blocks of which messages of Anthropic's protocol are made.

use super::super::fields::{Fields, each};
use super::super::image;
use super::super::model::{Call, Image, ImageSource, Part, ToolName, ToolResult};
use super::super::refuse::{NotTranslatable, Notes, Outcome};
use serde_json::Value;
use std::collections::HashSet;

/// What the messages say of tools.
#[derive(Default)]
pub(super) struct History {
    /// Names of tools that were called, or found by a search.
    pub used_tools: HashSet<String>,
}

/// Reads one block; `None` for one that says nothing to another provider.
pub(super) fn read(block: Value, history: &mut History, notes: &mut Notes) -> Outcome<Option<Part>> {
    let mut block = Fields::of(block, "block")?;
    let kind = block.needed("type")?;
    let part = match kind.as_str() {
        "text" => Part::Text(block.needed("text")?),
        "image" => read_image(&mut block)?,
        "tool_use" => read_call(&mut block, history)?,
        "tool_result" => read_result(&mut block, history, notes)?,
        "tool_reference" => {
            let name = block.needed("tool_name")?;
            let text = format!("The tool `{name}` can now be used.");
            history.used_tools.insert(name);
            Part::Text(text)
        }
        "thinking" | "redacted_thinking" => {
            notes.add("reasoning in the history");
            return Ok(None);
        }
        _ => return Err(NotTranslatable::named("content of type", &kind, "type")),
    };
    block.announce_rest(notes);
    Ok(Some(part))
}

fn read_image(block: &mut Fields) -> Outcome<Part> {
    let mut source = Fields::of(block.take("source").unwrap_or_default(), "source")?;
    let kind = source.needed("type")?;
    let source = match kind.as_str() {
        "base64" => image::inline(&source.needed("media_type")?, source.needed("data")?)?,
        "url" => match image::of_address(source.needed("url")?, None)?.source {
            address @ ImageSource::Address(_) => address,
            ImageSource::Inline { .. } => {
                return Err(NotTranslatable::malformed("url", "an address of the web"));
            }
        },
        _ => return Err(NotTranslatable::named("an image by", &kind, "source.type")),
    };
    Ok(Part::Image(Image { source, detail: None }))
}

fn read_call(block: &mut Fields, history: &mut History) -> Outcome<Part> {
    refuse_toolset(block)?;
    let mut caller = block.object("caller")?;
    let caller = caller.as_mut().map(|caller| caller.needed("type")).transpose()?;
    if let Some(caller) = caller.filter(|caller| caller != "direct") {
        return Err(NotTranslatable::named("a call by", &caller, "caller"));
    }
    let name = block.needed("name")?;
    history.used_tools.insert(name.clone());
    let input = block.take("input");
    if input.as_ref().is_some_and(|input| !input.is_object()) {
        return Err(NotTranslatable::malformed("input", "an object"));
    }
    Ok(Part::Call(Call {
        id: block.needed("id")?,
        name: ToolName::plain(name),
        arguments: input.map_or_else(|| "{}".to_owned(), |input| input.to_string()),
    }))
}

fn read_result(block: &mut Fields, history: &mut History, notes: &mut Notes) -> Outcome<Part> {
    refuse_toolset(block)?;
    let parts = match block.take("content") {
        None => Vec::new(),
        Some(Value::String(text)) => vec![Part::Text(text)],
        Some(Value::Array(blocks)) => each("content", blocks, |inner| read_inner(inner, history, notes))?
            .into_iter()
            .flatten()
            .collect(),
        Some(_) => return Err(NotTranslatable::malformed("content", "a text or a list")),
    };
    Ok(Part::Result(ToolResult {
        call: block.needed("tool_use_id")?,
        parts,
        failed: block.flag("is_error")?.unwrap_or(false),
    }))
}

/// Results hold texts, images and references, and no calls or results of their own.
fn read_inner(block: Value, history: &mut History, notes: &mut Notes) -> Outcome<Option<Part>> {
    let kind = block.get("type").and_then(Value::as_str).unwrap_or_default();
    if ["text", "image", "tool_reference"].contains(&kind) {
        read(block, history, notes)
    } else {
        Err(NotTranslatable::named("a result of type", kind, "type"))
    }
}

fn refuse_toolset(block: &mut Fields) -> Outcome<()> {
    match block.text("toolset_name")? {
        Some(name) => Err(NotTranslatable::named("the set of tools", &name, "toolset_name")),
        None => Ok(()),
    }
}
