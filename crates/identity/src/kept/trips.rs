//! Trips of people, as kept: declared by them, or sent by a travel system.

use super::Keeping;
use decision::Trip;
use register::model::{Instant, PlaceFact};

/// Source of the trips that people declare themselves.
pub const DECLARED: &str = "declared";

/// Source of the trips that a travel system pushes.
pub const PUSHED: &str = "pushed";

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
    /// Who says so: [`DECLARED`], [`PUSHED`], or the name of a feed.
    pub source: String,
}

/// A complete list of trips, as a source sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TripList {
    /// The source.
    pub source: String,
    /// When the source made it.
    pub made: Instant,
    /// The trips; the source of each is the one above.
    pub trips: Vec<TripRecord>,
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

    /// Keeps a list in place of all trips of its source, received at the instant; false: a list that was made later was
    /// received before, and nothing changes.
    fn replace_trips<'a>(&'a self, list: &'a TripList, at: Instant) -> Keeping<'a, bool>;

    /// When a list of this source was last received.
    fn trips_received<'a>(&'a self, source: &'a str) -> Keeping<'a, Option<Instant>>;
}
