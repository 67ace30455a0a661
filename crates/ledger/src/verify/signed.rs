//! Who has signed: the log its checkpoint, witnesses what they saw of it, and the log earlier ones.

use super::source::{Source, maybe, needed};
use super::{Verified, VerifyError};
use crate::checkpoint::{CHECKPOINT, WITNESSED};
use tlog::note::{KeyKind, VerifierKey};
use tlog::{Checkpoint, Hash, SignedCheckpoint};

/// What somebody wants to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Keys of the log; one of its own name must have signed. In the log of a witness, those with which it cosigns.
    pub keys: &'a [VerifierKey],
    /// An earlier checkpoint, with which the log must begin.
    pub since: Option<&'a SignedCheckpoint>,
    /// Witnesses, all of which must have cosigned.
    pub witnesses: &'a [VerifierKey],
}

/// What witnesses have cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// Entries under it.
    pub size: u64,
    /// Each witness by its key, and when it says it saw that, in seconds since 1970.
    pub by: Vec<(String, u64)>,
}

/// A tree with which the log must begin.
pub(super) struct Prefix {
    pub(super) size: u64,
    pub(super) root: Hash,
    pub(super) whose: &'static str,
}

/// What is signed about a log.
pub(super) struct Signed {
    pub(super) checkpoint: Checkpoint,
    pub(super) keys: Vec<String>,
    pub(super) prefixes: Vec<Prefix>,
    pub(super) witnessed: Option<Cosigned>,
}

impl Signed {
    pub(super) fn read(source: &dyn Source, wanted: &Wanted<'_>) -> Result<Self, VerifyError> {
        let bad = |reason: String| VerifyError::Checkpoint { reason };
        // before the newest one: that is never behind what witnesses have seen
        let cosigned = match wanted.witnesses {
            [] => None,
            _ => maybe(source, WITNESSED)?,
        };
        let note = needed(source, CHECKPOINT)?;
        let signed = SignedCheckpoint::parse(&note).map_err(|error| bad(error.to_string()))?;
        let keys = by_log(&signed, wanted.keys).map_err(bad)?;
        let checkpoint = signed.checkpoint().clone();
        let mut this = Self {
            checkpoint,
            keys,
            prefixes: Vec::new(),
            witnessed: None,
        };
        if let Some(since) = wanted.since {
            let bad = |reason| VerifyError::Since { reason };
            let _keys = by_log(since, wanted.keys).map_err(bad)?;
            if since.checkpoint().origin() != this.checkpoint.origin() {
                let reason = format!("it is of the log `{}`", since.checkpoint().origin());
                return Err(bad(reason));
            }
            this.begins_with(since.checkpoint(), "the earlier checkpoint")?;
        }
        if !wanted.witnesses.is_empty() {
            this.witnessed(&signed, cosigned.as_deref(), wanted)?;
        }
        Ok(this)
    }

    fn witnessed(
        &mut self,
        signed: &SignedCheckpoint,
        cosigned: Option<&[u8]>,
        wanted: &Wanted<'_>,
    ) -> Result<(), VerifyError> {
        let bad = |reason: String| VerifyError::Witness { reason };
        let newest = by_all(signed, wanted.witnesses);
        let Some(bytes) = cosigned.filter(|_| newest.is_err()) else {
            self.witnessed = Some(newest.map_err(bad)?);
            return Ok(());
        };
        let cosigned = SignedCheckpoint::parse(bytes).map_err(|error| bad(error.to_string()))?;
        let _keys = by_log(&cosigned, wanted.keys).map_err(bad)?;
        if cosigned.checkpoint().origin() != self.checkpoint.origin() {
            return Err(bad(format!(
                "they have seen the log `{}`",
                cosigned.checkpoint().origin()
            )));
        }
        self.witnessed = Some(by_all(&cosigned, wanted.witnesses).map_err(bad)?);
        self.begins_with(cosigned.checkpoint(), "what witnesses have seen")
    }

    fn begins_with(&mut self, earlier: &Checkpoint, whose: &'static str) -> Result<(), VerifyError> {
        let (size, had) = (self.checkpoint.size(), earlier.size());
        if had > size {
            return Err(VerifyError::Shrunk { size, had, whose });
        }
        self.prefixes.push(Prefix {
            size: had,
            root: earlier.root(),
            whose,
        });
        Ok(())
    }
}

impl Verified {
    /// The name of the log that a checkpoint is of, if one of these keys has signed it for that log.
    ///
    /// # Errors
    /// Why not, in words.
    pub fn signed_by<'k>(
        signed: &SignedCheckpoint,
        keys: &'k [VerifierKey],
    ) -> Result<Vec<&'k VerifierKey>, String> {
        let origin = signed.checkpoint().origin();
        let is_of_log = |key: &&VerifierKey| key.name().as_str() == origin && key.kind() == KeyKind::Note;
        if !keys.iter().any(|key| is_of_log(&key)) {
            return Err(format!("it is of the log `{origin}`, of which no key is known"));
        }
        let signers = signed.verified_by(keys).map_err(|error| error.to_string())?;
        let of_log: Vec<_> = signers.iter().map(|by| by.key).filter(is_of_log).collect();
        match of_log.is_empty() {
            true => Err("no known key has signed".to_owned()),
            false => Ok(of_log),
        }
    }
}

fn by_log(signed: &SignedCheckpoint, keys: &[VerifierKey]) -> Result<Vec<String>, String> {
    let signers = Verified::signed_by(signed, keys)?;
    Ok(signers.into_iter().map(ToString::to_string).collect())
}

/// That each of these witnesses has cosigned.
fn by_all(signed: &SignedCheckpoint, witnesses: &[VerifierKey]) -> Result<Cosigned, String> {
    let mut by = Vec::new();
    for witness in witnesses {
        let one = signed.verified_by(std::slice::from_ref(witness));
        let one = one.map_err(|error| format!("`{}`: {error}", witness.name()))?;
        by.extend(one.iter().map(|by| (by.key.to_string(), by.time.unwrap_or(0))));
    }
    Ok(Cosigned {
        size: signed.checkpoint().size(),
        by,
    })
}
