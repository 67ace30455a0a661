//! Tests and invariants that stand in the register, beside what they guard.

use super::vocabulary::vocabulary;
use super::{DataClass, Given, Instant, Origin, PlaceSetName, Purpose};
use crate::source::Position;

/// One inline test. A snapshot is compiled only if all of them hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Who.
    pub person: String,
    /// Which model.
    pub model: String,
    /// Claims about where they are, beside the place in the directory. One of the directory takes the place of that.
    pub from: Vec<Origin>,
    /// What the application would say otherwise, and what no register holds.
    pub given: Given,
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

vocabulary! {
    /// State that a test expects of a clause.
    ExpectedState {
        /// Its condition holds.
        Met = "met",
        /// A fact that could change it is missing or stale.
        Unknown = "unknown",
        /// Admissible readings differ, or a person must decide.
        Unclear = "unclear",
    }
}
vocabulary! {
    /// What a test expects to be missing for a permit.
    ExpectedMissing {
        /// An agreement in force that covers the use.
        Agreement = "agreement",
        /// The firm's own approval of the model.
        Approval = "approval",
        /// The person's group or grant.
        Entitlement = "entitlement",
        /// A usable place.
        Place = "place",
    }
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// `permit`, `permit_with_obligations`, `deny` or `review`.
    pub decision: String,
    /// A clause among the reasons, or an exception used, as (instrument, reference).
    pub clause: Option<(String, String)>,
    /// The state of that clause, which is then a reason.
    pub state: Option<ExpectedState>,
    /// What must be missing, as a reason of its own.
    pub missing: Option<ExpectedMissing>,
    /// An exception that must have been used, as (instrument, reference).
    pub lift: Option<(String, String)>,
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
