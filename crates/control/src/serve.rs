//! The listener: connections, how many, how long, and from where.

use crate::handle::Control;
use certificate::{Certificate, CertificateError};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::task::spawn_blocking;
use tokio::time::{interval, sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// Connections at a time; more wait to be accepted.
const CONNECTIONS: usize = 128;

/// For the head of a request, and between two of them.
const HEADER: Duration = Duration::from_secs(15);

/// For a handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Bytes of the head of a request.
const HEADER_BYTES: usize = 16 * 1024;

/// For a connection; then it takes no further request.
const CONNECTION: Duration = Duration::from_secs(600);

/// For what runs on it then.
const LAST: Duration = Duration::from_secs(90);

/// Between two looks whether the certificate has changed.
const LOOK: Duration = Duration::from_secs(10);

/// What is spoken over TLS.
const PROTOCOLS: [&str; 1] = ["http/1.1"];

/// Wait after the system could not give a socket.
const NO_SOCKET: Duration = Duration::from_millis(100);

/// Why a listener is not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{address}` can be reached from outside of the firm's own network, and tokens would pass unencrypted"
)]
pub struct Exposed {
    /// Where it would listen.
    pub address: SocketAddr,
}

/// Whether tokens may be taken at this address without TLS: on the machine itself and in private networks.
///
/// # Errors
/// [`Exposed`] anywhere else, which includes all addresses of the machine at once.
pub fn check_address(address: SocketAddr, has_tls: bool) -> Result<(), Exposed> {
    let is_private = match address.ip().to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    match has_tls || is_private {
        true => Ok(()),
        false => Err(Exposed { address }),
    }
}

impl Control {
    /// Serves connections for as long as this is polled. A change that is cut off with it has happened whole or not at all.
    ///
    /// # Errors
    /// When no secure connection can be taken at all.
    pub async fn serve(
        self,
        listener: TcpListener,
        certificate: Option<Arc<Certificate>>,
    ) -> Result<(), CertificateError> {
        self.serve_looking(listener, certificate, LOOK).await
    }

    /// The same, looking as often as this whether the certificate has changed.
    ///
    /// # Errors
    /// When no secure connection can be taken at all.
    pub async fn serve_looking(
        self,
        listener: TcpListener,
        certificate: Option<Arc<Certificate>>,
        every: Duration,
    ) -> Result<(), CertificateError> {
        let tls = certificate
            .as_ref()
            .map(|certificate| certificate.acceptor(&PROTOCOLS))
            .transpose()?;
        tokio::select! {
            () = self.accept(listener, tls) => {}
            () = keep_fresh(certificate, every) => {}
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
                    let (control, tls) = (self.clone(), tls.clone());
                    connections.spawn(async move {
                        converse(control, stream, tls).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection for administration could not be accepted");
                    sleep(NO_SOCKET).await;
                }
            }
            while connections.try_join_next().is_some() {}
        }
    }
}

/// Takes up a changed certificate, for ever.
async fn keep_fresh(certificate: Option<Arc<Certificate>>, every: Duration) {
    let mut looks = interval(every);
    loop {
        looks.tick().await;
        let certificate = certificate.clone();
        // a panic in it has been told, and the next look tries again
        let _looked = spawn_blocking(move || certificate.map(|certificate| certificate.refresh())).await;
    }
}

async fn converse(control: Control, stream: TcpStream, tls: Option<TlsAcceptor>) {
    match tls {
        None => speak(control, stream).await,
        Some(tls) => {
            // whoever fails at this did not get as far as asking for anything
            if let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await {
                speak(control, stream).await;
            }
        }
    }
}

async fn speak<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(control: Control, stream: S) {
    let service = TowerToHyperService::new(control.router());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_pass_unencrypted_only_where_nobody_listens() {
        for (address, expected) in [
            ("127.0.0.1:1", true),
            ("10.2.3.4:1", true),
            ("[::1]:1", true),
            ("[fd00::1]:1", true),
            ("[::ffff:192.168.0.1]:1", true),
            ("0.0.0.0:1", false),
            ("[::]:1", false),
            ("192.0.2.7:1", false),
            ("[2001:db8::1]:1", false),
        ] {
            let address: SocketAddr = address.parse().unwrap();
            assert_eq!(check_address(address, false).is_ok(), expected, "{address}");
            assert!(check_address(address, true).is_ok());
        }
    }
}
