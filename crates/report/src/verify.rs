//! Checks a pack with nothing but the public key of the log.

use crate::asked::Asked;
use crate::evidence::{EntryError, Line};
use crate::pack::{self, Digesting};
use crate::session::{Edges, Session, SessionError};
use serde::Deserialize;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;
use tlog::SignedCheckpoint;
use tlog::note::VerifierKey;

/// Most bytes of a file other than the evidence.
const MOST: u64 = 256 * 1024 * 1024;
/// Most bytes of a line of the evidence.
const LINE: u64 = 4 * 1024 * 1024;

/// A pack that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What it is about.
    pub asked: Asked,
    /// Name of the log.
    pub origin: String,
    /// Entries under the checkpoint.
    pub size: u64,
    /// Root of the tree.
    pub root: String,
    /// Entries of the evidence: the first, and the one after the last.
    pub entries: (u64, u64),
    /// The sentences of its answer.
    pub answer: Vec<String>,
    /// Keys that have signed the checkpoint, as they were given.
    pub keys: Vec<String>,
}

/// What does not hold.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file cannot be read.
    #[error("`{path}` cannot be read: {reason}")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The manifest does not hold.
    #[error("the manifest does not hold: {0}")]
    Manifest(String),
    /// Something lies in the folder that the manifest does not name.
    #[error("`{0}` lies in the pack, and the manifest does not name it")]
    Unnamed(String),
    /// A file is missing.
    #[error("`{0}` is missing")]
    Missing(String),
    /// A file is another one.
    #[error("`{0}` is not the file that was signed")]
    Digest(String),
    /// The checkpoint does not hold.
    #[error("the checkpoint does not hold: {0}")]
    Checkpoint(String),
    /// A file is not what it should be.
    #[error("`{path}` cannot be understood: {reason}")]
    Shape {
        /// Which.
        path: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The evidence does not hold.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// An entry does not hold.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// A file is not what follows from the evidence.
    #[error("`{path}` is not what follows from the evidence (the pack was made by {by}, this is {here})")]
    Figures {
        /// Which.
        path: &'static str,
        /// What made the pack.
        by: String,
        /// What checks it.
        here: String,
    },
}

/// What is taken from `report.json`; all else of it is compared.
#[derive(Deserialize)]
struct Head {
    revision: u32,
    asked: Asked,
}

/// Checks a pack by one or more public keys of the log. `here` names program and version.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(folder: &Path, keys: &[VerifierKey], here: &str) -> Result<Verified, PackError> {
    let manifest = read(folder, pack::MANIFEST)?;
    let (origin, digests) = pack::read(&manifest, keys).map_err(PackError::Manifest)?;
    whole(folder)?;
    for (name, digest) in &digests {
        if digest_of(folder, name)? != *digest {
            return Err(PackError::Digest(name.clone()));
        }
    }
    let bad = PackError::Checkpoint;
    let checkpoint =
        SignedCheckpoint::parse(&read(folder, pack::CHECKPOINT)?).map_err(|error| bad(error.to_string()))?;
    let signers = checkpoint
        .verified_by(keys)
        .map_err(|error| bad(error.to_string()))?;
    let checkpoint = checkpoint.checkpoint();
    let is_of_log = signers
        .iter()
        .any(|signer| signer.key.name().as_str() == checkpoint.origin());
    if !is_of_log || checkpoint.origin() != origin {
        return Err(bad(format!("it is of the log `{}`", checkpoint.origin())));
    }
    let signers: Vec<String> = signers.iter().map(|signer| signer.key.to_string()).collect();
    let head: Head = parsed(folder, pack::JSON)?;
    if head.revision != crate::render::REVISION {
        let reason = format!(
            "it has revision {}, and this program knows {}",
            head.revision,
            crate::render::REVISION
        );
        return Err(PackError::Shape {
            path: pack::JSON,
            reason,
        });
    }
    let asked = head.asked;
    let edges: Edges = parsed(folder, pack::EDGES)?;
    let entries = (edges.first, edges.end);
    let mut session = Session::begin(&asked, checkpoint, edges)?;
    lines(folder, |line| session.take(line))?;
    let rendered = session.end()?;
    for (path, text) in [
        (pack::JSON, &rendered.json),
        (pack::HTML, &rendered.html),
        (pack::CSV, &rendered.csv),
    ] {
        if read(folder, path)? != text.as_bytes() {
            let (by, here) = (
                crate::visible::visible(&asked.made_by).into_owned(),
                here.to_owned(),
            );
            return Err(PackError::Figures { path, by, here });
        }
    }
    Ok(Verified {
        origin,
        size: checkpoint.size(),
        root: checkpoint.root().to_string(),
        entries,
        answer: rendered.document.answer,
        keys: signers,
        asked,
    })
}

/// Sees that the folder has the files of a pack, and nothing else.
fn whole(folder: &Path) -> Result<(), PackError> {
    let failed = |error: io::Error| file(&folder.display().to_string(), &error);
    let mut missing: Vec<&str> = pack::FILES.to_vec();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = entry.file_type().map_err(failed)?.is_file();
        let is_known = name == pack::MANIFEST || missing.contains(&name.as_str());
        if !is_file || !is_known {
            return Err(PackError::Unnamed(crate::visible::visible(&name).into_owned()));
        }
        missing.retain(|other| *other != name);
    }
    match missing.first() {
        Some(name) => Err(PackError::Missing((*name).to_owned())),
        None => Ok(()),
    }
}

fn lines(folder: &Path, mut each: impl FnMut(&Line) -> Result<(), EntryError>) -> Result<(), PackError> {
    let failed = |error: io::Error| file(pack::EVIDENCE, &error);
    let mut reader = BufReader::new(File::open(folder.join(pack::EVIDENCE)).map_err(failed)?);
    let (mut text, mut number) = (Vec::new(), 0_u64);
    loop {
        text.clear();
        number += 1;
        let count = reader
            .by_ref()
            .take(LINE)
            .read_until(b'\n', &mut text)
            .map_err(failed)?;
        if count == 0 {
            return Ok(());
        }
        let line: Line = serde_json::from_slice(&text).map_err(|error| PackError::Shape {
            path: pack::EVIDENCE,
            reason: format!(
                "line {number}: {:?} error at column {}",
                error.classify(),
                error.column()
            ),
        })?;
        each(&line)?;
    }
}

fn parsed<T: for<'de> Deserialize<'de>>(folder: &Path, path: &'static str) -> Result<T, PackError> {
    serde_json::from_slice(&read(folder, path)?).map_err(|error| PackError::Shape {
        path,
        reason: format!(
            "{:?} error at line {}, column {}",
            error.classify(),
            error.line(),
            error.column()
        ),
    })
}

fn read(folder: &Path, path: &str) -> Result<Vec<u8>, PackError> {
    let mut bytes = Vec::new();
    let read = File::open(folder.join(path)).and_then(|file| file.take(MOST).read_to_end(&mut bytes));
    read.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => PackError::Missing(path.to_owned()),
        _ => file(path, &error),
    })?;
    Ok(bytes)
}

fn digest_of(folder: &Path, path: &str) -> Result<String, PackError> {
    let mut digesting = Digesting::new(io::sink());
    let copied = File::open(folder.join(path)).and_then(|mut file| io::copy(&mut file, &mut digesting));
    let digest = copied.and_then(|_| digesting.end());
    digest
        .map(|(_, digest)| digest)
        .map_err(|error| file(path, &error))
}

fn file(path: &str, error: &io::Error) -> PackError {
    PackError::File {
        path: path.to_owned(),
        reason: error.kind().to_string(),
    }
}
