//! Reads requests of Anthropic Messages.

use super::super::fields::{Fields, each};
use super::super::model::{Conversation, Effort, Format, Part, Role, Settings, Turn, no_parameters};
use super::super::refuse::{NotTranslatable, Notes, Outcome};
use super::anthropic_blocks::{self, History};
use super::anthropic_tools;
use serde_json::Value;

/// How the block begins by which Anthropic attributes the use of its own programs.
const ATTRIBUTION: &str = "x-anthropic-billing-header:";

/// Reads a request.
pub(super) fn read(mut body: Fields, notes: &mut Notes) -> Outcome<Conversation> {
    refuse(&mut body)?;
    let mut settings = settings(&mut body, notes)?;
    let mut turns = system(body.take("system"), notes)?;
    let mut history = History::default();
    let messages = body.list("messages")?;
    let last_user = messages
        .iter()
        .rposition(|message| role_of(message) == Some("user"));
    let read = |(position, message)| {
        let is_last = last_user.is_none_or(|last| position > last);
        message_turn(message, is_last, &mut history, &mut settings, notes)
            .map_err(|error| error.within(&format!("messages.{position}")))
    };
    let said: Vec<Turn> = messages
        .into_iter()
        .enumerate()
        .map(read)
        .collect::<Outcome<_>>()?;
    turns.extend(said);
    let tools = anthropic_tools::read(body.list("tools")?, &history, notes)?;
    let choice = body.object("tool_choice")?;
    let choice = choice
        .map(|choice| anthropic_tools::choice(choice, &mut settings))
        .transpose()?;
    body.forget(&["model"]);
    body.announce_rest(notes);
    Ok(Conversation {
        turns,
        tools,
        choice,
        settings,
    })
}

/// What the provider would hold or run itself.
fn refuse(body: &mut Fields) -> Outcome<()> {
    for key in ["container", "compaction", "fallback_credit_token"] {
        if body.take(key).is_some() {
            return Err(NotTranslatable::named("the key", key, key));
        }
    }
    if !body.list("mcp_servers")?.is_empty() {
        return Err(NotTranslatable::named("the key", "mcp_servers", "mcp_servers"));
    }
    Ok(())
}

fn settings(body: &mut Fields, notes: &mut Notes) -> Outcome<Settings> {
    let mut settings = Settings {
        max_tokens: body.count("max_tokens")?,
        temperature: body.number("temperature")?,
        top_p: body.number("top_p")?,
        stop: body.texts("stop_sequences")?,
        stream: body.flag("stream")?.unwrap_or(false),
        ..Settings::default()
    };
    if let Some(mut metadata) = body.object("metadata")? {
        let user = metadata.text("user_id")?;
        // the coding tool puts its device and session there, which are nobody else's business
        let is_record = user.as_deref().is_some_and(|user| user.starts_with('{'));
        notes.add_if(is_record, "metadata.user_id");
        settings.user = user.filter(|_| !is_record);
        metadata.announce_rest_of("metadata", notes);
    }
    if let Some(thinking) = body.object("thinking")? {
        settings.effort = read_thinking(thinking, notes)?;
    }
    if let Some(mut config) = body.object("output_config")? {
        config_effort(&mut config, &mut settings)?;
        settings.format = config.object("format")?.map(read_format).transpose()?;
        config.announce_rest_of("output_config", notes);
    }
    if let Some(format) = body.object("output_format")? {
        settings.format = Some(read_format(format)?);
    }
    Ok(settings)
}

fn read_thinking(mut thinking: Fields, notes: &mut Notes) -> Outcome<Option<Effort>> {
    let kind = thinking.needed("type")?;
    let budget = thinking.count("budget_tokens")?;
    if thinking.text("display")?.as_deref() != Some("omitted") && kind != "disabled" {
        notes.add("reasoning in the answer");
    }
    Ok(match kind.as_str() {
        "disabled" => Some(Effort::Off),
        "enabled" => Some(budget.map_or(Effort::Medium, Effort::of_budget)),
        _ => None,
    })
}

/// An effort holds only where thinking is not switched off.
fn config_effort(config: &mut Fields, settings: &mut Settings) -> Outcome<()> {
    if let Some(word) = config.text("effort")? {
        let effort =
            Effort::of_word(&word).ok_or_else(|| NotTranslatable::malformed("effort", "a known effort"))?;
        if settings.effort != Some(Effort::Off) {
            settings.effort = Some(effort);
        }
    }
    Ok(())
}

fn read_format(mut format: Fields) -> Outcome<Format> {
    let kind = format.needed("type")?;
    if kind != "json_schema" {
        return Err(NotTranslatable::named("an answer in the form", &kind, "type"));
    }
    Ok(Format::Schema {
        name: None,
        description: None,
        schema: format.take("schema").unwrap_or_else(no_parameters),
        strict: None,
    })
}

fn system(system: Option<Value>, notes: &mut Notes) -> Outcome<Vec<Turn>> {
    let parts = match system {
        None => Vec::new(),
        Some(Value::String(text)) => vec![Part::Text(text)],
        Some(Value::Array(blocks)) => {
            let mut history = History::default();
            each("system", blocks, |block| {
                anthropic_blocks::read(block, &mut history, notes)
            })?
            .into_iter()
            .flatten()
            .collect()
        }
        Some(_) => return Err(NotTranslatable::malformed("system", "a text or a list")),
    };
    let mut turns = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) if text.starts_with(ATTRIBUTION) => notes.add("attribution block"),
            part => turns.push(Turn {
                role: Role::System,
                parts: vec![part],
            }),
        }
    }
    Ok(turns)
}

fn role_of(message: &Value) -> Option<&str> {
    message.get("role").and_then(Value::as_str)
}

fn message_turn(
    message: Value,
    is_behind_last_user: bool,
    history: &mut History,
    settings: &mut Settings,
    notes: &mut Notes,
) -> Outcome<Turn> {
    let mut message = Fields::of(message, "message")?;
    let word = message.needed("role")?;
    let role = match word.as_str() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        _ => return Err(NotTranslatable::named("a message of role", &word, "role")),
    };
    if let Some(mut config) = message.object("output_config")? {
        config_effort(&mut config, settings)?;
        config.announce_rest_of("output_config", notes);
    }
    let clears = message.text("clear_at")?.as_deref() == Some("next_user_message");
    let parts = match message.take("content") {
        None => Vec::new(),
        Some(Value::String(text)) => vec![Part::Text(text)],
        Some(Value::Array(blocks)) => {
            let read = each("content", blocks, |block| {
                anthropic_blocks::read(block, history, notes)
            })?;
            read.into_iter().flatten().collect()
        }
        Some(_) => return Err(NotTranslatable::malformed("content", "a text or a list")),
    };
    message.announce_rest(notes);
    // the model would no longer be shown a text that holds for one turn only
    let is_over = clears && !is_behind_last_user;
    let parts = if is_over { Vec::new() } else { parts };
    Ok(Turn { role, parts })
}
