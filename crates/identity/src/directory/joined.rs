//! The people of a store and those whom the register lists, as one directory.
//!
//! The store wins: an id that it knows, or knew, is never looked for in the register. A person whom the firm's directory
//! has ended does not come back because somebody once wrote them into a file.

use super::{Directory, DirectoryEntry, People, RegisterDirectory, Standing};
use decision::Screening;
use register::model::Instant;
use std::sync::Arc;

/// Two directories as one.
pub struct JoinedDirectory {
    store: Arc<People>,
    register: Arc<RegisterDirectory>,
}

/// An id that both have; what the register says about it is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The id.
    pub id: String,
    /// Whether the store has ended it, so that nobody of this id may act.
    pub ended: bool,
}

impl JoinedDirectory {
    /// The people of a store before those of a register.
    pub const fn new(store: Arc<People>, register: Arc<RegisterDirectory>) -> Self {
        Self { store, register }
    }

    /// Ids that both have, in their order.
    pub fn duplicates(&self) -> Vec<Duplicate> {
        let both = self.register.ids().filter_map(|id| {
            let standing = self.store.standing(id)?;
            Some(Duplicate {
                id: id.to_owned(),
                ended: !matches!(standing, Standing::Active(_)),
            })
        });
        let mut both: Vec<Duplicate> = both.collect();
        both.sort_by(|a, b| a.id.cmp(&b.id));
        both
    }

    /// The one that knows an id.
    fn of(&self, id: &str) -> &dyn Directory {
        match self.store.standing(id) {
            Some(_) => &*self.store,
            None => &*self.register,
        }
    }
}

impl Directory for JoinedDirectory {
    fn lost_since(&self, at: Instant) -> Option<Instant> {
        // also whom the register lists may have been ended in the store meanwhile
        self.store.lost_since(at)
    }

    fn person(&self, id: &str) -> Option<Arc<DirectoryEntry>> {
        match self.store.standing(id) {
            Some(Standing::Active(entry)) => Some(entry),
            Some(Standing::Incomplete | Standing::Ended) => None,
            None => self.register.person(id),
        }
    }

    /// Of the register, which is always in step, unless a source of the store is behind it.
    fn synced_at(&self) -> Option<Instant> {
        let register = self.register.synced_at();
        match self.store.syncs().is_empty() {
            true => register,
            false => self.store.synced_at().min(register),
        }
    }

    fn synced_for(&self, entry: &DirectoryEntry) -> Option<Instant> {
        self.of(&entry.id).synced_for(entry)
    }

    fn screening(&self, id: &str) -> Screening {
        self.of(id).screening(id)
    }
}
