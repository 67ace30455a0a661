//! One reason in words: the clause, and the facts that it met.

use super::{ExplainedLift, ExplainedReason, facts};
use crate::facts::Facts;
use crate::snapshot::Snapshot;
use crate::verdict::{Basis, Decision, LiftUsed, Positive, Reason};
use register::model::{Clause, Disclosure, Instant, Instrument};

/// A reason in one line, as `instrument reference (state)`.
pub fn reason_line(snapshot: &Snapshot, reason: &Reason) -> String {
    let state = reason.state.as_str();
    match reason.basis {
        Basis::Missing(positive) => format!("missing {} ({state})", positive.as_str()),
        Basis::Clause(index) => match snapshot.clause(index) {
            Some((instrument, clause)) => format!("`{} {}` ({state})", instrument.id, clause.reference),
            None => state.to_owned(),
        },
    }
}

pub(super) fn explain(
    snapshot: &Snapshot,
    known: &Facts,
    decision: &Decision,
    reason: &Reason,
    at: Instant,
) -> ExplainedReason {
    let clause = match reason.basis {
        Basis::Clause(index) => snapshot.clause(index),
        Basis::Missing(_) => None,
    };
    match (clause, reason.basis) {
        (Some((instrument, clause)), _) => {
            let facts = facts::met_by(snapshot, known, decision, clause, at);
            explain_clause(instrument, clause, reason, facts)
        }
        (None, Basis::Missing(positive)) => explain_missing(snapshot, known, reason, positive),
        (None, Basis::Clause(_)) => explain_missing(snapshot, known, reason, Positive::Agreement),
    }
}

fn explain_clause(
    instrument: &Instrument,
    clause: &Clause,
    reason: &Reason,
    facts: Vec<super::ShownFact>,
) -> ExplainedReason {
    ExplainedReason {
        instrument: instrument.id.clone(),
        instrument_name: instrument.name.clone(),
        reference: clause.reference.clone(),
        title: clause.title.clone(),
        plain: clause.plain.clone(),
        words: disclosed_words(clause),
        licensor: instrument.licensor.clone(),
        state: reason.state,
        facts,
        missing: None,
    }
}

/// The contract's own words, where staff may read them.
fn disclosed_words(clause: &Clause) -> Option<String> {
    let words = clause.words.as_ref()?;
    matches!(words.disclose, Disclosure::Public | Disclosure::Staff).then(|| words.text.clone())
}

fn explain_missing(
    snapshot: &Snapshot,
    known: &Facts,
    reason: &Reason,
    positive: Positive,
) -> ExplainedReason {
    let (title, plain) = match positive {
        Positive::Agreement => (
            "No agreement",
            "No agreement in force covers this model for your entity.",
        ),
        Positive::Approval => (
            "Not approved",
            "The firm has not approved this model for this purpose and data.",
        ),
        Positive::Entitlement => (
            "Not entitled",
            "You are not in a group, and hold no grant, that includes this model.",
        ),
        Positive::Place => (
            "No usable place",
            "Nothing credible and recent says where you are.",
        ),
    };
    ExplainedReason {
        instrument: String::new(),
        instrument_name: snapshot.register().firm.name.clone(),
        reference: String::new(),
        title: title.to_owned(),
        plain: plain.to_owned(),
        words: None,
        licensor: None,
        state: reason.state,
        facts: facts::of_missing(known, positive),
        missing: Some(positive),
    }
}

pub(super) fn lift(snapshot: &Snapshot, lift: &LiftUsed) -> Option<ExplainedLift> {
    let (by, clause) = snapshot.clause(lift.by)?;
    let (lifted, lifted_clause) = snapshot.clause(lift.lifted)?;
    Some(ExplainedLift {
        by: format!("{} {}", by.id, clause.reference),
        plain: clause.plain.clone(),
        lifted: format!("{} {}", lifted.id, lifted_clause.reference),
    })
}
