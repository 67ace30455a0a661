//! What went wrong with a request for administration, as `application/problem+json` (RFC 9457).

use axum::body::{Body, Bytes, to_bytes};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use axum::response::Response;
use identity::KeepError;
use ledger::AuditError;
use serde_json::{Value, json};

/// Why something was not done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    /// In a word, for programs.
    pub(crate) code: &'static str,
    /// In a sentence, for people.
    pub(crate) detail: String,
    /// What to do first; `None`: nothing helps, or the sentence says it.
    pub(crate) help: Option<String>,
    /// Mistakes in what was sent, each with its place.
    pub(crate) mistakes: Vec<Value>,
}

/// The whole of a body of at most so many bytes.
pub(crate) async fn read_whole(body: Body, most: usize) -> Result<Bytes, Problem> {
    let too_large = |_| {
        let detail = format!("the body is larger than {most} bytes");
        Problem::new(413, "too_large", detail)
    };
    to_bytes(body, most).await.map_err(too_large)
}

impl Problem {
    pub(crate) fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            help: None,
            mistakes: Vec::new(),
        }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    /// Nobody who is known asks.
    pub(crate) fn nobody() -> Self {
        let detail = "a key of your own or a token is needed, as `Authorization: Bearer`";
        Self::new(401, "unauthenticated", detail)
    }

    pub(crate) fn missing() -> Self {
        Self::new(404, "not_found", "there is nothing here")
    }

    pub(crate) fn wrong(detail: impl Into<String>) -> Self {
        Self::new(400, "invalid_request", detail)
    }

    pub(crate) fn answer(&self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut body = json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or_default(),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        });
        if let (Some(object), Some(help)) = (body.as_object_mut(), &self.help) {
            object.insert("help".to_owned(), json!(help));
        }
        if let (Some(object), false) = (body.as_object_mut(), self.mistakes.is_empty()) {
            object.insert("mistakes".to_owned(), json!(self.mistakes));
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = status;
        let sort = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, sort);
        if self.status == 401 {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

impl From<KeepError> for Problem {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Missing { .. } | KeepError::NotYours { .. } => Self::missing(),
            KeepError::Changed { .. } | KeepError::Taken { .. } | KeepError::Refused { .. } => {
                Self::new(409, "conflict", error.to_string())
            }
            KeepError::Away { reason } => {
                tracing::error!(reason, "the store does not answer to administration");
                Self::new(503, "unavailable", "the store does not answer; try again")
            }
            KeepError::Damaged { what, reason, .. } => {
                tracing::error!(what, reason, "what is kept cannot be read");
                Self::new(
                    500,
                    "damaged",
                    format!("what is kept of this {what} cannot be read"),
                )
            }
        }
    }
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        tracing::error!(%error, "what is administered could not be recorded");
        let detail = "the ledger does not take it down, so nothing was done; try again";
        Self::new(503, "unavailable", detail)
    }
}
