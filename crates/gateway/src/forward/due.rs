//! The outcome that a permitted request owes the ledger.

use hyper::StatusCode;
use ledger::{DecisionId, Ended, Outcome, Recorder};
use register::model::Instant;

/// Records how a request ended, once, when this is dropped. Whoever drops it without a word has been cut off by the
/// caller's leaving: hyper drops what a closed connection was waiting for.
pub(super) struct OutcomeDue {
    recorder: Recorder,
    clock: fn() -> Instant,
    outcome: Outcome,
}

impl OutcomeDue {
    /// An outcome for a decision of which nothing has been sent yet.
    pub(super) fn new(recorder: Recorder, clock: fn() -> Instant, decision: DecisionId) -> Self {
        let outcome = Outcome {
            decision,
            at: clock(),
            ended: Ended::NotForwarded,
            status: None,
            bytes_sent: 0,
            bytes_received: 0,
        };
        Self {
            recorder,
            clock,
            outcome,
        }
    }

    /// The request goes out now.
    pub(super) fn sent(&mut self, bytes: u64) {
        self.outcome.bytes_sent = bytes;
        self.outcome.ended = Ended::ClientCancelled;
    }

    /// The provider has begun to answer.
    pub(super) fn answered(&mut self, status: StatusCode) {
        self.outcome.status = Some(status.as_u16());
    }

    /// A piece of the answer was passed on.
    pub(super) fn received(&mut self, bytes: usize) {
        self.outcome.bytes_received = self.outcome.bytes_received.saturating_add(bytes as u64);
    }

    /// It has ended.
    pub(super) fn end(&mut self, ended: Ended) {
        self.outcome.ended = ended;
    }
}

impl Drop for OutcomeDue {
    fn drop(&mut self) {
        // a second panic while one unwinds would end the process; the time of the beginning has to do then
        if !std::thread::panicking() {
            self.outcome.at = (self.clock)();
        }
        self.recorder.record_outcome(self.outcome.clone());
    }
}
