//! Commitments: what a field says, fixed without being shown.
//!
//! A leaf of the log carries, for each field of its entry, only `SHA-256(domain, name, salt, value)`. Whoever is shown
//! name, salt and value of one field can check it against the leaf, and learns nothing of any other: the salt of each
//! field comes from the entry's seed by HMAC, so the salt of one tells neither the seed nor the salt of another.

use aws_lc_rs::rand;
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// What sets these digests apart from any other.
const DOMAIN: &[u8] = b"bailiwick.ledger.field.v1";

/// From which the salts of an entry come. Whoever has it can try values until one fits, so it is sealed with them.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed([u8; 32]);

/// The salt of one field of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Salt([u8; 32]);

/// The digest that stands in a leaf for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment([u8; 32]);

/// The system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random bytes")]
pub struct NoRandomness;

impl Seed {
    /// A new seed.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn draw() -> Result<Self, NoRandomness> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self(bytes))
    }

    /// The seed made of these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be sealed.
    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Gives the salts of an entry's fields.
    pub fn salts(&self) -> Salts {
        // a key that is shorter than a block is one with zeros after it (RFC 2104)
        let mut block = [0; 64];
        block.iter_mut().zip(self.0).for_each(|(to, from)| *to = from);
        Salts(Hmac::new(&block.into()))
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(kept back)")
    }
}

/// The salts of an entry's fields.
pub struct Salts(Hmac<Sha256>);

impl Salts {
    /// The salt of the field of this name.
    pub fn of(&self, name: &str) -> Salt {
        let hmac = self.0.clone().chain_update(name.as_bytes());
        Salt(hmac.finalize().into_bytes().into())
    }
}

impl Salt {
    /// Reads a salt as [`fmt::Display`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        parse_32(text).map(Self)
    }
}

impl Commitment {
    /// Commits to a value.
    pub fn to(name: &str, salt: &Salt, value: &[u8]) -> Self {
        let mut digest = Sha256::new_with_prefix(DOMAIN);
        for part in [name.as_bytes(), &salt.0, value] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self(digest.finalize().into())
    }

    /// Reads a commitment as [`fmt::Display`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        parse_32(text).map(Self)
    }

    /// Appends it as it is written.
    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.resize(start + BASE64.encode_len(self.0.len()), 0);
        if let Some(space) = out.get_mut(start..) {
            BASE64.encode_mut(&self.0, space);
        }
    }
}

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(&self.0))
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(&self.0))
    }
}

fn parse_32(text: &str) -> Option<[u8; 32]> {
    BASE64.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn only_the_same_name_salt_and_value_open_a_commitment(
            name in "[a-z]{1,12}", other in "[a-z]{1,12}", value in ".{0,40}", another in ".{0,40}", seed: [u8; 32],
        ) {
            let salts = Seed::from_bytes(seed).salts();
            let commitment = Commitment::to(&name, &salts.of(&name), value.as_bytes());
            prop_assert_eq!(commitment, Commitment::to(&name, &salts.of(&name), value.as_bytes()));
            if name != other {
                prop_assert_ne!(salts.of(&name), salts.of(&other));
                prop_assert_ne!(commitment, Commitment::to(&other, &salts.of(&name), value.as_bytes()));
                prop_assert_ne!(commitment, Commitment::to(&name, &salts.of(&other), value.as_bytes()));
            }
            if value != another {
                prop_assert_ne!(commitment, Commitment::to(&name, &salts.of(&name), another.as_bytes()));
            }
            prop_assert_eq!(Commitment::parse(&commitment.to_string()), Some(commitment));
            let mut written = Vec::new();
            commitment.write_to(&mut written);
            prop_assert_eq!(String::from_utf8(written).unwrap(), commitment.to_string());
        }
    }

    /// The lengths stand in the digest: moving a border between parts must not give the same commitment.
    #[test]
    fn borders_between_parts_cannot_be_moved() {
        let salt = Seed::from_bytes([1; 32]).salts().of("a");
        assert_ne!(
            Commitment::to("ab", &salt, b"c"),
            Commitment::to("a", &salt, b"bc")
        );
    }

    /// What anybody can compute with other tools; the guide for auditors gives the same.
    #[test]
    fn the_digest_is_what_readers_were_promised() {
        let salt = Seed::from_bytes([0; 32]).salts().of("place");
        assert_eq!(salt.to_string(), "o14nMNkp4C2R7XfezlOoj0fMtS8XzxRsVCDAJ00aOHg=");
        assert_eq!(
            Commitment::to("place", &salt, b"[\"HK\"]").to_string(),
            "GhMl5eI7CYODwqujNtTZCvu/RL+zuMAbCwi3J0nYq8s="
        );
    }
}
