//! Errors of providers, in the words of the caller's protocol.
//!
//! Programs act on classes and codes, and on some words too: a prompt that is too long is what makes coding tools shorten
//! the conversation, and each recognises only the words of its own provider.

mod overflow;

use super::Dialect;
use super::length::Length;
use overflow::Overflow;
use serde_json::{Value, json};
use std::borrow::Cow;

/// Longest message that is passed on, in bytes.
const LONGEST: usize = 4000;

/// What went wrong at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// The prompt is longer than the model can read.
    Overflow(Overflow),
    Invalid,
    /// The gateway's own credential, or its account.
    Account,
    Forbidden,
    NotFound,
    TooLarge,
    Limited,
    Overloaded,
    Timeout,
    Internal,
}

/// An error of a provider, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProviderError {
    kind: Kind,
    code: Option<String>,
    message: String,
}

impl ProviderError {
    /// Reads the answer to a request that failed.
    pub(super) fn read(status: u16, body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(body) => Self::of(Some(status), &body),
            // a page of some machine in between, which is not for the caller
            Err(_) => Self::of(Some(status), &Value::Null),
        }
    }

    /// Reads an error that comes as an event of a stream.
    pub(super) fn of_event(body: &Value) -> Self {
        Self::of(None, body)
    }

    /// The same, of a conversation of which something is known: where the provider says that it is too long and not by how much,
    /// callers that shorten it by numbers get numbers.
    #[must_use]
    pub(super) fn sized(mut self, length: Length) -> Self {
        if let Kind::Overflow(overflow) = &mut self.kind {
            overflow.or_numbers(length.overflow());
        }
        self
    }

    /// The provider's stream broke off, or cannot be understood.
    pub(super) fn broken(message: &str) -> Self {
        Self {
            kind: Kind::Internal,
            code: None,
            message: message.to_owned(),
        }
    }

    fn of(status: Option<u16>, body: &Value) -> Self {
        let error = body.get("error").filter(|error| !error.is_null()).unwrap_or(body);
        let text = |key: &str| error.get(key).and_then(Value::as_str);
        let message = error
            .as_str()
            .or_else(|| text("message"))
            .or_else(|| text("detail"));
        let message = cut(message.unwrap_or("The provider reports an error and does not say which."));
        let code = text("code").or_else(|| text("type"));
        let kind = match Overflow::find(text("code"), text("type"), message, error) {
            Some(overflow) => Kind::Overflow(overflow),
            None => kind_of(status, text("code"), text("type")),
        };
        let message = if kind == Kind::Account {
            // the provider's own words may name the account
            "The provider does not accept the account of this gateway."
        } else {
            message
        };
        Self {
            kind,
            code: code.map(|code| cut(code).to_owned()),
            message: message.to_owned(),
        }
    }

    /// The status of the answer to the caller.
    pub(super) fn status(&self, given: u16, caller: Dialect) -> u16 {
        match self.kind {
            Kind::Overflow(_) => 400,
            // not the caller's credential, so not a status on which programs ask for another one
            Kind::Account => 502,
            Kind::Overloaded if caller == Dialect::AnthropicMessages => 529,
            Kind::Overloaded => 503,
            _ => given,
        }
    }

    /// The body of the answer to the caller, or the data of an event that says the same.
    pub(super) fn json(&self, caller: Dialect) -> Value {
        match caller {
            Dialect::AnthropicMessages => json!({
                "type": "error",
                "error": { "type": self.anthropic_class(), "message": self.anthropic_message() },
            }),
            _ => json!({
                "error": {
                    "message": self.openai_message(caller),
                    "type": self.openai_class(),
                    "param": null,
                    "code": self.openai_code(),
                },
            }),
        }
    }

    /// The code and message by which a response of OpenAI's protocol fails.
    pub(super) fn failure(&self) -> Value {
        let code = self.openai_code().unwrap_or_else(|| "server_error".to_owned());
        json!({ "code": code, "message": self.openai_message(Dialect::OpenAiResponses) })
    }

    fn anthropic_class(&self) -> &'static str {
        match self.kind {
            Kind::Overflow(_) | Kind::Invalid => "invalid_request_error",
            Kind::Account | Kind::Internal => "api_error",
            Kind::Forbidden => "permission_error",
            Kind::NotFound => "not_found_error",
            Kind::TooLarge => "request_too_large",
            Kind::Limited => "rate_limit_error",
            Kind::Overloaded => "overloaded_error",
            Kind::Timeout => "timeout_error",
        }
    }

    fn anthropic_message(&self) -> String {
        match &self.kind {
            Kind::Overflow(overflow) => overflow.anthropic(&self.message),
            _ => self.message.clone(),
        }
    }

    fn openai_class(&self) -> &'static str {
        match self.kind {
            Kind::Overflow(_) | Kind::Invalid | Kind::NotFound | Kind::TooLarge => "invalid_request_error",
            Kind::Forbidden => "permission_error",
            Kind::Limited => "rate_limit_error",
            Kind::Overloaded => "service_unavailable_error",
            Kind::Account | Kind::Internal | Kind::Timeout => "server_error",
        }
    }

    fn openai_code(&self) -> Option<String> {
        let code = match self.kind {
            Kind::Overflow(_) => "context_length_exceeded",
            Kind::Limited => "rate_limit_exceeded",
            Kind::Overloaded => "server_is_overloaded",
            Kind::NotFound => "model_not_found",
            Kind::Account | Kind::Internal | Kind::Timeout => "server_error",
            Kind::Invalid | Kind::Forbidden | Kind::TooLarge => return self.code.clone(),
        };
        Some(code.to_owned())
    }

    fn openai_message(&self, caller: Dialect) -> String {
        match &self.kind {
            Kind::Overflow(overflow) => overflow.openai(caller, &self.message),
            _ => self.message.clone(),
        }
    }
}

