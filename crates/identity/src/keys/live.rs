//! The keys of a store, in memory: what every request asks.
//!
//! Taking a key costs one look-up and one HMAC. That it was taken is noted by setting a number in place; whoever writes
//! such notes down comes by from time to time and takes them along.

use super::{ApiKey, KeyHash, KeyHasher, KeyHolder, KeyRecord, Keys};
use crate::Caller;
use crate::sharded::Sharded;
use register::model::Instant;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Stands for never.
const NEVER: i64 = i64::MIN;

/// The keys of a store.
pub struct LiveKeys {
    hasher: KeyHasher,
    keys: Sharded<Arc<LiveKey>>,
}

struct LiveKey {
    record: KeyRecord,
    used: AtomicI64,
    /// The last use that was written down, or [`NEVER`].
    noted: AtomicI64,
}

impl LiveKey {
    fn of(record: KeyRecord) -> Self {
        Self {
            record,
            used: AtomicI64::new(NEVER),
            noted: AtomicI64::new(NEVER),
        }
    }
}

impl LiveKeys {
    /// No keys yet; their hashes are made by this hasher.
    pub fn new(hasher: KeyHasher) -> Self {
        Self {
            hasher,
            keys: Sharded::new(),
        }
    }

    /// What hashes them.
    pub const fn hasher(&self) -> &KeyHasher {
        &self.hasher
    }

    /// Puts these keys in place of all.
    pub fn replace(&self, keys: impl IntoIterator<Item = KeyRecord>) {
        let live = |record: KeyRecord| (Arc::from(record.stored.id.as_str()), self.carried_over(record));
        self.keys.replace(keys.into_iter().map(live));
    }

    /// Puts a key in place of the one with the same public part.
    pub fn put(&self, key: KeyRecord) {
        let id = Arc::from(key.stored.id.as_str());
        let live = self.carried_over(key);
        self.keys.set(&id, Some(live));
    }

    /// Forgets a key.
    pub fn forget(&self, id: &str) {
        self.keys.set(&Arc::from(id), None);
    }

    /// When keys were last taken since this was last asked, by public part.
    pub fn uses(&self) -> Vec<(String, Instant)> {
        let mut uses = Vec::new();
        self.keys.each(|id, key| {
            let used = key.used.load(Ordering::Relaxed);
            if key.noted.fetch_max(used, Ordering::Relaxed) < used {
                uses.push((id.to_string(), Instant(used)));
            }
        });
        uses
    }

    /// A record, with the uses of the same key that are not written down yet.
    fn carried_over(&self, record: KeyRecord) -> Arc<LiveKey> {
        let live = LiveKey::of(record);
        self.keys.with(&live.record.stored.id, |before| {
            live.used
                .store(before.used.load(Ordering::Relaxed), Ordering::Relaxed);
            live.noted
                .store(before.noted.load(Ordering::Relaxed), Ordering::Relaxed);
        });
        Arc::new(live)
    }
}

impl Keys for LiveKeys {
    fn verify(&self, presented: &str, at: Instant) -> Option<KeyHolder> {
        // the form of a key is public, so saying no to a wrong form at once tells nothing
        let key = ApiKey::parse_presented(presented).ok()?;
        let known = self.keys.get(key.id());
        let hash = self.hasher.hash(&key);
        // a key that nobody holds is compared too, so that it takes as long as one that somebody does
        let matches = hash.equals(
            known
                .as_ref()
                .map_or(&KeyHash::NONE, |key| &key.record.stored.hash),
        );
        let known = known.filter(|known| matches && known.record.standing(at).is_taken())?;
        known.used.fetch_max(at.0, Ordering::Relaxed);
        Some(known.record.stored.holder.clone())
    }

    fn holder_of(&self, id: &str, at: Instant) -> Option<KeyHolder> {
        let known = self.keys.get(id)?;
        let is_taken = known.record.standing(at).is_taken();
        is_taken.then(|| known.record.stored.holder.clone())
    }
}

/// Keys from several places: the first that knows one says whose it is.
pub struct EitherKeys(pub Vec<Arc<dyn Keys>>);

impl Keys for EitherKeys {
    fn verify(&self, presented: &str, at: Instant) -> Option<KeyHolder> {
        self.0.iter().find_map(|keys| keys.verify(presented, at))
    }

