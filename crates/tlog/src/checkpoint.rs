//! Checkpoints: what a log says its tree is, signed.

use crate::hash::Hash;
use crate::note::{self, Note, NoteError, SignError, SignatureLine, Signer, Verified, VerifierKey};
use crate::text::{FormatError, Lines, size};
use std::fmt;

/// The size and root of a log's tree, under the log's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

/// A checkpoint with the signatures under it, which nobody has checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl Checkpoint {
    /// The checkpoint of the log `origin`, whose tree has `size` entries and this root.
    ///
    /// # Errors
    /// When the origin is empty or has control characters, or the size is beyond [`crate::MAX_SIZE`].
    pub fn new(origin: impl Into<String>, size: u64, root: Hash) -> Result<Self, FormatError> {
        Self::with_extensions(origin, size, root, Vec::new())
    }

    /// A checkpoint with further lines. The specification advises against them, since who watches logs cannot check
    /// what they say.
    ///
    /// # Errors
    /// As [`Checkpoint::new`], or when an extension is empty or has control characters.
    pub fn with_extensions(
        origin: impl Into<String>,
        size: u64,
        root: Hash,
        extensions: Vec<String>,
    ) -> Result<Self, FormatError> {
        let checkpoint = Self {
            origin: origin.into(),
            size,
            root,
            extensions,
        };
        // what would not be read back the same is none
        let text = checkpoint.to_string();
        let read = Self::parse(&text)?;
        let changed = || FormatError::Line {
            line: 1,
            expected: "one line",
            found: checkpoint.origin.clone(),
        };
        if read == checkpoint {
            Ok(checkpoint)
        } else {
            Err(changed())
        }
    }

    /// Reads the text of a checkpoint, without signatures.
    ///
    /// # Errors
    /// When it is not exactly what [`Checkpoint`] writes.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let (text, line) = Lines::of(text.as_bytes(), note::MAX_NOTE)?.rest();
        Self::parse_within(text, line)
    }

    fn parse_within(text: &str, line: usize) -> Result<Self, FormatError> {
        let filled = |line: &str| (!line.is_empty()).then(|| line.to_owned());
        let mut lines = Lines::within(text, line);
        let origin = lines.take("the origin of the log", filled)?;
        let size = lines.take("the size of the tree", size)?;
        let root = lines.take("the root of the tree in base64", |line| line.parse().ok())?;
        let mut extensions = Vec::new();
        while !lines.is_done() {
            extensions.push(lines.take("an extension", filled)?);
        }
        Ok(Self {
            origin,
            size,
            root,
            extensions,
        })
    }

    /// The log that it is of.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Further lines, of which nothing is known.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Signs it.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign(self, signers: &[&Signer]) -> Result<SignedCheckpoint, SignError> {
        Ok(SignedCheckpoint {
            note: note::sign(&self.to_string(), signers)?,
            checkpoint: self,
        })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl SignedCheckpoint {
    /// Reads a checkpoint with its signatures. Nothing of it is to be believed before
    /// [`SignedCheckpoint::verified_by`].
    ///
    /// # Errors
    /// When it is not a signed note, or its text is not that of a checkpoint.
    pub fn parse(note: &[u8]) -> Result<Self, FormatError> {
        let (text, line) = Lines::of(note, note::MAX_NOTE)?.rest();
        Self::parse_within(text, line)
    }

    pub(crate) fn parse_within(text: &str, line: usize) -> Result<Self, FormatError> {
        let note = Note::parse_within(text, line)?;
        Ok(Self {
            checkpoint: Checkpoint::parse_within(note.text(), line)?,
            note,
        })
    }

    /// What was signed.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// It as a note.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a signature line of one's own: see [`Note::add`].
    pub fn add(&mut self, signature: SignatureLine) {
        self.note.add(signature);
    }

    /// Adds the cosignatures that a witness answered with: see [`Note::add_verified`].
    ///
    /// # Errors
    /// When no line is of one of these keys, or one of them does not verify; nothing is added then.
    pub fn add_verified<'k>(
        &mut self,
        lines: Vec<SignatureLine>,
        witnesses: &'k [VerifierKey],
    ) -> Result<Vec<Verified<'k>>, NoteError> {
        self.note.add_verified(lines, witnesses)
    }

    /// Which of these keys have signed: see [`Note::verified_by`].
    ///
    /// # Errors
    /// When none has, or a line of one of them does not verify.
    pub fn verified_by<'k>(&self, keys: &'k [VerifierKey]) -> Result<Vec<Verified<'k>>, NoteError> {
        self.note.verified_by(keys)
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

#[cfg(test)]
mod tests;
