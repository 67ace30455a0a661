//! Cosignatures: a witness says that a checkpoint's tree is the largest it has seen of the log, and when it said so.
//!
//! The signature is over the time and the whole text of the checkpoint. Checking one is checking a note with a key of
//! the kind [`KeyKind::Cosignature`]: see [`crate::note::Note::verified_by`].

use crate::checkpoint::Checkpoint;
use crate::note::{KeyError, KeyKind, SignError, SignatureLine, Signer, VerifierKey};

/// The latest time that a cosignature can carry, in seconds since 1970.
pub const MAX_TIME: u64 = (1 << 63) - 1;

/// A private key that cosigns checkpoints. It must sign nothing else, nor under another name.
#[derive(Debug)]
pub struct Cosigner(Signer);

impl Cosigner {
    /// The cosigner with this seed of 32 bytes, from which the key pair follows.
    ///
    /// # Errors
    /// When the name cannot be one.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        Signer::of_kind(KeyKind::Cosignature, name, seed).map(Self)
    }

    /// The public key with which others check.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        self.0.verifier_key()
    }

    /// Cosigns a checkpoint at a time in seconds since 1970. Whether it may is what [`crate::witness::judge`] says.
    ///
    /// # Errors
    /// When the time is beyond [`MAX_TIME`], or signing fails.
    pub fn cosign(&self, checkpoint: &Checkpoint, time: u64) -> Result<SignatureLine, SignError> {
        if time > MAX_TIME {
            return Err(SignError::Time(time));
        }
        let signature = self
            .0
            .sign_bytes(message(time, &checkpoint.to_string()).as_bytes())?;
        Ok(self.0.line([&time.to_be_bytes()[..], &signature].concat()))
    }
}

/// What is signed.
pub(crate) fn message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// The time and the signature over it.
pub(crate) fn split(timestamped: &[u8]) -> Option<(u64, &[u8])> {
    let (time, signature) = timestamped.split_first_chunk()?;
    let time = u64::from_be_bytes(*time);
    (time <= MAX_TIME).then_some((time, signature))
}
