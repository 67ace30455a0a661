//! `GET /why/{id}`: the reason for a refusal, once more, for the person whom it concerns.

use crate::body::{self, Answer};
use crate::refusals::KeptRefusal;
use crate::shared::Shared;
use decision::explain::{ExplainedReason, ShownFact};
use hyper::StatusCode;
use hyper::header::{ACCEPT, HeaderMap};
use identity::{Caller, SourceStatus};
use ledger::DecisionId;
use register::model::Instant;
use serde::Serialize;

/// Revision of the document published here.
const REVISION: u32 = 1;

/// Shows the reason, as JSON where the caller accepts that, else as text. A refusal of somebody else does not exist.
pub(crate) fn show(shared: &Shared, caller: &Caller, id: &str, headers: &HeaderMap) -> Answer {
    let found =
        DecisionId::parse(id).and_then(|id| Some((id, shared.refusals.of(id, &caller.holder.person)?)));
    let Some((id, refusal)) = found else {
        return body::text(
            StatusCode::NOT_FOUND,
            "There is no refusal of yours with this id, or it is too old.\n",
        );
    };
    if accepts_json(headers) {
        let sources = shared.switch.load().collector().places().latest_status();
        let published = published(id, &refusal, &sources);
        return body::json(serde_json::to_string(&published).unwrap_or_default());
    }
    body::text(
        StatusCode::OK,
        format!("{}Decision {id}\n", refusal.explanation.text()),
    )
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .any(|kind| kind.trim().starts_with("application/json"))
}

#[derive(Serialize)]
struct Published<'a> {
    revision: u32,
    decision: String,
    at: String,
    snapshot: &'a str,
    verdict: &'static str,
    model: &'a str,
    model_name: &'a str,
    headline: &'a str,
    reasons: Vec<PublishedReason<'a>>,
    alternatives: Vec<PublishedAlternative<'a>>,
    cure: Option<PublishedCure<'a>>,
    ask: Option<&'a str>,
    valid_until: Option<String>,
}

#[derive(Serialize)]
struct PublishedReason<'a> {
    /// `None` where a positive is missing.
    instrument: Option<&'a str>,
    reference: Option<&'a str>,
    missing: Option<&'static str>,
    title: &'a str,
    plain: &'a str,
    /// Only where the contract's words are disclosed to staff.
    words: Option<&'a str>,
    licensor: Option<&'a str>,
    state: &'static str,
    facts: Vec<PublishedFact<'a>>,
}

#[derive(Serialize)]
struct PublishedFact<'a> {
    what: &'a str,
    value: &'a str,
    source: Option<&'a str>,
    observed_at: Option<String>,
    /// Seconds between its observation and the decision.
    age: Option<i64>,
    /// Seconds that may pass between a change at the source and a decision that knows of it, as the source is set up
    /// today.
    delay: Option<i64>,
}

#[derive(Serialize)]
struct PublishedAlternative<'a> {
    model: &'a str,
    name: &'a str,
    inference: &'a str,
}

#[derive(Serialize)]
struct PublishedCure<'a> {
    by: &'static str,
    text: &'a str,
}

fn published<'a>(id: DecisionId, refusal: &'a KeptRefusal, sources: &[SourceStatus]) -> Published<'a> {
    let explanation = &refusal.explanation;
    Published {
        revision: REVISION,
        decision: id.to_string(),
        at: explanation.at.to_string(),
        snapshot: &explanation.snapshot,
        verdict: explanation.verdict.as_str(),
        model: &explanation.model,
        model_name: &explanation.model_name,
        headline: &explanation.headline,
        reasons: explanation
            .reasons
            .iter()
            .map(|one| reason(one, explanation.at, sources))
            .collect(),
        alternatives: explanation
            .alternatives
            .iter()
            .map(|other| PublishedAlternative {
                model: &other.model,
                name: &other.name,
                inference: &other.inference,
            })
            .collect(),
        cure: explanation.cure.as_ref().map(|cure| PublishedCure {
            by: cure.by.as_str(),
            text: &cure.text,
        }),
        ask: explanation.ask.as_deref(),
        valid_until: explanation.valid_until.map(|until| until.to_string()),
    }
}

fn reason<'a>(reason: &'a ExplainedReason, at: Instant, sources: &[SourceStatus]) -> PublishedReason<'a> {
    let is_clause = reason.missing.is_none();
    PublishedReason {
        instrument: is_clause.then_some(&reason.instrument),
        reference: is_clause.then_some(&reason.reference),
        missing: reason.missing.map(|positive| positive.as_str()),
        title: &reason.title,
        plain: &reason.plain,
        words: reason.words.as_deref(),
        licensor: reason.licensor.as_deref(),
        state: reason.state.as_str(),
        facts: reason.facts.iter().map(|one| fact(one, at, sources)).collect(),
    }
}

fn fact<'a>(fact: &'a ShownFact, at: Instant, sources: &[SourceStatus]) -> PublishedFact<'a> {
    let of = |status: &&SourceStatus| Some(status.source.as_str()) == fact.source.as_deref();
    PublishedFact {
        what: &fact.what,
        value: &fact.value,
        source: fact.source.as_deref(),
        observed_at: fact.observed_at.map(|at| at.to_string()),
        age: fact.observed_at.map(|seen| at.0.saturating_sub(seen.0)),
        delay: sources.iter().find(of).map(|status| status.delay),
    }
}
