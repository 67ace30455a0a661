//! Accepts connections, watches over them, and lets them finish when the gateway stops.
//!
//! A connection that sends nothing, or the head of a request byte by byte, is closed at its deadline; when the system
//! has no more sockets to give, the loop waits a little instead of spinning; a connection's task that panics is logged
//! and takes nothing else with it.

use crate::routes;
use crate::shared::{Phase, Shared};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinError, JoinSet};

/// Wait after the system could not give a socket.
const NO_SOCKET: Duration = Duration::from_millis(100);

/// After the grace period: for what is left to be told that it ends.
const LAST_WORDS: Duration = Duration::from_millis(800);

/// Most that is read ahead of a request's head.
const READ_AHEAD: usize = 64 * 1024;

/// Most headers of a request.
const MAX_HEADERS: usize = 100;

/// An accepted connection with the place that it takes.
struct Accepted {
    stream: TcpStream,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
}

/// Serves connections until told to stop, then lets them finish within the grace period.
pub(crate) async fn serve(
    shared: Arc<Shared>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) {
    let places = Arc::new(Semaphore::new(shared.limits.connections));
    let (stop, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(ended) = connections.join_next() => report(ended),
            accepted = accept(&listener, &places) => match accepted {
                Ok(accepted) => {
                    connections.spawn(converse(Arc::clone(&shared), accepted, stopping.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(NO_SOCKET).await;
                }
            },
        }
    }
    shared.phase.send_replace(Phase::Draining);
    drop(listener);
    // nobody listening for this means that nobody is connected
    let _ = stop.send(true);
    finish(&shared, connections).await;
}

/// Lets connections end by themselves within the grace period, then ends what they are waiting for, then them.
async fn finish(shared: &Shared, mut connections: JoinSet<()>) {
    let phases = [
        (Phase::Draining, shared.limits.grace),
        (Phase::Cutting, LAST_WORDS),
    ];
    for (phase, patience) in phases {
        shared.phase.send_replace(phase);
        let finished = async {
            while let Some(ended) = connections.join_next().await {
                report(ended);
            }
        };
        if tokio::time::timeout(patience, finished).await.is_ok() {
            return;
        }
        let left = connections.len();
        tracing::warn!(connections = left, ?phase, "connections have not ended in time");
    }
    connections.shutdown().await;
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> io::Result<Accepted> {
    let place = Arc::clone(places)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok(Accepted { stream, peer, place })
}

async fn converse(shared: Arc<Shared>, accepted: Accepted, mut stopping: watch::Receiver<bool>) {
    let Accepted { stream, peer, place } = accepted;
    let header = shared.limits.header;
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(routes::serve(&shared, peer.ip(), request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(header);
    builder.max_buf_size(READ_AHEAD).max_headers(MAX_HEADERS);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let stop = async {
        // an error means that the gateway is gone, which is a stop too
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
    drop(place);
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!("the task of a connection panicked");
    }
}
