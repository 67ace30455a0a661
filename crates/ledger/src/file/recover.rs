//! What a start finds: how far the log goes, its tree, and the permits that still owe an outcome.

use super::folder;
use crate::segment::{Entry, Header};
use crate::walk::{Damage, Walk};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use tlog::{Edge, Hash};

/// Bytes of segments that a start reads to look for damage, the latest first. What is older is for `bailiwick verify`.
const READ_AT_START: u64 = 1 << 30;

/// A log as a start finds it.
pub(super) struct Found {
    /// Number of the next segment.
    pub next: u64,
    pub edge: Edge,
    pub open: BTreeSet<u64>,
    /// When the newest entry was made, in seconds since 1970.
    pub newest: Option<i64>,
    /// Roots at the ends of groups, for comparing with a checkpoint.
    pub roots: Vec<(u64, Hash)>,
}

/// Why a log cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub(super) enum RecoverError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// What was kept is not what is there.
    #[error(transparent)]
    Damaged(#[from] Damage),
}

/// Reads the latest segments, and checks them.
pub(super) fn recover(folder: &Path) -> Result<Found, RecoverError> {
    let numbers = folder::segments(folder)?;
    let mut found = Found::nothing();
    found.next = numbers.last().map_or(1, |last| last.saturating_add(1));
    let mut is_first = true;
    for number in latest(folder, &numbers)? {
        let bytes = folder::read(&folder::segment(folder, number))?;
        let Some((header, rest)) = Header::read(&bytes) else {
            // a header is durable before anything is written after it
            match bytes.iter().any(|byte| *byte != 0) && crate::segment::GroupSeal::anywhere(&bytes).is_some()
            {
                true => return Err(Damage::Header { segment: number }.into()),
                false => continue,
            }
        };
        if !std::mem::take(&mut is_first) || number == 1 {
            found.rewind(&header)?;
        }
        found.walk(&header, rest)?;
    }
    Ok(found)
}

/// The last segments of which a start reads all.
fn latest(folder: &Path, numbers: &[u64]) -> io::Result<Vec<u64>> {
    let (mut bytes, mut latest) = (0_u64, Vec::new());
    for number in numbers.iter().rev() {
        if bytes >= READ_AT_START {
            break;
        }
        bytes = bytes.saturating_add(std::fs::metadata(folder::segment(folder, *number))?.len());
        latest.push(*number);
    }
    latest.reverse();
    Ok(latest)
}

impl Found {
    /// No log yet.
    pub(super) fn nothing() -> Self {
        let edge = Edge::new();
        Self {
            next: 1,
            roots: vec![(0, edge.root())],
            edge,
            open: BTreeSet::new(),
            newest: None,
        }
    }

    /// A segment that begins earlier than the one before it ends makes the last group of that void: it was written, but
    /// not acknowledged, because its synchronisation failed.
    fn rewind(&mut self, header: &Header) -> Result<(), Damage> {
        self.roots.retain(|(size, _)| *size <= header.first);
        let root = self.roots.last().filter(|(size, _)| *size == header.first);
        let tree = header.tree().map(|edge| edge.root());
        match (root, tree) {
            (Some((_, known)), Some(tree)) if *known == tree => Ok(()),
            (None, Some(_)) => Err(Damage::Missing {
                from: self.edge.size().min(header.first),
                segment: header.number,
            }),
            _ => Err(Damage::Header {
                segment: header.number,
            }),
        }
    }

    fn walk(&mut self, header: &Header, mut bytes: &[u8]) -> Result<(), Damage> {
        let mut walk = Walk::after(header)?;
        self.roots.push((walk.edge.size(), walk.edge.root()));
        while let Some((group, own)) = walk.next(bytes)? {
            bytes = bytes.get(own..).unwrap_or_default();
            self.roots.push((walk.edge.size(), walk.edge.root()));
            let times = group.entries.iter().filter_map(time_of);
            self.newest = times.chain(self.newest).max();
        }
        (self.edge, self.open) = (walk.edge, walk.open);
        Ok(())
    }
}

fn time_of(entry: &Entry) -> Option<i64> {
    crate::leaf::Leaf::parse(&entry.leaf).ok().map(|leaf| leaf.at.0)
}
