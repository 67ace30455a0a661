//! Hands a request to the connector that builds what goes to the provider.

use super::outgoing::Outgoing;
use super::{Forwarding, UpstreamRequest};
use crate::Connector;
use crate::connectors::Call;
use crate::reach::WithinReach;
use hyper::HeaderMap;
use hyper::header::HeaderName;
use register::model::{Deployment, Instant};
use std::borrow::Cow;
use wire::Fault;

/// Header of Anthropic's protocol that asks for features.
const FLAGS: HeaderName = HeaderName::from_static("anthropic-beta");

/// The request as the deployment must get it.
pub(super) fn build(
    connector: &Connector,
    deployment: &Deployment,
    forwarding: &Forwarding,
    within: WithinReach,
    now: Instant,
) -> Result<UpstreamRequest, Fault> {
    let mut headers: Cow<'_, HeaderMap> = Cow::Borrowed(&forwarding.headers);
    if let Some(flags) = within.flags {
        let headers = headers.to_mut();
        headers.remove(FLAGS);
        headers.extend(flags.into_iter().map(|flags| (FLAGS, flags)));
    }
    let call = Call {
        surface: forwarding.surface,
        body: within.edits,
        model: &forwarding.model.name,
        model_span: Some(forwarding.model.span.clone()).filter(|span| !span.is_empty()),
        headers: &headers,
        query: forwarding.query.as_deref(),
    };
    let request = connector.request(deployment, call, now)?;
    Ok(request.map(Outgoing::new))
}
