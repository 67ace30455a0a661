//! From the notes about a request to the spans of its trace.

use super::in_nanoseconds;
use super::notes::{Finished, Reached, Recording, Step, What};
use super::words::{OTHER, attribute, operation, written};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use wire::Surface;

use super::words::Attribute;

/// The spans of a request, its own first.
pub(super) fn spans(of: &Finished) -> Vec<Span> {
    let mut spans = vec![request(of)];
    spans.extend(of.steps.iter().map(|step| child(of, step)));
    spans
}

fn request(of: &Finished) -> Span {
    let mut attributes = vec![attribute("http.request.method", of.method)];
    attributes.extend(of.route.map(|route| attribute("http.route", route)));
    attributes.extend(
        of.status
            .map(|status| attribute("http.response.status_code", status)),
    );
    attributes.extend(of.code.map(|code| attribute("bailiwick.code", code)));
    attributes.extend(
        of.call
            .map(|(surface, _)| attribute("gen_ai.operation.name", operation(surface))),
    );
    // the last decision is the one that the answer went by
    if let Some(recording) = of.steps.iter().rev().find_map(Step::recording) {
        attributes.extend(about(recording));
    }
    let name = match of.route {
        Some(route) => format!("{} {route}", of.method),
        None => of.method.to_owned(),
    };
    let error = of.error();
    attributes.extend(error.clone().map(|error| attribute("error.type", error)));
    Span {
        parent_span_id: of
            .trace
            .parent
            .map(|id| id.to_be_bytes().to_vec())
            .unwrap_or_default(),
        kind: SpanKind::Server.into(),
        status: error.map(|_| failed()),
        ..span(of, of.trace.span, name, &attributes)
    }
}

fn child(of: &Finished, step: &Step) -> Span {
    let id = of.trace.child(step.number);
    let inner = |name: &str, attributes: &[Attribute]| Span {
        kind: SpanKind::Internal.into(),
        ..span(of, id, name.to_owned(), attributes)
    };
    let made = match &step.what {
        What::Decided(verdict) => {
            let verdict = verdict.map(|verdict| attribute("bailiwick.verdict", verdict));
            inner("decide", verdict.as_slice())
        }
        What::Recorded(recording) => {
            let is_missing = recording.decision.is_none();
            let mut attributes = about(recording);
            attributes.extend(is_missing.then(|| attribute("error.type", "audit_unavailable")));
            Span {
                status: is_missing.then(failed),
                ..inner("record", &attributes)
            }
        }
        What::Called(reached) => Span {
            kind: SpanKind::Client.into(),
            status: reached.error().map(|_| failed()),
            ..call(of, id, reached)
        },
    };
    Span {
        parent_span_id: of.trace.span.to_be_bytes().to_vec(),
        start_time_unix_nano: of.wall.saturating_add(in_nanoseconds(step.began)),
        end_time_unix_nano: of.wall.saturating_add(in_nanoseconds(step.ended)),
        ..made
    }
}

fn call(of: &Finished, id: u64, reached: &Reached) -> Span {
    let mut attributes = reached.attributes(of.call);
    attributes.push(attribute("bailiwick.deployment", reached.deployment.clone()));
    attributes.push(attribute("bailiwick.hosting", reached.hosting.clone()));
    attributes.extend(
        reached
            .status
            .map(|status| attribute("http.response.status_code", status)),
    );
    for (name, tokens) in [
        ("gen_ai.usage.input_tokens", reached.tokens.input),
        ("gen_ai.usage.output_tokens", reached.tokens.output),
    ] {
        attributes.extend((tokens > 0).then(|| attribute(name, tokens)));
    }
    let name = of.call.map_or(OTHER, |(surface, _)| operation(surface));
    span(of, id, format!("{name} {}", reached.model), &attributes)
}

/// A span as long as its request.
fn span(of: &Finished, id: u64, name: String, attributes: &[Attribute]) -> Span {
    Span {
        trace_id: of.trace.id.to_be_bytes().to_vec(),
        span_id: id.to_be_bytes().to_vec(),
        name,
        start_time_unix_nano: of.wall,
        end_time_unix_nano: of.wall.saturating_add(in_nanoseconds(of.lasted)),
        attributes: written(attributes),
        ..Span::default()
    }
}

fn failed() -> Status {
    Status {
        code: StatusCode::Error.into(),
        ..Status::default()
    }
}

fn about(recording: &Recording) -> Vec<Attribute> {
    let mut attributes = vec![
        attribute("bailiwick.verdict", recording.verdict),
        attribute("bailiwick.snapshot", recording.snapshot.clone()),
        attribute(
            "gen_ai.request.model",
            recording.asked.clone().unwrap_or_else(|| OTHER.to_owned()),
        ),
    ];
    attributes.extend(
        recording
            .decision
            .clone()
            .map(|id| attribute("bailiwick.decision", id)),
    );
    attributes.extend(recording.code.map(|code| attribute("bailiwick.code", code)));
    attributes.extend(
        recording
            .clause
            .clone()
            .map(|clause| attribute("bailiwick.clause", clause)),
    );
    if let Some((deployment, hosting)) = &recording.deployment {
        attributes.push(attribute("bailiwick.deployment", deployment.clone()));
        attributes.push(attribute("bailiwick.hosting", hosting.clone()));
    }
    attributes
}

impl Step {
    pub(super) fn recording(&self) -> Option<&Recording> {
        match &self.what {
            What::Recorded(recording) => Some(recording),
            What::Decided(_) | What::Called(_) => None,
        }
    }
}

impl Finished {
    /// `error.type` of the request: what is its caller's fault is none of ours.
    pub(super) fn error(&self) -> Option<String> {
        match self.status {
            None => Some("client_cancelled".to_owned()),
            Some(status) if status >= 500 => Some(status.to_string()),
            Some(_) => None,
        }
    }
}

impl Reached {
    /// `error.type` of the call.
    pub(super) fn error(&self) -> Option<String> {
        use ledger::Ended;
        match (self.status, self.ended) {
            (Some(status), _) if status >= 400 => Some(status.to_string()),
            (_, None | Some(Ended::Completed)) => None,
            (_, Some(ended)) => Some(ended.as_str().to_owned()),
        }
    }

    /// What its span and its numbers have in common.
    pub(super) fn attributes(&self, call: Option<(Surface, bool)>) -> Vec<Attribute> {
        let mut attributes = vec![
            attribute(
                "gen_ai.operation.name",
                call.map_or(OTHER, |(surface, _)| operation(surface)),
            ),
            attribute("gen_ai.provider.name", self.provider),
            attribute("gen_ai.request.model", self.asked.clone()),
            attribute("gen_ai.response.model", self.model.clone()),
            attribute("server.address", self.host.clone()),
            attribute("server.port", self.port),
        ];
        attributes.extend(self.error().map(|error| attribute("error.type", error)));
        attributes
    }
}
