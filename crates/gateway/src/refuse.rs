//! Puts a refusal into the words and codes that go out.
//!
//! Everything shown comes from the explanation, which holds plain words, the person's own facts, and of a contract only
//! what is disclosed to staff.

use crate::asker::Asker;
use crate::body::{self, Answer};
use decision::explain::ExplainedReason;
use decision::{Explanation, Positive, State};
use ledger::{DecisionId, Receipt};
use std::cmp::Reverse;
use wire::{Denial, DenialCode, header_text, headers};

/// The refusal that an explanation amounts to. `is_known` says whether the register has the model.
pub(crate) fn denial(
    explanation: &Explanation,
    is_known: bool,
    decision: DecisionId,
    public_url: &str,
) -> Denial {
    let reason = decisive(explanation);
    let link = format!("{public_url}/why/{decision}");
    let code = if is_known {
        reason.map_or(DenialCode::NotApproved, code)
    } else {
        DenialCode::UnknownModel
    };
    Denial {
        decision: decision.to_string(),
        code,
        message: format!("{}\nDecision {decision}: {link}", explanation.text().trim_end()),
        clause: reason.and_then(clause),
        alternatives: explanation
            .alternatives
            .iter()
            .map(|alternative| alternative.model.clone())
            .collect(),
        link,
    }
}

/// The reason to name first: a clause before a missing positive, then the most severe state, then the order found.
pub(crate) fn decisive(explanation: &Explanation) -> Option<&ExplainedReason> {
    explanation
        .reasons
        .iter()
        .min_by_key(|reason| (reason.missing.is_some(), Reverse(reason.state)))
}

/// Instrument and reference of a reason that is a clause.
pub(crate) fn clause(reason: &ExplainedReason) -> Option<String> {
    reason
        .missing
        .is_none()
        .then(|| format!("{} {}", reason.instrument, reason.reference))
}

fn code(reason: &ExplainedReason) -> DenialCode {
    match (reason.missing, reason.state) {
        (Some(Positive::Agreement), _) => DenialCode::NoAgreement,
        (Some(Positive::Approval), _) => DenialCode::NotApproved,
        (Some(Positive::Entitlement), _) => DenialCode::NotEntitled,
        (Some(Positive::Place), _) => DenialCode::NoPlace,
        (None, State::Met | State::NotMet) => DenialCode::Clause,
        (None, State::Unknown) => DenialCode::FactMissing,
        (None, State::Unclear) => DenialCode::NeedsReview,
    }
}

/// The answer that a recorded refusal is.
pub(crate) fn answer(asker: &Asker, denial: &Denial, receipt: &Receipt) -> Answer {
    let (decision, code) = (&denial.decision, denial.code.as_str());
    tracing::info!(decision, code, clause = denial.clause, "refused");
    let mut answer = body::rendered(denial.answer(asker.audience()));
    answer
        .headers_mut()
        .insert(headers::RECEIPT, header_text(&receipt.to_string()));
    answer
}
