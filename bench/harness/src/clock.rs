//! The clock. What measures time has to read it; nothing else in the repository does so but the program itself.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Now, for spans of time.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Nanoseconds since 1970, which two ends of one machine can compare.
#[expect(
    clippy::disallowed_methods,
    reason = "a chunk carries the time at which it was sent"
)]
pub(crate) fn nanoseconds() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_nanos()
}
