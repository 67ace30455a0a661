//! What entries say in the open: decisions in the log of a replica, checkpoints in the log of a witness.

use super::VerifyError;
use crate::Kind;
use crate::leaf::Leaf;
use std::collections::{BTreeMap, BTreeSet};
use tlog::note::{KeyKind, VerifierKey};
use tlog::{Hash, SignedCheckpoint};

/// How many entries there are of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) intents: u64,
    pub(super) outcomes: u64,
    pub(super) events: u64,
    pub(super) checkpoints: u64,
}

/// What entries have said so far.
pub(super) struct Known<'a> {
    pub(super) counts: Counts,
    /// Intents that have no outcome so far.
    open: BTreeSet<u64>,
    /// The latest checkpoint of each log.
    latest: BTreeMap<String, (u64, Hash)>,
    /// Keys with which the witness whose log it is cosigns.
    cosigning: Vec<VerifierKey>,
    is_of_witness: bool,
    keys: &'a [VerifierKey],
}

impl<'a> Known<'a> {
    pub(super) fn by(keys: &'a [VerifierKey]) -> Self {
        Self {
            counts: Counts::default(),
            open: BTreeSet::new(),
            latest: BTreeMap::new(),
            cosigning: Vec::new(),
            is_of_witness: false,
            keys,
        }
    }

    /// Takes an entry. The first says which sort of log it is.
    pub(super) fn entry(&mut self, entry: u64, bytes: &[u8]) -> Result<(), VerifyError> {
        if entry == 0 {
            self.is_of_witness = !bytes.starts_with(b"{");
            let cosigning = self.keys.iter().filter(|key| key.kind() == KeyKind::Cosignature);
            self.cosigning = cosigning.cloned().collect();
        }
        match self.is_of_witness {
            true => self.checkpoint(entry, bytes),
            false => self.leaf(entry, bytes),
        }
    }

    fn leaf(&mut self, entry: u64, bytes: &[u8]) -> Result<(), VerifyError> {
        let leaf = Leaf::parse(bytes).map_err(|error| VerifyError::Leaf { entry, error })?;
        match leaf.kind {
            Kind::Intent => {
                self.counts.intents += 1;
                self.open.insert(entry);
            }
            Kind::Event => self.counts.events += 1,
            Kind::Outcome => {
                self.counts.outcomes += 1;
                let intent = leaf.intent.unwrap_or(u64::MAX);
                if !self.open.remove(&intent) {
                    let problem = match intent < entry {
                        true => "is no intent, or has an outcome already",
                        false => "does not come before it",
                    };
                    return Err(VerifyError::Outcome {
                        entry,
                        intent,
                        problem,
                    });
                }
            }
        }
        Ok(())
    }

    /// A checkpoint that the witness cosigned: none goes back behind the one before it.
    fn checkpoint(&mut self, entry: u64, bytes: &[u8]) -> Result<(), VerifyError> {
        let bad = |reason: String| VerifyError::Watched { entry, reason };
        let signed = SignedCheckpoint::parse(bytes).map_err(|error| bad(error.to_string()))?;
        if self.cosigning.is_empty() {
            let reason = "it is a checkpoint, and no key is given with which the witness cosigns";
            return Err(bad(reason.to_owned()));
        }
        signed
            .verified_by(&self.cosigning)
            .map_err(|error| bad(format!("it is not cosigned by this witness: {error}")))?;
        let checkpoint = signed.checkpoint();
        let now = (checkpoint.size(), checkpoint.root());
        let before = self.latest.insert(checkpoint.origin().to_owned(), now);
        if before.is_some_and(|before| before.0 > now.0 || (before.0 == now.0 && before.1 != now.1)) {
            let reason = format!(
                "the checkpoint of `{}` goes back behind an earlier one",
                checkpoint.origin()
            );
            return Err(bad(reason));
        }
        self.counts.checkpoints += 1;
        Ok(())
    }
}
