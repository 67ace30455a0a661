//! The thread that writes: takes what has gathered, gives each entry its number, writes, synchronises, answers.

use super::OpenError;
use super::maker::{Maker, Owes};
use super::pace::Pace;
use super::progress::Progress;
use crate::segment::{Entry, GroupSeal, Header};
use crate::{AuditError, Receipt};
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use tlog::{Edge, Hash};
use tokio::sync::oneshot;

/// Most entries of one group.
const GROUP: usize = 1024;

/// Most entries that are owed and wait for a device that cannot write.
const BACKLOG: usize = 8192;

/// Most entries for which nobody waits that are held back for one that somebody waits for.
const HELD_BACK: usize = 64;

/// How long each of those is held back.
const HOLD_BACK: Duration = Duration::from_millis(5);

/// How often a failed device looks whether it can go on, if nobody asks it to keep anything.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How far the clock may stand behind the newest entry, in seconds. Beyond that it was set back, and what it says of
/// validity cannot be trusted.
pub(super) const SET_BACK: i64 = 300;

/// One entry, and where to answer.
pub(super) struct Job {
    pub entry: Entry,
    pub leaf: Hash,
    /// When it was made, in seconds since 1970.
    pub at: i64,
    pub answer: oneshot::Sender<Result<Receipt, AuditError>>,
    /// It is written even if nobody waits for the answer.
    pub is_owed: bool,
    /// Nobody waits for it.
    pub can_wait: bool,
    /// Of a permit: what its outcome says, should nobody be there to send anything.
    pub owes: Option<Owes>,
    /// Bytes that it takes from what may wait.
    pub bytes: usize,
}

/// Where segments lie.
pub(super) trait Medium: Send {
    /// Makes a new, empty segment.
    fn begin(&mut self, number: u64) -> io::Result<Box<dyn Segment>>;
    /// Removes a segment in which nothing was acknowledged.
    fn discard(&mut self, number: u64) -> io::Result<()>;
    /// Keeps the keys of people durably, after those that are there.
    fn keep_keys(&mut self, records: &[u8]) -> io::Result<()>;
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
    groups: u64,
    bytes: u64,
}

/// The log as far as it is durable.
pub(super) struct Tree {
    pub edge: Edge,
    /// Permits that owe an outcome.
    pub open: BTreeSet<u64>,
    /// When the newest entry was made.
    pub newest: Option<i64>,
}

impl Tree {
    /// The group is durable.
    fn settle(&mut self, group: &[Job], after: Edge) {
        for (number, job) in (self.edge.size()..).zip(group) {
            job.entry.owed.settle(number, &mut self.open);
        }
        self.newest = group.iter().map(|job| job.at).chain(self.newest).max();
        self.edge = after;
    }
}

/// What the thread owns.
pub(super) struct Writer<M> {
    medium: M,
    next: u64,
    current: Option<Current>,
    tree: Tree,
    maker: Arc<Maker>,
    progress: Arc<Progress>,
    origin: Arc<str>,
    segment_bytes: u64,
    /// What is owed and not kept yet.
    backlog: Vec<Job>,
}

impl<M: Medium> Writer<M> {
    pub(super) fn new(
        (medium, next): (M, u64),
        tree: Tree,
        maker: Arc<Maker>,
        progress: Arc<Progress>,
        (origin, segment_bytes): (Arc<str>, u64),
    ) -> Self {
        Self {
            medium,
            next,
            current: None,
            tree,
            maker,
            progress,
            origin,
            segment_bytes,
            backlog: Vec::new(),
        }
    }

    /// Begins the first segment, so that a device that cannot write is noticed when it is opened.
    pub(super) fn with_first_segment(mut self) -> Result<Self, OpenError> {
        self.begin()?;
        Ok(self)
    }

