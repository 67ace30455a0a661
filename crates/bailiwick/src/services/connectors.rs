//! From connectors as configured to connectors that gateways can use.

use super::places;
use crate::config::credential::{Credential, variable};
use crate::config::{Config, Connector as Configured};
use gateway::{Connector, ConnectorError, ConnectorSettings, Connectors};
use identity::tokens::Revocations;
use identity::{People, PlaceSources, TripsInMemory};
use register::model::PlaceFact;
use std::sync::Arc;

/// The ways out of an installation and what it knows of its own, the same for every register that it serves.
#[derive(Clone, Debug)]
pub(crate) struct Ways {
    /// Connectors, shared by all gateways of the process.
    pub(crate) connectors: Arc<Connectors>,
    /// Where calls of connectors leave, where the configuration says so.
    pub(crate) egress: Vec<(String, PlaceFact)>,
    /// Sign-ins that were ended.
    pub(crate) revocations: Arc<Revocations>,
    /// The people of a store, if there is one, who come before those of any register.
    pub(crate) people: Option<Arc<People>>,
    /// Where people are known from, besides networks of offices and the directory.
    pub(crate) places: Arc<PlaceSources>,
}

impl Ways {
    /// Opens every connector of a configuration.
    pub(crate) fn open(config: &Config) -> anyhow::Result<Self> {
        let connectors: Vec<_> = config.connectors.iter().map(open_one).collect::<Result<_, _>>()?;
        let places = config.places.open(places::DELAY)?;
        let trips = Arc::new(TripsInMemory::default());
        Ok(Self {
            places: Arc::new(PlaceSources::new(places, trips)),
            ..Self::of(connectors, egress(config))?
        })
    }

    /// Ways of connectors that are open.
    pub(crate) fn of(connectors: Vec<Connector>, egress: Vec<(String, PlaceFact)>) -> anyhow::Result<Self> {
        let connectors = Arc::new(Connectors::new(connectors)?);
        Ok(Self {
            connectors,
            egress,
            revocations: Arc::default(),
            people: None,
            places: Arc::default(),
        })
    }
}

/// Checks everything that a gateway would check, and takes the credential if it is at hand.
pub(crate) fn open_one(configured: &Configured) -> Result<Connector, ConnectorError> {
    let settings = ConnectorSettings {
        id: configured.id.clone(),
        base_url: configured.url.clone(),
        credential: Credential::handed_on(configured.credential.as_ref()),
        protocol: configured.protocol,
        is_stand_in: false,
        options: configured.options.clone(),
    };
    Connector::open(&settings, variable)
}

fn egress(config: &Config) -> Vec<(String, PlaceFact)> {
    let place = |connector: &Configured| Some((connector.id.clone(), connector.egress.clone()?));
    config.connectors.iter().filter_map(place).collect()
}
