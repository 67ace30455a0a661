//! How long ago memory was last seen to be what the store has.
//!
//! While the store does not answer, what was read from it goes on being used, and nobody sees what is revoked meanwhile.
//! After a limit that is no longer good enough: then nothing is known of anybody.

use register::model::Instant;
use std::sync::atomic::{AtomicI64, Ordering};

/// Stands for a store that nobody follows.
const NOT_FOLLOWED: i64 = i64::MIN;

/// When memory was last seen to be what the store has, and how long that is good for.
#[derive(Debug)]
pub struct Sight {
    last: AtomicI64,
    /// Seconds.
    limit: i64,
}

impl Default for Sight {
    fn default() -> Self {
        Self::within(Self::LIMIT)
    }
}

impl Sight {
    /// Seconds for which what was read is good where nobody says otherwise: a quarter of an hour.
    pub const LIMIT: i64 = 900;

    /// Of a store that nobody follows yet, with this limit in seconds.
    pub const fn within(limit: i64) -> Self {
        Self {
            last: AtomicI64::new(NOT_FOLLOWED),
            limit,
        }
    }

    /// Notes that memory is what the store has.
    pub fn saw(&self, at: Instant) {
        self.last.store(at.0, Ordering::Relaxed);
    }

    /// When the store was last seen, if that is longer ago than the limit, or as far ahead: then the clock is not to be
    /// trusted.
    pub fn lost_since(&self, at: Instant) -> Option<Instant> {
        let last = self.last.load(Ordering::Relaxed);
        let is_lost = last != NOT_FOLLOWED && at.0.abs_diff(last) > self.limit.unsigned_abs();
        is_lost.then_some(Instant(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_784_106_000);

    #[test]
    fn what_is_seen_is_good_until_the_limit_and_not_longer() {
        let sight = Sight::within(900);
        assert_eq!(sight.lost_since(NOW), None, "nobody follows it");
        sight.saw(NOW);
        let lost = [-901, -900, 0, 900, 901].map(|seconds| sight.lost_since(NOW.plus(seconds)).is_some());
        assert_eq!(lost, [true, false, false, false, true]);
        sight.saw(NOW.plus(901));
        assert_eq!(sight.lost_since(NOW.plus(901)), None);
    }
}
