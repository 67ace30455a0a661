//! Makes a pack from a log that lies here, with the key that opens it.

use crate::asked::Asked;
use crate::document::{Cell, Document, Table, column};
use crate::evidence::{EntryError, Line};
use crate::pack::{self, Digesting, Digests};
use crate::render::Rendered;
use crate::session::{Edges, Session, SessionError};
use ledger::{Entries, Kind, Leaf, Reader, ReadingError};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tlog::note::{SignError, Signer};
use tlog::{FormatError, ProveError, SignedCheckpoint, TileCoordinate, TileReader, prove_range};

/// How often a tile is looked for that somebody takes away at the same time.
const TRIES: usize = 10;

/// A log that lies here, and what opens it.
#[derive(Clone, Copy)]
pub struct Log<'a> {
    /// Its folder.
    pub folder: &'a Path,
    /// Opens its entries.
    pub reader: &'a Reader,
}

/// A pack that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The report, as words and tables.
    pub document: Document,
    /// As `report.json`.
    pub json: String,
    /// Entries of the evidence.
    pub entries: u64,
}

/// What a pack would show.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Fields that would be opened, and entries that would stay closed.
    pub tables: Vec<Table>,
}

/// Why there is no pack.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The log cannot be read.
    #[error(transparent)]
    Reading(#[from] ReadingError),
    /// A file cannot be read or written.
    #[error("`{path}`: {reason}")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// Nothing was published yet.
    #[error("the log has no checkpoint yet")]
    Unpublished,
    /// The checkpoint is none.
    #[error("the checkpoint of the log cannot be read: {0}")]
    Checkpoint(#[from] FormatError),
    /// The tiles of the log cannot be read.
    #[error("the tiles of the log cannot be read: {0}")]
    Tiles(#[from] ProveError<io::Error>),
    /// Another log than the signer's.
    #[error("the checkpoint is of the log `{0}`, and the key is of another")]
    Signer(String),
    /// The evidence does not hold.
    #[error("the evidence does not hold: {0}")]
    Session(#[from] SessionError),
    /// An entry does not hold.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The manifest cannot be signed.
    #[error("the manifest cannot be signed: {0}")]
    Sign(#[from] SignError),
    /// There is something at its place.
    #[error("`{0}` is there already")]
    Exists(String),
}

/// Which entries belong into a pack, and the checkpoint above them.
struct Scope {
    checkpoint: SignedCheckpoint,
    edges: Edges,
}

/// Makes a pack in a folder that is not there yet. What was begun and cannot be ended is taken away again.
///
/// # Errors
/// When the log cannot be read, or the folder not be written.
pub fn make(log: Log<'_>, asked: &Asked, to: &Path, signer: &Signer) -> Result<Made, MakeError> {
    if to.exists() {
        return Err(MakeError::Exists(to.display().to_string()));
    }
    fs::create_dir_all(to).map_err(|error| file(to, &error))?;
    let made = fill(log, asked, to, signer);
    if made.is_err() {
        // what is there says nothing without its manifest
        let _gone = fs::remove_dir_all(to);
    }
    made
}

fn fill(log: Log<'_>, asked: &Asked, to: &Path, signer: &Signer) -> Result<Made, MakeError> {
    let scope = scope(log, asked)?;
    let origin = scope.checkpoint.checkpoint().origin().to_owned();
    if signer.verifier_key().name().as_str() != origin {
        return Err(MakeError::Signer(origin));
    }
    let path = to.join(pack::EVIDENCE);
    let failed = |error: io::Error| file(&path, &error);
    let mut evidence = Digesting::new(BufWriter::new(File::create(&path).map_err(failed)?));
    let entries = scope.edges.end - scope.edges.first;
    let rendered = walk(log, asked, &scope, |line| {
        let text = serde_json::to_string(line).map_err(io::Error::from);
        text.and_then(|text| writeln!(evidence, "{text}")).map_err(failed)
    })?;
    let (_, digest) = evidence.end().map_err(failed)?;
    let mut digests = Digests::from([(pack::EVIDENCE.to_owned(), digest)]);
    let edges = serde_json::to_string_pretty(&scope.edges).unwrap_or_default() + "\n";
    let checkpoint = scope.checkpoint.to_string();
    for (name, text) in [
        (pack::CHECKPOINT, &checkpoint),
        (pack::EDGES, &edges),
        (pack::CSV, &rendered.csv),
        (pack::HTML, &rendered.html),
        (pack::JSON, &rendered.json),
    ] {
        digests.insert(name.to_owned(), write(to, name, text)?);
    }
    let manifest = pack::sign(&origin, &digests, signer)?.to_string();
    write(to, pack::MANIFEST, &manifest)?;
    Ok(Made {
        document: rendered.document,
        json: rendered.json,
        entries,
    })
}

/// What a pack would show, without making one.
///
/// # Errors
/// When the log cannot be read.
pub fn preview(log: Log<'_>, asked: &Asked, rows: usize) -> Result<Preview, MakeError> {
    let scope = scope(log, asked)?;
    let (mut opened, mut closed, mut first) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    walk(log, asked, &scope, |line| {
        let leaf = Leaf::parse(line.leaf.as_bytes());
        let kind = leaf.as_ref().map_or("unknown", |leaf| leaf.kind.as_str());
        if line.open.is_empty() {
            *closed.entry(kind).or_insert(0_u64) += 1;
        }
        for open in &line.open {
            let key = (kind, open.field.clone());
            let (count, values): &mut (u64, BTreeSet<String>) = opened.entry(key).or_default();
            *count += 1;
            // as many as can be counted at a glance
            if values.len() < 100 {
                values.insert(open.value.clone());
            }
        }
        if !line.open.is_empty() && first.len() < rows {
            let fields: Vec<String> = line
                .open
                .iter()
                .map(|open| format!("{}={}", open.field, open.value))
                .collect();
            first.push(vec![
                Cell::Count(line.entry),
                Cell::text(kind),
                Cell::text(fields.join(" ")),
            ]);
        }
        Ok(())
    })?;
    let opened = opened.into_iter().map(|((kind, field), (count, values))| {
        let different = if values.len() < 100 {
            Cell::Count(values.len() as u64)
        } else {
            Cell::text("100 or more")
        };
        vec![Cell::text(kind), Cell::text(field), Cell::Count(count), different]
    });
    let closed = closed
        .into_iter()
        .map(|(kind, count)| vec![Cell::text(kind), Cell::Count(count)]);
    let columns = |names: &[&'static str]| names.iter().map(|name| column(name, name)).collect::<Vec<_>>();
    Ok(Preview {
        tables: vec![
            Table::new(
                "opened",
                "Opened",
                "Fields that the reader would see",
                columns(&["kind", "field", "entries", "values"]),
            )
            .with(opened.collect()),
            Table::new(
                "closed",
                "Closed",
                "Entries of which kind and time are seen, and no field",
                columns(&["kind", "entries"]),
            )
            .with(closed.collect()),
            Table::new(
                "first",
                "First",
                "The first entries of which something is opened",
                columns(&["entry", "kind", "fields"]),
            )
            .with(first),
        ],
    })
}

/// Takes every entry of the scope through a session, and hands out its line.
fn walk(
    log: Log<'_>,
    asked: &Asked,
    scope: &Scope,
    mut each: impl FnMut(&Line) -> Result<(), MakeError>,
) -> Result<Rendered, MakeError> {
    let mut session = Session::begin(asked, scope.checkpoint.checkpoint(), scope.edges.clone())?;
    for kept in Entries::open(log.folder, scope.edges.first, scope.edges.end)? {
        let kept = kept?;
        let leaf = parsed(kept.number, &kept.leaf)?;
        let line = if !asked.covers(leaf.at) || nothing_to_open(asked, leaf.kind) {
            Line::closed(kept.number, &kept.leaf)?
        } else {
            let opened = log.reader.opened(&kept)?;
            let (fields, told) = session.figures().choose(&opened);
            Line::of(&kept.leaf, &opened, &fields, told)?
        };
        session.take(&line)?;
        each(&line)?;
    }
    Ok(session.end()?)
}

/// Whether a report has no use for the values of any entry of a kind, which then need not be opened here either.
fn nothing_to_open(asked: &Asked, kind: Kind) -> bool {
    matches!(asked.what, crate::asked::What::Licensor { .. }) && kind == Kind::Event
}

fn parsed(entry: u64, leaf: &[u8]) -> Result<Leaf, MakeError> {
    Leaf::parse(leaf).map_err(|error| ReadingError::Leaf { entry, error }.into())
}

/// Finds the entries of the period, with one from surely before it and one from surely after.
fn scope(log: Log<'_>, asked: &Asked) -> Result<Scope, MakeError> {
    let path = log.folder.join(ledger::CHECKPOINT);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(MakeError::Unpublished),
        read => read.map_err(|error| file(&path, &error))?,
    };
    let checkpoint = SignedCheckpoint::parse(&bytes)?;
    let size = checkpoint.checkpoint().size();
    let (first, end) = borders(log, asked, size)?;
    let proof = prove_range(first, end, size, &Tiles(log.folder))?;
    let edges = Edges::of(first, end, &proof);
    Ok(Scope { checkpoint, edges })
}

/// Numbers of the first entry that belongs into the evidence, and of the one after the last.
fn borders(log: Log<'_>, asked: &Asked, size: u64) -> Result<(u64, u64), MakeError> {
    let (mut first, mut end, mut seen) = (None, 0, 0);
    for kept in Entries::open(log.folder, 0, size)? {
        let kept = kept?;
        let at = parsed(kept.number, &kept.leaf)?.at;
        seen = kept.number + 1;
        if !asked.is_before(at) && first.is_none() {
            first = Some(kept.number);
        }
        if !asked.is_after(at) {
            end = seen;
        }
    }
    if seen != size {
        let damage = ledger::Damage::Missing {
            from: seen,
            segment: 0,
        };
        return Err(ReadingError::Damage(damage).into());
    }
    // the entry before and the one after show that nothing of the period lies beyond them
    let first = first.unwrap_or(size).saturating_sub(1);
    Ok((first, (end.max(first) + 1).min(size)))
}

/// The tiles in the folder of a log. A gateway that runs publishes anew while a report is made, and takes away tiles that are
/// not full in favour of wider ones, which begin with the same hashes.
struct Tiles<'a>(&'a Path);

impl TileReader for Tiles<'_> {
    type Error = io::Error;

    fn tile(&self, at: TileCoordinate) -> io::Result<Vec<u8>> {
        let is_missing = |read: &io::Result<Vec<u8>>| matches!(read, Err(error) if error.kind() == io::ErrorKind::NotFound);
        let full = self.0.join(at.full().path());
        let mut read = fs::read(self.0.join(at.path()));
        for _ in 0..TRIES {
            if !is_missing(&read) {
                return read;
            }
            read = fs::read(&full);
            if is_missing(&read) {
                read = wider(&full, at.width());
            }
        }
        read
    }
}

/// A tile that is not full and has at least so many hashes.
fn wider(full: &Path, width: u16) -> io::Result<Vec<u8>> {
    for entry in fs::read_dir(format!("{}.p", full.display()))? {
        let entry = entry?;
        let found = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u16>().ok());
        if found.is_some_and(|found| found >= width) {
            return fs::read(entry.path());
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

fn write(to: &Path, name: &str, text: &str) -> Result<String, MakeError> {
    let path: PathBuf = to.join(name);
    let written = File::create(&path).and_then(|file| {
        let mut file = Digesting::new(file);
        file.write_all(text.as_bytes())?;
        let (file, digest) = file.end()?;
        file.sync_all()?;
        Ok(digest)
    });
    written.map_err(|error| file(&path, &error))
}

fn file(path: &Path, error: &io::Error) -> MakeError {
    MakeError::File {
        path: path.display().to_string(),
        reason: error.kind().to_string(),
    }
}
