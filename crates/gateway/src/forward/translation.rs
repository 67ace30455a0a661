//! Puts a call in the words of a provider that speaks another dialect, and its answer in those of the caller.
//!
//! What is sent is then a call like any other: its reach is held, it is built and its answer is watched as if it had come
//! in these words. The caller is told which dialect answered and what was left out.

use super::Forwarding;
use crate::abilities;
use crate::connectors::ProviderBody;
use crate::evidence::sentence;
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::http::response::Parts;
use hyper::{Response, StatusCode};
use register::model::{Deployment, Model};
use std::time::Duration;
use tokio::time::timeout;
use wire::translate::{self, Answering, NotTranslatable};
use wire::{Fault, FaultCode, Protocol, event, header_text, peek_call};

/// Longest whole answer that is translated, in bytes.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;

/// Header by which callers of Anthropic's protocol ask for features of it, which no other protocol has.
const FLAGS: &str = "anthropic-beta";

/// A call in the words of its provider.
pub(super) struct Translation {
    /// What is sent.
    pub(super) forwarding: Forwarding,
    /// What turns the answer back.
    pub(super) answering: Answering,
    /// The provider's dialect, for the caller to know.
    pub(super) dialect: HeaderValue,
    /// What was not carried over, for the caller to know.
    pub(super) left_out: Vec<String>,
}

/// Translates a call for a deployment, if its provider speaks another dialect.
pub(super) fn translate(
    protocol: Protocol,
    (model, deployment): (Option<&Model>, &Deployment),
    forwarding: &Forwarding,
    seed: &str,
) -> Result<Option<Translation>, Fault> {
    let Some(surface) = protocol.translates(forwarding.surface) else {
        return Ok(None);
    };
    let target = abilities::target(protocol, surface, model, deployment);
    let mut translated = translate::request(forwarding.surface.dialect(), &target, &forwarding.body, seed)
        .map_err(|error| not_translatable(&deployment.model, &error))?;
    let unreadable = |_| Fault::new(FaultCode::Internal, "The translated request cannot be read.");
    let peek = peek_call(surface, &translated.body).map_err(unreadable)?;
    let named = peek
        .model
        .clone()
        .ok_or_else(|| Fault::new(FaultCode::Internal, "The translated request names no model."))?;
    if forwarding.headers.contains_key(FLAGS) {
        translated.left_out.insert(0, FLAGS.to_owned());
    }
    Ok(Some(Translation {
        forwarding: Forwarding {
            surface,
            body: translated.body,
            model: named,
            peek,
            headers: forwarding.headers.clone(),
            query: None,
            is_stream: forwarding.is_stream,
        },
        answering: translated.answering.showing(&deployment.model),
        dialect: header_text(surface.dialect().name()),
        left_out: translated.left_out,
    }))
}

fn not_translatable(model: &str, error: &NotTranslatable) -> Fault {
    let (error, help) = (sentence(&error.to_string()), sentence(&error.help));
    let message = format!("{error} `{model}` answers in another protocol, which cannot say it. {help}");
    Fault::new(FaultCode::WrongRoute, message)
}

/// The answer of a provider that succeeded, in the caller's words.
pub(super) async fn answer(
    answering: &Answering,
    head: Response<ProviderBody>,
    idle: Duration,
) -> Result<Translated, Fault> {
    let (mut parts, incoming) = head.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    if answers_in_events(&parts) {
        let body = incoming.translated(answering.clone().stream());
        return Ok(Translated::Events(Response::from_parts(parts, body)));
    }
    #[expect(clippy::disallowed_methods, reason = "the body is limited, and its time too")]
    let read = timeout(idle, Limited::new(incoming, LONGEST_ANSWER).collect()).await;
    let broken = || {
        Fault::new(
            FaultCode::UpstreamCut,
            "The provider broke off in the middle of its answer.",
        )
    };
    let body = read.map_err(|_| broken())?.map_err(|_| broken())?.to_bytes();
    let body = answering.whole(&body).map_err(|error| {
        tracing::error!(%error, "the answer of a provider cannot be translated");
        let words = "The provider answered in a way that cannot be put in this protocol.";
        Fault::new(FaultCode::UpstreamUnavailable, words)
    })?;
    parts.headers.insert(CONTENT_TYPE, JSON);
    Ok(Translated::Whole(parts, body))
}

/// An answer in the caller's words.
pub(super) enum Translated {
    /// As it comes.
    Events(Response<ProviderBody>),
    /// Read to its end.
    Whole(Parts, Bytes),
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

fn answers_in_events(head: &Parts) -> bool {
    let content_type = head.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    event::is_stream(content_type.unwrap_or_default())
}

/// The error of a provider, in the caller's words.
pub(super) fn error(answering: &Answering, parts: &mut Parts, body: &[u8]) -> Bytes {
    let (status, body) = answering.error(parts.status.as_u16(), body);
    parts.status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, JSON);
    body
}
