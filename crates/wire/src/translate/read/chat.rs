//! Reads requests of OpenAI Chat Completions.

use super::super::fields::{Fields, each};
use super::super::model::{Conversation, Settings, Tool, ToolKind, ToolName, no_parameters};
use super::super::refuse::{NotTranslatable, Notes, Outcome};
use super::{chat_messages, openai_settings};
use serde_json::Value;

/// Reads a request.
pub(super) fn read(mut body: Fields, notes: &mut Notes) -> Outcome<Conversation> {
    refuse(&mut body)?;
    let mut settings = openai_settings::read(&mut body, notes)?;
    own_settings(&mut body, &mut settings)?;
    let mut tools = each("tools", body.list("tools")?, |tool| read_tool(tool, notes))?;
    let choice = openai_settings::choice(body.take("tool_choice"), &mut tools)
        .map_err(|error| error.within("tool_choice"))?;
    let messages = body.list("messages")?;
    let turns = each("messages", messages, |message| {
        chat_messages::read(message, notes)
    })?;
    forget_defaults(&mut body);
    body.announce_rest(notes);
    Ok(Conversation {
        turns,
        tools,
        choice,
        settings,
    })
}

fn own_settings(body: &mut Fields, settings: &mut Settings) -> Outcome<()> {
    let older = body.count("max_tokens")?;
    settings.max_tokens = body.count("max_completion_tokens")?.or(older);
    settings.effort = openai_settings::effort(body.text("reasoning_effort")?, "reasoning_effort")?;
    settings.verbosity = body.text("verbosity")?;
    let format = body.object("response_format")?;
    settings.format = openai_settings::format(format).map_err(|error| error.within("response_format"))?;
    settings.stop = match body.take("stop") {
        Some(Value::String(stop)) => vec![stop],
        Some(list) => {
            let mut one = Fields::of(serde_json::json!({ "stop": list }), "stop")?;
            one.texts("stop")?
        }
        None => Vec::new(),
    };
    if let Some(mut options) = body.object("stream_options")? {
        settings.stream_usage = options.flag("include_usage")?.unwrap_or(false);
    }
    Ok(())
}

/// What changes the answer so much that it must not go missing.
fn refuse(body: &mut Fields) -> Outcome<()> {
    for key in ["functions", "function_call", "web_search_options", "audio"] {
        if body.take(key).is_some() {
            return Err(NotTranslatable::named("the key", key, key));
        }
    }
    if body.count("n")?.is_some_and(|n| n != 1) {
        return Err(NotTranslatable::feature("more than one answer", "n"));
    }
    if body.flag("logprobs")? == Some(true) {
        return Err(NotTranslatable::feature("`logprobs: true`", "logprobs"));
    }
    if body.texts("modalities")?.iter().any(|kind| kind != "text") {
        return Err(NotTranslatable::feature(
            "an answer that is no text",
            "modalities",
        ));
    }
    Ok(())
}

/// Keys that clients send with the value that they have anyway.
fn forget_defaults(body: &mut Fields) {
    for key in ["frequency_penalty", "presence_penalty"] {
        if let Ok(Some(number)) = body.number(key)
            && number.as_f64() != Some(0.0)
        {
            // back again, so that it is announced
            body.put_back(key, Value::Number(number));
        }
    }
}

fn read_tool(tool: Value, notes: &mut Notes) -> Outcome<Tool> {
    let mut fields = Fields::of(tool, "tool")?;
    let kind = fields.text("type")?.unwrap_or_else(|| "function".to_owned());
    let tool = match kind.as_str() {
        "function" => {
            let mut function = Fields::of(fields.take("function").unwrap_or_default(), "function")?;
            let tool = Tool {
                name: ToolName::plain(function.needed("name")?),
                kind: ToolKind::Function,
                description: function.text("description")?,
                schema: function.take("parameters").unwrap_or_else(no_parameters),
                strict: function.flag("strict")?,
            };
            function.announce_rest(notes);
            tool
        }
        "custom" => {
            let mut custom = Fields::of(fields.take("custom").unwrap_or_default(), "custom")?;
            let name = custom.needed("name")?;
            let (description, schema) =
                openai_settings::freeform(custom.text("description")?, custom.object("format")?)?;
            Tool {
                name: ToolName::plain(name),
                kind: ToolKind::Freeform,
                description: Some(description),
                schema,
                strict: None,
            }
        }
        _ => return Err(NotTranslatable::named("a tool of type", &kind, "type")),
    };
    fields.announce_rest(notes);
    Ok(tool)
}
