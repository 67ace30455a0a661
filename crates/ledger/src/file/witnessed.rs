//! A log and its witnesses: each checkpoint is offered to them, at most once in so many seconds, with a proof from the
//! tree that they saw last.
//!
//! Two things come of it. Their cosignatures are kept beside the newest checkpoint, for whoever does not want to take the
//! log's word for its own past. And the log learns of a past that it does not know: a witness that has seen more than is
//! here, or other things, says that what lies here is an older copy, or was written anew. Then nothing may be signed.
//! So each witness is asked before the first signature of a start; one that cannot be reached holds signatures back, not
//! entries, until it has answered once.

mod gate;
mod offer;

pub(super) use gate::Gate;
pub use offer::{Witness, WitnessAway, WitnessLine};

use super::OpenError;
use super::progress::Progress;
use super::publish::write_beside;
use crate::checkpoint::{self, CHECKPOINT, CheckpointError, WITNESSED};
use crate::identity::LogIdentity;
use offer::{Asked, Offered};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tlog::note::SignatureLine;
use tlog::{Checkpoint, Hash, SignedCheckpoint};

/// File in which a checkpoint is written before it takes its place.
const BESIDE: &str = "witnessing";

/// The witnesses of a log.
pub(super) struct Witnesses {
    folder: PathBuf,
    identity: LogIdentity,
    asked: Vec<Asked>,
    gate: Arc<Gate>,
}

/// Why nothing may be signed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(
        "the witness `{witness}` has seen {seen} entries of this ledger, and {has} are here, so this is an older copy; \
         put the newest copy of the ledger's folder in its place, or begin a new ledger under a new `ledger-secret`"
    )]
    Ahead { witness: String, seen: u64, has: u64 },
    #[error(
        "the witness `{witness}` has seen other entries than those that are here, so this ledger was written anew; keep \
         its folder for whoever looks into it, and put in its place the copy of which the witness holds a checkpoint"
    )]
    Rewritten { witness: String },
}

/// Why a round was not made.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error("a file cannot be written: {}", .0.kind())]
    File(#[from] io::Error),
    #[error("the checkpoint cannot be signed")]
    Sign,
}

impl Witnesses {
    pub(super) fn new(folder: &Path, identity: &LogIdentity, witnesses: Vec<Witness>) -> Self {
        let gate = match witnesses.is_empty() {
            true => Gate::open(),
            false => Gate::held(),
        };
        Self {
            folder: folder.to_owned(),
            identity: identity.clone(),
            asked: witnesses.into_iter().map(Asked::new).collect(),
            gate: Arc::new(gate),
        }
    }

    pub(super) fn gate(&self) -> Arc<Gate> {
        Arc::clone(&self.gate)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Asks all of them before anything is signed, in a log that has so many entries.
    ///
    /// # Errors
    /// When one of them has seen more, or other entries.
    pub(super) fn at_start(&mut self, has: u64) -> Result<(), OpenError> {
        if self.is_empty() {
            return Ok(());
        }
        match self.round(has).map_err(OpenError::of)? {
            None => Ok(()),
            Some(trouble) => Err(OpenError::Witnessed {
                reason: trouble.to_string(),
            }),
        }
    }

    /// Offers what is published again and again, until nothing more comes, or nothing may be signed any more.
    pub(super) fn run(mut self, progress: &Progress, every: Duration) {
        let mut has_failed = false;
        loop {
            let durable = progress.after(every);
            if durable.is_final {
                return;
            }
            match self.round(durable.size) {
                Ok(None) => has_failed = false,
                Ok(Some(trouble)) => {
                    self.gate.stop();
                    tracing::error!(%trouble, "nothing is signed and nothing is permitted any more");
                    return;
                }
                Err(error) => {
                    if !std::mem::replace(&mut has_failed, true) {
                        tracing::error!(%error, "the witnesses of the ledger cannot be asked");
                    }
                }
            }
        }
    }

    /// Offers the newest checkpoint to all that have not cosigned it.
    fn round(&mut self, has: u64) -> Result<Option<Trouble>, RoundError> {
        let newest = checkpoint::read(&self.folder)?;
        let is_published = newest.is_some();
        let checkpoint = match newest {
            Some(signed) => signed.checkpoint().clone(),
            // of nothing, which is the beginning of every log, and says nothing
            None => Checkpoint::new(&*self.identity.origin(), 0, Hash::EMPTY_TREE)
                .map_err(|_| RoundError::Sign)?,
        };
        let signed = self.signed(&checkpoint)?;
        let folder = &self.folder;
        std::thread::scope(|scope| {
            for asked in self.asked.iter_mut() {
                let signed = &signed;
                scope.spawn(move || asked.offer(signed, folder, has));
            }
        });
        let trouble = self.asked.iter().find_map(|asked| match asked.last {
            Offered::Ahead(seen) => Some(Trouble::Ahead {
                witness: asked.name(),
                seen,
                has,
            }),
            Offered::Rewritten => Some(Trouble::Rewritten {
                witness: asked.name(),
            }),
            _ => None,
        });
        if trouble.is_some() {
            return Ok(trouble);
        }
        if self.asked.iter().all(|asked| asked.has_answered) {
            self.gate.let_through();
        }
        if is_published {
            self.keep(&checkpoint)?;
        }
        Ok(None)
    }

    /// A checkpoint with the signatures of the log alone, the same whenever it is made.
    fn signed(&self, checkpoint: &Checkpoint) -> Result<SignedCheckpoint, RoundError> {
        let signed = self.identity.sign_checkpoint(checkpoint.clone());
        signed.map_err(|_| RoundError::Sign)
    }

    /// Keeps what was cosigned: beside the newest checkpoint, if that is it still, and as the newest that all have cosigned.
    fn keep(&self, checkpoint: &Checkpoint) -> Result<(), RoundError> {
        let cosigned: Vec<&SignatureLine> = self
            .asked
            .iter()
            .filter_map(|asked| asked.cosigned(checkpoint))
            .collect();
        if cosigned.is_empty() {
            return Ok(());
        }
        let mut signed = self.signed(checkpoint)?;
        cosigned.iter().for_each(|line| signed.add((*line).clone()));
        let note = signed.to_string();
        let Some(_turn) = self.gate.turn() else {
            return Ok(());
        };
        let of = |found: Option<SignedCheckpoint>| {
            found.map(|found| (found.checkpoint().clone(), found.to_string()))
        };
        let newest = of(checkpoint::read(&self.folder)?);
        if newest.is_some_and(|(newest, text)| newest == *checkpoint && text != note) {
            write_beside(&self.folder, (CHECKPOINT, BESIDE), note.as_bytes(), true)?;
        }
        let witnessed = of(checkpoint::witnessed(&self.folder).ok().flatten());
        if cosigned.len() == self.asked.len() && witnessed.is_none_or(|(_, text)| text != note) {
            write_beside(&self.folder, (WITNESSED, BESIDE), note.as_bytes(), true)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
