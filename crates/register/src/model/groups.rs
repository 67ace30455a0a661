//! Named sets of places: region groups, which an instrument defines, and lists, which a licensor publishes.

use super::{Cause, Instant, Span};
use crate::source::Position;
use territory::{Definition, Place};

/// A set of places as a clause names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceSetName {
    /// A region group, by its full name: `greater-china` for a shared one, `anthropic-2024/greater-china` for one of
    /// an instrument's own.
    Group(String),
    /// A list by reference.
    List(String),
    /// Places written out in the clause.
    Inline(Definition),
}

/// A region group.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Full name, see `PlaceSetName::Group`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Members; other groups that were named in it are already resolved into places.
    pub definition: Definition,
    /// What the name may mean while it has no reading; `None`: any place.
    pub could_be: Option<Vec<Place>>,
    /// Who read it so, and from when that is known; without one the group is undefined.
    pub reading: Option<GroupReading>,
    /// Where it is written.
    pub position: Position,
}

/// Who fixed the members of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupReading {
    /// Who.
    pub by: String,
    /// Known from; before that the group is undefined.
    pub known_from: Option<Instant>,
    /// Why; never leaves the legal role.
    pub note: Option<String>,
}

/// A list of places that a licensor publishes; the version in force at the instant counts.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceList {
    /// Name.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Versions, in the order of their starts.
    pub versions: Vec<ListVersion>,
    /// Single changes on top of whichever version is in force.
    pub changes: Vec<ListChange>,
    /// Where it is written.
    pub position: Position,
}

/// One version of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListVersion {
    /// When it is in force.
    pub span: Span,
    /// Known from; `None`: from the start of the span, or always.
    pub known_from: Option<Instant>,
    /// What is on it.
    pub definition: Definition,
    /// Where the copy comes from.
    pub source: Option<String>,
}

/// A change of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListChange {
    /// Places taken off.
    pub remove: Vec<Place>,
    /// Places put on.
    pub add: Vec<Place>,
    /// Why, which decides when it binds.
    pub cause: Cause,
    /// Known from.
    pub posted: Instant,
    /// In effect from; for `Cause::Notice` never before `posted` plus the longest notice of the agreements that use
    /// the list.
    pub effective: Instant,
}
