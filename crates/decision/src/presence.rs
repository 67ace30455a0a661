//! Where a person is, from claims: which are credible, which are stale, and when that changes.
//!
//! Badge, network zone, device, session and unmarked GeoIP claims are *presence*, credible while fresh. An open trip
//! is credible by its days. The directory's place is a default: it counts only if it is fresh, no trip is open, no
//! presence is credible and no presence claim of the last days names another place. Everything else proves nothing.

use crate::facts::{Claim, ClaimSource, Facts};
use crate::mutation::{Mistake, makes};
use register::model::{Instant, Limits, PlaceFact};
use territory::Place;

/// What the claims come to at an instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Presence {
    /// Places of credible claims, without repeats.
    pub places: Vec<Place>,
    /// A credible claim names a place that nobody recognises.
    pub unrecognised: bool,
    /// Sites that credible claims name.
    pub sites: Vec<String>,
    /// Trips that are open, with a recognised place.
    pub trips: Vec<OpenTrip>,
    /// A fresh claim says that the person is on the firm's VPN.
    pub over_vpn: bool,
    /// The next instant after `at` at which any of this may change.
    pub until: Option<Instant>,
}

/// An open trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenTrip {
    /// Where.
    pub place: Place,
    /// First day, if known.
    pub from: Option<Instant>,
}

/// Whether a claim observed then is fresh: not from the future, and no older than its limit.
pub(crate) fn is_fresh(observed_at: Instant, at: Instant, limit: i64) -> bool {
    let age = at.0.saturating_sub(observed_at.0);
    let limit = if makes(Mistake::LimitExcluded) {
        limit - 1
    } else {
        limit
    };
    observed_at <= at && age <= limit
}

/// Whether the claim is credible at the instant, all rules applied.
pub(crate) fn is_credible(claim: &Claim, claims: &[Claim], at: Instant, limits: &Limits) -> bool {
    if claim.place.is_none() {
        return false;
    }
    match claim.source {
        ClaimSource::Trip => is_open(claim, at),
        ClaimSource::Directory => directory_counts(claim, claims, at, limits),
        source if source.is_presence() => is_credible_presence(claim, at, limits),
        _ => false,
    }
}

pub(crate) fn is_open(claim: &Claim, at: Instant) -> bool {
    claim.source == ClaimSource::Trip && claim.trip.unwrap_or_default().is_open(at)
}

fn is_presence_claim(claim: &Claim) -> bool {
    claim.source.is_presence() && !claim.marked && claim.place.is_some()
}

fn is_credible_presence(claim: &Claim, at: Instant, limits: &Limits) -> bool {
    is_presence_claim(claim) && is_fresh(claim.observed_at, at, limits.presence)
}

fn directory_counts(claim: &Claim, claims: &[Claim], at: Instant, limits: &Limits) -> bool {
    is_fresh(claim.observed_at, at, limits.directory)
        && (makes(Mistake::TripIgnored) || !claims.iter().any(|other| is_open(other, at)))
        && !claims.iter().any(|other| is_credible_presence(other, at, limits))
        && !claims.iter().any(|other| contradicts(other, claim, at, limits))
}

/// Whether a presence claim, stale or not, names another place than the directory does.
fn contradicts(presence: &Claim, directory: &Claim, at: Instant, limits: &Limits) -> bool {
    if !is_presence_claim(presence) {
        return false;
    }
    if presence.observed_at > at {
        return true;
    }
    let recent = at.0.saturating_sub(presence.observed_at.0) <= limits.contradiction;
    let unrecognised = matches!(presence.place, Some(PlaceFact::Unrecognised(_)));
    recent && (unrecognised || presence.place != directory.place)
}

impl Presence {
    /// Reads the claims at an instant.
    pub(crate) fn read(facts: &Facts, at: Instant, limits: &Limits) -> Self {
        let mut presence = Self::default();
        for claim in &facts.claims {
            if is_credible(claim, &facts.claims, at, limits) {
                presence.take(claim);
            }
            presence.over_vpn |=
                claim.source == ClaimSource::VpnExit && is_fresh(claim.observed_at, at, limits.presence);
            presence.note_boundaries(claim, at, limits);
        }
        presence
    }

    fn take(&mut self, claim: &Claim) {
        match claim.place {
            Some(PlaceFact::Known(place)) => {
                if !self.places.contains(&place) {
                    self.places.push(place);
                }
                if claim.source == ClaimSource::Trip {
                    self.trips.push(OpenTrip {
                        place,
                        from: claim.trip.unwrap_or_default().from,
                    });
                }
            }
            Some(PlaceFact::Unrecognised(_)) => self.unrecognised = true,
            Some(PlaceFact::Unknown) | None => {}
        }
        self.sites.extend(claim.site.clone());
    }

    fn note_boundaries(&mut self, claim: &Claim, at: Instant, limits: &Limits) {
        let observed = claim.observed_at;
        let limit = if claim.source == ClaimSource::Directory {
            limits.directory
        } else {
            limits.presence
        };
        if claim.source == ClaimSource::Trip {
            let trip = claim.trip.unwrap_or_default();
            self.note(trip.from, at);
            self.note(trip.to, at);
        } else {
            self.note(Some(observed), at);
            self.note(Some(observed.plus(limit + 1)), at);
            self.note(Some(observed.plus(limits.contradiction + 1)), at);
        }
    }

