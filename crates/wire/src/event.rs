//! Events of a stream that the gateway itself has to write.

use crate::Dialect;
use bytes::Bytes;
use serde_json::{Value, json};

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
        Dialect::OpenAiResponses => format!("event: response.failed\ndata: {}\n\n", failed(body)),
        Dialect::Gemini => format!("data: {body}\n\n"),
    })
}

/// The event by which a response ends without success: clients read the code in it, and nothing else.
fn failed(body: &Value) -> Value {
    let error = |key: &str| body.get("error").and_then(|error| error.get(key)).cloned();
    let mut failed = json!({
        "type": "response.failed",
        "response": {
            "object": "response",
            "status": "failed",
            "error": { "code": error("code"), "message": error("message") },
        },
    });
    if let (Some(failed), Some(beside)) = (failed.as_object_mut(), body.get("bailiwick")) {
        failed.insert("bailiwick".to_owned(), beside.clone());
    }
    failed
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
