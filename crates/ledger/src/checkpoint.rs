//! The newest checkpoint of a log, as it lies in its folder.

use std::fs;
use std::io;
use std::path::Path;
use tlog::{FormatError, SignedCheckpoint};

/// File of the newest checkpoint.
pub const CHECKPOINT: &str = "checkpoint";

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
    match fs::read(folder.join(CHECKPOINT)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        note => Ok(Some(SignedCheckpoint::parse(&note?)?)),
    }
}
