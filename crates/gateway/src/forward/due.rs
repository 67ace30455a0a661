//! The outcome that a permitted request owes the ledger.

use crate::asker::Asker;
use crate::export::Attempt;
use crate::routing::health::Probe;
use decision::Permit;
use hyper::StatusCode;
use ledger::{Ended, Outcome, Recorded, Recorder};
use register::model::Instant;
use std::sync::Arc;
use std::time::Duration;
use wire::{Meter, Tokens};

/// Records how a request ended, once, when this is dropped. Whoever drops it without a word has been cut off by the
/// caller's leaving: hyper drops what a closed connection was waiting for.
pub(super) struct OutcomeDue {
    recorder: Recorder,
    clock: fn() -> Instant,
    outcome: Outcome,
    /// To be told how the provider did, once the call has begun.
    probe: Option<Probe>,
    /// To be told how many tokens it took, once the call has begun; and the connector.
    asker: Option<(Arc<Asker>, String)>,
    /// What a collector is told of the call, if there is one.
    noted: Option<Attempt>,
}

impl OutcomeDue {
    /// An outcome for a decision of which nothing has been sent yet.
    pub(super) fn new(recorder: Recorder, clock: fn() -> Instant, permit: &Recorded<Permit>) -> Self {
        Self {
            recorder,
            clock,
            outcome: permit.unsent(clock()),
            probe: None,
            asker: None,
            noted: None,
        }
    }

    /// The request goes out now.
    pub(super) fn sent(
        &mut self,
        bytes: u64,
        probe: Probe,
        asker: &Arc<Asker>,
        connector: &str,
        noted: Option<Attempt>,
    ) {
        self.noted = noted;
        self.asker = Some((Arc::clone(asker), connector.to_owned()));
        self.outcome.bytes_sent = bytes;
        self.outcome.ended = Ended::ClientCancelled;
        self.probe = Some(probe);
    }

    /// The provider has begun to answer, and may ask to be left alone for a while.
    pub(super) fn answered(&mut self, status: StatusCode, retry_after: Option<Duration>) {
        self.outcome.status = Some(status.as_u16());
        if let Some(probe) = &mut self.probe {
            let now = tokio::time::Instant::now();
            probe.report(!status.is_server_error(), now);
            if let Some(pause) = retry_after {
                probe.wish(pause, now);
            }
        }
    }

    /// A piece of the answer was passed on.
    pub(super) fn received(&mut self, bytes: usize, meter: &Meter) {
        if let Some(noted) = &mut self.noted {
            noted.first_byte();
        }
        self.outcome.bytes_received = self.outcome.bytes_received.saturating_add(bytes as u64);
        let tokens = meter.tokens();
        self.outcome.tokens_read = tokens.input;
        self.outcome.tokens_written = tokens.output;
        keep(meter.stop(), &mut self.outcome.stop);
        keep(meter.served_in(), &mut self.outcome.served_in);
    }

    /// How it ends, as far as is known.
    pub(super) const fn ended(&self) -> Ended {
        self.outcome.ended
    }

    /// It has ended. An answer that says that the provider cannot is its failure, however well it was passed on.
    pub(super) fn end(&mut self, ended: Ended) {
        let has_failed = self.outcome.status.is_some_and(says_that_it_cannot);
        let ended = match ended {
            Ended::Completed if has_failed => Ended::UpstreamError,
            ended => ended,
        };
        self.outcome.ended = ended;
        let is_failure = matches!(
            ended,
            Ended::UpstreamUnavailable | Ended::UpstreamTimeout | Ended::UpstreamStall | Ended::UpstreamCut
        );
        // an error that came as a status has been reported with it
        let is_in_stream = ended == Ended::UpstreamError && self.outcome.status == Some(200);
        if let Some(probe) = &mut self.probe
            && (is_failure || is_in_stream)
        {
            probe.report(false, tokio::time::Instant::now());
        }
    }
}

/// Keeps a word that is not kept yet.
fn keep(word: Option<&str>, kept: &mut Option<String>) {
    if kept.as_deref() != word {
        *kept = word.map(str::to_owned);
    }
}

/// Whether a status says that a provider cannot at present; another may be able to.
pub(super) fn says_that_it_cannot(status: u16) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || (500..=599).contains(&status)
}

impl Drop for OutcomeDue {
    fn drop(&mut self) {
        // a second panic while one unwinds would end the process; the time of the beginning has to do then
        if !std::thread::panicking() {
            self.outcome.at = (self.clock)();
        }
        if let Some((asker, connector)) = &self.asker {
            let tokens = self
                .outcome
                .tokens_read
                .saturating_add(self.outcome.tokens_written);
            asker.charge(tokens);
            let (ended, status) = (self.outcome.ended, self.outcome.status);
            asker.shared.metrics.called(connector, ended, status);
            if let (Some(notes), Some(noted)) = (asker.seen.notes(), self.noted.take()) {
                let tokens = Tokens {
                    input: self.outcome.tokens_read,
                    output: self.outcome.tokens_written,
                };
                notes.called(noted, status, ended, tokens);
            }
        }
        self.recorder.record_outcome(self.outcome.clone());
    }
}
