//! Ways to providers: where, in which protocol, with which credential.
//!
//! The register says which hosts a deployment may be reached at; the installation says how to get there. Where the two
//! disagree the gateway does not start and a later register is not activated; should one be all the same, nothing is
//! sent.

mod credential;
mod held;
mod settings;

pub use credential::Credential;
pub use settings::{Connector, ConnectorError, ConnectorSettings};

use decision::Snapshot;
use register::model::Deployment;
use std::collections::HashMap;

/// Every connector of an installation, shared by its gateways.
#[derive(Debug)]
pub struct Connectors {
    by_id: HashMap<String, Connector>,
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
        Ok(Self { by_id })
    }

    /// Checks every deployment that has a connector.
    ///
    /// # Errors
    /// When a connector goes to a host that the register does not pin for a deployment that it carries.
    pub fn check(&self, snapshot: &Snapshot) -> Result<(), ConnectorError> {
        for (_, deployment) in snapshot.deployments() {
            match self.by_id.get(&deployment.connector) {
                Some(connector) => connector.check(deployment)?,
                None => tracing::warn!(
                    deployment = deployment.id,
                    connector = deployment.connector,
                    "a deployment has no connector; requests for it will fail"
                ),
            }
        }
        Ok(())
    }

    /// Reads credentials again whose files have changed. It touches files, so it has no place on a request's path; the
    /// owner of the connectors calls it from time to time.
    pub fn refresh(&self) {
        for connector in self.by_id.values() {
            connector.refresh();
        }
    }

    /// The connector of a deployment, if there is one that may carry it.
    pub(crate) fn of(&self, deployment: &Deployment) -> Option<&Connector> {
        let connector = self.by_id.get(&deployment.connector)?;
        connector.check(deployment).ok()?;
        Some(connector)
    }
}
