//! Reads a log from its files, without the process that writes it.

use crate::checkpoint::{self, CheckpointError};
use crate::commitment::{Commitment, Salt};
use crate::file::folder;
use crate::leaf::{Leaf, LeafError};
use crate::person_keys::{PersonKeys, PersonKeysError};
use crate::seal::{OpenSealError, OpenedValues, SealingKey, open};
use crate::segment::{Entry, Header};
use crate::walk::{Damage, Group, Walk};
use crate::{DecisionId, Subject};
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use tlog::{Hash, leaf_hash};

/// Bytes of a segment that are read at once, at first. Tests read a few, so that everything lies across a border once.
const WINDOW: u64 = if cfg!(test) { 61 } else { 256 * 1024 };
/// Most bytes of a header: the open permits make it long.
const HEADER: u64 = 16 * 1024 * 1024;

/// Why a log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    /// A file cannot be read.
    #[error("a file of the ledger cannot be read: {}", .0.kind())]
    File(#[from] io::Error),
    /// What was kept is not what is there.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// The keys of people cannot be read.
    #[error(transparent)]
    People(#[from] PersonKeysError),
    /// The checkpoint cannot be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Bytes that are no leaf.
    #[error("entry {entry}: {error}")]
    Leaf {
        /// Number of the entry.
        entry: u64,
        /// What is wrong with it.
        error: LeafError,
    },
    /// Its values do not open.
    #[error("entry {entry}: {error}")]
    Sealed {
        /// Number of the entry.
        entry: u64,
        /// Why not.
        error: OpenSealError,
    },
}

/// Follows a log from an entry on, across its segments.
pub(crate) struct Follower {
    folder: PathBuf,
    from: u64,
    current: Option<Current>,
    pending: VecDeque<(u64, Entry)>,
}

struct Current {
    number: u64,
    walk: Walk,
    /// Where in the file the bytes begin that were read.
    offset: u64,
    read: Vec<u8>,
    /// Where among them the next group begins, which may be beyond them.
    at: usize,
    /// First entry of the segment after it, once there is one. What this one has from there on was never acknowledged.
    bound: Option<(u64, u64)>,
    /// Up to which entry it was last looked for one: what comes before that was durable then, wherever it lies.
    looked: Option<u64>,
}

impl Follower {
    /// Begins at an entry, which need not be there yet.
    pub(crate) fn open(folder: &Path, from: u64) -> Result<Self, ReadingError> {
        let mut current = None;
        for number in folder::segments(folder)? {
            match begin(folder, number)? {
                Some(next) if next.walk.edge.size() <= from || current.is_none() => current = Some(next),
                _ => {}
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            from,
            current,
            pending: VecDeque::new(),
        })
    }

    /// The next entry before this number, and its own; `None`: it is not there.
    pub(crate) fn next(&mut self, until: u64) -> Result<Option<(u64, Entry)>, ReadingError> {
        loop {
            match self.pending.front() {
                Some((number, _)) if *number >= until => return Ok(None),
                Some(_) => return Ok(self.pending.pop_front()),
                None => {}
            }
            let Some(group) = self.group(until)? else {
                return Ok(None);
            };
            let from = self.from;
            let entries = (group.first..).zip(group.entries);
            self.pending.extend(entries.filter(|(number, _)| *number >= from));
        }
    }

    /// The next group, of this segment or the one after it.
    fn group(&mut self, until: u64) -> Result<Option<Group>, ReadingError> {
        loop {
            let Some(current) = &mut self.current else {
                return Ok(None);
            };
            if current.bound.is_none() && current.looked.replace(until) != Some(until) {
                current.bound = after(&self.folder, current.number)?;
            }
            let at = current.walk.edge.size();
            let bound = current.bound;
            let is_done = at >= until || bound.is_some_and(|(_, first)| at >= first);
            if !is_done && let Some(group) = current.group(&self.folder)? {
                return Ok(Some(group));
            }
            match bound {
                Some((number, first)) if at < until => {
                    if first != at {
                        let segment = number;
                        return Err(Damage::Missing { from: at, segment }.into());
                    }
                    self.current = begin(&self.folder, number)?;
                }
                _ => return Ok(None),
            }
        }
    }
}

impl Current {
    /// The next group, if there is a whole one.
    fn group(&mut self, folder: &Path) -> Result<Option<Group>, ReadingError> {
        if let Ok(Some(group)) = self.read_group() {
            return Ok(Some(group));
        }
        // what was read earlier may have been half written then, with zeros where by now there is more
        self.read.truncate(self.at);
        let mut window = WINDOW;
        loop {
            if let Some(group) = self.read_group()? {
                return Ok(Some(group));
            }
            if !self.read_on(folder, window)? {
                return Ok(None);
            }
            window = window.saturating_mul(4);
        }
    }

    /// The group at the beginning of what has been read.
    fn read_group(&mut self) -> Result<Option<Group>, Damage> {
        let ahead = self.read.get(self.at..).unwrap_or_default();
        let found = self.walk.next(ahead)?;
        Ok(found.map(|(group, own)| {
            self.at += own;
            group
        }))
    }

    /// Reads on by at most so many bytes; false: there are none.
    fn read_on(&mut self, folder: &Path, most: u64) -> Result<bool, ReadingError> {
        let done = self.at.min(self.read.len());
        self.read.drain(..done);
        self.at -= done;
        self.offset += done as u64;
        let file = File::open(folder::segment(folder, self.number))?;
        let mut more = vec![0; usize::try_from(most).unwrap_or(usize::MAX)];
        let count = file.read_at(&mut more, self.offset + self.read.len() as u64)?;
        more.truncate(count);
        self.read.append(&mut more);
        Ok(count > 0)
    }
}

/// A segment at its first group; `None`: it has no whole header, and nothing was kept in it.
fn begin(folder: &Path, number: u64) -> Result<Option<Current>, ReadingError> {
    let mut file = File::open(folder::segment(folder, number))?;
    let (mut bytes, mut window) = (Vec::new(), WINDOW);
    let (header, rest) = loop {
        let count = file.by_ref().take(window).read_to_end(&mut bytes)?;
        match Header::read(&bytes) {
            Some(found) => break found,
            None if count == 0 || bytes.len() as u64 > HEADER => return Ok(None),
            None => window = window.saturating_mul(4),
        }
    };
    Ok(Some(Current {
        number,
        walk: Walk::after(&header)?,
        offset: (bytes.len() - rest.len()) as u64,
        read: Vec::new(),
        at: 0,
        bound: None,
        looked: None,
    }))
}

/// The segment after this one, and its first entry.
fn after(folder: &Path, number: u64) -> Result<Option<(u64, u64)>, ReadingError> {
    for next in folder::segments(folder)?
        .into_iter()
        .filter(|next| *next > number)
    {
        if let Some(current) = begin(folder, next)? {
            return Ok(Some((next, current.walk.edge.size())));
        }
    }
    Ok(None)
}

/// An entry as it lies in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEntry {
    /// Its number, the first being 0.
    pub number: u64,
    /// Its public part.
    pub leaf: Vec<u8>,
    side: Vec<u8>,
}

