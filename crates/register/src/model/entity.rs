//! Legal entities: where they are, and who owns and controls them.

use super::Share;
use crate::source::Position;
use territory::Place;

/// A legal entity. `None` means unknown wherever it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Identity.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Place of incorporation.
    pub incorporated: EntityPlace,
    /// Headquarters.
    pub headquarters: EntityPlace,
    /// Principal place of business; where the file leaves it out, the headquarters.
    pub principal_place: EntityPlace,
    /// Where its buying account is billed.
    pub billing: EntityPlace,
    /// Share held, directly or indirectly, by persons from places that the licensor does not support, as stated by
    /// the entity itself.
    pub unsupported_share: Holding,
    /// Its owners, and theirs.
    pub owners: Vec<Owner>,
    /// Whether persons from unsupported places control it, whatever the percentages.
    pub controlled: Option<bool>,
    /// Shares of owners that stand on a party list, as stated by the entity itself.
    pub listed_owners: Vec<Share>,
    /// Whether the entity itself is sanctioned.
    pub sanctioned: Option<bool>,
    /// Monthly active users of all products of the entity and its affiliates in the month before a model's release.
    pub monthly_users_at_release: u64,
    /// Where it is written.
    pub position: Position,
}

/// A place of an entity.
pub type EntityPlace = PlaceFact;

/// A place as a fact: known, unknown, or named in a way that nobody recognises.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceFact {
    /// Known.
    Known(Place),
    /// Not known.
    #[default]
    Unknown,
    /// A text that is neither code nor alias; never guessed.
    Unrecognised(String),
}

impl PlaceFact {
    /// Reads a place as its source sent it.
    pub fn read(text: &str) -> Self {
        Place::parse(text).map_or_else(|_| Self::Unrecognised(text.to_owned()), Self::Known)
    }
}

/// A stated share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Holding {
    /// Stated.
    Stated(Share),
    /// Said to be unknown: no graph stands in for it.
    Unknown,
    /// Not stated: the ownership graph stands in, where there is one.
    #[default]
    Absent,
}

/// One link of an ownership graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Owner {
    /// Who owns.
    pub owner: String,
    /// Headquarters of the owner.
    pub place: PlaceFact,
    /// What is owned: the entity's id, or another owner of the graph.
    pub owned: String,
    /// How much of it.
    pub share: Share,
    /// Whether this owner controls what it owns, whatever the share.
    pub controls: bool,
    /// Whether this owner stands on a party list.
    pub listed: bool,
    /// Whether this owner is sanctioned.
    pub sanctioned: bool,
}
