//! What a witness has seen of each log, and the judgement that it makes of what it is shown.

use crate::keys::WitnessKeys;
use crate::root::RootLog;
use ledger::PublishedLog;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tlog::note::{KeyKind, VerifierKey};
use tlog::witness::{Answer, Refusal, Request, Seen, judge};
use tlog::{Hash, SignedCheckpoint};

/// The logs that a witness knows: their keys, by their names.
#[derive(Clone, Debug, Default)]
pub struct Logs(BTreeMap<String, Vec<VerifierKey>>);

impl Logs {
    /// The logs of these keys; a log may have several. Keys that sign no checkpoints of a log are left out.
    pub fn of(keys: impl IntoIterator<Item = VerifierKey>) -> Self {
        let mut logs: BTreeMap<String, Vec<VerifierKey>> = BTreeMap::new();
        for key in keys.into_iter().filter(|key| key.kind() == KeyKind::Note) {
            logs.entry(key.name().to_string()).or_default().push(key);
        }
        Self(logs)
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Why a witness cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process has it.
    #[error(
        "another process has the state of this witness open; two of one key could vouch for two histories"
    )]
    InUse,
    /// A file cannot be read or written.
    #[error("the folder of the witness cannot be used: {}", .0.kind())]
    File(#[from] io::Error),
    /// What was kept is not what is there.
    #[error("the state of the witness was changed or damaged: {reason}")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// A checkpoint with its signatures is too long for an entry.
    #[error("a checkpoint is too long to be kept")]
    TooLong,
    /// What it has seen could not be kept before.
    #[error("what this witness has seen could not be kept before; it must be started again")]
    Stopped,
    /// Signing failed.
    #[error("signing has failed")]
    Sign,
}

impl StateError {
    pub(crate) fn damaged(reason: &str) -> Self {
        Self::Damaged {
            reason: reason.to_owned(),
        }
    }
}

/// A witness: its keys, the logs that it knows, and what it has seen of them.
pub struct State {
    folder: PathBuf,
    keys: WitnessKeys,
    logs: Logs,
    memory: Mutex<Memory>,
    /// Held open, and with it the lock, as long as this lives.
    _lock: File,
}

struct Memory {
    seen: BTreeMap<String, Seen>,
    root: RootLog,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "State({})", self.keys.cosigner.verifier_key())
    }
}

impl State {
    /// Opens the state in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// When another process has it open, or what was kept there is not what is there.
    pub fn open(folder: &Path, keys: WitnessKeys, logs: Logs) -> Result<Self, StateError> {
        fs::create_dir_all(folder)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StateError::InUse,
            TryLockError::Error(error) => error.into(),
        })?;
        let mut seen = BTreeMap::new();
        let root = RootLog::open(folder, &keys.root, |signed| {
            let checkpoint = signed.checkpoint();
            let now = Seen {
                size: checkpoint.size(),
                root: checkpoint.root(),
            };
            seen.insert(checkpoint.origin().to_owned(), now);
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            keys,
            logs,
            memory: Mutex::new(Memory { seen, root }),
            _lock: lock,
        })
    }

    /// The log of what was cosigned, as others read it.
    pub fn root(&self) -> PublishedLog {
        PublishedLog::new(&self.folder)
    }

    /// Answers the body of `add-checkpoint`, at this many seconds since 1970. What is cosigned was kept before.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn add_checkpoint(&self, body: &[u8], time: u64) -> Result<Answer, StateError> {
        let Ok(request) = Request::parse(body) else {
            return Ok(Answer::Malformed);
        };
        let checkpoint = request.checkpoint.checkpoint();
        let origin = checkpoint.origin();
        let keys = self.logs.0.get(origin).map(Vec::as_slice).unwrap_or_default();
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = memory.seen.get(origin).copied();
        let now = match judge(seen, &request, keys) {
            Ok(now) => now,
            Err(refusal) => {
                told(origin, &refusal);
                return Ok(refusal.answer());
            }
        };
        let cosigned = self.keys.cosigner.cosign(checkpoint, time);
        let line = cosigned.map_err(|_| StateError::Sign)?;
        let before = seen.unwrap_or(Seen {
            size: 0,
            root: Hash::EMPTY_TREE,
        });
        if now != before {
            // with the signatures that were checked, and no others
            let mut signed = checkpoint.clone().sign(&[]).map_err(|_| StateError::Sign)?;
            let of_log = request.checkpoint.note().signatures().to_vec();
            signed.add_verified(of_log, keys).map_err(|_| StateError::Sign)?;
            signed.add(line.clone());
            memory.keep(&signed, now, &self.keys)?;
        }
        Ok(Answer::Cosigned(vec![line]))
    }
}

impl Memory {
    fn keep(&mut self, signed: &SignedCheckpoint, now: Seen, keys: &WitnessKeys) -> Result<(), StateError> {
        self.root.append(signed.to_string().as_bytes())?;
        self.seen.insert(signed.checkpoint().origin().to_owned(), now);
        if let Err(error) = self.root.publish(&keys.root) {
            // it is kept, which is what a cosignature promises; it is published with the next one
            tracing::error!(%error, "the root log cannot be published");
        }
        Ok(())
    }
}

/// Says what somebody should look into; what anybody can bring about is not worth a line.
fn told(origin: &str, refusal: &Refusal) {
    if let Refusal::Inconsistent(error) = refusal {
        tracing::error!(
            log = origin,
            %error,
            "a log has shown a signed checkpoint that does not contain what was seen of it"
        );
    }
}

#[cfg(test)]
pub(crate) mod tests;
