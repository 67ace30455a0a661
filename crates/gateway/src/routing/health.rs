//! How providers have answered of late: which are left alone for a moment, and whether another may be tried.
//!
//! A connector of whose calls half have failed is left alone, then tried with one call, and used again when that one
//! succeeds. A second call for one request is paid for from a budget that first calls fill, a tenth of a call each, so
//! that a provider in trouble never gets much more than callers sent.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Seconds that are looked back on.
const SPAN: u64 = 10;

/// Calls in that time, fewer than which say nothing.
const ENOUGH: u32 = 20;

/// How long a connector is left alone before it is tried again.
pub(crate) const REST: Duration = Duration::from_secs(2);

/// Longest that a provider's own wish to be left alone is heeded.
const LONGEST_WISH: Duration = Duration::from_secs(60);

/// What a second call costs, in tenths of a call.
const COST: u32 = 10;

/// Most that is saved up, in tenths of a call.
const SAVED: u32 = 100;

/// How the connectors of a gateway are.
pub(crate) struct Health {
    began: Instant,
    by_connector: Mutex<HashMap<String, Arc<Mutex<Record>>>>,
}

struct Record {
    /// One for each of the last seconds, the second's number first.
    seconds: [(u64, u32, u32); SPAN as usize],
    resting_until: Option<Instant>,
    is_probing: bool,
    /// Until when the provider asked to be left alone.
    wished_until: Option<Instant>,
    budget: u32,
    /// When a call last went well.
    answered: Option<Instant>,
}

/// How a connector's calls have gone of late, for those who run the gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Whether it is left alone because half of its calls failed.
    pub(crate) is_resting: bool,
    /// Whether it is left alone because its provider asked for that.
    pub(crate) is_asked_to_wait: bool,
    /// When a call last went well; `None`: none has.
    pub(crate) answered: Option<Instant>,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            seconds: Default::default(),
            resting_until: None,
            is_probing: false,
            wished_until: None,
            budget: SAVED,
            answered: None,
        }
    }
}

/// One call to a provider, which will say how it went. It may say so twice: a stream can begin well and end badly.
pub(crate) struct Probe {
    began: Instant,
    record: Arc<Mutex<Record>>,
    /// Whether the connector waits for this very call to know whether it is well.
    is_awaited: bool,
    /// What was said of it before.
    said: Option<bool>,
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").finish_non_exhaustive()
    }
}

impl Health {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            by_connector: Mutex::default(),
        }
    }

    /// Whether a connector is one to choose.
    pub(crate) fn is_up(&self, connector: &str, now: Instant) -> bool {
        let record = self.record(connector);
        let record = lock(&record);
        let wished = record.wished_until.is_none_or(|until| until <= now);
        let rested = record
            .resting_until
            .is_none_or(|until| until <= now && !record.is_probing);
        wished && rested
    }

    /// Begins a call; `None`: the connector is to be left alone.
    pub(crate) fn begin(&self, connector: &str, now: Instant) -> Option<Probe> {
        let shared = self.record(connector);
        let mut record = lock(&shared);
        let is_awaited = match record.resting_until {
            None => false,
            Some(until) if until <= now && !record.is_probing => true,
            Some(_) => return None,
        };
        record.is_probing |= is_awaited;
        record.budget = record.budget.saturating_add(1).min(SAVED);
        drop(record);
        Some(Probe {
            began: self.began,
            record: shared,
            is_awaited,
            said: None,
        })
    }

    /// Pays for a second call of one request; false: the budget is used up.
    pub(crate) fn pay(&self, connector: &str) -> bool {
        let record = self.record(connector);
        let mut record = lock(&record);
        let left = record.budget.checked_sub(COST);
        record.budget = left.unwrap_or(record.budget);
        left.is_some()
    }

    /// How a connector's calls have gone of late.
    pub(crate) fn standing(&self, connector: &str, now: Instant) -> Standing {
        let record = self.record(connector);
        let record = lock(&record);
        Standing {
            is_resting: record.resting_until.is_some(),
            is_asked_to_wait: record.wished_until.is_some_and(|until| until > now),
            answered: record.answered,
        }
    }

    fn record(&self, connector: &str) -> Arc<Mutex<Record>> {
        let mut all = self.by_connector.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(record) = all.get(connector) {
            return Arc::clone(record);
        }
        Arc::clone(all.entry(connector.to_owned()).or_default())
    }
}

