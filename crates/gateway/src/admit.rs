//! From a request to a recorded decision.
//!
//! The body is read to its end before anything is decided, because the model may be named at its end. Then the decision
//! is made and recorded; only then is anything sent, or refused.

use crate::body::{self, Answer};
use crate::evidence::{self, sentence};
use crate::forward::{self, Forwarding};
use crate::reach;
use crate::refuse;
use crate::shared::Shared;
use bytes::Bytes;
use decision::{Permit, Refusal};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_ENCODING, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request};
use identity::KeyHolder;
use ledger::{AuditError, Call, DecisionId, Receipt};
use std::net::IpAddr;
use std::sync::Arc;
use wire::{Audience, Client, Fault, FaultCode, ModelField, Peek, Surface, header_text, headers, peek_call};

/// A request that has been read.
struct Asked {
    head: Parts,
    body: Bytes,
    model: ModelField,
    peek: Peek,
}

/// What is asked for, by path.
pub(crate) struct Asking {
    /// The call.
    pub surface: Surface,
    /// The model, where the path names it.
    pub model: Option<ModelField>,
}

/// Answers a request to a model.
pub(crate) async fn infer(
    shared: &Arc<Shared>,
    asking: Asking,
    holder: &KeyHolder,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Answer {
    let to = Audience {
        dialect: asking.surface.dialect(),
        client: Client::of(request.headers()),
    };
    match try_infer(shared, asking, holder, peer, request).await {
        Ok(answer) => answer,
        Err(fault) => {
            tracing::info!(
                code = fault.code.as_str(),
                "a request was not decided or not forwarded"
            );
            body::rendered(fault.answer(to))
        }
    }
}

async fn try_infer(
    shared: &Arc<Shared>,
    asking: Asking,
    holder: &KeyHolder,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Result<Answer, Fault> {
    let surface = asking.surface;
    let asked = read(shared, asking, request).await?;
    let at = (shared.clock)();
    let in_force = shared.switch.load();
    let collected = evidence::collect(in_force.collector(), holder, peer, &asked.head.headers, at)?;
    let decision = new_id()?;
    let call = Call {
        decision,
        at,
        asked: &asked.model.name,
        application: Some(&collected.application),
        facts: &collected.facts,
    };
    match decision::admit(in_force.snapshot(), &collected.facts, &asked.model.name, at) {
        Ok(permit) => {
            reach::check_modality(&permit, surface)?;
            let estimate = estimate(shared, &permit, surface, asked.body.len());
            if estimate.is_none() {
                check_surface(shared, &permit, surface)?;
            }
            let recorded = shared
                .recorder
                .record_permit(permit, &call)
                .await
                .map_err(|error| unrecorded(&error))?;
            if let Some(answer) = estimate {
                return Ok(forward::answer_here(shared, &recorded, answer));
            }
            let Asked {
                head,
                body,
                model,
                peek,
            } = asked;
            let query = head.uri.query().map(str::to_owned);
            let forwarding = Forwarding {
                surface,
                body,
                model,
                peek,
                headers: head.headers,
                query,
            };
            forward::forward(shared, recorded, forwarding).await
        }
        Err(refusal) => {
            let recorded = shared.recorder.record_refusal(&refusal, &call).await;
            let receipt = recorded.map_err(|error| unrecorded(&error))?;
            let to = Audience {
                dialect: surface.dialect(),
                client: Client::of(&asked.head.headers),
            };
            Ok(refuse(shared, to, refusal, &call, &receipt))
        }
    }
}

/// Puts a recorded refusal into words, and keeps it for the person whom it concerns.
fn refuse(shared: &Shared, to: Audience, refusal: Refusal, call: &Call<'_>, receipt: &Receipt) -> Answer {
    let decision = call.decision;
    let is_known = refusal.decision.is_some();
    let denial = refuse::denial(&refusal.explanation, is_known, decision, &shared.public_url);
    tracing::info!(%decision, code = denial.code.as_str(), clause = denial.clause, "refused");
    let person = &call.facts.facts().person.id;
    shared.refusals.keep(decision, person, *refusal.explanation);
    let mut answer = body::rendered(denial.answer(to));
    answer
        .headers_mut()
        .insert(headers::RECEIPT, header_text(&receipt.to_string()));
    answer
}

async fn read(shared: &Shared, asking: Asking, request: Request<Incoming>) -> Result<Asked, Fault> {
    let (head, incoming) = request.into_parts();
    check_encoding(&head.headers)?;
    let body = read_body(shared, incoming).await?;
    let peek = peek_call(asking.surface, &body)
        .map_err(|error| Fault::new(FaultCode::InvalidRequest, sentence(&error.to_string())))?;
    let model = asking.model.or_else(|| peek.model.clone());
    let model =
        model.ok_or_else(|| Fault::new(FaultCode::InvalidRequest, "The request names no `model`."))?;
    Ok(Asked {
        head,
        body,
        model,
        peek,
    })
}

/// The answer to a call that counts tokens, where the provider of the deployment does not count.
fn estimate(shared: &Shared, permit: &Permit, surface: Surface, bytes: usize) -> Option<Answer> {
    let connector = shared.connectors.of(permit.deployment()?)?;
    if connector.protocol().speaks(surface) {
        return None;
    }
    let mut answer = body::json(surface.estimate(bytes)?);
    answer
        .headers_mut()
        .insert(headers::ESTIMATED, HeaderValue::from_static("true"));
    Some(answer)
}

fn check_encoding(headers: &HeaderMap) -> Result<(), Fault> {
    let is_plain = |value: &[u8]| value.eq_ignore_ascii_case(b"identity");
    if headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|value| is_plain(value.as_bytes()))
    {
        return Ok(());
    }
    Err(Fault::new(
        FaultCode::CompressedBody,
        "Compressed request bodies are not read here; send the body as it is.",
    ))
}

async fn read_body(shared: &Shared, incoming: Incoming) -> Result<Bytes, Fault> {
    let limit = shared.limits.body_bytes;
    let too_large = || {
        Fault::new(
            FaultCode::BodyTooLarge,
            format!("The body is larger than {limit} bytes."),
        )
    };
    if incoming.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    #[expect(clippy::disallowed_methods, reason = "the body is limited, and its time too")]
    let collected = Limited::new(incoming, limit).collect();
    match tokio::time::timeout(shared.limits.body, collected).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Fault::new(
            FaultCode::InvalidRequest,
            "The body ended before its announced end.",
        )),
        Err(_) => Err(Fault::new(
            FaultCode::BodyTimeout,
            "The body did not arrive in time.",
        )),
    }
}

