//! The right edge of a growing tree: all that is needed of the past to know the next root.

use crate::hash::{Hash, fold, node_hash};

/// The right edge of a tree: the roots of its perfect subtrees, one for each bit of its size.
///
/// It takes at most 2 KiB whatever the size of the tree, so a copy is cheap: who could not write a group of entries
/// goes back to the copy from before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    size: u64,
    hashes: Vec<Hash>,
}

/// Why hashes are not the edge of a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EdgeError {
    /// Another number of hashes than the size has bits.
    #[error("the edge of a tree of {size} entries has {} hashes, not {found}", .size.count_ones())]
    Count {
        /// The size of the tree.
        size: u64,
        /// How many hashes were given.
        found: usize,
    },
    /// A tree larger than [`crate::MAX_SIZE`].
    #[error("a tree of {size} entries is too large")]
    TooLarge {
        /// Its size.
        size: u64,
    },
}

impl Edge {
    /// The edge of the empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of a tree of `size` entries with these perfect subtrees, the largest first.
    ///
    /// That they belong together shows in [`Edge::root`], which the caller compares with what it trusts.
    ///
    /// # Errors
    /// When `hashes` are not as many as a tree of this size has perfect subtrees, or the size is beyond
    /// [`crate::MAX_SIZE`].
    pub fn from_hashes(size: u64, hashes: Vec<Hash>) -> Result<Self, EdgeError> {
        if size > crate::MAX_SIZE {
            return Err(EdgeError::TooLarge { size });
        }
        if hashes.len() as u64 != u64::from(size.count_ones()) {
            return Err(EdgeError::Count {
                size,
                found: hashes.len(),
            });
        }
        Ok(Self { size, hashes })
    }

    /// Adds the hash of the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_telling(leaf, |_, _| ());
    }

    /// Adds a leaf and tells each perfect subtree that it completes: its height (0 for the leaf itself) and its root.
    pub(crate) fn push_telling(&mut self, leaf: Hash, mut tell: impl FnMut(u32, Hash)) {
        let (mut hash, mut height) = (leaf, 0);
        tell(height, hash);
        // each bit that is set beneath the lowest clear one is a subtree that now has its other half
        while height < self.size.trailing_ones() {
            let Some(left) = self.hashes.pop() else { break };
            hash = node_hash(&left, &hash);
            height += 1;
            tell(height, hash);
        }
        self.hashes.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// Adds the root of a perfect subtree of 2^`height` entries, which begins at a multiple of that many.
    pub(crate) fn push_subtree(&mut self, height: u32, root: Hash) {
        let (mut hash, mut at) = (root, height);
        while (self.size >> at) & 1 == 1 {
            let Some(left) = self.hashes.pop() else { break };
            hash = node_hash(&left, &hash);
            at += 1;
        }
        self.hashes.push(hash);
        self.size = self.size.saturating_add(1 << height);
    }

    /// How many entries the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree; of no entries, the hash of no bytes.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(&self.hashes)
    }

    /// The roots of the perfect subtrees, the largest first.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaf_hash;

    #[test]
    fn comes_back_from_its_hashes() {
        let mut edge = Edge::new();
        assert_eq!(edge.root(), Hash::EMPTY_TREE);
        for entry in 0..300_u64 {
            let back = Edge::from_hashes(edge.size(), edge.hashes().to_vec()).unwrap();
            assert_eq!(back, edge);
            edge.push(leaf_hash(&entry.to_be_bytes()));
            assert_eq!(edge.size(), entry + 1);
        }
        let [first, second] = [leaf_hash(b"1"), leaf_hash(b"2")];
        assert_eq!(
            Edge::from_hashes(2, vec![first, second]),
            Err(EdgeError::Count { size: 2, found: 2 })
        );
        assert_eq!(
            Edge::from_hashes(1 << 63, vec![first]),
            Err(EdgeError::TooLarge { size: 1 << 63 })
        );
    }
}
