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

impl GroupRecord {
    /// A new record of this group, at its first version.
    pub fn first(
        id: impl Into<String>,
        source: impl Into<String>,
        profile: GroupProfile,
        at: Instant,
    ) -> Self {
        Self {
            id: id.into(),
            source: source.into(),
            version: 1,
            created: at,
            modified: at,
            profile,
        }
    }
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

/// A change of a group: of what is said about it, of who is in it, or of both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChange {
    /// What the source says now; `None`: as before.
    pub profile: Option<GroupProfile>,
    /// Who comes and goes; `None`: nobody.
    pub members: Option<MemberChange>,
}
