//! The folder of a report: which files it has, and the manifest that signs them.
//!
//! The manifest is a signed note by the key of the log. Its text names the files with their SHA-256 digests as
//! `sha256sum` writes them, so that other tools can check it too.

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::HEXLOWER;
use std::collections::BTreeMap;
use std::io::{self, Write};
use tlog::note::{self, Note, SignError, Signer, VerifierKey};

/// The signed checkpoint of the log.
pub const CHECKPOINT: &str = "checkpoint";
/// What lies beside the entries in the tree.
pub const EDGES: &str = "edges.json";
/// The entries, one a line.
pub const EVIDENCE: &str = "evidence.jsonl";
/// The report, for spreadsheets.
pub const CSV: &str = "report.csv";
/// The report, for people.
pub const HTML: &str = "report.html";
/// The report, for programs.
pub const JSON: &str = "report.json";
/// Names and digests of all other files, signed.
pub const MANIFEST: &str = "manifest";

/// All files but the manifest.
pub const FILES: [&str; 6] = [CHECKPOINT, EDGES, EVIDENCE, CSV, HTML, JSON];

/// First line of a manifest. No checkpoint begins so, since no name of a log has a blank.
const HEAD: &str = "bailiwick report pack";

/// Digests of files by their names.
pub type Digests = BTreeMap<String, String>;

/// The manifest of these files.
///
/// # Errors
/// When signing fails.
pub fn sign(origin: &str, digests: &Digests, signer: &Signer) -> Result<Note, SignError> {
    let mut text = format!("{HEAD}\n{origin}\n");
    for (name, digest) in digests {
        text.push_str(&format!("{digest}  {name}\n"));
    }
    note::sign(&text, &[signer])
}

/// Reads a manifest that one of these keys has signed: the name of the log, and the digests.
///
/// # Errors
/// What is wrong with it.
pub fn read(bytes: &[u8], keys: &[VerifierKey]) -> Result<(String, Digests), String> {
    let note = Note::parse(bytes).map_err(|error| error.to_string())?;
    let signers = note.verified_by(keys).map_err(|error| error.to_string())?;
    let mut lines = note.text().lines();
    if lines.next() != Some(HEAD) {
        return Err("it is no manifest of a report".to_owned());
    }
    let origin = lines.next().unwrap_or_default().to_owned();
    if !signers.iter().any(|signer| signer.key.name().as_str() == origin) {
        return Err(format!(
            "it is of the log `{origin}`, and no key of that log has signed it"
        ));
    }
    let mut digests = Digests::new();
    for line in lines {
        let (digest, name) = line.split_once("  ").ok_or("a line is no digest and name")?;
        if digests.insert(name.to_owned(), digest.to_owned()).is_some() {
            return Err(format!("`{name}` stands in it twice"));
        }
    }
    if digests.keys().map(String::as_str).eq(FILES) {
        Ok((origin, digests))
    } else {
        Err(format!("it does not name exactly the files {}", FILES.join(", ")))
    }
}

/// Passes bytes on, and knows their digest.
pub struct Digesting<W> {
    to: W,
    context: Context,
}

impl<W: Write> Digesting<W> {
    /// Passes on to this.
    pub fn new(to: W) -> Self {
        Self {
            to,
            context: Context::new(&SHA256),
        }
    }

    /// The digest of all that was passed on.
    ///
    /// # Errors
    /// When what is still on its way cannot be written.
    pub fn end(mut self) -> io::Result<(W, String)> {
        self.to.flush()?;
        Ok((self.to, HEXLOWER.encode(self.context.finish().as_ref())))
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.context.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
