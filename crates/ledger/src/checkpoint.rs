//! The checkpoints of a log, as they lie in its folder: the newest, and the newest that its witnesses have cosigned.

use std::fs;
use std::io;
use std::path::Path;
use tlog::{FormatError, SignedCheckpoint};

/// File of the newest checkpoint.
pub const CHECKPOINT: &str = "checkpoint";

/// File of the newest checkpoint that all witnesses of the log have cosigned.
pub const WITNESSED: &str = "checkpoint.witnessed";

/// Why a checkpoint cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Its file cannot be read.
    #[error("the checkpoint of the ledger cannot be read: {}", .0.kind())]
    File(#[from] io::Error),
    /// It is none.
    #[error("the checkpoint of the ledger is none: {0}")]
    Format(#[from] FormatError),
}

/// Reads the checkpoint of a log; `None`: nothing was published yet. Whose signatures it has is for the caller to check.
pub(crate) fn read(folder: &Path) -> Result<Option<SignedCheckpoint>, CheckpointError> {
    of_file(&folder.join(CHECKPOINT))
}

/// Reads the newest checkpoint that was cosigned; `None`: there is none.
pub(crate) fn witnessed(folder: &Path) -> Result<Option<SignedCheckpoint>, CheckpointError> {
    of_file(&folder.join(WITNESSED))
}

fn of_file(file: &Path) -> Result<Option<SignedCheckpoint>, CheckpointError> {
    match fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        note => Ok(Some(SignedCheckpoint::parse(&note?)?)),
    }
}
