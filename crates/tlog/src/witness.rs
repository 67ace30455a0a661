//! The protocol between a log and its witnesses: `add-checkpoint`, and the judgement that a witness makes of it.
//!
//! A log sends the size that the witness saw last, a proof from there, and its new checkpoint. The witness looks up
//! what it knows of the log and asks [`judge`]; if that permits, it *first* makes the new size and root durable, in
//! one step with having compared the old one, and then answers with its [cosignature](crate::cosignature).

mod judge;

pub use judge::{Refusal, Seen, judge};

use crate::checkpoint::SignedCheckpoint;
use crate::hash::Hash;
use crate::note::{self, SignatureLine};
use crate::text::{FormatError, Lines, named, size};
use std::fmt;

/// The most bytes of a request that is read.
pub const MAX_REQUEST: usize = note::MAX_NOTE + 4 * 1024;

/// The `Content-Type` of the answer 409.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// A log asks for a cosignature: the body of `POST /add-checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The size of the tree from which the proof leads; 0 at the first time.
    pub old: u64,
    /// The proof that the checkpoint's tree begins with that tree; at most [`crate::MAX_PROOF`] hashes.
    pub proof: Vec<Hash>,
    /// The checkpoint to cosign.
    pub checkpoint: SignedCheckpoint,
}

/// What a witness answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 200: its signature lines, at least one.
    Cosigned(Vec<SignatureLine>),
    /// 400: the request is not in its format, or its old size is beyond that of the checkpoint.
    Malformed,
    /// 403: no known key of the log has signed, or a line of one does not verify.
    Unsigned,
    /// 404: the witness does not know the log.
    UnknownLog,
    /// 409: the old size is not that which the witness saw last, which is this one.
    OtherSize(u64),
    /// 422: the proof does not hold, or the roots of equal sizes differ.
    Inconsistent,
}

/// Why an answer is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// A status that the protocol does not have.
    #[error("a witness does not answer with the status {0}")]
    Status(u16),
    /// A body that does not belong to the status.
    #[error("the body of the answer is not that of status {status}")]
    Body {
        /// The status.
        status: u16,
        /// What is wrong with the body.
        #[source]
        source: FormatError,
    },
}

impl Request {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// When it is not in its format; answer with [`Answer::Malformed`].
    pub fn parse(body: &[u8]) -> Result<Self, FormatError> {
        let mut lines = Lines::of(body, MAX_REQUEST)?;
        let old = lines.take("`old` and a size", |line| size(named(line, "old")?))?;
        let proof = lines.hashes("a hash of the proof in base64")?;
        let (rest, line) = lines.rest();
        Ok(Self {
            old,
            proof,
            checkpoint: SignedCheckpoint::parse_within(rest, line)?,
        })
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl Answer {
    /// The status of HTTP.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Cosigned(_) => 200,
            Self::Malformed => 400,
            Self::Unsigned => 403,
            Self::UnknownLog => 404,
            Self::OtherSize(_) => 409,
            Self::Inconsistent => 422,
        }
    }

    /// The `Content-Type` where the protocol asks for one.
    #[must_use]
    pub fn content_type(&self) -> Option<&'static str> {
        matches!(self, Self::OtherSize(_)).then_some(SIZE_TYPE)
    }

    /// The body; empty where the protocol leaves it open.
    #[must_use]
    pub fn body(&self) -> String {
        match self {
            Self::Cosigned(lines) => lines.iter().map(|line| format!("{line}\n")).collect(),
            Self::OtherSize(size) => format!("{size}\n"),
            _ => String::new(),
        }
    }

    /// Reads an answer. Bodies of refusals other than 409 are passed over.
    ///
    /// # Errors
    /// When the protocol has no such status, or the body is not that of the status.
    pub fn parse(status: u16, body: &[u8]) -> Result<Self, AnswerError> {
        let wrong = |source| AnswerError::Body { status, source };
        Ok(match status {
            200 => Self::Cosigned(SignatureLine::parse_all(body).map_err(wrong)?),
            400 => Self::Malformed,
            403 => Self::Unsigned,
            404 => Self::UnknownLog,
            409 => Self::OtherSize(parse_size(body).map_err(wrong)?),
            422 => Self::Inconsistent,
            _ => return Err(AnswerError::Status(status)),
        })
    }
}

fn parse_size(body: &[u8]) -> Result<u64, FormatError> {
    let mut lines = Lines::of(body, 32)?;
    let known = lines.take("a size", size)?;
    match lines.rest() {
        ("", _) => Ok(known),
        (found, line) => Err(FormatError::Line {
            line,
            expected: "the end",
            found: found.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests;
