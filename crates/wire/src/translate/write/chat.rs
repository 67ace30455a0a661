//! Writes requests of OpenAI Chat Completions.

use super::super::fields::Object;
use super::super::model::{
    Call, Choice, Conversation, Image, Part, Role, Settings, Tool, ToolResult, Turn, add_text,
};
use super::super::{Dialect, ids, image};
use super::{Desk, openai};
use serde_json::{Value, json};

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
    body.put("messages", messages(turns, desk));
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
    let length = if desk.target.says_max_completion_tokens {
        "max_completion_tokens"
    } else {
        "max_tokens"
    };
    body.put_some(length, desk.max_tokens(settings.max_tokens));
    body.put_list("stop", openai::stops(settings.stop, desk.notes));
    body.put_some("reasoning_effort", openai::effort(settings.effort, desk));
    if desk.is_of_openai {
        body.put_some("verbosity", settings.verbosity);
    }
    if let Some(format) = settings.format {
        let (kind, inner) = openai::format(format, desk);
        let mut outer = Object::default();
        outer.put("type", kind);
        if kind == "json_schema" {
            outer.put("json_schema", inner);
        }
        body.put("response_format", outer);
    }
    body.put("stream", settings.stream);
    if settings.stream {
        // usage is wanted whatever the caller asked for
        body.put("stream_options", json!({ "include_usage": true }));
    }
}

fn messages(turns: Vec<Turn>, desk: &mut Desk<'_>) -> Vec<Value> {
    let mut messages = Vec::new();
    let mut opening = Vec::new();
    for turn in turns {
        if messages.is_empty() && turn.role == Role::System {
            opening.extend(turn.texts().map(str::to_owned));
            continue;
        }
        begin(&mut opening, &mut messages);
        match turn.role {
            Role::System => messages.push(system(turn.texts().collect::<Vec<_>>().join("\n\n"))),
            Role::User => user(turn.parts, &mut messages),
            Role::Assistant => messages.push(assistant(turn.parts, desk)),
        }
    }
    begin(&mut opening, &mut messages);
    messages
}

/// What stands before the conversation becomes one message: many models take no more.
fn begin(opening: &mut Vec<String>, messages: &mut Vec<Value>) {
    if !opening.is_empty() {
        messages.push(system(opening.join("\n\n")));
        opening.clear();
    }
}

fn system(text: String) -> Value {
    json!({ "role": "system", "content": text })
}

fn user(parts: Vec<Part>, messages: &mut Vec<Value>) {
    let mut said = Vec::new();
    for part in parts {
        match part {
            Part::Result(result) => messages.push(tool_message(result, &mut said)),
            Part::Text(text) => said.push(json!({ "type": "text", "text": text })),
            Part::Image(image) => said.push(picture(image)),
            Part::Refusal(_) | Part::Call(_) => {}
        }
    }
    if said.is_empty() {
        return;
    }
    let only_text = match said.as_slice() {
        [only] => only.get("text").cloned(),
        _ => None,
    };
    let content = only_text.unwrap_or(Value::Array(said));
    messages.push(json!({ "role": "user", "content": content }));
}

/// A result; pictures follow in a message of the user, since results hold texts only.
fn tool_message(result: ToolResult, said: &mut Vec<Value>) -> Value {
    let id = ids::for_provider(&result.call, Dialect::OpenAiChat);
    let (text, others) = openai::result_text(result);
    if !others.is_empty() {
        let lead = format!("What the call `{id}` gave back, as pictures:");
        said.push(json!({ "type": "text", "text": lead }));
    }
    said.extend(others.into_iter().filter_map(|part| match part {
        Part::Image(image) => Some(picture(image)),
        _ => None,
    }));
    json!({ "role": "tool", "tool_call_id": id, "content": text })
}

fn picture(image: Image) -> Value {
    let mut inner = Object::default();
    inner.put("url", image::address(image.source));
    inner.put_some("detail", image.detail);
    json!({ "type": "image_url", "image_url": Value::from(inner) })
}

fn assistant(parts: Vec<Part>, desk: &mut Desk<'_>) -> Value {
    let mut text: Option<String> = None;
    let mut refusal: Option<String> = None;
    let mut calls = Vec::new();
    for part in parts {
        match part {
            Part::Text(piece) => add_text(&mut text, &piece),
            Part::Refusal(piece) => add_text(&mut refusal, &piece),
            Part::Call(call) => calls.push(call_value(call, desk)),
            Part::Image(_) => desk.notes.add("images of the assistant"),
            Part::Result(_) => {}
        }
    }
    let mut message = Object::default();
    message.put("role", "assistant");
    message.put("content", text.map_or(Value::Null, Value::String));
    message.put_some("refusal", refusal);
    message.put_list("tool_calls", calls);
    message.into()
}

fn call_value(call: Call, desk: &mut Desk<'_>) -> Value {
    json!({
        "id": ids::for_provider(&call.id, Dialect::OpenAiChat),
        "type": "function",
        "function": { "name": desk.names.sent(&call.name), "arguments": call.arguments },
    })
}

fn tool_value(tool: Tool, desk: &mut Desk<'_>) -> Value {
    let mut function = Object::default();
    function.put("name", desk.names.sent(&tool.name));
    function.put_some("description", tool.description);
    function.put("parameters", tool.schema);
    function.put_some("strict", tool.strict.filter(|strict| *strict));
    json!({ "type": "function", "function": Value::from(function) })
}

fn choice_value(choice: Choice, desk: &mut Desk<'_>) -> Value {
    match choice {
        Choice::Auto => "auto".into(),
        Choice::Never => "none".into(),
        Choice::Required => "required".into(),
        Choice::Named(name) => json!({ "type": "function", "function": { "name": desk.names.sent(&name) } }),
    }
}
