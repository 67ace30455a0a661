//! Segments: the files that hold a log's entries, in the order in which they were kept.
//!
//! A segment begins with a header that says which entry is its first, under what tree, and which permits were still
//! open, so that a start needs to read the last one only. Then come groups, each written and synchronised in one piece:
//! frames with one entry each, and a seal that says how large the tree is with them and what its root. The seal stands
//! there twice. A group without a seal was never acknowledged; a frame that is not what it was under a seal is damage,
//! and one bit that turns in a seal leaves the other.
//!
//! A file that was prepared for more ends with zeros. All numbers are big-endian.

use crc32fast::hash as crc32;
use std::collections::BTreeSet;
use tlog::{Edge, Hash};

/// First bytes of a segment, with the revision of its form.
const MAGIC: &[u8; 8] = b"BWLOG\x00\x00\x01";
/// First byte of a frame.
const FRAME: u8 = 0xF1;
/// First byte of a seal.
const SEAL: u8 = 0x5E;
/// Bytes of a seal: mark, first entry, entries, root, checksum.
const SEAL_BYTES: usize = 1 + 8 + 4 + Hash::BYTES + 4;
/// Bytes of both copies of a seal.
pub(crate) const SEALS: usize = SEAL_BYTES * 2;
/// Bytes of a frame besides its entry: mark, flags, intent, two lengths, checksum.
const FRAME_BYTES: usize = 1 + 1 + 8 + 2 + 4 + 4;
/// Most bytes of a sealed part that is read.
const MAX_SIDE: usize = 1 << 20;

/// What an entry does to the permits that owe an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owed {
    /// Nothing.
    Nothing,
    /// It is a permit, and owes an outcome.
    Opens,
    /// It is the outcome of the permit with this number.
    Closes(u64),
}

impl Owed {
    /// What the entry of this number does to the permits that are open.
    pub(crate) fn settle(self, number: u64, open: &mut BTreeSet<u64>) {
        match self {
            Self::Nothing => {}
            Self::Opens => drop(open.insert(number)),
            Self::Closes(intent) => drop(open.remove(&intent)),
        }
    }
}

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub owed: Owed,
    /// The public part: input of the tree.
    pub leaf: Vec<u8>,
    /// The sealed part.
    pub side: Vec<u8>,
}

/// What a segment begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Number of the segment.
    pub number: u64,
    /// The tree before its first entry.
    pub edge: Vec<Hash>,
    /// Entries before its first.
    pub first: u64,
    /// Permits that owed an outcome then.
    pub open: Vec<u64>,
}

/// The seal of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GroupSeal {
    pub first: u64,
    pub count: u32,
    pub root: Hash,
}

/// What stands at a place of a segment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// An entry, and where the next piece begins.
    Entry(Entry, &'a [u8]),
    /// A seal: both copies of it, which take [`SEALS`] bytes.
    Seal(GroupSeal),
    /// Nothing more.
    End,
    /// Neither of them.
    Broken,
}

impl Header {
    /// The header of a segment that begins after this tree.
    pub(crate) fn new(number: u64, edge: &Edge, open: Vec<u64>) -> Self {
        Self {
            number,
            edge: edge.hashes().to_vec(),
            first: edge.size(),
            open,
        }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&self.number.to_be_bytes());
        out.extend_from_slice(&self.first.to_be_bytes());
        out.extend_from_slice(&length(self.edge.len()));
        self.edge
            .iter()
            .for_each(|hash| out.extend_from_slice(hash.as_bytes()));
        out.extend_from_slice(&length(self.open.len()));
        self.open
            .iter()
            .for_each(|open| out.extend_from_slice(&open.to_be_bytes()));
        let checksum = crc32(&out);
        out.extend_from_slice(&checksum.to_be_bytes());
        out
    }

    /// Reads a header, and gives what follows it; `None`: it is none, or not whole.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let number = u64::from_be_bytes(take(&mut rest)?);
        let first = u64::from_be_bytes(take(&mut rest)?);
        let edge = list(&mut rest, |bytes| Hash::from_bytes(*bytes))?;
        let open = list(&mut rest, |bytes| u64::from_be_bytes(*bytes))?;
        let before = bytes.get(..bytes.len().checked_sub(rest.len())?)?;
        (crc32(before).to_be_bytes() == take(&mut rest)?).then_some((
            Self {
                number,
                edge,
                first,
                open,
            },
            rest,
        ))
    }

    /// The tree before the first entry.
    pub(crate) fn tree(&self) -> Option<Edge> {
        Edge::from_hashes(self.first, self.edge.clone()).ok()
    }
}