    fn caller(&self, presented: &str, at: Instant) -> Option<Caller> {
        self.0.iter().find_map(|keys| keys.caller(presented, at))
    }

    fn holder_of(&self, id: &str, at: Instant) -> Option<KeyHolder> {
        self.0.iter().find_map(|keys| keys.holder_of(id, at))
    }

    fn lacking<'a>(&'a self, presented: &'a str) -> Option<Pin<Box<dyn Future<Output = ()> + Send + 'a>>> {
        self.0.iter().find_map(|keys| keys.lacking(presented))
    }

    fn why_refused(&self, presented: &str, at: Instant) -> Option<String> {
        self.0.iter().find_map(|keys| keys.why_refused(presented, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Bound, KeyStanding};

    const NOW: Instant = Instant(1_784_106_000);

    fn holder() -> KeyHolder {
        KeyHolder {
            person: "hk-analyst".to_owned(),
            application: None,
        }
    }

    fn issued(expires: Option<Instant>) -> (LiveKeys, ApiKey, KeyRecord) {
        let keys = LiveKeys::new(KeyHasher::new(&[3; 32]));
        let (key, record) = KeyRecord::issue(keys.hasher(), holder(), Bound::Person, expires, NOW).unwrap();
        keys.put(record.clone());
        (keys, key, record)
    }

    #[track_caller]
    fn check(change: impl Fn(&mut KeyRecord), expected: KeyStanding) {
        let (keys, key, mut record) = issued(None);
        change(&mut record);
        keys.put(record.clone());
        assert_eq!(record.standing(NOW), expected);
        assert_eq!(keys.verify(key.reveal(), NOW).is_some(), expected.is_taken());
    }

    #[test]
    fn a_key_is_taken_as_it_stands() {
        check(|_| {}, KeyStanding::Valid);
        check(|key| key.revoked = Some(NOW), KeyStanding::Revoked);
        check(|key| key.revoked = Some(NOW.plus(60)), KeyStanding::Revoked);
        check(|key| key.stored.expires = Some(NOW), KeyStanding::Expired);
        check(
            |key| key.replaced_by = Some("other".to_owned()),
            KeyStanding::Replaced,
        );
        check(
            |key| {
                key.replaced_by = Some("other".to_owned());
                key.stored.expires = Some(NOW.plus(1));
            },
            KeyStanding::Replaced,
        );
        check(
            |key| {
                key.replaced_by = Some("other".to_owned());
                key.stored.expires = Some(NOW);
            },
            KeyStanding::Expired,
        );
    }

    #[test]
    fn the_holder_is_found_and_nobody_with_a_guess() {
        let (keys, key, record) = issued(Some(NOW.plus(10)));
        assert_eq!(keys.verify(key.reveal(), NOW), Some(holder()));
        assert_eq!(keys.verify(key.reveal(), NOW.plus(10)), None);
        let mut guess = record;
        guess.stored.hash = KeyHash([0; 32]);
        keys.put(guess);
        assert_eq!(keys.verify(key.reveal(), NOW), None);
        keys.forget(key.id());
        assert_eq!(keys.verify(key.reveal(), NOW), None);
    }

    #[test]
    fn uses_are_told_once_and_survive_a_change_of_the_record() {
        let (keys, key, record) = issued(None);
        assert_eq!(keys.uses(), []);
        keys.verify(key.reveal(), NOW.plus(5));
        keys.verify(key.reveal(), NOW);
        keys.put(record.clone());
        assert_eq!(keys.uses(), [(key.id().to_owned(), NOW.plus(5))]);
        assert_eq!(keys.uses(), []);
        keys.replace([record]);
        keys.verify(key.reveal(), NOW.plus(6));
        assert_eq!(keys.uses(), [(key.id().to_owned(), NOW.plus(6))]);
    }

    #[test]
    fn the_first_place_that_knows_a_key_says_whose_it_is() {
        let (first, key, _) = issued(None);
        let (second, other, _) = issued(None);
        let either = EitherKeys(vec![Arc::new(first), Arc::new(second)]);
        assert!(either.verify(key.reveal(), NOW).is_some() && either.verify(other.reveal(), NOW).is_some());
        assert!(EitherKeys(Vec::new()).verify(key.reveal(), NOW).is_none());
    }
}
