//! What a store of keys must do.

use super::KeyRecord;
use crate::kept::{ChangeFeed, Keeping};
use register::model::Instant;

/// Keeps keys. What is revoked stays, so that a leaked key can be told from one that never was.
pub trait KeyStore: ChangeFeed {
    /// Keeps a new key; its public part must be free.
    fn add_key<'a>(&'a self, key: &'a KeyRecord) -> Keeping<'a, ()>;

    /// The key of this public part.
    fn key<'a>(&'a self, id: &'a str) -> Keeping<'a, Option<KeyRecord>>;

    /// Every key, or those of one person, in the order of their public parts.
    fn keys<'a>(&'a self, person: Option<&'a str>) -> Keeping<'a, Vec<KeyRecord>>;

    /// Keeps a new key in place of another, which is taken until an instant, or until its own end if that is sooner.
    fn replace_key<'a>(&'a self, id: &'a str, by: &'a KeyRecord, until: Instant) -> Keeping<'a, KeyRecord>;

    /// Revokes a key; false: it was revoked already.
    fn revoke_key<'a>(&'a self, id: &'a str, at: Instant) -> Keeping<'a, bool>;

    /// Notes when keys were last taken, by public part. An earlier instant than the one known changes nothing.
    fn note_uses<'a>(&'a self, uses: &'a [(String, Instant)]) -> Keeping<'a, ()>;
}
