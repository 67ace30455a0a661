//! Connections to providers, apart for each connector, and not too many requests on any of them.
//!
//! Over HTTP/2 one connection carries many requests, up to a number that the provider sets; a client that has one more
//! waits for one of them to end, which with streams of minutes is no way to wait. So requests are spread over *lanes*:
//! each has a client of its own, and takes no more than [`LANE`] at a time. The windows of a connection are so large
//! that a lane full of callers who do not read cannot hold up one who does. Each runtime has lanes of its own, so that a
//! request and its connection to the provider stay on one thread.

use super::answer::ProviderBody;
use super::line::HttpClient;
use super::{Connector, Connectors};
use crate::Limits;
use crate::forward::Outgoing;
use hyper::{Request, Response};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::runtime;

/// Requests at a time on one connection; providers allow a hundred or more.
pub(super) const LANE: u32 = 64;

/// Connections to providers.
pub(crate) struct Upstream {
    lanes: HashMap<String, RwLock<LanesByRuntime>>,
    connect: Duration,
}

/// The lanes of one connector.
type LanesByRuntime = HashMap<runtime::Id, Vec<Arc<Lane>>>;

/// A client, and how many requests it carries.
struct Lane {
    client: HttpClient<Outgoing>,
    busy: AtomicU32,
}

/// A request's place on a lane, given back when its answer is over.
pub(super) struct Seat(Arc<Lane>);

/// Why a request did not bring an answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The connector is none of ours.
    #[error("there is no connection for this connector")]
    NoWay,
    /// No connection could be made, or it broke.
    #[error(transparent)]
    Connection(#[from] hyper_util::client::legacy::Error),
}

impl SendError {
    /// Whether there was no connection, so that nothing was sent.
    pub(crate) fn is_connect(&self) -> bool {
        match self {
            Self::NoWay => true,
            Self::Connection(error) => error.is_connect(),
        }
    }
}

impl Upstream {
    /// Connections of these connectors; each must stand within the limit.
    pub(crate) fn new(connectors: &Connectors, limits: &Limits) -> Self {
        let none = |connector: &Connector| (connector.id().to_owned(), RwLock::default());
        Self {
            lanes: connectors.iter().map(none).collect(),
            connect: limits.connect,
        }
    }

    /// Sends a request over a connector's own connections; redirections are not followed.
    pub(crate) fn send(
        &self,
        connector: &Connector,
        request: Request<Outgoing>,
    ) -> impl Future<Output = Result<Response<ProviderBody>, SendError>> + Send + use<> {
        let (seat, protocol) = (self.seat(connector), connector.protocol());
        async move {
            let seat = seat.ok_or(SendError::NoWay)?;
            let answer = seat.0.client.request(request).await?;
            Ok(ProviderBody::of(protocol, answer, seat).await)
        }
    }

    /// A place on the first lane of this runtime that has one, so that what is little used can be closed.
    fn seat(&self, connector: &Connector) -> Option<Seat> {
        let lanes = self.lanes.get(connector.id())?;
        let here = runtime::Handle::current().id();
        let free =
            |lanes: &HashMap<runtime::Id, Vec<Arc<Lane>>>| lanes.get(&here)?.iter().find_map(Seat::take);
        if let Some(seat) = free(&lanes.read().unwrap_or_else(PoisonError::into_inner)) {
            return Some(seat);
        }
        let mut lanes = lanes.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(seat) = free(&lanes) {
            return Some(seat);
        }
        let lane = Arc::new(Lane {
            client: connector.client(self.connect),
            busy: AtomicU32::new(0),
        });
        let seat = Seat::take(&lane);
        lanes.entry(here).or_default().push(lane);
        seat
    }
}

impl Seat {
    fn take(lane: &Arc<Lane>) -> Option<Self> {
        let more = |busy: u32| (busy < LANE).then(|| busy.saturating_add(1));
        let taken = lane.busy.fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        taken.ok().map(|_| Self(Arc::clone(lane)))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::AcqRel);
    }
}
