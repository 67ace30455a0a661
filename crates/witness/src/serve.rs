//! The listener of a witness: connections, how many, and how long.

use crate::handle::answer;
use crate::state::State;
use certificate::{Certificate, CertificateError};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{interval, sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// Where the root log is served.
pub const ROOT: &str = "/root";

/// Connections at a time; more wait to be accepted.
const CONNECTIONS: usize = 128;

/// For the first byte, for the head of a request, and between two of them.
const HEADER: Duration = Duration::from_secs(10);

/// For a handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Bytes of the head of a request.
const HEADER_BYTES: usize = 16 * 1024;

/// For a connection; then it takes no further request.
const CONNECTION: Duration = Duration::from_secs(30);

/// For what runs on it then.
const LAST: Duration = Duration::from_secs(30);

/// Between two looks whether the certificate has changed.
const LOOK: Duration = Duration::from_secs(10);

/// Wait after the system could not give a socket.
const NO_SOCKET: Duration = Duration::from_millis(100);

/// Serves a witness.
#[derive(Clone, Debug)]
pub struct Server {
    state: Arc<State>,
    clock: fn() -> u64,
}

impl Server {
    /// A witness, and the clock by which it cosigns, in seconds since 1970.
    pub fn new(state: State, clock: fn() -> u64) -> Self {
        Self {
            state: Arc::new(state),
            clock,
        }
    }

    /// Serves connections for as long as this is polled.
    ///
    /// # Errors
    /// When no secure connection can be taken at all.
    pub async fn serve(
        self,
        listener: TcpListener,
        certificate: Option<Arc<Certificate>>,
    ) -> Result<(), CertificateError> {
        let tls = certificate
            .as_ref()
            .map(|certificate| certificate.acceptor(&["http/1.1"]))
            .transpose()?;
        tokio::select! {
            () = self.accept(listener, tls) => {}
            () = keep_fresh(certificate) => {}
        }
        Ok(())
    }

    async fn accept(self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            // it is never closed
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((stream, _)) => {
                    let (server, tls) = (self.clone(), tls.clone());
                    connections.spawn(async move {
                        server.converse(stream, tls).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(NO_SOCKET).await;
                }
            }
            while connections.try_join_next().is_some() {}
        }
    }

    async fn converse(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // whoever says nothing keeps a place from others
        if !matches!(timeout(HEADER, stream.peek(&mut [0])).await, Ok(Ok(1..))) {
            return;
        }
        match tls {
            None => self.speak(stream).await,
            Some(tls) => {
                // whoever fails at this did not get as far as asking for anything
                if let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await {
                    self.speak(stream).await;
                }
            }
        }
    }

    async fn speak<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: S) {
        let service = service_fn(move |request| {
            let (state, clock) = (Arc::clone(&self.state), self.clock);
            async move { Ok::<_, Infallible>(answer(state, clock, request).await) }
        });
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER)
            .max_buf_size(HEADER_BYTES);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        // an error here is one of the connection, which nobody is left to be told of
        if timeout(CONNECTION, connection.as_mut()).await.is_err() {
            connection.as_mut().graceful_shutdown();
            let _ended = timeout(LAST, connection).await;
        }
    }
}

/// Takes up a changed certificate, for ever.
async fn keep_fresh(certificate: Option<Arc<Certificate>>) {
    let mut looks = interval(LOOK);
    loop {
        looks.tick().await;
        let certificate = certificate.clone();
        // a panic in it has been told, and the next look tries again
        let _looked = spawn_blocking(move || certificate.map(|certificate| certificate.refresh())).await;
    }
}

#[cfg(test)]
mod tests;
