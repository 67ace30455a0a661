//! A server with very many answers open at a time: what each costs in memory, and that others do not notice.

use crate::beginning::{Beginning, CHAT};
use crate::server::{NOWHERE, Running, post};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use testkit::is_long;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// Memory of a stream in which nothing waits to be read. What is not optimised takes more.
const STREAM: usize = if cfg!(debug_assertions) { 120_000 } else { 60_000 };

/// A provider of streams without end, and how much of them was taken.
struct Endless {
    address: SocketAddr,
    taken: Arc<AtomicUsize>,
    /// Those who ask for no stream are answered at once.
    _serving: JoinSet<()>,
}

impl Endless {
    /// Each stream sends a block, and again after each pause.
    async fn start(block: usize, pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, taken) = (listener.local_addr().unwrap(), Arc::<AtomicUsize>::default());
        let (counted, mut serving) = (Arc::clone(&taken), JoinSet::new());
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(answer(stream, Arc::clone(&counted), block, pause));
            }
        });
        Self {
            address,
            taken,
            _serving: serving,
        }
    }

    fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

async fn answer(mut stream: TcpStream, taken: Arc<AtomicUsize>, block: usize, pause: Duration) {
    let mut request = Vec::new();
    while !request.ends_with(b"}") {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    if !request.windows(6).any(|six| six == b"stream") {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
        let _ = stream.write_all(head.as_bytes()).await;
        return;
    }
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let comment = format!(": {}\n\n", "x".repeat(block));
    let chunk = format!("{:x}\r\n{comment}\r\n", comment.len());
    if stream.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    while stream.write_all(chunk.as_bytes()).await.is_ok() {
        taken.fetch_add(chunk.len(), Ordering::Relaxed);
        sleep(pause).await;
    }
}

/// Opens streams and waits until each has begun; an address of this machine has no more than some hundreds.
async fn open(server: SocketAddr, key: &str, count: usize, window: Option<u32>) -> Vec<TcpStream> {
    let mut opening = JoinSet::new();
    for number in 0..count {
        let key = key.to_owned();
        opening.spawn(async move {
            // a system that is called by all at once keeps some of them waiting
            sleep(Duration::from_millis(number as u64)).await;
            let socket = TcpSocket::new_v4().unwrap();
            if let Some(window) = window {
                socket.set_recv_buffer_size(window).unwrap();
            }
            let from = format!("127.0.{}.1:0", 30 + number / 250);
            socket.bind(from.parse().unwrap()).unwrap();
            let mut stream = socket.connect(server).await.unwrap();
            let body = json!({ "model": "example-model", "stream": true }).to_string();
            let head = format!("POST {CHAT} HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n");
            let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut first = [0; 12];
            stream.read_exact(&mut first).await.unwrap();
            assert_eq!(&first, b"HTTP/1.1 200");
            stream
        });
    }
    opening.join_all().await
}

/// The 99th of a hundred times of a call.
fn worst(server: &Running, key: &str) -> Duration {
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let began = Instant::now();
            let (status, answer) = post(server, NOWHERE, CHAT, key, "example-model").unwrap();
            assert_eq!(status, 200, "{answer}");
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

/// A start, a first call, and the memory that it takes then.
fn started(provider: &Endless) -> (Beginning, Running, usize) {
    let beginning = Beginning::new(provider.address);
    let server = beginning.serve();
    worst(&server, &beginning.engineer);
    let memory = server.memory().unwrap();
    (beginning, server, memory)
}

fn wait(runtime: &Runtime, seconds: u64) {
    runtime.block_on(async { sleep(Duration::from_secs(seconds)).await });
}

/// Waits until what lies between has filled up: until its memory stays as it is for three seconds.
fn settle(runtime: &Runtime, server: &Running) {
    let (mut last, mut still) = (server.memory().unwrap(), 0);
    for _ in 0..60 {
        wait(runtime, 1);
        let now = server.memory().unwrap();
        still = if now < last + (1 << 20) { still + 1 } else { 0 };
        if still == 3 {
            return;
        }
        last = now;
    }
}

/// Acceptance R23: five hundred callers who read a kilobyte a second of answers without end. What they do not read is not
/// taken from the provider, and is not kept here.
#[test]
fn who_reads_slowly_is_sent_no_more_than_they_read() {
    const READERS: usize = 500;
    const MOST_OF_EACH: usize = 256 * 1024 + STREAM;
    let runtime = Runtime::new().unwrap();
    let provider = runtime.block_on(Endless::start(16 * 1024, Duration::ZERO));
    let (beginning, server, before) = started(&provider);
    let address = server.address().unwrap();
    let streams = runtime.block_on(open(address, &beginning.engineer, READERS, Some(4 * 1024)));
    let mut readers = JoinSet::new();
    for mut stream in streams {
        readers.spawn_on(
            async move {
                let mut kilobyte = [0; 1024];
                while stream.read_exact(&mut kilobyte).await.is_ok() {
                    sleep(Duration::from_secs(1)).await;
                }
            },
            runtime.handle(),
        );
    }
    let seconds = if is_long() { 60 } else { 6 };
    settle(&runtime, &server);
    let (filled, taken) = (server.memory().unwrap(), provider.taken());
    wait(&runtime, seconds);
    let (later, taken_later) = (server.memory().unwrap(), provider.taken());
    let of_each = later.saturating_sub(before) / READERS;
    assert!(of_each < MOST_OF_EACH, "{of_each} bytes for each reader");
    if is_long() {
        // the system's own buffers take their time to fill
        let grown = later.saturating_sub(filled);
        assert!(grown < 16 << 20, "{grown} bytes more after {seconds} s");
        let read = READERS * 1024 * usize::try_from(seconds).unwrap();
        let more = taken_later - taken;
        assert!(
            more < read * 2 + (32 << 20),
            "{more} bytes were taken, and {read} read"
        );
    }
    assert_eq!(readers.len(), READERS);
    assert!(readers.try_join_next().is_none(), "a reader was let down");
}

/// Acceptance R27: a thousand streams, or five thousand, in which the provider says next to nothing.
#[test]
fn idle_streams_cost_little_and_others_do_not_notice() {
    let count = if is_long() { 5_000 } else { 1_000 };
    let runtime = Runtime::new().unwrap();
    let provider = runtime.block_on(Endless::start(10, Duration::from_secs(5)));
    let (beginning, server, before) = started(&provider);
    let alone = worst(&server, &beginning.engineer);
    let address = server.address().unwrap();
    let streams = runtime.block_on(open(address, &beginning.engineer, count, None));
    wait(&runtime, if is_long() { 30 } else { 6 });
    let of_each = server.memory().unwrap().saturating_sub(before) / count;
    assert!(of_each < STREAM, "{of_each} bytes for each stream");
    // a machine that runs other tests too has its own reasons
    let allowance = Duration::from_millis(if is_long() { 50 } else { 2_000 });
    let beside = worst(&server, &beginning.engineer);
    assert!(
        beside < alone * 2 + allowance,
        "{beside:?} beside them, {alone:?} alone"
    );
    assert_eq!(streams.len(), count);
}
