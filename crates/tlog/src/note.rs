//! Signed notes: a text, an empty line, and signature lines, of which everybody checks those whose keys they know.
//!
//! A line of an unknown key says nothing and is passed over, so that a log may change its key or gather signatures of
//! witnesses. A line of a known key that does not verify is a forgery, and refuses the whole note. A note that nobody
//! known has signed is refused too.

mod key;

pub use key::{KeyError, KeyId, KeyKind, KeyName, Signer, VerifierKey};

use crate::text::{FormatError, Lines, base64, bytes};
use std::fmt;

/// The most bytes of a note that is read.
pub const MAX_NOTE: usize = 512 * 1024;

/// The most signature lines of a note that is read.
pub const MAX_SIGNATURES: usize = 64;

const SIGNATURE_LINE: &str = "a signature: `— name base64`";

/// A text and the signatures under it, which nobody has checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

/// One signature line: whose, and the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    pub(crate) name: KeyName,
    pub(crate) id: KeyId,
    pub(crate) signature: Vec<u8>,
}

/// A key that has signed, and when it says it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'k> {
    /// The key, one of those that were given.
    pub key: &'k VerifierKey,
    /// Seconds since 1970 for a cosignature; a plain signature has no time.
    pub time: Option<u64>,
}

/// Why a note is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A line says that it is of a known key, and is not.
    #[error("the signature of `{}` does not verify", .name)]
    Forged {
        /// The name of the key.
        name: KeyName,
    },
    /// No line is of a known key.
    #[error("no known key has signed")]
    Unsigned,
}

/// Why a text was not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The text does not end in a newline, or has control characters.
    #[error(transparent)]
    Text(#[from] FormatError),
    /// A time that no cosignature can carry.
    #[error("a cosignature cannot say the time {0}")]
    Time(u64),
    /// The library that signs has failed.
    #[error("signing has failed")]
    Failed,
}

/// Signs a text, which must end in a newline.
///
/// # Errors
/// When the text cannot be that of a note, or signing fails.
pub fn sign(text: &str, signers: &[&Signer]) -> Result<Note, SignError> {
    Lines::of(text.as_bytes(), MAX_NOTE)?;
    if !text.ends_with('\n') {
        let line = text.lines().count().max(1);
        return Err(FormatError::Ends {
            line,
            expected: "a newline",
        }
        .into());
    }
    let signatures = signers
        .iter()
        .map(|signer| signer.sign(text))
        .collect::<Result<_, _>>()?;
    Ok(Note {
        text: text.to_owned(),
        signatures,
    })
}

impl Note {
    /// Reads a note. Nothing of it is to be believed before [`Note::verified_by`].
    ///
    /// # Errors
    /// When it is not one, has more than [`MAX_NOTE`] bytes or more than [`MAX_SIGNATURES`] signatures.
    pub fn parse(note: &[u8]) -> Result<Self, FormatError> {
        let (text, line) = Lines::of(note, MAX_NOTE)?.rest();
        Self::parse_within(text, line)
    }

