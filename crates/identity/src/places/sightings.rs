//! Where people were seen, by source: the last time for each place, for as long as it can matter.
//!
//! An observation matters while it is fresh, and then for some days more, because a place of work in the directory does
//! not count against it. So not only the last one of a person is kept, but the last of each place; of the same place
//! only the time moves on. What a source saw of one person in more places than can be kept loses the oldest.

use super::shards::Shards;
use decision::{Claim, ClaimSource};
use register::model::{Instant, PlaceFact};
use std::sync::atomic::{AtomicBool, Ordering};

/// For how many seconds an observation is kept: as long as it can contradict the directory.
pub const SIGHTING_KEPT: i64 = 7 * Instant::DAY;

/// Places of one person that are kept of one source.
const PLACES: usize = 12;

/// Seconds within which the same sighting is noted once.
const MOMENT: i64 = 60;

/// People of one source that are kept, many more than any firm has.
const PEOPLE: usize = 2_000_000;

/// Somebody was seen somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sighting {
    /// The place; `None`: the source has no answer.
    pub(super) place: Option<PlaceFact>,
    /// The site, if the source names one.
    pub(super) site: Option<Box<str>>,
    /// The place proves nothing.
    pub(super) is_marked: bool,
    /// When.
    pub(super) at: Instant,
}

/// What one source saw.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    people: Shards<Vec<Sighting>>,
    /// Whether something was noted that nobody has written down.
    changed: AtomicBool,
}

impl Sighting {
    fn is_of_the_same_place(&self, other: &Self) -> bool {
        self.place == other.place && self.site == other.site && self.is_marked == other.is_marked
    }

    /// The claim that it makes.
    pub(super) fn claim(&self, source: ClaimSource) -> Claim {
        Claim {
            source,
            place: self.place.clone(),
            site: self.site.as_deref().map(str::to_owned),
            marked: self.is_marked,
            observed_at: self.at,
            trip: None,
        }
    }
}

impl Sightings {
    /// Notes that somebody was seen; whether that is news. `now` tells what is too old to be kept.
    pub(super) fn note(&self, person: &str, sighting: Sighting, now: Instant) -> bool {
        let is_old = |at: Instant| now.0.saturating_sub(at.0) > SIGHTING_KEPT;
        if is_old(sighting.at) {
            return false;
        }
        let mut is_news = false;
        self.people.change(person, |seen| {
            seen.retain(|other| !is_old(other.at));
            match seen
                .iter_mut()
                .find(|other| other.is_of_the_same_place(&sighting))
            {
                Some(same) => {
                    is_news = sighting.at > same.at;
                    same.at = same.at.max(sighting.at);
                }
                None => {
                    is_news = true;
                    seen.push(sighting);
                    if seen.len() > PLACES {
                        seen.sort_by_key(|other| std::cmp::Reverse(other.at));
                        seen.truncate(PLACES);
                    }
                }
            }
            true
        });
        if is_news {
            self.changed.store(true, Ordering::Relaxed);
        }
        is_news
    }

    /// Whether something was noted since this was last asked.
    pub(super) fn take_changed(&self) -> bool {
        self.changed.swap(false, Ordering::Relaxed)
    }

    /// Shows every sighting.
    pub(super) fn each(&self, mut see: impl FnMut(&str, &Sighting)) {
        self.people
            .each(|person, seen| seen.iter().for_each(|sighting| see(person, sighting)));
    }

    /// Notes that somebody was seen, unless the same was noted a moment ago: for what each request sees.
    pub(super) fn note_again(&self, person: &str, sighting: Sighting, now: Instant) {
        let is_recent = |other: &Sighting| {
            let since = sighting.at.0.saturating_sub(other.at.0);
            other.is_of_the_same_place(&sighting) && (0..MOMENT).contains(&since)
        };
        let is_known = self.people.look(person, |seen| seen.iter().any(is_recent));
        if is_known != Some(true) {
            self.note(person, sighting, now);
        }
    }

    /// Adds what was seen of somebody to a list, each sighting turned into a claim by a function.
    pub(super) fn add(&self, person: &str, into: &mut Vec<Claim>, claim: impl Fn(&Sighting) -> Claim) {
        self.people
            .look(person, |seen| into.extend(seen.iter().map(claim)));
    }

