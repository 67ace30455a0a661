//! Which of the person's own facts a clause met, with their sources.

use super::{ShownFact, display_names, place_text};
use crate::facts::{Claim, Facts};
use crate::presence::is_credible;
use crate::snapshot::Snapshot;
use crate::verdict::{Decision, Positive};
use crate::weight::weigh;
use register::model::{Clause, Effect, Family, Instant, Kind, PlaceFact, PlaceSubject, Test};
use territory::DisplayNames;

fn fact(what: &str, value: impl Into<String>) -> ShownFact {
    ShownFact {
        what: what.to_owned(),
        value: value.into(),
        source: None,
        observed_at: None,
        weight: None,
    }
}

/// The facts that a clause looked at, those that stand behind its state.
pub(super) fn met_by(
    snapshot: &Snapshot,
    facts: &Facts,
    decision: &Decision,
    clause: &Clause,
    at: Instant,
) -> Vec<ShownFact> {
    let names = display_names(snapshot);
    let Some(kind) = clause.kind else {
        return Vec::new();
    };
    match kind.family() {
        Family::Export if kind == Kind::ExportDeemedNationality => {
            vec![fact(
                "condition",
                "a condition on your citizenship or status in the United States",
            )]
        }
        Family::Sanctions if kind == Kind::SanctionsPartyList => {
            vec![fact("screening", "your sanctions screening")]
        }
        Family::Ownership | Family::Affiliate => vec![fact("entity", entities(facts))],
        _ if kind.is_entity_clause() || kind == Kind::TerritoryDomicileOrPpb => {
            vec![fact("entity", entities(facts))]
        }
        Family::Hosting => vec![fact("hosting", hosting(snapshot, decision))],
        Family::Use | Family::Distill => vec![fact("purpose", facts.request.purpose.as_str())],
        Family::Tier => vec![fact(
            "groups",
            "your groups do not include the one that this tier asks for",
        )],
        Family::Local if !tests_people(clause) => {
            vec![
                fact("data", facts.request.data.as_str()),
                fact("hosting", hosting(snapshot, decision)),
            ]
        }
        Family::Control => vec![fact("request", "how this request came to the gateway")],
        Family::Time | Family::Scale | Family::Order => Vec::new(),
        Family::Users => vec![fact("worker", facts.person.worker.as_str())],
        _ if kind == Kind::TerritorySourceIp => vec![fact("egress", "where the gateway's call would leave")],
        _ if tests_subject(clause, PlaceSubject::Billing) => {
            vec![fact("billing", "where the account is billed")]
        }
        _ => places(&names, snapshot, facts, at),
    }
}

fn tests_subject(clause: &Clause, wanted: PlaceSubject) -> bool {
    let Effect::Conditions(conditions) = &clause.effect else {
        return false;
    };
    conditions
        .iter()
        .any(|c| matches!(c.test, Test::Places { subject, .. } if subject == wanted))
}

fn tests_people(clause: &Clause) -> bool {
    let Effect::Conditions(conditions) = &clause.effect else {
        return false;
    };
    tests_subject(clause, PlaceSubject::People)
        || conditions.iter().any(|c| matches!(c.test, Test::Unfiled { .. }))
}

fn entities(facts: &Facts) -> String {
    if facts.entity == facts.engaging_entity {
        facts.entity.clone()
    } else {
        format!(
            "{} (employer), {} (engaging)",
            facts.entity, facts.engaging_entity
        )
    }
}

fn hosting(snapshot: &Snapshot, decision: &Decision) -> String {
    let deployment = decision.deployment.and_then(|index| snapshot.deployment(index));
    deployment.map_or_else(String::new, |deployment| {
        super::hosting_text(snapshot, deployment)
    })
}

/// Credible places with source and time; where there are none, the claims that did not count, and that they did not.
fn places(names: &DisplayNames, snapshot: &Snapshot, facts: &Facts, at: Instant) -> Vec<ShownFact> {
    let limits = &snapshot.register().limits;
    let credible = facts
        .claims
        .iter()
        .filter(|claim| is_credible(claim, &facts.claims, at, limits));
    let shown = |what, claim| ShownFact {
        weight: Some(weigh(claim, &facts.claims, at, limits)),
        ..claim_fact(what, names, claim)
    };
    let mut told: Vec<_> = credible.map(|claim| shown("place", claim)).collect();
    let declared = facts.request.end_users.iter().flatten();
    told.extend(declared.map(|place| fact("end users", fact_text(names, place))));
    if told.is_empty() {
        let claims = facts.claims.iter();
        told.extend(claims.map(|claim| shown("claim that does not count", claim)));
    }
    if told.is_empty() {
        told.push(fact("place", "none known"));
    }
    told
}

fn claim_fact(what: &str, names: &DisplayNames, claim: &Claim) -> ShownFact {
    let place = claim
        .place
        .as_ref()
        .map_or_else(|| "no answer".to_owned(), |place| fact_text(names, place));
    let site = claim
        .site
        .as_ref()
        .map(|site| format!(", {site}"))
        .unwrap_or_default();
    ShownFact {
        what: what.to_owned(),
        value: format!("{place}{site}"),
        source: Some(claim.source.as_str().to_owned()),
        observed_at: claim.trip.is_none().then_some(claim.observed_at),
        weight: None,
    }
}

fn fact_text(names: &DisplayNames, place: &PlaceFact) -> String {
    match place {
        PlaceFact::Known(place) => place_text(names, *place),
        PlaceFact::Unknown => "unknown".to_owned(),
        PlaceFact::Unrecognised(text) => format!("`{text}`, which is no place code"),
    }
}

/// The facts behind a missing positive.
pub(super) fn of_missing(facts: &Facts, positive: Positive) -> Vec<ShownFact> {
    match positive {
        Positive::Agreement => vec![fact("entity", entities(facts))],
        Positive::Approval => {
            vec![
                fact("purpose", facts.request.purpose.as_str()),
                fact("data", facts.request.data.as_str()),
            ]
        }
        Positive::Entitlement => vec![fact("groups", facts.person.groups.join(", "))],
        Positive::Place => vec![fact("place", "none known")],
    }
}
