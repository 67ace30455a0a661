//! Ways to providers: where, in which protocol, with which credential, over which connections.
//!
//! The register says which hosts a deployment may be reached at; the installation says how to get there. Where the two
//! disagree the gateway does not start and a later register is not activated; should one be all the same, nothing is
//! sent. A connector is one account: it has its own credential (`held`), its own connections (`line`, `upstream`), and
//! nothing that goes wrong with it makes another one take its place.
//!
//! A request is made for a channel in three steps: `adapt` changes the body, `address` finds the path, and what
//! `grant` holds is put on, a header or a signature (`sigv4`).

mod adapt;
mod address;
mod answer;
mod credential;
mod documents;
mod error;
mod exec;
mod google;
mod grant;
mod held;
mod line;
mod names;
mod options;
mod request;
mod settings;
mod sigv4;
mod token;
mod unpack;
mod upstream;

pub(crate) use answer::{ProviderBody, ProviderBodyError};
pub use credential::Credential;
pub use documents::{Documents, Proof};
pub use error::ConnectorError;
pub use held::Health;
pub(crate) use line::{HttpClient, Line};
pub use names::{Finding, Found, Lookup};
pub use options::{Auth, ConnectorOptions, EntraClient, Proxy};
pub(crate) use request::Call;
pub(crate) use settings::is_loopback;
pub use settings::{Connector, ConnectorSettings};
pub(crate) use upstream::Upstream;

use crate::caught::caught;
use crate::routing::health::{self, Standing};
use decision::Snapshot;
use register::model::{Deployment, Instant};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{self, sleep};

/// How often credentials are looked at.
const BEAT: Duration = Duration::from_secs(1);

/// Every connector of an installation, shared by its gateways.
#[derive(Debug)]
pub struct Connectors {
    by_id: HashMap<String, Connector>,
    /// What the gateways that use them know of how calls go.
    watched: Mutex<Vec<Weak<health::Health>>>,
}

impl Connectors {
    /// These connectors, each by its id.
    ///
    /// # Errors
    /// When two have the same id.
    pub fn new(connectors: Vec<Connector>) -> Result<Self, ConnectorError> {
        let mut by_id = HashMap::new();
        for connector in connectors {
            let id = connector.id().to_owned();
            if by_id.insert(id.clone(), connector).is_some() {
                return Err(ConnectorError::Twice { connector: id });
            }
        }
        let watched = Mutex::default();
        Ok(Self { by_id, watched })
    }

    /// Checks every deployment that has a connector.
    ///
    /// # Errors
    /// When a connector goes to a host that the register does not pin for a deployment that it carries, or speaks
    /// another wire than the deployment's channel.
    pub fn check(&self, snapshot: &Snapshot) -> Result<(), ConnectorError> {
        let channels = &snapshot.register().channels;
        for (_, deployment) in snapshot.deployments() {
            let Some(connector) = self.by_id.get(&deployment.connector) else {
                tracing::warn!(
                    deployment = deployment.id,
                    connector = deployment.connector,
                    "a deployment has no connector; requests for it will fail"
                );
                continue;
            };
            connector.check(deployment)?;
            let channel = channels.iter().find(|channel| channel.id == deployment.channel);
            connector.check_wire(deployment, channel.map_or("", |channel| channel.wire.as_str()))?;
        }
        Ok(())
    }

    /// Fetches every credential that is due to be fetched, once. It touches files, starts programs and asks token
    /// endpoints, so it has no place on a request's path.
    pub async fn refresh(&self, clock: fn() -> Instant) {
        for connector in self.by_id.values() {
            connector.renew(clock).await;
        }
    }

    /// Keeps every credential fresh for as long as this is polled, each by itself, so that none waits for another.
    pub async fn tend(self: Arc<Self>, clock: fn() -> Instant) {
        let mut tending = JoinSet::new();
        for id in self.by_id.keys() {
            let (connectors, id) = (Arc::clone(&self), id.clone());
            tending.spawn(async move { connectors.tend_one(&id, clock).await });
        }
        while tending.join_next().await.is_some() {}
        // without connectors there is nothing to do, and that goes on
        std::future::pending().await
    }

    async fn tend_one(&self, id: &str, clock: fn() -> Instant) {
        let Some(connector) = self.by_id.get(id) else {
            return;
        };
        loop {
            if caught(connector.renew(clock)).await.is_err() {
                tracing::error!(connector = id, "the credential could not be looked at");
            }
            sleep(BEAT).await;
        }
    }

    /// Whether the credential of a connector is there; `None`: there is no such connector.
    pub fn health(&self, id: &str) -> Option<Health> {
        self.by_id.get(id).map(Connector::health)
    }

    /// A gateway will know of how calls go.
    pub(crate) fn watch(&self, health: &Arc<health::Health>) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|health| health.strong_count() > 0);
        watched.push(Arc::downgrade(health));
    }

    /// How the calls of a connector have gone of late, all gateways taken together.
    pub(crate) fn standing(&self, id: &str, now: time::Instant) -> Standing {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let found = watched.iter().filter_map(Weak::upgrade);
        found
            .map(|health| health.standing(id, now))
            .fold(Standing::default(), |all, one| Standing {
                is_resting: all.is_resting || one.is_resting,
                is_asked_to_wait: all.is_asked_to_wait || one.is_asked_to_wait,
                answered: all.answered.max(one.answered),
            })
    }

    /// Every connector, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Connector> {
        self.by_id.values()
    }

    /// The connector of a deployment, if there is one that may carry it.
    pub(crate) fn of(&self, deployment: &Deployment) -> Option<&Connector> {
        let connector = self.by_id.get(&deployment.connector)?;
        connector.check(deployment).ok()?;
        Some(connector)
    }
}
