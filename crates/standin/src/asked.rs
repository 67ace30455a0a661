//! What a request asks for, read in the same way from every protocol.

use crate::shell::{self, Call};
use serde_json::Value;
use wire::{Dialect, Surface};

/// How a line begins by which somebody asks for a command.
const RUN: &str = "run: ";

/// A request, read.
pub(crate) struct Asked {
    /// The protocol.
    pub dialect: Dialect,
    /// The model asked for.
    pub model: String,
    /// How many messages or items it holds.
    pub messages: usize,
    /// Letters of all of them.
    pub letters: usize,
    /// The call of a tool that its last words ask for, where it has a tool for that.
    pub call: Option<Call>,
    /// What a tool gave back, where the request ends by that.
    pub result: Option<String>,
}

impl Asked {
    /// Reads a request. `model` is the one in the path, where the protocol has it there.
    pub(crate) fn read(surface: Surface, model: Option<&str>, request: &Value) -> Self {
        let dialect = surface.dialect();
        let (texts_at, turns_at): (&[&str], &str) = match dialect {
            _ if surface == Surface::Embeddings => (&[], "input"),
            Dialect::OpenAiChat => (&[], "messages"),
            Dialect::AnthropicMessages => (&["system"], "messages"),
            Dialect::OpenAiResponses => (&["instructions"], "input"),
            Dialect::Gemini => (&["systemInstruction", "system_instruction"], "contents"),
        };
        let turns = request.get(turns_at);
        let last = last_words(dialect, turns);
        Self {
            dialect,
            model: model
                .or_else(|| request.get("model")?.as_str())
                .unwrap_or("no model")
                .to_owned(),
            messages: match turns {
                Some(Value::Array(turns)) => turns.len(),
                Some(_) => 1,
                None => 0,
            },
            letters: texts_at
                .iter()
                .map(|key| letters(request.get(*key)))
                .sum::<usize>()
                + letters(turns),
            call: match &last {
                Last::Words(texts) => command(texts).and_then(|command| shell::call(request, command)),
                Last::Result(_) => None,
            },
            result: match last {
                Last::Result(result) => Some(result),
                Last::Words(_) => None,
            },
        }
    }
}

/// What stands behind the last answer of the model.
enum Last {
    /// Texts of a person.
    Words(Vec<String>),
    /// What a tool gave back.
    Result(String),
}

fn last_words(dialect: Dialect, turns: Option<&Value>) -> Last {
    let turns = match turns {
        Some(Value::Array(turns)) => turns.as_slice(),
        Some(Value::String(text)) => return Last::Words(vec![text.clone()]),
        _ => &[],
    };
    let behind = turns.iter().rposition(is_of_model).map_or(0, |at| at + 1);
    let mut texts = Vec::new();
    let mut result = None;
    for turn in turns.iter().skip(behind) {
        if let Some(found) = result_in(dialect, turn) {
            result = Some(found);
        }
        if matches!(turn.get("role").and_then(Value::as_str), Some("user") | None) {
            texts.extend(texts_in(turn));
        }
    }
    result.map_or(Last::Words(texts), Last::Result)
}

/// Whether the model itself wrote a message or item.
fn is_of_model(turn: &Value) -> bool {
    let text = |key: &str| turn.get(key).and_then(Value::as_str);
    matches!(text("role"), Some("assistant" | "model"))
        || matches!(
            text("type"),
            Some("function_call" | "custom_tool_call" | "reasoning")
        )
}

/// What a tool gave back in a message or item.
fn result_in(dialect: Dialect, turn: &Value) -> Option<String> {
    let all = |key: &str| turn.get(key).and_then(Value::as_array).into_iter().flatten();
    match dialect {
        Dialect::OpenAiChat => (turn.get("role")? == "tool").then(|| joined(turn.get("content"))),
        Dialect::OpenAiResponses => turn.get("output").map(|output| joined(Some(output))),
        Dialect::AnthropicMessages => all("content")
            .rfind(|block| block.get("type").is_some_and(|kind| kind == "tool_result"))
            .map(|block| joined(block.get("content"))),
        Dialect::Gemini => all("parts")
            .filter_map(|part| part.get("functionResponse")?.get("response"))
            .next_back()
            .map(|response| joined(response.get("output").or(Some(response)))),
    }
}

/// Every text in a message or item.
fn texts_in(turn: &Value) -> Vec<String> {
    match turn.get("content").or_else(|| turn.get("parts")) {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(parts)) => parts
            .iter()
            .filter_map(|part| Some(part.get("text")?.as_str()?.to_owned()))
            .collect(),
        _ => Vec::new(),
    }
}

