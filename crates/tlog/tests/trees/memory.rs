//! A log in memory.

use std::collections::BTreeMap;
use tlog::{Hash, TileCoordinate, TileReader, Tiles, leaf_hash};

/// The tiles of a growing log, as a folder would have them.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) tiles: Tiles,
    full: BTreeMap<TileCoordinate, Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no such tile")]
pub(crate) struct Missing;

impl Log {
    /// A log of the entries 0, 1, 2 … as eight bytes each.
    pub(crate) fn of(size: u64) -> Self {
        let mut log = Self::default();
        log.grow(size);
        log
    }

    pub(crate) fn grow(&mut self, size: u64) {
        for entry in self.size()..size {
            let full = &mut self.full;
            self.tiles.push(leaf(entry), &mut |at, bytes| {
                assert_eq!((at.width(), bytes.len()), (256, 8192));
                assert_eq!(full.insert(at, bytes.to_vec()), None, "{} came twice", at.path());
            });
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.tiles.edge().size()
    }

    pub(crate) fn root(&self) -> Hash {
        self.tiles.edge().root()
    }

    /// The paths of all tiles.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut all: Vec<_> = self
            .full
            .keys()
            .copied()
            .chain(self.tiles.partial().map(|(at, _)| at))
            .collect();
        all.sort();
        all.into_iter().map(TileCoordinate::path).collect()
    }
}

/// Tiles of an earlier size are answered with what has become of them.
impl TileReader for Log {
    type Error = Missing;

    fn tile(&self, at: TileCoordinate) -> Result<Vec<u8>, Missing> {
        let partial = || {
            self.tiles
                .partial()
                .find(|(now, _)| now.full() == at.full())
                .map(|(_, bytes)| bytes.to_vec())
        };
        self.full.get(&at.full()).cloned().or_else(partial).ok_or(Missing)
    }
}

pub(crate) fn entry(index: u64) -> [u8; 8] {
    index.to_be_bytes()
}

pub(crate) fn leaf(index: u64) -> Hash {
    leaf_hash(&entry(index))
}
