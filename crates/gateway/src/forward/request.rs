//! Builds the request that goes to a provider.

use super::outgoing::Outgoing;
use super::{Forwarding, UpstreamRequest};
use crate::Connector;
use crate::reach::WithinReach;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request};
use register::model::Deployment;
use std::fmt::Write;
use wire::{Dialect, Edits, Fault, FaultCode, Spliced, Surface, quote};

/// Version of Anthropic's protocol for callers that name none.
const ANTHROPIC_VERSION: (HeaderName, HeaderValue) = (
    HeaderName::from_static("anthropic-version"),
    HeaderValue::from_static("2023-06-01"),
);

/// Header of Anthropic's protocol that asks for features.
const FLAGS: HeaderName = HeaderName::from_static("anthropic-beta");

/// The request as the deployment must get it.
pub(super) fn build(
    connector: &Connector,
    deployment: &Deployment,
    forwarding: &Forwarding,
    within: WithinReach,
) -> Result<UpstreamRequest, Fault> {
    let dialect = forwarding.surface.dialect();
    let internal = || {
        Fault::new(
            FaultCode::Internal,
            "The request to the provider could not be built.",
        )
    };
    let path = path(forwarding.surface, &deployment.upstream_model);
    let uri = connector
        .uri(&path, &query(dialect, forwarding.query.as_deref()))
        .map_err(|_| internal())?;
    let body = body(deployment, forwarding, within.edits).ok_or_else(internal)?;
    let mut request = Request::new(Outgoing::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    let passing = forwarding
        .headers
        .iter()
        .filter(|(name, _)| connector.protocol().forwards(name));
    for (name, value) in passing {
        headers.append(name.clone(), value.clone());
    }
    if let Some(flags) = within.flags {
        headers.remove(FLAGS);
        headers.extend(flags.into_iter().map(|flags| (FLAGS, flags)));
    }
    headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    if connector.protocol().forwards(&ANTHROPIC_VERSION.0) {
        let (name, value) = ANTHROPIC_VERSION;
        headers.entry(name).or_insert(value);
    }
    if let Some(credential) = connector.credential() {
        let (name, value) = &*credential;
        headers.insert(name.clone(), value.clone());
    }
    Ok(request)
}

/// The path of a call at the provider. Gemini's names the model, in which no letter may open another segment.
fn path(surface: Surface, model: &str) -> String {
    if surface.dialect() != Dialect::Gemini {
        return surface.path().to_owned();
    }
    let mut path = "/v1beta/models/".to_owned();
    for byte in model.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') {
            path.push(char::from(byte));
        } else {
            // writing to a string cannot fail
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path + surface.path()
}

/// Those parameters of the caller's query that go on, as they were written.
fn query(dialect: Dialect, query: Option<&str>) -> String {
    let name = |parameter: &&str| dialect.forwards_query(parameter.split('=').next().unwrap_or_default());
    let passing: Vec<&str> = query.unwrap_or_default().split('&').filter(name).collect();
    passing.join("&")
}

/// The body within its reach, with the model's name at the provider, if that is another.
fn body(deployment: &Deployment, forwarding: &Forwarding, mut edits: Edits) -> Option<Spliced> {
    let (name, model) = (&deployment.upstream_model, &forwarding.model);
    if *name != model.name && !model.span.is_empty() {
        edits.replace(model.span.clone(), quote(name));
    }
    edits.apply().ok()
}
