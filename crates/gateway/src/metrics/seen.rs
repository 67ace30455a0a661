//! What is noted of one request while it is handled, and counted when it has been answered.

use super::{Metrics, class};
use crate::body::Answer;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

/// What was decided about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may go on.
    Permit,
    /// It may not.
    Deny,
}

impl Verdict {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Deny => "deny",
        }
    }
}

/// Notes about one request.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Nothing decided, permitted, or refused.
    verdict: AtomicU8,
    /// Microseconds that were spent waiting for providers.
    waited: AtomicU64,
}

impl Seen {
    /// Notes a recorded decision; a later one takes the place of an earlier.
    pub(crate) fn decided(&self, verdict: Verdict) {
        let number = match verdict {
            Verdict::Permit => 1,
            Verdict::Deny => 2,
        };
        self.verdict.store(number, Ordering::Relaxed);
    }

    fn verdict(&self) -> Option<Verdict> {
        match self.verdict.load(Ordering::Relaxed) {
            1 => Some(Verdict::Permit),
            2 => Some(Verdict::Deny),
            _ => None,
        }
    }

    /// Notes time that a provider took.
    pub(crate) fn wait(&self, waited: Duration) {
        let micros = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
        self.waited.fetch_add(micros, Ordering::Relaxed);
    }

    /// How long providers took.
    pub(crate) fn waited(&self) -> Duration {
        Duration::from_micros(self.waited.load(Ordering::Relaxed))
    }
}

/// Counts one request, once, when this is dropped: also when the caller leaves before an answer.
pub(crate) struct Counting {
    metrics: Arc<Metrics>,
    route: &'static str,
    status: Option<u16>,
    pub(crate) seen: Arc<Seen>,
}

impl Counting {
    /// A request for a route of the table.
    pub(crate) fn begin(metrics: &Arc<Metrics>, route: &'static str) -> Self {
        Self {
            metrics: Arc::clone(metrics),
            route,
            status: None,
            seen: Arc::default(),
        }
    }

    /// It is answered.
    pub(crate) fn answered(mut self, answer: &Answer) {
        self.status = Some(answer.status().as_u16());
        // nobody but `wire` gives an answer this header: those of providers lose theirs
        if let Some(code) = answer.headers().get(wire::headers::CODE) {
            self.metrics.refused(code.to_str().unwrap_or_default());
        }
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        let verdict = self.seen.verdict().map_or("none", Verdict::as_str);
        self.metrics.request(self.route, verdict, class(self.status));
    }
}
