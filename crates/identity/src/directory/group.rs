//! What is kept of one group. Members are kept beside it, since a group may hold everybody.

use register::model::Instant;

/// A group as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRecord {
    /// Identity.
    pub id: String,
    /// Which source sends this group.
    pub source: String,
    /// Counts the changes, those of members too, from 1.
    pub version: u64,
    /// When the record was made.
    pub created: Instant,
    /// When it last changed.
    pub modified: Instant,
    /// What the source says.
    pub profile: GroupProfile,
}

/// What a source may say about a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupProfile {
    /// The name by which the register means it, unique without regard to case.
    pub name: String,
    /// Identity at the source, unique within it.
    pub external_id: Option<String>,
}

/// A change of who is in a group. People are named by id; groups within groups are not kept, a source sends them flat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberChange {
    /// These and nobody else.
    Exactly(Vec<String>),
    /// These come and go; who comes and goes, goes.
    Some {
        /// Who comes.
        add: Vec<String>,
        /// Who goes.
        remove: Vec<String>,
    },
}
