//! Sign-in of coding tools: its routes stand in the gateway's one table, and are answered by whoever is handed in.
//!
//! They need no key, since they are the way to one. Bodies are small and have little time; who answers limits what each
//! address may do. An installation that hands nobody in has no such routes.

use crate::body::{self, Answer};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::timeout;

/// Largest body that is read, in bytes.
const LARGEST: usize = 16 * 1024;

/// Largest body of telemetry that is read to be thrown away, in bytes.
const LARGEST_TELEMETRY: usize = 4 * 1024 * 1024;

/// How long a body may take.
const LIMIT: Duration = Duration::from_secs(5);

/// An answer that is on its way.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Response<String>> + Send + 'a>>;

/// Answers requests about sign-in.
pub trait SignInDesk: Send + Sync {
    /// Answers one, which comes from this address.
    fn answer<'a>(&'a self, address: IpAddr, request: Request<Bytes>) -> Answering<'a>;
}

/// Has a request answered.
pub(crate) async fn answer(desk: &dyn SignInDesk, address: IpAddr, request: Request<Incoming>) -> Answer {
    let (head, incoming) = request.into_parts();
    let Some(bytes) = read(incoming, LARGEST).await else {
        return too_large();
    };
    let answer = desk.answer(address, Request::from_parts(head, bytes)).await;
    answer.map(body::whole)
}

/// Takes what a tool tells of itself, and keeps nothing of it: it may hold text of prompts.
pub(crate) async fn discard(request: Request<Incoming>) -> Answer {
    match read(request.into_body(), LARGEST_TELEMETRY).await {
        Some(_) => body::json("{}".to_owned()),
        None => too_large(),
    }
}

fn too_large() -> Answer {
    body::text(
        StatusCode::PAYLOAD_TOO_LARGE,
        "the body is too large or did not come\n",
    )
}

async fn read(incoming: Incoming, most: usize) -> Option<Bytes> {
    #[expect(clippy::disallowed_methods, reason = "the body is limited, and its time too")]
    let body = timeout(LIMIT, Limited::new(incoming, most).collect());
    Some(body.await.ok()?.ok()?.to_bytes())
}