/// What a provider says, in the words on which programs for Anthropic's protocol act where it means that a prompt is too long.
pub(crate) fn overflow_in_anthropic_words(message: &str) -> Cow<'_, str> {
    match Overflow::find(None, None, message, &Value::Null) {
        Some(overflow) => Cow::Owned(overflow.anthropic(message)),
        None => Cow::Borrowed(message),
    }
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default()
}

/// The kind of an error: by words that say one thing, then by the status, then by words that say little.
fn kind_of(status: Option<u16>, code: Option<&str>, class: Option<&str>) -> Kind {
    let words = || [code, class].into_iter().flatten();
    let by_status = match status {
        Some(400 | 409 | 415 | 422) => Some(Kind::Invalid),
        Some(401 | 402) => Some(Kind::Account),
        Some(403 | 451) => Some(Kind::Forbidden),
        Some(404) => Some(Kind::NotFound),
        Some(408 | 504) => Some(Kind::Timeout),
        Some(413) => Some(Kind::TooLarge),
        Some(429) => Some(Kind::Limited),
        Some(503 | 529) => Some(Kind::Overloaded),
        Some(_) => Some(Kind::Internal),
        None => None,
    };
    let by_any_word = || {
        let is_invalid = words().any(|word| word.starts_with("invalid_"));
        if is_invalid { Kind::Invalid } else { Kind::Internal }
    };
    words()
        .find_map(kind_of_word)
        .or(by_status)
        .unwrap_or_else(by_any_word)
}

fn kind_of_word(word: &str) -> Option<Kind> {
    Some(match word {
        "authentication_error" | "invalid_api_key" | "billing_error" | "insufficient_quota" => Kind::Account,
        "permission_error" | "unsupported_country_region_territory" => Kind::Forbidden,
        "not_found_error" | "model_not_found" => Kind::NotFound,
        "request_too_large" => Kind::TooLarge,
        "rate_limit_error" | "rate_limit_exceeded" => Kind::Limited,
        "overloaded_error" | "server_is_overloaded" | "slow_down" => Kind::Overloaded,
        "timeout_error" => Kind::Timeout,
        _ => return None,
    })
}
