//! Places that a policy cannot name beforehand: told apart by how far an open trip reaches, and by the residency that
//! the request asks for.

use super::Asked;
use super::values::{record, spots_of, texts};
use crate::error::OracleError;
use crate::given::{TestedPlace, Where};
use crate::places::{Chart, Extent, Gazetteer, Spot, outward};
use crate::policy::{Bearer, ReachNeed, Side, Stratum};
use cedar_policy::RestrictedExpression;
use decision::State;
use register::model::{Entity, PlaceFact, Polarity};
use std::collections::{BTreeMap, BTreeSet};
use territory::Place;

/// The record of every need, by key.
pub(crate) fn records(asked: &Asked) -> Result<Vec<(String, RestrictedExpression)>, OracleError> {
    let residency = residency(asked);
    asked
        .needs
        .reaches
        .iter()
        .map(|need| Ok((need.key.clone(), one(need, asked, residency.as_ref())?)))
        .collect()
}

/// Whether some place lies outside the residency that the request asks for, or may.
pub(crate) fn residency_binds(asked: &Asked) -> bool {
    let chart = residency(asked);
    let stops = |chart: &Chart| {
        asked
            .text
            .gazetteer
            .everywhere()
            .iter()
            .any(|spot| chart.state(*spot, Polarity::NotIn) != State::NotMet)
    };
    chart.is_some_and(|chart| stops(&chart))
}

fn residency(asked: &Asked) -> Option<Chart> {
    let name = asked.facts.request.residency.as_ref()?;
    let extent = Extent::of(name, asked.text.register, asked.text.at, asked.text.known_at);
    Some(Chart::of(&extent, &asked.text.gazetteer))
}

fn one(
    need: &ReachNeed,
    asked: &Asked,
    residency: Option<&Chart>,
) -> Result<RestrictedExpression, OracleError> {
    let gazetteer = &asked.text.gazetteer;
    let mut protected = need.protected.clone();
    if let Some(chart) = residency.filter(|_| need.by_residency) {
        protected.extend(&chart.named_parts);
    }
    let protected = &protected;
    let mut sets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for stratum in need.strata() {
        sets.insert(need.stratum_name(stratum), BTreeSet::new());
    }
    for place in places_of(need.bearer, asked) {
        for spot in spots_of(place, gazetteer) {
            let parts = gazetteer.within(spot);
            let whole = gazetteer.is_whole(spot);
            for part in parts {
                let state = need
                    .by_residency
                    .then(|| residency.map_or(State::NotMet, |chart| chart.state(part, Polarity::NotIn)));
                let within = within(need, asked, |trip| reaches(trip, part, protected, gazetteer));
                let entry = if whole {
                    format!("{spot}>{part}")
                } else {
                    spot.to_string()
                };
                sets.entry(need.stratum_name(Stratum { state, within }))
                    .or_default()
                    .insert(entry);
            }
        }
    }
    for (at, limit) in need.limits.iter().enumerate() {
        let spots = gazetteer
            .everywhere()
            .into_iter()
            .chain(gazetteer.wholes())
            .filter(|spot| {
                gazetteer.within(*spot).iter().all(|part| {
                    within(need, asked, |trip| reaches(trip, *part, protected, gazetteer))
                        .is_some_and(|within| within <= at)
                })
            });
        sets.insert(
            need.spread_name(*limit),
            spots.map(|spot| spot.to_string()).collect(),
        );
    }
    record(sets.into_iter().map(|(name, set)| (name, texts(set))))
}

/// Position of the shortest limit within which an open trip reaches something.
fn within(need: &ReachNeed, asked: &Asked, reaches: impl Fn(Place) -> bool) -> Option<usize> {
    let in_time = |limit: &Option<u32>, day: Option<i64>| match (limit, day) {
        (None, _) => true,
        (Some(limit), Some(day)) => day <= i64::from(*limit),
        (Some(_), None) => false,
    };
    need.limits.iter().position(|limit| {
        asked
            .evidence
            .trips
            .iter()
            .filter(|trip| counts(trip.place, asked))
            .any(|trip| in_time(limit, trip.day) && reaches(trip.place))
    })
}

/// Whether a trip reaches a spot. It names no subdivision, so that it never reaches one that the lifted set itself names.
fn reaches(trip: Place, spot: Spot, protected: &BTreeSet<Place>, gazetteer: &Gazetteer) -> bool {
    let is_apart = outward(spot.place).any(|around| protected.contains(&around));
    !is_apart && gazetteer.within(gazetteer.stand(trip)).contains(&spot)
}

/// Whether a trip counts: one to a place that the register does not tell apart stands for more than was travelled to,
/// so that everybody who may be there must be in the very place.
fn counts(trip: Place, asked: &Asked) -> bool {
    let gazetteer = &asked.text.gazetteer;
    let covered = |place: Place| gazetteer.within(gazetteer.stand(place));
    let meets = |place: Place| covered(place).iter().any(|spot| covered(trip).contains(spot));
    let is_there = |place: &TestedPlace| match place {
        TestedPlace::Named(place) => !meets(*place) || outward(*place).any(|around| around == trip),
        TestedPlace::Anywhere | TestedPlace::AnywhereBut(_) => false,
    };
    gazetteer.tells_apart(trip) || asked.evidence.people.places.iter().all(is_there)
}

fn places_of(bearer: Bearer, asked: &Asked) -> Vec<TestedPlace> {
    let facts = |facts: Vec<&PlaceFact>| Where::of(facts).places;
    match bearer {
        Bearer::People => asked.evidence.people.places.clone(),
        Bearer::Claims => asked.evidence.claims.places.clone(),
        Bearer::Inference => Where::of_hosting(&asked.deployment.hosting.inference).places,
        Bearer::Storage => facts(vec![&asked.deployment.hosting.storage]),
        Bearer::Output => Where::of(&asked.facts.request.output_to).places,
        Bearer::Billing => facts(vec![super::context::billing(asked)]),
        Bearer::Egress => facts(vec![super::context::egress(asked)]),
        Bearer::Beneficiary => Where::of(&asked.facts.request.beneficiary).places,
        Bearer::Establishment(side) => {
            entity(side, asked).map_or_else(Vec::new, |one| facts(vec![&one.incorporated, &one.headquarters]))
        }
        Bearer::Headquarters(side) => {
            entity(side, asked).map_or_else(Vec::new, |one| facts(vec![&one.headquarters]))
        }
        Bearer::PrincipalPlace(side) => {
            entity(side, asked).map_or_else(Vec::new, |one| facts(vec![&one.principal_place]))
        }
    }
}

fn entity<'a>(side: Side, asked: &'a Asked) -> Option<&'a Entity> {
    let id = match side {
        Side::Engaging => &asked.facts.engaging_entity,
        Side::Employer => &asked.facts.entity,
    };
    asked
        .text
        .register
        .entities
        .iter()
        .find(|entity| entity.id == *id)
}
