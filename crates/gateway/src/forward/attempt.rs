//! One call to one deployment, until it is known what to do with the answer.
//!
//! Three things race before the first byte: the provider answers, the permit is lost, or a caller who wants a stream
//! has waited so long that their side must hear something. Until then a failure can still be tried elsewhere; after
//! that the caller's answer has begun, and whatever comes is told in it.

use super::due::{self, OutcomeDue};
use super::lost::{self, LastWords, Lost, Watching};
use super::pass::Passing;
use super::refused::{self, Kept};
use super::translation::{self, Translated};
use super::{Forwarding, hosting, labels, request};
use crate::asker::{Asker, Stop};
use crate::body::{self, Answer};
use crate::connectors::ProviderBody;
use crate::metrics::Verdict;
use crate::{reach, refuse};
use bytes::Bytes;
use decision::Permit;
use http_body_util::BodyExt;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use hyper::http::response::Parts;
use hyper::{Response, StatusCode};
use ledger::{Ended, Recorded};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use wire::translate::Answering;
use wire::{Dialect, Fault, FaultCode, Meter, event, header_text};

/// What comes of a call: the head of an answer, or none.
pub(super) type Sending = Pin<Box<dyn Future<Output = Result<Response<ProviderBody>, NoHead>> + Send>>;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoHead {
    /// The provider was not reached.
    Unreachable,
    /// The provider did not begin to answer in time.
    Timeout,
}

/// What an attempt leads to.
pub(super) enum Attempted {
    /// This is for the caller.
    Answer(Answer),
    /// It failed before the caller heard anything, so another deployment may be tried.
    Failed(Box<Failed>),
}

/// A call that failed.
pub(super) struct Failed {
    due: OutcomeDue,
    /// What the caller gets if nobody else is tried.
    answer: Result<(Response<ProviderBody>, HeaderMap, Watching, Option<Answering>), Fault>,
}

/// A call under way.
pub(super) struct Call {
    pub(super) asker: Arc<Asker>,
    pub(super) connector: String,
    pub(super) due: OutcomeDue,
    pub(super) watching: Watching,
    pub(super) labels: HeaderMap,
    /// What puts the answer in the caller's words, if the provider speaks others.
    pub(super) answering: Option<Answering>,
}

/// Sends a request to the deployment that its permit names, and waits for what comes first.
pub(super) async fn attempt(
    asker: &Arc<Asker>,
    permit: Recorded<Permit>,
    forwarding: &Forwarding,
) -> Result<Attempted, Fault> {
    let shared = &asker.shared;
    let (permit, mut due) = match in_time(asker, permit).await? {
        Ok(in_time) => in_time,
        Err(refusal) => return Ok(Attempted::Answer(refusal)),
    };
    let unavailable = |message: &str| Fault::new(FaultCode::UpstreamUnavailable, message);
    let deployment = permit
        .deployment()
        .ok_or_else(|| unavailable("The permit names no deployment."))?;
    let connector = shared.connectors.of(deployment);
    let connector = connector.filter(|connector| connector.protocol().takes(asker.surface));
    let connector =
        connector.ok_or_else(|| unavailable("No connector of this gateway may carry this deployment."))?;
    let protocol = connector.protocol();
    let seed = permit.decision_id().to_string();
    let known = (reach::model_of(permit.snapshot(), deployment), deployment);
    reach::check_amounts(&shared.limits.caps, protocol, forwarding)?;
    let translation = translation::translate(protocol, known, forwarding, &seed)?;
    let forwarding = translation
        .as_ref()
        .map_or(forwarding, |translation| &translation.forwarding);
    let mut within = reach::hold(&shared.limits.caps, protocol, known, forwarding)?;
    let mut labels = labels(&permit, deployment, connector.is_stand_in(), &asker.model);
    labels.extend(within.cut.clone().map(|cut| (wire::headers::CUT, cut)));
    let mut left_out = std::mem::take(&mut within.left_out);
    if let Some(translation) = &translation {
        labels.insert(wire::headers::TRANSLATED, translation.dialect.clone());
        left_out.extend_from_slice(&translation.left_out);
    }
    if !left_out.is_empty() {
        labels.insert(wire::headers::LEFT_OUT, header_text(&left_out.join(", ")));
    }
    let mut request = request::build(connector, deployment, forwarding, within, (shared.clock)())?;
    let probe = shared
        .health
        .begin(connector.id(), Instant::now())
        .ok_or_else(|| {
            let words = "The provider has failed too often in the last seconds; please try again shortly.";
            Fault::new(FaultCode::UpstreamResting, words)
        })?;
    let noted = asker
        .seen
        .notes()
        .map(|notes| notes.attempt(connector, deployment, hosting(&deployment.hosting.inference)));
    if let Some(noted) = &noted {
        noted.mark_call(request.headers_mut());
    }
    due.sent(request.body().len(), probe, asker, connector.id(), noted);
    let sent = shared.upstream.send(connector, request);
    let first_byte = shared.first_byte(&deployment.model);
    let sending: Sending = Box::pin(async move {
        match timeout(first_byte, sent).await {
            Ok(Ok(head)) => Ok(head),
            Ok(Err(error)) => {
                tracing::warn!(
                    connect = error.is_connect(),
                    "there is no connection to the provider"
                );
                Err(NoHead::Unreachable)
            }
            Err(_) => Err(NoHead::Timeout),
        }
    });
    let mut call = Call {
        asker: Arc::clone(asker),
        connector: connector.id().to_owned(),
        due,
        watching: lost::watching(Arc::clone(asker), &permit),
        labels,
        answering: None,
    };
    let is_stream = forwarding.is_stream;
    call.answering = translation.map(|translation| translation.answering);
    let asked = Instant::now();
    let attempted = call.first(sending, is_stream).await;
    asker.seen.wait(asked.elapsed());
    attempted
}

