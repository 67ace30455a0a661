//! Checks a log, wherever its files come from, with nothing but public keys.
//!
//! A log holds when its checkpoint is signed, every bundle has the entries that the tiles commit to, every tile follows
//! from the entries, the root is that of the checkpoint, and no intent has two outcomes. What does not hold is named by the
//! first entry that it concerns. That the log has not been written anew as a whole, only an earlier checkpoint can show, or
//! a witness: both can be asked for.

mod entries;
mod error;
mod signed;
mod source;

pub use error::VerifyError;
pub use signed::{Cosigned, Wanted};
pub use source::{Folder, Source};

use entries::Known;
use signed::{Prefix, Signed};
use std::path::Path;
use tlog::note::VerifierKey;
use tlog::{BundleCoordinate, Hash, TileCoordinate, Tiles, bundle, leaf_hash};

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
    /// Checkpoints of other logs among them, in the log of a witness.
    pub checkpoints: u64,
    /// Entries under the earlier checkpoint, with which this log begins.
    pub since: Option<u64>,
    /// What all the witnesses that were named have cosigned.
    pub witnessed: Option<Cosigned>,
}

/// Checks the log in a folder by one or more of its public keys. `told` hears how many entries are done.
///
/// # Errors
/// The first thing that does not hold.
pub fn folder(folder: &Path, keys: &[VerifierKey], told: impl FnMut(u64)) -> Result<Verified, VerifyError> {
    let wanted = Wanted {
        keys,
        since: None,
        witnesses: &[],
    };
    log(&Folder(folder), &wanted, told)
}

/// Checks a log. `told` hears how many entries are done.
///
/// # Errors
/// The first thing that does not hold.
pub fn log(
    source: &dyn Source,
    wanted: &Wanted<'_>,
    mut told: impl FnMut(u64),
) -> Result<Verified, VerifyError> {
    let signed = Signed::read(source, wanted)?;
    let checkpoint = signed.checkpoint;
    let mut check = Check::new(source, &signed.prefixes, wanted.keys);
    check.prefixes()?;
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
    let counts = check.known.counts;
    Ok(Verified {
        origin: checkpoint.origin().to_owned(),
        size: checkpoint.size(),
        root: checkpoint.root(),
        keys: signed.keys,
        intents: counts.intents,
        outcomes: counts.outcomes,
        events: counts.events,
        checkpoints: counts.checkpoints,
        since: wanted.since.map(|since| since.checkpoint().size()),
        witnessed: signed.witnessed,
    })
}

/// A check on its way through the entries.
struct Check<'a> {
    source: &'a dyn Source,
    tiles: Tiles,
    prefixes: &'a [Prefix],
    known: Known<'a>,
}

impl<'a> Check<'a> {
    fn new(source: &'a dyn Source, prefixes: &'a [Prefix], keys: &'a [VerifierKey]) -> Self {
        Self {
            source,
            tiles: Tiles::new(),
            prefixes,
            known: Known::by(keys),
        }
    }

    fn bundle(&mut self, at: BundleCoordinate) -> Result<(), VerifyError> {
        let (path, first) = (at.path(), self.tiles.edge().size());
        let (bytes, width) = source::grown(self.source, (at.width(), &path, &at.full().path()))?;
        let entries = bundle::decode(&bytes, width).map_err(|error| VerifyError::Bundle {
            path,
            first,
            reason: error.to_string(),
        })?;
        let tile = self.tile(at.tile())?;
        for ((entry, bytes), known) in (first..).zip(entries).zip(tile.chunks_exact(Hash::BYTES)) {
            let hash = leaf_hash(bytes);
            if hash.as_bytes() != known {
                return Err(VerifyError::Entry { entry });
            }
            self.known.entry(entry, bytes)?;
            let mut full = Vec::new();
            self.tiles
                .push(hash, &mut |at, bytes| full.push((at, bytes.to_vec())));
            full.into_iter()
                .try_for_each(|(at, bytes)| self.compare(at, &bytes))?;
            self.prefixes()?;
        }
        Ok(())
    }

    /// Compares the tree so far with the earlier ones of this size.
    fn prefixes(&self) -> Result<(), VerifyError> {
        let edge = self.tiles.edge();
        let mut of_size = self.prefixes.iter().filter(|prefix| prefix.size == edge.size());
        match of_size.find(|prefix| prefix.root != edge.root()) {
            None => Ok(()),
            Some(prefix) => Err(VerifyError::Rewritten {
                size: prefix.size,
                whose: prefix.whose,
            }),
        }
    }

    fn tile(&self, at: TileCoordinate) -> Result<Vec<u8>, VerifyError> {
        let (mut bytes, width) = source::grown(self.source, (at.width(), &at.path(), &at.full().path()))?;
        if bytes.len() != usize::from(width) * Hash::BYTES {
            return Err(VerifyError::Tile { path: at.path() });
        }
        bytes.truncate(usize::from(at.width()) * Hash::BYTES);
        Ok(bytes)
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
