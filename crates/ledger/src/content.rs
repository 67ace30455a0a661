//! What an entry says, field by field.
//!
//! Each field is one value that can be opened alone, written as canonical JSON: keys in the order of the alphabet, no
//! spaces, integers only. The types are of their own, so that a change of the program cannot change the record unseen;
//! every kind of entry has always the same fields, so that their number says nothing.

mod happenings;

use crate::{DecisionId, Ended, Event, Intent, Outcome, Pseudonym, Subject};
use register::model::Instant;
use serde::Serialize;

/// What sort of entry it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What was decided.
    Intent,
    /// How a permitted request ended.
    Outcome,
    /// Anything else that happened.
    Event,
}

impl Kind {
    /// Name in entries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Outcome => "outcome",
            Self::Event => "event",
        }
    }

    /// The kind of this name; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Intent, Self::Outcome, Self::Event]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// An entry before it is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub kind: Kind,
    pub at: Instant,
    /// Of an outcome: the number of its intent.
    pub intent: Option<u64>,
    /// Whose key seals what is personal.
    pub key: Option<Pseudonym>,
    /// Fields in the order of their names.
    pub fields: Vec<Field>,
}

/// One field of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub name: &'static str,
    /// Canonical JSON.
    pub value: Vec<u8>,
    /// It is sealed under the person's key and goes when that goes.
    pub is_personal: bool,
}

#[derive(Serialize)]
struct ClauseValue<'a> {
    clause: &'a str,
    state: &'static str,
}

/// What a decision says besides verdict, deployment and clauses.
#[derive(Serialize)]
struct Decided<'a> {
    lifts: &'a [String],
    missing: &'a [&'static str],
    obligations: &'a [&'static str],
    valid_until: Option<String>,
}

#[derive(Serialize)]
struct Used {
    bytes_received: u64,
    bytes_sent: u64,
    status: Option<u16>,
    tokens_read: u64,
    tokens_written: u64,
}

/// A field that may be opened to whom it concerns.
fn field(name: &'static str, value: &(impl Serialize + ?Sized)) -> Field {
    let value = serde_json::to_vec(value).unwrap_or_else(|_| b"null".to_vec());
    Field {
        name,
        value,
        is_personal: false,
    }
}

fn personal(name: &'static str, value: &(impl Serialize + ?Sized)) -> Field {
    Field {
        is_personal: true,
        ..field(name, value)
    }
}

/// The content of an intent.
pub(crate) fn of_intent(intent: &Intent) -> Content {
    let clauses = intent.clauses.iter().map(|clause| ClauseValue {
        clause: &clause.clause,
        state: clause.state.as_str(),
    });
    let decided = Decided {
        lifts: &intent.lifts,
        missing: &intent.missing,
        obligations: &intent.obligations,
        valid_until: intent.valid_until.map(|until| until.to_string()),
    };
    let facts = Field {
        name: "facts",
        value: intent.facts.clone(),
        is_personal: true,
    };
    Content {
        kind: Kind::Intent,
        at: intent.at,
        intent: None,
        key: Some(intent.key),
        fields: vec![
            field("application", &intent.application),
            field("asked", &intent.asked),
            field("clauses", &clauses.collect::<Vec<_>>()),
            field("cost_centre", &intent.cost_centre),
            field("data", intent.data),
            field("decided", &decided),
            field("decision", &intent.decision.to_string()),
            field("deployment", &intent.deployment),
            field("entity", &intent.entity),
            field("evidence", &intent.evidence),
            facts,
            field("hosting", &intent.hosting),
            field("licensor", &intent.licensor),
            field("model", &intent.model),
            personal("person", &intent.person.to_string()),
            field("place", &intent.places),
            field("purpose", intent.purpose),
            field("snapshot", &intent.snapshot),
            field("verdict", intent.verdict.as_str()),
        ],
    }
}

/// The content of an outcome.
pub(crate) fn of_outcome(outcome: &Outcome) -> Content {
    let used = Used {
        bytes_received: outcome.bytes_received,
        bytes_sent: outcome.bytes_sent,
        status: outcome.status,
        tokens_read: outcome.tokens_read,
        tokens_written: outcome.tokens_written,
    };
    Content {
        kind: Kind::Outcome,
        at: outcome.at,
        intent: Some(outcome.intent),
        key: None,
        fields: vec![
            field("decision", &outcome.decision.to_string()),
            field("deployment", &outcome.of.deployment),
            field("ended", outcome.ended.as_str()),
            field("licensor", &outcome.of.licensor),
            field("model", &outcome.of.model),
            field("served_in", &outcome.served_in),
            field("stop", &outcome.stop),
            field("used", &used),
        ],
    }
}

/// The content of an event.
pub(crate) fn of_event(event: &Event) -> Content {
    happenings::content(event)
}

/// The outcome of a permit of which nothing is known to have been sent.
pub(crate) const fn unsent(
    intent: u64,
    decision: DecisionId,
    of: Subject,
    at: Instant,
    ended: Ended,
) -> Outcome {
    Outcome {
        intent,
        decision,
        of,
        at,
        ended,
        status: None,
        bytes_sent: 0,
        bytes_received: 0,
        tokens_read: 0,
        tokens_written: 0,
        stop: None,
        served_in: None,
    }
}

#[cfg(test)]
pub(crate) mod tests;
