//! What others read of a log: tiles, bundles of entries, and a signed checkpoint, as `tlog-tiles` has them.
//!
//! All of it follows from the segments. What is full is written once and synchronised; what is not full is written anew
//! under the name of its width, and the former one goes. The checkpoint comes last, so that whoever reads it finds what it
//! speaks of.

use super::OpenError;
use super::progress::{Durable, Progress};
use super::recover::Found;
use super::sighted::{SightError, Sighted};
use super::witnessed::Gate;
use crate::checkpoint::{self, CHECKPOINT};
use crate::identity::LogIdentity;
use crate::published::widest;
use crate::reading::{Follower, ReadingError};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tlog::{BundleCoordinate, Checkpoint, TileCoordinate, TileReader, Tiles, bundle};

/// Entries of a full tile and of a full bundle.
const WIDTH: u64 = tlog::TILE_WIDTH as u64;

/// Publishes a log.
pub(super) struct Publisher {
    folder: PathBuf,
    identity: LogIdentity,
    gate: Arc<Gate>,
    sighted: Sighted,
    state: Option<State>,
    /// What was published cannot be gone on with.
    is_anew: bool,
}

/// What has been published, and what has been read of the rest.
struct State {
    follower: Follower,
    tiles: Tiles,
    /// Entries of the bundle that is not full.
    bundle: Vec<u8>,
    /// Files of what is not full.
    partial: BTreeSet<String>,
    /// Files of what has become full since the last checkpoint.
    full: Vec<String>,
    published: u64,
}

