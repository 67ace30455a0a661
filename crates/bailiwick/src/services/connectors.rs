//! From connectors as configured to connectors that gateways can use.

use crate::config::credential::{Credential, variable};
use crate::config::{Config, Connector as Configured};
use crate::exit::UsageError;
use gateway::{Connector, ConnectorSettings, Connectors};
use register::model::PlaceFact;
use std::sync::Arc;

/// The ways out of an installation, the same for every register that it serves.
#[derive(Clone, Debug)]
pub(crate) struct Ways {
    /// Connectors, shared by all gateways of the process.
    pub(crate) connectors: Arc<Connectors>,
    /// Where calls of connectors leave, where the configuration says so.
    pub(crate) egress: Vec<(String, PlaceFact)>,
}

impl Ways {
    /// Opens every connector of a configuration.
    pub(crate) fn open(config: &Config) -> anyhow::Result<Self> {
        let connectors: Vec<_> = config
            .connectors
            .iter()
            .map(open_one)
            .collect::<anyhow::Result<_>>()?;
        Self::of(connectors, egress(config))
    }

    /// Ways of connectors that are open.
    pub(crate) fn of(connectors: Vec<Connector>, egress: Vec<(String, PlaceFact)>) -> anyhow::Result<Self> {
        let connectors = Arc::new(Connectors::new(connectors)?);
        Ok(Self { connectors, egress })
    }
}

/// Whether a gateway can do all that the connector asks for. What it cannot do is refused and never left out: without
/// its proxy a call would take another way out.
pub(crate) fn can_carry(configured: &Configured) -> Result<(), UsageError> {
    let names = [
        ("proxy", configured.proxy.is_some()),
        ("ca", configured.ca.is_some()),
    ];
    match names.into_iter().find(|(_, named)| *named) {
        None => Ok(()),
        Some((key, _)) => {
            let message = format!(
                "connector `{}` names `{key}`, which this version cannot use",
                configured.id
            );
            Err(UsageError::new(
                message,
                format!("take `{key}` out, or use a version that can"),
            ))
        }
    }
}

fn open_one(configured: &Configured) -> anyhow::Result<Connector> {
    can_carry(configured)?;
    let credential = match &configured.credential {
        None => gateway::Credential::None,
        Some(Credential::Env(name)) => gateway::Credential::Env(name.clone()),
        Some(Credential::File(path)) => gateway::Credential::File(path.clone()),
        Some(command @ Credential::Exec(_)) => gateway::Credential::Literal(command.secret()?),
    };
    let settings = ConnectorSettings {
        id: configured.id.clone(),
        base_url: configured.url.clone(),
        credential,
        protocol: configured.protocol,
        is_stand_in: false,
    };
    Ok(Connector::open(&settings, variable)?)
}

fn egress(config: &Config) -> Vec<(String, PlaceFact)> {
    let place = |connector: &Configured| Some((connector.id.clone(), connector.egress.clone()?));
    config.connectors.iter().filter_map(place).collect()
}
