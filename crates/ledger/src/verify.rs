//! Checks a log that lies in a folder, with nothing but its public key.
//!
//! A log holds when its checkpoint is signed, every bundle has the entries that the tiles commit to, every tile follows
//! from the entries, the root is that of the checkpoint, and no intent has two outcomes. What does not hold is named by the
//! first entry that it concerns. That the log has not been written anew as a whole, only an earlier checkpoint can show, or
//! a witness.

use crate::CHECKPOINT;
use crate::leaf::{Leaf, LeafError};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use tlog::note::VerifierKey;
use tlog::{BundleCoordinate, Hash, SignedCheckpoint, TileCoordinate, Tiles, bundle, leaf_hash};

/// What was checked and holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Name of the log.
    pub origin: String,
    /// Entries under the checkpoint.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// Keys whose signatures hold, as they were given.
    pub keys: Vec<String>,
    /// Intents among the entries.
    pub intents: u64,
    /// Outcomes among them.
    pub outcomes: u64,
    /// Events among them.
    pub events: u64,
}

/// What does not hold.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file is missing or cannot be read.
    #[error("`{path}` cannot be read: {reason}")]
    File {
        /// Its place in the folder.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The checkpoint is no checkpoint, or none that one of the keys has signed.
    #[error("the checkpoint does not hold: {reason}")]
    Checkpoint {
        /// What is wrong.
        reason: String,
    },
    /// A bundle has not what it should.
    #[error("`{path}`, which begins with entry {first}, does not hold: {reason}")]
    Bundle {
        /// Its place in the folder.
        path: String,
        /// Number of its first entry.
        first: u64,
        /// What is wrong.
        reason: String,
    },
    /// An entry is not the one that the tiles commit to.
    #[error("entry {entry} is not the one that was recorded")]
    Entry {
        /// Its number.
        entry: u64,
    },
    /// An entry is none that this program writes.
    #[error("entry {entry}: {error}")]
    Leaf {
        /// Its number.
        entry: u64,
        /// What is wrong.
        error: LeafError,
    },
    /// An outcome of no intent, or a second one of the same.
    #[error("entry {entry} is an outcome of entry {intent}, which {problem}")]
    Outcome {
        /// Its number.
        entry: u64,
        /// The number that it gives.
        intent: u64,
        /// What is wrong with that.
        problem: &'static str,
    },
    /// A tile is not the one that follows from the entries.
    #[error("`{path}` does not follow from the entries")]
    Tile {
        /// Its place in the folder.
        path: String,
    },
    /// The entries give another root.
    #[error("the {size} entries give another root than the checkpoint has")]
    Root {
        /// How many there are.
        size: u64,
    },
}

/// Checks the log in a folder by one or more of its public keys. `told` hears how many entries are done.
///
/// # Errors
/// The first thing that does not hold.
pub fn folder(
    folder: &Path,
    keys: &[VerifierKey],
    mut told: impl FnMut(u64),
) -> Result<Verified, VerifyError> {
    let signed = checkpoint(folder)?;
    let bad = |reason: String| VerifyError::Checkpoint { reason };
    let signers = signed.verified_by(keys).map_err(|error| bad(error.to_string()))?;
    let checkpoint = signed.checkpoint();
    if !keys.iter().any(|key| key.name().as_str() == checkpoint.origin()) {
        return Err(bad(format!("it is of the log `{}`", checkpoint.origin())));
    }
    let mut check = Check::new(folder);
    for at in BundleCoordinate::of_tree(checkpoint.size()) {
        check.bundle(at)?;
        told(check.tiles.edge().size());
    }
    check.partial_tiles()?;
    if check.tiles.edge().root() != checkpoint.root() {
        return Err(VerifyError::Root {
            size: checkpoint.size(),
        });
    }
    let [intents, outcomes, events] = check.counts;
    Ok(Verified {
        origin: checkpoint.origin().to_owned(),
        size: checkpoint.size(),
        root: checkpoint.root(),
        keys: signers.iter().map(|signer| signer.key.to_string()).collect(),
        intents,
        outcomes,
        events,
    })
}

fn checkpoint(folder: &Path) -> Result<SignedCheckpoint, VerifyError> {
    let note = read(folder, CHECKPOINT)?;
    SignedCheckpoint::parse(&note).map_err(|error| VerifyError::Checkpoint {
        reason: error.to_string(),
    })
}

fn read(folder: &Path, path: &str) -> Result<Vec<u8>, VerifyError> {
    fs::read(folder.join(path)).map_err(|error| VerifyError::File {
        path: path.to_owned(),
        reason: error.kind().to_string(),
    })
}

/// A check on its way through the entries.
struct Check<'a> {
    folder: &'a Path,
    tiles: Tiles,
    counts: [u64; 3],
    /// Intents that have no outcome so far.
    open: BTreeSet<u64>,
}

impl<'a> Check<'a> {
    fn new(folder: &'a Path) -> Self {
        Self {
            folder,
            tiles: Tiles::new(),
            counts: [0; 3],
            open: BTreeSet::new(),
        }
    }

    fn bundle(&mut self, at: BundleCoordinate) -> Result<(), VerifyError> {
        let (path, first) = (at.path(), self.tiles.edge().size());
        let bytes = read(self.folder, &path)?;
        let bad = |reason: String| VerifyError::Bundle {
            path: path.clone(),
            first,
            reason,
        };
        let entries = bundle::decode(&bytes, at.width()).map_err(|error| bad(error.to_string()))?;
        let tile = self.tile(at.tile())?;
        for ((entry, bytes), known) in (first..).zip(entries).zip(tile.chunks_exact(Hash::BYTES)) {
            let hash = leaf_hash(bytes);
            if hash.as_bytes() != known {
                return Err(VerifyError::Entry { entry });
            }
            self.entry(entry, bytes)?;
            let mut full = Vec::new();
            self.tiles
                .push(hash, &mut |at, bytes| full.push((at, bytes.to_vec())));
            full.into_iter()
                .try_for_each(|(at, bytes)| self.compare(at, &bytes))?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: u64, bytes: &[u8]) -> Result<(), VerifyError> {
        let leaf = Leaf::parse(bytes).map_err(|error| VerifyError::Leaf { entry, error })?;
        let at = leaf.kind as usize;
        if let Some(count) = self.counts.get_mut(at) {
            *count += 1;
        }
        match (leaf.kind, leaf.intent) {
            (crate::Kind::Intent, _) => drop(self.open.insert(entry)),
            (crate::Kind::Event, _) => {}
            (crate::Kind::Outcome, intent) => {
                let intent = intent.unwrap_or(u64::MAX);
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

    fn tile(&self, at: TileCoordinate) -> Result<Vec<u8>, VerifyError> {
        read(self.folder, &at.path())
    }

    fn compare(&self, at: TileCoordinate, bytes: &[u8]) -> Result<(), VerifyError> {
        match self.tile(at)? == bytes {
            true => Ok(()),
            false => Err(VerifyError::Tile { path: at.path() }),
        }
    }

    fn partial_tiles(&self) -> Result<(), VerifyError> {
        self.tiles
            .partial()
            .try_for_each(|(at, bytes)| self.compare(at, bytes))
    }
}

#[cfg(test)]
mod tests;
