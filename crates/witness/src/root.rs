//! The log of everything that a witness has cosigned, and at the same time all that it remembers.
//!
//! One file has the entries, each after its length and a checksum, and each durable before its cosignature goes out; what
//! others read (tiles, bundles, a signed checkpoint) follows from it and is written after it. A last entry that is not whole
//! was acknowledged to nobody and is cut off; anything else that is wrong is damage, and the witness does not start.

use crate::state::StateError;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use tlog::note::Signer;
use tlog::{BundleCoordinate, Checkpoint, Hash, SignedCheckpoint, TILE_WIDTH, Tiles, bundle, leaf_hash};

/// The file of the entries.
const ENTRIES: &str = "entries.log";
const BESIDE: &str = "publishing";
/// Bytes before an entry: its length and its checksum.
const HEAD: usize = 8;

/// The root log, open for appending.
pub(crate) struct RootLog {
    folder: PathBuf,
    /// `None` after a write that failed: what is on the disk then is not known before it is read again.
    file: Option<File>,
    tree: Tree,
    /// Files of what is not full.
    partial: BTreeSet<String>,
}

/// The tree so far, and what of it is full and not written yet.
#[derive(Default)]
struct Tree {
    tiles: Tiles,
    /// Entries of the bundle that is not full.
    bundle: Vec<u8>,
    full: Vec<(String, Vec<u8>)>,
}

impl Tree {
    fn push(&mut self, entry: &[u8]) -> Result<(), StateError> {
        let full = &mut self.full;
        self.tiles.push(leaf_hash(entry), &mut |at, bytes| {
            full.push((at.path(), bytes.to_vec()))
        });
        bundle::append(&mut self.bundle, entry).map_err(|_| StateError::TooLong)?;
        let size = self.size();
        if size.is_multiple_of(TILE_WIDTH.into())
            && let Some(at) = size
                .checked_sub(1)
                .and_then(|last| BundleCoordinate::containing(last, size))
        {
            self.full.push((at.path(), std::mem::take(&mut self.bundle)));
        }
        Ok(())
    }

    fn size(&self) -> u64 {
        self.tiles.edge().size()
    }
}

impl RootLog {
    /// Opens the log in a folder that is locked; `each` is given every entry.
    pub(crate) fn open(
        folder: &Path,
        signer: &Signer,
        mut each: impl FnMut(&SignedCheckpoint),
    ) -> Result<Self, StateError> {
        let known = published(folder, signer)?;
        let path = folder.join(ENTRIES);
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let mut this = Self {
            folder: folder.to_owned(),
            file: Some(file),
            tree: Tree::default(),
            partial: BTreeSet::new(),
        };
        let mut reader = Frames::open(&path)?;
        while let Some(entry) = reader.next()? {
            let signed = SignedCheckpoint::parse(&entry);
            each(&signed.map_err(|error| StateError::damaged(&error.to_string()))?);
            this.tree.push(&entry)?;
            this.write_full(false)?;
            let edge = this.tree.tiles.edge();
            if known.is_some_and(|(size, root)| size == edge.size() && root != edge.root()) {
                return Err(StateError::damaged(
                    "its entries are not those under its checkpoint",
                ));
            }
        }
        let (whole, size) = (reader.whole, this.tree.size());
        if let Some((known, _)) = known.filter(|(known, _)| *known > size) {
            let reason = format!("its checkpoint has {known} entries, and {size} are there");
            return Err(StateError::damaged(&reason));
        }
        if let Some(file) = &this.file {
            // what is not whole was acknowledged to nobody
            file.set_len(whole)?;
            file.sync_all()?;
        }
        File::open(folder).and_then(|folder| folder.sync_all())?;
        this.publish(signer)?;
        Ok(this)
    }

    /// Adds an entry, which is durable when this returns.
    ///
    /// # Errors
    /// When it is not, as far as is known; then nothing is added any more.
    pub(crate) fn append(&mut self, entry: &[u8]) -> Result<(), StateError> {
        if entry.len() > bundle::MAX_ENTRY {
            return Err(StateError::TooLong);
        }
        let file = self.file.as_mut().ok_or(StateError::Stopped)?;
        let mut frame = Vec::with_capacity(entry.len() + HEAD);
        frame.extend_from_slice(&u32::try_from(entry.len()).unwrap_or(u32::MAX).to_be_bytes());
        frame.extend_from_slice(&crc32fast::hash(entry).to_be_bytes());
        frame.extend_from_slice(entry);
        if let Err(error) = file.write_all(&frame).and_then(|()| file.sync_data()) {
            self.file = None;
            return Err(error.into());
        }
        self.tree.push(entry)
    }

