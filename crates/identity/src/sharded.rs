//! A map that is read by every request and changed beside them.
//!
//! Its entries lie in many small maps, each behind a pointer. Reading takes no lock and waits for nobody; changing one
//! entry copies one small map and swaps its pointer, so that a map of hundreds of thousands changes in microseconds.

use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

/// How many small maps there are: with 300,000 entries each has a few hundred.
const SHARDS: usize = 1024;

type Shard<V> = HashMap<Arc<str>, V>;

/// A map from texts, read without a lock.
pub(crate) struct Sharded<V> {
    shards: Box<[ArcSwap<Shard<V>>]>,
    state: RandomState,
    /// Held by whoever changes it.
    changing: Mutex<()>,
}

impl<V: Clone> Sharded<V> {
    /// An empty map.
    pub(crate) fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| ArcSwap::default()).collect(),
            state: RandomState::new(),
            changing: Mutex::new(()),
        }
    }

    /// What a key leads to.
    pub(crate) fn get(&self, key: &str) -> Option<V> {
        self.shards.get(self.place(key))?.load().get(key).cloned()
    }

    /// What is seen of the value that a key leads to, without a copy of it.
    pub(crate) fn with<T>(&self, key: &str, see: impl FnOnce(&V) -> T) -> Option<T> {
        self.shards.get(self.place(key))?.load().get(key).map(see)
    }

    /// Lets a key lead to a value, or to nothing; gives what it led to.
    pub(crate) fn set(&self, key: &Arc<str>, value: Option<V>) -> Option<V> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let shard = self.shards.get(self.place(key))?;
        let mut changed = Shard::clone(&shard.load());
        let before = match value {
            Some(value) => changed.insert(Arc::clone(key), value),
            None => changed.remove(key),
        };
        shard.store(Arc::new(changed));
        before
    }

    /// Puts all of these in place of whatever there is. Each small map is swapped by itself.
    pub(crate) fn replace(&self, entries: impl IntoIterator<Item = (Arc<str>, V)>) {
        let mut parts: Vec<Shard<V>> = (0..SHARDS).map(|_| Shard::new()).collect();
        for (key, value) in entries {
            if let Some(part) = parts.get_mut(self.place(&key)) {
                part.insert(key, value);
            }
        }
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        for (shard, mut part) in self.shards.iter().zip(parts) {
            part.shrink_to_fit();
            shard.store(Arc::new(part));
        }
    }

    /// Shows every entry, in no order.
    pub(crate) fn each(&self, mut see: impl FnMut(&Arc<str>, &V)) {
        for shard in &self.shards {
            shard.load().iter().for_each(|(key, value)| see(key, value));
        }
    }

    fn place(&self, key: &str) -> usize {
        // the remainder is below the number of shards, so nothing is lost
        usize::try_from(self.state.hash_one(key) % SHARDS as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn entries(map: &Sharded<u8>) -> BTreeMap<String, u8> {
        let mut all = BTreeMap::new();
        map.each(|key, value| {
            assert!(all.insert(key.to_string(), *value).is_none(), "{key} twice");
        });
        all
    }

    proptest! {
        #[test]
        fn it_is_a_map(begin in proptest::collection::btree_map("[a-c]{0,2}", any::<u8>(), 0..6),
                       steps in proptest::collection::vec(("[a-c]{0,2}", any::<Option<u8>>()), 0..20)) {
            let map = Sharded::new();
            map.replace([(Arc::from("not there later"), 0)]);
            map.replace(begin.iter().map(|(key, value)| (Arc::from(key.as_str()), *value)));
            let mut model = begin;
            for (key, value) in steps {
                let before = map.set(&Arc::from(key.as_str()), value);
                let expected = match value {
                    Some(value) => model.insert(key.clone(), value),
                    None => model.remove(&key),
                };
                prop_assert_eq!(before, expected);
                prop_assert_eq!(map.get(&key), model.get(&key).copied());
                prop_assert_eq!(map.with(&key, |value| *value), model.get(&key).copied());
            }
            prop_assert_eq!(entries(&map), model);
        }
    }
}
