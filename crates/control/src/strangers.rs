//! Requests without the token of a client: said in the log once in a while, with how many there were.

use register::model::Instant;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Seconds between two lines.
const PAUSE: i64 = 10;

/// How many there were, and when they were last spoken of.
#[derive(Debug)]
pub(crate) struct Strangers {
    unsaid: AtomicU64,
    said: AtomicI64,
}

impl Default for Strangers {
    fn default() -> Self {
        Self {
            unsaid: AtomicU64::new(0),
            said: AtomicI64::new(i64::MIN),
        }
    }
}

impl Strangers {
    /// Counts one; gives how many to speak of now, if it is time to.
    pub(crate) fn count(&self, now: Instant) -> Option<u64> {
        self.unsaid.fetch_add(1, Ordering::Relaxed);
        let before = self.said.load(Ordering::Relaxed);
        let is_due = now.0.saturating_sub(before) >= PAUSE || now.0 < before;
        let is_ours = is_due
            && self
                .said
                .compare_exchange(before, now.0, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        is_ours.then(|| self.unsaid.swap(0, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_a_line_each_ten_seconds_and_none_is_left_out() {
        let strangers = Strangers::default();
        let said = [100, 100, 109, 110, 111, 120].map(|at| strangers.count(Instant(at)));
        assert_eq!(said, [Some(1), None, None, Some(3), None, Some(2)]);
    }
}
