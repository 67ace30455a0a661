//! From a request to a recorded decision.
//!
//! The body is read to its end before anything is decided, because the model may be named at its end. Then the decision
//! is made and recorded; only then is anything sent, or refused.

use crate::asker::{Asker, Stop};
use crate::body::{self, Answer};
use crate::evidence::sentence;
use crate::forward::{self, Forwarding};
use crate::inflate::{Coding, inflate};
use crate::metrics::{Seen, Verdict};
use crate::shared::Shared;
use crate::unshared::unshared;
use crate::{reach, refuse, routing};
use bytes::Bytes;
use decision::Permit;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_ENCODING, HeaderValue, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request};
use identity::{Caller, Origin};
use ledger::Recorded;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::Instant;
use wire::{Audience, Client, Fault, FaultCode, ModelField, Peek, Surface, headers, peek_call};

/// How Claude Code marks a model of which it wants the longest context.
const LONG_CONTEXT: &str = "[1m]";

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
    /// What is noted of it, to be counted.
    pub seen: Arc<Seen>,
}

/// Answers a request to a model.
pub(crate) async fn infer(
    shared: &Arc<Shared>,
    asking: Asking,
    caller: &Caller,
    peer: Origin,
    request: Request<Incoming>,
) -> Answer {
    let to = Audience {
        dialect: asking.surface.dialect(),
        client: Client::of(request.headers()),
    };
    match try_infer(shared, asking, caller, peer, request).await {
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
    caller: &Caller,
    peer: Origin,
    request: Request<Incoming>,
) -> Result<Answer, Fault> {
    let (surface, seen) = (asking.surface, Arc::clone(&asking.seen));
    let Asked {
        head,
        body,
        model,
        peek,
    } = read(shared, asking, request).await?;
    let began = Instant::now();
    let query = head.uri.query().map(str::to_owned);
    let asker = Arc::new(Asker {
        shared: Arc::clone(shared),
        caller: caller.clone(),
        peer,
        headers: unshared(&head.headers),
        surface,
        model: without_window(&model.name).to_owned(),
        measured: OnceLock::new(),
        seen,
    });
    let is_stream = answers_in_events(surface, peek.stream, query.as_deref());
    if let Some(notes) = asker.seen.notes() {
        notes.call(surface, is_stream);
    }
    let forwarding = Forwarding {
        surface,
        is_stream,
        body,
        model,
        peek,
        headers: head.headers,
        query,
    };
    match routing::choose(&asker) {
        Ok(permitted) => {
            reach::check_modality(permitted.value(), surface)?;
            let estimate = estimate(shared, permitted.value(), surface, forwarding.body.len());
            if estimate.is_none() {
                check_surface(shared, permitted.value(), surface)?;
            }
            if let Err(empty) = asker.draw(&permitted) {
                let (fault, wait) = *empty;
                return Ok(limited(&asker, &fault, wait));
            }
            let recorded = asker.record(permitted).await?;
            decided(&asker, Verdict::Permit, began);
            match estimate {
                Some(answer) => Ok(forward::answer_here(&asker, &recorded, answer)),
                None => pass_on(&asker, recorded, forwarding, began).await,
            }
        }
        Err(Stop::Fault(fault)) => Err(fault),
        Err(Stop::Refused(refused)) => {
            let allows = routing::allows_substitution(&asker, &refused);
            let (denial, receipt) = asker.refuse(*refused).await?;
            decided(&asker, Verdict::Deny, began);
            if allows && let Some(recorded) = routing::substitute(&asker, &[]).await {
                asker.seen.decided(Verdict::Permit);
                return pass_on(&asker, recorded, forwarding, began).await;
            }
            Ok(refuse::answer(&asker, &denial, &receipt))
        }
    }
}

/// Notes a decision that has been recorded.
fn decided(asker: &Asker, verdict: Verdict, began: Instant) {
    asker.seen.decided(verdict);
    asker.shared.metrics.decided(verdict, began.elapsed());
}

/// Forwards a request, and notes what was added to the provider's time.
async fn pass_on(
    asker: &Arc<Asker>,
    recorded: Recorded<Permit>,
    forwarding: Forwarding,
    began: Instant,
) -> Result<Answer, Fault> {
    let answer = forward::forward(asker, recorded, forwarding).await?;
    let added = began.elapsed().saturating_sub(asker.seen.waited());
    asker.shared.metrics.began(added);
    Ok(answer)
}

/// The answer to a request for which there is no more this minute, with the seconds to wait.
fn limited(asker: &Asker, fault: &Fault, wait: Duration) -> Answer {
    let mut answer = body::rendered(fault.answer(asker.audience()));
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let set = answer.headers_mut();
    set.insert(RETRY_AFTER, HeaderValue::from(seconds));
    set.insert(headers::SHOULD_RETRY, HeaderValue::from_static("true"));
    answer
}

/// Whether a call is answered in events: most calls say so in the body, Gemini's by path and query.
fn answers_in_events(surface: Surface, is_asked_for: bool, query: Option<&str>) -> bool {
    match surface {
        Surface::Chat | Surface::Responses | Surface::Messages => is_asked_for,
        Surface::StreamGenerate => query.is_some_and(|query| query.split('&').any(|part| part == "alt=sse")),
        _ => false,
    }
}

async fn read(shared: &Shared, asking: Asking, request: Request<Incoming>) -> Result<Asked, Fault> {
    let (head, incoming) = request.into_parts();
    let coding = coding(&head.headers)?;
    let body = read_body(shared, incoming).await?;
    let body = plain(shared, coding, body).await?;
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

/// The name of a model without the mark by which Claude Code asks for its longest context: it is the same model,
/// whatever its window. In the body the whole of it is replaced.
fn without_window(name: &str) -> &str {
    let plain = name.strip_suffix(LONG_CONTEXT);
    plain.filter(|plain| !plain.is_empty()).unwrap_or(name)
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

/// How a body is compressed; `None`: it is not.
fn coding(headers: &HeaderMap) -> Result<Option<Coding>, Fault> {
    let unread = || {
        let words = "Bodies are read that are compressed once, with `gzip`, `deflate`, `br` or `zstd`.";
        Fault::new(FaultCode::CompressedBody, words)
    };
    let mut found = None;
    for value in headers.get_all(CONTENT_ENCODING) {
        let name = value.to_str().map_err(|_| unread())?;
        if name.eq_ignore_ascii_case("identity") {
            continue;
        }
        let coding = Coding::named(name).ok_or_else(unread)?;
        if found.replace(coding).is_some() {
            return Err(unread());
        }
    }
    Ok(found)
}

/// The body in plain. Unpacking takes its time, so it happens beside what serves others.
async fn plain(shared: &Shared, coding: Option<Coding>, body: Bytes) -> Result<Bytes, Fault> {
    let Some(coding) = coding else {
        return Ok(body);
    };
    let most = shared.limits.body_bytes;
    let unpacking = tokio::task::spawn_blocking(move || inflate(coding, &body, most));
    let broken = |_| Fault::new(FaultCode::Internal, "The body could not be unpacked.");
    unpacking.await.map_err(broken)?
}

async fn read_body(shared: &Shared, incoming: Incoming) -> Result<Bytes, Fault> {
    let limit = shared.limits.body_bytes;
    let too_large = || {
        Fault::new(
            FaultCode::BodyTooLarge,
            format!("The body is larger than {limit} bytes, which is the most here; send less at a time."),
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

/// Refuses a call that the provider of the deployment does not take, not even translated.
fn check_surface(shared: &Shared, permit: &Permit, surface: Surface) -> Result<(), Fault> {
    let deployment = permit.deployment();
    let connector = deployment.and_then(|deployment| shared.connectors.of(deployment));
    let (Some(deployment), Some(connector)) = (deployment, connector) else {
        return Ok(());
    };
    let protocol = connector.protocol();
    if protocol.takes(surface) {
        return Ok(());
    }
    let others: Vec<_> = Surface::ALL
        .into_iter()
        .filter(|other| protocol.takes(*other))
        .collect();
    let others: Vec<_> = others.iter().map(|other| format!("`{}`", other.path())).collect();
    let message = format!(
        "`{}` does not take this call; it takes {}.",
        deployment.model,
        others.join(", ")
    );
    Err(Fault::new(FaultCode::WrongRoute, message))
}
