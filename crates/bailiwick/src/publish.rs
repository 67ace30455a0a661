//! What the program prints for machines: types of their own, so that a change inside never changes what others read.
//!
//! Fields are added, never renamed or removed. Instants are RFC 3339 texts, places are codes inside readable texts,
//! what is not known is null.

use decision::explain::{Alternative, Cure, ExplainedReason, Explanation, ShownFact};
use register::model::Instant;
use serde::Serialize;

/// One decision, explained: `bailiwick why --json`.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    decision: &'static str,
    person: String,
    model: String,
    model_name: String,
    deployment: Option<String>,
    at: String,
    known_at: Option<String>,
    valid_until: Option<String>,
    snapshot: String,
    headline: String,
    reasons: Vec<Reason>,
    exceptions: Vec<Exception>,
    obligations: Vec<String>,
    alternatives: Vec<Other>,
    cure: Option<PublishedCure>,
    ask: Option<String>,
}

/// One reason of a refusal: a clause, or something that a permit needs and that is missing.
#[derive(Debug, Serialize)]
struct Reason {
    clause: Option<String>,
    instrument: Option<String>,
    instrument_name: String,
    licensor: Option<String>,
    missing: Option<&'static str>,
    state: &'static str,
    title: String,
    plain: String,
    words: Option<String>,
    facts: Vec<Fact>,
}

#[derive(Debug, Serialize)]
struct Fact {
    fact: String,
    value: String,
    source: Option<String>,
    observed_at: Option<String>,
    /// Seconds between its observation and the decision.
    age: Option<i64>,
    /// Seconds that may pass between a change at the source and a decision that knows of it.
    delay: Option<i64>,
    /// What it does to where the person is taken to be.
    weight: Option<&'static str>,
    disputed_since: Option<String>,
}

/// What an installation knows of a source beside a decision: its delay in seconds, and since when it is disputed.
pub(crate) type OfSource<'a> = &'a dyn Fn(&str) -> (Option<i64>, Option<Instant>);

#[derive(Debug, Serialize)]
struct Exception {
    by: String,
    lifted: String,
    plain: String,
}

#[derive(Debug, Serialize)]
struct Other {
    model: String,
    name: String,
    deployment: String,
    inference: String,
}

#[derive(Debug, Serialize)]
struct PublishedCure {
    by: &'static str,
    text: String,
}

impl Answer {
    /// A decision about a person, as known at an instant or with all that is known.
    pub(crate) fn new(person: &str, known_at: Instant, told: Explanation, beside: OfSource<'_>) -> Self {
        let exception = |lift: decision::explain::ExplainedLift| Exception {
            by: lift.by,
            lifted: lift.lifted,
            plain: lift.plain,
        };
        Self {
            decision: told.verdict.as_str(),
            person: person.to_owned(),
            model: told.model,
            model_name: told.model_name,
            deployment: told.deployment,
            at: told.at.to_string(),
            known_at: (known_at != decision::LATEST).then(|| known_at.to_string()),
            valid_until: told.valid_until.map(|until| until.to_string()),
            snapshot: told.snapshot,
            headline: told.headline,
            reasons: told
                .reasons
                .into_iter()
                .map(|one| reason(one, told.at, beside))
                .collect(),
            exceptions: told.lifts.into_iter().map(exception).collect(),
            obligations: told.obligations,
            alternatives: told.alternatives.into_iter().map(other).collect(),
            cure: told.cure.map(|Cure { by, text }| PublishedCure {
                by: by.as_str(),
                text,
            }),
            ask: told.ask,
        }
    }
}

fn reason(told: ExplainedReason, at: Instant, beside: OfSource<'_>) -> Reason {
    let is_clause = told.missing.is_none();
    Reason {
        clause: is_clause.then_some(told.reference),
        instrument: is_clause.then_some(told.instrument),
        instrument_name: told.instrument_name,
        licensor: told.licensor,
        missing: told.missing.map(decision::Positive::as_str),
        state: told.state.as_str(),
        title: told.title,
        plain: told.plain,
        words: told.words,
        facts: told.facts.into_iter().map(|one| fact(one, at, beside)).collect(),
    }
}

