//! Who a log is: its name, the keys that sign for it, and the key that seals its values.

use crate::seal::SealingKey;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use tlog::note::{self, KeyError, Note, SignError, Signer, VerifierKey};
use tlog::{Checkpoint, SignedCheckpoint};

/// The name and the keys of a log.
#[derive(Clone)]
pub struct LogIdentity {
    origin: Arc<str>,
    signers: Arc<RwLock<Vec<Signer>>>,
    sealing: SealingKey,
}

impl LogIdentity {
    /// A log of this name. Each seed is that of an Ed25519 key; all of them sign, so that a key can be replaced while
    /// others still check with the former one.
    ///
    /// # Errors
    /// When the name has what no name of a key may have (a space, a plus, or nothing).
    pub fn new(origin: &str, seeds: &[[u8; 32]], sealing: SealingKey) -> Result<Self, KeyError> {
        Ok(Self {
            origin: origin.into(),
            signers: Arc::new(RwLock::new(signers(origin, seeds)?)),
            sealing,
        })
    }

    /// From now on these keys sign, the newest first, for everybody who has this identity or a copy of it.
    ///
    /// # Errors
    /// Never for a name that keys had before.
    pub fn replace_signers(&self, seeds: &[[u8; 32]]) -> Result<(), KeyError> {
        let signers = signers(&self.origin, seeds)?;
        *self.signers.write().unwrap_or_else(PoisonError::into_inner) = signers;
        Ok(())
    }

    /// The name of the log: first line of its checkpoints, and name of its keys.
    pub fn origin(&self) -> Arc<str> {
        Arc::clone(&self.origin)
    }

    /// The public keys with which others check its checkpoints, the newest first.
    pub fn verifier_keys(&self) -> Vec<VerifierKey> {
        self.with_signers(|signers| signers.iter().map(|signer| signer.verifier_key()).collect())
    }

    /// The key that seals values.
    pub const fn sealing(&self) -> &SealingKey {
        &self.sealing
    }

    /// Signs a text with every key of the log.
    ///
    /// # Errors
    /// When the text cannot be that of a note, or signing fails.
    pub fn sign(&self, text: &str) -> Result<Note, SignError> {
        self.with_signers(|signers| note::sign(text, signers))
    }

    /// Signs a checkpoint with every key of the log.
    pub(crate) fn sign_checkpoint(&self, checkpoint: Checkpoint) -> Result<SignedCheckpoint, SignError> {
        self.with_signers(|signers| checkpoint.sign(signers))
    }

    fn with_signers<T>(&self, act: impl FnOnce(&[&Signer]) -> T) -> T {
        let signers = self.signers.read().unwrap_or_else(PoisonError::into_inner);
        act(&signers.iter().collect::<Vec<_>>())
    }
}

fn signers(origin: &str, seeds: &[[u8; 32]]) -> Result<Vec<Signer>, KeyError> {
    seeds.iter().map(|seed| Signer::from_seed(origin, seed)).collect()
}

impl fmt::Debug for LogIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogIdentity({}, keys kept back)", self.origin)
    }
}
