//! Callers who are slow on purpose: heads and bodies that drip, connections that say nothing, bodies without end. While
//! they hang on, everybody else is served.

use crate::client::Caller;
use crate::provider::Provider;
use crate::world::{NY_TRADER, Plan, World};
use gateway::{Limits, Listening, TlsFiles};
use std::time::Duration;
use testkit::is_long;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

const CHAT: &str = "/v1/chat/completions";

/// What a busy machine may take longer than a deadline says.
const GRACE: Duration = Duration::from_secs(5);

/// What else a machine may do that runs other tests too; alone it has no such excuse.
fn allowance() -> Duration {
    Duration::from_millis(if is_long() { 50 } else { 2_000 })
}

/// Between two pieces of something that drips.
const DRIP: Duration = Duration::from_millis(40);

/// The deadline of heads: the usual one if it may take long.
fn deadline() -> Duration {
    match is_long() {
        true => Limits::default().header,
        false => Duration::from_millis(800),
    }
}

async fn world(limits: Limits) -> (World, Provider) {
    let provider = Provider::answering("200 OK", "{}").await;
    let plan = Plan {
        limits,
        ..Plan::new(provider.address)
    };
    (plan.start().await, provider)
}

/// An address of this machine, another for each few hundred.
fn address(number: usize) -> String {
    format!("127.0.{}.{}", 20 + number / 200, 1 + number % 200)
}

/// The 99th of a hundred times that a healthy caller waits, until told to stop.
async fn healthy(caller: Caller, mut stop: oneshot::Receiver<()>) -> Duration {
    let mut times = Vec::new();
    while stop.try_recv() == Err(oneshot::error::TryRecvError::Empty) || times.len() < 100 {
        let began = Instant::now();
        let answer = caller.post(CHAT, "{\"model\":\"gpt\"}").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        times.push(began.elapsed());
        sleep(Duration::from_millis(2)).await;
    }
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

/// Runs callers who hang on beside a healthy one, whose worst times must not be twice as long as before, or nearly so on
/// a machine that does other things too.
pub(crate) async fn beside<F: Future<Output = ()> + Send + 'static>(world: &World, hanging: Vec<F>) {
    let (stop, stopped) = oneshot::channel();
    drop(stop);
    let before = healthy(world.caller(NY_TRADER), stopped).await;
    let (stop, stopped) = oneshot::channel();
    let mut running = JoinSet::new();
    running.spawn(healthy(world.caller(NY_TRADER), stopped));
    let mut hung = JoinSet::new();
    hanging.into_iter().for_each(|one| {
        hung.spawn(one);
    });
    hung.join_all().await;
    let _ = stop.send(());
    let during = running.join_next().await.unwrap().unwrap();
    assert!(during < before * 2 + allowance(), "{during:?} after {before:?}");
}

/// Connects; many who do so at the same instant would wait for the system, not for the gateway.
async fn connect(gateway: std::net::SocketAddr, number: usize) -> TcpStream {
    sleep(Duration::from_millis(number as u64)).await;
    Caller::new(gateway, &address(number)).connect().await
}

/// Reads until the other side closes.
async fn closed(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    // a reset is a close too
    let _ = stream.read_to_end(&mut rest).await;
    String::from_utf8_lossy(&rest).into_owned()
}

/// Acceptance R24: five hundred heads that never end, a line at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_that_drip_are_closed_at_their_deadline() {
    assert_eq!(Limits::default().header, Duration::from_secs(10));
    let header = deadline();
    let (world, provider) = world(Limits {
        header,
        ..Limits::default()
    })
    .await;
    let gateway = world.address;
    let drips = (0..500).map(|number| async move {
        let mut stream = connect(gateway, number).await;
        let begin = [&b"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n"[..], b"P"][number % 2];
        stream.write_all(begin).await.unwrap();
        let began = Instant::now();
        let (mut reading, mut writing) = stream.into_split();
        let mut rest = Vec::new();
        let drip = async {
            while writing.write_all(b"x-a: b\r\n").await.is_ok() {
                sleep(DRIP).await;
            }
        };
        tokio::select! {
            () = drip => {}
            _ = reading.read_to_end(&mut rest) => {}
        }
        assert!(began.elapsed() < header + GRACE, "{:?}", began.elapsed());
        assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
    });
    beside(&world, drips.collect()).await;
    let healthy = provider
        .got()
        .iter()
        .filter(|got| got.body == b"{\"model\":\"gpt-5-2026\"}")
        .count();
    assert_eq!(healthy, provider.got().len());
}