    /// Serves the queue until nobody can put anything into it any more.
    pub(super) fn run(mut self, queue: &Receiver<Job>) {
        let mut pace = Pace::new();
        loop {
            let first = match queue.recv_timeout(LOOK_AGAIN) {
                Ok(job) => job,
                Err(RecvTimeoutError::Timeout) => {
                    self.go_on();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let mut group = with_company(first, queue);
            pace.gather();
            let room = GROUP.saturating_sub(group.len());
            group.extend(queue.try_iter().take(room));
            pace.took(group.len());
            let freed = group.iter().map(|job| job.bytes).sum();
            self.progress.written(freed);
            let is_wanted = |job: &Job| job.is_owed || !job.answer.is_closed();
            let wanted = group.into_iter().filter(is_wanted);
            let group: Vec<Job> = std::mem::take(&mut self.backlog)
                .into_iter()
                .chain(wanted)
                .collect();
            if !group.is_empty() {
                self.keep(group);
            }
        }
        self.go_on();
        if !self.backlog.is_empty() {
            tracing::error!(entries = self.backlog.len(), "what has happened was not recorded");
        }
    }

    /// Begins a segment if there is none, and keeps what is owed.
    fn go_on(&mut self) {
        if self.current.is_none() {
            let _ = self.begin();
        }
        if self.current.is_some() && !self.backlog.is_empty() {
            let backlog = std::mem::take(&mut self.backlog);
            self.keep(backlog);
        }
    }

    fn keep(&mut self, group: Vec<Job>) {
        match self.write(&group) {
            Ok(first) => (first..)
                .zip(group)
                .for_each(|(entry, job)| self.answer(entry, job)),
            Err(error) => group.into_iter().for_each(|job| self.refuse(job, &error)),
        }
    }

    fn answer(&mut self, entry: u64, job: Job) {
        let receipt = Receipt {
            origin: Arc::clone(&self.origin),
            entry,
            leaf: job.leaf,
        };
        let owes = job.owes;
        let has_gone = job.answer.send(Ok(receipt)).is_err();
        if let (true, Some(owes)) = (has_gone, owes) {
            // whoever asked has been told that it failed, and sends nothing
            self.backlog.extend(self.maker.not_forwarded(entry, owes, job.at));
        }
    }

    /// What was asked is refused; what is owed is tried again later.
    fn refuse(&mut self, job: Job, error: &AuditError) {
        if job.is_owed && self.backlog.len() < BACKLOG {
            return self.backlog.push(job);
        }
        if job.is_owed {
            tracing::error!("what has happened was not recorded");
        }
        let _ = job.answer.send(Err(error.clone()));
    }

    /// Writes a group durably; gives the number of its first entry.
    fn write(&mut self, group: &[Job]) -> Result<u64, AuditError> {
        let failed = |error: &io::Error| AuditError::Failed {
            reason: error.kind().to_string(),
        };
        self.check_clock(group)?;
        let is_full = |current: &Current| current.bytes >= self.segment_bytes;
        if self.current.as_ref().is_none_or(is_full) {
            self.begin().map_err(|error| failed(&error))?;
        }
        let (first, after) = (self.tree.edge.size(), self.edge_after(group));
        let bytes = frames(group, first, &after);
        let records = self.maker.people.take_unsaved();
        let kept = self.put(&records, &bytes);
        if let Err(error) = kept {
            self.maker.people.give_back(records);
            self.fail(&error);
            return Err(failed(&error));
        }
        self.tree.settle(group, after);
        self.progress.durable(&self.tree.edge);
        Ok(first)
    }

    /// Keys before entries: an entry whose key is not there could not be read.
    fn put(&mut self, records: &[u8], bytes: &[u8]) -> io::Result<()> {
        if !records.is_empty() {
            self.medium.keep_keys(records)?;
        }
        let current = self.current.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        current.segment.append(bytes)?;
        current.segment.synchronise()?;
        current.groups += 1;
        current.bytes += bytes.len() as u64;
        Ok(())
    }

    /// The tree as it is once the group is durable.
    fn edge_after(&self, group: &[Job]) -> Edge {
        let mut edge = self.tree.edge.clone();
        group.iter().for_each(|job| edge.push(job.leaf));
        edge
    }

    fn check_clock(&self, group: &[Job]) -> Result<(), AuditError> {
        let newest = self.tree.newest.unwrap_or(i64::MIN);
        let is_behind = |job: &Job| job.at < newest.saturating_sub(SET_BACK);
        match group.iter().any(is_behind) {
            true => Err(AuditError::ClockSetBack),
            false => Ok(()),
        }
    }

    /// Begins a new segment and writes its header. Each attempt takes a number of its own.
    fn begin(&mut self) -> io::Result<()> {
        let number = self.next;
        self.next = number.saturating_add(1);
        match self.try_begin(number) {
            Ok(current) => {
                self.current = Some(current);
                if !self.progress.healthy(true) {
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
        let open = self.tree.open.iter().copied().collect();
        let header = Header::new(number, &self.tree.edge, open).write();
        match segment.append(&header).and_then(|()| segment.synchronise()) {
            Ok(()) => Ok(Current {
                segment,
                number,
                groups: 0,
                bytes: header.len() as u64,
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
            && current.groups == 0
        {
            self.discard(current.number);
        }
        if self.progress.healthy(false) {
            tracing::error!(kind = %error.kind(), "the ledger cannot be written; requests are refused until it can");
        }
    }
}

/// An entry for which nobody waits is held back a moment, to be written with one for which somebody does.
fn with_company(first: Job, queue: &Receiver<Job>) -> Vec<Job> {
    let mut group = vec![first];
    while group.len() < HELD_BACK && group.last().is_some_and(|job| job.can_wait) {
        match queue.recv_timeout(HOLD_BACK) {
            Ok(job) => group.push(job),
            Err(_) => break,
        }
    }
    group
}

fn frames(group: &[Job], first: u64, after: &Edge) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(group.iter().map(|job| job.bytes).sum::<usize>() + 256);
    group.iter().for_each(|job| job.entry.write_to(&mut bytes));
    let seal = GroupSeal {
        first,
        count: u32::try_from(group.len()).unwrap_or(u32::MAX),
        root: after.root(),
    };
    seal.write_to(&mut bytes);
    bytes
}