/// Refuses a request whose deployment speaks another protocol than the caller: nothing translates here yet.
fn check_surface(shared: &Shared, permit: &Permit, surface: Surface) -> Result<(), Fault> {
    let deployment = permit.deployment();
    let connector = deployment.and_then(|deployment| shared.connectors.of(deployment));
    let (Some(deployment), Some(connector)) = (deployment, connector) else {
        return Ok(());
    };
    let protocol = connector.protocol();
    if protocol.speaks(surface) {
        return Ok(());
    }
    let others: Vec<_> = Surface::ALL
        .into_iter()
        .filter(|other| protocol.speaks(*other))
        .collect();
    let others: Vec<_> = others.iter().map(|other| format!("`{}`", other.path())).collect();
    let message = format!(
        "`{}` does not take this call; it takes {}.",
        deployment.model,
        others.join(", ")
    );
    Err(Fault::new(FaultCode::WrongRoute, message))
}

fn unrecorded(error: &AuditError) -> Fault {
    tracing::error!(%error, "a decision was not recorded");
    let message = "The decision could not be recorded, so nothing was sent. Please try again shortly.";
    Fault::new(FaultCode::AuditUnavailable, message)
}

fn new_id() -> Result<DecisionId, Fault> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| {
        Fault::new(
            FaultCode::Internal,
            "The system gave no random bytes for the id of a decision.",
        )
    })?;
    Ok(DecisionId::from_bytes(bytes))
}
