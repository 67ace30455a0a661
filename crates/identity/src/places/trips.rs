//! Trips: where people are said to be from one day to another, by themselves, by a feed, or by another system.
//!
//! Days are half-open spans of instants, already in the time zone of whoever wrote them. Trips are changed by one
//! method, so that whoever keeps them elsewhere has one thing to follow.

use super::shards::Shards;
use decision::{Claim, ClaimSource, Trip};
use register::model::{Instant, PlaceFact};
use std::collections::HashMap;

/// Trips of one person that are kept.
pub const TRIPS_OF_PERSON: usize = 64;

/// One trip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TripEntry {
    /// Its id, unique among those of its person and source.
    pub id: String,
    /// Who travels.
    pub person: String,
    /// Where to.
    pub place: PlaceFact,
    /// When.
    pub days: Trip,
    /// Who says so.
    pub source: TripSource,
}

/// Who says that somebody travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TripSource {
    /// The person.
    Declared,
    /// A feed, such as the travel desk's.
    Feed,
    /// Another system, through the interface for programs.
    Api,
}

/// A change of trips.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TripChange {
    /// Adds a trip, in place of one of the same id.
    Put(TripEntry),
    /// Takes a trip away.
    Remove {
        /// Who travels.
        person: String,
        /// Whose word it was.
        source: TripSource,
        /// Which trip.
        id: String,
    },
    /// Puts these in the place of all trips of the source: what a complete feed says.
    ReplaceAll {
        /// The source.
        source: TripSource,
        /// Its trips.
        trips: Vec<TripEntry>,
    },
    /// Puts these in the place of all trips of a person but those of the feed: what a store keeps of them.
    ReplaceKept {
        /// Who travels.
        person: String,
        /// Their trips.
        trips: Vec<TripEntry>,
    },
    /// Takes away all trips of a person.
    Forget {
        /// The person.
        person: String,
    },
}

/// Why trips are not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TripError {
    /// Somebody would have too many.
    #[error("`{person}` would have more than {TRIPS_OF_PERSON} trips")]
    TooMany {
        /// The person.
        person: String,
    },
    /// A trip ends before it begins.
    #[error("trip `{id}` of `{person}` ends before it begins")]
    Backwards {
        /// The person.
        person: String,
        /// The trip.
        id: String,
    },
}

/// Keeps trips.
pub trait Trips: std::fmt::Debug + Send + Sync {
    /// The trips of a person, those that are over too.
    fn of(&self, person: &str) -> Vec<TripEntry>;

    /// Changes trips, or nothing.
    ///
    /// # Errors
    /// When a trip makes no sense; nothing is changed then.
    fn change(&self, change: TripChange) -> Result<(), TripError>;
}

/// Trips in memory.
#[derive(Debug, Default)]
pub struct TripsInMemory {
    people: Shards<Vec<TripEntry>>,
}

impl TripEntry {
    /// The claim that it makes, observed at an instant.
    ///
    /// Since when somebody travels who says so themself is not known: an exception for the first days of a trip could
    /// otherwise be had again and again, by declaring it anew.
    pub(super) fn claim(&self, at: Instant) -> Claim {
        let mut days = self.days;
        if self.source == TripSource::Declared && days.from.is_some_and(|from| from <= at) {
            days.from = None;
        }
        Claim {
            source: ClaimSource::Trip,
            place: Some(self.place.clone()).filter(|place| *place != PlaceFact::Unknown),
            site: None,
            marked: false,
            observed_at: at,
            trip: Some(days),
        }
    }

    fn check(&self) -> Result<(), TripError> {
        match (self.days.from, self.days.to) {
            (Some(from), Some(to)) if to <= from => Err(TripError::Backwards {
                person: self.person.clone(),
                id: self.id.clone(),
            }),
            _ => Ok(()),
        }
    }

    fn is_same(&self, source: TripSource, id: &str) -> bool {
        self.source == source && self.id == id
    }
}

