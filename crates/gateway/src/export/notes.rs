//! What is noted of one request while it is handled, to be told when it is over.
//!
//! Notes are taken by whoever does something, in the order in which it ends, and handed over when the last who could add
//! to them is gone: for a stream that is after its last byte.

use super::Export;
use super::trace::{TRACEPARENT, Trace};
use super::words::{self, OTHER};
use crate::Connector;
use hyper::header::HeaderValue;
use hyper::{HeaderMap, Method};
use ledger::Ended;
use register::model::Deployment;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use wire::{Surface, Tokens};

/// Most steps that are noted of a request; a long stream may be decided about many times.
const STEPS: usize = 64;

/// Notes about a request that is being handled.
pub(crate) struct Notes {
    export: Export,
    trace: Trace,
    began: Instant,
    /// Spans so far.
    spans: AtomicUsize,
    told: Mutex<Finished>,
}

/// What was noted of a request that is over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Finished {
    pub(super) trace: Trace,
    pub(super) is_sampled: bool,
    /// Nanoseconds since 1970.
    pub(super) wall: u64,
    pub(super) lasted: Duration,
    pub(super) method: &'static str,
    /// `None`: there is no such route.
    pub(super) route: Option<&'static str>,
    /// Of the answer; `None`: the caller left before.
    pub(super) status: Option<u16>,
    /// The word of a refusal or error of ours.
    pub(super) code: Option<&'static str>,
    /// The call, and whether it is answered in events.
    pub(super) call: Option<(Surface, bool)>,
    pub(super) steps: Vec<Step>,
}

/// Something that was done for a request, from when to when since it began.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Tells its span from the others of the request.
    pub(super) number: usize,
    pub(super) began: Duration,
    pub(super) ended: Duration,
    pub(super) what: What,
}

/// What was done.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// It was decided about; by the word of the verdict, where there was one.
    Decided(Option<&'static str>),
    /// A decision was recorded, or could not be.
    Recorded(Box<Recording>),
    /// A provider was called.
    Called(Box<Reached>),
}

/// A decision on its way into the ledger.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recording {
    pub(crate) verdict: &'static str,
    /// Its id; `None`: it was not recorded.
    pub(crate) decision: Option<String>,
    /// Digest of the snapshot.
    pub(crate) snapshot: String,
    /// The model that was asked for, if the register has it.
    pub(crate) asked: Option<String>,
    /// The deployment of a permit, and where it computes.
    pub(crate) deployment: Option<(String, String)>,
    /// The word of a refusal.
    pub(crate) code: Option<&'static str>,
    /// The clause of a refusal.
    pub(crate) clause: Option<String>,
}

/// A call to a provider.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    pub(super) provider: &'static str,
    pub(super) asked: String,
    pub(super) model: String,
    pub(super) deployment: String,
    pub(super) hosting: String,
    pub(super) host: String,
    pub(super) port: u16,
    /// Until the first byte of the answer's body.
    pub(super) first: Option<Duration>,
    pub(super) status: Option<u16>,
    pub(super) ended: Option<Ended>,
    pub(super) tokens: Tokens,
}

/// When something began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(Instant);

/// A call under way.
#[derive(Debug)]
pub(crate) struct Attempt {
    mark: Mark,
    number: usize,
    reached: Box<Reached>,
    header: Option<HeaderValue>,
}

impl Notes {
    /// Begins to take notes of a request.
    pub(crate) fn begin(
        export: &Export,
        route: Option<&'static str>,
        method: &Method,
        headers: &HeaderMap,
    ) -> Option<Self> {
        let trace = Trace::of(headers)?;
        Some(Self {
            trace,
            began: Instant::now(),
            spans: AtomicUsize::new(0),
            told: Mutex::new(Finished {
                trace,
                is_sampled: trace.is_sampled(export.threshold),
                wall: export.now(),
                lasted: Duration::ZERO,
                method: words::method(method),
                route,
                status: None,
                code: None,
                call: None,
                steps: Vec::new(),
            }),
            export: export.clone(),
        })
    }

    /// A moment from which something lasts.
    pub(crate) fn mark() -> Mark {
        Mark(Instant::now())
    }

    /// What is called, and whether the answer comes in events.
    pub(crate) fn call(&self, surface: Surface, is_stream: bool) {
        self.told().call = Some((surface, is_stream));
    }

    /// It was decided about.
    pub(crate) fn decided(&self, since: Mark, verdict: Option<&'static str>) {
        let number = self.number();
        self.step(since, number, What::Decided(verdict));
    }

    /// A decision was recorded, or could not be.
    pub(crate) fn recorded(&self, since: Mark, recording: Recording) {
        let number = self.number();
        self.step(since, number, What::Recorded(Box::new(recording)));
    }

    /// A call to a provider begins.
    pub(crate) fn attempt(&self, connector: &Connector, deployment: &Deployment, hosting: String) -> Attempt {
        let number = self.number();
        let told = self.told();
        let asked = told.steps.iter().rev().find_map(|step| match &step.what {
            What::Recorded(recording) => recording.asked.clone(),
            What::Decided(_) | What::Called(_) => None,
        });
        let header = || self.trace.header(self.trace.child(number), told.is_sampled);
        let (host, port) = connector.reached_at();
        Attempt {
            mark: Self::mark(),
            number,
            header: self.export.passes_on.then(header).flatten(),
            reached: Box::new(Reached {
                provider: words::provider(connector.protocol()),
                asked: asked.unwrap_or_else(|| OTHER.to_owned()),
                model: deployment.model.clone(),
                deployment: deployment.id.clone(),
                hosting,
                host,
                port,
                first: None,
                status: None,
                ended: None,
                tokens: Tokens::default(),
            }),
        }
    }

    /// A call to a provider is over.
    pub(crate) fn called(&self, attempt: Attempt, status: Option<u16>, ended: Ended, tokens: Tokens) {
        let Attempt {
            mark,
            number,
            reached,
            ..
        } = attempt;
        let reached = Reached {
            status,
            ended: Some(ended),
            tokens,
            ..*reached
        };
        self.step(mark, number, What::Called(Box::new(reached)));
    }

    /// It is answered, as far as the head goes.
    pub(crate) fn answered(&self, status: u16, code: Option<&'static str>) {
        let mut told = self.told();
        told.status = Some(status);
        told.code = code;
    }

    fn step(&self, since: Mark, number: usize, what: What) {
        let began = since.0.saturating_duration_since(self.began);
        let ended = self.began.elapsed();
        let mut told = self.told();
        if told.steps.len() < STEPS {
            told.steps.push(Step {
                number,
                began,
                ended,
                what,
            });
        }
    }

    /// A number that no other span of the request has.
    fn number(&self) -> usize {
        self.spans.fetch_add(1, Ordering::Relaxed)
    }

    /// Whoever panicked while taking a note left whole notes behind.
    fn told(&self) -> MutexGuard<'_, Finished> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// The first byte of the answer's body has come.
    pub(crate) fn first_byte(&mut self) {
        if self.reached.first.is_none() {
            self.reached.first = Some(self.mark.0.elapsed());
        }
    }

    /// Puts the trace's id on the call, where the installation says so.
    pub(crate) fn mark_call(&self, headers: &mut HeaderMap) {
        if let Some(header) = &self.header {
            headers.insert(TRACEPARENT, header.clone());
        }
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        let lasted = self.began.elapsed();
        let mut told = self.told();
        told.lasted = lasted;
        let finished = Box::new(std::mem::take(&mut *told));
        drop(told);
        self.export.hand_over(finished);
    }
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notes")
            .field("trace", &self.trace)
            .finish_non_exhaustive()
    }
}
