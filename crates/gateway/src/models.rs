//! `GET /v1/models` and its like: the approved list as it is for this caller, here and now, by the decision that every call gets.

use crate::abilities;
use crate::body::{self, Answer};
use crate::shared::Shared;
use crate::{evidence, refuse};
use decision::{Bound, Decision, Facts, LATEST, Snapshot, explain};
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use identity::{Caller, Origin};
use register::model::{Instant, Model};
use wire::list::{ListNote, Page, render_one, render_page};
use wire::{Dialect, Fault, FaultCode, ListShape, ListedModel, decode_segment, headers};

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

/// What is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Which<'a> {
    /// The list.
    List,
    /// The model of an id, as the path has it.
    One(&'a str),
}

/// Whose list is asked for, and in which protocol.
pub(crate) struct Asking<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// From where.
    pub peer: &'a Origin,
    /// Whether the path is Gemini's.
    pub is_gemini: bool,
    /// The whole list or one model.
    pub which: Which<'a>,
}

/// Lists the models that the caller may use, and says how many are withheld; or shows one of them.
pub(crate) fn show(shared: &Shared, asking: &Asking<'_>, request: &Request<Incoming>) -> Answer {
    let query = request.uri().query();
    let shape = if asking.is_gemini {
        ListShape::Gemini
    } else {
        ListShape::expected(request.headers().contains_key("anthropic-version"), query)
    };
    let dialect = match shape {
        ListShape::Anthropic => Dialect::AnthropicMessages,
        ListShape::Gemini => Dialect::Gemini,
        ListShape::OpenAi | ListShape::Codex => Dialect::OpenAiChat,
    };
    answer(shared, asking, shape, request).unwrap_or_else(|fault| body::rendered(fault.answer(dialect)))
}

fn answer(
    shared: &Shared,
    asking: &Asking<'_>,
    shape: ListShape,
    request: &Request<Incoming>,
) -> Result<Answer, Fault> {
    let query = request.uri().query();
    let page = Page::of_query(shape, query)?;
    let at = (shared.clock)();
    let in_force = shared.switch.load();
    let collected = evidence::collect(
        in_force.collector(),
        asking.caller,
        asking.peer,
        request.headers(),
        at,
    )?;
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
    match asking.which {
        Which::List => Ok(listing.list(shape, &page)),
        Which::One(id) => listing.one(shape, id),
    }
}

impl Listing<'_> {
    fn list(&self, shape: ListShape, page: &Page) -> Answer {
        let (mut listed, mut withheld) = (Vec::new(), 0_usize);
        for (index, model) in self.snapshot.models() {
            let decision = self.snapshot.decide_model(&self.bound, index);
            let permits = decision.verdict.permits();
            withheld += usize::from(!permits);
            if permits || self.is_all {
                listed.push(self.entry(model, &decision));
            }
        }
        let mut answer = body::json(render_page(shape, &listed, page));
        answer
            .headers_mut()
            .insert(headers::WITHHELD, HeaderValue::from(withheld));
        answer
    }

    /// One model, if the list would have it; whatever else was named is told the same.
    fn one(&self, shape: ListShape, id: &str) -> Result<Answer, Fault> {
        let not_listed = || {
            let message = "Your list of models does not have this one; `GET /v1/models` shows what it has.";
            Fault::new(FaultCode::NotFound, message)
        };
        let id = decode_segment(id).ok_or_else(not_listed)?;
        let index = self.snapshot.model_index(&id).ok_or_else(not_listed)?;
        let model = self.snapshot.model(index).ok_or_else(not_listed)?;
        let decision = self.snapshot.decide_model(&self.bound, index);
        if !decision.verdict.permits() {
            return Err(not_listed());
        }
        Ok(body::json(render_one(shape, &self.entry(model, &decision))))
    }

    fn entry(&self, model: &Model, decision: &Decision) -> ListedModel {
        let since = model.approval.as_ref().and_then(|approval| approval.span.from);
        ListedModel {
            id: model.id.clone(),
            name: model.name.clone(),
            provider: model.provider.clone(),
            since: since.map_or(0, |since| since.0),
            context_tokens: model.context_tokens,
            output_tokens: model.output_tokens,
            images: model.takes_images(),
            parallel_tools: model.parallel_tools == Some(true),
            reasoning: abilities::reasoning(model),
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
