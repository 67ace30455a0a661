//! The folder in which segments lie.

use super::writer::{Medium, Segment};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A folder of segments, locked against a second writer.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Held open, and with it the lock, as long as this lives.
    _lock: File,
}

/// Why a folder cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process writes to it.
    #[error("another process has the ledger open; two writers would make two records of one thing")]
    InUse,
    /// It cannot be read or written.
    #[error("the folder of the ledger cannot be used: {reason}")]
    Unusable {
        /// What the system said, without any path.
        reason: String,
    },
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Unusable {
            reason: error.kind().to_string(),
        }
    }
}

impl Folder {
    /// Opens a folder and finds the number of the next segment.
    pub(super) fn open(path: &Path) -> Result<(Self, u64), OpenError> {
        fs::create_dir_all(path)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::InUse,
            TryLockError::Error(error) => error.into(),
        })?;
        let mut next = 1;
        for entry in fs::read_dir(path)? {
            let name = entry?.file_name();
            if let Some(number) = name.to_str().and_then(number_of) {
                next = next.max(number.saturating_add(1));
            }
        }
        Ok((
            Self {
                path: path.to_owned(),
                _lock: lock,
            },
            next,
        ))
    }

    fn segment(&self, number: u64) -> PathBuf {
        self.path.join(format!("segment-{number:08}.jsonl"))
    }
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix("segment-")?
        .strip_suffix(".jsonl")?
        .parse()
        .ok()
}

impl Medium for Folder {
    fn begin(&mut self, number: u64) -> io::Result<Box<dyn Segment>> {
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(self.segment(number))?;
        // the name of a file is durable only once its folder is
        if let Err(error) = File::open(&self.path).and_then(|folder| folder.sync_all()) {
            self.discard(number)?;
            return Err(error);
        }
        Ok(Box::new(file))
    }

    fn discard(&mut self, number: u64) -> io::Result<()> {
        fs::remove_file(self.segment(number))
    }
}

impl Segment for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn synchronise(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}
