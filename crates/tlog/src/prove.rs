//! Making proofs out of tiles: RFC 6962, sections 2.1.1 and 2.1.2.
//!
//! Tiles are taken as they are. Who does not trust them checks the proof against a root that is trusted.

use crate::hash::Hash;
use crate::reader::{TileError, TileReader, Tree};
use std::error::Error;

/// Why there is no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E: Error + 'static> {
    /// The tree has no such entry.
    #[error("a tree of {size} entries has no entry {index}")]
    NoEntry {
        /// The index asked for, counted from 0.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The older tree is the larger one.
    #[error("a tree of {old} entries is not an older state of one of {size}")]
    Shrinks {
        /// The size of the older tree.
        old: u64,
        /// The size of the newer tree.
        size: u64,
    },
    /// The hashes could not be read.
    #[error(transparent)]
    Tile(#[from] TileError<E>),
}

/// Proves that the entry `index` is in the tree of `size` entries: the hashes beside its path, from the leaf upwards.
///
/// # Errors
/// When the tree has no such entry, or a tile cannot be read.
pub fn prove_inclusion<R: TileReader>(
    index: u64,
    size: u64,
    reader: &R,
) -> Result<Vec<Hash>, ProveError<R::Error>> {
    if index >= size {
        return Err(ProveError::NoEntry { index, size });
    }
    let mut tree = Tree::new(size, reader)?;
    let (mut start, mut end, mut beside) = (0, size, Vec::new());
    while let Some(middle) = split(start, end) {
        if index < middle {
            beside.push((middle, end));
            end = middle;
        } else {
            beside.push((start, middle));
            start = middle;
        }
    }
    Ok(beside
        .into_iter()
        .rev()
        .map(|(start, end)| tree.range(start, end))
        .collect::<Result<_, _>>()?)
}

/// Proves that the tree of `size` entries begins with the tree of `old` entries. From nothing, and from the same
/// size, the proof is empty.
///
/// # Errors
/// When `old` is larger than `size`, or a tile cannot be read.
pub fn prove_consistency<R: TileReader>(
    old: u64,
    size: u64,
    reader: &R,
) -> Result<Vec<Hash>, ProveError<R::Error>> {
    if old > size {
        return Err(ProveError::Shrinks { old, size });
    }
    if old == 0 || old == size {
        return Ok(Vec::new());
    }
    let mut tree = Tree::new(size, reader)?;
    let (mut start, mut end, mut parts) = (0, size, Vec::new());
    while let Some(middle) = split(start, end).filter(|_| end != old) {
        if old <= middle {
            parts.push((middle, end));
            end = middle;
        } else {
            parts.push((start, middle));
            start = middle;
        }
    }
    // a subtree that is the whole older tree is known to whoever checks
    if start > 0 {
        parts.push((start, end));
    }
    Ok(parts
        .into_iter()
        .rev()
        .map(|(start, end)| tree.range(start, end))
        .collect::<Result<_, _>>()?)
}

/// Where a range of more than one entry is cut: after the largest power of two that is less than its length.
fn split(start: u64, end: u64) -> Option<u64> {
    let last = end.saturating_sub(start).checked_sub(1)?;
    Some(start + (1 << last.checked_ilog2()?))
}
