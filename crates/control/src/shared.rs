//! What every request for administration works with.

use crate::asker::InForce;
use crate::client::ScimClient;
use crate::first::FirstCode;
use crate::push::Pusher;
use crate::record::ShownLedger;
use crate::role::RoleGroups;
use crate::strangers::Strangers;
use identity::directory::DirectoryStore;
use identity::kept::{DisputeStore, ErasureStore, RoleStore, SessionStore, TripStore};
use identity::keys::KeyStore;
use identity::{KeepError, Keys};
use ledger::{Act, Done, Recorder};
use register::model::Instant;
use scim::Server;
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// A store of everything that is administered.
pub trait AdministeredStore:
    DirectoryStore + KeyStore + SessionStore + TripStore + RoleStore + DisputeStore + ErasureStore
{
}

impl<S> AdministeredStore for S where
    S: DirectoryStore + KeyStore + SessionStore + TripStore + RoleStore + DisputeStore + ErasureStore
{
}

pub(crate) struct Shared {
    pub(crate) clients: Vec<ScimClient>,
    pub(crate) pushers: Vec<Pusher>,
    pub(crate) store: Arc<dyn AdministeredStore>,
    pub(crate) keys: Arc<dyn Keys>,
    pub(crate) in_force: Arc<dyn InForce>,
    pub(crate) recorder: Recorder,
    pub(crate) groups: RoleGroups,
    pub(crate) first: OnceLock<FirstCode>,
    pub(crate) scim: Server,
    pub(crate) ledger: Option<ShownLedger>,
    pub(crate) clock: fn() -> Instant,
    pub(crate) strangers: Strangers,
    /// Pushes whose bodies are in memory at a time.
    pub(crate) pushing: Semaphore,
}

impl Shared {
    /// Records what is about to be done; it must not be done unless this succeeds.
    pub(crate) async fn record(
        &self,
        done: Done,
        by: Option<&str>,
        person: &str,
    ) -> Result<(), crate::problem::Problem> {
        let act = Act {
            done,
            by: by.map(|by| self.recorder.pseudonym(by)),
            person: self.recorder.pseudonym(person),
        };
        self.recorder.record_act(act, (self.clock)()).await?;
        Ok(())
    }

    /// Whether anybody administers: a group gives the role, or somebody active was granted it.
    pub(crate) async fn has_administrator(&self) -> Result<bool, KeepError> {
        if self.groups.gives(crate::role::Role::Administrator) {
            return Ok(true);
        }
        let grants = self.store.role_grants(None).await?;
        let now = (self.clock)();
        let mut is_there = false;
        self.in_force.look(&mut |collector, _| {
            is_there = grants.iter().any(|grant| {
                grant.role == crate::role::Role::Administrator.as_str()
                    && collector.known(&grant.person, now).is_some()
            });
        });
        Ok(is_there)
    }
}