/// An entry with its values.
#[derive(Clone, Debug)]
pub struct OpenedEntry {
    /// Its number, the first being 0.
    pub number: u64,
    /// Its public part.
    pub leaf: Leaf,
    /// Its hash in the tree.
    pub hash: Hash,
    values: OpenedValues,
}

/// One field of an entry, opened: what somebody needs to check it against the leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Name of the field.
    pub name: String,
    /// Salt of its commitment.
    pub salt: Salt,
    /// Its value, as canonical JSON.
    pub value: String,
}

/// All entries from one number up to another, as far as they are there.
pub struct Entries {
    follower: Follower,
    until: u64,
}

impl Entries {
    /// Reads a log from `from` up to, and without, `until`.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn open(folder: &Path, from: u64, until: u64) -> Result<Self, ReadingError> {
        let follower = Follower::open(folder, from)?;
        Ok(Self { follower, until })
    }
}

impl Iterator for Entries {
    type Item = Result<KeptEntry, ReadingError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.follower.next(self.until).transpose()?;
        Some(next.map(|(number, entry)| KeptEntry::of(number, entry)))
    }
}

impl KeptEntry {
    fn of(number: u64, entry: Entry) -> Self {
        let Entry { leaf, side, .. } = entry;
        Self { number, leaf, side }
    }

