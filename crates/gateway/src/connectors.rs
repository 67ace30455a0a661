//! Ways to providers: where, in which protocol, with which credential.
//!
//! The register says which hosts a deployment may be reached at; the installation says how to get there. Where the two
//! disagree the gateway does not start, and should a later snapshot bring a disagreement, nothing is sent.

mod credential;
mod settings;

pub use credential::Credential;
pub use settings::{Connector, ConnectorError, ConnectorSettings};

use decision::Snapshot;
use register::model::Deployment;
use std::collections::HashMap;

/// Every connector, by id.
pub(crate) struct Connectors {
    by_id: HashMap<String, Connector>,
}

impl Connectors {
    pub(crate) fn new(connectors: Vec<Connector>) -> Result<Self, ConnectorError> {
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
    pub(crate) fn check(&self, snapshot: &Snapshot) -> Result<(), ConnectorError> {
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

    /// The connector of a deployment, if there is one that may carry it.
    pub(crate) fn of(&self, deployment: &Deployment) -> Option<&Connector> {
        let connector = self.by_id.get(&deployment.connector)?;
        connector.check(deployment).ok()?;
        Some(connector)
    }
}
