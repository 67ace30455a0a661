//! Passes an answer on in the blocks in which it comes, keeps the caller's side open while none comes, and ends it
//! properly when something is wrong.
//!
//! An answer that breaks off must not look complete. In a stream of events the protocol's own error event follows; any
//! other answer is cut off, so that its announced length or its framing shows that something is missing. Nothing is
//! gathered here: a block is asked of the provider when the caller's side has taken the one before.

use super::attempt::{self, Call, Sending};
use super::lost::{LastWords, Lost};
use super::{refused, translation};
use crate::body::BodyError;
use crate::connectors::{ProviderBody, ProviderBodyError};
use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, TRANSFER_ENCODING};
use hyper::http::response::Parts;
use hyper::{Response, Version};
use ledger::Ended;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};
use wire::{Dialect, Fault, FaultCode, Meter, event};

/// Looks at the clock per limit: a timer that is set anew for every block would cost more than the block.
const LOOKS: u32 = 4;

type Closing = Pin<Box<dyn Future<Output = LastEvent> + Send>>;

/// The last event of a stream, and how the request ends with it.
struct LastEvent {
    event: Bytes,
    ended: Option<Ended>,
}

/// Where the answer comes from at present.
enum Coming {
    /// The provider has not begun, and the caller's stream has.
    Head(Sending),
    /// The provider's answer.
    Body(ProviderBody),
    /// Nothing more from the provider; one last event is being prepared.
    Closing(Closing),
    /// It has ended.
    Ended,
}

/// An answer on its way back.
pub(super) struct Passing {
    from: Coming,
    call: Call,
    /// The dialect whose events these are, if they are events.
    stream: Option<Dialect>,
    /// Whether the protocol below tells where the answer ends.
    is_framed: bool,
    meter: Meter,
    rhythm: Rhythm,
    /// Whether it has been asked for its first piece.
    is_asked: bool,
}

/// When to look at the clock, and what was seen.
struct Rhythm {
    pause: Duration,
    look: Pin<Box<Sleep>>,
    /// Looks in a row at which nothing had come from the provider.
    quiet: u32,
    /// Looks in a row at which nothing had gone to the caller.
    unsaid: u32,
    /// As many quiet looks are too many.
    most_quiet: u32,
    /// After as many the caller must hear something.
    most_unsaid: u32,
}

/// What a look at the clock says.
enum Look {
    Stalled,
    SaySomething,
    Nothing,
}

