//! Callers, who choose the address that they call from.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// Somebody who calls.
#[derive(Clone)]
pub(crate) struct Caller {
    gateway: SocketAddr,
    from: String,
    headers: Vec<(String, String)>,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: hyper::HeaderMap,
    pub(crate) body: Bytes,
}

/// An answer of which the body is still coming.
pub(crate) struct Coming {
    pub(crate) response: Response<Incoming>,
    _connection: JoinSet<Result<(), hyper::Error>>,
}

impl Caller {
    pub(crate) fn new(gateway: SocketAddr, from: &str) -> Self {
        Self {
            gateway,
            from: from.to_owned(),
            headers: Vec::new(),
        }
    }

    /// The same, with one more header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, from another address.
    pub(crate) fn from(mut self, address: &str) -> Self {
        address.clone_into(&mut self.from);
        self
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket
            .bind(SocketAddr::new(self.from.parse().unwrap(), 0))
            .unwrap();
        socket.connect(self.gateway).await.unwrap()
    }

    pub(crate) async fn begin(&self, method: &str, path: &str, body: &[u8]) -> Coming {
        let stream = self.connect().await;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        let mut running = JoinSet::new();
        running.spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "gateway.test");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body))).unwrap();
        Coming {
            response: sender.send_request(request).await.unwrap(),
            _connection: running,
        }
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        self.begin(method, path, body).await.whole().await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        self.ask("POST", path, body.as_bytes()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, b"").await
    }
}

impl Coming {
    /// The next block of the body; `None` at its end.
    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, hyper::Error>> {
        let frame = self.response.frame().await?;
        Some(frame.map(|frame| frame.into_data().unwrap_or_default()))
    }

    pub(crate) async fn whole(mut self) -> Answer {
        let mut body = Vec::new();
        while let Some(block) = self.next().await {
            body.extend_from_slice(&block.unwrap());
        }
        Answer {
            status: self.response.status().as_u16(),
            headers: self.response.headers().clone(),
            body: Bytes::from(body),
        }
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }
}
