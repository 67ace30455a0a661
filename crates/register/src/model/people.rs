//! People of a register: personas for demonstration and tests, sites, and grants.

use super::{Instant, Span, UsStatus, Worker};
use crate::model::PlaceFact;
use crate::source::Position;
use territory::Place;

/// A person, or a service account, named by role.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Identity.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// How they work for the firm.
    pub worker: Worker,
    /// The entity that employs them (a contractor's own employer; for a service, the entity that runs it).
    pub entity: String,
    /// For a contractor: the entity of the firm that engages them; otherwise the same as `entity`.
    pub engaging_entity: String,
    /// Place of work in the directory.
    pub place: PlaceFact,
    /// Site to which they are assigned.
    pub site: Option<String>,
    /// Where they live.
    pub residence: PlaceFact,
    /// Citizenships; empty: unknown.
    pub citizenships: Vec<Place>,
    /// Status in the United States, of someone who is no citizen.
    pub us_status: Option<UsStatus>,
    /// Groups.
    pub groups: Vec<String>,
    /// Instruments whose named user they are.
    pub named_in: Vec<String>,
    /// Places of the end users behind a service; empty: none declared.
    pub end_users: Vec<PlaceFact>,
    /// Application that is theirs by default.
    pub application: Option<String>,
    /// Where it is written.
    pub position: Position,
}

/// An office or network site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Identity.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// Networks that belong to it, in CIDR notation.
    pub networks: Vec<String>,
    /// Where it is written.
    pub position: Position,
}

/// A time-boxed grant of one model to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// To whom.
    pub person: String,
    /// Which model.
    pub model: String,
    /// When.
    pub span: Span,
    /// Known from.
    pub known_from: Option<Instant>,
    /// Who approved it; never the same person.
    pub approved_by: String,
    /// Where it is written.
    pub position: Position,
}
