//! Connections to providers, a pool for each connector.

use super::answer::ProviderBody;
use super::line::HttpClient;
use super::{Connector, Connectors};
use crate::Limits;
use crate::forward::Outgoing;
use hyper::{Request, Response};
use std::collections::HashMap;

/// Connections to providers.
pub(crate) struct Upstream {
    clients: HashMap<String, HttpClient<Outgoing>>,
}

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
    /// Connections of these connectors.
    pub(crate) fn new(connectors: &Connectors, limits: &Limits) -> Self {
        let client = |connector: &Connector| (connector.id().to_owned(), connector.client(limits.connect));
        Self {
            clients: connectors.iter().map(client).collect(),
        }
    }

    /// Sends a request over a connector's own connections; redirections are not followed.
    pub(crate) fn send(
        &self,
        connector: &Connector,
        request: Request<Outgoing>,
    ) -> impl Future<Output = Result<Response<ProviderBody>, SendError>> + Send + use<> {
        let client = self.clients.get(connector.id()).cloned();
        let protocol = connector.protocol();
        async move {
            let client = client.ok_or(SendError::NoWay)?;
            let answer = client.request(request).await?;
            Ok(ProviderBody::of(protocol, answer))
        }
    }
}
