//! What is recorded of a decision, read off the decision itself, so that the two cannot differ: when it is made, and when
//! it is made again.

use crate::{ClauseState, DecisionId, Intent, Pseudonym, facts};
use decision::{Basis, ClauseIndex, Decision, Facts, Snapshot, Verdict};
use register::model::{HostingPlace, Instant, PlaceFact};
use std::collections::BTreeSet;

/// What a decision does not say about its request.
pub(crate) struct About<'a> {
    pub decision: DecisionId,
    pub at: Instant,
    /// The model as the request named it.
    pub asked: &'a str,
    pub application: Option<&'a str>,
    pub cost_centre: Option<&'a str>,
    /// Who asks, towards the licensor.
    pub person: Pseudonym,
    /// Whose key seals what is personal.
    pub key: Pseudonym,
}

/// The intent of a decision about a model; `None` for either: the model is not on the register.
pub(crate) fn made(
    about: About<'_>,
    snapshot: &Snapshot,
    decision: Option<&Decision>,
    model: Option<String>,
    facts: &Facts,
) -> Intent {
    let deployment = decision.and_then(|decision| snapshot.deployment(decision.deployment?));
    let hosting = deployment.map(|deployment| deployment.hosting.inference.as_slice());
    let evidence: BTreeSet<_> = facts.claims.iter().map(|claim| claim.source.as_str()).collect();
    Intent {
        decision: about.decision,
        at: about.at,
        snapshot: snapshot.digest().to_owned(),
        person: about.person,
        key: about.key,
        entity: facts.entity.clone(),
        application: about.application.map(str::to_owned),
        purpose: facts.request.purpose.as_str(),
        data: facts.request.data.as_str(),
        asked: about.asked.to_owned(),
        licensor: model.as_deref().and_then(|model| licensor(snapshot, model)),
        model,
        cost_centre: about.cost_centre.map(str::to_owned),
        deployment: deployment.map(|deployment| deployment.id.clone()),
        hosting: hosting.unwrap_or_default().iter().map(hosted).collect(),
        verdict: decision.map_or(Verdict::Deny, |decision| decision.verdict),
        clauses: decision
            .map(|decision| clauses(snapshot, decision))
            .unwrap_or_default(),
        missing: decision.map(missing).unwrap_or_default(),
        lifts: decision
            .map(|decision| lifts(snapshot, decision))
            .unwrap_or_default(),
        obligations: decision.map(obligations).unwrap_or_default(),
        places: places(facts),
        evidence: evidence.into_iter().collect(),
        facts: facts::write(facts),
        valid_until: decision.and_then(|decision| decision.valid_until),
    }
}

fn clauses(snapshot: &Snapshot, decision: &Decision) -> Vec<ClauseState> {
    let reasons = decision.reasons.iter();
    let clauses = reasons.filter_map(|reason| match reason.basis {
        Basis::Clause(index) => Some(ClauseState {
            clause: clause_name(snapshot, index),
            state: reason.state,
        }),
        Basis::Missing(_) => None,
    });
    clauses.collect()
}

fn missing(decision: &Decision) -> Vec<&'static str> {
    let reasons = decision.reasons.iter();
    let missing = reasons.filter_map(|reason| match reason.basis {
        Basis::Missing(positive) => Some(positive.as_str()),
        Basis::Clause(_) => None,
    });
    missing.collect()
}

fn lifts(snapshot: &Snapshot, decision: &Decision) -> Vec<String> {
    let named = |index| clause_name(snapshot, index);
    let lifts = decision.lifts.iter();
    lifts
        .map(|lift| format!("{} > {}", named(lift.by), named(lift.lifted)))
        .collect()
}

fn obligations(decision: &Decision) -> Vec<&'static str> {
    let obligations = decision.obligations.iter();
    obligations.map(|obligation| obligation.as_str()).collect()
}

fn clause_name(snapshot: &Snapshot, index: ClauseIndex) -> String {
    let name = snapshot
        .clause(index)
        .map(|(instrument, clause)| format!("{} {}", instrument.id, clause.reference));
    name.unwrap_or_default()
}

/// Who licenses a model, by the register.
pub(crate) fn licensor(snapshot: &Snapshot, model: &str) -> Option<String> {
    let model = snapshot.model(snapshot.model_index(model)?)?;
    Some(model.provider.clone())
}

/// A place of inference as the register writes it.
fn hosted(place: &HostingPlace) -> String {
    match place {
        HostingPlace::Place(place) => place.to_string(),
        HostingPlace::Anywhere => "*".to_owned(),
        HostingPlace::AnywhereBut(place) => format!("*-{place}"),
        HostingPlace::Unrecognised(text) => text.clone(),
    }
}

fn places(facts: &Facts) -> Vec<String> {
    let text = |place: &PlaceFact| match place {
        PlaceFact::Known(place) => Some(place.to_string()),
        PlaceFact::Unrecognised(text) => Some(text.clone()),
        PlaceFact::Unknown => None,
    };
    let named = facts
        .claims
        .iter()
        .filter_map(|claim| text(claim.place.as_ref()?));
    named.collect::<BTreeSet<_>>().into_iter().collect()
}
