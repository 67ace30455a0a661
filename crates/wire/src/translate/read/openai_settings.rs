//! Settings that OpenAI's two protocols share, in words or in substance.

use super::super::fields::Fields;
use super::super::model::{Choice, Effort, Format, Settings, Tool, ToolName, no_parameters};
use super::super::refuse::{NotTranslatable, Notes, Outcome};
use serde_json::Value;
use std::collections::HashSet;

/// Reads what both protocols call the same; what cannot be carried over is refused or noted.
pub(super) fn read(body: &mut Fields, notes: &mut Notes) -> Outcome<Settings> {
    refuse_state(body)?;
    let settings = Settings {
        temperature: body.number("temperature")?,
        top_p: body.number("top_p")?,
        user: body.text("user")?,
        parallel_calls: body.flag("parallel_tool_calls")?,
        stream: body.flag("stream")?.unwrap_or(false),
        ..Settings::default()
    };
    let tier = body.text("service_tier")?;
    notes.add_if(tier.is_some_and(|tier| tier != "auto"), "service_tier");
    body.forget(&["model"]);
    Ok(settings)
}

/// State that the provider would hold: it is not there when another provider answers.
fn refuse_state(body: &mut Fields) -> Outcome<()> {
    for key in ["previous_response_id", "conversation", "prompt"] {
        if body.take(key).is_some() {
            return Err(NotTranslatable::named("state at the provider,", key, key));
        }
    }
    for key in ["store", "background"] {
        if body.flag(key)? == Some(true) {
            return Err(NotTranslatable::feature(format!("`{key}: true`"), key));
        }
    }
    Ok(())
}

/// Reads a word for the effort.
pub(super) fn effort(word: Option<String>, key: &str) -> Outcome<Option<Effort>> {
    let Some(word) = word else { return Ok(None) };
    let effort = Effort::of_word(&word);
    effort
        .map(Some)
        .ok_or_else(|| NotTranslatable::malformed(key, "a known effort"))
}

/// Reads the form of the answer; in Chat Completions the schema stands one level deeper.
pub(super) fn format(format: Option<Fields>) -> Outcome<Option<Format>> {
    let Some(mut format) = format else { return Ok(None) };
    let kind = format.needed("type")?;
    let mut inner = match kind.as_str() {
        "text" => return Ok(None),
        "json_object" => return Ok(Some(Format::AnyJson)),
        "json_schema" => format.object("json_schema")?.unwrap_or(format),
        _ => return Err(NotTranslatable::named("an answer in the form", &kind, "type")),
    };
    Ok(Some(Format::Schema {
        name: inner.text("name")?,
        description: inner.text("description")?,
        schema: inner.take("schema").unwrap_or_else(no_parameters),
        strict: inner.flag("strict")?,
    }))
}

/// Reads which tools are to be used; tools that are not allowed are taken away.
pub(super) fn choice(value: Option<Value>, tools: &mut Vec<Tool>) -> Outcome<Option<Choice>> {
    let mut fields = match value {
        None => return Ok(None),
        Some(Value::String(word)) => return word_choice(&word).map(Some),
        Some(value) => Fields::of(value, "tool_choice")?,
    };
    let kind = fields.needed("type")?;
    if !["function", "custom", "allowed_tools"].contains(&kind.as_str()) {
        return Err(NotTranslatable::named("the choice of tool", &kind, "type"));
    }
    // in Chat Completions the particulars stand under a key that repeats the type
    let mut inner = fields.object(&kind)?.unwrap_or(fields);
    if kind != "allowed_tools" {
        return Ok(Some(Choice::Named(tool_name(&mut inner)?)));
    }
    let mut allowed = HashSet::new();
    for tool in inner.list("tools")? {
        let mut tool = Fields::of(tool, "tools")?;
        let kind = tool.text("type")?.unwrap_or_default();
        allowed.insert(tool_name(&mut tool.object(&kind)?.unwrap_or(tool))?);
    }
    tools.retain(|tool| {
        let group = tool.name.namespace.as_deref().map(ToolName::plain);
        allowed.contains(&tool.name) || group.is_some_and(|group| allowed.contains(&group))
    });
    word_choice(&inner.needed("mode")?).map(Some)
}

fn tool_name(fields: &mut Fields) -> Outcome<ToolName> {
    Ok(ToolName {
        namespace: fields.text("namespace")?,
        name: fields.needed("name")?,
    })
}

fn word_choice(word: &str) -> Outcome<Choice> {
    match word {
        "auto" => Ok(Choice::Auto),
        "none" => Ok(Choice::Never),
        "required" => Ok(Choice::Required),
        _ => Err(NotTranslatable::named("the choice of tool", word, "")),
    }
}

/// The schema and the instruction that stand for a tool whose input is one text.
pub(super) fn freeform(description: Option<String>, format: Option<Fields>) -> Outcome<(String, Value)> {
    let mut description = description.unwrap_or_default();
    if let Some(mut format) = format
        && format.text("type")?.as_deref() == Some("grammar")
    {
        let mut grammar = format.object("grammar")?.unwrap_or(format);
        let syntax = grammar.text("syntax")?.unwrap_or_default();
        let definition = grammar.text("definition")?.unwrap_or_default();
        description.push_str(&format!(
            "\n\nThe text in `input` has to follow this {syntax} grammar:\n{definition}"
        ));
    }
    let schema = serde_json::json!({
        "type": "object",
        "properties": { "input": { "type": "string" } },
        "required": ["input"],
        "additionalProperties": false,
    });
    Ok((description, schema))
}

/// The arguments that stand for the input of such a tool.
pub(super) fn freeform_arguments(input: &str) -> String {
    serde_json::json!({ "input": input }).to_string()
}
