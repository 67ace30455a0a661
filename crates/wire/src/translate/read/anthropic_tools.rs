//! Reads the tools of Anthropic Messages: those of the caller, and those typed ones that the caller runs too.

use super::super::fields::Fields;
use super::super::model::{Choice, Settings, Tool, ToolKind, ToolName, no_parameters};
use super::super::refuse::{NotTranslatable, Notes, Outcome};
use super::anthropic_blocks::History;
use serde_json::{Value, json};

/// Reads all tools; one that is to be loaded later is offered once the messages refer to it.
pub(super) fn read(tools: Vec<Value>, history: &History, notes: &mut Notes) -> Outcome<Vec<Tool>> {
    let mut read = Vec::new();
    for (position, tool) in tools.into_iter().enumerate() {
        let tool =
            read_one(tool, history, notes).map_err(|error| error.within(&format!("tools.{position}")))?;
        read.extend(tool);
    }
    Ok(read)
}

fn read_one(tool: Value, history: &History, notes: &mut Notes) -> Outcome<Option<Tool>> {
    let mut fields = Fields::of(tool, "tool")?;
    let kind = fields.text("type")?.unwrap_or_else(|| "custom".to_owned());
    let name = fields.needed("name")?;
    let is_deferred = fields.flag("defer_loading")?.unwrap_or(false);
    let (description, schema) = if kind == "custom" {
        let schema = fields.take("input_schema").unwrap_or_else(no_parameters);
        (fields.text("description")?, schema)
    } else {
        let (description, schema) = typed(&kind, &name)?;
        (Some(description.to_owned()), schema)
    };
    if is_deferred && !history.used_tools.contains(&name) {
        notes.add("deferred tools");
        return Ok(None);
    }
    notes.add_if(fields.flag("strict")? == Some(true), "strict");
    fields.announce_rest(notes);
    Ok(Some(Tool {
        name: ToolName::plain(name),
        kind: ToolKind::Function,
        description,
        schema,
        strict: None,
    }))
}

/// What a typed tool that the caller runs looks like as a function.
fn typed(kind: &str, name: &str) -> Outcome<(&'static str, Value)> {
    let is_shell = kind.starts_with("bash_") && name == "bash";
    let is_editor = kind.starts_with("text_editor_")
        && ["str_replace_editor", "str_replace_based_edit_tool"].contains(&name);
    if is_shell {
        Ok((
            "Runs a command in a shell that keeps its state between calls.",
            shell_schema(),
        ))
    } else if is_editor {
        Ok(("Views, creates and edits text files.", editor_schema()))
    } else {
        Err(NotTranslatable::named("a tool of type", kind, "type"))
    }
}

fn shell_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "command": { "type": "string", "description": "The command to run; needed unless `restart` is set." },
            "restart": { "type": "boolean", "description": "Starts the shell anew." },
        },
    })
}

fn editor_schema() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "type": "object",
        "properties": {
            "command": { "type": "string", "enum": ["view", "create", "str_replace", "insert"] },
            "path": text("Path of the file, or to be viewed of a folder."),
            "view_range": {
                "type": "array",
                "items": { "type": "integer" },
                "description": "For `view`: first and last line, counted from 1; -1 is the last of the file.",
            },
            "file_text": text("For `create`: what the file is to contain."),
            "old_str": text("For `str_replace`: the text to replace, which has to occur exactly once."),
            "new_str": text("For `str_replace`: the new text. For `insert` with older versions: the text to insert."),
            "insert_line": { "type": "integer", "description": "For `insert`: the line behind which to insert." },
            "insert_text": text("For `insert`: the text to insert."),
        },
        "required": ["command", "path"],
    })
}

/// Reads which tools are to be used, and whether several at once.
pub(super) fn choice(mut choice: Fields, settings: &mut Settings) -> Outcome<Choice> {
    if let Some(one_at_a_time) = choice.flag("disable_parallel_tool_use")? {
        settings.parallel_calls = Some(!one_at_a_time);
    }
    let kind = choice.needed("type")?;
    match kind.as_str() {
        "auto" => Ok(Choice::Auto),
        "none" => Ok(Choice::Never),
        "any" => Ok(Choice::Required),
        "tool" => Ok(Choice::Named(ToolName::plain(choice.needed("name")?))),
        _ => Err(NotTranslatable::named("the choice of tool", &kind, "tool_choice")),
    }
}
