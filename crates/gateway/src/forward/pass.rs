//! Passes an answer on in the blocks in which it comes, and notices when none come any more.
//!
//! An answer that breaks off must not look complete. In a stream of events the protocol's own error event follows; any
//! other answer is cut off, so that its announced length or its framing shows that something is missing.

use super::due::OutcomeDue;
use crate::body::BodyError;
use crate::connectors::ProviderBody;
use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame, SizeHint};
use ledger::Ended;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};
use wire::{Dialect, Fault, FaultCode};

/// Looks at the clock per idle limit: a timer that is set anew for every block would cost more than the block.
const LOOKS: u32 = 4;

/// An answer on its way back.
pub(super) struct PassThrough {
    /// `None` once it has ended.
    upstream: Option<ProviderBody>,
    /// The dialect whose events these are, if they are events.
    stream: Option<Dialect>,
    due: OutcomeDue,
    pause: Duration,
    look: Pin<Box<Sleep>>,
    /// Looks in a row that found nothing new.
    quiet: u32,
    /// The last bytes passed on, as many as tell whether an event has ended.
    tail: [u8; 2],
}

impl PassThrough {
    pub(super) fn new(
        upstream: ProviderBody,
        stream: Option<Dialect>,
        idle: Duration,
        mut due: OutcomeDue,
    ) -> Self {
        let pause = idle / LOOKS;
        let upstream = if upstream.is_end_stream() {
            due.end(Ended::Completed);
            None
        } else {
            Some(upstream)
        };
        Self {
            upstream,
            stream,
            due,
            pause,
            look: Box::pin(sleep(pause)),
            quiet: 0,
            tail: *b"\n\n",
        }
    }

    fn pass(&mut self, data: Bytes) -> Frame<Bytes> {
        self.quiet = 0;
        self.due.received(data.len());
        for byte in data.iter().rev().take(2).rev().filter(|byte| **byte != b'\r') {
            self.tail = [self.tail[1], *byte];
        }
        if self.upstream.as_ref().is_some_and(Body::is_end_stream) {
            self.finish(Ended::Completed);
        }
        Frame::data(data)
    }

    fn finish(&mut self, ended: Ended) {
        self.upstream = None;
        self.due.end(ended);
    }

    /// Ends an answer that is not complete.
    fn break_off(&mut self, ended: Ended) -> Result<Frame<Bytes>, BodyError> {
        self.finish(ended);
        let (error, words) = match ended {
            Ended::UpstreamStall => (
                BodyError::Stall,
                "The provider stopped in the middle of its answer.",
            ),
            _ => (
                BodyError::Cut,
                "The provider broke off in the middle of its answer.",
            ),
        };
        let Some(dialect) = self.stream else {
            return Err(error);
        };
        let mut event = BytesMut::new();
        if self.tail != *b"\n\n" {
            event.extend_from_slice(b"\n\n");
        }
        event.extend_from_slice(&Fault::new(FaultCode::UpstreamCut, words).event(dialect));
        Ok(Frame::data(event.freeze()))
    }

    /// Ready when the provider has been silent for too long.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.look.as_mut().poll(cx));
            self.quiet += 1;
            if self.quiet > LOOKS {
                return Poll::Ready(());
            }
            self.look.as_mut().reset(Instant::now() + self.pause);
        }
    }
}

impl Body for PassThrough {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let Some(upstream) = &mut this.upstream else {
            return Poll::Ready(None);
        };
        match Pin::new(upstream).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => Poll::Ready(Some(Ok(this.pass(data)))),
                // trailers are the provider's own; the answer ends with them
                Err(_) => {
                    this.finish(Ended::Completed);
                    Poll::Ready(None)
                }
            },
            Poll::Ready(Some(Err(_))) => Poll::Ready(Some(this.break_off(Ended::UpstreamCut))),
            Poll::Ready(None) => {
                this.finish(Ended::Completed);
                Poll::Ready(None)
            }
            Poll::Pending => {
                ready!(this.poll_silence(cx));
                Poll::Ready(Some(this.break_off(Ended::UpstreamStall)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.upstream.is_none()
    }

    /// The provider's announced length goes on, except for events, behind which one of ours may have to follow.
    fn size_hint(&self) -> SizeHint {
        match (&self.upstream, self.stream) {
            (Some(upstream), None) => upstream.size_hint(),
            (None, _) => SizeHint::with_exact(0),
            (Some(_), Some(_)) => SizeHint::default(),
        }
    }
}
