//! Proofs in a file: that an entry is in a log, checkable without the log (`tlog-proof`).

use crate::check::{CheckError, check_inclusion};
use crate::checkpoint::SignedCheckpoint;
use crate::hash::Hash;
use crate::note::{self, NoteError, Verified, VerifierKey};
use crate::text::{FormatError, Lines, base64, bytes, named, size};
use std::fmt;

/// The first line of a proof.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The most bytes of extra data.
pub const MAX_EXTRA: usize = 64 * 1024;

/// The most bytes of a proof that is read.
pub const MAX_TEXT: usize = note::MAX_NOTE + MAX_EXTRA * 4 / 3 + 8 * 1024;

/// A proof that an entry is in a log. Stored with the extension `.tlog-proof`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What else an application needs, at most [`MAX_EXTRA`] bytes; nothing proves it. Empty for none.
    pub extra: Vec<u8>,
    /// Which entry, counted from 0.
    pub index: u64,
    /// The hashes beside its path, from the leaf upwards; at most [`crate::MAX_PROOF`].
    pub hashes: Vec<Hash>,
    /// The tree that it is in.
    pub checkpoint: SignedCheckpoint,
}

/// Whom somebody believes who checks a proof.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'k> {
    /// The log.
    pub origin: &'k str,
    /// Its keys, one of which must have signed.
    pub log: &'k [VerifierKey],
    /// Witnesses of the log.
    pub witnesses: &'k [VerifierKey],
    /// How many of the witnesses must have cosigned.
    pub quorum: usize,
}

/// Why a proof is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It is of another log.
    #[error("the proof is of the log `{}`, not of `{}`", crate::text::shown(.found), crate::text::shown(.expected))]
    OtherLog {
        /// The origin of its checkpoint.
        found: String,
        /// The log that it should be of.
        expected: String,
    },
    /// The log has not signed its checkpoint.
    #[error("the checkpoint of the proof is not signed by its log")]
    Log(#[source] NoteError),
    /// A cosignature of a known witness does not verify.
    #[error("the checkpoint of the proof has a wrong cosignature")]
    Witness(#[source] NoteError),
    /// Fewer witnesses than asked for.
    #[error("{found} of the known witnesses have cosigned; {quorum} are needed")]
    Quorum {
        /// How many have cosigned.
        found: usize,
        /// How many are needed.
        quorum: usize,
    },
    /// The entry is not shown to be in the tree.
    #[error("the entry is not shown to be in the log")]
    Inclusion(#[source] CheckError),
}

impl Proof {
    /// Reads a proof. Nothing of it is to be believed before [`Proof::check`].
    ///
    /// # Errors
    /// When it is not in its format.
    pub fn parse(text: &[u8]) -> Result<Self, FormatError> {
        let mut lines = Lines::of(text, MAX_TEXT)?;
        lines.take("`c2sp.org/tlog-proof@v1`", |line| (line == HEADER).then_some(()))?;
        let read = |line| bytes(named(line, "extra")?).filter(|extra| (1..=MAX_EXTRA).contains(&extra.len()));
        let extra = match lines.has("extra ") {
            true => lines.take("`extra` and at most 64 KiB in base64", read)?,
            false => Vec::new(),
        };
        let index = lines.take("`index` and a number", |line| size(named(line, "index")?))?;
        let hashes = lines.hashes("a hash of the proof in base64")?;
        let (rest, line) = lines.rest();
        Ok(Self {
            extra,
            index,
            hashes,
            checkpoint: SignedCheckpoint::parse_within(rest, line)?,
        })
    }

    /// Checks that the entry with this [leaf hash](crate::leaf_hash) is in the log; gives the witnesses that have
    /// cosigned its checkpoint. What they say of the time is for the caller to judge.
    ///
    /// # Errors
    /// When the proof is of another log, the log or too few witnesses have signed, a signature of any of them does not
    /// verify, or the hashes do not lead from the leaf to the root.
    pub fn check<'k>(&self, leaf: Hash, trust: &Trust<'k>) -> Result<Vec<Verified<'k>>, ProofError> {
        let checkpoint = self.checkpoint.checkpoint();
        if checkpoint.origin() != trust.origin {
            let found = checkpoint.origin().to_owned();
            return Err(ProofError::OtherLog {
                found,
                expected: trust.origin.to_owned(),
            });
        }
        self.checkpoint.verified_by(trust.log).map_err(ProofError::Log)?;
        let witnesses = match self.checkpoint.verified_by(trust.witnesses) {
            Err(NoteError::Unsigned) => Vec::new(),
            witnesses => witnesses.map_err(ProofError::Witness)?,
        };
        // two names for one key are one witness
        let distinct: std::collections::BTreeSet<_> = witnesses.iter().map(|by| by.key.public()).collect();
        if distinct.len() < trust.quorum {
            return Err(ProofError::Quorum {
                found: distinct.len(),
                quorum: trust.quorum,
            });
        }
        check_inclusion(
            &self.hashes,
            self.index,
            leaf,
            checkpoint.size(),
            checkpoint.root(),
        )
        .map_err(ProofError::Inclusion)?;
        Ok(witnesses)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", base64(&self.extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests;
