//! The firm's directory: what is kept of people and groups, and what requests see of it.
//!
//! Two sides, and they never wait for each other. The *read side* is [`Directory`]: every request asks it about one
//! person, so it answers from memory. [`People`] holds those who may act, sharded, behind pointers that are swapped;
//! [`RegisterDirectory`] holds the people whom a register lists; [`JoinedDirectory`] is both. The *kept side* is
//! [`DirectoryStore`]: records with versions, owned by the source that sends them, changed by a SCIM server or by a
//! [`feed`], and numbered in a change feed that every replica follows.
//!
//! Nothing here permits anything: a person whom no source vouches for any more is no person, and an attribute that no
//! source has sent is unknown, never a default.

mod darkness;
mod entry;
pub mod feed;
mod filter;
mod gaps;
mod group;
mod joined;
mod keeping;
mod of_register;
mod people;
mod person;
mod protected;
mod sight;

pub use darkness::{Dark, Darkening, Limits};
pub use entry::DirectoryEntry;
pub use filter::{Comparison, GroupFilter, PersonFilter, TextAttribute};
pub use gaps::{Gap, Gaps, Missing};
pub use group::{GroupChange, GroupProfile, GroupRecord, MemberChange};
pub use joined::{Duplicate, JoinedDirectory};
pub use keeping::{
    DirectoryStore, FeedPerson, Kept, Load, Loaded, Page, PageFrom, Pages, PersonKey, ProfileChange,
    Progress, Synced, Whose,
};
pub use of_register::RegisterDirectory;
pub use people::{People, PeopleBuilder, Standing};
pub use person::{Attested, Email, Enterprise, Names, PersonRecord, Profile, Work};
pub use protected::Protected;
pub use sight::Sight;

use decision::Screening;
use register::model::Instant;
use std::sync::Arc;

/// Looks people up.
pub trait Directory: Send + Sync {
    /// The person or service account of this id.
    fn person(&self, id: &str) -> Option<Arc<DirectoryEntry>>;

    /// When the directory was last completely in step with its source; `None`: never, and then it knows no places.
    fn synced_at(&self) -> Option<Instant>;

    /// When the source of this entry was last completely in step; that of the whole directory, unless it has several.
    fn synced_for(&self, _: &DirectoryEntry) -> Option<Instant> {
        self.synced_at()
    }

    /// When this was last seen to be what its store has, if that is too long ago for anything in it to be relied on.
    fn lost_since(&self, _: Instant) -> Option<Instant> {
        None
    }

    /// What sanctions screening found about the person of this id, and when.
    fn screening(&self, id: &str) -> Screening;
}
