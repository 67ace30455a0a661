//! What is noted of one request while it is handled, and counted when it has been answered.

use super::{Metrics, class, known_code};
use crate::body::Answer;
use crate::export::{Mark, Notes};
use crate::request_id::RequestId;
use hyper::Request;
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
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Deny => "deny",
        }
    }
}

/// What stands for the route of a request that has none.
pub(crate) const NO_ROUTE: &str = "none";

/// Notes about one request.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Its id.
    pub(crate) id: RequestId,
    /// What is told of it to a collector, if there is one.
    notes: Option<Notes>,
    /// Nothing decided, permitted, or refused.
    verdict: AtomicU8,
    /// Microseconds that were spent waiting for providers.
    waited: AtomicU64,
}

impl Seen {
    /// What is told of it to a collector, if there is one.
    pub(crate) const fn notes(&self) -> Option<&Notes> {
        self.notes.as_ref()
    }

    /// A moment from which something lasts, where somebody is told.
    pub(crate) fn mark(&self) -> Option<Mark> {
        self.notes.as_ref().map(|_| Notes::mark())
    }

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
    /// A request for a route of the table. Nobody but us is told of probes.
    pub(crate) fn begin<B>(
        metrics: &Arc<Metrics>,
        route: &'static str,
        is_probe: bool,
        request: &Request<B>,
    ) -> Self {
        let export = metrics.export().filter(|_| !is_probe);
        let known = (route != NO_ROUTE).then_some(route);
        let begin = |export| Notes::begin(export, known, request.method(), request.headers());
        let seen = Seen {
            id: RequestId::of(request.headers()),
            notes: export.and_then(begin),
            verdict: AtomicU8::new(0),
            waited: AtomicU64::new(0),
        };
        Self {
            metrics: Arc::clone(metrics),
            route,
            status: None,
            seen: Arc::new(seen),
        }
    }

    /// It is answered.
    pub(crate) fn answered(mut self, answer: &Answer) {
        self.status = Some(answer.status().as_u16());
        // nobody but `wire` gives an answer this header: those of providers lose theirs
        let code = answer.headers().get(wire::headers::CODE);
        let code = code.map(|code| known_code(code.to_str().unwrap_or_default()));
        if let Some(code) = code {
            self.metrics.refused(code);
        }
        if let Some(notes) = self.seen.notes() {
            notes.answered(answer.status().as_u16(), code);
        }
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        let verdict = self.seen.verdict().map_or("none", Verdict::as_str);
        self.metrics.request(self.route, verdict, class(self.status));
    }
}
