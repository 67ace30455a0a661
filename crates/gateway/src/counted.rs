//! Requests that are counted by route and told to the ledger once in a while: those of nobody who is known, and lists of
//! models.
//!
//! One entry for each of a stranger's requests would let anybody fill the disk; a count for each route and second lets
//! nobody, and leaves none of them out. A list gives nothing but names, and tools ask for it again and again.

use ledger::{Event, Happening, Recorder};
use register::model::Instant;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Those that are not told of yet.
#[derive(Default)]
pub(crate) struct Counted {
    strangers: ByRoute,
    lists: ByRoute,
}

#[derive(Default)]
struct ByRoute(Mutex<BTreeMap<&'static str, u64>>);

impl ByRoute {
    fn count(&self, route: &'static str) {
        let mut by_route = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *by_route.entry(route).or_default() += 1;
    }

    fn take(&self) -> BTreeMap<&'static str, u64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Counted {
    /// Counts a request of nobody who is known.
    pub(crate) fn stranger(&self, route: &'static str) {
        self.strangers.count(route);
    }

    /// Counts a list of models that was given to somebody.
    pub(crate) fn list(&self, route: &'static str) {
        self.lists.count(route);
    }

    /// Tells of those since the last time.
    pub(crate) fn tell(&self, recorder: &Recorder, clock: fn() -> Instant) {
        let strangers = self.strangers.take().into_iter();
        let strangers = strangers.map(|(route, requests)| Happening::Strangers { route, requests });
        let lists = self.lists.take().into_iter();
        let lists = lists.map(|(route, requests)| Happening::Listed { route, requests });
        for what in strangers.chain(lists) {
            recorder.record_event(Event { at: clock(), what });
        }
    }
}
