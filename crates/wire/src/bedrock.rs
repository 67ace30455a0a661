//! The binary event stream of Amazon Bedrock, turned into the server-sent events of Anthropic's protocol.
//!
//! Bedrock answers a streamed call in messages with lengths, typed headers and two checksums each
//! ([`Message`]). Inside stand the very events that Anthropic sends, in base64. [`EventStream`] takes the bytes in
//! whatever blocks they come and gives the events as text; exceptions inside the stream become the protocol's error
//! event, and a stream that ends before its last event says so, since a cut must never look like an end.

mod checksum;
mod message;
mod stream;

pub use message::{MAX_MESSAGE, Message, MessageError};
pub use stream::{EventStream, EventStreamError};

/// Content type of Bedrock's event streams.
pub const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// Whether a content type, parameters and all, is that of Bedrock's event streams.
pub fn is_stream(content_type: &[u8]) -> bool {
    let start = content_type.get(..CONTENT_TYPE.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(CONTENT_TYPE.as_bytes()))
}

#[cfg(test)]
mod tests;
