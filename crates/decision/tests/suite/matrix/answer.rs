//! One cell of the matrix: what a decision about a model says, in a line.

use decision::{Basis, ClauseIndex, Decision, Facts, LATEST, ModelIndex, Reason, Snapshot, State, Verdict};
use register::model::Instant;
use std::collections::BTreeSet;

/// Clauses that spoke, by instrument and reference, and obligations that came with permits.
#[derive(Debug, Default)]
pub(crate) struct Clauses {
    /// As a reason, or as an exception that was used.
    pub(crate) spoke: BTreeSet<(String, String)>,
    /// Obligations of permits.
    pub(crate) obligations: BTreeSet<String>,
}

/// What a decision says: the verdict, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// `permit`, `review` or `deny`.
    pub(crate) verdict: &'static str,
    /// Of a permit: its channel where that is not the one tried first, exceptions used, obligations. May be empty.
    pub(crate) way: String,
    /// Of a refusal: what stops it, in order.
    pub(crate) stops: Vec<Stop>,
}

/// A clause that stops, or something that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    /// The instrument, or `no`.
    head: String,
    /// Reference of the clause with its state, where that is not met; or what is missing.
    item: String,
}

impl Answer {
    /// Why, in a line.
    pub(crate) fn why(&self) -> String {
        if self.stops.is_empty() {
            self.way.clone()
        } else {
            listed(&self.stops)
        }
    }
}

/// What stops, clauses of an instrument together.
pub(crate) fn listed(stops: &[Stop]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut last = "";
    for stop in stops {
        match parts.last_mut() {
            Some(part) if last == stop.head => part.push_str(&format!(", {}", stop.item)),
            _ => parts.push(format!("{} {}", stop.head, stop.item)),
        }
        last = &stop.head;
    }
    parts.join("; ")
}

/// What the same facts get for each model, in the order of the register.
pub(crate) fn answers(snapshot: &Snapshot, facts: &Facts, at: Instant, clauses: &mut Clauses) -> Vec<Answer> {
    let bound = snapshot.bind(facts, at, LATEST);
    let models = snapshot.models().map(|(model, _)| model);
    models
        .map(|model| answer(snapshot, model, &snapshot.decide_model(&bound, model), clauses))
        .collect()
}

fn answer(snapshot: &Snapshot, model: ModelIndex, decision: &Decision, clauses: &mut Clauses) -> Answer {
    note(snapshot, decision, clauses);
    let verdict = match decision.verdict {
        Verdict::Permit | Verdict::PermitWithObligations => "permit",
        Verdict::Review => "review",
        Verdict::Deny => "deny",
    };
    let permits = decision.verdict.permits();
    let way = if permits {
        permitted(snapshot, model, decision)
    } else {
        String::new()
    };
    Answer {
        verdict,
        way,
        stops: decision
            .reasons
            .iter()
            .map(|reason| stop(snapshot, reason))
            .collect(),
    }
}

fn note(snapshot: &Snapshot, decision: &Decision, clauses: &mut Clauses) {
    let reasons = decision.reasons.iter().filter_map(|reason| match reason.basis {
        Basis::Clause(clause) => Some(clause),
        Basis::Missing(_) => None,
    });
    let lifting = decision.lifts.iter().map(|lift| lift.by);
    clauses
        .spoke
        .extend(reasons.chain(lifting).map(|clause| name(snapshot, clause)));
    clauses.obligations.extend(
        decision
            .obligations
            .iter()
            .map(|obligation| obligation.as_str().to_owned()),
    );
}

/// By which channel where it is not the one tried first, by which exceptions, with which obligations.
fn permitted(snapshot: &Snapshot, model: ModelIndex, decision: &Decision) -> String {
    let mut parts = Vec::new();
    let first = snapshot.deployments_of(model).first();
    if let Some(deployment) = decision.deployment.filter(|deployment| Some(deployment) != first) {
        parts.extend(
            snapshot
                .deployment(deployment)
                .map(|deployment| format!("through {}", deployment.channel)),
        );
    }
    let mut lifting: Vec<(ClauseIndex, Vec<String>)> = Vec::new();
    for lift in &decision.lifts {
        let (_, reference) = name(snapshot, lift.lifted);
        match lifting.iter_mut().find(|(by, _)| *by == lift.by) {
            Some((_, lifted)) => lifted.push(reference),
            None => lifting.push((lift.by, vec![reference])),
        }
    }
    for (by, lifted) in lifting {
        let (instrument, reference) = name(snapshot, by);
        parts.push(format!("{instrument} {reference} lifts {}", lifted.join(", ")));
    }
    let obligations: Vec<_> = decision
        .obligations
        .iter()
        .map(|obligation| obligation.as_str())
        .collect();
    if !obligations.is_empty() {
        parts.push(format!("with {}", obligations.join(", ")));
    }
    parts.join("; ")
}

fn stop(snapshot: &Snapshot, reason: &Reason) -> Stop {
    let (head, item) = match reason.basis {
        Basis::Clause(clause) => name(snapshot, clause),
        Basis::Missing(positive) => ("no".to_owned(), positive.as_str().to_owned()),
    };
    let item = match reason.state {
        State::Met | State::NotMet => item,
        State::Unknown | State::Unclear => format!("{item} {}", reason.state.as_str()),
    };
    Stop { head, item }
}

fn name(snapshot: &Snapshot, clause: ClauseIndex) -> (String, String) {
    let (instrument, clause) = snapshot.clause(clause).unwrap();
    (instrument.id.clone(), clause.reference.clone())
}
