//! Builds the request that goes to a provider.
//!
//! Everything that decides where it goes and who pays for it comes from the register and the installation: host, path,
//! account, name of the model. Of the caller's request the body goes on with the few changes that the channel asks for,
//! and of its headers and its query what the protocol needs.

use super::adapt::{self, Names};
use super::grant::Grant;
use super::sigv4::{self, AwsKeys, Scope, Signed};
use super::{Connector, address};
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request};
use register::model::{Deployment, Instant};
use std::ops::Range;
use wire::{Dialect, Edits, Fault, FaultCode, Protocol, Spliced, Surface};

/// Version of Anthropic's protocol for callers that name none.
const ANTHROPIC_VERSION: (HeaderName, HeaderValue) = (
    HeaderName::from_static("anthropic-version"),
    HeaderValue::from_static("2023-06-01"),
);
/// The content type of every body.
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// When a request was signed.
const AMZ_DATE: &str = "x-amz-date";
/// What goes with keys that were lent.
const AMZ_TOKEN: &str = "x-amz-security-token";

/// What a caller asks for, as far as it goes on.
pub(crate) struct Call<'a> {
    /// The call.
    pub surface: Surface,
    /// The body, with the changes that were asked for so far.
    pub body: Edits,
    /// The model as it was asked for.
    pub model: &'a str,
    /// Where in the body it is named; `None`: elsewhere.
    pub model_span: Option<Range<usize>>,
    /// The caller's headers.
    pub headers: &'a HeaderMap,
    /// The caller's query.
    pub query: Option<&'a str>,
}

impl Connector {
    /// The request as a deployment must get it.
    ///
    /// # Errors
    /// When there is no credential at present, the protocol does not have the call, or the body says something that the
    /// channel cannot carry.
    pub(crate) fn request(
        &self,
        deployment: &Deployment,
        call: Call<'_>,
        now: Instant,
    ) -> Result<Request<Spliced>, Fault> {
        let grant = self.grant(now).ok_or_else(|| self.without_credential())?;
        let (protocol, surface) = (self.protocol(), call.surface);
        let names = Names {
            asked: call.model,
            span: call.model_span,
            upstream: &deployment.upstream_model,
        };
        let mut body = call.body;
        let is_stream = adapt::adapt(&mut body, protocol, surface, names, call.headers)?;
        let upstream = &deployment.upstream_model;
        let path =
            address::path(protocol, surface, upstream, is_stream, self.options()).ok_or_else(unbuilt)?;
        let query = query(protocol, surface.dialect(), call.query);
        let mut request = Request::new(body.apply().map_err(|_| unbuilt())?);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri(&path, &query).map_err(|_| unbuilt())?;
        *request.headers_mut() = headers(protocol, call.headers);
        match grant {
            Grant::Nothing => {}
            Grant::Header(name, value) => {
                request.headers_mut().insert(name, value);
            }
            Grant::Aws(keys) => self.sign(&mut request, &keys, now).ok_or_else(unbuilt)?,
        }
        Ok(request)
    }

    fn without_credential(&self) -> Fault {
        tracing::warn!(
            connector = self.id(),
            "a request was not sent, because there is no credential"
        );
        let message =
            "This gateway has no credential for the provider at present; its operators have been told.";
        Fault::new(FaultCode::UpstreamUnavailable, message)
    }

    /// Signs a request for Amazon.
    fn sign(&self, request: &mut Request<Spliced>, keys: &AwsKeys, now: Instant) -> Option<()> {
        let region = self.options().region.as_deref()?;
        let scope = Scope {
            region,
            service: "bedrock",
            at: now,
        };
        let (date, host) = (sigv4::stamp(now), self.host());
        let content_type = request.headers().get(CONTENT_TYPE)?.to_str().ok()?.to_owned();
        let mut signed = vec![
            (HOST.as_str(), host.as_str()),
            (CONTENT_TYPE.as_str(), content_type.trim()),
            (AMZ_DATE, &date),
        ];
        if let Some(session) = &keys.session {
            signed.push((AMZ_TOKEN, session));
        }
        let payload = sigv4::digest_of(request.body().parts().map(|part| &**part));
        let authorization = sigv4::authorization(
            keys,
            &scope,
            &Signed {
                method: request.method().as_str(),
                path: request.uri().path(),
                query: &[],
                headers: &signed,
                payload: &payload,
            },
        );
        let headers = request.headers_mut();
        headers.insert(AMZ_DATE, HeaderValue::from_str(&date).ok()?);
        if let Some(session) = &keys.session {
            headers.insert(AMZ_TOKEN, sensitive(session)?);
        }
        headers.insert(AUTHORIZATION, sensitive(&authorization)?);
        Some(())
    }
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn unbuilt() -> Fault {
    Fault::new(
        FaultCode::Internal,
        "The request to the provider could not be built.",
    )
}

/// Those of the caller's headers that go on, and those that the protocol cannot do without.
fn headers(protocol: Protocol, from: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in from.iter().filter(|(name, _)| protocol.forwards(name)) {
        headers.append(name.clone(), value.clone());
    }
    headers.entry(CONTENT_TYPE).or_insert(JSON);
    let (version, first) = ANTHROPIC_VERSION;
    match protocol {
        Protocol::Anthropic => {
            headers.entry(version).or_insert(first);
        }
        Protocol::Bedrock => {
            headers.insert(ACCEPT, JSON);
            headers.insert(CONTENT_TYPE, JSON);
        }
        Protocol::Vertex
        | Protocol::OpenAi
        | Protocol::OpenAiCompatible
        | Protocol::AzureOpenAi
        | Protocol::Gemini => {}
    }
    headers
}

/// Those parameters of the caller's query that go on, as they were written.
fn query(protocol: Protocol, dialect: Dialect, query: Option<&str>) -> String {
    if matches!(protocol, Protocol::Bedrock | Protocol::Vertex) {
        return String::new();
    }
    let name = |parameter: &&str| dialect.forwards_query(parameter.split('=').next().unwrap_or_default());
    let passing: Vec<&str> = query.unwrap_or_default().split('&').filter(name).collect();
    passing.join("&")
}
