//! HTTP/2, with and without TLS; floods of it; certificates that change; proxies in between.

use crate::client::Caller;
use crate::provider::Provider;
use crate::slow::beside;
use crate::world::{HK_ANALYST, NY_TRADER, Plan, World};
use bytes::Bytes;
use gateway::{Limits, Listening, TlsFiles};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::{http1, http2};
use hyper::{Request, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use testkit::is_long;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_rustls::TlsConnector;

const CHAT: &str = "/v1/chat/completions";

async fn world(listening: Listening, limits: Limits) -> (World, Provider) {
    let provider = Provider::answering("200 OK", "{\"ok\":true}").await;
    let plan = Plan {
        listening,
        limits,
        ..Plan::new(provider.address)
    };
    (plan.start().await, provider)
}

fn asking_gpt(version: Version) -> Request<Full<Bytes>> {
    let uri = match version {
        Version::HTTP_2 => format!("http://gateway.test{CHAT}"),
        _ => CHAT.to_owned(),
    };
    Request::post(uri)
        .header("host", "gateway.test")
        .header("x-api-key", NY_TRADER.key())
        .body(Full::new(Bytes::from_static(b"{\"model\":\"gpt\"}")))
        .unwrap()
}

async fn over_http2(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> (u16, Bytes) {
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    let mut running = JoinSet::new();
    running.spawn(connection);
    let answer = sender.send_request(asking_gpt(Version::HTTP_2)).await.unwrap();
    let status = answer.status().as_u16();
    (status, whole(answer.into_body()).await)
}

#[expect(clippy::disallowed_methods, reason = "the body is limited")]
async fn whole(body: hyper::body::Incoming) -> Bytes {
    Limited::new(body, 10_000).collect().await.unwrap().to_bytes()
}

#[tokio::test]
async fn http2_is_spoken_with_whoever_begins_with_it() {
    let (world, provider) = world(Listening::default(), Limits::default()).await;
    let stream = Caller::new(world.address, NY_TRADER.office).connect().await;
    assert_eq!(
        over_http2(stream).await,
        (200, Bytes::from_static(b"{\"ok\":true}"))
    );
    assert_eq!(provider.got().len(), 1);
    assert_eq!(
        world
            .caller(NY_TRADER)
            .post(CHAT, "{\"model\":\"gpt\"}")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_connection_that_begins_http2_and_says_no_more_is_closed() {
    let short = Limits {
        header: Duration::from_millis(40),
        ..Limits::default()
    };
    let (world, _provider) = world(Listening::default(), short).await;
    for begin in [
        &b"PRI * HT"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
    ] {
        let mut stream = Caller::new(world.address, NY_TRADER.office).connect().await;
        stream.write_all(begin).await.unwrap();
        let mut rest = Vec::new();
        // a reset is a close too
        let _ = stream.read_to_end(&mut rest).await;
    }
}

/// Frames of a flood.
const FRAMES: u32 = 200_000;

/// Kinds of frames.
const HEADERS_KIND: u8 = 1;
const RESET: u8 = 3;
const GOAWAY: u8 = 7;

/// The kinds of the frames that were heard.
fn kinds(heard: &[u8]) -> Vec<u8> {
    let (mut kinds, mut rest) = (Vec::new(), heard);
    while let Some((head, behind)) = rest.split_at_checked(9) {
        kinds.push(head[3]);
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        rest = behind.get(usize::try_from(length).unwrap()..).unwrap_or_default();
    }
    kinds
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// `GET /` of the host `a`, with an index for each of the first three.
const HEADERS: &[u8] = &[0x82, 0x86, 0x84, 0x41, 0x01, b'a'];

/// Sends frames until the gateway has had enough, and says whether it had, and said so.
async fn flood(address: SocketAddr, frames: impl Fn(u32) -> Vec<u8>) -> bool {
    let stream = Caller::new(address, NY_TRADER.office).connect().await;
    let (mut reading, mut writing) = stream.into_split();
    let mut begun = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    begun.extend(frame(4, 0, 0, &[]));
    writing.write_all(&begun).await.unwrap();
    let mut reader = JoinSet::new();
    reader.spawn(async move {
        let mut rest = Vec::new();
        let _ = reading.read_to_end(&mut rest).await;
        rest
    });
    for number in 0..FRAMES {
        if writing.write_all(&frames(number * 2 + 1)).await.is_err() {
            let heard = reader.join_next().await.unwrap().unwrap();
            // a reset may overtake the farewell
            return heard.is_empty()
                || kinds(&heard).contains(&GOAWAY)
                || !kinds(&heard).contains(&HEADERS_KIND);
        }
        if number % 1000 == 0 {
            tokio::task::yield_now().await;
        }
    }
    false
}

/// A request that is taken back at once.
fn taken_back(stream: u32) -> Vec<u8> {
    let mut frames = frame(1, 5, stream, HEADERS);
    frames.extend(frame(3, 0, stream, &[0, 0, 0, 8]));
    frames
}

/// A head without end.
fn endless(stream: u32) -> Vec<u8> {
    match stream {
        1 => frame(1, 0, 1, HEADERS),
        _ => frame(9, 0, 1, &[0; 1000]),
    }
}

/// A window of nothing, which makes the gateway itself take its answer back.
fn provoked(stream: u32) -> Vec<u8> {
    let mut frames = frame(1, 5, stream, HEADERS);
    frames.extend(frame(8, 0, stream, &[0, 0, 0, 0]));
    frames
}

/// The frames of a stream by its number, and what they are.
type Flood = (fn(u32) -> Vec<u8>, &'static str);

/// What costs a server more than whoever sends it.
const FLOODS: [Flood; 3] = [
    (taken_back, "requests that are taken back at once"),
    (endless, "a head without end"),
    (provoked, "requests that the gateway is made to take back"),
];

/// Memory of this process in bytes, the gateway and its callers together.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = text.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// Acceptance A35: requests taken back, heads without end, answers that the gateway is made to take back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_http2_end_their_connection_and_hurt_nobody_else() {
    let (world, provider) = world(Listening::default(), Limits::default()).await;
    let healthy = world.caller(NY_TRADER);
    for (frames, what) in FLOODS {
        let flood = flood(world.address, frames);
        let (ended, answer) = tokio::join!(flood, healthy.post(CHAT, "{\"model\":\"gpt\"}"));
        assert!(ended, "{what}");
        assert_eq!(answer.status, 200);
    }
    assert_eq!(provider.got().len(), 3);
}

/// Acceptance A35: the same, one connection after the other, for as long as the recipe says if it may take long.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_http2_without_end_leave_memory_as_it_was() {
    let (world, _provider) = world(Listening::default(), Limits::default()).await;
    let lasting = Duration::from_secs(if is_long() { 30 } else { 1 });
    let floods = |until: Instant| {
        FLOODS.map(|(frames, what)| {
            let address = world.address;
            async move {
                while Instant::now() < until {
                    assert!(flood(address, frames).await, "{what}");
                    // whoever floods has to connect anew, and sends what is buffered first
                    sleep(Duration::from_millis(20)).await;
                }
            }
        })
    };
    let first = JoinSet::from_iter(floods(Instant::now()));
    first.join_all().await;
    let before = resident();
    beside(&world, floods(Instant::now() + lasting).into()).await;
    let grown = resident().saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes more");
}

/// Acceptance A35: floods of what costs next to nothing; whether or not they are ended, nobody else is hurt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cheap_floods_of_http2_hurt_nobody_else() {
    let (world, provider) = world(Listening::default(), Limits::default()).await;
    let healthy = world.caller(NY_TRADER);
    let floods: [fn(u32) -> Vec<u8>; 5] = [
        |_| frame(6, 0, 0, &[0; 8]),
        |_| frame(4, 0, 0, &[0, 3, 0, 0, 0, 1]),
        |stream| frame(2, 0, stream, &[0, 0, 0, 0, 1]),
        |_| frame(8, 0, 0, &[0, 0, 0, 1]),
        |stream| match stream {
            1 => frame(1, 4, 1, HEADERS),
            _ => frame(0, 0, 1, &[]),
        },
    ];
    for frames in floods {
        let answers = async {
            for _ in 0..10 {
                assert_eq!(healthy.post(CHAT, "{\"model\":\"gpt\"}").await.status, 200);
            }
        };
        tokio::select! {
            _ = flood(world.address, frames) => assert_eq!(healthy.post(CHAT, "{\"model\":\"gpt\"}").await.status, 200),
            () = answers => {}
        }
    }
    assert!(!provider.got().is_empty());
}

/// A header that no table has, written out.
fn literal(name: &[u8], value: &[u8]) -> Vec<u8> {
    let length = |text: &[u8]| u8::try_from(text.len()).unwrap();
    [&[0, length(name)][..], name, &[length(value)], value].concat()
}

/// A request for GPT with some more headers, and the first answer to it: the kinds of frames until something is said.
async fn asked_with(world: &World, more: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut head = vec![0x83, 0x86];
    head.extend(literal(b":path", CHAT.as_bytes()));
    head.extend(literal(b":authority", b"gateway.test"));
    head.extend(literal(b"x-api-key", NY_TRADER.key().as_bytes()));
    head.extend(more.iter().flat_map(|(name, value)| literal(name, value)));
    let mut request = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    request.extend(frame(4, 0, 0, &[]));
    request.extend(frame(1, 4, 1, &head));
    request.extend(frame(0, 1, 1, b"{\"model\":\"gpt\"}"));
    let mut stream = Caller::new(world.address, NY_TRADER.office).connect().await;
    stream.write_all(&request).await.unwrap();
    let mut heard = Vec::new();
    loop {
        let said = kinds(&heard);
        let is_said = said
            .iter()
            .any(|kind| [HEADERS_KIND, RESET, GOAWAY].contains(kind));
        if is_said || stream.read_buf(&mut heard).await.unwrap_or(0) == 0 {
            return said;
        }
    }
}

/// Acceptance A32, A34: what would frame a request otherwise in HTTP/1, and letters that end lines, in HTTP/2.
#[tokio::test]
async fn headers_that_would_mean_something_else_in_http1_are_refused() {
    let (world, provider) = world(Listening::default(), Limits::default()).await;
    assert_eq!(
        asked_with(&world, &[(b"x-a", b"b")]).await.last(),
        Some(&HEADERS_KIND)
    );
    assert_eq!(provider.got().len(), 1, "a clear request is served");
    let cases: [&[(&[u8], &[u8])]; 14] = [
        &[(b"x-a", b"b\r\nx-b: c")],
        &[(b"x-a", b"b\nc")],
        &[(b"x-a", b"b\rc")],
        &[(b"x-a", b"b\0c")],
        &[(b"x-a\r\nx-b", b"c")],
        &[(b"x a", b"c")],
        &[(b"X-A", b"c")],
        &[(b"", b"c")],
        &[(b"transfer-encoding", b"chunked")],
        &[(b"connection", b"upgrade"), (b"upgrade", b"h2c")],
        &[(b"content-length", b"5")],
        &[(b"content-length", b"15"), (b"content-length", b"16")],
        &[(b":path", b"/healthz")],
        &[(b":unknown", b"a")],
    ];
    for more in cases {
        asked_with(&world, more).await;
        assert_eq!(provider.got().len(), 1, "{more:?}");
    }
    assert_eq!(
        world
            .caller(NY_TRADER)
            .post(CHAT, "{\"model\":\"gpt\"}")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn an_address_has_so_many_connections_at_a_time() {
    let few = Limits {
        connections_of_peer: 2,
        ..Limits::default()
    };
    let (world, _provider) = world(Listening::default(), few).await;
    let caller = world.caller(NY_TRADER);
    let (_first, _second) = (caller.connect().await, caller.connect().await);
    let mut third = caller.connect().await;
    let mut rest = Vec::new();
    assert!(matches!(third.read_to_end(&mut rest).await, Ok(0) | Err(_)));
    assert_eq!(world.caller(HK_ANALYST).get("/healthz").await.status, 200);
}

/// Writes a certificate of its own making for `gateway.test`.
fn certificate(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["gateway.test".to_owned()]).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.join("certificate.pem"), made.cert.pem()).unwrap();
    made.cert.der().clone()
}

async fn secured(
    world: &World,
    trusted: &CertificateDer<'static>,
    protocol: &str,
) -> std::io::Result<tokio_rustls::client::TlsStream<tokio::net::TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let stream = Caller::new(world.address, NY_TRADER.office).connect().await;
    let name = ServerName::try_from("gateway.test").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

#[tokio::test]
async fn connections_are_secure_where_there_is_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certificate(folder.path());
    let files = TlsFiles {
        certificate: folder.path().join("certificate.pem"),
        key: folder.path().join("key.pem"),
    };
    let listening = Listening {
        tls: Some(files),
        ..Listening::default()
    };
    let (world, _provider) = world(listening, Limits::default()).await;
    let stream = secured(&world, &trusted, "h2").await.unwrap();
    assert_eq!(over_http2(stream).await.0, 200);
    let stream = secured(&world, &trusted, "http/1.1").await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    let mut running = JoinSet::new();
    running.spawn(connection);
    let answer = sender.send_request(asking_gpt(Version::HTTP_11)).await.unwrap();
    assert_eq!(answer.status(), 200);
    // in the clear there is nothing to be had
    let mut clear = Caller::new(world.address, NY_TRADER.office).connect().await;
    clear
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let mut rest = Vec::new();
    let _ = clear.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"HTTP/"));
}

