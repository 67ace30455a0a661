//! Disputes of people about what is known of them, as kept. A dispute changes no decision by itself.

use super::Keeping;
use crate::Protected;
use register::model::Instant;

/// Somebody says that a fact about them is wrong. Their words may tell what is protected, so they are kept sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeRecord {
    /// Identity.
    pub id: String,
    /// Who says so, and of whom the fact is.
    pub person: String,
    /// Which fact, by its word.
    pub fact: String,
    /// What is wrong with it.
    pub words: Protected<String>,
    /// When they said so.
    pub created: Instant,
    /// How it ended; `None`: it is open.
    pub settled: Option<SettledDispute>,
}

/// How a dispute ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledDispute {
    /// Who settled it.
    pub by: String,
    /// When.
    pub at: Instant,
    /// In a word.
    pub outcome: String,
    /// What they say to the person.
    pub note: Option<Protected<String>>,
}

/// Keeps disputes.
pub trait DisputeStore: Send + Sync {
    /// Keeps a new dispute.
    fn add_dispute<'a>(&'a self, dispute: &'a DisputeRecord) -> Keeping<'a, ()>;

    /// The dispute of this id.
    fn dispute<'a>(&'a self, id: &'a str) -> Keeping<'a, Option<DisputeRecord>>;

    /// Those of a person, or all that are open, in the order in which they were raised.
    fn disputes<'a>(&'a self, person: Option<&'a str>) -> Keeping<'a, Vec<DisputeRecord>>;

    /// Notes how a dispute ended; false: it had ended before, and stays as it was.
    fn settle_dispute<'a>(&'a self, id: &'a str, settled: &'a SettledDispute) -> Keeping<'a, bool>;
}
