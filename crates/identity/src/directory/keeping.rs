//! The kept side of the directory: what a store of people and groups must do.
//!
//! Every change of a record names the version that it was made from, if its author knows it, and fails where another
//! came between. A record belongs to the source that made it. Deleting a person leaves their id behind as one that has
//! ended, so that nobody else of that id, in a register for instance, comes alive in their place.

use super::{
    GroupChange, GroupFilter, GroupProfile, GroupRecord, MemberChange, PersonFilter, PersonRecord, Profile,
};
use crate::kept::{ChangeFeed, Keeping};
use register::model::Instant;

/// Keeps people and groups.
pub trait DirectoryStore: ChangeFeed {
    /// The person of this id.
    fn person_record<'a>(&'a self, id: &'a str) -> Keeping<'a, Option<PersonRecord>>;

    /// The person whom this means.
    fn person_by(&self, key: PersonKey) -> Keeping<'_, Option<PersonRecord>>;

    /// People whom a filter means, in the order of their ids.
    fn people(&self, filter: PersonFilter, page: Page) -> Keeping<'_, Pages<PersonRecord>>;

    /// Keeps somebody new; id, user name and external id must be free.
    fn create_person(
        &self,
        id: String,
        source: String,
        profile: Profile,
        at: Instant,
    ) -> Keeping<'_, PersonRecord>;

    /// Changes what the source says of a person, whole or in part. A change that changes nothing makes no version.
    fn change_person<'a>(
        &'a self,
        whose: Whose<'a>,
        change: ProfileChange<'a>,
        at: Instant,
    ) -> Keeping<'a, PersonRecord>;

    /// Deletes a person; their id has ended.
    fn delete_person<'a>(&'a self, whose: Whose<'a>, at: Instant) -> Keeping<'a, ()>;

    /// Shows every record and every id that has ended, in no order, without holding up anybody who writes.
    fn each_person<'a>(&'a self, see: &'a mut (dyn FnMut(Kept) + Send)) -> Keeping<'a, ()>;

    /// Whether the person of this id was deleted.
    fn has_ended<'a>(&'a self, id: &'a str) -> Keeping<'a, bool>;

    /// The group of this id.
    fn group<'a>(&'a self, id: &'a str) -> Keeping<'a, Option<GroupRecord>>;

    /// Groups that a filter means, in the order of their ids.
    fn groups(&self, filter: GroupFilter, page: Page) -> Keeping<'_, Pages<GroupRecord>>;

    /// Ids of the members of a group, in their order, at most so many after one of them.
    fn members<'a>(&'a self, group: &'a str, after: Option<&'a str>, most: u32) -> Keeping<'a, Vec<String>>;

    /// Keeps a new group; id, name and external id must be free.
    fn create_group(
        &self,
        id: String,
        source: String,
        profile: GroupProfile,
        at: Instant,
    ) -> Keeping<'_, GroupRecord>;

    /// The same with its first members, all of whom must be kept: a group with all of them, or none.
    fn create_group_with(
        &self,
        id: String,
        source: String,
        profile: GroupProfile,
        members: Vec<String>,
        at: Instant,
    ) -> Keeping<'_, GroupRecord>;

    /// Changes what is said about a group and who is in it at once, or neither.
    fn change_group<'a>(
        &'a self,
        whose: Whose<'a>,
        change: GroupChange,
        at: Instant,
    ) -> Keeping<'a, GroupRecord>;

    /// Puts what the source says about a group in place of what it said.
    fn replace_group<'a>(
        &'a self,
        whose: Whose<'a>,
        profile: GroupProfile,
        at: Instant,
    ) -> Keeping<'a, GroupRecord>;

    /// Changes who is in a group; all of them must be kept.
    fn change_members<'a>(
        &'a self,
        whose: Whose<'a>,
        change: MemberChange,
        at: Instant,
    ) -> Keeping<'a, GroupRecord>;

    /// Deletes a group.
    fn delete_group<'a>(&'a self, whose: Whose<'a>, at: Instant) -> Keeping<'a, ()>;

    /// Loads people of one source in bulk, all of them or, if anything fails, none.
    fn load<'a>(
        &'a self,
        load: Load,
        people: Box<dyn Iterator<Item = FeedPerson> + Send + 'a>,
        progress: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> Keeping<'a, Loaded>;

    /// Notes that a source is completely in step, whether anything changed or not.
    fn mark_complete(&self, source: String, at: Instant) -> Keeping<'_, ()>;

    /// When each source was last complete.
    fn synced(&self) -> Keeping<'_, Vec<Synced>>;
}

/// A change of what a source says about a person; an error says why it is not possible.
pub type ProfileChange<'a> = Box<dyn FnOnce(&mut Profile) -> Result<(), String> + Send + 'a>;

/// Whose record is to be changed, by whom, and in which version.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// Id of the record.
    pub id: &'a str,
    /// The source that changes it; it must be the one that made it.
    pub source: &'a str,
    /// The version that the change was made from; `None`: whichever there is.
    pub version: Option<u64>,
}

/// What means one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonKey {
    /// Name by which they sign in, without regard to case.
    UserName(String),
    /// Identity at a source.
    ExternalId {
        /// The source.
        source: String,
        /// The identity there.
        id: String,
    },
}

/// Something of the directory as [`DirectoryStore::each_person`] shows it.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// A person.
    Person(Box<PersonRecord>),
    /// The id of a person who was deleted.
    Ended(String),
}

/// Which records of a list are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// From where on.
    pub from: PageFrom,
    /// How many at most.
    pub most: u32,
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageFrom {
    /// After so many records, as SCIM counts them.
    Skip(u64),
    /// After the record of this id; does not slip when records come and go.
    After(String),
}

/// A page of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages<T> {
    /// The records.
    pub records: Vec<T>,
    /// How many there are on all pages.
    pub total: u64,
}

/// One person of a feed.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedPerson {
    /// Identity.
    pub id: String,
    /// What the feed says.
    pub profile: Profile,
    /// Names of their groups; `None`: the feed says nothing about groups.
    pub groups: Option<Vec<String>>,
}

/// How a feed is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// The source.
    pub source: String,
    /// Whether it lists everybody, so that whoever it does not list is no longer active.
    pub complete: bool,
    /// Whether only to say what would change.
    pub dry_run: bool,
    /// When.
    pub at: Instant,
}

/// How far a load is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// People done.
    pub done: u64,
}

/// What a load has changed, or would change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// People who are new.
    pub created: u64,
    /// People of whom something changed.
    pub changed: u64,
    /// People of whom nothing changed.
    pub unchanged: u64,
    /// People who are no longer active, because a complete feed does not list them.
    pub ended: u64,
    /// Groups that are new.
    pub groups: u64,
}

/// When a source was last complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synced {
    /// The source.
    pub source: String,
    /// When.
    pub at: Instant,
}

impl Page {
    /// The first so many.
    pub const fn first(most: u32) -> Self {
        Self {
            from: PageFrom::Skip(0),
            most,
        }
    }
}
