//! Readers of requests: from the words of each protocol to a conversation.

mod anthropic_blocks;
mod anthropic_tools;
mod chat;
mod chat_messages;
mod messages;
mod openai_settings;
mod response_items;
mod response_tools;
mod responses;

use super::Dialect;
use super::fields::Fields;
use super::model::Conversation;
use super::refuse::{Notes, Outcome};

/// Reads a request; `None` for a dialect of which no requests are read.
pub(super) fn request(dialect: Dialect, body: Fields, notes: &mut Notes) -> Option<Outcome<Conversation>> {
    match dialect {
        Dialect::OpenAiChat => Some(chat::read(body, notes)),
        Dialect::OpenAiResponses => Some(responses::read(body, notes)),
        Dialect::AnthropicMessages => Some(messages::read(body, notes)),
        Dialect::Gemini => None,
    }
}
