//! The people whom a store keeps, in memory: what every request asks.
//!
//! A record that changes replaces one entry; nobody who reads waits for that. An id that has ended is remembered as such,
//! so that it is not looked for anywhere else.

use super::entry::Shares;
use super::{Directory, DirectoryEntry, Kept, PersonRecord, Sight, Synced};
use crate::sharded::Sharded;
use decision::Screening;
use register::model::{Instant, PlaceFact};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The people of a store.
pub struct People {
    all: Sharded<Standing>,
    /// Ids by name to sign in, in lower case, and by source and identity there.
    known_as: Sharded<Arc<str>>,
    synced: arc_swap::ArcSwap<HashMap<Arc<str>, Instant>>,
    shared: Mutex<Shared>,
    sight: Sight,
}

/// How an id stands.
#[derive(Clone, Debug)]
pub enum Standing {
    /// A person who may act.
    Active(Arc<DirectoryEntry>),
    /// A person who is kept but may not act: without worker type or entity nothing can be decided.
    Incomplete,
    /// Somebody who is no longer active, or was deleted.
    Ended,
}

/// Collects everybody before they are put in place.
#[derive(Default)]
pub struct PeopleBuilder {
    all: Vec<(Arc<str>, Standing)>,
    known_as: Vec<(Arc<str>, Arc<str>)>,
    shared: Shared,
}

#[derive(Default)]
struct Shared {
    texts: HashSet<Arc<str>>,
    lists: HashSet<Arc<[String]>>,
    places: HashSet<Arc<[PlaceFact]>>,
}

impl Shares for Shared {
    fn text(&mut self, text: &str) -> Arc<str> {
        share(&mut self.texts, text)
    }

    fn texts(&mut self, texts: &[String]) -> Arc<[String]> {
        share(&mut self.lists, texts)
    }

    fn places(&mut self, places: &[PlaceFact]) -> Arc<[PlaceFact]> {
        share(&mut self.places, places)
    }
}

fn share<T: ?Sized + Eq + std::hash::Hash>(known: &mut HashSet<Arc<T>>, wanted: &T) -> Arc<T>
where
    for<'a> Arc<T>: From<&'a T>,
{
    if let Some(found) = known.get(wanted) {
        return Arc::clone(found);
    }
    let new: Arc<T> = Arc::from(wanted);
    known.insert(Arc::clone(&new));
    new
}

impl std::fmt::Debug for People {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("People(kept back)")
    }
}

impl Default for People {
    fn default() -> Self {
        Self {
            all: Sharded::new(),
            known_as: Sharded::new(),
            synced: arc_swap::ArcSwap::default(),
            shared: Mutex::default(),
            sight: Sight::default(),
        }
    }
}

impl PeopleBuilder {
    /// Adds what a store keeps.
    pub fn add(&mut self, kept: &Kept) {
        match kept {
            Kept::Ended(id) => self.all.push((Arc::from(id.as_str()), Standing::Ended)),
            Kept::Person(record) => {
                let (id, standing) = standing(record, &mut self.shared);
                if let Standing::Active(entry) = &standing {
                    let names = names_of(entry).into_iter().flatten();
                    self.known_as.extend(names.map(|name| (name, Arc::clone(&id))));
                }
                self.all.push((id, standing));
            }
        }
    }
}

impl People {
    /// Nobody yet; while the store does not answer, what was read from it is good for so many seconds.
    pub fn within(limit: i64) -> Self {
        Self {
            sight: Sight::within(limit),
            ..Self::default()
        }
    }

    /// When the store was last seen to have what is here.
    pub const fn sight(&self) -> &Sight {
        &self.sight
    }

    /// Puts everybody in place of everybody.
    pub fn replace(&self, people: PeopleBuilder) {
        *self.shared.lock().unwrap_or_else(PoisonError::into_inner) = people.shared;
        self.all.replace(people.all);
        self.known_as.replace(people.known_as);
    }

    /// Puts one record in place of what was known of its person.
    pub fn put(&self, record: &PersonRecord) {
        let (id, standing) = {
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            standing(record, &mut shared)
        };
        self.set(&id, Some(standing));
    }

    /// Notes that an id has ended.
    pub fn end(&self, id: &str) {
        self.set(&Arc::from(id), Some(Standing::Ended));
    }

