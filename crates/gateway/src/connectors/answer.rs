//! The body of a provider's answer, in the protocol's own form whatever the channel makes of it.

use super::unpack::Unpacking;
use super::upstream::Seat;
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use wire::bedrock::{self, EventStream, EventStreamError};
use wire::{Protocol, complaint, translate};

/// Longest error of a channel that is put into another form, in bytes.
const LONGEST_ERROR: usize = 64 * 1024;

/// The body of a provider's answer.
pub(crate) struct ProviderBody {
    reading: Reading,
    /// Held until nobody waits for the rest any more.
    _seat: Option<Seat>,
}

/// Where the bytes come from.
enum Reading {
    /// They pass as they are.
    AsTheyAre(Incoming),
    /// They are compressed, and come out in plain.
    Packed(Incoming, Box<Unpacking>),
    /// They are messages of Bedrock, and events come out.
    Messages(Incoming, EventStream),
    /// They are events in another dialect, and the caller's come out.
    Translated(Box<ProviderBody>, Box<translate::Stream>),
    /// They have been read.
    Known(Bytes),
    /// It has ended, well or not.
    Over,
}

/// Why a provider's answer ends early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderBodyError {
    /// The connection broke.
    #[error("the connection broke")]
    Connection(#[source] hyper::Error),
    /// What came cannot be read.
    #[error(transparent)]
    Events(#[from] EventStreamError),
    /// What came cannot be unpacked, or stands for too much.
    #[error("the answer is compressed in a way that is not read")]
    Packed,
}

impl ProviderBody {
    /// The answer of a provider, its content type that of the protocol. An error that the channel writes in a form of its
    /// own is read to its end.
    pub(super) async fn of(protocol: Protocol, answer: Response<Incoming>, seat: Seat) -> Response<Self> {
        let (mut head, incoming) = answer.into_parts();
        let content_type = head.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        let is_binary = protocol == Protocol::Bedrock && content_type.is_some_and(bedrock::is_stream);
        let is_foreign = matches!(protocol, Protocol::Bedrock | Protocol::Vertex);
        let is_error = head.status.is_client_error() || head.status.is_server_error();
        let (content_type, reading) = if is_foreign && is_error {
            let error = error(head.status, incoming).await;
            ("application/json", Reading::Known(error))
        } else if is_binary {
            let reading = Reading::Messages(incoming, EventStream::default());
            (wire::event::CONTENT_TYPE, reading)
        } else {
            let reading = match Unpacking::of(&mut head.headers) {
                None => Reading::AsTheyAre(incoming),
                Some(unpacking) => Reading::Packed(incoming, Box::new(unpacking)),
            };
            return Response::from_parts(
                head,
                Self {
                    reading,
                    _seat: Some(seat),
                },
            );
        };
        head.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        head.headers.remove(CONTENT_LENGTH);
        Response::from_parts(
            head,
            Self {
                reading,
                _seat: Some(seat),
            },
        )
    }

    /// The same stream of events in the caller's dialect.
    pub(crate) fn translated(self, stream: translate::Stream) -> Self {
        Self {
            reading: Reading::Translated(Box::new(self), Box::new(stream)),
            _seat: None,
        }
    }
}

/// An error in the protocol's form; one that cannot be read is one that nobody explained.
async fn error(status: StatusCode, incoming: Incoming) -> Bytes {
    #[expect(
        clippy::disallowed_methods,
        reason = "the body is limited, and the time of the answer too"
    )]
    let body = Limited::new(incoming, LONGEST_ERROR).collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    complaint::in_anthropic_form(status, &body)
}

/// The next events in the caller's dialect; without a proper end of the provider's they end in an error of theirs.
fn poll_translated(
    inner: &mut ProviderBody,
    stream: &mut translate::Stream,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Bytes, ProviderBodyError>>> {
    loop {
        let read = match ready!(Pin::new(&mut *inner).poll_frame(cx)) {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => stream.feed(&data),
                Err(_) => continue,
            },
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            None => {
                let rest = stream.end();
                return Poll::Ready((!rest.is_empty()).then_some(Ok(rest)));
            }
        };
        if !read.is_empty() {
            return Poll::Ready(Some(Ok(read)));
        }
    }
}

