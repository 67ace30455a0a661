//! Hands a request to the connector that builds what goes to the provider.

use super::outgoing::Outgoing;
use super::{Forwarding, UpstreamRequest};
use crate::Connector;
use crate::connectors::Call;
use register::model::{Deployment, Instant};
use wire::{Edits, Fault};

/// The request as the deployment must get it.
pub(super) fn build(
    connector: &Connector,
    deployment: &Deployment,
    forwarding: &Forwarding,
    now: Instant,
) -> Result<UpstreamRequest, Fault> {
    let call = Call {
        surface: forwarding.surface,
        body: Edits::of(forwarding.body.clone()),
        model: &forwarding.model.name,
        model_span: Some(forwarding.model.span.clone()),
        headers: &forwarding.headers,
        query: forwarding.query.as_deref(),
    };
    let request = connector.request(deployment, call, now)?;
    Ok(request.map(Outgoing::new))
}
