//! A log as others read it: checkpoint, tiles and bundles of a folder, by the paths that `tlog-tiles` gives them, and
//! proofs of single entries.
//!
//! A path is taken only if it is exactly the one of a tile or a bundle, so there is none that leads elsewhere. What was
//! not full at a checkpoint goes as the log grows; whoever still asks for it gets the beginning of what took its place,
//! which is the same.

use crate::checkpoint::{self, CHECKPOINT, CheckpointError, WITNESSED};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tlog::proof::Proof;
use tlog::{
    BundleCoordinate, Hash, ProveError, SignedCheckpoint, TILE_WIDTH, TileCoordinate, TileReader, bundle,
    prove_inclusion,
};

/// How often it is looked again for what was replaced while it was looked for.
const LOOKS: usize = 4;

/// What is published in a folder.
#[derive(Clone, Debug)]
pub struct PublishedLog {
    folder: PathBuf,
}

/// Something of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// A checkpoint, which another one follows: text.
    Checkpoint(Vec<u8>),
    /// A tile or a bundle, whose bytes never change.
    Lasting(Vec<u8>),
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum PublishedError {
    /// A file cannot be read.
    #[error("a file of the log cannot be read: {}", .0.kind())]
    File(#[from] io::Error),
    /// The checkpoint cannot be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The tiles give no proof.
    #[error("the log gives no proof: {0}")]
    Proof(#[from] ProveError<io::Error>),
    /// A bundle is none.
    #[error("a bundle of the log is none: {0}")]
    Bundle(#[from] bundle::BundleError),
}

impl PublishedLog {
    /// The log that lies in this folder, or will.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// What stands at a path beneath the prefix of the log: `checkpoint`, `checkpoint.witnessed`, or the path of a tile
    /// or a bundle; `None`: nothing.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn at(&self, path: &str) -> Result<Option<Published>, PublishedError> {
        let found = if let Some(name) = [CHECKPOINT, WITNESSED].into_iter().find(|name| *name == path) {
            fs::read(self.folder.join(name)).map(Published::Checkpoint)
        } else if let Ok(at) = TileCoordinate::parse(path) {
            self.whole_tile(at).map(Published::Lasting)
        } else if let Ok(at) = BundleCoordinate::parse(path) {
            return self.bundle(at).map(|found| found.map(Published::Lasting));
        } else {
            return Ok(None);
        };
        Ok(there(found)?)
    }

    /// A proof that an entry is in the log, with the entry's own bytes as what else it says; `None`: there is no such
    /// entry yet. It is under the newest checkpoint that witnesses have cosigned if that has the entry, else under the
    /// newest.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn proof(&self, entry: u64) -> Result<Option<Proof>, PublishedError> {
        let has = |signed: &SignedCheckpoint| entry < signed.checkpoint().size();
        // one that cannot be read is as none: the newest is there beside it
        let witnessed = checkpoint::witnessed(&self.folder).ok().flatten().filter(has);
        let signed = match witnessed {
            None => checkpoint::read(&self.folder)?.filter(has),
            witnessed => witnessed,
        };
        let Some(checkpoint) = signed else {
            return Ok(None);
        };
        let size = checkpoint.checkpoint().size();
        let Some(at) = BundleCoordinate::containing(entry, size) else {
            return Ok(None);
        };
        let bytes = widest(&self.folder, (at.width(), &at.path(), &at.full().path()))?;
        let entries = first_entries(&bytes, at.width())?;
        let within = usize::try_from(entry % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
        let Some(leaf) = entries.get(within) else {
            return Ok(None);
        };
        Ok(Some(Proof {
            extra: leaf.to_vec(),
            index: entry,
            hashes: prove_inclusion(entry, size, self)?,
            checkpoint,
        }))
    }

    fn whole_tile(&self, at: TileCoordinate) -> io::Result<Vec<u8>> {
        let mut bytes = self.tile(at)?;
        let needed = usize::from(at.width()) * Hash::BYTES;
        if bytes.len() < needed {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.truncate(needed);
        Ok(bytes)
    }

    fn bundle(&self, at: BundleCoordinate) -> Result<Option<Vec<u8>>, PublishedError> {
        let found = widest(&self.folder, (at.width(), &at.path(), &at.full().path()));
        let Some(bytes) = there(found)? else {
            return Ok(None);
        };
        Ok(Some(bundle::encode(first_entries(&bytes, at.width())?)?))
    }
}

impl TileReader for PublishedLog {
    type Error = io::Error;

    fn tile(&self, at: TileCoordinate) -> io::Result<Vec<u8>> {
        widest(&self.folder, (at.width(), &at.path(), &at.full().path()))
    }
}

/// The first entries of a bundle that may have more.
pub(crate) fn first_entries(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, bundle::BundleError> {
    let mut of_width = Err(bundle::BundleError::Count { found: 0 });
    for has in width..=TILE_WIDTH {
        of_width = bundle::decode(bytes, has);
        if !matches!(of_width, Err(bundle::BundleError::Follows { .. })) {
            break;
        }
    }
    let mut entries = of_width?;
    entries.truncate(width.into());
    Ok(entries)
}

fn there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

/// The file of a tile or a bundle, or what it has grown to since: the full one, or the widest of those that are not.
pub(crate) fn widest(folder: &Path, (width, path, full): (u16, &str, &str)) -> io::Result<Vec<u8>> {
    let mut looks = 0;
    loop {
        looks += 1;
        // what is looked for may be replaced by a wider one in between
        match look(folder, (width, path, full)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && looks < LOOKS => {}
            found => return found,
        }
    }
}

fn look(folder: &Path, (width, path, full): (u16, &str, &str)) -> io::Result<Vec<u8>> {
    for path in [path, full] {
        if let Some(bytes) = there(fs::read(folder.join(path)))? {
            return Ok(bytes);
        }
    }
    let mut widest: Option<(u16, PathBuf)> = None;
    for entry in fs::read_dir(folder.join(format!("{full}.p")))? {
        let path = entry?.path();
        let found = path.file_name().and_then(|name| name.to_str()?.parse().ok());
        widest = widest.max(found.map(|found| (found, path)));
    }
    match widest {
        Some((found, path)) if found >= width => fs::read(path),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

#[cfg(test)]
mod tests;
