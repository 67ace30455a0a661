//! The only place of the program that reads the clock. Everything else is handed an instant, or this function.

use register::model::Instant;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds between the machine's clock and the program's; not zero only where a demonstration has set it.
static SHIFT: AtomicI64 = AtomicI64::new(0);

/// Now, in whole seconds.
pub(crate) fn now() -> Instant {
    machine().plus(SHIFT.load(Ordering::Relaxed))
}

/// The machine's time of day, for telemetry only; it is not moved by a demonstration.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}

/// Lets the program's clock show this instant now, and tick on from there.
pub(crate) fn set(now: Instant) {
    SHIFT.store(now.0.saturating_sub(machine().0), Ordering::Relaxed);
}

fn machine() -> Instant {
    // a clock before 1970 is read as 1970: every claim is then from the future, and permits nothing
    let since = wall().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_ticks_on_from_there() {
        let day = Instant::parse("2026-07-15").unwrap();
        set(day);
        assert!((day..day.plus(3600)).contains(&now()));
        set(machine());
    }
}
