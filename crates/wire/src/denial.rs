//! How a refusal is put, so that the person it concerns can read it.
//!
//! No status is shown well by every client. Measured on the real programs: Claude Code shows the text of a 451 once and
//! as it is, hides that of a 404, and waits without a word on 401 and 429; clients of Chat Completions agree on 400
//! only. So the status depends on the protocol and the program that reads it, by a table (`profiles`); the verdict is the
//! same whatever the status. The code, the clause and the alternatives stand in headers
//! besides, since some clients cut the text after its first sentence.

mod profiles;

pub use profiles::{Audience, Client};

use crate::render::Saying;
use crate::{Rendered, event, header_text, headers};
use bytes::Bytes;
use http::HeaderValue;
use serde_json::{Map, Value, json};

/// Why a request was refused, as one word for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DenialCode {
    /// A clause denies.
    Clause,
    /// A clause could deny, and a fact that decides about it is missing or stale.
    FactMissing,
    /// Admissible readings of a clause differ, and a person has to decide.
    NeedsReview,
    /// No agreement in force covers the use.
    NoAgreement,
    /// The firm has not approved the model for this.
    NotApproved,
    /// The person is not entitled to the model.
    NotEntitled,
    /// Nothing credible says where the person is.
    NoPlace,
    /// The register has no such model.
    UnknownModel,
}

impl DenialCode {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clause => "denied_by_clause",
            Self::FactMissing => "fact_missing",
            Self::NeedsReview => "needs_review",
            Self::NoAgreement => "no_agreement",
            Self::NotApproved => "not_approved",
            Self::NotEntitled => "not_entitled",
            Self::NoPlace => "no_place",
            Self::UnknownModel => "unknown_model",
        }
    }
}

/// A refusal, before it takes the shape of a protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Id of the decision.
    pub decision: String,
    /// Why, for programs.
    pub code: DenialCode,
    /// Why, for people; the first sentence stands alone.
    pub message: String,
    /// Instrument and reference of the clause, where a clause refuses.
    pub clause: Option<String>,
    /// Ids of the models that the person may use here instead.
    pub alternatives: Vec<String>,
    /// Where the reason can be read.
    pub link: String,
}

impl Denial {
    /// The refusal as the answer to a request.
    pub fn answer(&self, to: impl Into<Audience>) -> Rendered {
        let to = to.into();
        let mut rendered = self.saying(to).answer(to.dialect);
        let set = &mut rendered.headers;
        set.insert(headers::SHOULD_RETRY, HeaderValue::from_static("false"));
        set.insert(headers::DECISION, header_text(&self.decision));
        if let Some(clause) = &self.clause {
            set.insert(headers::CLAUSE, header_text(clause));
        }
        if !self.alternatives.is_empty() {
            set.insert(headers::ALTERNATIVES, header_text(&self.alternatives.join(", ")));
        }
        rendered
    }

    /// The refusal as the last event of a stream that has begun.
    pub fn event(&self, to: impl Into<Audience>) -> Bytes {
        let to = to.into();
        let profile = to.profile();
        let saying = Saying {
            known: profile.late,
            ..self.saying(to)
        };
        event::error(to.dialect, profile.form, &saying.json(to.dialect))
    }

    fn saying(&self, to: Audience) -> Saying<'_> {
        let profile = to.profile();
        Saying {
            anthropic: "permission_error",
            openai: "permission_error",
            known: profile.code,
            status: profile.status,
            code: self.code.as_str(),
            message: &self.message,
            beside: Some(self.beside()),
        }
    }

    fn beside(&self) -> Map<String, Value> {
        let beside = json!({
            "decision": self.decision,
            "code": self.code.as_str(),
            "clause": self.clause,
            "alternatives": self.alternatives,
            "why": self.link,
        });
        beside.as_object().cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;

    fn denial() -> Denial {
        Denial {
            decision: "00ff".to_owned(),
            code: DenialCode::Clause,
            message: "Claude Sonnet is not available to you in Hong Kong.".to_owned(),
            clause: Some("anthropic-2024 § 2.3".to_owned()),
            alternatives: vec!["gpt".to_owned(), "gemini".to_owned()],
            link: "https://ai.larkmoor.example/why/00ff".to_owned(),
        }
    }

    fn check(dialect: Dialect, status: u16, error: &Value) {
        let rendered = denial().answer(dialect);
        assert_eq!(rendered.status.as_u16(), status);
        let body: Value = serde_json::from_str(&rendered.body).unwrap();
        assert_eq!(&body["error"], error);
        assert_eq!(body["bailiwick"]["clause"], "anthropic-2024 § 2.3");
        for (name, value) in [
            ("x-should-retry", "false"),
            ("bailiwick-decision", "00ff"),
            ("bailiwick-clause", "anthropic-2024 %C2%A7 2.3"),
            ("bailiwick-code", "denied_by_clause"),
            ("bailiwick-alternatives", "gpt, gemini"),
            ("content-type", "application/json"),
        ] {
            assert_eq!(rendered.headers[name], value, "{name}");
        }
    }

    #[test]
    fn each_dialect_gets_the_status_that_its_clients_show() {
        let message = denial().message;
        check(
            Dialect::AnthropicMessages,
            451,
            &json!({ "type": "permission_error", "message": message }),
        );
        let openai = json!({
            "message": message, "type": "permission_error", "param": null, "code": "denied_by_clause",
        });
        check(Dialect::OpenAiChat, 400, &openai);
    }

    #[test]
    fn a_refusal_without_clause_and_alternatives_has_no_empty_headers() {
        let denial = Denial {
            clause: None,
            alternatives: Vec::new(),
            ..denial()
        };
        let rendered = denial.answer(Dialect::OpenAiChat);
        assert!(!rendered.headers.contains_key(headers::CLAUSE));
        assert!(!rendered.headers.contains_key(headers::ALTERNATIVES));
    }

    #[test]
    fn a_stream_ends_in_the_error_event_of_its_protocol() {
        let anthropic = String::from_utf8(denial().event(Dialect::AnthropicMessages).to_vec()).unwrap();
        assert!(
            anthropic.starts_with("event: error\ndata: {\"type\":\"error\""),
            "{anthropic}"
        );
        assert!(anthropic.ends_with("}\n\n"), "{anthropic}");
        let chat = String::from_utf8(denial().event(Dialect::OpenAiChat).to_vec()).unwrap();
        assert!(
            chat.starts_with("data: {\"error\":{") && chat.ends_with("}\n\ndata: [DONE]\n\n"),
            "{chat}"
        );
    }
}
