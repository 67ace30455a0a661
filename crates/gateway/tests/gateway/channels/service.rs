//! A service over HTTP/1.1 or HTTP/2, with or without TLS, that writes down what it gets; a private authority for its
//! certificate; a proxy in front of it.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Requests that the service takes at a time on one connection of HTTP/2.
const STREAMS: u32 = 70;

/// A request as the service got it.
#[derive(Clone, Debug)]
pub(super) struct Got {
    pub(super) version: Version,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What a service answers.
type Answering = dyn Fn(&Got) -> Response<Full<Bytes>> + Send + Sync;

/// A service at work.
pub(super) struct Service {
    pub(super) address: SocketAddr,
    is_tls: bool,
    got: Arc<Mutex<Vec<Got>>>,
    /// Answers wait until so many requests are here.
    pub(super) together: Arc<AtomicUsize>,
    _serving: JoinSet<()>,
}

impl Got {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Service {
    pub(super) async fn plain(
        answer: impl Fn(&Got) -> Response<Full<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        Self::start("127.0.0.1:0", None, Arc::new(answer)).await
    }

    pub(super) async fn tls(
        config: ServerConfig,
        answer: impl Fn(&Got) -> Response<Full<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        Self::tls_at("127.0.0.1:0", config, answer).await
    }

    pub(super) async fn tls_at(
        address: &str,
        config: ServerConfig,
        answer: impl Fn(&Got) -> Response<Full<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        let tls = TlsAcceptor::from(Arc::new(config));
        Self::start(address, Some(tls), Arc::new(answer)).await
    }

    async fn start(address: &str, tls: Option<TlsAcceptor>, answer: Arc<Answering>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let got = Arc::new(Mutex::new(Vec::new()));
        let together = Arc::new(AtomicUsize::new(0));
        let waiting = Arc::clone(&together);
        let (is_tls, kept, mut serving) = (tls.is_some(), Arc::clone(&got), JoinSet::new());
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, answer) = (tls.clone(), Arc::clone(&answer));
                let kept = (Arc::clone(&kept), Arc::clone(&waiting));
                connections.spawn(async move {
                    let Some(tls) = tls else {
                        return serve(stream, false, kept, answer).await;
                    };
                    // a client that does not trust us goes away here
                    if let Ok(stream) = tls.accept(stream).await {
                        let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                        serve(stream, is_h2, kept, answer).await;
                    }
                });
            }
        });
        Self {
            address,
            is_tls,
            got,
            together,
            _serving: serving,
        }
    }

    /// The address of the service by a name.
    pub(super) fn url(&self, host: &str) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{host}:{}", self.address.port())
    }

    /// What it got so far.
    pub(super) fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    is_h2: bool,
    kept: (Arc<Mutex<Vec<Got>>>, Arc<AtomicUsize>),
    answer: Arc<Answering>,
) {
    let answering = service_fn(move |request: Request<Incoming>| {
        let ((kept, together), answer) = (kept.clone(), Arc::clone(&answer));
        async move {
            let (head, body) = request.into_parts();
            #[expect(clippy::disallowed_methods, reason = "the test sends it")]
            let body = body.collect().await.unwrap().to_bytes();
            let got = Got {
                version: head.version,
                path: head.uri.path_and_query().unwrap().to_string(),
                headers: head.headers,
                body,
            };
            let answer = answer(&got);
            kept.lock().unwrap().push(got);
            while kept.lock().unwrap().len() < together.load(Ordering::SeqCst) {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let stream = TokioIo::new(stream);
    let _ended = if is_h2 {
        let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        builder.max_concurrent_streams(STREAMS);
        builder.serve_connection(stream, answering).await
    } else {
        let builder = hyper::server::conn::http1::Builder::new();
        builder.serve_connection(stream, answering).await
    };
}

/// An answer in JSON.
pub(super) fn json(status: u16, body: &str) -> Response<Full<Bytes>> {
    let answer = Response::builder()
        .status(status)
        .header("content-type", "application/json");
    answer.body(Full::from(body.to_owned())).unwrap()
}

/// A private authority, its certificate in a file.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub(super) fn new() -> Self {
        let (key, folder) = (KeyPair::generate().unwrap(), tempfile::tempdir().unwrap());
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        std::fs::write(folder.path().join("ca.pem"), certificate.pem()).unwrap();
        let issuer = Issuer::new(params, key);
        Self { issuer, folder }
    }

    /// The file.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The other end of a TLS connection, with a certificate for a name.
    pub(super) fn server(&self, name: &str, protocols: &[&str]) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider);
        let builder = builder
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth();
        let mut config = builder
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    }
}

/// An HTTP CONNECT proxy that leads every name to one address, or refuses.
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    _serving: JoinSet<()>,
}

impl Proxy {
    /// A proxy that answers with this line and, if that is a success, leads to `target`.
    pub(super) async fn start(target: SocketAddr, status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (kept, mut serving) = (Arc::clone(&heads), JoinSet::new());
        serving.spawn(async move {
            let mut tunnels = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                tunnels.spawn(lead(stream, target, status, Arc::clone(&kept)));
            }
        });
        Self {
            address,
            heads,
            _serving: serving,
        }
    }

    /// The heads of the requests that it got.
    pub(super) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn lead(mut stream: TcpStream, target: SocketAddr, status: &str, heads: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    heads.lock().unwrap().push(String::from_utf8(head).unwrap());
    let answer = format!("HTTP/1.1 {status}\r\n\r\n");
    stream.write_all(answer.as_bytes()).await.unwrap();
    if status.starts_with("200") {
        let mut target = TcpStream::connect(target).await.unwrap();
        let _ended = copy_bidirectional(&mut stream, &mut target).await;
    }
}
