//! The log of a replica: an audit device that appends to files, waits for the disk, and publishes what it kept.
//!
//! One thread owns the segments. Whoever has an entry puts it into a bounded queue and waits for the answer; the thread
//! takes what has gathered, writes it in one piece, synchronises once, and answers all. Under load many entries thus
//! share one wait for the disk ([`pace`]), and without load nobody waits for others.
//!
//! A synchronisation that failed says nothing about what is on the disk, and asking again may lie. So a segment in which
//! a write or a synchronisation failed is never written again: nothing of the failed group is acknowledged, and the
//! device goes on in a new segment, which begins after the last entry that was. What has happened and could not be kept
//! is tried again then.
//!
//! A second thread makes of what is durable the tiles and bundles that others read, and signs a checkpoint. Both follow
//! from the segments; nobody waits for them. A third offers the checkpoint to witnesses, where the log has any.

pub(crate) mod folder;
mod maker;
mod pace;
mod progress;
mod publish;
mod recover;
mod sighted;
mod witnessed;
mod writer;

pub use folder::OpenError;
pub use sighted::{LogSight, SightError};
pub use witnessed::{Witness, WitnessAway, WitnessLine};

use crate::content;
use crate::identity::LogIdentity;
use crate::person_keys::PersonKeys;
use crate::reading::Entries;
use crate::{Answer, AuditDevice, AuditError, Ended, Event, Intent, Outcome};
use folder::Folder;
use maker::{Answered, Maker, Owes};
use progress::Progress;
use publish::Publisher;
use recover::Found;
use register::model::Instant;
use sighted::Sighted;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use witnessed::{Gate, Witnesses};
use writer::{Job, Medium, Tree, Writer};

/// How a [`FileDevice`] behaves.
#[derive(Clone, Copy, Debug)]
pub struct FileSettings {
    /// How long an answer may take.
    pub deadline: Duration,
    /// How many entries may wait.
    pub queue: usize,
    /// How many bytes of entries may wait.
    pub queue_bytes: usize,
    /// Bytes after which a new segment is begun.
    pub segment_bytes: u64,
    /// How often the newest checkpoint is offered to the witnesses of the log, at most.
    pub witness_every: Duration,
    /// How long after an entry is durable the checkpoint has it at the latest, as far as the disk keeps up.
    pub publish_every: Duration,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self {
            deadline: Duration::from_millis(250),
            queue: 4096,
            queue_bytes: 32 * 1024 * 1024,
            segment_bytes: 64 * 1024 * 1024,
            witness_every: Duration::from_secs(10),
            publish_every: Duration::from_secs(1),
        }
    }
}

/// What is known of a log outside its folder.
#[derive(Default)]
pub struct Outside {
    /// Where it is kept how far it had come, if anywhere.
    pub sight: Option<Arc<dyn LogSight>>,
    /// Who cosigns its checkpoints.
    pub witnesses: Vec<Witness>,
}

/// The log of a replica, in a folder of files.
pub struct FileDevice {
    /// `None` only while the device is being dropped.
    queue: Option<SyncSender<Job>>,
    maker: Arc<Maker>,
    progress: Arc<Progress>,
    gate: Arc<Gate>,
    settings: FileSettings,
    threads: Vec<JoinHandle<()>>,
}

impl FileDevice {
    /// Opens the log in a folder, which is made if it is not there, and begins a new segment in it. Permits that owe an
    /// outcome from the time before get one: interrupted, at this instant.
    ///
    /// # Errors
    /// When the folder cannot be written to, another process has it open, or what was kept is not what is there.
    pub fn open(
        folder: &Path,
        identity: &LogIdentity,
        at: Instant,
        settings: FileSettings,
    ) -> Result<Self, OpenError> {
        Self::open_outside(folder, identity, at, settings, Outside::default())
    }

    /// The same for a log of which something is known outside, which is asked before anything is signed.
    ///
    /// # Errors
    /// As above, and when somebody has seen more of this log than is there, or other entries.
    pub fn open_outside(
        folder: &Path,
        identity: &LogIdentity,
        at: Instant,
        settings: FileSettings,
        outside: Outside,
    ) -> Result<Self, OpenError> {
        let medium = Folder::open(folder)?;
        let found = recover::recover(folder).map_err(OpenError::of)?;
        publish::check(folder, identity, &found)?;
        if let Some(newest) = found
            .newest
            .filter(|newest| at.0 < newest.saturating_sub(writer::SET_BACK))
        {
            let newest = Instant(newest).to_string();
            return Err(OpenError::ClockSetBack { newest });
        }
        let people = PersonKeys::read(&folder::people(folder)?, identity.sealing()).map_err(OpenError::of)?;
        let maker = Arc::new(Maker::new(identity.sealing(), people).map_err(OpenError::of)?);
        let owed = owed_outcomes(folder, &found, identity, &maker.people, at)?;
        let mut witnesses = Witnesses::new(folder, identity, outside.witnesses);
        let sighted = Sighted::new(outside.sight, witnesses.gate());
        witnesses.at_start(found.edge.size())?;
        sighted.at_start(folder, &found)?;
        let publisher = Publisher::open(folder, identity.clone(), witnesses.gate(), sighted);
        let readers = Some((publisher, witnesses));
        let device = Self::start(medium, found, maker, identity, settings, readers)?;
        owed.into_iter().for_each(|outcome| drop(device.outcome(outcome)));
        Ok(device)
    }

