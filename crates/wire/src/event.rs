//! Events of a stream that the gateway itself has to write.

use crate::Dialect;
use bytes::Bytes;
use serde_json::Value;

/// Content type of a stream of events.
pub const CONTENT_TYPE: &str = "text/event-stream";

/// Whether a content type, parameters and all, is that of a stream of events.
pub fn is_stream(content_type: &[u8]) -> bool {
    content_type
        .get(..CONTENT_TYPE.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(CONTENT_TYPE.as_bytes()))
}

/// An error as the last event of a stream.
pub(crate) fn error(dialect: Dialect, body: &Value) -> Bytes {
    Bytes::from(match dialect {
        Dialect::AnthropicMessages => format!("event: error\ndata: {body}\n\n"),
        Dialect::OpenAiChat => format!("data: {body}\n\ndata: [DONE]\n\n"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_the_content_type_do_not_matter() {
        assert!(is_stream(b"text/event-stream") && is_stream(b"Text/Event-Stream; charset=utf-8"));
        assert!(!is_stream(b"application/json") && !is_stream(b""));
    }
}