#[tokio::test]
async fn without_a_usable_certificate_nothing_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let files = TlsFiles {
        certificate: folder.path().join("none.pem"),
        key: folder.path().join("none.pem"),
    };
    let listening = Listening {
        tls: Some(files),
        ..Listening::default()
    };
    let (mut world, _provider) = world(listening, Limits::default()).await;
    assert!(
        world
            .failure()
            .await
            .contains("cannot be used for secure connections")
    );
}

#[tokio::test]
async fn a_trusted_proxy_says_where_a_caller_is_and_nobody_else_does() {
    let listening = Listening {
        trusted_proxies: vec!["127.0.9.0/24".parse().unwrap()],
        ..Listening::default()
    };
    let (world, _provider) = world(listening, Limits::default()).await;
    let claude = "{\"model\":\"claude-sonnet\"}";
    let check = async |from: &str, said: &str, expected: u16| {
        let caller = world.caller(NY_TRADER).from(from).with("x-forwarded-for", said);
        let answer = caller.post("/v1/messages", claude).await;
        assert_eq!(answer.status, expected, "{from} {said}: {}", answer.text());
    };
    check("127.0.9.1", NY_TRADER.office, 200).await;
    check("127.0.9.1", HK_ANALYST.office, 451).await;
    check(
        "127.0.9.1",
        &format!("{}, {}", NY_TRADER.office, HK_ANALYST.office),
        451,
    )
    .await;
    check("127.0.9.1", &format!("{}, 127.0.9.7", HK_ANALYST.office), 451).await;
    // what is no address leaves it unclear where they are, and then their place of work does not count either
    check("127.0.9.1", "nonsense", 451).await;
    check(HK_ANALYST.office, NY_TRADER.office, 451).await;
    check(NY_TRADER.office, HK_ANALYST.office, 200).await;
}