    /// Forgets what is too old to matter.
    pub(super) fn tidy(&self, now: Instant) {
        self.people.retain(|_, seen| {
            seen.retain(|sighting| now.0.saturating_sub(sighting.at.0) <= SIGHTING_KEPT);
            !seen.is_empty()
        });
    }

    /// Whether there is room for so many people more.
    pub(super) fn has_room(&self, people: usize) -> bool {
        self.people.len().saturating_add(people) <= PEOPLE
    }

    /// How many people were seen.
    #[cfg(test)]
    fn people(&self) -> usize {
        self.people.len()
    }

    /// Forgets somebody.
    pub(super) fn forget(&self, person: &str) {
        self.changed.store(true, Ordering::Relaxed);
        self.people.change(person, |seen| {
            seen.clear();
            false
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Instant = Instant(1_784_106_000);

    fn seen(place: &str, age: i64) -> Sighting {
        Sighting {
            place: Some(PlaceFact::read(place)),
            site: None,
            is_marked: false,
            at: NOW.plus(-age),
        }
    }

    fn shown(sightings: &Sightings) -> Vec<(String, i64)> {
        let mut claims = Vec::new();
        sightings.add("hk-analyst", &mut claims, |sighting| {
            sighting.claim(ClaimSource::Badge)
        });
        let shown = |claim: Claim| match claim.place {
            Some(PlaceFact::Known(place)) => (place.code().to_owned(), NOW.0 - claim.observed_at.0),
            other => (format!("{other:?}"), NOW.0 - claim.observed_at.0),
        };
        claims.into_iter().map(shown).collect()
    }

    #[test]
    fn the_last_time_for_each_place_is_kept() {
        let sightings = Sightings::default();
        let note = |place, age| sightings.note("hk-analyst", seen(place, age), NOW);
        assert!(note("HK", 500));
        assert!(note("US", 400));
        assert!(note("HK", 100));
        assert!(!note("HK", 300), "older than what is known");
        assert!(!note("HK", 100), "the same again");
        assert_eq!(
            shown(&sightings),
            [("HK".to_owned(), 100), ("US".to_owned(), 400)]
        );
        assert!(!note("GB", SIGHTING_KEPT + 1));
        assert_eq!(sightings.people(), 1);
        sightings.forget("hk-analyst");
        assert_eq!((shown(&sightings).len(), sightings.people()), (0, 0));
    }

    #[test]
    fn what_is_too_old_to_matter_is_forgotten() {
        let sightings = Sightings::default();
        sightings.note("hk-analyst", seen("HK", 0), NOW);
        sightings.note("ny-trader", seen("US", SIGHTING_KEPT), NOW);
        sightings.tidy(NOW.plus(1));
        assert_eq!(sightings.people(), 1);
        assert_eq!(shown(&sightings), [("HK".to_owned(), 0)]);
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_makes_no_difference(order in Just((0..8_i64).collect::<Vec<_>>()).prop_shuffle()) {
            let sightings = Sightings::default();
            for age in order {
                let place = ["HK", "US", "GB"][usize::try_from(age).unwrap() % 3];
                sightings.note("hk-analyst", seen(place, age), NOW);
            }
            let mut found = shown(&sightings);
            found.sort();
            let place = |code: &str, age| (code.to_owned(), age);
            prop_assert_eq!(found, [place("GB", 2), place("HK", 0), place("US", 1)]);
        }

        #[test]
        fn memory_is_bounded_and_the_newest_stays(ages in prop::collection::vec(0..SIGHTING_KEPT, 1..60)) {
            let sightings = Sightings::default();
            for (at, age) in ages.iter().enumerate() {
                let place = PlaceFact::Unrecognised(format!("p{at}"));
                sightings.note("hk-analyst", Sighting { place: Some(place), ..seen("HK", *age) }, NOW);
            }
            let found = shown(&sightings);
            prop_assert!(found.len() <= PLACES);
            let newest = found.iter().map(|(_, age)| *age).min();
            prop_assert_eq!(newest, ages.iter().copied().min());
        }
    }
}
