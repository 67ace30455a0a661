//! From messages to server-sent events.

use super::message::{Message, MessageError};
use crate::members;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{BufMut, Bytes, BytesMut};
use serde::Deserialize;
use serde_json::json;

/// The event after which nothing follows.
const LAST: &str = "message_stop";

/// A stream that is being turned into events.
#[derive(Debug, Default)]
pub struct EventStream {
    /// Bytes of a message that is not complete.
    waiting: BytesMut,
    /// Whether the last event, or an error, has been passed on.
    is_over: bool,
}

/// Why a stream cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventStreamError {
    /// What comes is no message.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// A message that holds no event of the protocol.
    #[error("a message of the stream holds no event")]
    NoEvent,
    /// It ended before its last event.
    #[error("the stream ended before its last event")]
    Cut,
}

impl EventStream {
    /// Takes a block, however the stream was cut into blocks, and gives the events that are complete now.
    ///
    /// # Errors
    /// When the stream is broken. Events that were complete before that place were given by calls before; those of
    /// this block are lost, and the stream must be broken off.
    pub fn push(&mut self, block: &[u8]) -> Result<Bytes, EventStreamError> {
        self.waiting.extend_from_slice(block);
        let mut events = BytesMut::new();
        while let Some(message) = Message::take(&mut self.waiting)? {
            self.event(&message, &mut events)?;
        }
        Ok(events.freeze())
    }

    /// Says whether the stream may end here.
    ///
    /// # Errors
    /// When something is missing.
    pub fn finish(&self) -> Result<(), EventStreamError> {
        if self.is_over && self.waiting.is_empty() {
            Ok(())
        } else {
            Err(EventStreamError::Cut)
        }
    }

    fn event(&mut self, message: &Message, events: &mut BytesMut) -> Result<(), EventStreamError> {
        match message.header(":message-type") {
            Some("event") if message.header(":event-type") == Some("chunk") => {
                let data = inside(&message.payload).ok_or(EventStreamError::NoEvent)?;
                let name = name(&data).ok_or(EventStreamError::NoEvent)?;
                self.is_over |= name == LAST;
                put(events, &name, &data);
            }
            // of events beside the answer the protocol knows nothing
            Some("event") => {}
            Some("exception") => {
                let code = message.header(":exception-type").unwrap_or_default();
                self.error(code, &said(&message.payload), events);
            }
            Some("error") => {
                let code = message.header(":error-code").unwrap_or_default();
                let words = message.header(":error-message").unwrap_or_default();
                self.error(code, words, events);
            }
            _ => return Err(EventStreamError::NoEvent),
        }
        Ok(())
    }

    fn error(&mut self, code: &str, words: &str, events: &mut BytesMut) {
        self.is_over = true;
        let words = if words.is_empty() {
            "The provider broke off with an error."
        } else {
            words
        };
        let error = json!({
            "type": "error",
            "error": { "type": class(code), "message": words },
        });
        put(events, "error", error.to_string().as_bytes());
    }
}

/// What stands in a chunk.
#[derive(Deserialize)]
struct Chunk {
    bytes: String,
}

/// The event inside a chunk: one line of JSON, or it would not be one event.
fn inside(payload: &[u8]) -> Option<Vec<u8>> {
    let chunk: Chunk = serde_json::from_slice(payload).ok()?;
    let data = STANDARD.decode(chunk.bytes).ok()?;
    let is_line = !data.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
    (is_line && str::from_utf8(&data).is_ok()).then_some(data)
}

/// The name of an event, if one can stand behind `event:`.
fn name(data: &[u8]) -> Option<String> {
    let [kind] = members(data, ["type"]).ok()?;
    let name: String = serde_json::from_slice(data.get(kind?)?).ok()?;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (!name.is_empty() && name.bytes().all(is_word)).then_some(name)
}

/// What an exception says.
fn said(payload: &[u8]) -> String {
    let exception: Option<serde_json::Value> = serde_json::from_slice(payload).ok();
    let message = exception.as_ref().and_then(|exception| {
        let keys = ["message", "Message", "originalMessage"];
        keys.iter().find_map(|key| exception.get(key)?.as_str())
    });
    message.unwrap_or_default().to_owned()
}

/// The class of error by which clients of Anthropic's protocol know an exception of Bedrock.
fn class(code: &str) -> &'static str {
    match code.trim_end_matches("Exception") {
        "throttling" | "Throttling" | "serviceQuotaExceeded" => "rate_limit_error",
        "validation" | "Validation" => "invalid_request_error",
        "accessDenied" | "AccessDenied" => "permission_error",
        "resourceNotFound" | "ResourceNotFound" => "not_found_error",
        "serviceUnavailable" | "ServiceUnavailable" | "modelNotReady" => "overloaded_error",
        "modelTimeout" | "ModelTimeout" => "timeout_error",
        _ => "api_error",
    }
}

fn put(events: &mut BytesMut, name: &str, data: &[u8]) {
    events.put_slice(b"event: ");
    events.put_slice(name.as_bytes());
    events.put_slice(b"\ndata: ");
    events.put_slice(data);
    events.put_slice(b"\n\n");
}
