//! Calls over connections that are kept.

use crate::clock;
use crate::target::KEY;
use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Where chat requests go.
pub(crate) const CHAT: &str = "/v1/chat/completions";

/// A connection; it is closed when this is dropped.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    _driver: JoinSet<()>,
}

/// Chunks of an answer as they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunks {
    /// How many events carried a time.
    pub(crate) count: usize,
    /// From the upstream's sending to here, for each.
    pub(crate) transit: Vec<Duration>,
}

impl Connection {
    /// Opens one.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            // an error shows at the call that it ends
            let _ended = connection.await;
        });
        Ok(Self {
            sender,
            host: address.to_string(),
            _driver: driver,
        })
    }

    /// Sends a request and waits for the head of its answer, which must be a success.
    pub(crate) async fn send(&mut self, path: &str, body: Bytes) -> anyhow::Result<Response<Incoming>> {
        let request = Request::post(path)
            .header(HOST, &self.host)
            .header(AUTHORIZATION, format!("Bearer {KEY}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        if !response.status().is_success() {
            bail!("the answer was {}", response.status());
        }
        Ok(response)
    }

    /// Sends a request and reads its whole answer; gives its length.
    pub(crate) async fn whole(&mut self, path: &str, body: Bytes) -> anyhow::Result<usize> {
        let mut answer = self.send(path, body).await?.into_body();
        let mut length = 0_usize;
        while let Some(frame) = answer.frame().await {
            length += frame?.data_ref().map_or(0, Bytes::len);
        }
        Ok(length)
    }
}

/// Waits for the next chunks of an answer; `None`: it has ended.
pub(crate) async fn next(answer: &mut Incoming) -> anyhow::Result<Option<Chunks>> {
    let Some(frame) = answer.frame().await else {
        return Ok(None);
    };
    let frame = frame.context("the answer was cut")?;
    let now = clock::nanoseconds();
    let mut chunks = Chunks::default();
    let text = String::from_utf8_lossy(frame.data_ref().map_or(&[], |data| data.as_ref())).into_owned();
    for part in text.split("t=").skip(1) {
        let sent = part
            .split_once(';')
            .and_then(|(sent, _)| sent.parse::<u128>().ok());
        if let Some(sent) = sent {
            let took = u64::try_from(now.saturating_sub(sent)).unwrap_or(u64::MAX);
            chunks.count += 1;
            chunks.transit.push(Duration::from_nanos(took));
        }
    }
    Ok(Some(chunks))
}