/// A result as text, whatever its shape.
fn joined(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) if parts.iter().all(|part| part.get("text").is_some()) => parts
            .iter()
            .filter_map(|part| part.get("text")?.as_str())
            .collect(),
        Some(other) => other.to_string(),
    }
}

/// The last command asked for by a line of its own.
fn command(texts: &[String]) -> Option<&str> {
    texts
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.trim().strip_prefix(RUN))
        .next_back()
}

/// Letters of every text inside a message or a list of messages, names of roles and kinds left out.
fn letters(value: Option<&Value>) -> usize {
    match value {
        Some(Value::String(text)) => text.chars().count(),
        Some(Value::Array(items)) => items.iter().map(|item| letters(Some(item))).sum(),
        Some(Value::Object(members)) => ["content", "text", "input", "parts", "output"]
            .iter()
            .map(|key| letters(members.get(*key)))
            .sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(surface: Surface, request: &Value, command: Option<&str>, result: Option<&str>) {
        let asked = Asked::read(surface, None, request);
        let found = asked
            .call
            .map(|call| call.arguments["command"].as_str().unwrap().to_owned());
        assert_eq!(found.as_deref(), command, "{surface:?}");
        assert_eq!(asked.result.as_deref(), result, "{surface:?}");
    }

    /// The same two turns in every protocol: a command asked for, then what it gave.
    #[test]
    fn a_command_and_what_it_gave_are_found_in_every_protocol() {
        let schema = json!({ "type": "object", "properties": { "command": { "type": "string" } } });
        let say = "Read this.\n  run: echo hello";
        let chat = json!([{ "type": "function", "function": { "name": "bash", "parameters": schema } }]);
        let asks = json!([{ "role": "system", "content": "run: rm" }, { "role": "user", "content": say }]);
        check(
            Surface::Chat,
            &json!({ "tools": chat, "messages": asks }),
            Some("echo hello"),
            None,
        );
        let gave = json!([
            { "role": "user", "content": say },
            { "role": "assistant", "tool_calls": [] },
            { "role": "tool", "content": "hello" },
        ]);
        check(
            Surface::Chat,
            &json!({ "tools": chat, "messages": gave }),
            None,
            Some("hello"),
        );

        let tools = json!([{ "name": "Bash", "input_schema": schema }]);
        let asks = json!([{ "role": "user", "content": [{ "text": say }, { "text": "<reminder/>" }] }]);
        check(
            Surface::Messages,
            &json!({ "tools": tools, "messages": asks }),
            Some("echo hello"),
            None,
        );
        let gave = json!([
            { "role": "assistant", "content": [] },
            { "role": "user", "content": [{ "type": "tool_result", "content": [{ "text": "hello" }] }] },
        ]);
        check(
            Surface::Messages,
            &json!({ "tools": tools, "messages": gave }),
            None,
            Some("hello"),
        );

        let tools = json!([{ "type": "function", "name": "exec_command", "parameters": schema }]);
        check(
            Surface::Responses,
            &json!({ "tools": tools, "input": say }),
            Some("echo hello"),
            None,
        );
        let gave =
            json!([{ "type": "function_call" }, { "type": "function_call_output", "output": "hello" }]);
        check(
            Surface::Responses,
            &json!({ "tools": tools, "input": gave }),
            None,
            Some("hello"),
        );

        let tools = json!([{ "functionDeclarations": [{ "name": "run_shell_command", "parametersJsonSchema": schema }] }]);
        let asks = json!([{ "role": "user", "parts": [{ "text": say }] }]);
        check(
            Surface::Generate,
            &json!({ "tools": tools, "contents": asks }),
            Some("echo hello"),
            None,
        );
        let gave = json!([
            { "role": "model", "parts": [] },
            { "role": "user", "parts": [{ "functionResponse": { "response": { "output": "hello" } } }] },
        ]);
        check(
            Surface::Generate,
            &json!({ "tools": tools, "contents": gave }),
            None,
            Some("hello"),
        );
    }

    #[test]
    fn without_a_shell_or_a_request_for_one_nothing_is_called() {
        let words = json!([{ "role": "user", "content": "run: echo hello" }]);
        let reader = json!([{ "type": "function", "function": { "name": "read_file" } }]);
        check(
            Surface::Chat,
            &json!({ "tools": reader, "messages": words }),
            None,
            None,
        );
        check(Surface::Chat, &json!({ "messages": words }), None, None);
        let bash = json!([{ "type": "function", "function": { "name": "bash" } }]);
        let other = json!([{ "role": "user", "content": "please run: echo hello" }]);
        check(
            Surface::Chat,
            &json!({ "tools": bash, "messages": other }),
            None,
            None,
        );
    }
}
