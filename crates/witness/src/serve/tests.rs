//! A witness over real sockets: what it answers to whom, in plain and over TLS.

use super::*;
use crate::state::tests::{Log, ORIGIN, keys, opened};
use crate::{Address, RemoteLog, Trusted, WitnessAt};
use certificate::TlsFiles;
use ledger::WitnessLine as _;
use std::net::SocketAddr;
use tempfile::TempDir;
use tlog::note::Signer;
use tlog::witness::{Answer, MAX_REQUEST, Request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A witness that serves as long as this lives.
struct Served {
    folder: TempDir,
    address: SocketAddr,
    _serving: JoinSet<Result<(), CertificateError>>,
}

async fn serve(certificate: Option<Arc<Certificate>>) -> Served {
    let (folder, state) = opened();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut serving = JoinSet::new();
    serving.spawn(Server::new(state, || 1000).serve(listener, certificate));
    Served {
        folder,
        address,
        _serving: serving,
    }
}

impl Served {
    /// One request; the whole answer.
    async fn exchange(&self, head: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let head =
            format!("{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // whoever is refused early need not be sent the rest
        let _sent = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _ended = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn told(&self, head: &str, body: &str, expected: &str) {
        let answer = self.exchange(head, body.as_bytes()).await;
        assert!(answer.starts_with(expected), "{head}: {answer}");
    }
}

#[tokio::test]
async fn statuses_are_those_of_the_protocol() {
    let served = serve(None).await;
    let log = Log::of(&["one", "two", "three"]);
    let add = "POST /add-checkpoint";
    served.told(add, &log.from(0), "HTTP/1.1 200 ").await;
    served.told(add, "old 0\n", "HTTP/1.1 400 ").await;
    let mut stranger = Log::of(&["one"]);
    stranger.signer = Signer::from_seed(ORIGIN, &[4; 32]).unwrap();
    served.told(add, &stranger.from(0), "HTTP/1.1 403 ").await;
    let elsewhere = log.from(0).replace(ORIGIN, "elsewhere.example");
    served.told(add, &elsewhere, "HTTP/1.1 404 ").await;
    let known = served.exchange(add, log.from(0).as_bytes()).await;
    assert!(
        known.starts_with("HTTP/1.1 409 ")
            && known.contains("content-type: text/x.tlog.size\r\n")
            && known.ends_with("\r\n\r\n3\n"),
        "{known}"
    );
    let other = Log::of(&["one", "2", "three", "four"]);
    served.told(add, &other.from(3), "HTTP/1.1 422 ").await;
    let large = "x".repeat(MAX_REQUEST + 1);
    served.told(add, &large, "HTTP/1.1 413 ").await;
    served.told("GET /add-checkpoint", "", "HTTP/1.1 405 ").await;
    served
        .told(&format!("POST {ROOT}/checkpoint"), "", "HTTP/1.1 405 ")
        .await;
    served
        .told(&format!("GET {ROOT}/checkpoint"), "", "HTTP/1.1 200 ")
        .await;
    served
        .told(&format!("GET {ROOT}/tile/0/000.p/1"), "", "HTTP/1.1 200 ")
        .await;
    std::fs::write(served.folder.path().join("secret"), "x").unwrap();
    for path in ["/", ROOT, "/rootcheckpoint"] {
        served.told(&format!("GET {path}"), "", "HTTP/1.1 404 ").await;
    }
    for path in [
        "",
        "entries.log",
        "lock",
        "secret",
        "tile/../secret",
        "../secret",
        "/secret",
        "tile/%2e%2e/secret",
        "tile/0/001",
    ] {
        served
            .told(&format!("GET {ROOT}/{path}"), "", "HTTP/1.1 404 ")
            .await;
    }
}

fn offer(log: &Log, old: u64) -> Request {
    Request::parse(log.from(old).as_bytes()).unwrap()
}

#[tokio::test]
async fn a_log_asks_over_tls_and_reads_what_was_cosigned() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = tempfile::tempdir().unwrap();
    let (certificate, key) = (files.path().join("c.pem"), files.path().join("k.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let tls = TlsFiles {
        certificate: certificate.clone(),
        key,
    };
    let served = serve(Some(Certificate::open(tls).unwrap())).await;
    let url = format!("https://localhost:{}", served.address.port());
    let trusting = move |file: Option<std::path::PathBuf>| Trusted::open(file.as_deref()).unwrap();
    let line = move |trusted: Trusted| WitnessAt::new(Address::parse(&url).unwrap(), trusted);
    let root = format!("https://localhost:{}/root", served.address.port());
    let asked = spawn_blocking(move || {
        let log = Log::of(&["one", "two"]);
        // whose certificate it does not know, it does not ask
        let away = line(trusting(None)).ask(&offer(&log, 0)).unwrap_err();
        assert!(away.to_string().contains("nobody answers"), "{away}");
        let line = line(trusting(Some(certificate.clone())));
        let Answer::Cosigned(lines) = line.ask(&offer(&log, 0)).unwrap() else {
            panic!("not cosigned");
        };
        assert_eq!(line.ask(&offer(&log, 0)), Ok(Answer::OtherSize(2)));
        let trusted = trusting(Some(certificate));
        let remote = RemoteLog::open(Address::parse(&root).unwrap(), &trusted, None).unwrap();
        let by = keys().verifier_keys();
        let wanted = ledger::verify::Wanted {
            keys: &by,
            since: None,
            witnesses: &[],
        };
        let verified = ledger::verify::log(&remote, &wanted, |_| {}).unwrap();
        (lines.len(), verified.checkpoints)
    });
    assert_eq!(asked.await.unwrap(), (1, 1));
}

/// The log of a witness is not believed without the key with which it cosigns, nor with that of another.
#[tokio::test]
async fn the_log_of_a_witness_needs_both_of_its_keys() {
    let served = serve(None).await;
    let log = Log::of(&["one", "two"]);
    served
        .told("POST /add-checkpoint", &log.from(0), "HTTP/1.1 200 ")
        .await;
    let check = |keys: &[tlog::note::VerifierKey]| {
        let checked = ledger::verify::folder(served.folder.path(), keys, |_| {});
        checked.map_err(|error| error.to_string())
    };
    let [cosigns, root] = keys().verifier_keys();
    assert!(check(&[cosigns, root.clone()]).is_ok());
    let lacking = check(std::slice::from_ref(&root)).unwrap_err();
    assert!(lacking.contains("no key is given"), "{lacking}");
    let other = crate::WitnessKeys::from_seed("witness.example", &[8; 32]).unwrap();
    let [other, _] = other.verifier_keys();
    let wrong = check(&[root, other]).unwrap_err();
    assert!(wrong.contains("not cosigned by this witness"), "{wrong}");
}