/// The permit, if it still holds. One that was overtaken while it was recorded is decided about once more, so that the
/// caller hears what has changed; nothing goes out by the former one, and its record says so.
async fn in_time(
    asker: &Arc<Asker>,
    permit: Recorded<Permit>,
) -> Result<Result<(Recorded<Permit>, OutcomeDue), Answer>, Fault> {
    let shared = &asker.shared;
    let due = |permit: &Recorded<Permit>| OutcomeDue::new(shared.recorder.clone(), shared.clock, permit);
    let former = due(&permit);
    if permit.holds_at((shared.clock)()) {
        return Ok(Ok((permit, former)));
    }
    drop(former);
    let deployment = permit.deployment();
    let (model, id) = deployment
        .map(|deployment| (deployment.model.clone(), deployment.id.clone()))
        .unwrap_or_default();
    match asker.decide(&model, |other| other.id == id) {
        Ok(permitted) => {
            let permit = asker.record(permitted).await?;
            let due = due(&permit);
            match permit.holds_at((shared.clock)()) {
                true => Ok(Ok((permit, due))),
                false => Err(lost::expired()),
            }
        }
        Err(Stop::Refused(refused)) => {
            let (denial, receipt) = asker.refuse(*refused).await?;
            asker.seen.decided(Verdict::Deny);
            Ok(Err(refuse::answer(asker, &denial, &receipt)))
        }
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

impl Call {
    async fn first(mut self, mut sending: Sending, is_stream: bool) -> Result<Attempted, Fault> {
        let patience = self.asker.shared.limits.keep_alive;
        let waited = async {
            match is_stream {
                true => sleep(patience).await,
                false => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            lost = &mut self.watching => Box::pin(self.withdrawn(lost)).await.map(Attempted::Answer),
            head = &mut sending => match head {
                Ok(head) => self.head(head).await,
                Err(none) => Ok(Attempted::Failed(Box::new(self.failed(none)))),
            },
            () = waited => Ok(Attempted::Answer(self.early(sending))),
        }
    }

    /// Nothing has been said to the caller yet, so the refusal is the answer.
    async fn withdrawn(mut self, lost: Lost) -> Result<Answer, Fault> {
        self.due.end(lost.ended());
        match lost.words(Arc::clone(&self.asker)).await {
            LastWords::Denial(denial) => {
                self.asker.seen.decided(Verdict::Deny);
                Ok(body::rendered(denial.answer(self.asker.audience())))
            }
            LastWords::Fault(fault) => Err(fault),
        }
    }

    fn failed(mut self, none: NoHead) -> Failed {
        Failed {
            answer: Err(no_head(none, &self.connector, &mut self.due)),
            due: self.due,
        }
    }

    async fn head(mut self, head: Response<ProviderBody>) -> Result<Attempted, Fault> {
        let status = head.status();
        self.due.answered(status, retry_after(&head));
        acceptable(status, &self.connector)?;
        let (connector, status_code) = (&self.connector, status.as_u16());
        tracing::info!(connector, status = status_code, "forwarded");
        if may_be_tried_elsewhere(status) {
            return Ok(Attempted::Failed(Box::new(Failed {
                due: self.due,
                answer: Ok((head, self.labels, self.watching, self.answering)),
            })));
        }
        if refused::may_be_by_place(status) {
            return Ok(Attempted::Answer(Box::pin(self.perhaps_refused(head)).await));
        }
        Ok(Attempted::Answer(self.answer(head).await?))
    }

    /// Passes the answer back, in the caller's words.
    async fn answer(mut self, head: Response<ProviderBody>) -> Result<Answer, Fault> {
        let dialect = self.dialect();
        let Some(answering) = self.answering.take() else {
            return Ok(pass_back(self, dialect, head));
        };
        if !head.status().is_success() {
            self.answering = Some(answering);
            return Ok(Box::pin(self.perhaps_refused(head)).await);
        }
        let idle = self.asker.shared.limits.idle;
        let translated = Box::pin(translation::answer(&answering, head, idle)).await;
        match translated.inspect_err(|_| self.due.end(Ended::UpstreamError))? {
            Translated::Events(head) => Ok(pass_back(self, dialect, head)),
            Translated::Whole(parts, body) => Ok(self.whole(&parts, body)),
        }
    }

    /// Passes back an answer that was read and translated.
    fn whole(mut self, parts: &Parts, body: Bytes) -> Answer {
        let mut meter = Meter::default();
        meter.read(&body);
        self.due.received(body.len(), &meter);
        self.due.end(Ended::Completed);
        let mut answer = Response::new(body::whole(body));
        *answer.status_mut() = parts.status;
        returned(&mut answer, &parts.headers, &self.labels);
        answer
    }

    /// Reads a short answer in which the provider may refuse the place that the call came from.
    async fn perhaps_refused(mut self, head: Response<ProviderBody>) -> Answer {
        let (mut parts, incoming) = head.into_parts();
        let idle = self.asker.shared.limits.idle;
        let Kept { body, is_whole } = refused::read(incoming, idle).await;
        self.due.received(body.len(), &Meter::default());
        let by_place = refused::is_by_place(parts.status, &body);
        self.due.end(match (by_place, is_whole) {
            (true, _) => Ended::UpstreamRefused,
            (false, true) => Ended::Completed,
            (false, false) => Ended::UpstreamCut,
        });
        if by_place {
            let connector = &self.connector;
            tracing::error!(connector, "the provider refuses the place that calls come from");
            let no = HeaderValue::from_static("false");
            parts.headers.insert(wire::headers::SHOULD_RETRY, no);
        }
        let body = match &self.answering {
            Some(answering) => translation::error(answering, &mut parts, &body),
            None => body,
        };
        let mut answer = Response::new(body::whole(body));
        returned(&mut answer, &parts.headers, &self.labels);
        if by_place {
            let headers = answer.headers_mut();
            headers.insert(wire::headers::SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        *answer.status_mut() = parts.status;
        answer
    }

    /// Begins the caller's stream before the provider has begun.
    fn early(self, sending: Sending) -> Answer {
        let labels = self.labels.clone();
        let mut answer = Response::new(Passing::waiting(self, sending).boxed_unsync());
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(event::CONTENT_TYPE));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.extend(labels);
        answer
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.asker.surface.dialect()
    }
}

impl Failed {
    /// Another deployment is tried; this call ends here.
    pub(super) fn give_up(mut self) {
        if self.answer.is_ok() {
            self.due.end(Ended::UpstreamError);
        }
    }

    /// Nobody else is tried.
    pub(super) async fn answer(self, asker: &Arc<Asker>, connector: String) -> Result<Answer, Fault> {
        let (head, labels, watching, answering) = self.answer?;
        let call = Call {
            asker: Arc::clone(asker),
            connector,
            due: self.due,
            watching,
            labels,
            answering,
        };
        call.answer(head).await
    }
}

/// What a caller is told when there is no answer.
pub(super) fn no_head(none: NoHead, connector: &str, due: &mut OutcomeDue) -> Fault {
    tracing::warn!(connector, ?none, "the provider did not answer");
    match none {
        NoHead::Unreachable => {
            due.end(Ended::UpstreamUnavailable);
            Fault::new(
                FaultCode::UpstreamUnavailable,
                "The provider could not be reached.",
            )
        }
        NoHead::Timeout => {
            due.end(Ended::UpstreamTimeout);
            Fault::new(
                FaultCode::UpstreamTimeout,
                "The provider did not begin to answer in time.",
            )
        }
    }
}

/// Some answers are between the provider and this installation, and would mislead or tell too much.
pub(super) fn acceptable(status: StatusCode, connector: &str) -> Result<(), Fault> {
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

/// Whether a status says that this provider cannot at present, and another may.
fn may_be_tried_elsewhere(status: StatusCode) -> bool {
    due::says_that_it_cannot(status.as_u16())
}

/// How long a provider asks to be left alone, where it says so in seconds.
pub(super) fn retry_after(head: &Response<ProviderBody>) -> Option<Duration> {
    if !may_be_tried_elsewhere(head.status()) {
        return None;
    }
    let seconds = head
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

fn pass_back(call: Call, dialect: Dialect, head: Response<ProviderBody>) -> Answer {
    let (head, incoming) = head.into_parts();
    let content_type = head
        .headers
        .get(CONTENT_TYPE)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default();
    let stream = event::is_stream(content_type).then_some(dialect);
    let labels = call.labels.clone();
    let is_framed = super::pass::is_framed(&head);
    let mut passed = Response::new(Passing::begun(call, incoming, stream, is_framed).boxed_unsync());
    *passed.status_mut() = head.status;
    returned(&mut passed, &head.headers, &labels);
    passed
}

/// The headers of the provider that go back, and ours.
fn returned(answer: &mut Answer, headers: &HeaderMap, labels: &HeaderMap) {
    let returned = headers.iter().filter(|(name, _)| wire::returns(name));
    let all = returned.chain(labels.iter());
    answer
        .headers_mut()
        .extend(all.map(|(name, value)| (name.clone(), value.clone())));
}
