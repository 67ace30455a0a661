//! Requests of nobody who is known: counted by route, and told to the ledger once in a while.
//!
//! One entry for each of them would let anybody fill the disk; a count for each route and second lets nobody, and leaves
//! none of them out.

use ledger::{Event, Happening, Recorder};
use register::model::Instant;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Those that are not told of yet.
#[derive(Default)]
pub(crate) struct Strangers {
    by_route: Mutex<BTreeMap<&'static str, u64>>,
}

impl Strangers {
    /// Counts one.
    pub(crate) fn count(&self, route: &'static str) {
        let mut by_route = self.by_route.lock().unwrap_or_else(PoisonError::into_inner);
        *by_route.entry(route).or_default() += 1;
    }

    /// Tells of those since the last time.
    pub(crate) fn tell(&self, recorder: &Recorder, clock: fn() -> Instant) {
        let told = std::mem::take(&mut *self.by_route.lock().unwrap_or_else(PoisonError::into_inner));
        for (route, requests) in told {
            let what = Happening::Strangers { route, requests };
            recorder.record_event(Event { at: clock(), what });
        }
    }
}
