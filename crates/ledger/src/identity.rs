//! Who a log is: its name, the keys that sign for it, and the key that seals its values.

use crate::seal::SealingKey;
use std::fmt;
use std::sync::Arc;
use tlog::note::{self, KeyError, Note, SignError, Signer, VerifierKey};

/// The name and the keys of a log.
#[derive(Clone)]
pub struct LogIdentity {
    origin: Arc<str>,
    signers: Arc<[Signer]>,
    sealing: SealingKey,
}

impl LogIdentity {
    /// A log of this name. Each seed is that of an Ed25519 key; all of them sign, so that a key can be replaced while
    /// others still check with the former one.
    ///
    /// # Errors
    /// When the name has what no name of a key may have (a space, a plus, or nothing).
    pub fn new(origin: &str, seeds: &[[u8; 32]], sealing: SealingKey) -> Result<Self, KeyError> {
        let signers = seeds.iter().map(|seed| Signer::from_seed(origin, seed));
        Ok(Self {
            origin: origin.into(),
            signers: signers.collect::<Result<_, _>>()?,
            sealing,
        })
    }

    /// The name of the log: first line of its checkpoints, and name of its keys.
    pub fn origin(&self) -> Arc<str> {
        Arc::clone(&self.origin)
    }

    /// The public keys with which others check its checkpoints, the newest first.
    pub fn verifier_keys(&self) -> Vec<VerifierKey> {
        self.signers.iter().map(Signer::verifier_key).collect()
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
        note::sign(text, &self.signers())
    }

    pub(crate) fn signers(&self) -> Vec<&Signer> {
        self.signers.iter().collect()
    }
}

impl fmt::Debug for LogIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogIdentity({}, keys kept back)", self.origin)
    }
}
