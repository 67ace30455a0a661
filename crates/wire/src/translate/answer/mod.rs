//! Answers in no protocol's words, and the readers and writers of whole answers.

mod chat;
mod messages;
mod responses;

use super::model::{ToolKind, ToolName};
use super::refuse::{NotTranslatable, Outcome};
use super::usage::Usage;
use super::{Answering, Dialect};
use serde_json::{Map, Value};

pub(super) use chat::stop_of as stop_of_chat;
pub(super) use messages::{explanation, stop_of as stop_of_messages};
pub(super) use responses::{
    Outline, call_item, refusal_part, stop_of as stop_of_responses, text_item, text_part,
};

/// Most parts that an answer may have: each costs some writers more bytes than it came in.
pub(super) const MOST_PARTS: usize = 128;

/// Why the model stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It had said everything.
    End,
    /// It waits for tools.
    Tools,
    /// The answer grew as long as it may.
    Length,
    /// Prompt and answer together grew as long as they may.
    Context,
    /// It came to a sequence that ends the answer; which one, where that was said.
    Sequence(Option<String>),
    /// It refused, or its words were withheld.
    Refusal,
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Refusal(String),
    /// A call, by the name under which the provider knows the tool.
    Call {
        id: String,
        name: String,
        arguments: String,
    },
}

/// A whole answer of a provider.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    pub id: String,
    /// Seconds since 1970, where the provider said when.
    pub created: u64,
    pub pieces: Vec<Piece>,
    pub stop: Stop,
    pub usage: Usage,
}

impl Answer {
    /// What stopped the model, as its pieces show it too.
    fn settled(mut self) -> Self {
        self.stop = settled(
            self.stop,
            self.pieces
                .iter()
                .any(|piece| matches!(piece, Piece::Call { .. })),
            self.pieces.iter().any(|piece| matches!(piece, Piece::Refusal(_))),
        );
        self
    }
}

/// Providers differ in what they call the end of an answer that calls tools, or that refuses.
pub(super) fn settled(stop: Stop, has_calls: bool, has_refusal: bool) -> Stop {
    match stop {
        Stop::End if has_calls => Stop::Tools,
        Stop::End if has_refusal => Stop::Refusal,
        Stop::Tools if !has_calls => Stop::End,
        stop => stop,
    }
}

/// A call, as the caller may have it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GivenCall {
    pub id: String,
    pub name: ToolName,
    pub kind: ToolKind,
}

/// The text for a tool that takes one text.
pub(super) fn freeform_input(arguments: &str) -> String {
    match arguments_object(arguments) {
        Value::Object(mut object) => match object.swap_remove("input") {
            Some(Value::String(input)) => input,
            Some(other) => other.to_string(),
            None => arguments.to_owned(),
        },
        _ => arguments.to_owned(),
    }
}

/// The arguments as an object; what the model wrote stands under `arguments` where it is none.
pub(super) fn arguments_object(arguments: &str) -> Value {
    if arguments.trim().is_empty() {
        return Value::Object(Map::new());
    }
    match serde_json::from_str(arguments) {
        Ok(Value::Object(object)) => Value::Object(object),
        _ => serde_json::json!({ "arguments": arguments }),
    }
}

/// Translates a whole answer.
pub(super) fn whole(answering: &Answering, body: Value) -> Outcome<Value> {
    let answer = match answering.provider {
        Dialect::OpenAiChat => chat::read(body)?,
        Dialect::OpenAiResponses => responses::read(body)?,
        Dialect::AnthropicMessages => messages::read(body)?,
        Dialect::Gemini => return Err(NotTranslatable::pair(answering.provider, answering.caller)),
    };
    if answer.pieces.len() > MOST_PARTS {
        return Err(NotTranslatable::feature("an answer of too many parts", ""));
    }
    let answer = answer.settled();
    match answering.caller {
        Dialect::OpenAiChat => Ok(chat::write(answer, answering)),
        Dialect::OpenAiResponses => Ok(responses::write(answer, answering)),
        Dialect::AnthropicMessages => Ok(messages::write(answer, answering)),
        Dialect::Gemini => Err(NotTranslatable::pair(answering.provider, answering.caller)),
    }
}
