//! Keyed hashes of keys.

use super::ApiKey;
use aws_lc_rs::hmac;
use std::fmt;
use subtle::ConstantTimeEq;

/// Hashes keys under the secret of an installation.
#[derive(Clone)]
pub struct KeyHasher(hmac::Key);

/// HMAC-SHA-256 of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyHash(pub(super) [u8; 32]);

impl KeyHasher {
    /// A hasher with the secret of the installation, which is made once and kept beside the hashes.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The hash of a key.
    pub fn hash(&self, key: &ApiKey) -> KeyHash {
        let tag = hmac::sign(&self.0, key.reveal().as_bytes());
        let mut hash = [0; 32];
        hash.iter_mut()
            .zip(tag.as_ref())
            .for_each(|(to, from)| *to = *from);
        KeyHash(hash)
    }
}

impl KeyHash {
    /// A hash that no key has, as far as anybody can find out.
    pub(super) const NONE: Self = Self([0; 32]);

    /// The hash that these bytes are.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be kept.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares in the same time whatever the difference.
    pub fn equals(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for KeyHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHasher(secret kept back)")
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(kept back)")
    }
}
