//! One request to a witness.

use crate::serve::ROOT;
use crate::state::State;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use ledger::Published;
use std::sync::Arc;
use std::time::Duration;
use tlog::witness::{Answer, MAX_REQUEST};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Where checkpoints are shown.
const ADD_CHECKPOINT: &str = "/add-checkpoint";

/// For the body of a request.
const BODY: Duration = Duration::from_secs(15);

const TEXT: &str = "text/plain; charset=utf-8";

pub(crate) type Reply = Response<Full<Bytes>>;

/// Answers a request at the time that the clock says, in seconds since 1970.
pub(crate) async fn answer(state: Arc<State>, clock: fn() -> u64, request: Request<Incoming>) -> Reply {
    let path = request.uri().path().to_owned();
    if path == ADD_CHECKPOINT {
        return match *request.method() {
            Method::POST => add_checkpoint(state, clock(), request.into_body()).await,
            _ => not_so("POST"),
        };
    }
    match path.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix('/')) {
        None => plain(StatusCode::NOT_FOUND),
        Some(_) if request.method() != Method::GET => not_so("GET"),
        Some(rest) => {
            let (log, rest) = (state.root(), rest.to_owned());
            match spawn_blocking(move || log.at(&rest)).await {
                Ok(Ok(Some(found))) => published(found),
                Ok(Ok(None)) => plain(StatusCode::NOT_FOUND),
                Ok(Err(error)) => {
                    tracing::error!(%error, "the root log cannot be read");
                    plain(StatusCode::SERVICE_UNAVAILABLE)
                }
                Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
            }
        }
    }
}

async fn add_checkpoint(state: Arc<State>, time: u64, body: Incoming) -> Reply {
    #[expect(
        clippy::disallowed_methods,
        reason = "the body is limited to what the protocol has, and to its time"
    )]
    let body = timeout(BODY, Limited::new(body, MAX_REQUEST).collect()).await;
    let body = match body {
        Err(_) => return plain(StatusCode::REQUEST_TIMEOUT),
        Ok(Err(_)) => return plain(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Ok(body)) => body.to_bytes(),
    };
    match spawn_blocking(move || state.add_checkpoint(&body, time)).await {
        Ok(Ok(answer)) => said(&answer),
        Ok(Err(error)) => {
            tracing::error!(%error, "nothing is cosigned");
            plain(StatusCode::SERVICE_UNAVAILABLE)
        }
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn said(answer: &Answer) -> Reply {
    let status = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = plain(status);
    *reply.body_mut() = Full::new(Bytes::from(answer.body()));
    set(&mut reply, CONTENT_TYPE, answer.content_type().unwrap_or(TEXT));
    reply
}

fn published(found: Published) -> Reply {
    let (bytes, sort, keep) = match found {
        Published::Checkpoint(bytes) => (bytes, TEXT, "no-cache"),
        Published::Lasting(bytes) => (
            bytes,
            "application/octet-stream",
            "public, max-age=31536000, immutable",
        ),
    };
    let mut reply = Response::new(Full::new(Bytes::from(bytes)));
    set(&mut reply, CONTENT_TYPE, sort);
    set(&mut reply, CACHE_CONTROL, keep);
    reply
}

fn not_so(allowed: &'static str) -> Reply {
    let mut reply = plain(StatusCode::METHOD_NOT_ALLOWED);
    set(&mut reply, ALLOW, allowed);
    reply
}

fn plain(status: StatusCode) -> Reply {
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = status;
    reply
}

fn set(reply: &mut Reply, name: HeaderName, value: &'static str) {
    reply.headers_mut().insert(name, HeaderValue::from_static(value));
}
