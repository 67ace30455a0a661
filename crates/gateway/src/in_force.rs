//! What is in force: one register, compiled, and the facts as that same register has them collected.
//!
//! Both are swapped in one step, and a request takes hold of both in one step: none sees the clauses of one register
//! and the offices, people or applications of another. A request that was admitted keeps what it was admitted by.

use arc_swap::ArcSwap;
use decision::Snapshot;
use identity::FactCollector;
use register::model::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::watch;

/// Stands for no refusal in [`Switch`].
const NEVER: i64 = i64::MIN;

/// One register at work. It never changes; another takes its place.
pub struct InForce {
    snapshot: Arc<Snapshot>,
    collector: FactCollector,
    since: Instant,
}

impl InForce {
    /// A snapshot and the collector made from the same register, in force since an instant.
    pub fn new(snapshot: Snapshot, collector: FactCollector, since: Instant) -> Self {
        Self {
            snapshot: Arc::new(snapshot),
            collector,
            since,
        }
    }

    /// What decides.
    pub const fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// What collects facts.
    pub const fn collector(&self) -> &FactCollector {
        &self.collector
    }

    /// Since when.
    pub const fn since(&self) -> Instant {
        self.since
    }
}

/// The one place where what is in force is looked up and replaced, shared by all gateways of a process.
pub struct Switch {
    in_force: ArcSwap<InForce>,
    /// Seconds at which a newer register was refused, or [`NEVER`]. Told to operators only; nothing is decided by it.
    refused_at: AtomicI64,
    /// Counts what may change a decision that was made before.
    changes: watch::Sender<u64>,
}

impl Switch {
    /// Begins with this.
    pub fn new(in_force: InForce) -> Self {
        Self {
            in_force: ArcSwap::from_pointee(in_force),
            refused_at: AtomicI64::new(NEVER),
            changes: watch::Sender::new(0),
        }
    }

    /// What is in force at this moment.
    pub fn load(&self) -> Arc<InForce> {
        self.in_force.load_full()
    }

    /// Puts another register in force, for every request from now on.
    pub fn activate(&self, in_force: InForce) {
        self.in_force.store(Arc::new(in_force));
        self.settle();
        self.reconsider();
    }

    /// Has every answer that is on its way decided about once more: something is known now that was not known when it
    /// was permitted. Whoever learns of evidence calls this.
    pub fn reconsider(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Tells of changes from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Notes that a newer register was refused; what is in force stays.
    pub fn refuse(&self, at: Instant) {
        self.refused_at.store(at.0, Ordering::Relaxed);
    }

    /// Notes that the register in force is the newest one after all.
    pub fn settle(&self) {
        self.refused_at.store(NEVER, Ordering::Relaxed);
    }

    /// When a newer register than the one in force was last refused.
    pub fn refused_at(&self) -> Option<Instant> {
        let at = self.refused_at.load(Ordering::Relaxed);
        (at != NEVER).then_some(Instant(at))
    }
}
