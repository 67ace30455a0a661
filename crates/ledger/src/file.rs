//! An audit device that appends to files and waits for the disk.
//!
//! One thread owns the files. Whoever has an entry puts it into a bounded queue and waits for the answer; the thread
//! takes what has gathered, writes it in one piece, synchronises once, and answers all. Under load many entries thus
//! share one wait for the disk, and without load nobody waits for others.
//!
//! A synchronisation that failed says nothing about what is on the disk, and asking again may lie. So a segment in which
//! a write or a synchronisation failed is never written again: nothing of the failed group is acknowledged, and the
//! device goes on in a new segment once it can open one and write its first line. A segment therefore ends either with a
//! whole line or with the torn rest of one that nobody was told was kept.

mod folder;
mod writer;

pub use folder::OpenError;

use crate::{Answer, AuditDevice, AuditError, Event, Intent, Outcome, stored};
use folder::Folder;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;
use writer::{Job, Medium, Writer};

/// How a [`FileDevice`] behaves.
#[derive(Clone, Copy, Debug)]
pub struct FileSettings {
    /// How long an answer may take.
    pub deadline: Duration,
    /// How many entries may wait.
    pub queue: usize,
    /// Bytes after which a new segment is begun.
    pub segment_bytes: u64,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self {
            deadline: Duration::from_millis(250),
            queue: 4096,
            segment_bytes: 256 * 1024 * 1024,
        }
    }
}

/// Keeps entries in a folder of files, one JSON object a line.
#[derive(Debug)]
pub struct FileDevice {
    /// `None` only while the device is being dropped.
    queue: Option<SyncSender<Job>>,
    healthy: Arc<AtomicBool>,
    deadline: Duration,
    thread: Option<JoinHandle<()>>,
}

impl FileDevice {
    /// Opens a folder, which is made if it is not there, and begins a new segment in it.
    ///
    /// # Errors
    /// When the folder cannot be written to, or another process has it open.
    pub fn open(folder: &Path, settings: FileSettings) -> Result<Self, OpenError> {
        let (folder, next) = Folder::open(folder)?;
        Self::start(folder, next, settings)
    }

    fn start(medium: impl Medium + 'static, next: u64, settings: FileSettings) -> Result<Self, OpenError> {
        let (sender, receiver) = sync_channel(settings.queue);
        let healthy = Arc::new(AtomicBool::new(true));
        let writer = Writer::new(medium, next, Arc::clone(&healthy), settings.segment_bytes);
        let writer = writer.with_first_segment()?;
        let thread = std::thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || writer.run(&receiver));
        let thread = thread.map_err(|error| OpenError::Unusable {
            reason: error.kind().to_string(),
        })?;
        Ok(Self {
            queue: Some(sender),
            healthy,
            deadline: settings.deadline,
            thread: Some(thread),
        })
    }

    fn keep(&self, line: Vec<u8>, is_owed: bool) -> Answer {
        let (answer, answered) = oneshot::channel();
        let queued = match &self.queue {
            _ if line.is_empty() => Err(AuditError::Failed {
                reason: "the entry cannot be written".to_owned(),
            }),
            Some(queue) => queue
                .try_send(Job {
                    line,
                    answer,
                    is_owed,
                })
                .map_err(|error| match error {
                    TrySendError::Full(_) => AuditError::Full,
                    TrySendError::Disconnected(_) => AuditError::Closed,
                }),
            None => Err(AuditError::Closed),
        };
        if let (Err(error), true) = (&queued, is_owed) {
            tracing::error!(%error, "what has happened was not recorded");
        }
        let deadline = self.deadline;
        Box::pin(async move {
            queued?;
            match tokio::time::timeout(deadline, answered).await {
                Ok(Ok(kept)) => kept,
                Ok(Err(_)) => Err(AuditError::Closed),
                Err(_) => Err(AuditError::Deadline),
            }
        })
    }
}

impl AuditDevice for FileDevice {
    fn intent(&self, intent: Intent) -> Answer {
        self.keep(stored::intent(&intent), false)
    }

    fn outcome(&self, outcome: Outcome) -> Answer {
        self.keep(stored::outcome(&outcome), true)
    }

    fn event(&self, event: Event) -> Answer {
        self.keep(stored::event(&event), true)
    }

    fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }
}

impl Drop for FileDevice {
    /// Writes what still waits, and ends the thread.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the ledger's thread ended by a panic");
        }
    }
}

#[cfg(test)]
mod tests;
