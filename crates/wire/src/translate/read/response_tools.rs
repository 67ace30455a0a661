//! Reads the tools of OpenAI Responses: functions, freeform tools, namespaces of both, and the provider's own.

use super::super::fields::{Fields, each};
use super::super::model::{Tool, ToolKind, ToolName, no_parameters};
use super::super::refuse::{NotTranslatable, Notes, Outcome, quoted};
use super::openai_settings;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Tools on offer so far.
#[derive(Default)]
pub(super) struct Offered {
    pub tools: Vec<Tool>,
    /// What namespaces say of themselves.
    pub explanations: Vec<String>,
    positions: HashMap<ToolName, usize>,
    explained: HashSet<String>,
}

/// Reads one entry of a list of tools.
pub(super) fn read(tool: Value, offered: &mut Offered, notes: &mut Notes) -> Outcome<()> {
    let mut fields = Fields::of(tool, "tool")?;
    let kind = fields.needed("type")?;
    match kind.as_str() {
        "function" | "custom" => offered.add(member(&kind, fields, None, notes)?),
        "namespace" => namespace(fields, offered, notes)?,
        // run by the caller, or searching what is given in full here
        "local_shell" | "tool_search" => notes.add(&format!("tool {kind}")),
        "web_search" if fields.flag("external_web_access")? == Some(false) => notes.add("tool web_search"),
        _ => return Err(NotTranslatable::named("a tool of type", &kind, "type")),
    }
    Ok(())
}

impl Offered {
    /// Adds a tool; one that is declared again takes the place of the first.
    fn add(&mut self, tool: Tool) {
        let position = self.positions.get(&tool.name).copied();
        if let Some(first) = position.and_then(|position| self.tools.get_mut(position)) {
            *first = tool;
        } else {
            self.positions.insert(tool.name.clone(), self.tools.len());
            self.tools.push(tool);
        }
    }
}

fn namespace(mut fields: Fields, offered: &mut Offered, notes: &mut Notes) -> Outcome<()> {
    let name = fields.needed("name")?;
    let description = fields.text("description")?.unwrap_or_default();
    let members = each("tools", fields.list("tools")?, |tool| {
        let mut fields = Fields::of(tool, "tool")?;
        let kind = fields.needed("type")?;
        match kind.as_str() {
            "function" | "custom" => member(&kind, fields, Some(name.clone()), notes),
            _ => Err(NotTranslatable::named("a tool of type", &kind, "type")),
        }
    })?;
    for tool in members {
        offered.add(tool);
    }
    if !description.is_empty() {
        let explanation = format!("The tools of the group `{}`: {description}", quoted(&name));
        if offered.explained.insert(name) {
            offered.explanations.push(explanation);
        }
    }
    Ok(())
}

fn member(kind: &str, mut fields: Fields, namespace: Option<String>, notes: &mut Notes) -> Outcome<Tool> {
    let name = ToolName {
        namespace,
        name: fields.needed("name")?,
    };
    let description = fields.text("description")?;
    let tool = if kind == "function" {
        Tool {
            name,
            kind: ToolKind::Function,
            description,
            schema: fields.take("parameters").unwrap_or_else(no_parameters),
            strict: fields.flag("strict")?,
        }
    } else {
        let (description, schema) = openai_settings::freeform(description, fields.object("format")?)?;
        Tool {
            name,
            kind: ToolKind::Freeform,
            description: Some(description),
            schema,
            strict: None,
        }
    };
    fields.announce_rest(notes);
    Ok(tool)
}
