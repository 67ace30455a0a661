//! What a client is told when something is not done (RFC 7644, section 3.12).

use identity::KeepError;
use serde_json::{Value, json};

/// Schema of an error.
const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Why a request was not carried out. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct ScimError {
    /// Status of the answer.
    pub status: u16,
    /// What sort of mistake it is, where the RFC has a word for it.
    pub kind: Option<ScimType>,
    /// What is wrong and where, in one line. Never the value of a protected attribute.
    pub detail: String,
}

/// The RFC's words for mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScimType {
    /// The filter cannot be read, or asks what cannot be asked.
    InvalidFilter,
    /// It would be more than the server gives in one answer.
    TooMany,
    /// Another resource has this value, of which there can be one only.
    Uniqueness,
    /// The attribute cannot be changed so.
    Mutability,
    /// The body is not what it should be.
    InvalidSyntax,
    /// The path of a change cannot be read, or names nothing that there is.
    InvalidPath,
    /// The path of a change means no value.
    NoTarget,
    /// A value is missing or is none that the attribute takes.
    InvalidValue,
}

impl ScimType {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
        }
    }
}

impl ScimError {
    /// A mistake of the client, by its sort.
    pub fn bad(kind: ScimType, detail: impl Into<String>) -> Self {
        let status = match kind {
            ScimType::Uniqueness => 409,
            _ => 400,
        };
        Self {
            status,
            kind: Some(kind),
            detail: detail.into(),
        }
    }

    /// A value that an attribute does not take.
    pub(crate) fn value(detail: impl Into<String>) -> Self {
        Self::bad(ScimType::InvalidValue, detail)
    }

    /// Anything else, by its status.
    pub fn status(status: u16, detail: impl Into<String>) -> Self {
        Self {
            status,
            kind: None,
            detail: detail.into(),
        }
    }

    /// There is no such thing.
    pub(crate) fn missing(what: &str, id: &str) -> Self {
        Self::status(404, format!("there is no {what} `{id}`"))
    }

    /// What a store says, to a client that changes a resource of its own.
    pub(crate) fn of_store(error: &KeepError) -> Self {
        match error {
            KeepError::Missing { .. } | KeepError::Refused { .. } => Self::value(error.to_string()),
            KeepError::Changed { .. } => Self::status(412, error.to_string()),
            KeepError::Taken { .. } => Self::bad(ScimType::Uniqueness, error.to_string()),
            // whose it is instead is nobody's business
            KeepError::NotYours { what, id, .. } => Self::missing(what, id),
            KeepError::Away { reason } => {
                tracing::error!(reason, "the store does not answer to SCIM");
                Self::status(503, "the store does not answer; try again")
            }
            KeepError::Damaged { what, reason, .. } => {
                tracing::error!(
                    what,
                    reason,
                    "what is kept cannot be read, so SCIM cannot show it"
                );
                Self::status(500, "what is kept cannot be read; the log says more")
            }
        }
    }

    /// The answer's body.
    pub fn to_json(&self) -> Value {
        let mut body = json!({"schemas": [SCHEMA], "status": self.status.to_string(), "detail": self.detail});
        if let (Some(kind), Some(object)) = (self.kind, body.as_object_mut()) {
            object.insert("scimType".to_owned(), Value::from(kind.as_str()));
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_and_by_which_word() {
        let error = ScimError::bad(ScimType::Uniqueness, "user name `a` is taken");
        let expected = json!({
            "schemas": [SCHEMA], "status": "409", "scimType": "uniqueness", "detail": "user name `a` is taken",
        });
        assert_eq!(error.to_json(), expected);
        assert_eq!(ScimError::status(404, "x").to_json().get("scimType"), None);
    }

    #[test]
    fn nobody_learns_whose_a_record_is_or_what_the_store_says() {
        let other = KeepError::NotYours {
            what: "person",
            id: "a".to_owned(),
            owner: "hr".to_owned(),
        };
        let away = KeepError::Away {
            reason: "host db-3".to_owned(),
        };
        assert_eq!(ScimError::of_store(&other), ScimError::missing("person", "a"));
        let away = ScimError::of_store(&away);
        assert_eq!((away.status, away.detail.contains("db-3")), (503, false));
    }
}