    /// Opens its values, and holds each against its commitment.
    ///
    /// # Errors
    /// When it is no entry of this program, or its values were changed.
    pub fn open(&self, key: &SealingKey, people: &PersonKeys) -> Result<OpenedEntry, ReadingError> {
        let entry = self.number;
        let leaf = Leaf::parse(&self.leaf).map_err(|error| ReadingError::Leaf { entry, error })?;
        let hash = leaf_hash(&self.leaf);
        let sealed = |error| ReadingError::Sealed { entry, error };
        let values = open(&self.side, &hash, key, people).map_err(sealed)?;
        let opened = OpenedEntry {
            number: entry,
            leaf,
            hash,
            values,
        };
        let fits = opened.openings().all(|opening| opening.fits(&opened.leaf));
        if fits {
            Ok(opened)
        } else {
            Err(sealed(OpenSealError))
        }
    }
}

impl Opening {
    /// Whether it is what the leaf commits to.
    pub fn fits(&self, leaf: &Leaf) -> bool {
        let commitment = Commitment::to(&self.name, &self.salt, self.value.as_bytes());
        leaf.fields.get(&self.name) == Some(&commitment)
    }
}

impl OpenedEntry {
    /// Every field that can be opened here.
    pub fn openings(&self) -> impl Iterator<Item = Opening> {
        let parts = std::iter::once(&self.values.general).chain(&self.values.personal);
        parts.flat_map(|part| {
            let salts = part.seed.salts();
            let fields = part.values.iter();
            fields.map(move |(name, value)| Opening {
                name: name.clone(),
                salt: salts.of(name),
                value: value.get().to_owned(),
            })
        })
    }

    /// The value of a field; `None`: it has none of that name, or it was erased.
    pub fn value(&self, name: &str) -> Option<Value> {
        serde_json::from_str(self.raw(name)?).ok()
    }

    /// The same as canonical JSON, as it was recorded.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        let personal = self.values.personal.as_ref();
        let found = self.values.general.values.get(name);
        let found = found.or_else(|| personal?.values.get(name))?;
        Some(found.get())
    }

    /// The entry as one object: number, kind, time, and each field by its name. A field that was erased is missing, and so
    /// are the facts, which hold protected attributes and are there to decide again.
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("entry".to_owned(), self.number.into());
        object.insert("kind".to_owned(), self.leaf.kind.as_str().into());
        object.insert("time".to_owned(), self.leaf.at.to_string().into());
        if let Some(intent) = self.leaf.intent {
            object.insert("intent".to_owned(), intent.into());
        }
        for name in self.leaf.fields.keys().filter(|name| *name != "facts") {
            if let Some(value) = self.value(name) {
                object.insert(name.clone(), value);
            }
        }
        Value::Object(object)
    }

    /// Whether nothing of it was left closed because there is no key of its person.
    pub fn has_all(&self) -> bool {
        self.values.personal.is_some() || self.values.key.is_none()
    }

    /// Id of the decision that it is about.
    pub fn decision(&self) -> Option<DecisionId> {
        DecisionId::parse(self.value("decision")?.as_str()?)
    }

    pub(crate) fn subject(&self) -> Subject {
        let text = |name| Some(self.value(name)?.as_str()?.to_owned());
        Subject {
            model: text("model"),
            deployment: text("deployment"),
            licensor: text("licensor"),
        }
    }
}

/// Reads a log and opens its entries, for whoever has its key.
#[derive(Debug)]
pub struct Reader {
    folder: PathBuf,
    key: SealingKey,
    people: PersonKeys,
}

impl Reader {
    /// Opens a log for reading; the process that writes it may run.
    ///
    /// # Errors
    /// When the keys of people cannot be read.
    pub fn open(folder: &Path, key: &SealingKey) -> Result<Self, ReadingError> {
        let records = folder::people(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            key: key.clone(),
            people: PersonKeys::read(&records, key)?,
        })
    }

    /// How many entries are published.
    ///
    /// # Errors
    /// When there is a checkpoint that cannot be read.
    pub fn published(&self) -> Result<u64, ReadingError> {
        let signed = checkpoint::read(&self.folder)?;
        Ok(signed.map_or(0, |signed| signed.checkpoint().size()))
    }

    /// The entries from one number up to, and without, another, as far as they are there.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn entries(
        &self,
        from: u64,
        until: u64,
    ) -> Result<impl Iterator<Item = Result<OpenedEntry, ReadingError>>, ReadingError> {
        let entries = Entries::open(&self.folder, from, until)?;
        Ok(entries.map(|entry| self.opened(&entry?)))
    }

    /// An entry of this log with its values.
    ///
    /// # Errors
    /// When it is no entry of this program, or its values were changed.
    pub fn opened(&self, entry: &KeptEntry) -> Result<OpenedEntry, ReadingError> {
        entry.open(&self.key, &self.people)
    }
}
