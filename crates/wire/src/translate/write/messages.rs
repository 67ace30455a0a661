//! Writes requests of Anthropic Messages.

use super::super::fields::Object;
use super::super::model::{
    Call, Choice, Conversation, Effort, Format, Image, ImageSource, Part, Role, Settings, Tool, ToolResult,
    Turn,
};
use super::super::refuse::Outcome;
use super::super::target::Reasoning;
use super::super::{Dialect, ids};
use super::Desk;
use super::thinking::{ends_in_results, sampling, thinking};
use serde_json::{Value, json};

/// Writes a request.
pub(super) fn write(conversation: Conversation, desk: &mut Desk<'_>) -> Outcome<Value> {
    let Conversation {
        turns,
        tools,
        choice,
        mut settings,
    } = conversation;
    let mut body = Object::default();
    body.put("model", desk.target.model.as_str());
    let asked = settings.max_tokens.unwrap_or(desk.target.default_max_tokens);
    let max_tokens = desk.max_tokens(Some(asked)).unwrap_or(asked);
    body.put("max_tokens", max_tokens);
    let continues_call = ends_in_results(&turns);
    let (system, messages) = messages(turns, desk);
    body.put_list("system", system);
    body.put("messages", messages);
    let is_forced = matches!(choice, Some(Choice::Required | Choice::Named(_)));
    if !tools.is_empty() {
        body.put_some("tool_choice", choice_value(choice, settings.parallel_calls, desk));
    }
    body.put_list(
        "tools",
        tools.into_iter().map(|tool| tool_value(tool, desk)).collect(),
    );
    let effort = settings.effort.take();
    let thinks = !is_forced && thinking(effort, max_tokens, continues_call, &mut body, desk);
    desk.notes.add_if(
        effort.is_some_and(|effort| effort > Effort::Off) && !thinks,
        "reasoning effort",
    );
    own_settings(settings, thinks, effort, &mut body, desk);
    Ok(body.into())
}

fn own_settings(
    settings: Settings,
    thinks: bool,
    effort: Option<Effort>,
    body: &mut Object,
    desk: &mut Desk<'_>,
) {
    sampling(&settings, thinks, body, desk);
    let is_blank = |stop: &String| stop.trim().is_empty();
    desk.notes
        .add_if(settings.stop.iter().any(is_blank), "stop sequences of blanks");
    let stop = settings.stop.into_iter().filter(|stop| !is_blank(stop));
    body.put_list("stop_sequences", stop.map(Value::String).collect());
    body.put_some("metadata", settings.user.map(|user| json!({ "user_id": user })));
    desk.notes.add_if(settings.verbosity.is_some(), "verbosity");
    let mut config = Object::default();
    let says_effort = thinks && desk.target.reasoning == Reasoning::Effort;
    let word = effort
        .filter(|_| says_effort)
        .map(|effort| effort.max(Effort::Low).word());
    config.put_some("effort", word);
    let mut says_something = word.is_some();
    match settings.format {
        Some(Format::Schema { schema, .. }) => {
            config.put("format", json!({ "type": "json_schema", "schema": schema }));
            says_something = true;
        }
        Some(Format::AnyJson) => desk.notes.add("response_format json_object"),
        None => {}
    }
    if says_something {
        body.put("output_config", config);
    }
    body.put("stream", settings.stream);
}

fn messages(turns: Vec<Turn>, desk: &mut Desk<'_>) -> (Vec<Value>, Vec<Value>) {
    let mut system: Vec<Value> = Vec::new();
    let mut messages: Vec<(Role, Vec<Value>)> = Vec::new();
    for turn in turns {
        if turn.role == Role::System && messages.is_empty() {
            system.extend(blocks(turn, desk));
            continue;
        }
        let role = if turn.role == Role::Assistant {
            Role::Assistant
        } else {
            Role::User
        };
        let blocks = blocks(turn, desk);
        match messages.last_mut() {
            Some((last, said)) if *last == role => said.extend(blocks),
            _ if blocks.is_empty() => {}
            _ => messages.push((role, blocks)),
        }
    }
    if messages.is_empty() {
        // a conversation needs a message, and instructions alone are none
        messages.push((Role::User, std::mem::take(&mut system)));
    }
    let word = |role| {
        if role == Role::Assistant {
            "assistant"
        } else {
            "user"
        }
    };
    let message = |(role, content): (Role, Vec<Value>)| json!({ "role": word(role), "content": content });
    (system, messages.into_iter().map(message).collect())
}

fn blocks(turn: Turn, desk: &mut Desk<'_>) -> Vec<Value> {
    let is_assistant = turn.role == Role::Assistant;
    let mut blocks = Vec::new();
    for part in turn.parts {
        match part {
            Part::Text(text) | Part::Refusal(text) => blocks.extend(text_block(text)),
            Part::Image(_) if is_assistant => desk.notes.add("images of the assistant"),
            Part::Image(image) => blocks.push(picture(image)),
            Part::Call(call) => blocks.push(call_block(call, desk)),
            Part::Result(result) => blocks.push(result_block(result)),
        }
    }
    blocks
}

/// A block of text; the protocol refuses those that say nothing.
fn text_block(text: String) -> Option<Value> {
    (!text.trim().is_empty()).then(|| json!({ "type": "text", "text": text }))
}

fn picture(image: Image) -> Value {
    let source = match image.source {
        ImageSource::Address(url) => json!({ "type": "url", "url": url }),
        ImageSource::Inline { media, data } => {
            json!({ "type": "base64", "media_type": media, "data": data })
        }
    };
    json!({ "type": "image", "source": source })
}

fn call_block(call: Call, desk: &mut Desk<'_>) -> Value {
    json!({
        "type": "tool_use",
        "id": ids::for_provider(&call.id, Dialect::AnthropicMessages),
        "name": desk.names.sent(&call.name),
        "input": super::super::answer::arguments_object(&call.arguments),
    })
}

fn result_block(result: ToolResult) -> Value {
    let id = ids::for_provider(&result.call, Dialect::AnthropicMessages);
    let block = |part| match part {
        Part::Text(text) | Part::Refusal(text) => text_block(text),
        Part::Image(image) => Some(picture(image)),
        Part::Call(_) | Part::Result(_) => None,
    };
    let content: Vec<Value> = result.parts.into_iter().filter_map(block).collect();
    let mut written = Object::default();
    written.put("type", "tool_result");
    written.put("tool_use_id", id);
    written.put_list("content", content);
    written.put_some("is_error", result.failed.then_some(true));
    written.into()
}

fn tool_value(tool: Tool, desk: &mut Desk<'_>) -> Value {
    desk.notes.add_if(tool.strict == Some(true), "strict");
    let mut written = Object::default();
    written.put("name", desk.names.sent(&tool.name));
    written.put_some("description", tool.description);
    written.put("input_schema", tool.schema);
    written.into()
}

fn choice_value(choice: Option<Choice>, parallel: Option<bool>, desk: &mut Desk<'_>) -> Option<Value> {
    let one_at_a_time = parallel == Some(false);
    let choice = choice.or(one_at_a_time.then_some(Choice::Auto))?;
    let mut written = Object::default();
    let is_never = choice == Choice::Never;
    match choice {
        Choice::Auto => written.put("type", "auto"),
        Choice::Never => written.put("type", "none"),
        Choice::Required => written.put("type", "any"),
        Choice::Named(name) => {
            written.put("type", "tool");
            written.put("name", desk.names.sent(&name));
        }
    }
    if one_at_a_time && !is_never {
        written.put("disable_parallel_tool_use", true);
    }
    Some(written.into())
}
