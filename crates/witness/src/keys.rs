//! The keys of a witness: one cosigns, another signs the checkpoints of its own log.

use aws_lc_rs::digest::{SHA256, digest};
use tlog::cosignature::Cosigner;
use tlog::note::{KeyError, Signer, VerifierKey};

/// What separates the seed of the root log from that of cosignatures.
const OF_ROOT: &[u8] = b"bailiwick: root log of a witness";

/// The keys of a witness.
#[derive(Debug)]
pub struct WitnessKeys {
    pub(crate) cosigner: Cosigner,
    pub(crate) root: Signer,
}

impl WitnessKeys {
    /// The keys that follow from a name and a secret. The root log is called as the witness is, and `/root`.
    ///
    /// # Errors
    /// When the name cannot be that of a key.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let of_root = digest(&SHA256, &[OF_ROOT, &seed[..]].concat());
        let of_root = of_root.as_ref().try_into().map_err(|_| KeyError::Seed)?;
        Ok(Self {
            cosigner: Cosigner::from_seed(name, seed)?,
            root: Signer::from_seed(&format!("{name}/root"), of_root)?,
        })
    }

    /// The public keys: the one with which it cosigns, and that of its root log.
    pub fn verifier_keys(&self) -> [VerifierKey; 2] {
        [self.cosigner.verifier_key(), self.root.verifier_key()]
    }
}
