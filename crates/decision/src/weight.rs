//! What each claim does to where a person is taken to be: for whoever asks what is known of them, and why.
//!
//! It decides nothing. A claim counts here exactly if it counts in a decision about the same claims.

use crate::facts::{Claim, ClaimSource};
use crate::presence::{is_credible, is_fresh, is_open};
use register::model::{Instant, Limits};

/// What a claim does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// The person is taken to be there.
    Counts,
    /// A default that gives way to what was observed, or to a trip.
    GivesWay,
    /// It is older than its limit.
    Stale,
    /// It says that it was observed later than now.
    Future,
    /// The source has no answer.
    Silent,
    /// The address leads to no place: hosting, a VPN, anycast.
    Marked,
    /// A trip that is over, or has not begun.
    NotOpen,
    /// A source that proves nothing.
    ProvesNothing,
}

impl Weight {
    /// Its word where it is shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::GivesWay => "gives_way",
            Self::Stale => "stale",
            Self::Future => "future",
            Self::Silent => "silent",
            Self::Marked => "marked",
            Self::NotOpen => "not_open",
            Self::ProvesNothing => "proves_nothing",
        }
    }

    /// The same in a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Counts => "you are taken to be there",
            Self::GivesWay => "a default, which gives way to a trip and to what was observed",
            Self::Stale => "older than its limit, so it permits nothing",
            Self::Future => "from the future, so it permits nothing",
            Self::Silent => "the source names no place",
            Self::Marked => "the address leads to no place",
            Self::NotOpen => "not open now",
            Self::ProvesNothing => "proves nothing",
        }
    }
}

/// For how many seconds a claim of this source is fresh; `None`: it does not age.
pub const fn limit_of(source: ClaimSource, limits: &Limits) -> Option<i64> {
    match source {
        ClaimSource::Trip | ClaimSource::ProxyEgress | ClaimSource::ClientHeader => None,
        ClaimSource::Directory => Some(limits.directory),
        ClaimSource::Badge
        | ClaimSource::Zone
        | ClaimSource::Device
        | ClaimSource::SessionFeed
        | ClaimSource::GeoIp
        | ClaimSource::VpnExit => Some(limits.presence),
    }
}

/// What one of these claims does at an instant.
pub fn weigh(claim: &Claim, claims: &[Claim], at: Instant, limits: &Limits) -> Weight {
    if is_credible(claim, claims, at, limits) {
        return Weight::Counts;
    }
    let is_stale = |limit| !is_fresh(claim.observed_at, at, limit);
    match claim.source {
        ClaimSource::Trip if !is_open(claim, at) => Weight::NotOpen,
        source if !source.is_presence() && !matches!(source, ClaimSource::Trip | ClaimSource::Directory) => {
            Weight::ProvesNothing
        }
        _ if claim.place.is_none() => Weight::Silent,
        _ if claim.marked => Weight::Marked,
        _ if claim.observed_at > at => Weight::Future,
        source if limit_of(source, limits).is_some_and(is_stale) => Weight::Stale,
        _ => Weight::GivesWay,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Trip;
    use register::model::PlaceFact;

    const NOW: Instant = Instant(1_784_106_000);
    const HOUR: i64 = 3600;

    fn claim(source: ClaimSource, age: i64) -> Claim {
        Claim {
            source,
            place: Some(PlaceFact::read("HK")),
            site: None,
            marked: false,
            observed_at: NOW.plus(-age),
            trip: None,
        }
    }

    #[track_caller]
    fn check(claims: &[Claim], expected: &[Weight]) {
        let limits = Limits::default();
        let weights: Vec<Weight> = claims
            .iter()
            .map(|claim| weigh(claim, claims, NOW, &limits))
            .collect();
        assert_eq!(weights, expected);
    }

    #[test]
    fn each_claim_counts_or_says_why_not() {
        use ClaimSource::{Badge, ClientHeader, Directory, GeoIp, Trip as OnTrip, Zone};
        use Weight::{Counts, Future, GivesWay, Marked, NotOpen, ProvesNothing, Silent, Stale};
        check(&[claim(Directory, 0)], &[Counts]);
        check(&[claim(Directory, 25 * HOUR)], &[Stale]);
        check(
            &[claim(Badge, 12 * HOUR), claim(Directory, 0)],
            &[Counts, GivesWay],
        );
        check(&[claim(Badge, 13 * HOUR), claim(Directory, 0)], &[Stale, Counts]);
        check(&[claim(Zone, -1), claim(Directory, 0)], &[Future, GivesWay]);
        let marked = Claim {
            marked: true,
            ..claim(GeoIp, 0)
        };
        let silent = Claim {
            place: None,
            ..claim(GeoIp, 0)
        };
        check(
            &[marked, silent, claim(ClientHeader, 0)],
            &[Marked, Silent, ProvesNothing],
        );
        let open = Claim {
            trip: Some(Trip::default()),
            ..claim(OnTrip, 0)
        };
        let over = Claim {
            trip: Some(Trip {
                from: None,
                to: Some(NOW),
            }),
            ..claim(OnTrip, 0)
        };
        check(&[open, claim(Directory, 0)], &[Counts, GivesWay]);
        check(&[over, claim(Directory, 0)], &[NotOpen, Counts]);
    }
}
