//! What was known of a register at an instant: the same register, without everything that became known later.
//!
//! Deciding with an earlier knowledge must be what deciding over this register is.

use decision::{Basis, ClauseIndex, Decision, Facts, LATEST, Obligations, Reason, Snapshot, Verdict};
use register::model::{Effect, Instant, Instrument, Register};
use std::collections::BTreeSet;

/// The register without everything that became known after the instant.
pub(crate) fn as_known(register: &Register, then: Instant) -> Register {
    let mut register = register.clone();
    let later = |known: &Option<Instant>| known.is_some_and(|known| known > then);
    for instrument in &mut register.instruments {
        if later(&instrument.known_from) {
            // it stays as a name that others may mention, and carries nothing
            instrument.clauses.clear();
            instrument.covers.clear();
        }
        forget_clauses(instrument, then);
    }
    for group in &mut register.groups {
        group.reading = group.reading.take().filter(|reading| !later(&reading.known_from));
    }
    for list in &mut register.lists {
        list.versions.retain(|version| !later(&version.known_from));
        list.changes.retain(|change| change.posted <= then);
    }
    register.grants.retain(|grant| !later(&grant.known_from));
    register
}

fn forget_clauses(instrument: &mut Instrument, then: Instant) {
    let later = |known: &Option<Instant>| known.is_some_and(|known| known > then);
    instrument.clauses.retain_mut(|clause| {
        clause.readings.retain(|reading| reading.known_from <= then);
        let has_status = !clause.status.is_empty();
        clause.status.retain(|change| !later(&change.known_from));
        if matches!(&clause.effect, Effect::NoBearing { known_from, .. } if *known_from > then) {
            clause.effect = Effect::Unread;
        }
        // a clause whose every status is still to come has none yet; without any it would be in force throughout
        let has_none_yet = has_status && clause.status.is_empty();
        !later(&clause.known_from) && !has_none_yet
    });
}

/// Every instant at which something of a register becomes known.
pub(crate) fn instants(register: &Register) -> BTreeSet<Instant> {
    let mut found = BTreeSet::new();
    for instrument in &register.instruments {
        found.extend(instrument.known_from);
        for clause in &instrument.clauses {
            found.extend(clause.known_from);
            found.extend(clause.readings.iter().map(|reading| reading.known_from));
            found.extend(clause.status.iter().filter_map(|change| change.known_from));
            if let Effect::NoBearing { known_from, .. } = &clause.effect {
                found.insert(*known_from);
            }
        }
    }
    let readings = register.groups.iter().filter_map(|group| group.reading.as_ref());
    found.extend(readings.filter_map(|reading| reading.known_from));
    for list in &register.lists {
        found.extend(list.versions.iter().filter_map(|version| version.known_from));
        found.extend(list.changes.iter().map(|change| change.posted));
    }
    found.extend(register.grants.iter().filter_map(|grant| grant.known_from));
    found
}

/// Deciding as known at an instant is deciding over what was known then, with all knowledge: at every instant at which
/// something became known, a second before and a second after.
pub(crate) fn check(register: &Register, cases: &[(Facts, Instant)]) {
    let whole = Snapshot::compile_untested(register.clone(), "whole").unwrap();
    let mut stages: Vec<Instant> = instants(register).into_iter().collect();
    stages.extend(stages.first().map(|first| first.plus(-1)));
    stages.sort_unstable();
    for (index, stage) in stages.iter().enumerate() {
        let then = Snapshot::compile_untested(as_known(register, *stage), "then").unwrap();
        let next = stages.get(index + 1).map(|next| next.plus(-1));
        let same_knowledge = [*stage, stage.plus(1)].into_iter().chain(next);
        // a stage that lasts a second has no second after it
        for known_at in same_knowledge.filter(|known_at| next.is_none_or(|next| *known_at <= next)) {
            for (facts, at) in cases {
                compare(&whole, &then, facts, (*at, known_at));
            }
        }
    }
}

fn compare(whole: &Snapshot, then: &Snapshot, facts: &Facts, (at, known_at): (Instant, Instant)) {
    let (by_knowledge, by_register) = (whole.bind(facts, at, known_at), then.bind(facts, at, LATEST));
    for ((index, deployment), (other, _)) in whole.deployments().zip(then.deployments()) {
        let (mut expected, mut found) = (Decision::default(), Decision::default());
        whole.decide(&by_knowledge, index, &mut found);
        then.decide(&by_register, other, &mut expected);
        let about = || {
            format!(
                "{} for {} at {at}, as known at {known_at}",
                deployment.id, facts.person.id
            )
        };
        assert_eq!(said(whole, &found), said(then, &expected), "{}", about());
        let earlier = match (found.valid_until, expected.valid_until) {
            (Some(found), Some(expected)) => found <= expected,
            (found, expected) => found.is_some() || expected.is_none(),
        };
        assert!(
            earlier,
            "{}: what is not yet known makes no decision last longer",
            about()
        );
    }
}

/// What a decision says, by the names of its clauses.
fn said(snapshot: &Snapshot, decision: &Decision) -> (Verdict, Vec<String>, Vec<String>, Obligations) {
    let name = |clause: ClauseIndex| {
        let (instrument, clause) = snapshot.clause(clause).unwrap();
        format!("{} {}", instrument.id, clause.reference)
    };
    let reason = |reason: &Reason| match reason.basis {
        Basis::Clause(clause) => format!("{} {}", name(clause), reason.state.as_str()),
        Basis::Missing(positive) => format!("no {} {}", positive.as_str(), reason.state.as_str()),
    };
    let lifts = decision
        .lifts
        .iter()
        .map(|lift| format!("{} lifts {}", name(lift.by), name(lift.lifted)));
    (
        decision.verdict,
        decision.reasons.iter().map(reason).collect(),
        lifts.collect(),
        decision.obligations,
    )
}
