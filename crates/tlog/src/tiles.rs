//! The tiles of a growing tree: full ones are given out, those that are not full yet are kept.

use crate::edge::Edge;
use crate::hash::{Hash, perfect_root};
use crate::reader::{TileError, TileReader, hashes_of, read_tile};
use crate::tile::{TILE_WIDTH, TileCoordinate, width_of};

const FULL_BYTES: usize = TILE_WIDTH as usize * Hash::BYTES;

/// How many levels of tiles the largest tree has.
const LEVELS: u8 = 8;

/// The tiles that change as a tree grows: the last one of each level, as far as it is filled.
///
/// A copy takes at most 64 KiB, 16 KiB for a log of 65,536 entries or fewer: who could not write a group of entries
/// goes back to the copy from before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tiles {
    edge: Edge,
    levels: Vec<Vec<u8>>,
}

impl Tiles {
    /// The tiles of the empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tiles of a tree of `size` entries, of which only the partial ones are read.
    ///
    /// Whether they are those of a certain tree shows in the root of [`Tiles::edge`], which the caller compares with
    /// what it trusts.
    ///
    /// # Errors
    /// When a tile cannot be read or has too few hashes, or the size is beyond [`crate::MAX_SIZE`].
    pub fn from_reader<R: TileReader>(size: u64, reader: &R) -> Result<Self, TileError<R::Error>> {
        if size > crate::MAX_SIZE {
            return Err(TileError::TooLarge { size });
        }
        let (mut levels, mut subtrees) = (Vec::new(), Vec::new());
        for level in 0..LEVELS {
            let count = size >> (u32::from(level) * 8);
            if count == 0 {
                break;
            }
            let index = count / u64::from(TILE_WIDTH);
            let mut bytes = match TileCoordinate::new(level, index, width_of(index, count)) {
                Some(at) => read_tile(reader, at)?,
                None => Vec::new(),
            };
            bytes.reserve_exact(FULL_BYTES.saturating_sub(bytes.len()));
            subtrees.push(perfect_subtrees(&hashes_of(&bytes)));
            levels.push(bytes);
        }
        let hashes = subtrees.into_iter().rev().flatten().collect();
        let edge = Edge::from_hashes(size, hashes).map_err(|_| TileError::TooLarge { size })?;
        Ok(Self { edge, levels })
    }

    /// Adds the hash of the next leaf; `full` is given each tile that this fills, the lowest level first.
    pub fn push(&mut self, leaf: Hash, full: &mut impl FnMut(TileCoordinate, &[u8])) {
        let Self { edge, levels } = self;
        edge.push_telling(leaf, |height, hash| {
            if height % 8 == 0 {
                let level = (height / 8) as usize;
                if levels.len() <= level {
                    levels.push(Vec::with_capacity(FULL_BYTES));
                }
                if let Some(tile) = levels.get_mut(level) {
                    tile.extend_from_slice(hash.as_bytes());
                }
            }
        });
        for (level, tile) in (0_u8..LEVELS)
            .zip(levels)
            .take_while(|(_, tile)| tile.len() == FULL_BYTES)
        {
            let filled = edge.size().checked_shr((u32::from(level) + 1) * 8).unwrap_or(0);
            if let Some(at) = TileCoordinate::new(level, filled.saturating_sub(1), TILE_WIDTH) {
                full(at, tile);
            }
            tile.clear();
        }
    }

    /// The tiles that are not full, the lowest level first; they change with the next entry.
    pub fn partial(&self) -> impl Iterator<Item = (TileCoordinate, &[u8])> {
        (0_u8..LEVELS).zip(&self.levels).filter_map(|(level, tile)| {
            let index = self
                .edge
                .size()
                .checked_shr((u32::from(level) + 1) * 8)
                .unwrap_or(0);
            let width = u16::try_from(tile.len() / Hash::BYTES).ok()?;
            Some((TileCoordinate::new(level, index, width)?, tile.as_slice()))
        })
    }

    /// The right edge of the tree: its size and root.
    #[must_use]
    pub fn edge(&self) -> &Edge {
        &self.edge
    }
}

/// The roots of the perfect subtrees over the hashes of one partial tile, the largest first.
fn perfect_subtrees(mut row: &[Hash]) -> Vec<Hash> {
    let mut roots = Vec::new();
    while let Some(power) = row.len().checked_ilog2() {
        let (subtree, rest) = row.split_at_checked(1 << power).unwrap_or((row, &[]));
        roots.push(perfect_root(subtree.to_vec()));
        row = rest;
    }
    roots
}
