//! Writers of requests: from a conversation to the words of each protocol.

mod chat;
mod messages;
mod openai;
mod responses;
mod thinking;

use super::Dialect;
use super::model::Conversation;
use super::names::Names;
use super::refuse::{Notes, Outcome};
use super::target::Target;
use serde_json::Value;

/// What writing a request needs beside the conversation.
pub(super) struct Desk<'a> {
    pub target: &'a Target,
    /// Whether the request came in another protocol of the same provider family.
    pub is_of_openai: bool,
    /// Tokens that are left for the answer in the model's context, as far as can be told beforehand.
    pub room: Option<u64>,
    pub names: &'a mut Names,
    pub notes: &'a mut Notes,
}

impl Desk<'_> {
    /// The length of the answer to ask for.
    fn max_tokens(&mut self, asked: Option<u64>) -> Option<u64> {
        let most = [self.target.most_tokens, self.room].into_iter().flatten().min();
        let most = most.unwrap_or(u64::MAX);
        self.notes.add_if(
            asked.is_some_and(|asked| asked > most),
            "max tokens above the limit",
        );
        asked.map(|asked| asked.min(most))
    }
}

/// Writes a request; `None` for a dialect in which none are written.
pub(super) fn request(conversation: Conversation, desk: &mut Desk<'_>) -> Option<Outcome<Value>> {
    match desk.target.dialect {
        Dialect::OpenAiChat => Some(Ok(chat::write(conversation, desk))),
        Dialect::OpenAiResponses => Some(Ok(responses::write(conversation, desk))),
        Dialect::AnthropicMessages => Some(messages::write(conversation, desk)),
        Dialect::Gemini => None,
    }
}
