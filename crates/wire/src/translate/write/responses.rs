//! Writes requests of OpenAI Responses.

use super::super::fields::Object;
use super::super::model::{Call, Choice, Conversation, Image, Part, Role, Settings, Tool, ToolResult, Turn};
use super::super::{Dialect, ids, image};
use super::{Desk, openai};
use serde_json::{Value, json};

/// Shortest answer that may be asked for, in tokens.
const LEAST_TOKENS: u64 = 16;

/// Writes a request.
pub(super) fn write(conversation: Conversation, desk: &mut Desk<'_>) -> Value {
    let Conversation {
        turns,
        tools,
        choice,
        mut settings,
    } = conversation;
    let mut body = Object::default();
    body.put("model", desk.target.model.as_str());
    let (instructions, input) = input(turns, desk);
    body.put_some("instructions", instructions);
    body.put("input", input);
    let has_tools = !tools.is_empty();
    body.put_list(
        "tools",
        tools.into_iter().map(|tool| tool_value(tool, desk)).collect(),
    );
    if has_tools {
        body.put_some("tool_choice", choice.map(|choice| choice_value(choice, desk)));
        body.put_some("parallel_tool_calls", settings.parallel_calls);
    }
    openai::settings(&mut settings, &mut body, desk);
    own_settings(settings, &mut body, desk);
    body.into()
}

fn own_settings(settings: Settings, body: &mut Object, desk: &mut Desk<'_>) {
    desk.notes.add_if(!settings.stop.is_empty(), "stop sequences");
    let length = desk.max_tokens(settings.max_tokens);
    body.put_some("max_output_tokens", length.map(|length| length.max(LEAST_TOKENS)));
    if let Some(effort) = openai::effort(settings.effort, desk) {
        body.put("reasoning", json!({ "effort": effort }));
    }
    let mut text = Object::default();
    let mut says_something = settings.format.is_some();
    if let Some(format) = settings.format {
        let (kind, mut inner) = openai::format(format, desk);
        inner.put("type", kind);
        text.put("format", inner);
    }
    if let Some(verbosity) = settings.verbosity {
        text.put("verbosity", verbosity);
        says_something = true;
    }
    if says_something {
        body.put("text", text);
    }
    body.put("store", false);
    body.put("stream", settings.stream);
}

fn input(turns: Vec<Turn>, desk: &mut Desk<'_>) -> (Option<String>, Vec<Value>) {
    let mut items = Vec::new();
    let mut opening: Vec<String> = Vec::new();
    for turn in turns {
        match turn.role {
            Role::System if items.is_empty() => opening.extend(turn.texts().map(str::to_owned)),
            Role::System => said("developer", turn.parts, &mut items, desk),
            Role::User => said("user", turn.parts, &mut items, desk),
            Role::Assistant => said("assistant", turn.parts, &mut items, desk),
        }
    }
    if items.is_empty() && !opening.is_empty() {
        // a request needs input, and instructions alone are none
        let parts = opening.drain(..).map(Part::Text).collect();
        said("developer", parts, &mut items, desk);
    }
    let instructions = (!opening.is_empty()).then(|| opening.join("\n\n"));
    (instructions, items)
}

/// Appends what one side says; what is no text or image stands as an item of its own.
fn said(role: &str, parts: Vec<Part>, items: &mut Vec<Value>, desk: &mut Desk<'_>) {
    let mut content = Vec::new();
    for part in parts {
        match part {
            Part::Call(call) => {
                message(role, &mut content, items);
                items.push(call_item(call, desk));
            }
            Part::Result(result) => {
                message(role, &mut content, items);
                items.push(output_item(result));
            }
            Part::Image(_) if role == "assistant" => desk.notes.add("images of the assistant"),
            part => content.extend(content_part(role, part)),
        }
    }
    message(role, &mut content, items);
}

fn message(role: &str, content: &mut Vec<Value>, items: &mut Vec<Value>) {
    if !content.is_empty() {
        items.push(json!({ "type": "message", "role": role, "content": std::mem::take(content) }));
    }
}

fn content_part(role: &str, part: Part) -> Option<Value> {
    match part {
        Part::Text(text) if role == "assistant" => {
            Some(json!({ "type": "output_text", "text": text, "annotations": [] }))
        }
        Part::Text(text) => Some(json!({ "type": "input_text", "text": text })),
        Part::Refusal(text) => Some(json!({ "type": "refusal", "refusal": text })),
        Part::Image(image) => Some(picture(image)),
        Part::Call(_) | Part::Result(_) => None,
    }
}

fn picture(image: Image) -> Value {
    json!({
        "type": "input_image",
        "image_url": image::address(image.source),
        "detail": image.detail.unwrap_or_else(|| "auto".to_owned()),
    })
}

fn call_item(call: Call, desk: &mut Desk<'_>) -> Value {
    json!({
        "type": "function_call",
        "call_id": ids::for_provider(&call.id, Dialect::OpenAiResponses),
        "name": desk.names.sent(&call.name),
        "arguments": call.arguments,
    })
}

fn output_item(result: ToolResult) -> Value {
    let id = ids::for_provider(&result.call, Dialect::OpenAiResponses);
    let (text, others) = openai::result_text(result);
    let output = if others.is_empty() {
        Value::String(text)
    } else {
        let text = (!text.is_empty()).then(|| json!({ "type": "input_text", "text": text }));
        let others = others.into_iter().filter_map(|part| content_part("user", part));
        text.into_iter().chain(others).collect()
    };
    json!({ "type": "function_call_output", "call_id": id, "output": output })
}

fn tool_value(tool: Tool, desk: &mut Desk<'_>) -> Value {
    let mut function = Object::default();
    function.put("type", "function");
    function.put("name", desk.names.sent(&tool.name));
    function.put_some("description", tool.description);
    function.put("parameters", tool.schema);
    // where nothing is said, this protocol would make the schema strict
    function.put("strict", tool.strict.unwrap_or(false));
    function.into()
}

fn choice_value(choice: Choice, desk: &mut Desk<'_>) -> Value {
    match choice {
        Choice::Auto => "auto".into(),
        Choice::Never => "none".into(),
        Choice::Required => "required".into(),
        Choice::Named(name) => json!({ "type": "function", "name": desk.names.sent(&name) }),
    }
}
