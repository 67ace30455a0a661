//! What can be wrong with a log.

use crate::leaf::LeafError;

/// What does not hold.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file is missing or cannot be read.
    #[error("`{path}` cannot be read: {reason}")]
    File {
        /// Its path beneath the prefix of the log.
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
    /// The earlier checkpoint is none of this log.
    #[error("the earlier checkpoint does not hold: {reason}")]
    Since {
        /// What is wrong.
        reason: String,
    },
    /// The log has fewer entries than it had.
    #[error("the log has {size} entries, and had {had} under {whose}")]
    Shrunk {
        /// How many it has.
        size: u64,
        /// How many it had.
        had: u64,
        /// What says so.
        whose: &'static str,
    },
    /// The log does not begin with what it had.
    #[error("the first {size} entries are not those that were under {whose}: the log was written anew")]
    Rewritten {
        /// How many it had.
        size: u64,
        /// What says so.
        whose: &'static str,
    },
    /// A witness that was named has not cosigned, or its cosignature does not verify.
    #[error("the witnesses do not hold: {reason}")]
    Witness {
        /// What is wrong.
        reason: String,
    },
    /// A bundle has not what it should.
    #[error("`{path}`, which begins with entry {first}, does not hold: {reason}")]
    Bundle {
        /// Its path beneath the prefix of the log.
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
    /// An entry of a witness's log is no checkpoint, or none that it may have cosigned.
    #[error("entry {entry}: {reason}")]
    Watched {
        /// Its number.
        entry: u64,
        /// What is wrong.
        reason: String,
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
        /// Its path beneath the prefix of the log.
        path: String,
    },
    /// The entries give another root.
    #[error("the {size} entries give another root than the checkpoint has")]
    Root {
        /// How many there are.
        size: u64,
    },
}
