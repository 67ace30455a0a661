//! A run of entries under a root: which part of a log somebody is shown, proved against the whole of it.
//!
//! Whoever has the entries `first` to before `end` of a tree, and the roots of the perfect subtrees to the left and to
//! the right of them, can compute the root of the tree. So a part of a log can be handed out, all of it between two
//! entries and nothing of the rest, and still be held against a signed checkpoint.

use crate::edge::{Edge, EdgeError};
use crate::hash::Hash;
use crate::prove::ProveError;
use crate::reader::{TileReader, Tree};

/// What lies beside a run of entries: the roots of perfect subtrees, from left to right.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RangeProof {
    /// Those over the entries before the run.
    pub before: Vec<Hash>,
    /// Those over the entries after it.
    pub after: Vec<Hash>,
}

/// Why a run of entries is not in a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// Hashes before the run that no tree has there.
    #[error(transparent)]
    Before(#[from] EdgeError),
    /// More entries than the tree has.
    #[error("the entries go on to {end}, and the tree has {size}")]
    Beyond {
        /// The number after the last of them.
        end: u64,
        /// The size of the tree.
        size: u64,
    },
    /// Another number of hashes after the run than there are subtrees.
    #[error("after entry {end} a tree of {size} entries has {expected} subtrees, not {found}")]
    After {
        /// The number after the last entry.
        end: u64,
        /// The size of the tree.
        size: u64,
        /// How many subtrees there are.
        expected: usize,
        /// How many hashes were given.
        found: usize,
    },
    /// Another root.
    #[error("the entries and the hashes beside them give another root than the tree has")]
    Root,
}

/// Proves where the entries from `first` to before `end` stand in the tree of `size` entries.
///
/// # Errors
/// When the tree does not have them, or a tile cannot be read.
pub fn prove_range<R: TileReader>(
    first: u64,
    end: u64,
    size: u64,
    reader: &R,
) -> Result<RangeProof, ProveError<R::Error>> {
    if end > size {
        return Err(ProveError::NoEntry {
            index: end.saturating_sub(1),
            size,
        });
    }
    if first > end {
        return Err(ProveError::Shrinks {
            old: first,
            size: end,
        });
    }
    let mut tree = Tree::new(size, reader)?;
    let mut roots = |start, end| -> Result<Vec<Hash>, ProveError<R::Error>> {
        let subtrees = subtrees(start, end);
        let roots = subtrees.map(|(at, height)| tree.range(at, at.saturating_add(1 << height)));
        Ok(roots.collect::<Result<_, _>>()?)
    };
    Ok(RangeProof {
        before: roots(0, first)?,
        after: roots(end, size)?,
    })
}

/// A check of a run of entries, which are given one after another.
#[derive(Debug, Clone)]
pub struct RangeCheck {
    edge: Edge,
}

impl RangeCheck {
    /// Begins at entry `first`, after these subtrees.
    ///
    /// # Errors
    /// When there are not as many as lie before that entry.
    pub fn begin(first: u64, before: Vec<Hash>) -> Result<Self, RangeError> {
        let edge = Edge::from_hashes(first, before)?;
        Ok(Self { edge })
    }

    /// Takes the hash of the next entry.
    pub fn push(&mut self, leaf: Hash) {
        self.edge.push(leaf);
    }

    /// The number of the entry that would come next.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.edge.size()
    }

    /// Ends with the subtrees after the run, and compares with the tree of this size and root.
    ///
    /// # Errors
    /// When it is another tree.
    pub fn end(self, after: &[Hash], size: u64, root: Hash) -> Result<(), RangeError> {
        let Self { mut edge } = self;
        let end = edge.size();
        if end > size {
            return Err(RangeError::Beyond { end, size });
        }
        let expected = subtrees(end, size).count();
        if expected != after.len() {
            let found = after.len();
            return Err(RangeError::After {
                end,
                size,
                expected,
                found,
            });
        }
        for ((_, height), hash) in subtrees(end, size).zip(after) {
            edge.push_subtree(height, *hash);
        }
        if edge.root() == root {
            Ok(())
        } else {
            Err(RangeError::Root)
        }
    }
}

/// The perfect subtrees over the entries from `start` to before `end`, as large as they can be: where each begins, and
/// its height.
fn subtrees(start: u64, end: u64) -> impl Iterator<Item = (u64, u32)> {
    let mut at = start;
    std::iter::from_fn(move || {
        let fits = end.saturating_sub(at).checked_ilog2()?;
        let height = if at == 0 {
            fits
        } else {
            fits.min(at.trailing_zeros())
        };
        let begins = at;
        at = at.saturating_add(1 << height);
        Some((begins, height))
    })
}
