//! Trips of people, as kept: declared by them, or sent by a travel feed.

use super::Keeping;
use decision::Trip;
use register::model::PlaceFact;

/// A trip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TripRecord {
    /// Identity, unique within its source.
    pub id: String,
    /// Who travels.
    pub person: String,
    /// Where to.
    pub place: PlaceFact,
    /// From when to when.
    pub days: Trip,
    /// Who says so: `declared`, or the name of a feed.
    pub source: String,
}

/// Keeps trips.
pub trait TripStore: Send + Sync {
    /// Keeps a trip in place of one with the same source and id.
    fn keep_trip<'a>(&'a self, trip: &'a TripRecord) -> Keeping<'a, ()>;

    /// Forgets a trip; true: there was one.
    fn forget_trip<'a>(&'a self, source: &'a str, id: &'a str) -> Keeping<'a, bool>;

    /// Trips of a person, in the order of their first days.
    fn trips_of<'a>(&'a self, person: &'a str) -> Keeping<'a, Vec<TripRecord>>;

    /// Every trip, in the order of people.
    fn trips(&self) -> Keeping<'_, Vec<TripRecord>>;
}
