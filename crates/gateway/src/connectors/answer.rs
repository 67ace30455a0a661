//! The body of a provider's answer, in the protocol's own form whatever the channel makes of it.

use bytes::Bytes;
use hyper::Response;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use wire::Protocol;
use wire::bedrock::{self, EventStream, EventStreamError};

/// The body of a provider's answer.
pub(crate) struct ProviderBody {
    incoming: Incoming,
    reading: Reading,
}

/// What is done with the bytes.
enum Reading {
    /// They pass as they are.
    AsTheyAre,
    /// They are messages of Bedrock, and events come out.
    Messages(EventStream),
    /// The messages have ended, well or not.
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
}

impl ProviderBody {
    /// The answer of a provider, its content type that of the protocol.
    pub(super) fn of(protocol: Protocol, answer: Response<Incoming>) -> Response<Self> {
        let (mut head, incoming) = answer.into_parts();
        let content_type = head.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        let is_binary = protocol == Protocol::Bedrock && content_type.is_some_and(bedrock::is_stream);
        let reading = if is_binary {
            let events = HeaderValue::from_static(wire::event::CONTENT_TYPE);
            head.headers.insert(CONTENT_TYPE, events);
            head.headers.remove(CONTENT_LENGTH);
            Reading::Messages(EventStream::default())
        } else {
            Reading::AsTheyAre
        };
        Response::from_parts(head, Self { incoming, reading })
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
        loop {
            let events = match &mut this.reading {
                Reading::Over => return Poll::Ready(None),
                Reading::AsTheyAre => {
                    let frame = ready!(Pin::new(&mut this.incoming).poll_frame(cx));
                    return Poll::Ready(frame.map(|frame| frame.map_err(ProviderBodyError::Connection)));
                }
                Reading::Messages(events) => events,
            };
            let read = match ready!(Pin::new(&mut this.incoming).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => events.push(&data).map_err(ProviderBodyError::from),
                    // trailers say nothing that the messages do not
                    Err(_) => continue,
                },
                Some(Err(error)) => Err(ProviderBodyError::Connection(error)),
                None => {
                    let end = events.finish();
                    this.reading = Reading::Over;
                    return Poll::Ready(end.err().map(|error| Err(error.into())));
                }
            };
            match read {
                Ok(events) if events.is_empty() => {}
                Ok(events) => return Poll::Ready(Some(Ok(Frame::data(events)))),
                Err(error) => {
                    this.reading = Reading::Over;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }

    /// Whether messages ended well shows only at their end, so they have not ended before it was asked for.
    fn is_end_stream(&self) -> bool {
        match self.reading {
            Reading::AsTheyAre => self.incoming.is_end_stream(),
            Reading::Messages(_) => false,
            Reading::Over => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self.reading {
            Reading::AsTheyAre => self.incoming.size_hint(),
            Reading::Messages(_) => SizeHint::default(),
            Reading::Over => SizeHint::with_exact(0),
        }
    }
}
