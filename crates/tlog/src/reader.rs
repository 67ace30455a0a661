//! Reading the hashes of a tree out of its tiles.

use crate::hash::{Hash, fold, perfect_root};
use crate::tile::{TILE_WIDTH, TileCoordinate, width_of};
use std::collections::BTreeMap;
use std::error::Error;

/// Where tiles come from: a folder, a bucket, a server, memory.
pub trait TileReader {
    /// Why a tile could not be read.
    type Error: Error + 'static;

    /// The bytes of a tile: its hashes one after another. More hashes than `at` asks for are left aside, so that a
    /// reader may answer with the full tile where the partial one is gone.
    ///
    /// # Errors
    /// When the tile cannot be read.
    fn tile(&self, at: TileCoordinate) -> Result<Vec<u8>, Self::Error>;
}

/// Why the hashes of a tree could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError<E: Error + 'static> {
    /// The reader had no such tile.
    #[error("`{path}` cannot be read")]
    Read {
        /// The path of the tile.
        path: String,
        /// What the reader said.
        #[source]
        source: E,
    },
    /// A tile is not a whole number of hashes, or has too few or more than 256.
    #[error("`{path}` has {bytes} bytes, which is not {needed} hashes")]
    Width {
        /// The path of the tile.
        path: String,
        /// How many bytes it has.
        bytes: usize,
        /// How many hashes it must have at least.
        needed: u16,
    },
    /// A tree larger than [`crate::MAX_SIZE`].
    #[error("a tree of {size} entries is too large")]
    TooLarge {
        /// Its size.
        size: u64,
    },
}

/// The bytes of exactly the hashes that a coordinate names.
pub(crate) fn read_tile<R: TileReader>(
    reader: &R,
    at: TileCoordinate,
) -> Result<Vec<u8>, TileError<R::Error>> {
    let mut bytes = reader.tile(at).map_err(|source| TileError::Read {
        path: at.path(),
        source,
    })?;
    let needed = usize::from(at.width()) * Hash::BYTES;
    let most = usize::from(TILE_WIDTH) * Hash::BYTES;
    if bytes.len() < needed || bytes.len() > most || !bytes.len().is_multiple_of(Hash::BYTES) {
        return Err(TileError::Width {
            path: at.path(),
            bytes: bytes.len(),
            needed: at.width(),
        });
    }
    bytes.truncate(needed);
    Ok(bytes)
}

/// The hashes of a tile.
pub(crate) fn hashes_of(bytes: &[u8]) -> Vec<Hash> {
    bytes
        .as_chunks()
        .0
        .iter()
        .copied()
        .map(Hash::from_bytes)
        .collect()
}

/// The tree of a certain size over a reader; each tile is read once.
pub(crate) struct Tree<'r, R: TileReader> {
    reader: &'r R,
    size: u64,
    read: BTreeMap<TileCoordinate, Vec<Hash>>,
}

impl<'r, R: TileReader> Tree<'r, R> {
    pub(crate) fn new(size: u64, reader: &'r R) -> Result<Self, TileError<R::Error>> {
        if size > crate::MAX_SIZE {
            return Err(TileError::TooLarge { size });
        }
        Ok(Self {
            reader,
            size,
            read: BTreeMap::new(),
        })
    }

    /// The root over the entries from `start` to before `end`, where `start` is a multiple of the largest power of
    /// two that fits between them; every range of a proof is.
    pub(crate) fn range(&mut self, start: u64, end: u64) -> Result<Hash, TileError<R::Error>> {
        let (mut at, mut subtrees) = (start, Vec::new());
        while let Some(height) = end.saturating_sub(at).checked_ilog2() {
            subtrees.push(self.perfect(height, at >> height)?);
            at += 1 << height;
        }
        Ok(fold(&subtrees))
    }

    /// The root of the perfect subtree of 2^`height` entries that begins at `index` times that.
    fn perfect(&mut self, height: u32, index: u64) -> Result<Hash, TileError<R::Error>> {
        let (level, within) = (height / 8, height % 8);
        let first = index << within;
        let tile = first / u64::from(TILE_WIDTH);
        let width = width_of(tile, self.size >> (level * 8));
        let Some(at) = u8::try_from(level)
            .ok()
            .and_then(|level| TileCoordinate::new(level, tile, width))
        else {
            return Err(TileError::TooLarge { size: self.size });
        };
        let row = match self.read.entry(at) {
            std::collections::btree_map::Entry::Occupied(row) => row.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(hashes_of(&read_tile(self.reader, at)?))
            }
        };
        let skipped = usize::try_from(first % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
        Ok(perfect_root(
            row.iter().skip(skipped).take(1 << within).copied().collect(),
        ))
    }
}
