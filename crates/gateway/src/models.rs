//! `GET /v1/models`: the approved list as it is for this caller, here and now, by the decision that every call gets.

use crate::body::{self, Answer};
use crate::shared::Shared;
use crate::{evidence, refuse};
use decision::{Bound, Decision, Facts, LATEST, Snapshot, explain};
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use identity::KeyHolder;
use register::model::{Instant, Model};
use std::net::IpAddr;
use wire::list::{ListNote, render};
use wire::{Dialect, ListShape, ListedModel, headers};

/// Parameter of the query that asks for models that are withheld too, each with its reason: our own extension.
const ALL: &str = "bailiwick=all";

/// What the list is made for.
struct Listing<'a> {
    snapshot: &'a Snapshot,
    facts: &'a Facts,
    at: Instant,
    bound: Bound,
    is_all: bool,
}

/// Lists the models that the caller may use, and says how many are withheld.
pub(crate) fn list(shared: &Shared, holder: &KeyHolder, peer: IpAddr, request: &Request<Incoming>) -> Answer {
    let query = request.uri().query();
    let shape = ListShape::expected(request.headers().contains_key("anthropic-version"), query);
    let at = (shared.clock)();
    let in_force = shared.switch.load();
    let collected = match evidence::collect(in_force.collector(), holder, peer, request.headers(), at) {
        Ok(collected) => collected,
        Err(fault) => {
            let is_anthropic = shape == ListShape::Anthropic;
            let dialect = if is_anthropic {
                Dialect::AnthropicMessages
            } else {
                Dialect::OpenAiChat
            };
            return body::rendered(fault.answer(dialect));
        }
    };
    let snapshot = in_force.snapshot();
    let facts = collected.facts.facts();
    let listing = Listing {
        snapshot,
        facts,
        at,
        bound: snapshot.bind(facts, at, LATEST),
        is_all: query
            .unwrap_or_default()
            .split('&')
            .any(|parameter| parameter == ALL),
    };
    let (mut listed, mut withheld) = (Vec::new(), 0_usize);
    for (index, model) in snapshot.models() {
        let decision = snapshot.decide_model(&listing.bound, index);
        let permits = decision.verdict.permits();
        withheld += usize::from(!permits);
        if permits || listing.is_all {
            listed.push(listing.entry(model, &decision));
        }
    }
    let mut answer = body::json(render(shape, &listed));
    answer
        .headers_mut()
        .insert(headers::WITHHELD, HeaderValue::from(withheld));
    answer
}

impl Listing<'_> {
    fn entry(&self, model: &Model, decision: &Decision) -> ListedModel {
        let since = model.approval.as_ref().and_then(|approval| approval.span.from);
        ListedModel {
            id: model.id.clone(),
            name: model.name.clone(),
            provider: model.provider.clone(),
            since: since.map_or(0, |since| since.0),
            context_tokens: model.context_tokens,
            note: self.is_all.then(|| self.note(model, decision)),
        }
    }

    fn note(&self, model: &Model, decision: &Decision) -> ListNote {
        let verdict = decision.verdict.as_str();
        if decision.verdict.permits() {
            return ListNote {
                verdict,
                reason: None,
                clause: None,
                alternatives: Vec::new(),
            };
        }
        let explanation = explain::explain(self.snapshot, self.facts, &model.id, decision, self.at, LATEST);
        ListNote {
            verdict,
            clause: refuse::decisive(&explanation).and_then(refuse::clause),
            alternatives: explanation
                .alternatives
                .iter()
                .map(|other| other.model.clone())
                .collect(),
            reason: Some(explanation.headline),
        }
    }
}
