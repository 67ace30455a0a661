//! The facts of a scenario. Ages become times of observation; whether a claim is stale is for the decision to say.

use super::not_in_register;
use crate::error::ScenarioError;
use crate::file::{Evidence, Request, Scenario};
use decision::{Claim, Entitlement, Facts, NamedUser, PersonFacts, RequestFacts};
use register::model::{Instant, PlaceFact, PlaceSetName, Register};
use territory::{Definition, Member, Place};

/// The person of every scenario; no grant of a register is meant for it.
const NOBODY: &str = "scenario";

pub(super) fn of(
    register: &Register,
    scenario: &Scenario,
    entity: String,
    engaging_entity: String,
) -> Result<Facts, ScenarioError> {
    let request = &scenario.request;
    Ok(Facts {
        person: person(scenario),
        claims: scenario
            .evidence
            .iter()
            .map(|evidence| claim(evidence, scenario.at))
            .collect(),
        entity,
        engaging_entity,
        request: RequestFacts {
            purpose: request.purpose,
            data: request.data,
            end_users: request.end_users.clone(),
            residency: residency(register, scenario, request)?,
            output_to: request.output_to.clone(),
            beneficiary: request.beneficiary.clone(),
            human_review: request.human_review,
            registered_application: request.registered_application,
            patterns: request.patterns.clone(),
            resale: request.resale,
            exception: request.exception,
            side_call: request.side_call.clone(),
        },
        egress: Vec::new(),
    })
}

fn person(scenario: &Scenario) -> PersonFacts {
    PersonFacts {
        id: NOBODY.to_owned(),
        worker: scenario.subject.worker,
        citizenships: scenario.subject.citizenships.clone(),
        us_status: scenario.subject.us_status,
        groups: scenario.request.groups.clone(),
        named: if scenario.request.named {
            NamedUser::OfAll
        } else {
            NamedUser::OfNone
        },
        residence: PlaceFact::Unknown,
        assigned_site: None,
        entitlement: Entitlement::Assumed,
        screening: scenario.request.screening,
    }
}

fn claim(evidence: &Evidence, at: Instant) -> Claim {
    Claim {
        source: evidence.source,
        place: evidence.place.clone(),
        site: evidence.site.clone(),
        marked: evidence.marked,
        observed_at: at.plus(evidence.age.saturating_neg()),
        trip: evidence.trip,
    }
}

/// A shared group of the register, or a place.
fn residency(
    register: &Register,
    scenario: &Scenario,
    request: &Request,
) -> Result<Option<PlaceSetName>, ScenarioError> {
    let Some(asked) = &request.residency else {
        return Ok(None);
    };
    if register.groups.iter().any(|group| group.id == *asked) {
        return Ok(Some(PlaceSetName::Group(asked.clone())));
    }
    let place = Place::parse(asked)
        .map_err(|_| not_in_register(scenario, "request.residency", "region group or place", asked))?;
    let definition = Definition {
        members: vec![Member::Place(place)],
        ..Definition::default()
    };
    Ok(Some(PlaceSetName::Inline(definition)))
}