/// The next bytes in plain.
fn poll_packed(
    incoming: &mut Incoming,
    unpacking: &mut Unpacking,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Bytes, ProviderBodyError>>> {
    loop {
        let read = match ready!(Pin::new(&mut *incoming).poll_frame(cx)) {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => unpacking.feed(&data),
                Err(_) => continue,
            },
            Some(Err(error)) => Err(ProviderBodyError::Connection(error)),
            None => {
                let rest = unpacking.finish();
                return Poll::Ready((!matches!(&rest, Ok(rest) if rest.is_empty())).then_some(rest));
            }
        };
        if !matches!(&read, Ok(plain) if plain.is_empty()) {
            return Poll::Ready(Some(read));
        }
    }
}

/// The next events of a stream of messages; whether it may end is seen at its end.
fn poll_events(
    incoming: &mut Incoming,
    events: &mut EventStream,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Bytes, ProviderBodyError>>> {
    loop {
        let read = match ready!(Pin::new(&mut *incoming).poll_frame(cx)) {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => events.push(&data).map_err(ProviderBodyError::from),
                // trailers say nothing that the messages do not
                Err(_) => continue,
            },
            Some(Err(error)) => Err(ProviderBodyError::Connection(error)),
            None => return Poll::Ready(events.finish().err().map(|error| Err(error.into()))),
        };
        if !matches!(&read, Ok(events) if events.is_empty()) {
            return Poll::Ready(Some(read));
        }
    }
}

impl Body for ProviderBody {
    type Data = Bytes;
    type Error = ProviderBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ProviderBodyError>>> {
        let this = &mut *self;
        match &mut this.reading {
            Reading::AsTheyAre(incoming) => {
                let frame = ready!(Pin::new(incoming).poll_frame(cx));
                Poll::Ready(frame.map(|frame| frame.map_err(ProviderBodyError::Connection)))
            }
            Reading::Packed(incoming, unpacking) => {
                let read = ready!(poll_packed(incoming, unpacking, cx));
                if matches!(read, Some(Err(_))) {
                    this.reading = Reading::Over;
                }
                Poll::Ready(read.map(|read| read.map(Frame::data)))
            }
            Reading::Messages(incoming, events) => {
                let read = ready!(poll_events(incoming, events, cx));
                if !matches!(read, Some(Ok(_))) {
                    this.reading = Reading::Over;
                }
                Poll::Ready(read.map(|read| read.map(Frame::data)))
            }
            Reading::Translated(inner, stream) => {
                let read = ready!(poll_translated(inner, stream, cx));
                if !matches!(read, Some(Ok(_))) {
                    this.reading = Reading::Over;
                }
                Poll::Ready(read.map(|read| read.map(Frame::data)))
            }
            Reading::Known(bytes) => {
                let bytes = std::mem::take(bytes);
                this.reading = Reading::Over;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Reading::Over => Poll::Ready(None),
        }
    }

    /// Whether messages ended well shows only at their end, so they have not ended before it was asked for.
    fn is_end_stream(&self) -> bool {
        match &self.reading {
            Reading::AsTheyAre(incoming) => incoming.is_end_stream(),
            Reading::Packed(..) | Reading::Messages(..) | Reading::Translated(..) | Reading::Known(_) => {
                false
            }
            Reading::Over => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.reading {
            Reading::AsTheyAre(incoming) => incoming.size_hint(),
            Reading::Packed(..) | Reading::Messages(..) | Reading::Translated(..) => SizeHint::default(),
            Reading::Known(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Reading::Over => SizeHint::with_exact(0),
        }
    }
}
