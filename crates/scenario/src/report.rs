//! What came out of a run, for machines as JSON and for people field by field.

use crate::error::ScenarioError;
use decision::{Positive, State, Verdict};
use register::model::{Instant, Obligation};
use serde_json::{Map, Value, json};

/// The outcome of a whole file.
#[derive(Clone, Debug)]
pub struct Report {
    /// One result per scenario, in the order of the file.
    pub results: Vec<Graded>,
}

/// The outcome of one scenario.
#[derive(Clone, Debug)]
pub struct Graded {
    /// Id of the scenario.
    pub id: String,
    /// Its title, for people.
    pub title: String,
    /// The decision expected.
    pub decision: Verdict,
    /// The expectation as written.
    pub expected: Value,
    /// What came out.
    pub outcome: Outcome,
}

/// What came out of one scenario.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was decided.
    Decided(Box<Compared>),
    /// It could not be decided.
    NotRun(ScenarioError),
}

/// What was found, and how it differs from what was expected.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What was found.
    pub found: Found,
    /// What differs, one sentence each; empty where the scenario agrees.
    pub why: Vec<String>,
}

/// What was found for one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The decision.
    pub verdict: Verdict,
    /// Every clause that stands in the way.
    pub reasons: Vec<FoundReason>,
    /// What else a permit would need.
    pub missing: Vec<(Positive, State)>,
    /// The facts that the reasons stand on.
    pub facts: Vec<FoundFact>,
    /// First instant at which the same facts may be decided otherwise.
    pub valid_until: Option<Instant>,
    /// Models of the catalogue that the same facts permit.
    pub alternatives: Vec<String>,
    /// What must be done along with a permit.
    pub obligations: Vec<Obligation>,
    /// When the stream is cut.
    pub stream_cut_at: Option<Instant>,
    /// The second decision: as known when, and what it says.
    pub known_then: Option<(Instant, Verdict)>,
}

/// One clause that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundReason {
    /// Id of its instrument.
    pub instrument: String,
    /// Its reference.
    pub clause: String,
    /// Its state.
    pub state: State,
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFact {
    /// What it is about: `place`, `citizenship`, `entity` …
    pub what: String,
    /// Its value.
    pub value: String,
    /// Who says so.
    pub source: Option<String>,
    /// When it was observed.
    pub observed_at: Option<Instant>,
}

impl Report {
    /// How many scenarios agree.
    #[must_use]
    pub fn agreeing(&self) -> usize {
        self.results.iter().filter(|graded| graded.agrees()).count()
    }

    /// Whether all of them agree.
    #[must_use]
    pub fn all_agree(&self) -> bool {
        self.results.iter().all(Graded::agrees)
    }

    /// The whole report as one document.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "total": self.results.len(),
            "agree": self.agreeing(),
            "results": self.results.iter().map(Graded::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Graded {
    /// Whether what was found is what was expected.
    #[must_use]
    pub fn agrees(&self) -> bool {
        matches!(&self.outcome, Outcome::Decided(compared) if compared.why.is_empty())
    }

    /// What differs, or why it was not run; `None` where the scenario agrees.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        match &self.outcome {
            Outcome::Decided(compared) if compared.why.is_empty() => None,
            Outcome::Decided(compared) => Some(compared.why.join("; ")),
            Outcome::NotRun(error) => Some(error.to_string()),
        }
    }

    fn to_json(&self) -> Value {
        let got = match &self.outcome {
            Outcome::Decided(compared) => compared.found.to_json(),
            Outcome::NotRun(_) => Value::Null,
        };
        let mut result = json!({
            "id": self.id,
            "agree": self.agrees(),
            "expected": self.expected,
            "got": got,
        });
        if let (Some(why), Some(result)) = (self.why(), result.as_object_mut()) {
            result.insert("why".to_owned(), why.into());
        }
        result
    }
}

impl Found {
    fn to_json(&self) -> Value {
        let reason = |reason: &FoundReason| json!({"clause": reason.clause, "state": reason.state.as_str(), "instrument": reason.instrument});
        let missing =
            |(what, state): &(Positive, State)| json!({"what": what.as_str(), "state": state.as_str()});
        let mut got = Map::new();
        got.insert("decision".to_owned(), self.verdict.as_str().into());
        got.insert("reasons".to_owned(), self.reasons.iter().map(reason).collect());
        got.insert("missing".to_owned(), self.missing.iter().map(missing).collect());
        got.insert(
            "facts".to_owned(),
            self.facts.iter().map(FoundFact::to_json).collect(),
        );
        got.insert("valid_until".to_owned(), time(self.valid_until));
        got.insert("alternatives".to_owned(), self.alternatives.clone().into());
        got.insert(
            "obligations".to_owned(),
            self.obligations.iter().map(|o| o.as_str()).collect(),
        );
        got.insert("stream_cut_at".to_owned(), time(self.stream_cut_at));
        if let Some((known_at, verdict)) = self.known_then {
            let then = json!({"known_at": known_at.to_string(), "decision": verdict.as_str()});
            got.insert("known_then".to_owned(), then);
        }
        got.into()
    }
}

impl FoundFact {
    fn to_json(&self) -> Value {
        json!({
            "fact": self.what,
            "value": self.value,
            "source": self.source,
            "observed_at": time(self.observed_at),
        })
    }
}

fn time(at: Option<Instant>) -> Value {
    at.map_or(Value::Null, |at| at.to_string().into())
}