    fn start(
        medium: impl Medium + 'static,
        found: Found,
        maker: Arc<Maker>,
        identity: &LogIdentity,
        settings: FileSettings,
        readers: Option<(Publisher, Witnesses)>,
    ) -> Result<Self, OpenError> {
        let (sender, receiver) = sync_channel(settings.queue);
        let progress = Arc::new(Progress::new(&found.edge));
        let tree = Tree {
            edge: found.edge,
            open: found.open,
            newest: found.newest,
        };
        let writer = Writer::new(
            (medium, found.next),
            tree,
            Arc::clone(&maker),
            Arc::clone(&progress),
            (identity.origin(), settings.segment_bytes),
        );
        let writer = writer.with_first_segment()?;
        let followed = Arc::clone(&progress);
        let mut threads = vec![thread("ledger", move || writer.run(&receiver))?];
        let mut gate = Arc::new(Gate::open());
        if let Some((publisher, witnesses)) = readers {
            gate = witnesses.gate();
            let (every, offered) = (settings.publish_every, Arc::clone(&progress));
            threads.push(thread("ledger-publisher", move || {
                publisher.run(&followed, every)
            })?);
            if !witnesses.is_empty() {
                let every = settings.witness_every;
                threads.push(thread("ledger-witnesses", move || {
                    witnesses.run(&offered, every)
                })?);
            }
        }
        Ok(Self {
            queue: Some(sender),
            maker,
            progress,
            gate,
            settings,
            threads,
        })
    }

    fn keep(&self, made: Result<(Job, Answered), crate::SealError>) -> Answer {
        let queued = made
            .map_err(|error| AuditError::Failed {
                reason: error.to_string(),
            })
            .and_then(|(job, answered)| self.queue(job).map(|()| answered));
        let deadline = self.settings.deadline;
        Box::pin(async move {
            match tokio::time::timeout(deadline, queued?).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err(AuditError::Closed),
                Err(_) => Err(AuditError::Deadline),
            }
        })
    }

    fn queue(&self, job: Job) -> Result<(), AuditError> {
        let queue = self.queue.as_ref().ok_or(AuditError::Closed)?;
        let bytes = job.bytes;
        if !self.progress.take_room(bytes, self.settings.queue_bytes) {
            return Err(AuditError::Full);
        }
        queue.try_send(job).map_err(|error| {
            self.progress.written(bytes);
            match error {
                TrySendError::Full(_) => AuditError::Full,
                TrySendError::Disconnected(_) => AuditError::Closed,
            }
        })
    }
}

impl AuditDevice for FileDevice {
    fn intent(&self, intent: Intent) -> Answer {
        if self.gate.is_stopped() {
            let reason = "a witness has seen another history of the ledger".to_owned();
            return Box::pin(async { Err(AuditError::Failed { reason }) });
        }
        let owes = intent.verdict.permits().then(|| Owes {
            decision: intent.decision,
            of: intent.subject(),
        });
        self.keep(self.maker.job(&content::of_intent(&intent), owes))
    }

    fn outcome(&self, outcome: Outcome) -> Answer {
        self.keep(self.maker.outcome(&outcome))
    }

    fn event(&self, event: Event) -> Answer {
        self.keep(self.maker.job(&content::of_event(&event), None))
    }

    fn is_healthy(&self) -> bool {
        self.progress.is_healthy() && !self.gate.is_stopped()
    }
}

impl fmt::Debug for FileDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileDevice({:?})", self.settings)
    }
}

impl Drop for FileDevice {
    /// Writes what still waits, publishes it, and ends the threads.
    fn drop(&mut self) {
        self.queue = None;
        let mut threads = std::mem::take(&mut self.threads).into_iter();
        let has_ended = |thread: Option<JoinHandle<()>>| thread.is_none_or(|thread| thread.join().is_ok());
        let writer = has_ended(threads.next());
        self.progress.finish();
        let others = threads.map(|thread| has_ended(Some(thread)));
        if !others.fold(writer, |all, one| all & one) {
            tracing::error!("a thread of the ledger ended by a panic");
        }
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    Ok(thread?)
}

/// Outcomes for the permits that were open when the program ended.
fn owed_outcomes(
    folder: &Path,
    found: &Found,
    identity: &LogIdentity,
    people: &PersonKeys,
    at: Instant,
) -> Result<Vec<Outcome>, OpenError> {
    let at = found.newest.map_or(at, |newest| Instant(newest.max(at.0)));
    let mut owed = Vec::new();
    let Some(first) = found.open.first() else {
        return Ok(owed);
    };
    for entry in Entries::open(folder, *first, found.edge.size()).map_err(OpenError::of)? {
        let entry = entry.map_err(OpenError::of)?;
        let intent = entry.number;
        if !found.open.contains(&intent) {
            continue;
        }
        let opened = entry.open(identity.sealing(), people).map_err(OpenError::of)?;
        let decision = opened.decision().ok_or_else(|| OpenError::Damaged {
            reason: format!("entry {intent} has no decision"),
        })?;
        owed.push(content::unsent(
            intent,
            decision,
            opened.subject(),
            at,
            Ended::Interrupted,
        ));
    }
    Ok(owed)
}

impl OpenError {
    fn of(error: impl std::error::Error) -> Self {
        Self::Damaged {
            reason: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
