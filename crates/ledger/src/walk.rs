//! Reads segments group by group, and tells a torn end from damage.
//!
//! What was torn by a loss of power was never acknowledged, and is passed over. Anything else that is not as it was
//! written is damage, and stops whoever reads at the first entry that is affected.

use crate::segment::{self, Entry, GroupSeal, Header, Piece, SEALS};
use std::collections::BTreeSet;
use tlog::{Edge, leaf_hash};

/// What was kept is not what is there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A segment does not begin as one does.
    #[error("segment {segment} has a damaged header")]
    Header {
        /// Number of the segment.
        segment: u64,
    },
    /// An entry that was acknowledged has changed.
    #[error("entry {entry} in segment {segment} is damaged")]
    Entry {
        /// Number of the entry, or the first that can be the damaged one.
        entry: u64,
        /// Number of the segment.
        segment: u64,
    },
    /// Entries that were there are not.
    #[error("entries from {from} on are missing before segment {segment}")]
    Missing {
        /// Number of the first.
        from: u64,
        /// Number of the segment after the gap.
        segment: u64,
    },
}

/// Entries that were written and synchronised together.
#[derive(Debug)]
pub(crate) struct Group {
    pub first: u64,
    pub entries: Vec<Entry>,
}

/// How far a segment has been read.
pub(crate) struct Walk {
    segment: u64,
    /// The tree up to here.
    pub edge: Edge,
    /// Permits that owe an outcome up to here.
    pub open: BTreeSet<u64>,
}

impl Walk {
    /// Begins after the header of a segment.
    pub(crate) fn after(header: &Header) -> Result<Self, Damage> {
        let segment = header.number;
        Ok(Self {
            segment,
            edge: header.tree().ok_or(Damage::Header { segment })?,
            open: header.open.iter().copied().collect(),
        })
    }

    /// The group at the beginning of these bytes, and how many are its own, which may be more than there are if the second
    /// copy of its seal lies beyond them; `None`: there is no whole one, because the segment ends here, is torn, or goes on
    /// beyond these bytes.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> Result<Option<(Group, usize)>, Damage> {
        let first = self.edge.size();
        let (mut rest, mut entries) = (bytes, Vec::new());
        loop {
            match segment::read(rest) {
                Piece::Entry(entry, after) => {
                    entries.push(entry);
                    rest = after;
                }
                Piece::Seal(seal) => {
                    self.edge = self.under(&seal, &entries)?;
                    for (number, entry) in (first..).zip(&entries) {
                        entry.owed.settle(number, &mut self.open);
                    }
                    let own = bytes.len().saturating_sub(rest.len()).saturating_add(SEALS);
                    return Ok(Some((Group { first, entries }, own)));
                }
                Piece::End => return Ok(None),
                Piece::Broken => {
                    return match GroupSeal::anywhere(rest) {
                        Some(_) => Err(self.damage(entries.len())),
                        None => Ok(None),
                    };
                }
            }
        }
    }

    /// The tree with the entries, if the seal is theirs.
    fn under(&self, seal: &GroupSeal, entries: &[Entry]) -> Result<Edge, Damage> {
        let mut edge = self.edge.clone();
        entries.iter().for_each(|entry| edge.push(leaf_hash(&entry.leaf)));
        let is_theirs = seal.first == self.edge.size()
            && seal.count as usize == entries.len()
            && seal.root == edge.root();
        if is_theirs { Ok(edge) } else { Err(self.damage(0)) }
    }

    fn damage(&self, after: usize) -> Damage {
        Damage::Entry {
            entry: self.edge.size().saturating_add(after as u64),
            segment: self.segment,
        }
    }
}
