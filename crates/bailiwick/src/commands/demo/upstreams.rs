//! Who answers in the demonstration: the small model, a real provider, or the stand-in.

use crate::config::credential::variable;
use gateway::{Connector, ConnectorOptions, ConnectorSettings, Credential};
use register::model::Register;
use wire::Protocol;

/// The connector of open weights on this machine.
const SMALL_MODEL: &str = "self-host";

/// Connectors that a key in the environment makes real: connector, variable, address.
const REAL: &[(&str, &str, &str)] = &[
    ("anthropic-api", "ANTHROPIC_API_KEY", "https://api.anthropic.com"),
    ("openai-api", "OPENAI_API_KEY", "https://api.openai.com"),
];

/// Who answers behind a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    /// A small model on this machine.
    SmallModel,
    /// The provider itself.
    Provider,
    /// The stand-in.
    StandIn,
}

/// What is at hand.
pub(super) struct Upstreams {
    /// Address of the stand-in.
    pub(super) stand_in: String,
    /// Address of the small model, where it runs.
    pub(super) small_model: Option<String>,
    /// Whether nothing but the stand-in may be called.
    pub(super) stand_in_only: bool,
}

impl Upstreams {
    /// One connector for each that the deployments of a register name, with who answers behind it.
    pub(super) fn open(&self, register: &Register) -> anyhow::Result<Vec<(Answers, Connector)>> {
        let mut connectors: Vec<(Answers, Connector)> = Vec::new();
        for deployment in &register.deployments {
            let id = &deployment.connector;
            let channel = register
                .channels
                .iter()
                .find(|channel| channel.id == deployment.channel);
            let protocol = channel.and_then(|channel| Protocol::of_wire(&channel.wire));
            let (Some(protocol), false) = (protocol, connectors.iter().any(|(_, open)| open.id() == id))
            else {
                continue;
            };
            let (answers, settings) = self.settings(id, protocol);
            connectors.push((answers, Connector::open(&settings, variable)?));
        }
        Ok(connectors)
    }

    fn settings(&self, id: &str, protocol: Protocol) -> (Answers, ConnectorSettings) {
        let of = |base_url: &str, credential, is_stand_in| ConnectorSettings {
            id: id.to_owned(),
            base_url: base_url.to_owned(),
            credential,
            protocol,
            is_stand_in,
            options: ConnectorOptions::default(),
        };
        if let (SMALL_MODEL, Some(url)) = (id, &self.small_model) {
            return (Answers::SmallModel, of(url, Credential::None, false));
        }
        let has_key = |name: &str| variable(name).is_some_and(|key| !key.trim().is_empty());
        match REAL
            .iter()
            .find(|(connector, name, _)| *connector == id && has_key(name))
        {
            Some((_, name, url)) if !self.stand_in_only => (
                Answers::Provider,
                of(url, Credential::Env((*name).to_owned()), false),
            ),
            _ => (Answers::StandIn, of(&self.stand_in, Credential::None, true)),
        }
    }
}
