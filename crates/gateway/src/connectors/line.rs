//! How the connections of a connector are made: whom they trust, and through which proxy they go.
//!
//! A connector has a pool of its own, so nothing of one account is ever sent over a connection of another. Names are
//! checked by TLS against the authorities that the connector trusts; where a proxy is set, there is no way around it.

use super::error::ConnectorError;
use super::names::Names;
use super::options::ConnectorOptions;
use super::upstream::LANE;
use super::{Credential, Proxy};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use hyper::body::Body;
use hyper::header::HeaderValue;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tower_service::Service;

/// A failure on the way to a connection.
type BoxError = Box<dyn Error + Send + Sync>;

/// A pooled client.
pub(crate) type HttpClient<B> = Client<Dialer, B>;

/// Most that is read ahead of an answer whose caller does not take it.
const READ_AHEAD: usize = 64 * 1024;

/// How often a connection in use is asked whether the other side is still there (HTTP/2).
const ASKED_EVERY: Duration = Duration::from_secs(20);

/// The same over HTTP/2, where a provider is told how much it may send.
const WINDOW: u32 = 128 * 1024;

/// How connections are made.
#[derive(Clone)]
pub(crate) struct Line {
    tls: ClientConfig,
    proxy: Option<Through>,
    names: Names,
}

/// A proxy, and how it knows us.
#[derive(Clone)]
struct Through {
    proxy: Uri,
    authorization: Option<HeaderValue>,
}

impl Line {
    /// Reads what is to be trusted.
    pub(crate) fn open(
        connector: &str,
        options: &ConnectorOptions,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectorError> {
        let through = |proxy| Through::open(connector, proxy, environment);
        Ok(Self {
            tls: tls(options.ca.as_deref()).map_err(|reason| ConnectorError::Trust {
                connector: connector.to_owned(),
                reason,
            })?,
            proxy: options.proxy.as_ref().map(through).transpose()?,
            names: Names::default(),
        })
    }

    /// The same, where names are found otherwise.
    pub(super) fn finding(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// A client with a pool of its own; a connection must stand within `connect`, proxy and TLS included.
    pub(crate) fn client<B>(&self, connect: Duration) -> HttpClient<B>
    where
        B: Body + Send,
        B::Data: Send,
    {
        let mut tcp = HttpConnector::new_with_resolver(self.names.clone());
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(connect));
        let road = match &self.proxy {
            None => Road::Straight(tcp),
            Some(through) => Road::Tunnel(through.tunnel(tcp)),
        };
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(self.tls.clone())
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(road);
        Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .http1_max_buf_size(READ_AHEAD)
            .http2_keep_alive_interval(ASKED_EVERY)
            .http2_initial_stream_window_size(WINDOW)
            // one more than can wait on all streams together
            .http2_initial_connection_window_size(WINDOW * (LANE + 1))
            .build(Dialer { https, connect })
    }
}

impl Through {
    fn open(
        connector: &str,
        proxy: &Proxy,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectorError> {
        let wrong = || ConnectorError::Address {
            connector: connector.to_owned(),
            what: "proxy".to_owned(),
            form: "`http://`, a host and a port".to_owned(),
        };
        let uri: Uri = proxy.url.parse().map_err(|_| wrong())?;
        let has_path = !matches!(uri.path(), "" | "/") || uri.query().is_some();
        let has_name = uri
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'));
        if uri.scheme_str() != Some("http") || uri.port().is_none() || has_path || has_name {
            return Err(wrong());
        }
        let unusable = |reason: &str| ConnectorError::UnusableCredential {
            connector: connector.to_owned(),
            reason: reason.to_owned(),
        };
        if matches!(proxy.credential, Credential::Exec(_)) {
            return Err(unusable("for its proxy must come from a variable or a file"));
        }
        let secret = proxy.credential.at_hand(connector, environment)?;
        let basic = |text: &str| HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(text)));
        let authorization = secret.map(|secret| basic(secret.text())).transpose();
        Ok(Self {
            proxy: uri,
            authorization: authorization.map_err(|_| unusable("cannot be sent in a header"))?,
        })
    }

