//! Builds the request that goes to a provider.

use super::outgoing::Outgoing;
use super::{Forwarding, UpstreamRequest};
use crate::Connector;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request};
use register::model::Deployment;
use wire::{Dialect, Fault, FaultCode, Spliced, quote, splice};

/// Version of Anthropic's protocol for callers that name none.
const ANTHROPIC_VERSION: (HeaderName, HeaderValue) = (
    HeaderName::from_static("anthropic-version"),
    HeaderValue::from_static("2023-06-01"),
);

/// The request as the deployment must get it.
pub(super) fn build(
    connector: &Connector,
    deployment: &Deployment,
    forwarding: &Forwarding,
) -> Result<UpstreamRequest, Fault> {
    let dialect = forwarding.surface.dialect();
    let internal = || {
        Fault::new(
            FaultCode::Internal,
            "The request to the provider could not be built.",
        )
    };
    let uri = connector
        .uri(
            forwarding.surface.path(),
            &query(dialect, forwarding.query.as_deref()),
        )
        .map_err(|_| internal())?;
    let body = body(deployment, forwarding).ok_or_else(internal)?;
    let mut request = Request::new(Outgoing::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    let passing = forwarding
        .headers
        .iter()
        .filter(|(name, _)| dialect.forwards(name));
    for (name, value) in passing {
        headers.append(name.clone(), value.clone());
    }
    headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    if dialect == Dialect::AnthropicMessages {
        let (name, value) = ANTHROPIC_VERSION;
        headers.entry(name).or_insert(value);
    }
    if let Some(credential) = connector.credential() {
        let (name, value) = &*credential;
        headers.insert(name.clone(), value.clone());
    }
    Ok(request)
}

/// Those parameters of the caller's query that go on, as they were written.
fn query(dialect: Dialect, query: Option<&str>) -> String {
    let name = |parameter: &&str| dialect.forwards_query(parameter.split('=').next().unwrap_or_default());
    let passing: Vec<&str> = query.unwrap_or_default().split('&').filter(name).collect();
    passing.join("&")
}

/// The body with the model's name at the provider, if that is another.
fn body(deployment: &Deployment, forwarding: &Forwarding) -> Option<Spliced> {
    let name = &deployment.upstream_model;
    if *name == forwarding.model.name {
        return Some(Spliced::whole(forwarding.body.clone()));
    }
    splice(&forwarding.body, forwarding.model.span.clone(), quote(name)).ok()
}
