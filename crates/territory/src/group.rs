//! A region group as an agreement writes it down, before it is laid over an atlas.

use crate::Place;

/// One entry of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Member {
    /// Every place that the group does not mention otherwise.
    World,
    /// A place with all its subdivisions, but without places that have an alpha-2 code of their own.
    Place(Place),
}

/// What it means that a place is not mentioned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Absent {
    /// The list is complete: what is not in it is outside.
    #[default]
    Outside,
    /// The list is known to be partial: what is not in it is unknown.
    Unknown,
}

/// A region group of one agreement version. A place that is mentioned more than once goes by the first of
/// `except`, `unknown`, `disputed` and `members` that has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// What belongs.
    pub members: Vec<Member>,
    /// What does not belong although something around it does.
    pub except: Vec<Place>,
    /// Places about which admissible readings differ.
    pub disputed: Vec<Place>,
    /// Places about which nobody has found out yet.
    pub unknown: Vec<Place>,
    /// What a missing place means.
    pub absent: Absent,
}