fn fact(told: ShownFact, at: Instant, beside: OfSource<'_>) -> Fact {
    let (delay, disputed) = told.source.as_deref().map(beside).unwrap_or_default();
    let age = told.observed_at.map(|seen| at.0.saturating_sub(seen.0));
    let observed_at = told.observed_at.map(|at| at.to_string());
    Fact {
        fact: told.what,
        value: told.value,
        source: told.source,
        observed_at,
        age,
        delay,
        weight: told.weight.map(decision::weight::Weight::as_str),
        disputed_since: disputed.map(|since| since.to_string()),
    }
}

fn other(told: Alternative) -> Other {
    Other {
        model: told.model,
        name: told.name,
        deployment: told.deployment,
        inference: told.inference,
    }
}

/// The approved list as one person sees it: `bailiwick models --json`.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    /// Person.
    pub(crate) person: String,
    /// Instant of the decisions.
    pub(crate) at: String,
    /// Digest of the snapshot that decided.
    pub(crate) snapshot: String,
    /// Models, in the order of the register.
    pub(crate) models: Vec<ListedModel>,
    /// How many models are refused, listed or not.
    pub(crate) withheld: usize,
}

/// One model of the list.
#[derive(Debug, Serialize)]
pub(crate) struct ListedModel {
    /// Id.
    pub(crate) model: String,
    /// Name for people.
    pub(crate) name: String,
    /// The decision.
    pub(crate) decision: &'static str,
    /// Deployment that permits, or that was nearest to it.
    pub(crate) deployment: Option<String>,
    /// Where inference runs, in words.
    pub(crate) inference: Option<String>,
    /// One sentence that stands alone.
    pub(crate) headline: String,
    /// Until when this holds for the same facts.
    pub(crate) valid_until: Option<String>,
}

/// The state of a register: `bailiwick check --json`.
#[derive(Debug, Serialize)]
pub(crate) struct Checked {
    /// Whether it would become a snapshot.
    pub(crate) ok: bool,
    /// Digest of its content.
    pub(crate) snapshot: String,
    /// How many there are of each, where it could be read.
    pub(crate) counts: Option<Counts>,
    /// Errors and warnings, each with its position.
    pub(crate) diagnostics: serde_json::Value,
    /// Tests and invariants; null where they could not run.
    pub(crate) tests: Option<Tested>,
}

/// How many entries a register has.
#[derive(Debug, Serialize)]
pub(crate) struct Counts {
    /// Instruments.
    pub(crate) instruments: usize,
    /// Clauses of all instruments.
    pub(crate) clauses: usize,
    /// Models.
    pub(crate) models: usize,
    /// Deployments.
    pub(crate) deployments: usize,
    /// Entities.
    pub(crate) entities: usize,
    /// People.
    pub(crate) people: usize,
}

/// Outcome of a register's own tests and invariants: `bailiwick test --json`.
#[derive(Debug, Serialize)]
pub(crate) struct Tested {
    /// How many there are.
    pub(crate) total: usize,
    /// How many hold.
    pub(crate) hold: usize,
    /// How many decisions the invariants took.
    pub(crate) decisions: usize,
    /// Each of them.
    pub(crate) results: Vec<TestResult>,
}

/// Outcome of one test or invariant.
#[derive(Debug, Serialize)]
pub(crate) struct TestResult {
    /// `test` or `never`.
    pub(crate) kind: &'static str,
    /// What it says, in short.
    pub(crate) about: String,
    /// File and line.
    pub(crate) position: String,
    /// Whether it holds.
    pub(crate) holds: bool,
    /// What came out instead.
    pub(crate) message: Option<String>,
}
