//! The sealed part of an entry: the values of its fields, and the seeds from which their salts come.
//!
//! What may be opened to a licensor is sealed under the key of the log; what is personal under the key of the person, so
//! that it goes when that key goes, while the tree stays as it is. Both are bound to the hash of their leaf: a sealed
//! part that is put to another leaf does not open. Under the key of the log a nonce is a number that counts up, and each
//! start of the program has a key of its own derived from it, so that no nonce is ever used twice.

use crate::commitment::{NoRandomness, Seed};
use crate::content::Content;
use crate::leaf::Seeds;
use crate::person_keys::{KeyName, PersonKey, PersonKeys};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, rand};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use tlog::Hash;

/// First byte of a sealed part.
const FORM: u8 = 1;
/// Bytes of the name of a start.
const RUN: usize = 16;
/// Most bytes that the values of an entry may have.
const MAX_VALUES: usize = 256 * 1024;

/// The key of a log under which the values of its entries are sealed.
#[derive(Clone)]
pub struct SealingKey([u8; 32]);

impl SealingKey {
    /// The key made of these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key of one start.
    fn of_run(&self, run: &[u8; RUN]) -> Option<LessSafeKey> {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, run);
        let secret = salt.extract(&self.0);
        let key = secret
            .expand(&[b"bailiwick.ledger.values.v1"], &AES_256_GCM)
            .ok()?;
        Some(LessSafeKey::new(UnboundKey::from(key)))
    }

    /// The key that wraps the keys of people.
    pub(crate) fn wrapping(&self) -> Option<LessSafeKey> {
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&self.0);
        let key = secret
            .expand(&[b"bailiwick.ledger.people.v1"], &AES_256_GCM)
            .ok()?;
        Some(LessSafeKey::new(UnboundKey::from(key)))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(kept back)")
    }
}

/// Seals entries during one run of the program.
pub(crate) struct Sealer {
    run: [u8; RUN],
    key: LessSafeKey,
    next: AtomicU64,
}

/// Why an entry cannot be sealed. Nothing of it is repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The cipher failed.
    #[error("the cipher failed")]
    Cipher,
    /// It is too long.
    #[error("the values of the entry have {bytes} bytes, and {MAX_VALUES} are the most")]
    TooLong {
        /// How many there are.
        bytes: usize,
    },
}

/// Why the sealed part of an entry cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the values of the entry were changed, or are sealed under another key")]
pub struct OpenSealError;

/// The values of an entry and the seed from which their salts come.
#[derive(Clone, Debug)]
pub struct Values {
    /// Gives the salts.
    pub seed: Seed,
    /// Canonical JSON by name of field.
    pub values: BTreeMap<String, Box<RawValue>>,
}

/// What is opened of an entry.
#[derive(Clone, Debug)]
pub struct OpenedValues {
    /// What may be opened to others.
    pub general: Values,
    /// What is personal; `None`: there is nothing, or the key of the person was erased.
    pub personal: Option<Values>,
    /// The key under which personal values were sealed, whether it still exists or not.
    pub key: Option<KeyName>,
}

impl Sealer {
    /// A sealer for this run.
    pub(crate) fn new(key: &SealingKey) -> Result<Self, SealError> {
        let mut run = [0; RUN];
        rand::fill(&mut run).map_err(|_| NoRandomness)?;
        Ok(Self {
            key: key.of_run(&run).ok_or(SealError::Cipher)?,
            run,
            next: AtomicU64::new(0),
        })
    }