/// Acceptance R25: a thousand connections that say nothing, or as little as leaves open what they speak.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_say_nothing_are_closed_at_their_deadline() {
    let header = deadline();
    let (world, _provider) = world(Limits {
        header,
        ..Limits::default()
    })
    .await;
    let gateway = world.address;
    let silent = (0..1_000).map(|number| async move {
        let mut stream = connect(gateway, number).await;
        let said = [&b""[..], b"", b"\r\n", b"PRI * HTTP/2.0\r\n"][number % 4];
        stream.write_all(said).await.unwrap();
        let rest = timeout(header + GRACE, closed(&mut stream)).await;
        assert_eq!(rest.as_deref(), Ok(""), "{said:?}");
    });
    beside(&world, silent.collect()).await;
}

/// Acceptance R25: the same before a connection is secure.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_do_not_become_secure_are_closed_at_their_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["gateway.test".to_owned()]).unwrap();
    let files = TlsFiles {
        certificate: folder.path().join("certificate.pem"),
        key: folder.path().join("key.pem"),
    };
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    let provider = Provider::answering("200 OK", "{}").await;
    let header = Duration::from_millis(300);
    let plan = Plan {
        limits: Limits {
            header,
            ..Limits::default()
        },
        listening: Listening {
            tls: Some(files),
            ..Listening::default()
        },
        ..Plan::new(provider.address)
    };
    let world = plan.start().await;
    for said in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00\x01"] {
        let mut stream = Caller::new(world.address, NY_TRADER.office).connect().await;
        stream.write_all(said).await.unwrap();
        assert!(
            timeout(header + GRACE, closed(&mut stream)).await.is_ok(),
            "{said:?}"
        );
    }
}

fn head(framing: &str) -> String {
    let key = NY_TRADER.key();
    format!("POST {CHAT} HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\n{framing}\r\n\r\n")
}

/// Acceptance R26: a body that says it is a gigabyte, and one that is and does not say so. No more of it is taken than
/// the limit and what lies in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gigabyte_is_refused_before_it_has_come() {
    const GIGABYTE: usize = 1 << 30;
    let limits = Limits::default();
    assert_eq!(limits.body_bytes, 32 * 1024 * 1024);
    let (world, provider) = world(limits).await;
    let announced = head(&format!("content-length: {GIGABYTE}\r\nexpect: 100-continue"));
    let mut stream = Caller::new(world.address, NY_TRADER.office).connect().await;
    stream.write_all(announced.as_bytes()).await.unwrap();
    let answer = closed(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");

    let stream = Caller::new(world.address, NY_TRADER.office).connect().await;
    let (mut reading, mut writing) = stream.into_split();
    let mut endless = JoinSet::new();
    endless.spawn(async move {
        let chunk = [b"10000\r\n", &[b' '; 0x1_0000][..], b"\r\n"].concat();
        let begun = head("transfer-encoding: chunked");
        writing.write_all(begun.as_bytes()).await.unwrap();
        let mut taken = 0;
        while taken < GIGABYTE && writing.write_all(&chunk).await.is_ok() {
            taken += chunk.len();
        }
        taken
    });
    let mut answer = Vec::new();
    let _ = reading.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    // a reset may overtake the answer, since more was on its way
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 413 "),
        "{answer}"
    );
    let taken = endless.join_next().await.unwrap().unwrap();
    assert!(taken < limits.body_bytes + 16 * 1024 * 1024, "{taken}");
    assert!(provider.got().is_empty());
}

/// Acceptance R26: a body that comes byte by byte has one deadline for all of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_drips_is_a_408() {
    let limits = Limits {
        body: deadline(),
        ..Limits::default()
    };
    let (world, provider) = world(limits).await;
    let gateway = world.address;
    let drips = (0..50).map(|number| async move {
        let mut stream = connect(gateway, number).await;
        let framing = ["content-length: 100000", "transfer-encoding: chunked"][number % 2];
        stream.write_all(head(framing).as_bytes()).await.unwrap();
        let (mut reading, mut writing) = stream.into_split();
        let mut answer = Vec::new();
        let drip = async {
            while writing
                .write_all([&b" "[..], b"1\r\n \r\n"][number % 2])
                .await
                .is_ok()
            {
                sleep(DRIP).await;
            }
        };
        let answered = async {
            while !answer.ends_with(b"}") && reading.read_buf(&mut answer).await.is_ok_and(|read| read > 0) {}
        };
        let both = async {
            tokio::select! {
                () = drip => {}
                () = answered => {}
            }
        };
        assert!(timeout(limits.body + GRACE, both).await.is_ok());
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(
            answer.starts_with("HTTP/1.1 408 ") && answer.contains("body_timeout"),
            "{answer}"
        );
    });
    beside(&world, drips.collect()).await;
    assert!(provider.got().iter().all(|got| got.body.len() < 30));
}