    /// Writes what others read.
    pub(crate) fn publish(&mut self, signer: &Signer) -> Result<(), StateError> {
        self.write_full(true)?;
        let (folder, tree) = (&self.folder, &self.tree);
        let mut partial = BTreeSet::new();
        for (at, bytes) in tree.tiles.partial() {
            write(folder, &at.path(), bytes)?;
            partial.insert(at.path());
        }
        let size = tree.size();
        if let (false, Some(last)) = (tree.bundle.is_empty(), size.checked_sub(1))
            && let Some(at) = BundleCoordinate::containing(last, size)
        {
            write(folder, &at.path(), &tree.bundle)?;
            partial.insert(at.path());
        }
        let checkpoint = Checkpoint::new(
            signer.verifier_key().name().as_str(),
            size,
            tree.tiles.edge().root(),
        );
        let signed = checkpoint
            .map_err(|_| StateError::Sign)?
            .sign(&[signer])
            .map_err(|_| StateError::Sign)?;
        write(folder, ledger::CHECKPOINT, signed.to_string().as_bytes())?;
        for former in self.partial.difference(&partial) {
            let _gone = fs::remove_file(folder.join(former));
        }
        self.partial = partial;
        Ok(())
    }

    /// Writes what is full; when the log is opened, only what is missing.
    fn write_full(&mut self, is_new: bool) -> Result<(), StateError> {
        while let Some((path, bytes)) = self.tree.full.first() {
            if is_new || !self.folder.join(path).exists() {
                write(&self.folder, path, bytes)?;
            }
            self.tree.full.remove(0);
        }
        Ok(())
    }
}

/// The size and root of the checkpoint that is there.
fn published(folder: &Path, signer: &Signer) -> Result<Option<(u64, Hash)>, StateError> {
    let note = match fs::read(folder.join(ledger::CHECKPOINT)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        note => note?,
    };
    let damaged = |error: &dyn std::error::Error| StateError::damaged(&error.to_string());
    let signed = SignedCheckpoint::parse(&note).map_err(|error| damaged(&error))?;
    signed
        .verified_by(&[signer.verifier_key()])
        .map_err(|error| damaged(&error))?;
    let checkpoint = signed.checkpoint();
    Ok(Some((checkpoint.size(), checkpoint.root())))
}

/// Reads entries, up to the first that is not whole.
struct Frames {
    reader: BufReader<File>,
    /// Bytes of the file.
    bytes: u64,
    /// Bytes of the entries that were read.
    whole: u64,
}

impl Frames {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        Ok(Self {
            bytes: file.metadata()?.len(),
            reader: BufReader::new(file),
            whole: 0,
        })
    }

    fn next(&mut self) -> Result<Option<Vec<u8>>, StateError> {
        let left = self.bytes.saturating_sub(self.whole);
        if left < HEAD as u64 {
            return Ok(None);
        }
        let mut head = [[0; 4]; 2];
        for part in &mut head {
            self.reader.read_exact(part)?;
        }
        let [length, checksum] = head.map(u32::from_be_bytes);
        let of_frame = u64::from(length) + HEAD as u64;
        let is_torn = length == 0 || of_frame > left;
        let mut entry = vec![0; if is_torn { 0 } else { length as usize }];
        if !is_torn {
            self.reader.read_exact(&mut entry)?;
        }
        if !is_torn && crc32fast::hash(&entry) == checksum {
            self.whole += of_frame;
            return Ok(Some(entry));
        }
        // only the last entry can be cut off, or not be there yet where its place is
        let mut rest = Vec::new();
        self.reader.read_to_end(&mut rest)?;
        let is_empty = length == 0 && checksum == 0 && rest.iter().all(|byte| *byte == 0);
        let is_last = length != 0 && of_frame >= left && of_frame <= (bundle::MAX_ENTRY + HEAD) as u64;
        match is_empty || is_last {
            true => Ok(None),
            false => Err(StateError::damaged(
                "an entry before its last is not what was written",
            )),
        }
    }
}

/// Puts a file in its place, whole or not at all.
fn write(folder: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let target = folder.join(path);
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent)?;
    }
    let beside = folder.join(BESIDE);
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    fs::rename(&beside, target)
}
