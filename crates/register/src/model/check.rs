//! Tests and invariants that stand in the register, beside what they guard.

use super::{DataClass, Instant, PlaceFact, PlaceSetName, Purpose};
use crate::source::Position;

/// One inline test. A snapshot is compiled only if all of them hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Who.
    pub person: String,
    /// Which model.
    pub model: String,
    /// From where; empty: the place in the directory.
    pub from: Vec<Origin>,
    /// At which instant; `None`: the one that the compiler is given.
    pub at: Option<Instant>,
    /// As known when; `None`: all that is known.
    pub known_at: Option<Instant>,
    /// Purpose; `None`: that of the person's application.
    pub purpose: Option<Purpose>,
    /// Data class; `None`: that of the person's application.
    pub data: Option<DataClass>,
    /// What must come out.
    pub expect: Expectation,
    /// Where it is written.
    pub position: Position,
}

/// A place that a test puts its person in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The place.
    pub place: PlaceFact,
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// `permit`, `permit_with_obligations`, `deny` or `review`.
    pub decision: String,
    /// A clause among the reasons, as (instrument, reference).
    pub clause: Option<(String, String)>,
    /// Models that must be among the alternatives.
    pub alternatives: Vec<String>,
    /// Obligations that must be among those found.
    pub obligations: Vec<String>,
}

/// An invariant: no case that fits may ever be permitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Never {
    /// Models, `*` standing for any run of characters.
    pub model: String,
    /// At least one credible place of the person is in this set.
    pub person_in: Option<PlaceSetName>,
    /// The person has none of these citizenships or statuses: the person's groups, or worker class, by name.
    pub group_not: Option<String>,
    /// Only while this span lasts; open: at all times.
    pub span: super::Span,
    /// Where it is written.
    pub position: Position,
}
