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

/// Keeps a stream open in which nothing has been said for a while. To be sent between two events only.
pub const fn keep_alive(dialect: Dialect) -> Bytes {
    Bytes::from_static(match dialect {
        Dialect::AnthropicMessages => b"event: ping\ndata: {\"type\": \"ping\"}\n\n",
        Dialect::OpenAiChat | Dialect::OpenAiResponses | Dialect::Gemini => b": waiting\n\n",
    })
}

/// The body of a provider's error, as the last event of a stream that had begun before it was known; `None` where it
/// is no error of the dialect.
pub fn late_error(dialect: Dialect, body: &[u8]) -> Option<Bytes> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.get("error")?.as_object()?;
    Some(error(dialect, Form::Event, &body))
}

/// In which form an error is the last thing that a stream says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The protocol's event.
    Event,
    /// JSON on a line of its own, which is no event.
    Bare,
}

/// An error as the last event of a stream.
pub(crate) fn error(dialect: Dialect, form: Form, body: &Value) -> Bytes {
    if form == Form::Bare {
        return Bytes::from(format!("{body}\n\n"));
    }
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

    #[test]
    fn a_late_error_is_the_providers_own_in_one_line() {
        let body =
            b"{\n \"type\": \"error\",\n \"error\": {\"type\": \"overloaded_error\", \"message\": \"m\"}}";
        let event = late_error(Dialect::AnthropicMessages, body).unwrap();
        let expected = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}\n\n";
        assert_eq!(event, expected);
        for body in [&b""[..], b"<html>", b"{}", b"{\"error\":\"text\"}"] {
            assert_eq!(late_error(Dialect::OpenAiChat, body), None);
        }
    }

    #[test]
    fn what_keeps_a_stream_open_is_an_event_or_a_comment_that_is_complete() {
        for dialect in Dialect::ALL {
            let mut meter = crate::Meter::default();
            meter.read(&keep_alive(dialect));
            assert!(meter.is_between_events() && !meter.has_ended());
        }
    }
}
