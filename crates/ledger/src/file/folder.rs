//! The folder in which a log lies: segments, the keys of people, and what is published.

use super::writer::{Medium, Segment};
use crate::CheckpointError;
use rustix::fs::FallocateFlags;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// File of the keys of people.
const PEOPLE: &str = "people.keys";

/// A folder of segments, locked against a second writer.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Held open, and with it the lock, as long as this lives.
    _lock: File,
    /// The keys of people: held open, so that a system without more files still lets the log go on.
    keys: File,
    /// Where they end; what a failed write has left behind that is nothing.
    keys_end: u64,
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
    /// The clock stands behind what is recorded.
    #[error(
        "the clock stands behind the newest entry, of {newest}; what it says of validity cannot be trusted"
    )]
    ClockSetBack {
        /// When that was made.
        newest: String,
    },
    /// A witness has seen more than is there, or other entries.
    #[error("{reason}")]
    Witnessed {
        /// Which witness, what it has seen, and what to do.
        reason: String,
    },
    /// The store has seen more than is there, or other entries, or does not say.
    #[error("{reason}")]
    Elsewhere {
        /// What it has seen, and what to do.
        reason: String,
    },
    /// What was kept is not what is there.
    #[error("the ledger was changed or damaged: {reason}")]
    Damaged {
        /// What is wrong, and with which entry.
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

impl From<CheckpointError> for OpenError {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::File(error) => error.into(),
            CheckpointError::Format(error) => Self::of(error),
        }
    }
}

impl Folder {
    /// Opens a folder, which is made if it is not there, and locks it.
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
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
        let keys = path.join(PEOPLE);
        let keys = OpenOptions::new().create(true).append(true).open(keys)?;
        name_is_durable(path)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
            keys,
            keys_end: people(path)?.len() as u64,
        })
    }
}

fn name_is_durable(path: &Path) -> io::Result<()> {
    File::open(path).and_then(|folder| folder.sync_all())
}

/// Numbers of the segments in a folder, in order.
pub(crate) fn segments(path: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(path)? {
        numbers.extend(entry?.file_name().to_str().and_then(number_of));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Where a segment lies.
pub(crate) fn segment(path: &Path, number: u64) -> PathBuf {
    path.join(format!("segment-{number:08}.log"))
}

/// Records of the keys of people, without a last one that is not whole.
pub(crate) fn people(path: &Path) -> io::Result<Vec<u8>> {
    let records = read_or_empty(&path.join(PEOPLE))?;
    Ok(crate::person_keys::whole(&records).to_vec())
}

fn read_or_empty(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read,
    }
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix("segment-")?.strip_suffix(".log")?.parse().ok()
}

impl Medium for Folder {
    fn begin(&mut self, number: u64) -> io::Result<Box<dyn Segment>> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(segment(&self.path, number))?;
        // the name of a file is durable only once its folder is
        if let Err(error) = name_is_durable(&self.path) {
            self.discard(number)?;
            return Err(error);
        }
        Ok(Box::new(Prepared {
            file,
            end: 0,
            prepared: 0,
            can_prepare: true,
        }))
    }

    fn discard(&mut self, number: u64) -> io::Result<()> {
        fs::remove_file(segment(&self.path, number))
    }

    fn keep_keys(&mut self, records: &[u8]) -> io::Result<()> {
        if self.keys.metadata()?.len() != self.keys_end {
            // what a failed write has left is taken away before anything is put after it
            self.keys.set_len(self.keys_end)?;
        }
        self.keys.write_all(records)?;
        self.keys.sync_all()?;
        self.keys_end += records.len() as u64;
        Ok(())
    }
}

/// Bytes by which a segment is made longer ahead of what is written, so that a wait for the disk is one for the entries
/// alone, and not for the length of the file too.
const AHEAD: u64 = 4 * 1024 * 1024;

/// A segment whose file is longer than what is written in it, and ends with zeros.
struct Prepared {
    file: File,
    /// Where what is written ends.
    end: u64,
    /// Where the file ends.
    prepared: u64,
    /// The file system can make files longer ahead, as far as is known, and has the room.
    can_prepare: bool,
}

impl Prepared {
    fn prepare(&mut self, end: u64) {
        if !self.can_prepare || end <= self.prepared {
            return;
        }
        let prepared = end.saturating_add(AHEAD);
        let more = prepared - self.prepared;
        match rustix::fs::fallocate(&self.file, FallocateFlags::empty(), self.prepared, more) {
            Ok(()) => self.prepared = prepared,
            // it is written all the same, as far as there is room
            Err(_) => self.can_prepare = false,
        }
    }
}

impl Segment for Prepared {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let end = self.end.saturating_add(bytes.len() as u64);
        self.prepare(end);
        self.file.write_all_at(bytes, self.end)?;
        self.end = end;
        Ok(())
    }

    fn synchronise(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }
}

impl Drop for Prepared {
    /// Gives back what was prepared and not used. If that fails, zeros stay.
    fn drop(&mut self) {
        if self.prepared > self.end {
            let _ = self.file.set_len(self.end);
        }
    }
}

/// Reads a file whole, which is at most a segment long.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}
