//! What every store has in common: how it answers, how it fails, and the feed of changes that replicas follow.
//!
//! A store is asked beside the requests, never by one. What a request needs is in memory, and [`Follower`] keeps it
//! there: it asks for the changes since the last one it saw, reads those records again and puts them in place.

mod disputes;
mod erasure;
mod follow;
mod roles;
mod sessions;
mod trips;

pub use disputes::{DisputeRecord, DisputeStore, SettledDispute};
pub use erasure::{Erased, ErasureStore};
pub use follow::{Followed, Follower};
pub use roles::{RoleGrant, RoleStore};
pub use sessions::{SessionRecord, SessionStore};
pub use trips::{DECLARED, PUSHED, TripList, TripRecord, TripStore};

use std::pin::Pin;

/// An answer of a store that is on its way.
pub type Keeping<'a, T> = Pin<Box<dyn Future<Output = Result<T, KeepError>> + Send + 'a>>;

/// Why a store has not done what it was asked for. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// There is no such record.
    #[error("there is no {what} `{id}`")]
    Missing {
        /// What sort of record.
        what: &'static str,
        /// The id asked for.
        id: String,
    },
    /// The record has changed since it was read.
    #[error("{what} `{id}` has changed: it is at version {found}, not {expected}")]
    Changed {
        /// What sort of record.
        what: &'static str,
        /// Its id.
        id: String,
        /// The version that was expected.
        expected: u64,
        /// The version that was found.
        found: u64,
    },
    /// Another record has this value, of which there can be one only.
    #[error("{attribute} `{value}` is taken")]
    Taken {
        /// Which attribute.
        attribute: &'static str,
        /// The value.
        value: String,
    },
    /// The record belongs to another source, which alone changes it.
    #[error("{what} `{id}` is kept by `{owner}`, which alone changes it")]
    NotYours {
        /// What sort of record.
        what: &'static str,
        /// Its id, or the name by which it was meant.
        id: String,
        /// The source.
        owner: String,
    },
    /// The change itself is not possible.
    #[error("{reason}")]
    Refused {
        /// Why, in one line.
        reason: String,
    },
    /// The store cannot be reached or does not answer.
    #[error("the store does not answer: {reason}")]
    Away {
        /// Why, in one line, without anything of a record.
        reason: String,
    },
    /// What is kept cannot be read.
    #[error("what is kept of {what} `{id}` cannot be read: {reason}")]
    Damaged {
        /// What sort of record.
        what: &'static str,
        /// Its id.
        id: String,
        /// What is wrong with it, without the value itself.
        reason: String,
    },
}

/// What sort of record has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// A person, or the groups that they are in.
    Person,
    /// A key.
    Key,
    /// A session.
    Session,
    /// A trip; the id is that of the person.
    Trip,
    /// When a source was last complete; the id is the source.
    Sync,
    /// Everything about a person, who was erased.
    Erased,
}

impl Sort {
    /// All sorts.
    pub const ALL: &'static [Self] = &[
        Self::Person,
        Self::Key,
        Self::Session,
        Self::Trip,
        Self::Sync,
        Self::Erased,
    ];

    /// Its name where it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Key => "key",
            Self::Session => "session",
            Self::Trip => "trip",
            Self::Sync => "sync",
            Self::Erased => "erased",
        }
    }

    /// The sort of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|sort| sort.as_str() == text)
    }
}

/// What has changed since a number of the feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Number of the last change that this answer covers; ask from here next time.
    pub until: u64,
    /// More has changed than is worth listing, or the feed no longer reaches back so far: read everything again.
    pub everything: bool,
    /// Records that have changed, each once, in the order of their last change.
    pub records: Vec<(Sort, String)>,
}

/// Tells what has changed. A change has a number, and no change with a lower number is ever seen after it.
pub trait ChangeFeed: Send + Sync {
    /// Number of the last change; 0: none yet.
    fn last_change(&self) -> Keeping<'_, u64>;

    /// The changes after this number.
    fn changes_since(&self, number: u64) -> Keeping<'_, Changes>;
}
