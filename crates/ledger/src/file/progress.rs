//! How far the log is, for all that look at it from other threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;
use tlog::{Edge, Hash};

/// Shared by whoever hands over entries, the thread that writes, and the one that publishes.
pub(super) struct Progress {
    healthy: AtomicBool,
    waiting: AtomicUsize,
    durable: Mutex<Durable>,
    woken: Condvar,
}

/// The tree that is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Durable {
    pub size: u64,
    pub root: Hash,
    /// Nothing more comes.
    pub is_final: bool,
}

impl Progress {
    pub(super) fn new(edge: &Edge) -> Self {
        Self {
            healthy: AtomicBool::new(true),
            waiting: AtomicUsize::new(0),
            durable: Mutex::new(Durable {
                size: edge.size(),
                root: edge.root(),
                is_final: false,
            }),
            woken: Condvar::new(),
        }
    }

    /// Takes room for an entry that is going to wait; false: there is none.
    pub(super) fn take_room(&self, bytes: usize, most: usize) -> bool {
        let taken = self.waiting.fetch_add(bytes, Ordering::Relaxed);
        let has_room = taken.saturating_add(bytes) <= most;
        if !has_room {
            self.written(bytes);
        }
        has_room
    }

    /// Entries of so many bytes wait no longer.
    pub(super) fn written(&self, bytes: usize) {
        self.waiting.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Says whether the device can write; gives what was known before.
    pub(super) fn healthy(&self, is_healthy: bool) -> bool {
        self.healthy.swap(is_healthy, Ordering::Relaxed)
    }

    pub(super) fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }

    pub(super) fn durable(&self, edge: &Edge) {
        let mut durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        (durable.size, durable.root) = (edge.size(), edge.root());
    }

    /// Nothing more comes: whoever publishes does it now, for the last time.
    pub(super) fn finish(&self) {
        let mut durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        durable.is_final = true;
        self.woken.notify_all();
    }

    /// The tree that is durable, after a pause that ends early when nothing more comes.
    pub(super) fn after(&self, pause: Duration) -> Durable {
        let durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .woken
            .wait_timeout_while(durable, pause, |durable| !durable.is_final);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