    /// Reads a note that begins in a certain line of a larger text.
    pub(crate) fn parse_within(note: &str, line: usize) -> Result<Self, FormatError> {
        let lines_of = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
        let ends = FormatError::Ends {
            line: line + lines_of(note),
            expected: "an empty line and signatures",
        };
        // the last empty line is the separator, since signature lines are not empty
        let separator = note.rfind("\n\n").ok_or_else(|| ends.clone())?;
        let (text, signatures) = note.split_at_checked(separator + 1).ok_or(ends)?;
        let mut lines = Lines::within(signatures, line + lines_of(text));
        lines.take("empty", |line| line.is_empty().then_some(()))?;
        let mut signatures = vec![lines.take(SIGNATURE_LINE, SignatureLine::parse)?];
        while !lines.is_done() {
            signatures.push(lines.take(SIGNATURE_LINE, SignatureLine::parse)?);
            if signatures.len() > MAX_SIGNATURES {
                let (_, after) = lines.rest();
                return Err(FormatError::TooMany {
                    line: after - 1,
                    what: "signatures",
                    limit: MAX_SIGNATURES,
                });
            }
        }
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    /// What was signed, with its last newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, of known keys and others.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// Adds a signature line of one's own. It is not checked, and not added twice.
    pub fn add(&mut self, signature: SignatureLine) {
        if !self.signatures.contains(&signature) {
            self.signatures.push(signature);
        }
    }

    /// Adds lines that somebody else sent, such as the answer of a witness: those of these keys, if all of them verify.
    /// Lines of other keys are left out.
    ///
    /// # Errors
    /// As [`Note::verified_by`] for the lines alone; nothing is added then. A line that does not verify would spoil the
    /// note for everybody who knows its key.
    pub fn add_verified<'k>(
        &mut self,
        lines: Vec<SignatureLine>,
        keys: &'k [VerifierKey],
    ) -> Result<Vec<Verified<'k>>, NoteError> {
        let alone = Self {
            text: self.text.clone(),
            signatures: lines,
        };
        let verified = alone.verified_by(keys)?;
        let is_known = |line: &SignatureLine| keys.iter().any(|key| line.is_of(key));
        alone
            .signatures
            .into_iter()
            .filter(is_known)
            .for_each(|line| self.add(line));
        Ok(verified)
    }

    /// Which of these keys have signed; each once, with the time of its first line.
    ///
    /// # Errors
    /// When none has, or a line of one of them does not verify.
    pub fn verified_by<'k>(&self, keys: &'k [VerifierKey]) -> Result<Vec<Verified<'k>>, NoteError> {
        let mut verified: Vec<Verified<'k>> = Vec::new();
        for line in &self.signatures {
            let mut named = keys
                .iter()
                .filter(|key| *key.name() == line.name && key.id() == line.id)
                .peekable();
            if named.peek().is_none() {
                continue;
            }
            let Some(by) = named.find_map(|key| key.verify(&self.text, &line.signature)) else {
                return Err(NoteError::Forged {
                    name: line.name.clone(),
                });
            };
            if !verified.iter().any(|other| other.key == by.key) {
                verified.push(by);
            }
        }
        if verified.is_empty() {
            Err(NoteError::Unsigned)
        } else {
            Ok(verified)
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl SignatureLine {
    /// Reads a line without its newline.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        let decoded = bytes(encoded)?;
        let (id, signature) = decoded.split_first_chunk()?;
        if signature.is_empty() {
            return None;
        }
        Some(Self {
            name: KeyName::new(name).ok()?,
            id: KeyId::from_bytes(*id),
            signature: signature.to_vec(),
        })
    }

    /// Reads lines that come alone, as a witness answers with them.
    ///
    /// # Errors
    /// When there is none, more than [`MAX_SIGNATURES`], or something else.
    pub fn parse_all(text: &[u8]) -> Result<Vec<Self>, FormatError> {
        let mut lines = Lines::of(text, MAX_NOTE)?;
        let mut signatures = vec![lines.take(SIGNATURE_LINE, Self::parse)?];
        while !lines.is_done() {
            signatures.push(lines.take(SIGNATURE_LINE, Self::parse)?);
            if signatures.len() > MAX_SIGNATURES {
                let line = signatures.len();
                return Err(FormatError::TooMany {
                    line,
                    what: "signatures",
                    limit: MAX_SIGNATURES,
                });
            }
        }
        Ok(signatures)
    }

    /// The name of the key that it says it is of.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of the key that it says it is of.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    fn is_of(&self, key: &VerifierKey) -> bool {
        self.name == *key.name() && self.id == key.id()
    }
}

/// The line without its newline.
impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "— {} {}",
            self.name,
            base64(&[&self.id.as_bytes()[..], &self.signature].concat())
        )
    }
}

#[cfg(test)]
mod tests;
