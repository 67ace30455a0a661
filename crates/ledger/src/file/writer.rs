//! The thread that writes: takes what has gathered, writes, synchronises, answers.

use super::OpenError;
use crate::{AuditError, Receipt, stored};
use aws_lc_rs::digest;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Most entries of one group.
const GROUP: usize = 1024;

/// How often a failed device looks whether it can go on, if nobody asks it to keep anything.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// One entry, and where to answer.
pub(super) struct Job {
    pub line: Vec<u8>,
    pub answer: oneshot::Sender<Result<Receipt, AuditError>>,
    /// It is written even if nobody waits for the answer.
    pub is_owed: bool,
}

/// Where segments lie.
pub(super) trait Medium: Send {
    /// Makes a new, empty segment.
    fn begin(&mut self, number: u64) -> io::Result<Box<dyn Segment>>;
    /// Removes a segment in which nothing was acknowledged.
    fn discard(&mut self, number: u64) -> io::Result<()>;
}

/// A segment that can be appended to.
pub(super) trait Segment: Send {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    fn synchronise(&mut self) -> io::Result<()>;
}

/// The segment in use.
struct Current {
    segment: Box<dyn Segment>,
    number: u64,
    entries: u64,
    bytes: u64,
}

/// What the thread owns.
pub(super) struct Writer<M> {
    medium: M,
    next: u64,
    current: Option<Current>,
    healthy: Arc<AtomicBool>,
    segment_bytes: u64,
}

impl<M: Medium> Writer<M> {
    pub(super) const fn new(medium: M, next: u64, healthy: Arc<AtomicBool>, segment_bytes: u64) -> Self {
        Self {
            medium,
            next,
            current: None,
            healthy,
            segment_bytes,
        }
    }

    /// Begins the first segment, so that a device that cannot write is noticed when it is opened.
    pub(super) fn with_first_segment(mut self) -> Result<Self, OpenError> {
        self.begin()?;
        Ok(self)
    }

    /// Serves the queue until nobody can put anything into it any more.
    pub(super) fn run(mut self, queue: &Receiver<Job>) {
        loop {
            let first = match queue.recv_timeout(LOOK_AGAIN) {
                Ok(job) => job,
                Err(RecvTimeoutError::Timeout) => {
                    if self.current.is_none() {
                        let _ = self.begin();
                    }
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let rest = queue.try_iter().take(GROUP - 1);
            let is_wanted = |job: &Job| job.is_owed || !job.answer.is_closed();
            let group: Vec<Job> = std::iter::once(first).chain(rest).filter(is_wanted).collect();
            if !group.is_empty() {
                self.keep(group);
            }
        }
    }

    fn keep(&mut self, group: Vec<Job>) {
        let written = self.write(&group);
        let failed = |error: &io::Error| AuditError::Failed {
            reason: error.kind().to_string(),
        };
        let (segment, mut entry) = *written.as_ref().unwrap_or(&(0, 0));
        for job in group {
            entry += 1;
            let answer = match &written {
                Ok(_) => Ok(Receipt {
                    segment,
                    entry,
                    digest: digest_of(&job.line),
                }),
                Err(error) => Err(failed(error)),
            };
            if job.is_owed && answer.is_err() {
                tracing::error!("what has happened was not recorded");
            }
            // who asked may have gone; the entry is kept all the same
            let _ = job.answer.send(answer);
        }
    }

    /// Writes a group durably; gives the segment and the number of entries before the group.
    fn write(&mut self, group: &[Job]) -> io::Result<(u64, u64)> {
        if self
            .current
            .as_ref()
            .is_none_or(|current| current.bytes >= self.segment_bytes)
        {
            self.begin()?;
        }
        let Some(current) = &mut self.current else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let lines: Vec<u8> = group.iter().flat_map(|job| job.line.iter().copied()).collect();
        match current
            .segment
            .append(&lines)
            .and_then(|()| current.segment.synchronise())
        {
            Ok(()) => {
                let before = current.entries;
                current.entries += group.len() as u64;
                current.bytes += lines.len() as u64;
                Ok((current.number, before))
            }
            Err(error) => {
                self.fail(&error);
                Err(error)
            }
        }
    }

    /// Begins a new segment and writes its first line. Each attempt takes a number of its own.
    fn begin(&mut self) -> io::Result<()> {
        let number = self.next;
        self.next = number.saturating_add(1);
        match self.try_begin(number) {
            Ok(current) => {
                self.current = Some(current);
                if !self.healthy.swap(true, Ordering::Relaxed) {
                    tracing::info!(segment = number, "the ledger goes on in a new segment");
                }
                Ok(())
            }
            Err(error) => {
                self.fail(&error);
                Err(error)
            }
        }
    }

    fn try_begin(&mut self, number: u64) -> io::Result<Current> {
        let mut segment = self.medium.begin(number)?;
        let line = stored::segment(number);
        match segment.append(&line).and_then(|()| segment.synchronise()) {
            Ok(()) => Ok(Current {
                segment,
                number,
                entries: 0,
                bytes: line.len() as u64,
            }),
            Err(error) => {
                self.discard(number);
                Err(error)
            }
        }
    }

    /// Removes a segment in which nothing was acknowledged: a full disk must not fill with names.
    fn discard(&mut self, number: u64) {
        if let Err(error) = self.medium.discard(number) {
            tracing::warn!(kind = %error.kind(), segment = number, "an empty segment could not be removed");
        }
    }

    fn fail(&mut self, error: &io::Error) {
        if let Some(current) = self.current.take()
            && current.entries == 0
        {
            self.discard(current.number);
        }
        if self.healthy.swap(false, Ordering::Relaxed) {
            tracing::error!(kind = %error.kind(), "the ledger cannot be written; requests are refused until it can");
        }
    }
}

fn digest_of(line: &[u8]) -> [u8; 8] {
    let full = digest::digest(&digest::SHA256, line);
    let mut short = [0; 8];
    short
        .iter_mut()
        .zip(full.as_ref())
        .for_each(|(to, from)| *to = *from);
    short
}
