//! A key for each person, under which what is personal in their entries is sealed.
//!
//! The keys lie beside the segments, wrapped under the key of the log. A key is drawn when the first entry about its
//! person is, and is durable before that entry is: the thread that writes takes what was drawn before it writes a group,
//! so no entry can lie on the disk whose key does not. To erase a key erases what it sealed.

use crate::commitment::NoRandomness;
use crate::pseudonym::Pseudonym;
use crate::seal::{SealError, SealingKey};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of a wrapped key with its tag.
const WRAPPED: usize = 48;
/// Bytes of a record: pseudonym, name, nonce, wrapped key.
const RECORD: usize = 16 + KeyName::BYTES + NONCE_LEN + WRAPPED;

/// The name of a key: random, and all that stays of a person who was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyName([u8; Self::BYTES]);

impl KeyName {
    /// Bytes of a name.
    pub(crate) const BYTES: usize = 16;
    /// Stands where there is no key.
    pub(crate) const NOBODY: Self = Self([0; Self::BYTES]);

    pub(crate) const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

/// The key of a person.
#[derive(Clone)]
pub(crate) struct PersonKey {
    name: KeyName,
    bytes: [u8; 32],
}

impl PersonKey {
    fn draw() -> Result<Self, NoRandomness> {
        let (mut name, mut bytes) = ([0; KeyName::BYTES], [0; 32]);
        rand::fill(&mut name).map_err(|_| NoRandomness)?;
        rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self {
            name: KeyName(name),
            bytes,
        })
    }

    pub(crate) const fn name(&self) -> KeyName {
        self.name
    }

    /// Made anew for each use: kept for everybody it would take more memory than all else of a person.
    pub(crate) fn cipher(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, &self.bytes)
            .ok()
            .map(LessSafeKey::new)
    }
}

impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonKey({:?}, kept back)", self.name)
    }
}

/// The keys of all people in a log.
pub struct PersonKeys {
    wrapping: LessSafeKey,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    of: HashMap<Pseudonym, PersonKey>,
    names: HashMap<KeyName, Pseudonym>,
    /// Records that are not in the file yet.
    unsaved: Vec<u8>,
}

/// Why the file of keys cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersonKeysError {
    /// A key does not open.
    #[error("key {number} in the file of people's keys was changed, or is wrapped under another key")]
    Damaged {
        /// Its number, the first being 1.
        number: usize,
    },
    /// The cipher failed.
    #[error("the cipher failed")]
    Cipher,
}

impl PersonKeys {
    /// Reads the records of a file.
    ///
    /// # Errors
    /// When a record was changed, or another key of the log wrapped it.
    pub fn read(records: &[u8], key: &SealingKey) -> Result<Self, PersonKeysError> {
        let wrapping = key.wrapping().ok_or(PersonKeysError::Cipher)?;
        let mut state = State::default();
        for (index, record) in records.chunks_exact(RECORD).enumerate() {
            let read = unwrap(&wrapping, record);
            let (person, key) = read.ok_or(PersonKeysError::Damaged { number: index + 1 })?;
            state.names.insert(key.name, person);
            state.of.insert(person, key);
        }
        Ok(Self {
            wrapping,
            state: Mutex::new(state),
        })
    }

    /// How many people have a key.
    pub fn count(&self) -> usize {
        self.state().of.len()
    }

    /// The key of a person, which is drawn if they have none.
    pub(crate) fn of(&self, person: Pseudonym) -> Result<PersonKey, SealError> {
        let mut state = self.state();
        if let Some(key) = state.of.get(&person) {
            return Ok(key.clone());
        }
        let key = PersonKey::draw()?;
        let record = wrap(&self.wrapping, person, &key)?;
        state.unsaved.extend_from_slice(&record);
        state.names.insert(key.name, person);
        state.of.insert(person, key.clone());
        Ok(key)
    }

    /// The key of this name, unless it was erased.
    pub(crate) fn named(&self, name: KeyName) -> Option<PersonKey> {
        let state = self.state();
        state.of.get(state.names.get(&name)?).cloned()
    }

    /// The records that are not in the file yet; whoever takes them puts them there, or gives them back.
    pub(crate) fn take_unsaved(&self) -> Vec<u8> {
        std::mem::take(&mut self.state().unsaved)
    }

    /// Gives back records that could not be saved.
    pub(crate) fn give_back(&self, mut records: Vec<u8>) {
        let mut state = self.state();
        records.append(&mut state.unsaved);
        state.unsaved = records;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for PersonKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonKeys(of {})", self.count())
    }
}

/// The records of a file without a last one that is not whole.
pub(crate) fn whole(records: &[u8]) -> &[u8] {
    let torn = records.len() % RECORD;
    records.get(..records.len() - torn).unwrap_or_default()
}

fn wrap(wrapping: &LessSafeKey, person: Pseudonym, key: &PersonKey) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE_LEN];
    rand::fill(&mut nonce).map_err(|_| NoRandomness)?;
    let mut record = [&person.as_bytes()[..], key.name.as_bytes()].concat();
    let mut wrapped = key.bytes.to_vec();
    wrapping
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(&record),
            &mut wrapped,
        )
        .map_err(|_| SealError::Cipher)?;
    record.extend_from_slice(&nonce);
    record.extend_from_slice(&wrapped);
    Ok(record)
}

fn unwrap(wrapping: &LessSafeKey, record: &[u8]) -> Option<(Pseudonym, PersonKey)> {
    let (person, rest) = record.split_first_chunk()?;
    let (name, rest) = rest.split_first_chunk()?;
    let (nonce, wrapped) = rest.split_first_chunk()?;
    let bound = Aad::from([&person[..], name].concat());
    let mut wrapped = wrapped.to_vec();
    let opened = wrapping.open_in_place(Nonce::assume_unique_for_key(*nonce), bound, &mut wrapped);
    let bytes = (*opened.ok()?).try_into().ok()?;
    let name = KeyName(*name);
    Some((Pseudonym::from_bytes(*person), PersonKey { name, bytes }))
}
