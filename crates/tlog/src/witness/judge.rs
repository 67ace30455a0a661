//! Whether a witness may cosign.

use super::{Answer, Request};
use crate::check::{CheckError, check_consistency};
use crate::hash::Hash;
use crate::note::{NoteError, VerifierKey};

/// The latest tree of a log that a witness has cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// How many entries it has.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// Why a witness must not cosign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The witness has no key for the origin of the checkpoint.
    #[error("the log `{}` is not known here", crate::text::shown(.origin))]
    UnknownLog {
        /// The origin.
        origin: String,
    },
    /// The log has not signed it.
    #[error("the checkpoint is not signed by its log")]
    Unsigned(#[source] NoteError),
    /// The old size is beyond the new one.
    #[error("the old size {old} is beyond the checkpoint's, {size}")]
    Backwards {
        /// The old size in the request.
        old: u64,
        /// The size of the checkpoint.
        size: u64,
    },
    /// The old size is not the one that the witness saw last.
    #[error("the old size is {old}, and the latest tree seen here has {seen} entries")]
    OtherSize {
        /// The old size in the request.
        old: u64,
        /// What the witness saw last; 0 for nothing.
        seen: u64,
    },
    /// The new tree is not an extension of the one seen last: the log has two histories, or the proof is wrong.
    #[error("the checkpoint's tree is not shown to begin with the one seen last")]
    Inconsistent(#[source] CheckError),
}

impl Refusal {
    /// What a witness answers.
    #[must_use]
    pub fn answer(&self) -> Answer {
        match self {
            Self::UnknownLog { .. } => Answer::UnknownLog,
            Self::Unsigned(_) => Answer::Unsigned,
            Self::Backwards { .. } => Answer::Malformed,
            Self::OtherSize { seen, .. } => Answer::OtherSize(*seen),
            Self::Inconsistent(_) => Answer::Inconsistent,
        }
    }
}

/// Judges a request: `seen` is the latest tree that this witness has cosigned of the log, `keys` are those that it
/// trusts for the checkpoint's origin (none: it does not know the log). Gives what the witness has then seen.
///
/// The caller compares `seen` with what it holds and stores the outcome in one step before it cosigns; otherwise two
/// requests at the same time could take the log back.
///
/// # Errors
/// When the witness must not cosign; [`Refusal::answer`] is what it says.
pub fn judge(seen: Option<Seen>, request: &Request, keys: &[VerifierKey]) -> Result<Seen, Refusal> {
    let checkpoint = request.checkpoint.checkpoint();
    if keys.is_empty() {
        return Err(Refusal::UnknownLog {
            origin: checkpoint.origin().to_owned(),
        });
    }
    request.checkpoint.verified_by(keys).map_err(Refusal::Unsigned)?;
    let (old, size) = (request.old, checkpoint.size());
    if old > size {
        return Err(Refusal::Backwards { old, size });
    }
    let seen = seen.unwrap_or(Seen {
        size: 0,
        root: Hash::EMPTY_TREE,
    });
    if old != seen.size {
        return Err(Refusal::OtherSize { old, seen: seen.size });
    }
    check_consistency(&request.proof, old, seen.root, size, checkpoint.root())
        .map_err(Refusal::Inconsistent)?;
    Ok(Seen {
        size,
        root: checkpoint.root(),
    })
}