impl Rhythm {
    fn new(idle: Duration, keep_alive: Duration) -> Self {
        let pause = (idle / LOOKS).min(keep_alive / 2).max(Duration::from_millis(1));
        let looks =
            |limit: Duration| u32::try_from(limit.as_millis() / pause.as_millis().max(1)).unwrap_or(u32::MAX);
        Self {
            pause,
            look: Box::pin(sleep(pause)),
            quiet: 0,
            unsaid: 0,
            most_quiet: looks(idle),
            most_unsaid: looks(keep_alive).max(1),
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Look> {
        ready!(self.look.as_mut().poll(cx));
        self.look.as_mut().reset(Instant::now() + self.pause);
        self.quiet += 1;
        self.unsaid += 1;
        Poll::Ready(if self.quiet > self.most_quiet {
            Look::Stalled
        } else if self.unsaid >= self.most_unsaid {
            Look::SaySomething
        } else {
            Look::Nothing
        })
    }
}

impl Passing {
    /// An answer that the provider has begun.
    pub(super) fn begun(
        call: Call,
        incoming: ProviderBody,
        stream: Option<Dialect>,
        is_framed: bool,
    ) -> Self {
        let is_over = incoming.is_end_stream();
        let mut passing = Self::new(call, Coming::Body(incoming), stream);
        passing.is_framed = is_framed;
        if is_over {
            passing.finish(Ended::Completed);
        }
        passing
    }

    /// A stream that the provider has not begun.
    pub(super) fn waiting(call: Call, sending: Sending) -> Self {
        let dialect = call.dialect();
        let mut passing = Self::new(call, Coming::Head(sending), Some(dialect));
        // the caller hears something at once: they have waited long enough
        passing.rhythm.unsaid = passing.rhythm.most_unsaid;
        passing.rhythm.look = Box::pin(sleep(Duration::ZERO));
        passing
    }

    fn new(call: Call, from: Coming, stream: Option<Dialect>) -> Self {
        let limits = &call.asker.shared.limits;
        if stream.is_some() {
            call.asker.shared.metrics.stream_opened();
        }
        Self {
            rhythm: Rhythm::new(limits.idle, limits.keep_alive),
            from,
            call,
            stream,
            is_framed: true,
            meter: Meter::default(),
            is_asked: false,
        }
    }

    fn pass(&mut self, data: Bytes) -> Frame<Bytes> {
        (self.rhythm.quiet, self.rhythm.unsaid) = (0, 0);
        self.meter.read(&data);
        self.call.due.received(data.len(), &self.meter);
        if self.stream.is_none() && matches!(&self.from, Coming::Body(body) if body.is_end_stream()) {
            self.finish(Ended::Completed);
        }
        Frame::data(data)
    }

    fn finish(&mut self, ended: Ended) {
        self.from = Coming::Ended;
        let has_failed = self.stream.is_some() && self.meter.has_failed();
        self.call.due.end(match ended {
            Ended::Completed if has_failed => Ended::UpstreamError,
            ended => ended,
        });
    }

    /// Whether an answer that has ended is all there, as far as anybody can tell. One that is no stream is framed, or
    /// nobody can.
    fn is_whole(&self) -> bool {
        let is_between = self.meter.is_between_events();
        match self.stream {
            None => true,
            Some(_) if self.meter.has_ended() => true,
            // it has no last word
            Some(Dialect::Gemini) => is_between,
            Some(_) => is_between && self.is_framed,
        }
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
        self.stream.ok_or(error)?;
        let event = Fault::new(FaultCode::UpstreamCut, words).event(self.call.asker.audience());
        Ok(self.last(&event))
    }

    /// An event of ours as the last one.
    fn last(&self, event: &Bytes) -> Frame<Bytes> {
        if self.meter.is_between_events() {
            return Frame::data(event.clone());
        }
        let mut apart = BytesMut::from(&b"\n\n"[..]);
        apart.extend_from_slice(event);
        Frame::data(apart.freeze())
    }

    /// The permit is lost: the provider is let go at once, and why is recorded before it is said.
    fn lose(&mut self, lost: Lost) -> Option<BodyError> {
        let ended = lost.ended();
        self.call.due.end(ended);
        if self.stream.is_none() {
            self.from = Coming::Ended;
            return Some(BodyError::Withdrawn);
        }
        let to = self.call.asker.audience();
        let metrics = Arc::clone(&self.call.asker.shared.metrics);
        let words = lost.words(Arc::clone(&self.call.asker));
        self.from = Coming::Closing(Box::pin(async move {
            let event = match words.await {
                LastWords::Denial(denial) => {
                    metrics.refused(denial.code.as_str());
                    denial.event(to)
                }
                LastWords::Fault(fault) => {
                    metrics.refused(fault.code.as_str());
                    fault.event(to)
                }
            };
            LastEvent { event, ended: None }
        }));
        None
    }

    /// The head of the provider's answer has come after the caller's stream began.
    fn late_head(&mut self, head: Result<Response<ProviderBody>, attempt::NoHead>) {
        let Some(dialect) = self.stream else { return };
        let call = &mut self.call;
        let fault = match head {
            Err(none) => attempt::no_head(none, &call.connector, &mut call.due),
            Ok(head) => {
                call.due.answered(head.status(), attempt::retry_after(&head));
                match attempt::acceptable(head.status(), &call.connector) {
                    Ok(()) => return self.late_answer(head, dialect),
                    Err(fault) => {
                        call.due.end(Ended::UpstreamError);
                        fault
                    }
                }
            }
        };
        let event = fault.event(call.asker.audience());
        self.from = Coming::Closing(Box::pin(async move { LastEvent { event, ended: None } }));
    }

    fn late_answer(&mut self, head: Response<ProviderBody>, dialect: Dialect) {
        let (parts, incoming) = head.into_parts();
        let content_type = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        if parts.status.is_success() && event::is_stream(content_type.unwrap_or_default()) {
            self.is_framed = is_framed(&parts);
            self.from = Coming::Body(match self.call.answering.take() {
                Some(answering) => incoming.translated(answering.stream()),
                None => incoming,
            });
            self.rhythm.quiet = 0;
            return;
        }
        let idle = self.call.asker.shared.limits.idle;
        let to = self.call.asker.audience();
        let answering = self.call.answering.take();
        self.from = Coming::Closing(Box::pin(async move {
            let kept = refused::read(incoming, idle).await;
            let by_place = refused::is_by_place(parts.status, &kept.body);
            let ended = match by_place {
                true => Ended::UpstreamRefused,
                false => Ended::UpstreamError,
            };
            let words = "The provider answered with an error.";
            let mut parts = parts;
            let body = match answering {
                Some(answering) => translation::error(&answering, &mut parts, &kept.body),
                None => kept.body,
            };
            let event = event::late_error(dialect, &body)
                .unwrap_or_else(|| Fault::new(FaultCode::UpstreamUnavailable, words).event(to));
            LastEvent {
                event,
                ended: Some(ended),
            }
        }));
    }

    fn poll_provider(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        loop {
            match &mut self.from {
                Coming::Ended => return Poll::Ready(None),
                Coming::Head(sending) => {
                    let head = ready!(sending.as_mut().poll(cx));
                    self.late_head(head);
                }
                Coming::Closing(closing) => {
                    let LastEvent { event, ended } = ready!(closing.as_mut().poll(cx));
                    self.from = Coming::Ended;
                    if let Some(ended) = ended {
                        self.call.due.end(ended);
                    }
                    return Poll::Ready(Some(Ok(self.last(&event))));
                }
                Coming::Body(body) => {
                    let frame = ready!(Pin::new(body).poll_frame(cx));
                    return Poll::Ready(self.frame(frame));
                }
            }
        }
    }

    fn frame(
        &mut self,
        frame: Option<Result<Frame<Bytes>, ProviderBodyError>>,
    ) -> Option<Result<Frame<Bytes>, BodyError>> {
        let is_cut = match frame {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => return Some(Ok(self.pass(data))),
                // trailers are the provider's own; the answer ends with them
                Err(_) => !self.is_whole(),
            },
            // a stream whose last word was said is complete, whatever becomes of its connection
            Some(Err(_)) => self.stream.is_none() || !self.meter.has_ended(),
            None => !self.is_whole(),
        };
        if is_cut {
            return Some(self.break_off(Ended::UpstreamCut));
        }
        self.finish(Ended::Completed);
        None
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        if self.stream.is_some() {
            let metrics = &self.call.asker.shared.metrics;
            metrics.stream_closed(self.call.due.ended());
        }
    }
}

impl Body for Passing {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let _entered = this.call.asker.seen.id.enter();
        let is_first = !std::mem::replace(&mut this.is_asked, true);
        // cut off before its first piece, an answer would be none at all; what came with its head was permitted when it came
        if is_first
            && this.stream.is_none()
            && let Poll::Ready(frame) = this.poll_provider(cx)
        {
            return Poll::Ready(frame);
        }
        if matches!(this.from, Coming::Head(_) | Coming::Body(_))
            && let Poll::Ready(lost) = this.call.watching.as_mut().poll(cx)
            && let Some(error) = this.lose(lost)
        {
            return Poll::Ready(Some(Err(error)));
        }
        if let Poll::Ready(frame) = this.poll_provider(cx) {
            return Poll::Ready(frame);
        }
        if matches!(this.from, Coming::Closing(_)) {
            return Poll::Pending;
        }
        loop {
            match ready!(this.rhythm.poll(cx)) {
                // before it begins the provider has its own time, which the call watches
                Look::Stalled if matches!(this.from, Coming::Body(_)) => {
                    return Poll::Ready(Some(this.break_off(Ended::UpstreamStall)));
                }
                Look::Nothing => {}
                Look::Stalled | Look::SaySomething => {
                    this.rhythm.unsaid = 0;
                    if let Some(dialect) = this.stream
                        && this.meter.is_between_events()
                    {
                        return Poll::Ready(Some(Ok(Frame::data(event::keep_alive(dialect)))));
                    }
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.from, Coming::Ended)
    }

    /// The provider's announced length goes on, except for events, behind which one of ours may have to follow.
    fn size_hint(&self) -> SizeHint {
        match (&self.from, self.stream) {
            (Coming::Body(upstream), None) => upstream.size_hint(),
            (Coming::Ended, _) => SizeHint::with_exact(0),
            _ => SizeHint::default(),
        }
    }
}

/// Whether the protocol below HTTP's messages tells where an answer ends, so that a cut is noticed there.
pub(super) fn is_framed(head: &Parts) -> bool {
    head.version == Version::HTTP_2
        || head.headers.contains_key(CONTENT_LENGTH)
        || head.headers.contains_key(TRANSFER_ENCODING)
}