    fn tunnel(&self, tcp: Tcp) -> Tunnel<Tcp> {
        let tunnel = Tunnel::new(self.proxy.clone(), tcp);
        match &self.authorization {
            Some(authorization) => tunnel.with_auth(authorization.clone()),
            None => tunnel,
        }
    }
}

/// What is trusted: the authorities of a file and nobody else, or those of the web.
fn tls(ca: Option<&Path>) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let Some(path) = ca else {
        return Ok(builder.with_webpki_roots().with_no_client_auth());
    };
    let unreadable = |_| "the file cannot be read as certificates in PEM".to_owned();
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
        let certificate = certificate.map_err(unreadable)?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() {
        return Err("the file holds no certificate".to_owned());
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Connects to an address, or to those of a name.
type Tcp = HttpConnector<Names>;

/// The way of the bytes: straight to the provider, or through a proxy's tunnel.
#[derive(Clone)]
enum Road {
    Straight(Tcp),
    Tunnel(Tunnel<Tcp>),
}

/// A future that gives a connection.
type Dialing<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

impl Service<Uri> for Road {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Dialing<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::Straight(tcp) => tcp.poll_ready(cx).map_err(Into::into),
            Self::Tunnel(tunnel) => tunnel.poll_ready(cx).map_err(Into::into),
        }
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        match self {
            Self::Straight(tcp) => {
                let dialing = tcp.call(target);
                Box::pin(async { Ok(dialing.await?) })
            }
            Self::Tunnel(tunnel) => {
                let dialing = tunnel.call(target);
                Box::pin(async { Ok(dialing.await?) })
            }
        }
    }
}

/// Makes connections, each within its time.
#[derive(Clone)]
pub(crate) struct Dialer {
    https: HttpsConnector<Road>,
    connect: Duration,
}

impl Service<Uri> for Dialer {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Dialing<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(cx)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let dialing = tokio::time::timeout(self.connect, self.https.call(target));
        Box::pin(async { dialing.await? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(options: &ConnectorOptions) -> Result<Line, ConnectorError> {
        Line::open("c", options, |name| {
            (name == "PROXY").then(|| "user:canary".to_owned())
        })
    }

    #[test]
    fn proxies_are_http_and_have_a_port_and_no_secret_in_their_address() {
        let check = |url: &str, credential, is_fine: bool| {
            let url = url.to_owned();
            let options = ConnectorOptions {
                proxy: Some(Proxy { url, credential }),
                ..Default::default()
            };
            assert_eq!(open(&options).is_ok(), is_fine, "{options:?}");
            assert!(!format!("{options:?}").contains("canary"));
        };
        let env = |name: &str| Credential::Env(name.to_owned());
        check("http://proxy.larkmoor.example:3128", Credential::None, true);
        check("http://127.0.0.1:3128/", env("PROXY"), true);
        check("http://127.0.0.1:3128/", env("OTHER"), false);
        check("http://127.0.0.1:3128/", Credential::Exec("x".to_owned()), false);
        for url in [
            "",
            "proxy:3128",
            "https://proxy:3128",
            "http://proxy",
            "http://a:canary@proxy:3128",
            "http://proxy:1/x",
        ] {
            check(url, Credential::None, false);
        }
    }

    #[test]
    fn a_file_that_holds_no_certificate_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let options = ConnectorOptions {
            ca: Some(path.clone()),
            ..Default::default()
        };
        let refused = || open(&options).err().unwrap().to_string();
        assert!(refused().contains("cannot be read"), "{}", refused());
        std::fs::write(&path, "nothing").unwrap();
        assert!(refused().contains("holds no certificate"), "{}", refused());
        std::fs::write(
            &path,
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        )
        .unwrap();
        assert!(refused().contains("cannot be used"), "{}", refused());
    }
}