impl Probe {
    /// Says how the call went.
    pub(crate) fn report(&mut self, is_well: bool, now: Instant) {
        if self.said.is_some_and(|said| said == is_well || !said) {
            return;
        }
        let second = now.duration_since(self.began).as_secs();
        let mut record = lock(&self.record);
        record.count(second, self.said.is_none(), is_well);
        if is_well {
            record.answered = Some(now);
        }
        if self.is_awaited {
            record.is_probing = false;
            record.resting_until = (!is_well).then(|| now + REST);
            if is_well {
                record.seconds = Default::default();
            }
        } else if !is_well && record.resting_until.is_none() && record.is_ill(second) {
            record.resting_until = Some(now + REST);
            tracing::warn!("a connector is left alone for a moment, since half of its calls fail");
        }
        drop(record);
        self.is_awaited = false;
        self.said = Some(is_well);
    }

    /// The provider asks to be left alone for a while.
    pub(crate) fn wish(&self, pause: Duration, now: Instant) {
        lock(&self.record).wished_until = Some(now + pause.min(LONGEST_WISH));
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        if self.is_awaited {
            lock(&self.record).is_probing = false;
        }
    }
}

impl Record {
    fn count(&mut self, second: u64, is_new: bool, is_well: bool) {
        let slot = usize::try_from(second % SPAN).unwrap_or_default();
        let Some(at) = self.seconds.get_mut(slot) else {
            return;
        };
        if at.0 != second {
            *at = (second, 0, 0);
        }
        at.1 += u32::from(is_new);
        at.2 += u32::from(!is_well);
    }

    fn is_ill(&self, second: u64) -> bool {
        let recent = self.seconds.iter().filter(|at| at.0 + SPAN > second);
        let (calls, failures) = recent.fold((0, 0), |(calls, failures), at| (calls + at.1, failures + at.2));
        calls >= ENOUGH && failures * 2 >= calls
    }
}

/// Each change of a record is whole by itself.
fn lock(record: &Mutex<Record>) -> MutexGuard<'_, Record> {
    record.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connector called `a`, and a clock that is set by hand.
    struct Bench {
        health: Health,
        now: Instant,
    }

    impl Bench {
        fn new() -> Self {
            let health = Health::new();
            let now = health.began;
            Self { health, now }
        }

        fn begin(&self) -> Option<Probe> {
            self.health.begin("a", self.now)
        }

        fn call(&self, is_well: bool) -> bool {
            let begun = self.begin();
            let is_let = begun.is_some();
            begun
                .into_iter()
                .for_each(|mut probe| probe.report(is_well, self.now));
            is_let
        }

        fn is_up(&self) -> bool {
            self.health.is_up("a", self.now)
        }

        fn paid(&self) -> usize {
            (0..100).filter(|_| self.health.pay("a")).count()
        }
    }

    #[test]
    fn half_of_twenty_calls_open_it_and_one_success_closes_it() {
        let mut bench = Bench::new();
        for number in 0..19 {
            assert!(bench.call(number % 2 == 0), "{number}");
        }
        assert!(bench.is_up());
        assert!(bench.call(false));
        assert!(!bench.is_up() && !bench.call(true));
        assert!(bench.health.is_up("b", bench.now));
        bench.now += REST;
        let mut probe = bench.begin().unwrap();
        assert!(!bench.is_up() && bench.begin().is_none(), "one call at a time");
        probe.report(false, bench.now);
        assert!(!bench.is_up());
        bench.now += REST;
        drop(bench.begin().unwrap());
        assert!(bench.is_up(), "a caller who left says nothing of the provider");
        assert!(bench.call(true));
        assert!(bench.call(false) && bench.is_up(), "what was before is forgotten");
    }

    #[test]
    fn a_stream_that_begins_well_and_ends_badly_is_one_failure() {
        let bench = Bench::new();
        for number in 0..20 {
            assert!(bench.is_up(), "{number}");
            let mut probe = bench.begin().unwrap();
            for is_well in [true, true, false, false] {
                probe.report(is_well, bench.now);
            }
        }
        assert!(!bench.is_up());
    }

    #[test]
    fn failures_of_long_ago_are_forgotten() {
        let mut bench = Bench::new();
        for _ in 0..19 {
            bench.call(false);
        }
        bench.now += Duration::from_secs(SPAN);
        bench.call(false);
        assert!(bench.is_up());
    }

    #[test]
    fn second_calls_are_a_tenth_of_the_first() {
        let bench = Bench::new();
        let calls = |number| (0..number).filter(|_| bench.call(true)).count();
        assert_eq!(bench.paid(), 10);
        assert_eq!(calls(200), 200);
        assert_eq!(bench.paid(), 10, "no more is saved up than that");
        assert_eq!(calls(50), 50);
        assert_eq!(bench.paid(), 5);
    }

    #[test]
    fn a_providers_wish_is_heeded_for_a_minute_at_most() {
        let mut bench = Bench::new();
        bench.begin().unwrap().wish(Duration::from_secs(3600), bench.now);
        assert!(!bench.is_up());
        bench.now += LONGEST_WISH;
        assert!(bench.is_up());
    }
}
