//! The scriptable provider: on a real socket, it does to each request what a test tells it to, and writes down all it got.
//!
//! Where nothing is scripted it answers in every protocol as the stand-in does, so a test scripts only what it is about:
//! that an answer is late, is cut in the middle, says 529, or never comes. It speaks HTTP/1.1 without a library for it,
//! because most faults are things that a library does not do.

mod gzip;
mod message;
mod script;
mod send;

pub use message::Got;
pub use script::{Script, error_event};

use message::Incoming;
use script::Body;
use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A provider at work; it ends when this is dropped, with all its connections.
pub struct Provider {
    address: SocketAddr,
    shared: Arc<Shared>,
    _serving: JoinSet<()>,
}

/// What its connections have in common.
#[derive(Default)]
struct Shared {
    scripts: Mutex<Scripts>,
    got: Mutex<Vec<Got>>,
    counted: watch::Sender<Counted>,
}

#[derive(Default)]
struct Scripts {
    next: VecDeque<Script>,
    always: Always,
}

/// What is done to a request without a script of its own.
enum Always {
    Same(Box<Script>),
    ByRequest(Box<dyn Fn(&Got) -> Script + Send + Sync>),
}

impl Default for Always {
    fn default() -> Self {
        Self::Same(Box::default())
    }
}

/// What has happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counted {
    requests: usize,
    left: usize,
}

impl Provider {
    /// A provider on a free port of this machine that answers everything as the stand-in does. To be called inside a
    /// tokio runtime.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            _serving: serving,
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as the start of an address for clients, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What to do to every request that has no script of its own.
    pub fn always(&self, script: Script) {
        lock(&self.shared.scripts).always = Always::Same(Box::new(script));
    }

    /// The same, chosen by what the request is: a provider that looks at signatures and tokens, or has paths of its own.
    pub fn deciding(&self, choose: impl Fn(&Got) -> Script + Send + Sync + 'static) {
        lock(&self.shared.scripts).always = Always::ByRequest(Box::new(choose));
    }

    /// What to do to the next request; called again, to the one after it.
    pub fn next(&self, script: Script) {
        lock(&self.shared.scripts).next.push_back(script);
    }

    /// Every request that came whole, in the order in which they did.
    pub fn got(&self) -> Vec<Got> {
        lock(&self.shared.got).clone()
    }

    /// Waits until so many requests have come in all.
    pub async fn requests(&self, count: usize) {
        self.until(|counted| counted.requests >= count).await;
    }

    /// Waits until so many callers in all have closed their connection before they had the whole answer.
    pub async fn left(&self, count: usize) {
        self.until(|counted| counted.left >= count).await;
    }

    async fn until(&self, holds: impl Fn(&Counted) -> bool) {
        // the sender lives as long as `self`
        let _ = self.shared.counted.subscribe().wait_for(holds).await;
    }
}

impl Shared {
    fn script(&self, got: &Got) -> Script {
        let mut scripts = lock(&self.scripts);
        let script = match (scripts.next.pop_front(), &scripts.always) {
            (Some(script), _) => script,
            (None, Always::Same(script)) => (**script).clone(),
            (None, Always::ByRequest(choose)) => choose(got),
        };
        lock(&self.got).push(got.clone());
        self.counted.send_modify(|counted| counted.requests += 1);
        script
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(converse(stream, Arc::clone(&shared)));
        while connections.try_join_next().is_some() {}
    }
}

/// Answers the requests of one connection, until either side has had enough.
async fn converse(mut stream: TcpStream, shared: Arc<Shared>) {
    // an event that waits for more to fill a packet would come late
    let _ = stream.set_nodelay(true);
    let mut incoming = Incoming::default();
    while let Ok(Some(got)) = incoming.next(&mut stream).await {
        let mut script = shared.script(&got);
        if matches!(script.body, Body::StandIn) {
            script = script.answered_by(standin::answer(&got.method, &got.target, &got.body));
        }
        match send::send(&mut stream, &script).await {
            send::Sent::Whole => {}
            send::Sent::Ended => return,
            send::Sent::CallerLeft => {
                shared.counted.send_modify(|counted| counted.left += 1);
                return;
            }
        }
    }
}
