//! Streams: what their chunks cost and how long they travel, and what many open ones take in memory.

use crate::body::{self, Wanted};
use crate::call::{self, CHAT, Connection};
use crate::clock;
use crate::process;
use crate::sample::Sample;
use crate::target::{Answers, Target};
use anyhow::Context as _;
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Chunks of a stream.
const CHUNKS: u32 = 100;
/// Size of a streamed request.
const BYTES: usize = 1024;
/// How long opening them all may take.
const OPENING: Duration = Duration::from_secs(25);
/// How many open streams are begun at once; more would measure the queue of the listener.
const AT_ONCE: usize = 100;

/// What streams cost.
#[derive(Clone, Debug, Default)]
pub(crate) struct Streamed {
    /// From the request to the first chunk.
    pub(crate) first: Sample,
    /// From the upstream's sending of a chunk to its arrival.
    pub(crate) transit: Sample,
    /// Processor time of the target; nothing for what is no process.
    pub(crate) cpu: Duration,
    /// Chunks that came.
    pub(crate) chunks: u32,
}

impl Streamed {
    /// Adds what another round measured.
    pub(crate) fn merge(&mut self, other: Self) {
        self.first.merge(other.first);
        self.transit.merge(other.transit);
        self.cpu += other.cpu;
        self.chunks += other.chunks;
    }

    /// Processor time for 10,000 chunks.
    pub(crate) fn cpu_per_10_000(&self) -> Duration {
        self.cpu.saturating_mul(10_000) / self.chunks.max(1)
    }
}

/// Keeps so many streams going for a time, with milliseconds between their chunks.
pub(crate) async fn run(
    target: &Target,
    streams: u32,
    pause: u32,
    time: Duration,
) -> anyhow::Result<Streamed> {
    let before = cpu(target)?;
    let until = clock::now() + time;
    let body = body::chat(BYTES, Wanted::Chunks { count: CHUNKS, pause });
    let mut workers = JoinSet::new();
    for number in 0..streams {
        // not all at the same beat
        let offset = Duration::from_millis(u64::from(number * pause.max(1) / streams.max(1)));
        workers.spawn(work(
            target.address,
            Arc::clone(&target.answers),
            body.clone(),
            until,
            offset,
        ));
    }
    let mut all = Streamed::default();
    while let Some(ended) = workers.join_next().await {
        all.merge(ended??);
    }
    all.cpu = cpu(target)?.saturating_sub(before);
    Ok(all)
}

fn cpu(target: &Target) -> anyhow::Result<Duration> {
    target
        .pid()
        .map_or(Ok(Duration::ZERO), |pid| Ok(process::used(pid)?.cpu))
}

async fn work(
    address: SocketAddr,
    answers: Arc<Answers>,
    body: Bytes,
    until: Instant,
    offset: Duration,
) -> anyhow::Result<Streamed> {
    let mut all = Streamed::default();
    tokio::time::sleep(offset).await;
    let mut connection = Connection::open(address).await?;
    while clock::now() < until {
        match answers.count(one(&mut connection, body.clone()).await) {
            Some(streamed) => all.merge(streamed),
            None => connection = Connection::open(address).await?,
        }
    }
    Ok(all)
}

/// One stream from its request to its end.
async fn one(connection: &mut Connection, body: Bytes) -> anyhow::Result<Streamed> {
    let mut streamed = Streamed::default();
    let began = clock::now();
    let mut answer = connection.send(CHAT, body).await?.into_body();
    while let Some(chunks) = call::next(&mut answer).await? {
        if streamed.chunks == 0 && chunks.count > 0 {
            streamed.first.add(clock::now().saturating_duration_since(began));
        }
        streamed.chunks += u32::try_from(chunks.count)?;
        streamed.transit.extend(chunks.transit);
    }
    // a chunk may be cut in two on its way, and is then not counted
    anyhow::ensure!(
        streamed.chunks >= CHUNKS * 9 / 10,
        "a stream ended after {} chunks",
        streamed.chunks
    );
    Ok(streamed)
}

/// Opens so many streams that go on, and gives the memory that the target then uses, in bytes.
pub(crate) async fn memory(target: &Target, streams: usize) -> anyhow::Result<u64> {
    let pid = target.pid().context("only a process can be measured")?;
    let body = body::chat(
        BYTES,
        Wanted::Chunks {
            count: 60,
            pause: 1000,
        },
    );
    let until = clock::now() + OPENING;
    let mut held = Vec::new();
    while held.len() < streams {
        let mut opening = JoinSet::new();
        for _ in 0..AT_ONCE.min(streams - held.len()) {
            let (address, body) = (target.address, body.clone());
            opening.spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut answer = connection.send(CHAT, body).await?.into_body();
                call::next(&mut answer).await?.context("a stream ended at once")?;
                anyhow::Ok((connection, answer))
            });
        }
        while let Some(opened) = opening.join_next().await {
            held.extend(target.answers.count(opened?));
        }
        anyhow::ensure!(
            clock::now() < until,
            "only {} of {streams} streams could be opened at {}",
            held.len(),
            target.name
        );
    }
    let mut most = 0;
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        most = most.max(process::used(pid)?.resident);
    }
    Ok(most)
}