    /// Forgets that there was such an id.
    pub fn forget(&self, id: &str) {
        self.set(&Arc::from(id), None);
    }

    fn set(&self, id: &Arc<str>, standing: Option<Standing>) {
        let names = |standing: &Option<Standing>| match standing {
            Some(Standing::Active(entry)) => names_of(entry),
            _ => [None, None],
        };
        let new = names(&standing);
        let before = self.all.set(id, standing);
        for name in names(&before).into_iter().flatten() {
            let is_kept = new.iter().flatten().any(|other| *other == name);
            if !is_kept && self.known_as.get(&name).as_ref() == Some(id) {
                self.known_as.set(&name, None);
            }
        }
        for name in new.into_iter().flatten() {
            self.known_as.set(&name, Some(Arc::clone(id)));
        }
    }

    /// Notes when each source was last complete.
    pub fn set_synced(&self, synced: impl IntoIterator<Item = Synced>) {
        let synced = synced.into_iter().map(|one| (Arc::from(one.source), one.at));
        self.synced.store(Arc::new(synced.collect()));
    }

    /// How an id stands; `None`: the store does not know it.
    pub fn standing(&self, id: &str) -> Option<Standing> {
        self.all.get(id)
    }

    /// The person who signs in by this name, without regard to case.
    pub fn signing_in_as(&self, user_name: &str) -> Option<Arc<DirectoryEntry>> {
        let name = user_name.to_lowercase();
        self.known_as(&name).filter(|entry| *entry.user_name == *name)
    }

    /// The person of this identity at a source.
    pub fn external(&self, source: &str, id: &str) -> Option<Arc<DirectoryEntry>> {
        let found = self.known_as(&at_source(source, id));
        found.filter(|entry| *entry.source == *source && entry.external_id.as_deref() == Some(id))
    }

    fn known_as(&self, name: &str) -> Option<Arc<DirectoryEntry>> {
        self.person(&self.known_as.get(name)?)
    }

    /// Shows everybody who is kept, in no order.
    pub fn each(&self, mut see: impl FnMut(&str, &Standing)) {
        self.all.each(|id, standing| see(id, standing));
    }

    /// When each source was last complete, in no order.
    pub(super) fn syncs(&self) -> Arc<HashMap<Arc<str>, Instant>> {
        self.synced.load_full()
    }
}

impl Directory for People {
    fn lost_since(&self, at: Instant) -> Option<Instant> {
        self.sight.lost_since(at)
    }

    fn person(&self, id: &str) -> Option<Arc<DirectoryEntry>> {
        match self.all.get(id)? {
            Standing::Active(entry) => Some(entry),
            Standing::Incomplete | Standing::Ended => None,
        }
    }

    /// The source that was complete the longest ago: what is said of everybody holds since then only.
    fn synced_at(&self) -> Option<Instant> {
        self.synced.load().values().min().copied()
    }

    fn synced_for(&self, entry: &DirectoryEntry) -> Option<Instant> {
        self.synced.load().get(&entry.source).copied()
    }

    fn screening(&self, id: &str) -> Screening {
        let found = self.all.with(id, |standing| match standing {
            Standing::Active(entry) => Some(*entry.screening.reveal()),
            Standing::Incomplete | Standing::Ended => None,
        });
        found.flatten().unwrap_or(Screening {
            result: None,
            screened_at: None,
        })
    }
}

fn standing(record: &PersonRecord, shared: &mut Shared) -> (Arc<str>, Standing) {
    if !record.profile.active {
        return (Arc::from(record.id.as_str()), Standing::Ended);
    }
    match DirectoryEntry::of(record, shared) {
        Some(entry) => (Arc::clone(&entry.id), Standing::Active(Arc::new(entry))),
        None => (Arc::from(record.id.as_str()), Standing::Incomplete),
    }
}

fn names_of(entry: &DirectoryEntry) -> [Option<Arc<str>>; 2] {
    let external = entry.external_id.as_deref();
    [
        Some(Arc::clone(&entry.user_name)),
        external.map(|id| Arc::from(at_source(&entry.source, id))),
    ]
}

/// No name to sign in has a zero character, so that neither is taken for the other.
fn at_source(source: &str, id: &str) -> String {
    format!("{source}\0{id}")
}

#[cfg(test)]
mod tests;
