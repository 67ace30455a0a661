//! The listener over TLS: a certificate that is replaced while it serves.

use crate::world::World;
use certificate::{Certificate, TlsFiles};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const REQUEST: &[u8] = b"GET /api/v1/me HTTP/1.1\r\nhost: admin.test\r\n\r\n";

struct Made {
    certificate: String,
    key: String,
    der: CertificateDer<'static>,
}

fn make() -> Made {
    let made = rcgen::generate_simple_self_signed(["admin.test".to_owned()]).unwrap();
    Made {
        certificate: made.cert.pem(),
        key: made.signing_key.serialize_pem(),
        der: made.cert.der().clone(),
    }
}

fn put(folder: &Path, certificate: &str, key: &str) {
    std::fs::write(folder.join("key.pem"), key).unwrap();
    std::fs::write(folder.join("certificate.pem"), certificate).unwrap();
}

/// Whoever trusts both certificates.
async fn connect(connector: &TlsConnector, listener: std::net::SocketAddr) -> TlsStream<TcpStream> {
    let stream = TcpStream::connect(listener).await.unwrap();
    let name = "admin.test".try_into().unwrap();
    connector.connect(name, stream).await.unwrap()
}

fn shown(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0]
        .clone()
        .into_owned()
}

async fn asks(stream: &mut TlsStream<TcpStream>) {
    stream.write_all(REQUEST).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
}

#[tokio::test]
async fn a_certificate_that_is_replaced_is_shown_to_whoever_connects_then() {
    let world = World::new(None).await;
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (make(), make());
    put(folder.path(), &first.certificate, &first.key);
    let certificate = Certificate::open(TlsFiles {
        certificate: folder.path().join("certificate.pem"),
        key: folder.path().join("key.pem"),
    });
    let certificate = certificate.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut serving = JoinSet::new();
    let every = Duration::from_millis(10);
    serving.spawn(
        world
            .control
            .clone()
            .serve_looking(listener, Some(certificate), every),
    );
    let mut roots = RootCertStore::empty();
    for made in [&first, &second] {
        roots.add(made.der.clone()).unwrap();
    }
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));

    let mut before = connect(&connector, address).await;
    assert_eq!(shown(&before), first.der);
    asks(&mut before).await;
    // what cannot be used changes nothing: neither a torn file nor a key of another certificate
    for (certificate, key) in [
        ("-----BEGIN", first.key.as_str()),
        (&first.certificate, &second.key),
    ] {
        put(folder.path(), certificate, key);
        for _ in 0..20 {
            assert_eq!(shown(&connect(&connector, address).await), first.der);
        }
    }
    put(folder.path(), &second.certificate, &second.key);
    // as long as the runner of the tests lets it
    while shown(&connect(&connector, address).await) != second.der {
        tokio::task::yield_now().await;
    }
    let mut after = connect(&connector, address).await;
    asks(&mut after).await;
    // whoever was connected goes on
    let mut rest = vec![0; 4096];
    assert!(before.read(&mut rest).await.unwrap() > 0);
    asks(&mut before).await;
    assert!(serving.try_join_next().is_none());
}
