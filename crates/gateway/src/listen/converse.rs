//! One connection: which protocol it speaks, and its requests until it ends.
//!
//! HTTP/1.1 and HTTP/2 are told apart by the handshake of TLS, and without TLS by the first bytes, which only HTTP/2
//! begins with. A connection that says nothing is closed at its deadline in either. In HTTP/2 one connection carries
//! many requests, so what one may cost is bounded: requests at a time, requests taken back, pings that must be answered.

use super::guarded::Guarded;
use super::peers::Counted;
use super::workers::Carried;
use crate::routes;
use crate::shared::Shared;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// Most that is read ahead of a request's head.
const READ_AHEAD: usize = 64 * 1024;

/// Most headers of a request.
const MAX_HEADERS: usize = 100;

/// How every connection of HTTP/2 begins that was not announced by TLS.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Requests at a time on one connection of HTTP/2.
const STREAMS: u32 = 128;

/// Requests of one connection that were taken back and not yet looked at; more end the connection.
const RESETS: usize = 20;

/// What one request of HTTP/2 may send, or be sent, ahead.
const WINDOW: u32 = 256 * 1024;

/// How often the other side of HTTP/2 is asked whether it is still there.
const ASKED_EVERY: Duration = Duration::from_secs(20);

/// An accepted connection with the places that it takes.
pub(super) struct Accepted {
    pub(super) stream: std::net::TcpStream,
    pub(super) peer: IpAddr,
    pub(super) place: OwnedSemaphorePermit,
    pub(super) counted: Counted,
    pub(super) carried: Carried,
}

/// Serves a connection to its end.
pub(super) async fn converse(
    shared: Arc<Shared>,
    tls: Option<TlsAcceptor>,
    accepted: Accepted,
    stopping: watch::Receiver<bool>,
) {
    let Accepted {
        stream,
        peer,
        place,
        counted,
        carried,
    } = accepted;
    let Ok(stream) = TcpStream::from_std(stream) else {
        return;
    };
    let deadline = shared.limits.header;
    let talk = Talk {
        shared,
        peer,
        stopping,
    };
    match tls {
        None => match timeout(deadline, is_http2(&stream)).await {
            Ok(Ok(true)) => Box::pin(talk.http2(stream)).await,
            Ok(Ok(false)) => Box::pin(talk.http1(stream)).await,
            Ok(Err(_)) | Err(_) => {}
        },
        Some(tls) => match timeout(deadline, tls.accept(stream)).await {
            Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                Box::pin(talk.http2(stream)).await
            }
            Ok(Ok(stream)) => Box::pin(talk.http1(stream)).await,
            Ok(Err(error)) => tracing::debug!(%error, "a connection was not made secure"),
            Err(_) => {}
        },
    }
    drop((place, counted, carried));
}

/// Whether a connection begins as only HTTP/2 does. Nothing is taken from it.
async fn is_http2(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0; PREFACE.len()];
    loop {
        let seen = stream.peek(&mut first).await?;
        let seen = first.get(..seen).unwrap_or_default();
        if seen.is_empty() || !PREFACE.starts_with(seen) {
            return Ok(false);
        }
        if seen.len() == PREFACE.len() {
            return Ok(true);
        }
        // what was seen is still there, so waiting for more to read would not wait
        sleep(Duration::from_millis(5)).await;
    }
}

struct Talk {
    shared: Arc<Shared>,
    peer: IpAddr,
    stopping: watch::Receiver<bool>,
}

impl Talk {
    async fn http1<S: AsyncRead + AsyncWrite + Unpin>(self, stream: S) {
        let Self {
            shared,
            peer,
            stopping,
        } = self;
        let header = shared.limits.header;
        let service = service_fn(move |request| {
            let shared = Arc::clone(&shared);
            // in a box, since what carries the connection moves it about
            Box::pin(async move { Ok::<_, Infallible>(routes::serve(&shared, peer, request).await) })
        });
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(header);
        builder.max_buf_size(READ_AHEAD).max_headers(MAX_HEADERS);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(Guarded::new(stream)), service));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopped(stopping) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        report(ended);
    }

    async fn http2<S: AsyncRead + AsyncWrite + Unpin>(self, stream: S) {
        let Self {
            shared,
            peer,
            stopping,
        } = self;
        let header = shared.limits.header;
        let begun = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&begun);
        let service = service_fn(move |request| {
            count.fetch_add(1, Ordering::Relaxed);
            let shared = Arc::clone(&shared);
            // in a box, since what carries the connection moves it about
            Box::pin(async move { Ok::<_, Infallible>(routes::serve(&shared, peer, request).await) })
        });
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_pending_accept_reset_streams(RESETS)
            .max_local_error_reset_streams(RESETS)
            .max_header_list_size(u32::try_from(READ_AHEAD).unwrap_or(u32::MAX))
            .initial_stream_window_size(WINDOW)
            .max_send_buf_size(READ_AHEAD)
            .keep_alive_interval(ASKED_EVERY)
            .keep_alive_timeout(header);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        // a connection that has not asked for anything by then is as silent as one that never spoke
        let silent = async {
            sleep(header).await;
            if begun.load(Ordering::Relaxed) > 0 {
                std::future::pending::<()>().await;
            }
        };
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = silent => Ok(()),
            () = stopped(stopping) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        report(ended);
    }
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // an error means that the gateway is gone, which is a stop too
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

fn report(ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
