//! `GET /why/{id}`: the reason for a refusal, once more, for the person whom it concerns.

use crate::body::{self, Answer};
use crate::refusals::KeptRefusal;
use crate::shared::Shared;
use decision::Explanation;
use decision::explain::{ExplainedReason, ShownFact};
use hyper::StatusCode;
use hyper::header::{ACCEPT, HeaderMap};
use identity::{Caller, SourceStatus};
use ledger::DecisionId;
use register::model::Instant;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::timeout;

/// Revision of the document published here.
const REVISION: u32 = 1;

/// How long the store may take to say what is disputed.
const LIMIT: Duration = Duration::from_secs(2);

/// What is known beside a decision: how soon sources are heard as they are set up today, and what is disputed.
struct Beside {
    sources: Vec<SourceStatus>,
    /// By the word of the fact, and since when; `None`: that cannot be said now.
    disputes: Option<Vec<(String, Instant)>>,
}

impl Beside {
    async fn of(shared: &Shared, person: &str) -> Self {
        let disputes = match shared.disputes.get() {
            None => Some(Vec::new()),
            Some(store) => match timeout(LIMIT, store.disputes(Some(person))).await {
                Ok(Ok(all)) => {
                    let open = all.into_iter().filter(|dispute| dispute.settled.is_none());
                    Some(open.map(|dispute| (dispute.fact, dispute.created)).collect())
                }
                Ok(Err(_)) | Err(_) => None,
            },
        };
        Self {
            sources: shared.switch.load().collector().places().latest_status(),
            disputes,
        }
    }

    fn delay(&self, source: Option<&str>) -> Option<i64> {
        let of = |status: &&SourceStatus| Some(status.source.as_str()) == source;
        self.sources.iter().find(of).map(|status| status.delay)
    }

    fn disputed_since(&self, source: Option<&str>) -> Option<Instant> {
        let mut disputes = self.disputes.iter().flatten();
        disputes
            .find(|(fact, _)| Some(fact.as_str()) == source)
            .map(|(_, since)| *since)
    }

    /// What it adds to the text of a refusal, a line for each source.
    fn text(&self, told: &Explanation) -> String {
        let facts = told.reasons.iter().flat_map(|reason| &reason.facts);
        let sources: BTreeSet<&str> = facts.filter_map(|fact| fact.source.as_deref()).collect();
        let mut text = String::new();
        for source in sources {
            let delay = self.delay(Some(source));
            let delay = delay.map(|seconds| format!("a change is known within {seconds} s"));
            let disputed = self.disputed_since(Some(source));
            let disputed = disputed.map(|since| format!("you dispute it since {since}"));
            let parts: Vec<String> = [delay, disputed].into_iter().flatten().collect();
            if !parts.is_empty() {
                text.push_str(&format!("Of {source}: {}.\n", parts.join("; ")));
            }
        }
        if self.disputes.is_none() {
            text.push_str("What is disputed cannot be said now.\n");
        }
        text
    }
}

/// Shows the reason, as JSON where the caller accepts that, else as text. A refusal of somebody else does not exist.
pub(crate) async fn show(shared: &Shared, caller: &Caller, id: &str, headers: &HeaderMap) -> Answer {
    let found =
        DecisionId::parse(id).and_then(|id| Some((id, shared.refusals.of(id, &caller.holder.person)?)));
    let Some((id, refusal)) = found else {
        return body::text(
            StatusCode::NOT_FOUND,
            "There is no refusal of yours with this id, or it is too old.\n",
        );
    };
    let beside = Beside::of(shared, &caller.holder.person).await;
    if accepts_json(headers) {
        let published = published(id, &refusal, &beside);
        return body::json(serde_json::to_string(&published).unwrap_or_default());
    }
    body::text(
        StatusCode::OK,
        format!(
            "{}{}Decision {id}\n",
            refusal.explanation.text(),
            beside.text(&refusal.explanation)
        ),
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
    /// Whether it could be asked what is disputed.
    disputes_known: bool,
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
    /// What it does to where the person is taken to be.
    weight: Option<&'static str>,
    /// Since when the person disputes it.
    disputed_since: Option<String>,
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

fn published<'a>(id: DecisionId, refusal: &'a KeptRefusal, beside: &Beside) -> Published<'a> {
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
            .map(|one| reason(one, explanation.at, beside))
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
        disputes_known: beside.disputes.is_some(),
    }
}

fn reason<'a>(reason: &'a ExplainedReason, at: Instant, beside: &Beside) -> PublishedReason<'a> {
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
        facts: reason.facts.iter().map(|one| fact(one, at, beside)).collect(),
    }
}

fn fact<'a>(fact: &'a ShownFact, at: Instant, beside: &Beside) -> PublishedFact<'a> {
    let source = fact.source.as_deref();
    PublishedFact {
        what: &fact.what,
        value: &fact.value,
        source: fact.source.as_deref(),
        observed_at: fact.observed_at.map(|at| at.to_string()),
        age: fact.observed_at.map(|seen| at.0.saturating_sub(seen.0)),
        delay: beside.delay(source),
        weight: fact.weight.map(|weight| weight.as_str()),
        disputed_since: beside.disputed_since(source).map(|since| since.to_string()),
    }
}
