//! How long a group gathers before it is written.
//!
//! One wait for the disk costs the same for one entry as for a hundred. Where entries come quickly a group therefore waits
//! for others, at most five milliseconds; where they come slowly nobody waits for anybody.

use std::time::{Duration, Instant};

/// Longest that a group gathers.
const LONGEST: Duration = Duration::from_millis(5);
/// Entries that a group should have, where that does not take too long.
const WANTED: f64 = 32.0;
/// Entries a second below which it is not worth waiting.
const QUICK: f64 = 400.0;
/// How long entries are counted before the pace is told from them.
const COUNTED: Duration = Duration::from_millis(50);

/// The pace at which entries come.
pub(super) struct Pace {
    since: Instant,
    entries: usize,
    /// Entries a second.
    rate: f64,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self {
            since: now(),
            entries: 0,
            rate: 0.0,
        }
    }

    /// A group of so many entries was taken.
    pub(super) fn took(&mut self, entries: usize) {
        self.entries = self.entries.saturating_add(entries);
        let now = now();
        let counted = now.duration_since(self.since);
        if counted >= COUNTED {
            let entries = u32::try_from(self.entries).unwrap_or(u32::MAX);
            self.rate = f64::from(entries) / counted.as_secs_f64();
            (self.since, self.entries) = (now, 0);
        }
    }

    /// Lets a group gather.
    pub(super) fn gather(&self) {
        let window = self.window();
        if !window.is_zero() {
            #[expect(
                clippy::disallowed_methods,
                reason = "nothing is waited for but the passing of time, once for many entries"
            )]
            std::thread::sleep(window);
        }
    }

    fn window(&self) -> Duration {
        if self.rate < QUICK {
            return Duration::ZERO;
        }
        LONGEST.min(Duration::from_secs_f64(WANTED / self.rate))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how fast entries come decides how long they gather, and nothing that is recorded"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_entries_come_quickly_a_group_gathers_and_never_long() {
        let window = |rate| Pace { rate, ..Pace::new() }.window();
        assert_eq!(window(0.0), Duration::ZERO);
        assert_eq!(window(399.0), Duration::ZERO);
        assert_eq!(window(2_000.0), LONGEST);
        assert_eq!(window(32_000.0), Duration::from_millis(1));
    }
}
