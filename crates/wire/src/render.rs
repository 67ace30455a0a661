//! The shape that errors have in each dialect.

use crate::Dialect;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};

/// An answer, ready to be sent.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// Status.
    pub status: StatusCode,
    /// Headers, the content type included.
    pub headers: HeaderMap,
    /// JSON.
    pub body: String,
}

/// What every error says, in whichever dialect.
pub(crate) struct Saying<'a> {
    /// Class of the error in the words of Anthropic's protocol.
    pub anthropic: &'static str,
    /// Class of the error in the words of OpenAI's protocol.
    pub openai: &'static str,
    /// Code by which a client knows what to do; where it is not given, ours in OpenAI's protocols and none in Anthropic's.
    pub known: Option<&'static str>,
    /// Status of the answer, which Gemini's protocol repeats in the body.
    pub status: StatusCode,
    /// Machine-readable code of ours.
    pub code: &'static str,
    /// For people.
    pub message: &'a str,
    /// What we add beside the protocol's own keys, for programs that know us.
    pub beside: Option<Map<String, Value>>,
}

impl Saying<'_> {
    /// The error as the JSON body of an answer, or as the data of an event.
    pub(crate) fn json(&self, dialect: Dialect) -> Value {
        let mut body = match dialect {
            Dialect::AnthropicMessages => {
                let mut error = json!({ "type": self.anthropic, "message": self.message });
                if let (Some(error), Some(known)) = (error.as_object_mut(), self.known) {
                    error.insert("code".to_owned(), known.into());
                }
                json!({ "type": "error", "error": error })
            }
            Dialect::OpenAiChat | Dialect::OpenAiResponses => json!({
                "error": {
                    "message": self.message,
                    "type": self.known.map_or(self.openai, |_| self.code),
                    "param": null,
                    "code": self.known.unwrap_or(self.code),
                },
            }),
            Dialect::Gemini => json!({
                "error": {
                    "code": self.status.as_u16(),
                    "message": self.message,
                    "status": gemini_status(self.status),
                },
            }),
        };
        if let (Some(body), Some(beside)) = (body.as_object_mut(), &self.beside) {
            body.insert("bailiwick".to_owned(), Value::Object(beside.clone()));
        }
        body
    }

    /// The error as an answer.
    pub(crate) fn answer(&self, dialect: Dialect) -> Rendered {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(crate::headers::CODE, HeaderValue::from_static(self.code));
        Rendered {
            status: self.status,
            headers,
            body: self.json(dialect).to_string(),
        }
    }
}

/// The word that Google's protocols have for a status.
const fn gemini_status(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 | 413 | 415 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 | 405 => "NOT_FOUND",
        408 | 504 => "DEADLINE_EXCEEDED",
        429 => "RESOURCE_EXHAUSTED",
        502 | 503 => "UNAVAILABLE",
        _ => "INTERNAL",
    }
}
