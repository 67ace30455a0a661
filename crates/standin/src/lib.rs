//! The labelled stand-in provider: it answers where a demonstration has no provider, and says so each time.
//!
//! It speaks OpenAI Chat Completions, Responses and Embeddings, Anthropic Messages and Gemini, whole and streamed, over
//! HTTP/1 on loopback. Every answer begins by saying that it is a stand-in and which model it was asked for, so that
//! nobody can take it for one. The same request always gets the same answer, and it has no faults to inject: a test
//! that wants a provider to fail takes the scriptable one of the test kit.
//!
//! A coding agent can be led through one turn with a tool: to a line `run: echo hello` it answers by calling the
//! agent's shell with that command, and to what the shell gave back by quoting it.

mod answer;
mod anthropic;
mod asked;
mod embeddings;
mod gemini;
mod openai;
mod pieces;
mod respond;
mod responses;
mod said;
mod shell;

pub use answer::{Answer, answer};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A stand-in at work; it ends when this is dropped.
#[derive(Debug)]
pub struct StandIn {
    address: SocketAddr,
    answered: Arc<AtomicU64>,
    _accepting: JoinSet<()>,
}

impl StandIn {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many requests it has answered.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }
}

/// Answers every request that arrives at the listener, until the returned value is dropped. To be called inside a
/// tokio runtime.
///
/// # Errors
/// When the listener has no address, or one that is not a loopback address: a stand-in is for one machine.
pub fn serve(listener: TcpListener) -> io::Result<StandIn> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        let message = format!("a stand-in listens on loopback only, not on `{address}`");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let answered = Arc::new(AtomicU64::new(0));
    let mut accepting = JoinSet::new();
    accepting.spawn(accept(listener, Arc::clone(&answered)));
    Ok(StandIn {
        address,
        answered,
        _accepting: accepting,
    })
}

async fn accept(listener: TcpListener, answered: Arc<AtomicU64>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // an answer is small; waiting to fill a packet would only delay it
                let _ = stream.set_nodelay(true);
                connections.spawn(converse(stream, Arc::clone(&answered)));
            }
            Err(error) => {
                tracing::warn!(%error, "the stand-in could not accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: tokio::net::TcpStream, answered: Arc<AtomicU64>) {
    let service = service_fn(move |request| {
        answered.fetch_add(1, Ordering::Relaxed);
        async { Ok::<_, Infallible>(respond::respond(request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new());
    if let Err(error) = builder.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection to the stand-in ended early");
    }
}
