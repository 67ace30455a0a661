//! Sends a permitted request to the deployment that its permit names, and passes the answer back.
//!
//! The way in is a [`Recorded`] permit by value: one request, one record, one sending. The deployment, its host, its
//! account and the name of its model come from the permit and the installation; of the request, the body goes on byte
//! for byte but for the model's name, and of its headers those that the protocol needs.

mod attempt;
mod due;
mod lost;
mod outgoing;
mod pass;
mod refused;
mod request;
mod translation;

use crate::asker::Asker;
use crate::body::Answer;
use crate::routing;
use attempt::Attempted;
use bytes::Bytes;
use decision::Permit;
use due::OutcomeDue;
use hyper::header::HeaderName;
use hyper::{HeaderMap, Request};
use ledger::Recorded;
pub(crate) use outgoing::Outgoing;
use register::model::{Deployment, HostingPlace};
use std::sync::Arc;
use wire::{Fault, ModelField, Peek, Surface, header_text, headers};

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
    /// Whether the answer is to be a stream of events.
    pub is_stream: bool,
}

/// Sends the request and begins to pass back the answer. How it ended is recorded whatever happens, also when the caller
/// leaves. When a provider fails before the caller has heard anything, the next deployment that permits is tried.
pub(crate) async fn forward(
    asker: &Arc<Asker>,
    permit: Recorded<Permit>,
    forwarding: Forwarding,
) -> Result<Answer, Fault> {
    let mut permit = permit;
    let mut tried = Vec::new();
    loop {
        let deployment = permit.deployment();
        let connector = deployment.map(|deployment| deployment.connector.clone());
        tried.extend(deployment.map(|deployment| deployment.id.clone()));
        let failed = match attempt::attempt(asker, permit, &forwarding).await? {
            Attempted::Answer(answer) => return Ok(answer),
            Attempted::Failed(failed) => failed,
        };
        match Box::pin(routing::next(asker, &tried)).await {
            Some(next) => permit = next,
            None => return Box::pin(failed.answer(asker, connector.unwrap_or_default())).await,
        }
        failed.give_up();
    }
}

/// Answers a request for which a permit was recorded without sending anything: that nothing was sent is recorded too.
pub(crate) fn answer_here(asker: &Asker, permit: &Recorded<Permit>, mut answer: Answer) -> Answer {
    let shared = &asker.shared;
    drop(OutcomeDue::new(shared.recorder.clone(), shared.clock, permit));
    if let Some(deployment) = permit.deployment() {
        let labels = labels(permit, deployment, false, &asker.model);
        answer.headers_mut().extend(labels);
    }
    answer
}

/// Headers that say what answered, and under which record.
fn labels(permit: &Recorded<Permit>, deployment: &Deployment, is_stand_in: bool, asked: &str) -> HeaderMap {
    let mut labels = HeaderMap::new();
    let mut set = |name: HeaderName, text: &str| labels.insert(name, header_text(text));
    set(headers::DECISION, &permit.decision_id().to_string());
    set(headers::RECEIPT, &permit.receipt().to_string());
    set(headers::MODEL, &deployment.model);
    set(headers::DEPLOYMENT, &deployment.id);
    set(headers::HOSTING, &hosting(&deployment.hosting.inference));
    let index = |name| permit.snapshot().model_index(name);
    if index(asked) != index(&deployment.model) {
        set(headers::SUBSTITUTE_FOR, asked);
    }
    if is_stand_in {
        set(headers::STAND_IN, "true");
    }
    labels
}

/// Places in which the inference may run, in the notation of the register.
pub(crate) fn hosting(places: &[HostingPlace]) -> String {
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