    fn note(&mut self, boundary: Option<Instant>, at: Instant) {
        self.until = earliest(self.until, boundary.filter(|boundary| *boundary > at));
    }
}

/// The earlier of two boundaries, where an absent one never comes.
pub(crate) fn earliest(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Trip;
    use crate::testing;

    const NOW: Instant = Instant(1_750_000_000);
    const HOUR: i64 = 3600;

    fn claim(source: ClaimSource, place: &str, age: i64) -> Claim {
        Claim {
            source,
            place: Some(PlaceFact::read(place)),
            site: None,
            marked: false,
            observed_at: NOW.plus(-age),
            trip: None,
        }
    }

    fn trip(place: Option<&str>, days: (i64, Option<i64>)) -> Claim {
        let day = |day: i64| Instant::of_utc_day(NOW.utc_day() + day);
        let trip = Trip {
            from: Some(day(days.0)),
            to: days.1.map(day),
        };
        Claim {
            place: place.map(PlaceFact::read),
            trip: Some(trip),
            ..claim(ClaimSource::Trip, "US", 0)
        }
    }

    fn check(claims: Vec<Claim>, places: &[&str], unrecognised: bool) {
        let facts = testing::facts(claims);
        let presence = Presence::read(&facts, NOW, &Limits::default());
        let found: Vec<_> = presence.places.iter().map(|place| place.code()).collect();
        assert_eq!(
            (found.as_slice(), presence.unrecognised),
            (places, unrecognised),
            "{:?}",
            facts.claims
        );
    }

    #[test]
    fn presence_is_credible_up_to_its_limit() {
        for source in [
            ClaimSource::Badge,
            ClaimSource::Zone,
            ClaimSource::Device,
            ClaimSource::GeoIp,
        ] {
            check(vec![claim(source, "HK", 12 * HOUR)], &["HK"], false);
            check(vec![claim(source, "HK", 12 * HOUR + 1)], &[], false);
            check(vec![claim(source, "HK", -1)], &[], false);
        }
    }

    #[test]
    fn what_clients_and_networks_say_proves_nothing() {
        for source in [
            ClaimSource::VpnExit,
            ClaimSource::ProxyEgress,
            ClaimSource::ClientHeader,
        ] {
            check(vec![claim(source, "US", 0)], &[], false);
        }
        check(
            vec![Claim {
                marked: true,
                ..claim(ClaimSource::GeoIp, "US", 0)
            }],
            &[],
            false,
        );
        check(
            vec![Claim {
                place: None,
                ..claim(ClaimSource::GeoIp, "US", 0)
            }],
            &[],
            false,
        );
    }

    #[test]
    fn the_directory_is_a_default() {
        let directory = || claim(ClaimSource::Directory, "US", 2 * HOUR);
        check(vec![directory()], &["US"], false);
        check(
            vec![claim(ClaimSource::Directory, "US", 24 * HOUR + 1)],
            &[],
            false,
        );
        check(
            vec![directory(), claim(ClaimSource::Badge, "GB", 0)],
            &["GB"],
            false,
        );
        check(
            vec![directory(), claim(ClaimSource::Badge, "GB", 48 * HOUR)],
            &[],
            false,
        );
        check(
            vec![directory(), claim(ClaimSource::Badge, "US", 48 * HOUR)],
            &["US"],
            false,
        );
        check(
            vec![directory(), claim(ClaimSource::Badge, "GB", 7 * 24 * HOUR)],
            &[],
            false,
        );
        check(
            vec![directory(), claim(ClaimSource::Badge, "GB", 7 * 24 * HOUR + 1)],
            &["US"],
            false,
        );
        check(vec![directory(), claim(ClaimSource::Badge, "US", -1)], &[], false);
        check(
            vec![directory(), claim(ClaimSource::Badge, "Middle-earth", 48 * HOUR)],
            &[],
            false,
        );
    }

    #[test]
    fn an_open_trip_silences_the_directory() {
        let directory = || claim(ClaimSource::Directory, "US", 0);
        check(vec![directory(), trip(Some("HK"), (-3, None))], &["HK"], false);
        check(vec![directory(), trip(None, (-3, None))], &[], false);
        check(
            vec![directory(), trip(Some("HK"), (-3, Some(-1)))],
            &["US"],
            false,
        );
        check(vec![directory(), trip(Some("HK"), (1, None))], &["US"], false);
    }

    #[test]
    fn names_are_never_guessed() {
        check(vec![claim(ClaimSource::Badge, "Hongkong", 0)], &[], true);
        check(
            vec![
                claim(ClaimSource::Badge, "CN-HK", 0),
                claim(ClaimSource::Badge, "UK", 0),
            ],
            &["HK", "GB"],
            false,
        );
    }

    #[test]
    fn the_next_change_is_one_second_after_a_limit() {
        let presence = Presence::read(
            &testing::facts(vec![claim(ClaimSource::Badge, "HK", HOUR)]),
            NOW,
            &Limits::default(),
        );
        assert_eq!(presence.until, Some(NOW.plus(11 * HOUR + 1)));
    }
}
