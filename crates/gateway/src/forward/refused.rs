//! Recognises that a provider refuses the place that a call came from.
//!
//! Such a refusal is final: it says that the register, or the way of the call, is wrong about where things may be done.
//! It is recorded as what it is, and never tried again by another account.

use crate::connectors::ProviderBody;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::StatusCode;
use std::time::Duration;
use tokio::time::timeout;

/// Most that is read of an error before it is passed on.
const MOST: usize = 64 * 1024;

/// What providers write when they refuse a place: OpenAI's code, Anthropic's class of error, and the words of Bedrock
/// and of Gemini.
const WORDS: [&str; 5] = [
    "unsupported_country_region_territory",
    "\"type\":\"forbidden\"",
    "unsupported countries, regions, or territories",
    "user location is not supported",
    "not available in your region",
];

/// What was read of an answer.
pub(super) struct Kept {
    pub(super) body: Bytes,
    /// Whether that is all of it.
    pub(super) is_whole: bool,
}

/// Whether an answer of this status has to be looked at.
pub(super) fn may_be_by_place(status: StatusCode) -> bool {
    status == StatusCode::FORBIDDEN || status == StatusCode::BAD_REQUEST
}

/// Whether an answer refuses the place that the call came from.
pub(super) fn is_by_place(status: StatusCode, body: &[u8]) -> bool {
    let text: String = String::from_utf8_lossy(body).to_lowercase();
    let text = text.replace("\": ", "\":");
    may_be_by_place(status) && WORDS.iter().any(|words| text.contains(words))
}

/// Reads an answer as far as it is short and comes in time.
pub(super) async fn read(mut incoming: ProviderBody, idle: Duration) -> Kept {
    let mut body = BytesMut::new();
    let is_whole = loop {
        match timeout(idle, incoming.frame()).await {
            Ok(None) => break true,
            Ok(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    body.extend_from_slice(&data);
                }
                if body.len() > MOST {
                    break false;
                }
            }
            Ok(Some(Err(_))) | Err(_) => break false,
        }
    };
    Kept {
        body: body.freeze(),
        is_whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, expected: bool) {
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(is_by_place(status, body.as_bytes()), expected, "{body}");
    }

    #[test]
    fn each_provider_has_its_own_words() {
        let openai = r#"{"error":{"code":"unsupported_country_region_territory","message":"Country, region, or territory not supported"}}"#;
        check(403, openai, true);
        check(429, openai, false);
        let anthropic =
            r#"{"type": "error", "error": {"type": "forbidden", "message": "Request not allowed"}}"#;
        check(403, anthropic, true);
        check(
            403,
            r#"{"type":"error","error":{"type":"permission_error","message":"Your key"}}"#,
            false,
        );
        let bedrock = "{\"message\":\"Access to Anthropic models is not allowed from unsupported countries, regions, or territories.\"}";
        check(400, bedrock, true);
        let gemini = "{\"error\":{\"code\":400,\"message\":\"User location is not supported for the API use.\",\"status\":\"FAILED_PRECONDITION\"}}";
        check(400, gemini, true);
        check(
            400,
            "{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\"}}",
            false,
        );
        check(400, "prompt is too long: 3 tokens > 2 maximum", false);
    }
}
