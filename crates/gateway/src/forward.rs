//! Sends a permitted request to the deployment that its permit names, and passes the answer back.
//!
//! The way in is a [`Recorded`] permit by value: one request, one record, one sending. The deployment, its host, its
//! account and the name of its model come from the permit and the installation; of the request, the body goes on byte
//! for byte but for the model's name, and of its headers those that the protocol needs.

mod due;
mod outgoing;
mod pass;
mod request;

use crate::body::Answer;
use crate::reach;
use crate::shared::Shared;
use crate::{GatewayError, Limits};
use bytes::Bytes;
use decision::Permit;
use due::OutcomeDue;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName};
use hyper::http::HeaderValue;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ledger::{Ended, Recorded};
use outgoing::Outgoing;
use pass::PassThrough;
use register::model::{Deployment, HostingPlace};
use std::sync::Arc;
use wire::{Dialect, Fault, FaultCode, ModelField, Peek, Surface, header_text, headers};

/// What is to be forwarded.
pub(crate) struct Forwarding {
    /// The call.
    pub surface: Surface,
    /// The body as it came.
    pub body: Bytes,
    /// The model, and where in the body it is named.
    pub model: ModelField,
    /// What the body says at its top level.
    pub peek: Peek,
    /// The caller's headers.
    pub headers: HeaderMap,
    /// The caller's query.
    pub query: Option<String>,
}

/// Connections to providers.
pub(crate) struct Upstream {
    client: Client<HttpsConnector<HttpConnector>, Outgoing>,
}

impl Upstream {
    /// Connections that trust the roots of the web, and hosts by name only.
    pub(crate) fn new(limits: &Limits) -> Result<Self, GatewayError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(limits.connect));
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::aws_lc_rs::default_provider())
            .map_err(|error| GatewayError::Trust {
                reason: error.to_string(),
            })?;
        let connector = tls.https_or_http().enable_http1().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self { client })
    }
}

/// Sends the request and begins to pass back the answer. How it ended is recorded whatever happens, also when the caller
/// leaves.
pub(crate) async fn forward(
    shared: &Arc<Shared>,
    permit: Recorded<Permit>,
    forwarding: Forwarding,
) -> Result<Answer, Fault> {
    let mut due = OutcomeDue::new(shared.recorder.clone(), shared.clock, permit.decision_id());
    if !permit.holds_at((shared.clock)()) {
        return Err(Fault::new(
            FaultCode::DecisionExpired,
            "The decision ran out before it could be used.",
        ));
    }
    let unavailable = |message: &str| Fault::new(FaultCode::UpstreamUnavailable, message);
    let deployment = permit
        .deployment()
        .ok_or_else(|| unavailable("The permit names no deployment."))?;
    let connector = shared.connectors.of(deployment);
    let connector = connector.filter(|connector| connector.protocol().speaks(forwarding.surface));
    let connector =
        connector.ok_or_else(|| unavailable("No connector of this gateway may carry this deployment."))?;
    let within = reach::hold(&shared.limits.caps, connector.protocol(), deployment, &forwarding)?;
    let mut labels = labels(&permit, deployment, connector.is_stand_in());
    labels.extend(within.cut.clone().map(|cut| (headers::CUT, cut)));
    let request = request::build(connector, deployment, &forwarding, within)?;
    due.sent(request.body().len());
    let sending = shared.upstream.client.request(request);
    let answer = match tokio::time::timeout(shared.limits.first_byte, sending).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            due.end(Ended::UpstreamUnavailable);
            tracing::warn!(
                connector = connector.id(),
                connect = error.is_connect(),
                "the provider was not reached"
            );
            return Err(unavailable("The provider could not be reached."));
        }
        Err(_) => {
            due.end(Ended::UpstreamTimeout);
            return Err(Fault::new(
                FaultCode::UpstreamTimeout,
                "The provider did not begin to answer in time.",
            ));
        }
    };
    due.answered(answer.status());
    let (decision, status) = (permit.decision_id(), answer.status().as_u16());
    tracing::info!(%decision, deployment = deployment.id, status, "forwarded");
    acceptable(answer.status(), connector.id())?;
    Ok(pass_back(
        shared,
        forwarding.surface.dialect(),
        answer,
        due,
        labels,
    ))
}

/// Answers a request for which a permit was recorded without sending anything: that nothing was sent is recorded too.
pub(crate) fn answer_here(shared: &Shared, permit: &Recorded<Permit>, mut answer: Answer) -> Answer {
    drop(OutcomeDue::new(
        shared.recorder.clone(),
        shared.clock,
        permit.decision_id(),
    ));
    if let Some(deployment) = permit.deployment() {
        answer.headers_mut().extend(labels(permit, deployment, false));
    }
    answer
}

/// Some answers are between the provider and this installation, and would mislead or tell too much.
fn acceptable(status: StatusCode, connector: &str) -> Result<(), Fault> {
    let unavailable = |message: &str| Err(Fault::new(FaultCode::UpstreamUnavailable, message));
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            tracing::error!(
                connector,
                "the provider does not take the credential of the connector"
            );
            unavailable("The provider does not take this gateway's credential; its operators have been told.")
        }
        status if status.is_redirection() || status.is_informational() => {
            tracing::error!(
                connector,
                status = status.as_u16(),
                "the provider sent a redirection, which is not followed"
            );
            unavailable("The provider pointed to another address, and this gateway goes nowhere else.")
        }
        _ => Ok(()),
    }
}

fn pass_back(
    shared: &Shared,
    dialect: Dialect,
    answer: Response<Incoming>,
    due: OutcomeDue,
    labels: HeaderMap,
) -> Answer {
    let (head, body) = answer.into_parts();
    let content_type = head
        .headers
        .get(CONTENT_TYPE)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default();
    let stream = wire::event::is_stream(content_type).then_some(dialect);
    let body = PassThrough::new(body, stream, shared.limits.idle, due);
    let mut passed = Response::new(body.boxed_unsync());
    *passed.status_mut() = head.status;
    let returned = head.headers.iter().filter(|(name, _)| wire::returns(name));
    passed
        .headers_mut()
        .extend(returned.map(|(name, value)| (name.clone(), value.clone())));
    passed.headers_mut().extend(labels);
    passed
}

/// Headers that say what answered, and under which record.
fn labels(permit: &Recorded<Permit>, deployment: &Deployment, is_stand_in: bool) -> HeaderMap {
    let mut labels = HeaderMap::new();
    let mut set = |name: HeaderName, text: &str| labels.insert(name, header_text(text));
    set(headers::DECISION, &permit.decision_id().to_string());
    set(headers::RECEIPT, &permit.receipt().to_string());
    set(headers::MODEL, &deployment.model);
    set(headers::DEPLOYMENT, &deployment.id);
    set(headers::HOSTING, &hosting(&deployment.hosting.inference));
    if is_stand_in {
        set(headers::STAND_IN, "true");
    }
    labels
}

/// Places in which the inference may run, in the notation of the register.
fn hosting(places: &[HostingPlace]) -> String {
    let words: Vec<_> = places
        .iter()
        .map(|place| match place {
            HostingPlace::Place(place) => place.to_string(),
            HostingPlace::Anywhere => "*".to_owned(),
            HostingPlace::AnywhereBut(place) => format!("*-{place}"),
            HostingPlace::Unrecognised(text) => text.clone(),
        })
        .collect();
    words.join(", ")
}

/// A request as it goes to a provider.
type UpstreamRequest = Request<Outgoing>;
