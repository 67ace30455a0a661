//! Verified tokens, remembered by the digest of the whole token for as long as they are good.
//!
//! Two generations of bounded size: when the younger is full, the older is forgotten. Only what has been verified comes
//! in, so strangers cannot fill it; and what is remembered is still held against the clock, the keys and the revocations
//! each time.

use super::verified::VerifiedToken;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// SHA-256 of a whole token.
pub(super) type Digest = [u8; 32];

/// Parts, so that few wait for one another.
const SHARDS: usize = 16;

/// Tokens of one generation of one part.
const ROOM: usize = 4096;

/// Tokens that were verified.
pub(super) struct Cache {
    shards: Vec<RwLock<Shard>>,
    room: usize,
}

/// A token that was verified, and with which keys.
#[derive(Clone)]
pub(super) struct Remembered {
    pub token: Arc<VerifiedToken>,
    /// Position of its issuer.
    pub issuer: usize,
    /// Which keys of the issuer it was verified with.
    pub generation: u64,
}

#[derive(Default)]
struct Shard {
    young: HashMap<Digest, Remembered>,
    old: HashMap<Digest, Remembered>,
}

impl Default for Cache {
    fn default() -> Self {
        Self::with_room(ROOM)
    }
}

impl Cache {
    fn with_room(room: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            room,
        }
    }

    /// The token of this digest.
    pub(super) fn get(&self, digest: &Digest) -> Option<Remembered> {
        let shard = self.shard(digest)?.read().unwrap_or_else(PoisonError::into_inner);
        shard.young.get(digest).or_else(|| shard.old.get(digest)).cloned()
    }

    /// Remembers a token.
    pub(super) fn put(&self, digest: Digest, remembered: Remembered) {
        let Some(shard) = self.shard(&digest) else {
            return;
        };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        if shard.young.len() >= self.room {
            shard.old = std::mem::take(&mut shard.young);
        }
        shard.young.insert(digest, remembered);
    }

    fn shard(&self, digest: &Digest) -> Option<&RwLock<Shard>> {
        let [first, ..] = digest;
        self.shards.get(usize::from(*first) % SHARDS)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        let of = |shard: &RwLock<Shard>| {
            let shard = shard.read().unwrap();
            shard.young.len() + shard.old.len()
        };
        self.shards.iter().map(of).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use register::model::Instant;

    #[test]
    fn it_has_a_bound_and_keeps_the_newest() {
        let cache = Cache::with_room(4);
        let token = Arc::new(VerifiedToken {
            issuer: String::new(),
            subject: String::new(),
            acts_for: None,
            actor: None,
            client: String::new(),
            application: String::new(),
            groups: None,
            issued_at: Instant(0),
            auth_time: None,
            expires: Instant(0),
            session: None,
            id: None,
            names: Vec::new(),
        });
        let digest = |number: u32| {
            let mut digest = [0; 32];
            digest[..4].copy_from_slice(&number.to_le_bytes());
            digest
        };
        for number in 0..10_000 {
            let remembered = Remembered {
                token: Arc::clone(&token),
                issuer: 0,
                generation: u64::from(number),
            };
            cache.put(digest(number), remembered);
            assert_eq!(cache.get(&digest(number)).unwrap().generation, u64::from(number));
        }
        assert!(cache.len() <= 2 * 4 * SHARDS, "{}", cache.len());
        assert!(cache.get(&digest(0)).is_none());
    }
}
