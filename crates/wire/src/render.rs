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
            Dialect::AnthropicMessages => json!({
                "type": "error",
                "error": { "type": self.anthropic, "message": self.message },
            }),
            Dialect::OpenAiChat => json!({
                "error": { "message": self.message, "type": self.openai, "param": null, "code": self.code },
            }),
        };
        if let (Some(body), Some(beside)) = (body.as_object_mut(), &self.beside) {
            body.insert("bailiwick".to_owned(), Value::Object(beside.clone()));
        }
        body
    }

    /// The error as an answer.
    pub(crate) fn answer(&self, dialect: Dialect, status: StatusCode) -> Rendered {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(crate::headers::CODE, HeaderValue::from_static(self.code));
        Rendered {
            status,
            headers,
            body: self.json(dialect).to_string(),
        }
    }
}
