//! Translates conversations between the protocols of OpenAI and Anthropic.
//!
//! A model that is permitted may speak another protocol than the program that asks. Then its request is read into a
//! conversation in no protocol's words and written in the provider's words; the answer comes back the same
//! way, whole or as a stream of events. So there are three readers and three writers for each of the three, and not
//! one translator for each pair.
//!
//! Nothing is lost in silence. What the other protocol cannot say and could matter is refused ([`NotTranslatable`]);
//! what is harmless is left out and announced ([`Translated::left_out`]). Three rules follow from what providers check:
//!
//! - *Thinking stays where it was thought.* Its signatures and ciphers are good at one provider only, and a client
//!   sends back what it was given; so thinking is neither sent to another provider nor made up for a caller.
//! - *Tools are functions.* Namespaces and freeform tools become functions, under names that every provider takes, and
//!   come back as what the caller declared.
//! - *The end is the provider's.* A stream that breaks off ends with the protocol's error, never with its end.

mod answer;
mod error;
mod fields;
mod ids;
mod image;
mod length;
mod model;
mod names;
mod order;
mod read;
mod refuse;
mod stream;
mod target;
mod usage;
mod write;

pub(crate) use error::overflow_in_anthropic_words;
pub use refuse::NotTranslatable;
pub use stream::Stream;
pub use target::{Reasoning, Target};
pub use usage::Usage;

use crate::Dialect;
use answer::GivenCall;
use bytes::Bytes;
use fields::Fields;
use model::{Conversation, Part, Role, Tool, Turn};
use names::Names;
use refuse::Notes;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// A request in the provider's words.
#[derive(Clone, Debug)]
pub struct Translated {
    /// The body to send.
    pub body: Bytes,
    /// Turns the answer back.
    pub answering: Answering,
    /// Harmless things that were not carried over, to be announced to the caller; in the order of the alphabet.
    pub left_out: Vec<String>,
}

/// Puts a request of one dialect in the words of another.
///
/// `seed` is a text that differs from request to request, from which ids follow where a provider gives none.
///
/// # Errors
/// When something in the request cannot be carried over and could matter, when the body is not a request of its dialect,
/// or when the pair of dialects is not one that is translated.
pub fn request(from: Dialect, to: &Target, body: &[u8], seed: &str) -> Result<Translated, NotTranslatable> {
    if from == to.dialect {
        return Err(NotTranslatable::pair(from, to.dialect));
    }
    let pair = || NotTranslatable::pair(from, to.dialect);
    let size = body.len();
    let body: Value = serde_json::from_slice(body).map_err(|_| NotTranslatable::malformed("body", "JSON"))?;
    let mut notes = Notes::default();
    let read = read::request(from, Fields::of(body, "body")?, &mut notes);
    let mut conversation = read.ok_or_else(pair)??;
    check_names(&conversation.tools)?;
    check_parts(&conversation)?;
    conversation.turns = order::arrange(conversation.turns);
    check_end(from, &conversation)?;
    fit(&mut conversation, to, &mut notes);
    let length = length::Length::of(&conversation, size, to.context_tokens);
    let answering = Answering {
        caller: from,
        provider: to.dialect,
        model: to.model.clone(),
        seed: seed.to_owned(),
        stream: conversation.settings.stream,
        stream_usage: conversation.settings.stream_usage,
        length,
        taken: Arc::new(taken_ids(&conversation)),
        names: Arc::default(),
    };
    let mut names = Names::of(&conversation.tools);
    let mut desk = write::Desk {
        target: to,
        is_of_openai: from != Dialect::AnthropicMessages,
        room: length.room(),
        names: &mut names,
        notes: &mut notes,
    };
    let body = write::request(conversation, &mut desk).ok_or_else(pair)??;
    Ok(Translated {
        body: Bytes::from(body.to_string()),
        answering: Answering {
            names: Arc::new(names),
            ..answering
        },
        left_out: notes.into_list(),
    })
}

fn check_names(tools: &[Tool]) -> Result<(), NotTranslatable> {
    let mut names = HashSet::new();
    for tool in tools {
        if !names.insert(&tool.name) {
            return Err(NotTranslatable::malformed("tools", "a list of different names"));
        }
    }
    Ok(())
}

/// Each side says what it can say in every protocol.
fn check_parts(conversation: &Conversation) -> Result<(), NotTranslatable> {
    for turn in &conversation.turns {
        let what = match turn.role {
            Role::System => turn.parts.iter().find(|part| !matches!(part, Part::Text(_))),
            Role::User => turn
                .parts
                .iter()
                .find(|part| matches!(part, Part::Call(_) | Part::Refusal(_))),
            Role::Assistant => turn.parts.iter().find(|part| matches!(part, Part::Result(_))),
        };
        if let Some(part) = what {
            let what = format!("{} in a message of the {}", part.name(), turn.role.name());
            return Err(NotTranslatable::feature(what, "messages"));
        }
    }
    Ok(())
}

