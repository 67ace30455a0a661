//! A body that is known beforehand and sent piece by piece, as a provider sends its events.

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Pieces still to be sent.
#[derive(Debug)]
pub(crate) struct Pieces {
    left: VecDeque<Bytes>,
    is_stream: bool,
}

impl Pieces {
    /// A body of these pieces; its length is announced unless it is a stream.
    pub(crate) fn of(pieces: Vec<String>, is_stream: bool) -> Self {
        Self {
            left: pieces.into_iter().map(Bytes::from).collect(),
            is_stream,
        }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.left.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        if self.is_stream {
            return SizeHint::default();
        }
        SizeHint::with_exact(self.left.iter().map(|piece| piece.len() as u64).sum())
    }
}
