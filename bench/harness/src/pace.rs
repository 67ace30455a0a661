//! Requests at a fixed pace, whatever becomes of those before: what somebody waits for an answer.
//!
//! The targets take turns request by request, so that what else happens on the machine happens to all of them. Time runs
//! from the sending, which waits for no answer; the timer that paces it wakes at whole milliseconds, at another fraction
//! for each target, so that time from the due instant would favour one of them.

use crate::body::{self, Wanted};
use crate::call::{CHAT, Connection};
use crate::clock;
use crate::sample::Sample;
use crate::target::Target;
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;

/// Requests in a second to each target.
const RATE: u32 = 200;
/// Requests of the beginning, which fill pools and caches and are not counted.
const WARM: u32 = 50;

/// Connections that are free now.
type Pool = Arc<Mutex<Vec<Connection>>>;

/// Sends requests with a body of this size; gives one sample for each target.
pub(crate) async fn run(targets: &[&Target], bytes: usize, time: Duration) -> anyhow::Result<Vec<Sample>> {
    let body = body::chat(bytes, Wanted::Whole);
    let pools: Vec<Pool> = targets.iter().map(|_| Pool::default()).collect();
    let mut samples: Vec<Sample> = targets.iter().map(|_| Sample::default()).collect();
    let count = u32::try_from(targets.len())?.max(1);
    let step = Duration::from_secs(1) / (RATE * count);
    let total = u32::try_from(time.as_millis() / step.as_millis().max(1))?;
    let start = clock::now() + Duration::from_millis(20);
    let mut calls = JoinSet::new();
    for number in 0..total {
        let due = start + step * number;
        tokio::time::sleep_until(due.into()).await;
        let which = usize::try_from(number % count)?;
        if let (Some(target), Some(pool)) = (targets.get(which), pools.get(which)) {
            let (address, pool, body) = (target.address, Arc::clone(pool), body.clone());
            calls.spawn(async move { (number, which, one(address, pool, body).await) });
        }
    }
    while let Some(ended) = calls.join_next().await {
        let (number, which, took) = ended?;
        let took = targets.get(which).and_then(|target| target.answers.count(took));
        if let (true, Some(took), Some(sample)) = (number >= WARM * count, took, samples.get_mut(which)) {
            sample.add(took);
        }
    }
    Ok(samples)
}

async fn one(address: SocketAddr, pool: Pool, body: Bytes) -> anyhow::Result<Duration> {
    let began = clock::now();
    let free = pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let mut connection = match free {
        Some(connection) => connection,
        None => Connection::open(address).await?,
    };
    connection.whole(CHAT, body).await?;
    let took = clock::now().saturating_duration_since(began);
    pool.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(connection);
    Ok(took)
}
