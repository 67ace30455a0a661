//! How far a log had come by what is kept elsewhere, in the store that all replicas share.
//!
//! Each tree is shown there before it is signed, and is seen only if the log is larger than before and this process is
//! the last that claimed it. So of two processes that write one log, by mistake or from a copy of its folder, one alone
//! signs, the one that began later; the other stops within the second. And a copy of the folder from before is not gone
//! on with.

use super::OpenError;
use super::progress::Durable;
use super::publish::Published;
use super::recover::Found;
use super::witnessed::Gate;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use tlog::{Hash, Tiles};

/// Where it is kept how far a log had come. Calls wait for the answer.
pub trait LogSight: Send + Sync {
    /// Size and root of the log as it was last seen; `None`: never.
    ///
    /// # Errors
    /// When nobody answers.
    fn last(&self) -> Result<Option<(u64, Hash)>, SightError>;

    /// From now on this process alone may show the log.
    ///
    /// # Errors
    /// When nobody answers.
    fn claim(&self, size: u64, root: Hash) -> Result<(), SightError>;

    /// Shows the log as it is about to be signed; false: another process has claimed it.
    ///
    /// # Errors
    /// When nobody answers.
    fn show(&self, size: u64, root: Hash) -> Result<bool, SightError>;
}

/// Nobody answers where it is kept how far the log had come.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store does not say how far the ledger had come: {reason}")]
pub struct SightError {
    /// Why, without any secret.
    pub reason: String,
}

/// A log and what is kept of it elsewhere, if anything is.
#[derive(Clone)]
pub(super) struct Sighted {
    sight: Option<Arc<dyn LogSight>>,
    gate: Arc<Gate>,
}

impl Sighted {
    pub(super) fn new(sight: Option<Arc<dyn LogSight>>, gate: Arc<Gate>) -> Self {
        Self { sight, gate }
    }

    /// Compares what was found with what was seen last, and claims the log.
    ///
    /// # Errors
    /// When more was seen than is there, or other entries, or nobody answers.
    pub(super) fn at_start(&self, folder: &Path, found: &Found) -> Result<(), OpenError> {
        let Some(sight) = &self.sight else {
            return Ok(());
        };
        let elsewhere = |reason: String| OpenError::Elsewhere { reason };
        let last = sight.last().map_err(|error| elsewhere(error.to_string()))?;
        let has = found.edge.size();
        if let Some((seen, root)) = last {
            if seen > has {
                return Err(elsewhere(format!(
                    "the store has seen {seen} entries of this ledger, and {has} are here, so this is an older copy; \
                     put the newest copy of the ledger's folder in its place, or begin a new ledger under a new \
                     `ledger-secret`"
                )));
            }
            if root_at(folder, found, seen) != Some(root) {
                return Err(elsewhere(format!(
                    "the first {seen} entries are not those that the store has seen, so this ledger was written anew, \
                     or its tiles are missing; keep its folder for whoever looks into it, and put the copy in its \
                     place that the store has seen"
                )));
            }
        }
        let claimed = sight.claim(has, found.edge.root());
        claimed.map_err(|error| elsewhere(error.to_string()))
    }

    /// Shows the log; whether this process may sign it. Once another has claimed it nothing is signed any more.
    pub(super) fn shows(&self, durable: Durable) -> Result<bool, SightError> {
        let Some(sight) = &self.sight else {
            return Ok(true);
        };
        let may_sign = sight.show(durable.size, durable.root)?;
        if !may_sign {
            self.gate.stop();
            tracing::error!(
                "another process signs for this ledger; nothing is signed and nothing is permitted here any more"
            );
        }
        Ok(may_sign)
    }
}

/// The root of the first entries, by the ends of groups or by the tiles.
fn root_at(folder: &Path, found: &Found, size: u64) -> Option<Hash> {
    let known = found.roots.iter().find(|(at, _)| *at == size);
    known.map(|(_, root)| *root).or_else(|| {
        let tiles = Tiles::from_reader(size, &Published(folder)).ok()?;
        Some(tiles.edge().root())
    })
}

impl fmt::Debug for Sighted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sighted({})", self.sight.is_some())
    }
}

#[cfg(test)]
mod tests;