/// Anthropic's models go on with an answer that the request begins; no other model does.
fn check_end(from: Dialect, conversation: &Conversation) -> Result<(), NotTranslatable> {
    let is_begun = conversation
        .turns
        .last()
        .is_some_and(|last| last.role == Role::Assistant);
    if is_begun && from == Dialect::AnthropicMessages {
        Err(NotTranslatable::feature(
            "an answer that the request begins",
            "messages",
        ))
    } else {
        Ok(())
    }
}

/// Makes a conversation fit what is known of the model.
fn fit(conversation: &mut Conversation, to: &Target, notes: &mut Notes) {
    let keeps_place = match to.dialect {
        Dialect::OpenAiResponses => true,
        Dialect::OpenAiChat => to.system_anywhere,
        Dialect::AnthropicMessages | Dialect::Gemini => false,
    };
    if !keeps_place && order::system_as_reminders(&mut conversation.turns) {
        notes.add("role of system messages in the middle");
    }
    if to.parallel_tools == Some(false) {
        let asked = conversation.settings.parallel_calls.take();
        notes.add_if(asked == Some(true), "several calls of tools at once");
    }
    let Some(longest) = to.longest_description else {
        return;
    };
    let mut first = Vec::new();
    for tool in &mut conversation.tools {
        let Some(description) = tool.description.as_mut().filter(|words| words.len() > longest) else {
            continue;
        };
        let rest = description.split_off(description.floor_char_boundary(longest));
        let name = refuse::quoted(&tool.name.name);
        let text = format!("The description of the tool `{name}` goes on: {rest}");
        first.push(Turn::text(Role::System, text));
    }
    conversation.turns.splice(..0, first);
}

fn taken_ids(conversation: &Conversation) -> HashSet<String> {
    let parts = conversation.turns.iter().flat_map(|turn| &turn.parts);
    let call = |part: &Part| match part {
        Part::Call(call) => Some(call.id.clone()),
        _ => None,
    };
    parts.filter_map(call).collect()
}

/// Turns a provider's answer back into the words of the caller.
#[derive(Clone, Debug)]
pub struct Answering {
    caller: Dialect,
    provider: Dialect,
    model: String,
    seed: String,
    stream: bool,
    stream_usage: bool,
    length: length::Length,
    /// Ids of calls that the conversation has already.
    taken: Arc<HashSet<String>>,
    names: Arc<Names>,
}

impl Answering {
    /// Names the model to the caller otherwise than the provider names it.
    #[must_use]
    pub fn showing(mut self, model: impl Into<String>) -> Self {
        self.model = model.into();
        self
    }

    /// Whether the caller asked for a stream.
    pub const fn wants_stream(&self) -> bool {
        self.stream
    }

    /// A whole answer, of a request that succeeded.
    ///
    /// # Errors
    /// When the answer is none of the provider's dialect, or has something in it that was not asked for and that the
    /// caller's protocol has no words for.
    pub fn whole(&self, body: &[u8]) -> Result<Bytes, NotTranslatable> {
        let body = serde_json::from_slice(body).map_err(|_| NotTranslatable::malformed("answer", "JSON"))?;
        let answer = answer::whole(self, body)?;
        Ok(Bytes::from(answer.to_string()))
    }

    /// The answer to a request that failed: the status and body for the caller, whose programs act on them.
    pub fn error(&self, status: u16, body: &[u8]) -> (u16, Bytes) {
        let error = error::ProviderError::read(status, body).sized(self.told_length());
        let body = error.json(self.caller);
        (error.status(status, self.caller), Bytes::from(body.to_string()))
    }

    /// An answer that comes as a stream of events.
    pub fn stream(self) -> Stream {
        Stream::new(self)
    }

    /// The length of the conversation, for callers that shorten it by numbers; to others it would be told for no use.
    fn told_length(&self) -> length::Length {
        match self.caller {
            Dialect::AnthropicMessages => self.length,
            Dialect::OpenAiChat | Dialect::OpenAiResponses | Dialect::Gemini => length::Length::default(),
        }
    }

    /// The call of an answer, as the caller may have it; `position` counts the calls of the answer.
    fn given(&self, position: usize, id: &str, name: &str) -> GivenCall {
        let (name, kind) = self.names.meant(name);
        let kept = ids::for_caller(id, self.caller).filter(|id| !self.taken.contains(id));
        let made = || {
            let position = position.to_string();
            format!("call_{:016x}", ids::digest(&[&self.seed, id, &position]))
        };
        GivenCall {
            id: kept.unwrap_or_else(made),
            name,
            kind,
        }
    }
}
