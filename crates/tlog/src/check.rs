//! Checking proofs without the tree: RFC 9162, sections 2.1.3.2 and 2.1.4.2, which check those of RFC 6962.

use crate::hash::{Hash, node_hash};

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The tree has no such entry.
    #[error("a tree of {size} entries has no entry {index}")]
    NoEntry {
        /// The index, counted from 0.
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
    /// The proof has another number of hashes than the sizes ask for.
    #[error("the proof has {found} hashes, which is too {}", if *.is_short { "few" } else { "many" })]
    Length {
        /// How many it has.
        found: usize,
        /// Whether it ends too early, rather than too late.
        is_short: bool,
    },
    /// The proof leads to another root.
    #[error("the proof leads to the root `{found}`, not to `{expected}`")]
    Root {
        /// Where it leads.
        found: Hash,
        /// The root of the tree.
        expected: Hash,
    },
    /// The proof leads to another root of the older tree.
    #[error("the proof leads to the older root `{found}`, not to `{expected}`")]
    OldRoot {
        /// Where it leads.
        found: Hash,
        /// The root of the older tree.
        expected: Hash,
    },
}

/// Checks that `leaf` is the hash of the entry `index` in the tree of `size` entries with this root.
///
/// # Errors
/// When the proof does not show it.
pub fn check_inclusion(
    proof: &[Hash],
    index: u64,
    leaf: Hash,
    size: u64,
    root: Hash,
) -> Result<(), CheckError> {
    if index >= size {
        return Err(CheckError::NoEntry { index, size });
    }
    let mut path = Path {
        node: index,
        last: size - 1,
    };
    let mut found = leaf;
    for beside in proof {
        found = match path.step() {
            Some(Side::Left) => node_hash(beside, &found),
            Some(Side::Right) => node_hash(&found, beside),
            None => {
                return Err(CheckError::Length {
                    found: proof.len(),
                    is_short: false,
                });
            }
        };
    }
    path.ends(proof)?;
    same(found, root)
}

/// Checks that the tree of `size` entries with `root` begins with the tree of `old` entries with `old_root`.
///
/// Of the empty tree, and of the same size, the proof is empty and the roots must be right by themselves.
///
/// # Errors
/// When the proof does not show it.
pub fn check_consistency(
    proof: &[Hash],
    old: u64,
    old_root: Hash,
    size: u64,
    root: Hash,
) -> Result<(), CheckError> {
    if old > size {
        return Err(CheckError::Shrinks { old, size });
    }
    if old == 0 || old == size {
        if !proof.is_empty() {
            return Err(CheckError::Length {
                found: proof.len(),
                is_short: false,
            });
        }
        if old == 0 {
            same_old(Hash::EMPTY_TREE, old_root)?;
        }
        return if old == size { same(old_root, root) } else { Ok(()) };
    }
    let mut path = Path {
        node: old - 1,
        last: size - 1,
    };
    path.skip_right_turns();
    // an older tree that is one perfect subtree is where the proof begins; otherwise the proof says where
    let (start, rest) = match proof {
        rest if old.is_power_of_two() => (old_root, rest),
        [start, rest @ ..] => (*start, rest),
        [] => {
            return Err(CheckError::Length {
                found: 0,
                is_short: true,
            });
        }
    };
    let (mut found_old, mut found) = (start, start);
    for beside in rest {
        match path.step() {
            Some(Side::Left) => {
                found_old = node_hash(beside, &found_old);
                found = node_hash(beside, &found);
            }
            Some(Side::Right) => found = node_hash(&found, beside),
            None => {
                return Err(CheckError::Length {
                    found: proof.len(),
                    is_short: false,
                });
            }
        }
    }
    path.ends(proof)?;
    same_old(found_old, old_root)?;
    same(found, root)
}

fn same(found: Hash, expected: Hash) -> Result<(), CheckError> {
    if found == expected {
        Ok(())
    } else {
        Err(CheckError::Root { found, expected })
    }
}

fn same_old(found: Hash, expected: Hash) -> Result<(), CheckError> {
    if found == expected {
        Ok(())
    } else {
        Err(CheckError::OldRoot { found, expected })
    }
}

/// On which side of the path a hash of the proof stands.
enum Side {
    Left,
    Right,
}

/// A way up a tree: the node, and the last node of its level.
struct Path {
    node: u64,
    last: u64,
}

impl Path {
    /// One level up, or more where the node is the last and has nothing beside it; `None` at the root.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // an even node at the end of its level stands alone until it is a right one
            let alone = self.node.trailing_zeros().min(63);
            self.node >>= alone;
            self.last >>= alone;
            Side::Left
        } else {
            Side::Right
        };
        self.node >>= 1;
        self.last >>= 1;
        Some(side)
    }

    /// Up to where the older tree's last perfect subtree begins.
    fn skip_right_turns(&mut self) {
        let turns = self.node.trailing_ones();
        self.node >>= turns;
        self.last >>= turns;
    }

    fn ends(&self, proof: &[Hash]) -> Result<(), CheckError> {
        if self.last == 0 {
            Ok(())
        } else {
            Err(CheckError::Length {
                found: proof.len(),
                is_short: true,
            })
        }
    }
}