impl TripsInMemory {
    fn put(&self, trip: TripEntry) -> Result<(), TripError> {
        trip.check()?;
        let person = trip.person.clone();
        let mut is_full = false;
        self.people.change(&person, |trips| {
            is_full = trips.len() >= TRIPS_OF_PERSON;
            match trips
                .iter_mut()
                .find(|other| other.is_same(trip.source, &trip.id))
            {
                Some(same) => {
                    *same = trip;
                    is_full = false;
                }
                None if is_full => {}
                None => trips.push(trip),
            }
            true
        });
        match is_full {
            true => Err(TripError::TooMany { person }),
            false => Ok(()),
        }
    }

    fn replace_all(&self, source: TripSource, trips: Vec<TripEntry>) -> Result<(), TripError> {
        let mut by_person: HashMap<String, Vec<TripEntry>> = HashMap::new();
        for trip in trips {
            trip.check()?;
            let of_person = by_person.entry(trip.person.clone()).or_default();
            // what is kept elsewhere was bounded there; leaving a trip out here could permit something
            if source == TripSource::Feed && of_person.len() >= TRIPS_OF_PERSON {
                return Err(TripError::TooMany { person: trip.person });
            }
            of_person.push(TripEntry { source, ..trip });
        }
        // in one step for each person, so that nobody has a moment without their trips
        self.people.retain(|person, trips| {
            trips.retain(|trip| trip.source != source);
            trips.extend(by_person.remove(person).unwrap_or_default());
            !trips.is_empty()
        });
        for (person, new) in by_person {
            self.people.change(&person, |trips| {
                trips.extend(new);
                true
            });
        }
        Ok(())
    }
}

impl Trips for TripsInMemory {
    fn of(&self, person: &str) -> Vec<TripEntry> {
        self.people.look(person, Clone::clone).unwrap_or_default()
    }