    /// Seals the values of an entry, bound to its leaf. `person` seals what is personal.
    pub(crate) fn seal(
        &self,
        content: &Content,
        seeds: &Seeds,
        leaf: &Hash,
        person: Option<&PersonKey>,
    ) -> Result<Vec<u8>, SealError> {
        let bytes: usize = content.fields.iter().map(|field| field.value.len()).sum();
        if bytes > MAX_VALUES {
            return Err(SealError::TooLong { bytes });
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut out = Vec::with_capacity(bytes + 512);
        out.push(FORM);
        out.extend_from_slice(&self.run);
        out.extend_from_slice(&number.to_be_bytes());
        let plain = values(content, &seeds.general, false);
        append(&mut out, &self.key, nonce_of(number), leaf, plain)?;
        match person {
            Some(person) => {
                let mut nonce = [0; NONCE_LEN];
                rand::fill(&mut nonce).map_err(|_| NoRandomness)?;
                out.extend_from_slice(person.name().as_bytes());
                out.extend_from_slice(&nonce);
                let key = person.cipher().ok_or(SealError::Cipher)?;
                append(
                    &mut out,
                    &key,
                    nonce,
                    leaf,
                    values(content, &seeds.personal, true),
                )?;
            }
            None => out.extend_from_slice(KeyName::NOBODY.as_bytes()),
        }
        Ok(out)
    }
}

/// Opens the sealed part of the entry with this leaf.
///
/// # Errors
/// When it was changed, belongs to another leaf, or is sealed under another key.
pub(crate) fn open(
    side: &[u8],
    leaf: &Hash,
    key: &SealingKey,
    people: &PersonKeys,
) -> Result<OpenedValues, OpenSealError> {
    let mut rest = side.strip_prefix(&[FORM]).ok_or(OpenSealError)?;
    let run: [u8; RUN] = take(&mut rest)?;
    let number = u64::from_be_bytes(take(&mut rest)?);
    let run = key.of_run(&run).ok_or(OpenSealError)?;
    let general = part(&mut rest, &run, nonce_of(number), leaf)?;
    let name = KeyName::from_bytes(take(&mut rest)?);
    let (mut personal, is_somebody) = (None, name != KeyName::NOBODY);
    if is_somebody {
        let nonce = take(&mut rest)?;
        match people.named(name) {
            Some(person) => {
                let cipher = person.cipher().ok_or(OpenSealError)?;
                personal = Some(part(&mut rest, &cipher, nonce, leaf)?);
            }
            None => rest = &[],
        }
    }
    if !rest.is_empty() {
        return Err(OpenSealError);
    }
    Ok(OpenedValues {
        general,
        personal,
        key: is_somebody.then_some(name),
    })
}

/// Seed and values as one text: the seed's bytes, then a JSON object.
fn values(content: &Content, seed: &Seed, are_personal: bool) -> Vec<u8> {
    let mut out = seed.as_bytes().to_vec();
    out.push(b'{');
    let fields = content
        .fields
        .iter()
        .filter(|field| field.is_personal == are_personal);
    for (index, field) in fields.enumerate() {
        out.extend_from_slice(if index == 0 { b"\"" } else { b",\"" });
        out.extend_from_slice(field.name.as_bytes());
        out.extend_from_slice(b"\":");
        out.extend_from_slice(&field.value);
    }
    out.push(b'}');
    out
}

fn append(
    out: &mut Vec<u8>,
    key: &LessSafeKey,
    nonce: [u8; NONCE_LEN],
    leaf: &Hash,
    mut plain: Vec<u8>,
) -> Result<(), SealError> {
    let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(leaf.as_bytes()));
    key.seal_in_place_append_tag(nonce, aad, &mut plain)
        .map_err(|_| SealError::Cipher)?;
    let length = u32::try_from(plain.len()).map_err(|_| SealError::Cipher)?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&plain);
    Ok(())
}

fn part(
    rest: &mut &[u8],
    key: &LessSafeKey,
    nonce: [u8; NONCE_LEN],
    leaf: &Hash,
) -> Result<Values, OpenSealError> {
    let length = u32::from_be_bytes(take(rest)?) as usize;
    let (sealed, after) = rest.split_at_checked(length).ok_or(OpenSealError)?;
    *rest = after;
    let mut sealed = sealed.to_vec();
    let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(leaf.as_bytes()));
    let plain = key
        .open_in_place(nonce, aad, &mut sealed)
        .map_err(|_| OpenSealError)?;
    let (seed, json) = plain.split_first_chunk().ok_or(OpenSealError)?;
    Ok(Values {
        seed: Seed::from_bytes(*seed),
        values: serde_json::from_slice(json).map_err(|_| OpenSealError)?,
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], OpenSealError> {
    let (taken, after) = rest.split_first_chunk().ok_or(OpenSealError)?;
    *rest = after;
    Ok(*taken)
}

fn nonce_of(number: u64) -> [u8; NONCE_LEN] {
    let mut nonce = [0; NONCE_LEN];
    nonce
        .iter_mut()
        .rev()
        .zip(number.to_le_bytes())
        .for_each(|(to, from)| *to = from);
    nonce
}
