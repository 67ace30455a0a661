//! Protected attributes as they are kept: encrypted, bound to their person and field, under a key from outside.
//!
//! AES-256-GCM with a random nonce. What is bound but not encrypted is the person's id and the name of the field, so that
//! a sealed value that is moved to another row or column does not open. Values are padded before they are sealed, so that
//! their length does not tell how many citizenships somebody has. Each value names its key, so that a key can be replaced
//! while values under the former one are still read.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{digest, rand};
use data_encoding::HEXLOWER;
use std::fmt;

/// First byte of a sealed value.
const FORM: u8 = 1;
/// Values are as long as a multiple of this.
const PADDED: usize = 64;

type KeyId = [u8; 4];

/// Seals and opens.
pub struct Sealer {
    current: (KeyId, LessSafeKey),
    former: Vec<(KeyId, LessSafeKey)>,
}

/// Why a value cannot be sealed or opened. The value is never repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// It was sealed under a key that is not at hand.
    #[error("it is sealed under the key `{key}`, which is not at hand")]
    OtherKey {
        /// Name of the key.
        key: String,
    },
    /// It was changed, moved, or is no sealed value.
    #[error("it was changed or moved since it was sealed")]
    Broken,
    /// The system gave no random bytes, or the cipher failed.
    #[error("it cannot be sealed")]
    Failed,
}

impl Sealer {
    /// Seals under this key, and opens under any of the former ones too.
    pub fn new(current: &[u8; 32], former: &[[u8; 32]]) -> Result<Self, SealingError> {
        Ok(Self {
            current: key(current)?,
            former: former.iter().map(key).collect::<Result<_, _>>()?,
        })
    }

    /// Name of the key under which it seals.
    pub fn key_id(&self) -> String {
        HEXLOWER.encode(&self.current.0)
    }

    /// Seals the value of a person's field.
    pub(crate) fn seal(&self, person: &str, field: &str, value: &str) -> Result<Vec<u8>, SealingError> {
        let (id, key) = &self.current;
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| SealingError::Failed)?;
        let mut text = value.as_bytes().to_vec();
        text.resize(text.len().next_multiple_of(PADDED).max(PADDED), b' ');
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            bound(person, field),
            &mut text,
        )
        .map_err(|_| SealingError::Failed)?;
        let mut sealed = Vec::with_capacity(1 + id.len() + NONCE_LEN + text.len());
        sealed.push(FORM);
        sealed.extend_from_slice(id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// Whether a value is sealed under the present key.
    pub(crate) fn is_current(&self, sealed: &[u8]) -> bool {
        sealed.get(1..5) == Some(&self.current.0)
    }

    /// Opens the value of a person's field.
    pub(crate) fn open(&self, person: &str, field: &str, sealed: &[u8]) -> Result<String, SealingError> {
        let broken = || SealingError::Broken;
        let rest = sealed.strip_prefix(&[FORM]).ok_or_else(broken)?;
        let (id, rest) = rest.split_first_chunk::<4>().ok_or_else(broken)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(broken)?;
        let mut keys = std::iter::once(&self.current).chain(&self.former);
        let (_, key) = keys
            .find(|(other, _)| other == id)
            .ok_or_else(|| SealingError::OtherKey {
                key: HEXLOWER.encode(id),
            })?;
        let mut text = rest.to_vec();
        let opened = key
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                bound(person, field),
                &mut text,
            )
            .map_err(|_| broken())?;
        let text = std::str::from_utf8(opened).map_err(|_| broken())?;
        Ok(text.trim_end_matches(' ').to_owned())
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealer({})", self.key_id())
    }
}

fn key(bytes: &[u8; 32]) -> Result<(KeyId, LessSafeKey), SealingError> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"bailiwick: name of a sealing key\0");
    context.update(bytes);
    let digest = context.finish();
    let id = digest
        .as_ref()
        .first_chunk()
        .copied()
        .ok_or(SealingError::Failed)?;
    let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| SealingError::Failed)?;
    Ok((id, LessSafeKey::new(key)))
}

fn bound(person: &str, field: &str) -> Aad<Vec<u8>> {
    Aad::from(format!("bailiwick person\0{field}\0{person}").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(key: u8, former: &[u8]) -> Sealer {
        let former: Vec<[u8; 32]> = former.iter().map(|byte| [*byte; 32]).collect();
        Sealer::new(&[key; 32], &former).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_for_its_person_and_field_only() {
        let sealer = sealer(1, &[]);
        let sealed = sealer.seal("ada", "citizenships", "[\"KP\"]").unwrap();
        assert!(!sealed.windows(2).any(|pair| pair == b"KP"));
        assert_eq!(
            sealer.open("ada", "citizenships", &sealed),
            Ok("[\"KP\"]".to_owned())
        );
        for (person, field) in [("bob", "citizenships"), ("ada", "us_status"), ("", "")] {
            assert_eq!(sealer.open(person, field, &sealed), Err(SealingError::Broken));
        }
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(sealer.open("ada", "citizenships", &changed).is_err(), "{at}");
            assert!(sealer.open("ada", "citizenships", &sealed[..at]).is_err(), "{at}");
        }
    }

    #[test]
    fn neither_value_nor_number_can_be_guessed_from_outside() {
        let sealer = sealer(1, &[]);
        let of = |value: &str| sealer.seal("ada", "citizenships", value).unwrap();
        assert_ne!(of("[]"), of("[]"));
        assert_eq!(of("[]").len(), of("[\"CN\",\"GB\",\"US\"]").len());
        assert_eq!(format!("{sealer:?}"), format!("Sealer({})", sealer.key_id()));
    }

    #[test]
    fn a_key_can_be_replaced() {
        let sealed = sealer(1, &[]).seal("ada", "us_status", "null").unwrap();
        assert_eq!(
            sealer(2, &[1]).open("ada", "us_status", &sealed),
            Ok("null".to_owned())
        );
        let key = sealer(1, &[]).key_id();
        assert_eq!(
            sealer(2, &[]).open("ada", "us_status", &sealed),
            Err(SealingError::OtherKey { key })
        );
        let again = sealer(2, &[1]).seal("ada", "us_status", "null").unwrap();
        assert!(sealer(2, &[]).open("ada", "us_status", &again).is_ok());
    }
}