impl Entry {
    /// Appends the frame of the entry.
    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        let start = out.len();
        let (flag, intent) = match self.owed {
            Owed::Nothing => (0, 0),
            Owed::Opens => (1, 0),
            Owed::Closes(intent) => (2, intent),
        };
        out.reserve(FRAME_BYTES + self.leaf.len() + self.side.len());
        out.extend_from_slice(&[FRAME, flag]);
        out.extend_from_slice(&u64::to_be_bytes(intent));
        out.extend_from_slice(&u16::try_from(self.leaf.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend_from_slice(&length(self.side.len()));
        out.extend_from_slice(&self.leaf);
        out.extend_from_slice(&self.side);
        let checksum = crc32(out.get(start..).unwrap_or_default());
        out.extend_from_slice(&checksum.to_be_bytes());
    }

    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let mut rest = bytes;
        let [_, flag] = take(&mut rest)?;
        let intent = u64::from_be_bytes(take(&mut rest)?);
        let leaf = usize::from(u16::from_be_bytes(take(&mut rest)?));
        let side = u32::from_be_bytes(take(&mut rest)?) as usize;
        let owed = match flag {
            0 => Owed::Nothing,
            1 => Owed::Opens,
            2 => Owed::Closes(intent),
            _ => return None,
        };
        let (leaf, mut rest) = rest.split_at_checked(leaf)?;
        let side = rest.split_at_checked(side).filter(|_| side <= MAX_SIDE)?;
        rest = side.1;
        let frame = bytes.get(..bytes.len().checked_sub(rest.len())?)?;
        (crc32(frame).to_be_bytes() == take(&mut rest)?).then(|| {
            let entry = Self {
                owed,
                leaf: leaf.to_vec(),
                side: side.0.to_vec(),
            };
            (entry, rest)
        })
    }
}

impl GroupSeal {
    /// Appends the seal, twice.
    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        let mut seal = vec![SEAL];
        seal.extend_from_slice(&self.first.to_be_bytes());
        seal.extend_from_slice(&self.count.to_be_bytes());
        seal.extend_from_slice(self.root.as_bytes());
        let checksum = crc32(&seal);
        seal.extend_from_slice(&checksum.to_be_bytes());
        out.extend_from_slice(&seal);
        out.extend_from_slice(&seal);
    }

    fn read_one(bytes: &[u8]) -> Option<Self> {
        let seal = bytes.get(..SEAL_BYTES)?;
        let (content, checksum) = seal.split_at_checked(SEAL_BYTES - 4)?;
        let mut rest = content.strip_prefix(&[SEAL])?;
        let is_whole = crc32(content).to_be_bytes() == checksum;
        is_whole.then_some(())?;
        Some(Self {
            first: u64::from_be_bytes(take(&mut rest)?),
            count: u32::from_be_bytes(take(&mut rest)?),
            root: Hash::from_bytes(take(&mut rest)?),
        })
    }

    /// Reads a seal of which one copy is whole.
    fn read(bytes: &[u8]) -> Option<Self> {
        Self::read_one(bytes).or_else(|| Self::read_one(bytes.get(SEAL_BYTES..)?))
    }

    /// The first whole seal anywhere in the bytes.
    pub(crate) fn anywhere(bytes: &[u8]) -> Option<Self> {
        let marks = memchr::memchr_iter(SEAL, bytes);
        marks.into_iter().find_map(|at| Self::read_one(bytes.get(at..)?))
    }
}

/// What stands at the beginning of these bytes.
pub(crate) fn read(bytes: &[u8]) -> Piece<'_> {
    if bytes.iter().all(|byte| *byte == 0) {
        return Piece::End;
    }
    if let Some((entry, rest)) = bytes.starts_with(&[FRAME]).then(|| Entry::read(bytes)).flatten() {
        return Piece::Entry(entry, rest);
    }
    GroupSeal::read(bytes).map_or(Piece::Broken, Piece::Seal)
}

fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

fn list<const N: usize, T>(rest: &mut &[u8], read: impl Fn(&[u8; N]) -> T) -> Option<Vec<T>> {
    let count = u32::from_be_bytes(take(rest)?) as usize;
    let (items, after) = rest.split_at_checked(count.checked_mul(N)?)?;
    *rest = after;
    Some(
        items
            .chunks_exact(N)
            .filter_map(|item| item.first_chunk().map(&read))
            .collect(),
    )
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

#[cfg(test)]
mod tests;