    fn change(&self, change: TripChange) -> Result<(), TripError> {
        match change {
            TripChange::Put(trip) => self.put(trip),
            TripChange::ReplaceAll { source, trips } => self.replace_all(source, trips),
            TripChange::Remove { person, source, id } => {
                self.people.change(&person, |trips| {
                    trips.retain(|trip| !trip.is_same(source, &id));
                    !trips.is_empty()
                });
                Ok(())
            }
            TripChange::ReplaceKept { person, trips: kept } => {
                for trip in &kept {
                    trip.check()?;
                }
                self.people.change(&person, |trips| {
                    trips.retain(|trip| trip.source == TripSource::Feed);
                    trips.extend(kept);
                    !trips.is_empty()
                });
                Ok(())
            }
            TripChange::Forget { person } => {
                self.people.change(&person, |trips| {
                    trips.clear();
                    false
                });
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trip(id: &str, place: &str, days: (i64, Option<i64>), source: TripSource) -> TripEntry {
        TripEntry {
            id: id.to_owned(),
            person: "hk-analyst".to_owned(),
            place: PlaceFact::read(place),
            days: Trip {
                from: Some(Instant::of_utc_day(days.0)),
                to: days.1.map(Instant::of_utc_day),
            },
            source,
        }
    }

    fn ids(trips: &TripsInMemory) -> Vec<String> {
        trips.of("hk-analyst").into_iter().map(|trip| trip.id).collect()
    }

    #[test]
    fn trips_are_added_replaced_and_taken_away() {
        let trips = TripsInMemory::default();
        let change = |change| trips.change(change).unwrap();
        change(TripChange::Put(trip("a", "SG", (1, None), TripSource::Declared)));
        change(TripChange::Put(trip(
            "a",
            "GB",
            (1, Some(2)),
            TripSource::Declared,
        )));
        change(TripChange::Put(trip("a", "US", (1, None), TripSource::Api)));
        let of = trips.of("hk-analyst");
        assert_eq!((of.len(), of[0].place.clone()), (2, PlaceFact::read("GB")));
        change(TripChange::Remove {
            person: "hk-analyst".to_owned(),
            source: TripSource::Declared,
            id: "a".to_owned(),
        });
        assert_eq!(
            trips.of("hk-analyst"),
            [trip("a", "US", (1, None), TripSource::Api)]
        );
        change(TripChange::Forget {
            person: "hk-analyst".to_owned(),
        });
        assert!(trips.of("hk-analyst").is_empty() && trips.of("nobody").is_empty());
    }

    #[test]
    fn a_complete_feed_replaces_its_own_trips_and_no_others() {
        let trips = TripsInMemory::default();
        let replace = |ids: &[&str]| {
            let trips = ids
                .iter()
                .map(|id| trip(id, "SG", (1, None), TripSource::Declared))
                .collect();
            TripChange::ReplaceAll {
                source: TripSource::Feed,
                trips,
            }
        };
        let declared = trip("mine", "GB", (1, None), TripSource::Declared);
        trips.change(TripChange::Put(declared)).unwrap();
        trips.change(replace(&["a", "b"])).unwrap();
        assert_eq!(ids(&trips), ["mine", "a", "b"]);
        trips.change(replace(&["c"])).unwrap();
        assert_eq!(ids(&trips), ["mine", "c"]);
        trips.change(replace(&[])).unwrap();
        assert_eq!(ids(&trips), ["mine"]);
    }

    #[test]
    fn what_makes_no_sense_changes_nothing() {
        let trips = TripsInMemory::default();
        let backwards = trip("b", "SG", (2, Some(2)), TripSource::Feed);
        let error = trips.change(TripChange::Put(backwards.clone())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "trip `b` of `hk-analyst` ends before it begins"
        );
        let good = trip("a", "SG", (1, None), TripSource::Feed);
        trips.change(TripChange::Put(good.clone())).unwrap();
        let both = TripChange::ReplaceAll {
            source: TripSource::Feed,
            trips: vec![trip("z", "SG", (1, None), TripSource::Feed), backwards],
        };
        assert!(trips.change(both).is_err());
        for number in 1..TRIPS_OF_PERSON {
            let more = trip(&format!("a{number}"), "SG", (1, None), TripSource::Declared);
            trips.change(TripChange::Put(more)).unwrap();
        }
        let error = trips.change(TripChange::Put(trip("last", "SG", (1, None), TripSource::Api)));
        assert!(error.unwrap_err().to_string().contains("more than 64 trips"));
        assert_eq!(trips.of("hk-analyst").len(), TRIPS_OF_PERSON);
        assert_eq!(trips.of("hk-analyst")[0], good);
    }

    #[test]
    fn what_is_kept_replaces_all_but_the_feed() {
        let trips = TripsInMemory::default();
        for (id, source) in [
            ("fed", TripSource::Feed),
            ("mine", TripSource::Declared),
            ("sent", TripSource::Api),
        ] {
            trips
                .change(TripChange::Put(trip(id, "SG", (1, None), source)))
                .unwrap();
        }
        let replace = |kept: Vec<TripEntry>| TripChange::ReplaceKept {
            person: "hk-analyst".to_owned(),
            trips: kept,
        };
        let backwards = trip("b", "SG", (2, Some(2)), TripSource::Declared);
        assert!(trips.change(replace(vec![backwards])).is_err());
        assert_eq!(ids(&trips), ["fed", "mine", "sent"]);
        let other = trip("other", "GB", (1, None), TripSource::Declared);
        trips.change(replace(vec![other])).unwrap();
        assert_eq!(ids(&trips), ["fed", "other"]);
        trips.change(replace(Vec::new())).unwrap();
        assert_eq!(ids(&trips), ["fed"]);
    }

    #[test]
    fn since_when_somebody_travels_is_not_taken_from_themself() {
        let claimed = |source, at| trip("a", "SG", (10, Some(20)), source).claim(at).trip.unwrap();
        let (before, within) = (Instant::of_utc_day(9), Instant::of_utc_day(10));
        let whole = Trip {
            from: Some(within),
            to: Some(Instant::of_utc_day(20)),
        };
        assert_eq!(claimed(TripSource::Feed, within), whole);
        assert_eq!(claimed(TripSource::Api, within), whole);
        assert_eq!(claimed(TripSource::Declared, before), whole);
        assert_eq!(
            claimed(TripSource::Declared, within),
            Trip { from: None, ..whole }
        );
    }

    #[test]
    fn a_trip_to_nobody_knows_where_names_no_place() {
        let unknown = TripEntry {
            place: PlaceFact::Unknown,
            ..trip("a", "SG", (1, None), TripSource::Api)
        };
        let claim = unknown.claim(Instant(0));
        assert_eq!((claim.place, claim.trip), (None, Some(unknown.days)));
    }
}
