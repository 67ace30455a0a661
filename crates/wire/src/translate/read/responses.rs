//! Reads requests of OpenAI Responses.

use super::super::fields::{Fields, each};
use super::super::model::{Conversation, Role, Settings, Turn};
use super::super::refuse::{NotTranslatable, Notes, Outcome};
use super::response_items::Items;
use super::{openai_settings, response_tools};
use serde_json::Value;

/// Reads a request.
pub(super) fn read(mut body: Fields, notes: &mut Notes) -> Outcome<Conversation> {
    let mut settings = openai_settings::read(&mut body, notes)?;
    own_settings(&mut body, &mut settings, notes)?;
    let instructions = body.text("instructions")?;
    let mut items = Items::new(settings);
    for (position, tool) in body.list("tools")?.into_iter().enumerate() {
        response_tools::read(tool, &mut items.offered, notes)
            .map_err(|error| error.within(&format!("tools.{position}")))?;
    }
    let turns = match body.take("input") {
        Some(Value::String(text)) => vec![Turn::text(Role::User, text)],
        Some(Value::Array(list)) => each("input", list, |item| items.read(item, notes))?,
        None => Vec::new(),
        Some(_) => return Err(NotTranslatable::malformed("input", "a text or a list")),
    };
    let Items {
        settings,
        mut offered,
    } = items;
    let choice = openai_settings::choice(body.take("tool_choice"), &mut offered.tools)
        .map_err(|error| error.within("tool_choice"))?;
    body.announce_rest(notes);
    let first = instructions.into_iter().chain(offered.explanations);
    let first = first.map(|text| Turn::text(Role::System, text));
    Ok(Conversation {
        turns: first.chain(turns).collect(),
        tools: offered.tools,
        choice,
        settings,
    })
}

fn own_settings(body: &mut Fields, settings: &mut Settings, notes: &mut Notes) -> Outcome<()> {
    settings.max_tokens = body.count("max_output_tokens")?;
    if let Some(mut reasoning) = body.object("reasoning")? {
        settings.effort = openai_settings::effort(reasoning.text("effort")?, "reasoning.effort")?;
        let summary = reasoning.take("summary").or(reasoning.take("generate_summary"));
        notes.add_if(summary.is_some(), "reasoning in the answer");
        reasoning.announce_rest_of("reasoning", notes);
    }
    if let Some(mut text) = body.object("text")? {
        settings.verbosity = text.text("verbosity")?;
        let format = text.object("format")?;
        settings.format = openai_settings::format(format).map_err(|error| error.within("text.format"))?;
        text.announce_rest_of("text", notes);
    }
    if body.text("truncation")?.is_some_and(|how| how != "disabled") {
        notes.add("truncation");
    }
    body.forget(&["stream_options"]);
    Ok(())
}
