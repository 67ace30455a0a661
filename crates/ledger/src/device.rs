//! What keeps entries, whatever it is made of.

use crate::{Event, Intent, Outcome};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use tlog::Hash;

/// The answer of a device, still to come.
pub type Answer = Pin<Box<dyn Future<Output = Result<Receipt, AuditError>> + Send>>;

/// Something that keeps entries durably.
///
/// An entry is handed over when the method is called, not when its answer is first awaited. A device may leave out an
/// intent whose answer was dropped, because nobody will act on it; it must not leave out an outcome or an event, because
/// they tell of something that has happened.
pub trait AuditDevice: Send + Sync {
    /// Keeps an intent. The answer comes once it would survive a loss of power, or else is an error, in bounded time.
    fn intent(&self, intent: Intent) -> Answer;

    /// Keeps an outcome, likewise.
    fn outcome(&self, outcome: Outcome) -> Answer;

    /// Keeps an event, likewise.
    fn event(&self, event: Event) -> Answer;

    /// Whether the device can keep entries at present, as far as it knows.
    fn is_healthy(&self) -> bool;
}

/// Why an entry was not kept, or not known to be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// More entries wait than the device takes on.
    #[error("the audit device has more entries waiting than it can take on")]
    Full,
    /// The device did not answer in time.
    #[error("the audit device did not confirm the entry within its deadline")]
    Deadline,
    /// The device failed.
    #[error("the audit device could not keep the entry: {reason}")]
    Failed {
        /// What the device said, without any path.
        reason: String,
    },
    /// The clock was set back behind what is recorded.
    #[error("the clock stands behind entries that are recorded; what it says of validity cannot be trusted")]
    ClockSetBack,
    /// The device has been shut down.
    #[error("the audit device is shut down")]
    Closed,
}

/// Where an entry stands, and what it is: with the log's tiles, enough for a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Name of the log.
    pub origin: Arc<str>,
    /// Number of the entry, the first being 0.
    pub entry: u64,
    /// Its hash in the tree.
    pub leaf: Hash,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{} {}", self.origin, self.entry, self.leaf)
    }
}
