//! API keys, of which only keyed hashes are kept.
//!
//! A key has a public part, by which it is looked up, and a secret one. The firm keeps an HMAC of the whole key under a
//! secret of the installation: a stolen list of hashes is worth nothing without it, and comparing takes the same time
//! whether a guess is near or far.
//!
//! A key lives until it expires or is revoked; one that is replaced goes on for a while beside its successor, so that
//! nobody has to change it everywhere in one moment. [`KeyStore`] keeps keys, [`LiveKeys`] has them in memory.

mod api_key;
mod hash;
mod keeping;
mod live;
mod record;
mod stored;

pub use api_key::{ApiKey, KeyError};
pub use hash::{KeyHash, KeyHasher};
pub use keeping::KeyStore;
pub use live::{EitherKeys, LiveKeys};
pub use record::{Bound, KeyRecord, KeyStanding};
pub use stored::{StoredKey, StoredKeysError, read_stored, write_stored};

use crate::Caller;
use register::model::Instant;
use std::collections::HashMap;
use std::pin::Pin;

/// Whose key it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    /// The person or service account, by their id in the directory.
    pub person: String,
    /// The application for which the key was given; `None`: the person's own.
    pub application: Option<String>,
}

/// Knows who holds a key.
pub trait Keys: Send + Sync {
    /// The holder of the presented key, if it is known and has not expired at the instant.
    fn verify(&self, presented: &str, at: Instant) -> Option<KeyHolder>;

    /// Who asks with it, where there is more to say than who holds it.
    fn caller(&self, presented: &str, at: Instant) -> Option<Caller> {
        self.verify(presented, at).map(Caller::from)
    }

    /// Whose key has this public part, if it is still taken at the instant. This proves nothing of whoever asks: it is for
    /// what was given to somebody who presented the key.
    fn holder_of(&self, _id: &str, _at: Instant) -> Option<KeyHolder> {
        None
    }

    /// Waits for what is lacking to verify it, if that may come soon; `None`: nothing that comes would change anything.
    fn lacking<'a>(&'a self, _presented: &'a str) -> Option<Pin<Box<dyn Future<Output = ()> + Send + 'a>>> {
        None
    }

    /// Why it is not taken, where there is more to say than that it is not known; nothing of it is repeated.
    fn why_refused(&self, _presented: &str, _at: Instant) -> Option<String> {
        None
    }
}

/// Keys in memory.
#[derive(Debug)]
pub struct KeyRing {
    hasher: KeyHasher,
    keys: HashMap<String, StoredKey>,
}

impl KeyRing {
    /// A ring of these keys, whose hashes were made by this hasher.
    pub fn new(hasher: KeyHasher, keys: impl IntoIterator<Item = StoredKey>) -> Self {
        Self {
            hasher,
            keys: keys.into_iter().map(|key| (key.id.clone(), key)).collect(),
        }
    }

    /// Adds a key, in place of one with the same public part; gives what is to be kept of it.
    pub fn insert(&mut self, key: &ApiKey, holder: KeyHolder, expires: Option<Instant>) -> &StoredKey {
        let id = key.id().to_owned();
        let stored = StoredKey {
            id: id.clone(),
            hash: self.hasher.hash(key),
            holder,
            expires,
        };
        self.keys.entry(id).insert_entry(stored).into_mut()
    }

    /// What is kept of the keys, in the order of their public parts.
    pub fn stored(&self) -> Vec<&StoredKey> {
        let mut keys: Vec<_> = self.keys.values().collect();
        keys.sort_by(|a, b| a.id.cmp(&b.id));
        keys
    }
}

impl Keys for KeyRing {
    fn verify(&self, presented: &str, at: Instant) -> Option<KeyHolder> {
        // the form of a key is public, so saying no to a wrong form at once tells nothing
        let key = ApiKey::parse_presented(presented).ok()?;
        let known = self.keys.get(key.id());
        let hash = self.hasher.hash(&key);
        // a key that nobody holds is compared too, so that it takes as long as one that somebody does
        let matches = hash.equals(known.map_or(&KeyHash::NONE, |key| &key.hash));
        let known = known.filter(|_| matches)?;
        known
            .expires
            .is_none_or(|expires| at < expires)
            .then(|| known.holder.clone())
    }

    fn holder_of(&self, id: &str, at: Instant) -> Option<KeyHolder> {
        let known = self.keys.get(id)?;
        let is_taken = known.expires.is_none_or(|expires| at < expires);
        is_taken.then(|| known.holder.clone())
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod timing;
