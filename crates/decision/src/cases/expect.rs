//! Whether a decision is what a test expects, and if it is not, in what.

use crate::bound::Bound;
use crate::explain;
use crate::snapshot::Snapshot;
use crate::verdict::{Basis, ClauseIndex, Decision, ModelIndex, Positive, State, Verdict};
use register::model::{Expectation, ExpectedMissing, ExpectedState, Obligation};

/// A clause as a test names it: instrument and reference.
type Named = (String, String);

pub(super) fn check(
    snapshot: &Snapshot,
    bound: &Bound,
    model: ModelIndex,
    expect: &Expectation,
) -> Result<(), String> {
    let decision = snapshot.decide_model(bound, model);
    if let Some(lacking) = lacking(snapshot, &decision, expect) {
        return Err(format!("expected {lacking}, got {}", found(snapshot, &decision)));
    }
    if expect.alternatives.is_empty() {
        return Ok(());
    }
    let alternatives = explain::alternatives(snapshot, bound, Some(model));
    let offered = |id: &String| alternatives.iter().any(|other| other.model == *id);
    match expect.alternatives.iter().find(|id| !offered(id)) {
        Some(lacking) => Err(format!(
            "expected the alternative `{lacking}`, which is not permitted"
        )),
        None => Ok(()),
    }
}

/// The first thing that the decision itself should have and has not.
fn lacking(snapshot: &Snapshot, decision: &Decision, expect: &Expectation) -> Option<String> {
    if decision.verdict.as_str() != expect.decision {
        return Some(expect.decision.clone());
    }
    let clause = expect
        .clause
        .as_ref()
        .and_then(|named| lacking_clause(snapshot, decision, named, expect.state));
    let missing = || {
        expect
            .missing
            .filter(|missing| !is_missing(decision, *missing))
            .map(|missing| format!("`{missing}` to be missing"))
    };
    let lift = || {
        let unused = expect
            .lift
            .as_ref()
            .filter(|named| !lifts(snapshot, decision, named));
        unused.map(|named| format!("that `{} {}` lifts something", named.0, named.1))
    };
    clause
        .or_else(missing)
        .or_else(lift)
        .or_else(|| lacking_obligation(decision, expect))
}

fn lacking_clause(
    snapshot: &Snapshot,
    decision: &Decision,
    named: &Named,
    state: Option<ExpectedState>,
) -> Option<String> {
    let reasons = || {
        decision
            .reasons
            .iter()
            .filter(|reason| matches!(reason.basis, Basis::Clause(clause) if is(snapshot, clause, named)))
    };
    let (instrument, reference) = named;
    match state {
        Some(state) => {
            let as_expected = reasons().any(|reason| reason.state == state_of(state));
            (!as_expected).then(|| format!("clause `{instrument} {reference}` to be {state}"))
        }
        None => {
            let named = reasons().next().is_some() || lifts(snapshot, decision, named);
            (!named).then(|| format!("clause `{instrument} {reference}`"))
        }
    }
}

fn lacking_obligation(decision: &Decision, expect: &Expectation) -> Option<String> {
    let obligations: Vec<_> = decision.obligations.iter().map(Obligation::as_str).collect();
    let found = |wanted: &String| obligations.contains(&wanted.as_str());
    let lacking = expect.obligations.iter().find(|wanted| !found(wanted))?;
    Some(format!("the obligation `{lacking}`"))
}

fn lifts(snapshot: &Snapshot, decision: &Decision, named: &Named) -> bool {
    decision.lifts.iter().any(|lift| is(snapshot, lift.by, named))
}

/// Whether this is the clause that is named, or stands for it in a variant.
fn is(snapshot: &Snapshot, clause: ClauseIndex, (instrument, reference): &Named) -> bool {
    snapshot.clause(clause).is_some_and(|(found, clause)| {
        clause.reference == *reference && snapshot.core().stands_for(found, instrument)
    })
}

fn is_missing(decision: &Decision, missing: ExpectedMissing) -> bool {
    let positive = match missing {
        ExpectedMissing::Agreement => Positive::Agreement,
        ExpectedMissing::Approval => Positive::Approval,
        ExpectedMissing::Entitlement => Positive::Entitlement,
        ExpectedMissing::Place => Positive::Place,
    };
    let basis = Basis::Missing(positive);
    decision.reasons.iter().any(|reason| reason.basis == basis)
}

const fn state_of(state: ExpectedState) -> State {
    match state {
        ExpectedState::Met => State::Met,
        ExpectedState::Unknown => State::Unknown,
        ExpectedState::Unclear => State::Unclear,
    }
}

/// Verdict and reasons in one line.
fn found(snapshot: &Snapshot, decision: &Decision) -> String {
    let reasons: Vec<_> = decision
        .reasons
        .iter()
        .map(|reason| explain::reason_line(snapshot, reason))
        .collect();
    let verdict = decision.verdict;
    if verdict == Verdict::Permit || reasons.is_empty() {
        return verdict.as_str().to_owned();
    }
    format!("{} by {}", verdict.as_str(), reasons.join(", "))
}
