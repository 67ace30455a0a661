//! The one tool that the stand-in ever calls: the shell of a coding agent, with the command that its user asked for.

use serde_json::{Map, Value, json};

/// What agents call their shell, in small letters.
const SHELLS: [&str; 8] = [
    "bash",
    "shell",
    "exec_command",
    "run_shell_command",
    "run_command",
    "execute_command",
    "run_terminal_command",
    "terminal",
];

/// What they call the argument that takes the command.
const COMMANDS: [&str; 4] = ["command", "cmd", "script", "commands"];

/// A call of a tool.
#[derive(Debug, PartialEq)]
pub(crate) struct Call {
    /// Name of the tool, as the request writes it.
    pub name: String,
    /// Its arguments.
    pub arguments: Value,
}

/// A call of the first shell among the tools of a request; `None` where it has none.
pub(crate) fn call(request: &Value, command: &str) -> Option<Call> {
    let tools = request.get("tools")?.as_array()?.iter().flat_map(declared);
    let (name, schema) = tools
        .filter_map(|tool| Some((tool.get("name")?.as_str()?, schema(tool))))
        .find(|(name, _)| SHELLS.contains(&name.to_lowercase().as_str()))?;
    Some(Call {
        name: name.to_owned(),
        arguments: arguments(schema, command),
    })
}

/// Tools that an entry declares: one, or in Gemini's protocol a list.
fn declared(entry: &Value) -> Vec<&Value> {
    let list = ["functionDeclarations", "function_declarations"]
        .iter()
        .find_map(|key| entry.get(*key)?.as_array());
    match list {
        Some(list) => list.iter().collect(),
        None => vec![entry.get("function").unwrap_or(entry)],
    }
}

fn schema(tool: &Value) -> Option<&Value> {
    ["parameters", "input_schema", "parametersJsonSchema"]
        .iter()
        .find_map(|key| tool.get(*key))
}

/// Arguments that a schema accepts: the command, and for everything else that is required the least that fits.
fn arguments(schema: Option<&Value>, command: &str) -> Value {
    let part = |key: &str| schema.and_then(|schema| schema.get(key));
    let properties = part("properties").and_then(Value::as_object);
    let property = |name: &str| properties.and_then(|properties| properties.get(name));
    let takes = COMMANDS
        .iter()
        .find(|name| property(name).is_some())
        .unwrap_or(&"command");
    let mut arguments = Map::new();
    let command = match kind(property(takes)).as_str() {
        "array" => json!(["bash", "-lc", command]),
        _ => json!(command),
    };
    arguments.insert((*takes).to_owned(), command);
    let required = part("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str).filter(|name| name != takes) {
        arguments.insert(name.to_owned(), least(property(name)));
    }
    Value::Object(arguments)
}

/// The simplest value of a property.
fn least(property: Option<&Value>) -> Value {
    let choice = property.and_then(|property| property.get("enum")?.as_array()?.first());
    match (choice, kind(property).as_str()) {
        (Some(choice), _) => choice.clone(),
        (None, "boolean") => json!(false),
        (None, "integer" | "number") => json!(1),
        (None, "array") => json!([]),
        (None, "object") => json!({}),
        _ => json!("asked for by the person"),
    }
}

/// The type of a property; Gemini writes it in capitals.
fn kind(property: Option<&Value>) -> String {
    let kind = property.and_then(|property| property.get("type")?.as_str());
    kind.unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(parameters: &Value, expected: &Value) {
        let request = json!({ "tools": [{ "name": "Read" }, { "name": "Bash", "parameters": parameters }] });
        let call = call(&request, "echo hi").unwrap();
        assert_eq!((call.name.as_str(), &call.arguments), ("Bash", expected));
    }

    #[test]
    fn arguments_fit_the_schema() {
        check(&Value::Null, &json!({ "command": "echo hi" }));
        check(
            &json!({
                "properties": {
                    "cmd": { "type": "string" },
                    "mode": { "enum": ["sync", "async"] },
                    "wait": { "type": "INTEGER" },
                    "why": { "type": "string" },
                    "never": { "type": "string" },
                },
                "required": ["cmd", "mode", "wait", "why"],
            }),
            &json!({ "cmd": "echo hi", "mode": "sync", "wait": 1, "why": "asked for by the person" }),
        );
        check(
            &json!({ "properties": { "command": { "type": "array" } } }),
            &json!({ "command": ["bash", "-lc", "echo hi"] }),
        );
    }
}
