//! Accepts connections, watches over them, and lets them finish when the gateway stops.
//!
//! A connection that sends nothing, or the head of a request byte by byte, is closed at its deadline; when the system
//! has no more sockets to give, the loop waits a little instead of spinning; a connection's task that panics is logged
//! and takes nothing else with it.

mod converse;
mod guarded;
mod peers;
mod workers;

pub use certificate::TlsFiles;

use crate::GatewayError;
use crate::metrics::Limit;
use crate::shared::{Phase, Shared};
use certificate::Certificate;
use converse::{Accepted, converse};
use peers::Peers;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinError, JoinSet, spawn_blocking};
use tokio::time::interval;
use workers::Workers;

/// Wait after the system could not give a socket.
const NO_SOCKET: Duration = Duration::from_millis(100);

/// After the grace period: for what is left to be told that it ends.
const LAST_WORDS: Duration = Duration::from_millis(800);

/// What is spoken over TLS, the better one first.
const PROTOCOLS: [&str; 2] = ["h2", "http/1.1"];

/// How often it is looked whether the certificate has changed.
const RENEWED_EVERY: Duration = Duration::from_secs(10);

/// How often the ledger is told of requests without a key.
const TOLD_EVERY: Duration = Duration::from_secs(1);

type Taken = (std::net::TcpStream, IpAddr, OwnedSemaphorePermit);

/// Serves connections until told to stop, then lets them finish within the grace period.
///
/// # Errors
/// When there should be a certificate and is none.
pub(crate) async fn serve(
    shared: Arc<Shared>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), GatewayError> {
    let certificate = shared.listening.tls.clone().map(Certificate::open).transpose()?;
    let tls = certificate
        .as_ref()
        .map(|certificate| certificate.acceptor(&PROTOCOLS))
        .transpose()?;
    let workers = Workers::start(shared.limits.threads).map_err(|error| GatewayError::Listener {
        reason: format!("a thread for connections cannot be started: {error}"),
    })?;
    let places = Arc::new(Semaphore::new(shared.limits.connections));
    let (stop, stopping) = watch::channel(false);
    let (mut connections, peers) = (JoinSet::new(), Peers::default());
    let mut renewal = interval(RENEWED_EVERY);
    let mut telling = interval(TOLD_EVERY);
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(ended) = connections.join_next() => report(ended),
            _ = renewal.tick(), if certificate.is_some() => {
                let certificate = certificate.clone();
                drop(spawn_blocking(move || certificate.map(|certificate| certificate.refresh())));
            }
            _ = telling.tick() => shared.counted.tell(&shared.recorder, shared.clock),
            accepted = accept(&listener, &places) => match accepted {
                Ok((stream, peer, place)) => {
                    let most = shared.limits.connections_of_peer;
                    let trusted = shared.listening.trusts(peer);
                    let Some(counted) = peers.count(peer, if trusted { usize::MAX } else { most }) else {
                        shared.metrics.limit(Limit::ConnectionsOfAddress);
                        tracing::debug!(%peer, "an address has too many connections");
                        continue;
                    };
                    let carried = workers.place();
                    let on = carried.on.clone();
                    let accepted = Accepted { stream, peer, place, counted, carried };
                    connections.spawn_on(
                        converse(Arc::clone(&shared), tls.clone(), accepted, stopping.clone()),
                        &on,
                    );
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
    shared.counted.tell(&shared.recorder, shared.clock);
    Ok(())
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

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> io::Result<Taken> {
    let place = Arc::clone(places)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    // another runtime may carry it
    Ok((stream.into_std()?, peer.ip(), place))
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!("the task of a connection panicked");
    }
}
