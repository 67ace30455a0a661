//! Makes entries: draws seeds, commits, seals.

use super::writer::Job;
use crate::content::{self, Content};
use crate::leaf::{self, Seeds};
use crate::person_keys::PersonKeys;
use crate::seal::{SealError, Sealer, SealingKey};
use crate::segment::{Entry, Owed};
use crate::{AuditError, DecisionId, Ended, Outcome, Receipt, Subject};
use register::model::Instant;
use tlog::leaf_hash;
use tokio::sync::oneshot;

/// Makes the entries of a log.
pub(super) struct Maker {
    sealer: Sealer,
    pub people: PersonKeys,
}

/// What the outcome of a permit says, whatever else happens.
#[derive(Clone, Debug)]
pub(super) struct Owes {
    pub decision: DecisionId,
    pub of: Subject,
}

/// The answer of a job, still to come.
pub(super) type Answered = oneshot::Receiver<Result<Receipt, AuditError>>;

impl Maker {
    pub(super) fn new(key: &SealingKey, people: PersonKeys) -> Result<Self, SealError> {
        Ok(Self {
            sealer: Sealer::new(key)?,
            people,
        })
    }

    /// An entry with this content.
    fn entry(&self, content: &Content, owed: Owed) -> Result<(Entry, tlog::Hash), SealError> {
        let seeds = Seeds::draw()?;
        let leaf = leaf::write(content, &seeds);
        let hash = leaf_hash(&leaf);
        let person = content.key.map(|person| self.people.of(person)).transpose()?;
        let side = self.sealer.seal(content, &seeds, &hash, person.as_ref())?;
        Ok((Entry { owed, leaf, side }, hash))
    }

    /// A job for the thread that writes; `owes` is there for a permit.
    pub(super) fn job(&self, content: &Content, owes: Option<Owes>) -> Result<(Job, Answered), SealError> {
        let owed = match (content.intent, &owes) {
            (Some(intent), _) => Owed::Closes(intent),
            (None, Some(_)) => Owed::Opens,
            (None, None) => Owed::Nothing,
        };
        let (entry, leaf) = self.entry(content, owed)?;
        let (answer, answered) = oneshot::channel();
        let job = Job {
            bytes: entry.leaf.len() + entry.side.len() + 64,
            entry,
            leaf,
            at: content.at.0,
            answer,
            is_owed: content.kind != content::Kind::Intent,
            can_wait: content.kind == content::Kind::Outcome,
            owes,
        };
        Ok((job, answered))
    }

    /// A job for the outcome of an intent.
    pub(super) fn outcome(&self, outcome: &Outcome) -> Result<(Job, Answered), SealError> {
        self.job(&content::of_outcome(outcome), None)
    }

    /// The outcome of a permit that nobody is there to use.
    pub(super) fn not_forwarded(&self, intent: u64, owes: Owes, at: i64) -> Option<Job> {
        let outcome = content::unsent(intent, owes.decision, owes.of, Instant(at), Ended::NotForwarded);
        let made = self.outcome(&outcome);
        made.map(|(job, _)| job)
            .inspect_err(|error| tracing::error!(%error, "what has happened was not recorded"))
            .ok()
    }
}