/// Why a log is not published.
#[derive(Debug, thiserror::Error)]
enum PublishError {
    #[error("a file cannot be written: {}", .0.kind())]
    File(#[from] io::Error),
    #[error(transparent)]
    Reading(#[from] ReadingError),
    #[error("an entry is too long for a bundle")]
    Bundle,
    #[error("the tree that was read is not the one that was kept")]
    OtherTree,
    #[error("the checkpoint cannot be signed")]
    Sign,
    #[error(transparent)]
    Sight(#[from] SightError),
}

/// Compares what was found with the last checkpoint.
///
/// # Errors
/// When the checkpoint speaks of entries that are not there, or of other ones, or was not signed by this log.
pub(super) fn check(folder: &Path, identity: &LogIdentity, found: &Found) -> Result<(), OpenError> {
    let Some(checkpoint) = read_checkpoint(folder, identity)? else {
        return Ok(());
    };
    let (size, has) = (checkpoint.size(), found.edge.size());
    if size > has {
        let reason = format!("the checkpoint has {size} entries, and {has} are there");
        return Err(OpenError::Damaged { reason });
    }
    let known = found.roots.iter().find(|(at, _)| *at == size);
    match known {
        Some((_, root)) if *root != checkpoint.root() => Err(OpenError::Damaged {
            reason: format!("the {size} entries under the checkpoint are not the ones that are there"),
        }),
        _ => Ok(()),
    }
}

fn read_checkpoint(folder: &Path, identity: &LogIdentity) -> Result<Option<Checkpoint>, OpenError> {
    let Some(signed) = checkpoint::read(folder)? else {
        return Ok(None);
    };
    signed
        .verified_by(&identity.verifier_keys())
        .map_err(OpenError::of)?;
    let checkpoint = signed.checkpoint();
    if checkpoint.origin() != &*identity.origin() {
        let reason = "its checkpoint is that of another log".to_owned();
        return Err(OpenError::Damaged { reason });
    }
    Ok(Some(checkpoint.clone()))
}

impl Publisher {
    pub(super) fn open(folder: &Path, identity: LogIdentity, gate: Arc<Gate>, sighted: Sighted) -> Self {
        Self {
            folder: folder.to_owned(),
            identity,
            gate,
            sighted,
            state: None,
            is_anew: false,
        }
    }

    /// Publishes again and again, until nothing more comes.
    pub(super) fn run(mut self, progress: &Progress, every: Duration) {
        let mut has_failed = false;
        loop {
            let durable = progress.after(every);
            match self.publish(durable) {
                Ok(()) => (has_failed, self.is_anew) = (false, false),
                Err(error) => {
                    // what is half done is done again, and from the beginning where it is not to be trusted
                    self.state = None;
                    self.is_anew |= !matches!(error, PublishError::File(_) | PublishError::Sight(_));
                    if !std::mem::replace(&mut has_failed, true) {
                        tracing::error!(%error, "the ledger cannot be published; entries are kept all the same");
                    }
                }
            }
            if durable.is_final {
                return;
            }
        }
    }

    fn publish(&mut self, durable: Durable) -> Result<(), PublishError> {
        if self.gate.turn().is_none() {
            return Ok(());
        }
        let state = match self.state.take() {
            Some(state) => self.state.insert(state),
            None if self.is_anew => self.state.insert(State::anew(&self.folder)?),
            None => self.state.insert(State::resume(&self.folder)?),
        };
        if state.published == durable.size && durable.size > 0 {
            // whoever has lost the log learns it even if nothing happens
            return Ok(self.sighted.shows(durable).map(drop)?);
        }
        state.read_up_to(&self.folder, durable.size)?;
        let edge = state.tiles.edge();
        if (edge.size(), edge.root()) != (durable.size, durable.root) {
            return Err(PublishError::OtherTree);
        }
        state.write_partial(&self.folder)?;
        if !self.sign(durable)? {
            self.state = None;
            return Ok(());
        }
        if let Some(state) = &mut self.state {
            state.tidy(&self.folder);
        }
        Ok(())
    }

    /// Signs, if anything may be signed; whether it was.
    fn sign(&self, durable: Durable) -> Result<bool, PublishError> {
        if !self.sighted.shows(durable)? {
            return Ok(false);
        }
        let Some(_turn) = self.gate.turn() else {
            return Ok(false);
        };
        let checkpoint = Checkpoint::new(&*self.identity.origin(), durable.size, durable.root);
        let signed = self
            .identity
            .sign_checkpoint(checkpoint.map_err(|_| PublishError::Sign)?);
        let note = signed.map_err(|_| PublishError::Sign)?.to_string();
        write(&self.folder, CHECKPOINT, note.as_bytes(), true)?;
        Ok(true)
    }
}

impl State {
    /// Goes on after the last full bundle whose tiles are there; else from the beginning.
    fn resume(folder: &Path) -> Result<Self, PublishError> {
        // one that cannot be read is as none: what it spoke of is made anew
        let checkpoint = checkpoint::read(folder).ok().flatten();
        let published = checkpoint.map_or(0, |signed| signed.checkpoint().size());
        let from = published - published % WIDTH;
        match Tiles::from_reader(from, &Published(folder)) {
            Ok(tiles) => Ok(Self::new(Follower::open(folder, from)?, tiles, published)),
            Err(_) => Self::anew(folder),
        }
    }

    fn anew(folder: &Path) -> Result<Self, PublishError> {
        Ok(Self::new(Follower::open(folder, 0)?, Tiles::new(), 0))
    }

    fn new(follower: Follower, tiles: Tiles, published: u64) -> Self {
        Self {
            follower,
            tiles,
            bundle: Vec::new(),
            partial: BTreeSet::new(),
            full: Vec::new(),
            published,
        }
    }

    fn read_up_to(&mut self, folder: &Path, size: u64) -> Result<(), PublishError> {
        while self.tiles.edge().size() < size {
            let (number, entry) = self.follower.next(size)?.ok_or(PublishError::OtherTree)?;
            let mut full = Vec::new();
            self.tiles.push(tlog::leaf_hash(&entry.leaf), &mut |at, bytes| {
                full.push((at.path(), bytes.to_vec()))
            });
            bundle::append(&mut self.bundle, &entry.leaf).map_err(|_| PublishError::Bundle)?;
            for (path, bytes) in full {
                write(folder, &path, &bytes, true)?;
                self.full.push(path);
            }
            if (number + 1) % WIDTH == 0 {
                let at = BundleCoordinate::containing(number, number + 1).ok_or(PublishError::Bundle)?;
                write(folder, &at.path(), &std::mem::take(&mut self.bundle), true)?;
                self.full.push(at.path());
            }
        }
        Ok(())
    }

    /// Writes what is not full.
    fn write_partial(&mut self, folder: &Path) -> Result<(), PublishError> {
        let mut partial = BTreeSet::new();
        for (at, bytes) in self.tiles.partial() {
            write(folder, &at.path(), bytes, false)?;
            partial.insert(at.path());
        }
        let size = self.tiles.edge().size();
        if let (false, Some(last)) = (self.bundle.is_empty(), size.checked_sub(1)) {
            let at = BundleCoordinate::containing(last, size).ok_or(PublishError::Bundle)?;
            write(folder, &at.path(), &self.bundle, false)?;
            partial.insert(at.path());
        }
        self.published = size;
        self.partial = partial;
        Ok(())
    }

    /// Removes what the newest checkpoint does not speak of any more: of what is full, all parts, and of what is not, all
    /// but the newest, whoever left them.
    fn tidy(&mut self, folder: &Path) {
        for path in self.full.drain(..) {
            let _ = fs::remove_dir_all(folder.join(format!("{path}.p")));
        }
        for path in &self.partial {
            let newest = folder.join(path);
            let parts = newest.parent().and_then(|parts| fs::read_dir(parts).ok());
            for part in parts.into_iter().flatten().flatten() {
                if part.path() != newest {
                    let _ = fs::remove_file(part.path());
                }
            }
        }
    }
}

/// Reads tiles of a folder.
pub(super) struct Published<'a>(pub(super) &'a Path);

impl TileReader for Published<'_> {
    type Error = io::Error;

    fn tile(&self, at: TileCoordinate) -> io::Result<Vec<u8>> {
        widest(self.0, (at.width(), &at.path(), &at.full().path()))
    }
}

fn write(folder: &Path, path: &str, bytes: &[u8], is_lasting: bool) -> io::Result<()> {
    write_beside(folder, (path, "publishing"), bytes, is_lasting)
}

/// Puts a file in its place, whole or not at all; it is written under another name, which each writer has of its own.
pub(super) fn write_beside(
    folder: &Path,
    (path, beside): (&str, &str),
    bytes: &[u8],
    is_lasting: bool,
) -> io::Result<()> {
    let target = folder.join(path);
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent)?;
    }
    let beside = folder.join(beside);
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    if is_lasting {
        file.sync_data()?;
    }
    fs::rename(&beside, target)
}
