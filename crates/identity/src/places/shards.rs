//! A map in many parts, each with a lock of its own, so that requests of different people seldom meet.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Parts of a map.
const PARTS: usize = 64;

/// A map by person in many parts.
#[derive(Debug)]
pub(super) struct Shards<V> {
    parts: Vec<RwLock<HashMap<Box<str>, V>>>,
    hasher: RandomState,
}

impl<V> Default for Shards<V> {
    fn default() -> Self {
        Self {
            parts: (0..PARTS).map(|_| RwLock::default()).collect(),
            hasher: RandomState::new(),
        }
    }
}

impl<V> Shards<V> {
    fn part(&self, key: &str) -> Option<&RwLock<HashMap<Box<str>, V>>> {
        let number = self.hasher.hash_one(key) % PARTS as u64;
        self.parts.get(usize::try_from(number).unwrap_or(0))
    }

    /// What is there for a key, seen by a function.
    pub(super) fn look<T>(&self, key: &str, see: impl FnOnce(&V) -> T) -> Option<T> {
        read(self.part(key)?).get(key).map(see)
    }

    /// Changes what is there for a key, or what is there by default. It is kept only if the function says so.
    pub(super) fn change(&self, key: &str, change: impl FnOnce(&mut V) -> bool)
    where
        V: Default,
    {
        let Some(part) = self.part(key) else {
            return;
        };
        let mut part = write(part);
        match part.get_mut(key) {
            Some(value) => {
                if !change(value) {
                    part.remove(key);
                }
            }
            None => {
                let mut value = V::default();
                if change(&mut value) {
                    part.insert(key.into(), value);
                }
            }
        }
    }

    /// Shows all of them.
    pub(super) fn each(&self, mut see: impl FnMut(&str, &V)) {
        for part in &self.parts {
            read(part).iter().for_each(|(key, value)| see(key, value));
        }
    }

    /// Keeps those for which the function says so.
    pub(super) fn retain(&self, mut keep: impl FnMut(&str, &mut V) -> bool) {
        for part in &self.parts {
            write(part).retain(|key, value| keep(key, value));
        }
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| read(part).len()).sum()
    }
}

// each change is whole by itself, so a panic elsewhere leaves nothing half done
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
