//! The listener for those who run the gateway: is it alive, is it ready, and what has it done.
//!
//! It is a socket of its own, because whoever collects numbers has no key, and whoever has a key needs no numbers. It
//! asks for no key and is not encrypted, so it belongs on an address that only the machine or its own network reaches.
//! No model is reached here. It goes on while the gateways let what runs finish, and says then that it is not ready.

use crate::body::{self, Answer};
use crate::caught::caught;
use crate::connectors::{Connectors, Health};
use crate::metrics::Metrics;
use crate::{Switch, places, probe};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use identity::tokens::Issuers;
use ledger::Recorder;
use register::model::Instant;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Connections at a time; more wait to be accepted.
const CONNECTIONS: usize = 64;

/// For the head of a request.
const HEADER: Duration = Duration::from_secs(10);

/// For a connection as a whole, so that none who never reads keeps its place.
const WHOLE: Duration = Duration::from_secs(60);

/// Wait after the system could not give a socket.
const NO_SOCKET: Duration = Duration::from_millis(100);

/// How the numbers are written.
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// What is told to those who run the gateways of a process.
pub struct Telemetry {
    /// Numbers that the gateways count in.
    pub metrics: Arc<Metrics>,
    /// What is in force.
    pub switch: Arc<Switch>,
    /// Records decisions.
    pub recorder: Recorder,
    /// Ways to providers.
    pub connectors: Arc<Connectors>,
    /// Issuers of tokens, if any are taken.
    pub issuers: Option<Arc<Issuers>>,
    /// Tells the time.
    pub clock: fn() -> Instant,
    /// Whether the gateways are being stopped.
    pub stopping: watch::Receiver<bool>,
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Alive,
    Ready,
    Metrics,
}

/// Every route of this listener; each is asked for by GET.
static ROUTES: [(&str, Page); 3] = [
    ("/healthz", Page::Alive),
    ("/readyz", Page::Ready),
    ("/metrics", Page::Metrics),
];

impl Telemetry {
    /// Serves connections for as long as this is polled.
    pub async fn serve(self, listener: TcpListener) {
        let this = Arc::new(self);
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            // it is never closed
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((stream, _)) => {
                    let this = Arc::clone(&this);
                    connections.spawn(async move {
                        converse(&this, stream).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection for telemetry could not be accepted");
                    sleep(NO_SOCKET).await;
                }
            }
            while connections.try_join_next().is_some() {}
        }
    }

    fn answer(&self, method: &Method, path: &str, query: Option<&str>) -> Answer {
        let Some(page) = find(path) else {
            return body::text(StatusCode::NOT_FOUND, "there is nothing here\n");
        };
        if *method != Method::GET {
            let mut answer = body::text(StatusCode::METHOD_NOT_ALLOWED, "ask by GET\n");
            answer
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET"));
            return answer;
        }
        match page {
            Page::Alive => probe::alive(),
            Page::Ready => probe::ready(
                &self.recorder,
                &self.switch,
                *self.stopping.borrow(),
                query,
                Some(probe::Inside {
                    connectors: &self.connectors,
                    issuers: self.issuers.as_deref(),
                    at: (self.clock)(),
                }),
            ),
            Page::Metrics => self.numbers(),
        }
    }

    fn numbers(&self) -> Answer {
        self.metrics.ledger(self.recorder.is_healthy());
        places::note(&self.switch, &self.metrics);
        for connector in self.connectors.iter() {
            let is_healthy = connector.health() == Health::Healthy;
            self.metrics.connector(connector.id(), is_healthy);
        }
        match self.metrics.text() {
            Some(text) => {
                let mut answer = body::text(StatusCode::OK, text);
                answer.headers_mut().insert(CONTENT_TYPE, OPEN_METRICS);
                answer
            }
            None => broken(),
        }
    }
}

/// The page at a path, compared byte by byte.
fn find(path: &str) -> Option<Page> {
    ROUTES
        .iter()
        .find(|(known, _)| *known == path)
        .map(|(_, page)| *page)
}

fn broken() -> Answer {
    body::text(StatusCode::INTERNAL_SERVER_ERROR, "something broke here\n")
}

async fn converse(telemetry: &Telemetry, stream: TcpStream) {
    let service = service_fn(async |request: Request<Incoming>| {
        let (head, _) = request.into_parts();
        let answering = async { telemetry.answer(&head.method, head.uri.path(), head.uri.query()) };
        Ok::<_, Infallible>(caught(answering).await.unwrap_or_else(|_| broken()))
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    if let Ok(Err(error)) = timeout(WHOLE, connection).await {
        tracing::debug!(%error, "a connection for telemetry ended early");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_routes_each_in_one_spelling() {
        let paths = ROUTES.map(|(path, _)| path);
        assert_eq!(paths, ["/healthz", "/readyz", "/metrics"]);
        for (path, page) in ROUTES {
            assert_eq!(find(path), Some(page));
        }
        for path in [
            "",
            "/",
            "/metrics/",
            "//metrics",
            "/Metrics",
            "/metrics/..",
            "/v1/models",
        ] {
            assert_eq!(find(path), None, "{path}");
        }
    }
}
