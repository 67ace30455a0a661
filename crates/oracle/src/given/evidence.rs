//! Which claims prove where somebody is, and which do not.

use super::{TestedPlace, Where};
use decision::{Claim, ClaimSource, Facts};
use register::model::{Instant, Limits, PlaceFact, Worker};
use std::collections::BTreeSet;
use territory::Place;

/// A trip that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenTrip {
    /// Where to.
    pub(crate) place: Place,
    /// Which day of it this is, in UTC days, the first being 1; `None`: its first day is not known.
    pub(crate) day: Option<i64>,
}

/// What the claims come to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// Places of credible claims and of end users.
    pub(crate) people: Where,
    /// Places of credible claims alone.
    pub(crate) claims: Where,
    /// Whether no credible claim names a place that is recognised.
    pub(crate) placeless: bool,
    /// Whether credible claims name two places or more.
    pub(crate) conflict: bool,
    /// Sites that credible claims name.
    pub(crate) sites: BTreeSet<String>,
    /// Whether the person came over the firm's VPN.
    pub(crate) over_vpn: bool,
    /// Trips that are open.
    pub(crate) trips: Vec<OpenTrip>,
}

impl Evidence {
    /// Weighs all claims at an instant.
    pub(crate) fn weigh(facts: &Facts, limits: &Limits, at: Instant) -> Self {
        let credible: Vec<&Claim> = facts
            .claims
            .iter()
            .filter(|claim| is_credible(claim, &facts.claims, limits, at))
            .collect();
        let claims = Where::of(credible.iter().filter_map(|claim| claim.place.as_ref()));
        let end_users = facts.request.end_users.as_deref().unwrap_or_default();
        let users = Where::of(end_users);
        // an end user of whom no place is known is one whose place nobody recognises
        let unrecognised = claims.unrecognised || users.unrecognised || users.missing;
        let placeless = claims.places.is_empty();
        let undeclared = facts.person.worker == Worker::Service && end_users.is_empty();
        let distinct: BTreeSet<Place> = claims.places.iter().filter_map(named).collect();
        let people = Where {
            places: claims.places.iter().chain(&users.places).copied().collect(),
            missing: undeclared || (placeless && !claims.unrecognised),
            unrecognised,
        };
        Self {
            people,
            claims,
            placeless,
            conflict: distinct.len() > 1,
            sites: credible.iter().filter_map(|claim| claim.site.clone()).collect(),
            over_vpn: facts.claims.iter().any(|claim| {
                claim.source == ClaimSource::VpnExit && is_fresh(claim.observed_at, at, limits.presence)
            }),
            trips: facts
                .claims
                .iter()
                .filter_map(|claim| open_trip(claim, at))
                .collect(),
        }
    }
}

fn named(place: &TestedPlace) -> Option<Place> {
    match place {
        TestedPlace::Named(place) => Some(*place),
        TestedPlace::Anywhere | TestedPlace::AnywhereBut(_) => None,
    }
}

/// Whether an observation is no older than a limit, and not from the future.
pub(crate) fn is_fresh(observed: Instant, at: Instant, limit: i64) -> bool {
    observed <= at && at.0.saturating_sub(observed.0) <= limit
}

/// Whether a claim proves where the person is.
fn is_credible(claim: &Claim, all: &[Claim], limits: &Limits, at: Instant) -> bool {
    if !says_something(claim) {
        return false;
    }
    match claim.source {
        ClaimSource::Trip => is_open(claim, at),
        ClaimSource::Directory => {
            let silenced = |other: &Claim| {
                is_open(other, at)
                    || is_credible_presence(other, limits, at)
                    || contradicts(other, claim.place.as_ref(), limits, at)
            };
            is_fresh(claim.observed_at, at, limits.directory) && !all.iter().any(silenced)
        }
        _ => is_credible_presence(claim, limits, at),
    }
}

/// Whether a claim has a place at all, in whatever words.
fn says_something(claim: &Claim) -> bool {
    matches!(
        claim.place,
        Some(PlaceFact::Known(_) | PlaceFact::Unrecognised(_))
    )
}

/// A claim that somebody was seen somewhere, credible or not.
fn is_presence(claim: &Claim) -> bool {
    let source = match claim.source {
        ClaimSource::Badge | ClaimSource::Zone | ClaimSource::Device | ClaimSource::SessionFeed => true,
        ClaimSource::GeoIp => !claim.marked,
        _ => false,
    };
    source && says_something(claim)
}

fn is_credible_presence(claim: &Claim, limits: &Limits, at: Instant) -> bool {
    is_presence(claim) && is_fresh(claim.observed_at, at, limits.presence)
}

/// Whether a presence claim of the last days names another place than the directory does. One from the future, and
/// one that nobody recognises, counts as another place.
fn contradicts(claim: &Claim, directory: Option<&PlaceFact>, limits: &Limits, at: Instant) -> bool {
    let recent = at.0.saturating_sub(claim.observed_at.0) <= limits.contradiction;
    let future = claim.observed_at > at;
    let same = match (&claim.place, directory) {
        (Some(PlaceFact::Known(seen)), Some(PlaceFact::Known(stated))) => seen == stated,
        _ => false,
    };
    is_presence(claim) && recent && (future || !same)
}

fn is_open(claim: &Claim, at: Instant) -> bool {
    let days = claim.trip.unwrap_or_default();
    claim.source == ClaimSource::Trip
        && days.from.is_none_or(|from| from <= at)
        && days.to.is_none_or(|to| at < to)
}

fn open_trip(claim: &Claim, at: Instant) -> Option<OpenTrip> {
    let Some(PlaceFact::Known(place)) = claim.place else {
        return None;
    };
    let first = claim.trip.and_then(|trip| trip.from);
    let day = first.map(|first| at.utc_day() - first.utc_day() + 1);
    is_open(claim, at).then_some(OpenTrip { place, day })
}
