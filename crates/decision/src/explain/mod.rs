//! Decisions in words: what, which clause, which fact about you, what instead, how to ask.
//!
//! An explanation shows plain words only; the contract's own words appear where they are disclosed to staff, the note
//! of a reading never. Facts shown are the asking person's own.

mod facts;
mod reasons;
mod text;

use crate::bound::Bound;
pub use crate::choose::CuredBy;
use crate::facts::Facts;
use crate::snapshot::Snapshot;
use crate::verdict::{Decision, ModelIndex, Positive, State, Verdict};
use crate::weight::Weight;
pub use reasons::reason_line;
use register::model::{Deployment, HostingPlace, Instant, Modality, Obligation};
use territory::{DisplayNames, Place};

/// A decision in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// What was decided.
    pub verdict: Verdict,
    /// Id of the model asked for, or the name as asked where the register has no such model.
    pub model: String,
    /// Its name for people.
    pub model_name: String,
    /// Deployment that permits, or that was nearest to it.
    pub deployment: Option<String>,
    /// One sentence that stands alone.
    pub headline: String,
    /// Every reason.
    pub reasons: Vec<ExplainedReason>,
    /// Exceptions that made the difference.
    pub lifts: Vec<ExplainedLift>,
    /// Models that the same person may use here and now, nearest first.
    pub alternatives: Vec<Alternative>,
    /// The nearest change that would permit.
    pub cure: Option<Cure>,
    /// Where to ask.
    pub ask: Option<String>,
    /// What must be done along with a permit.
    pub obligations: Vec<String>,
    /// Until when this holds for the same facts.
    pub valid_until: Option<Instant>,
    /// Digest of the snapshot that decided.
    pub snapshot: String,
    /// When it was decided.
    pub at: Instant,
}

/// One reason in words.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainedReason {
    /// Instrument; empty where a positive is missing.
    pub instrument: String,
    /// Its name for people.
    pub instrument_name: String,
    /// Reference of the clause in it.
    pub reference: String,
    /// Title of the clause.
    pub title: String,
    /// What it says, in plain words.
    pub plain: String,
    /// The contract's own words, where they are disclosed to staff.
    pub words: Option<String>,
    /// Licensor of the instrument.
    pub licensor: Option<String>,
    /// State of the clause.
    pub state: State,
    /// The facts that it met.
    pub facts: Vec<ShownFact>,
    /// What is missing, where this is no clause.
    pub missing: Option<Positive>,
}

/// A fact, with where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownFact {
    /// What it is about, such as `place`.
    pub what: String,
    /// Its value, such as `Hong Kong (HK)`.
    pub value: String,
    /// Who says so.
    pub source: Option<String>,
    /// When it was observed.
    pub observed_at: Option<Instant>,
    /// What it does to where the person is taken to be; `None`: it is about something else.
    pub weight: Option<Weight>,
}

/// An exception that was used.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainedLift {
    /// Instrument and reference of the clause that lifts.
    pub by: String,
    /// What it says, in plain words.
    pub plain: String,
    /// Instrument and reference of the clause that it took away.
    pub lifted: String,
}

/// A model that may be used instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// Model.
    pub model: String,
    /// Its name for people.
    pub name: String,
    /// Deployment that permits.
    pub deployment: String,
    /// Where inference runs, in words.
    pub inference: String,
}

/// The nearest change that would permit.
#[derive(Clone, Debug, PartialEq)]
pub struct Cure {
    /// Who could make it.
    pub by: CuredBy,
    /// What it is.
    pub text: String,
}

/// Explains a decision about a model.
pub fn explain(
    snapshot: &Snapshot,
    facts: &Facts,
    model: &str,
    decision: &Decision,
    at: Instant,
    known_at: Instant,
) -> Explanation {
    let index = snapshot.model_index(model);
    let entry = index.and_then(|index| snapshot.model(index));
    let reasons: Vec<_> = decision
        .reasons
        .iter()
        .map(|reason| reasons::explain(snapshot, facts, decision, reason, at))
        .collect();
    let refused = !decision.verdict.permits();
    let model_name = entry.map_or_else(|| model.to_owned(), |entry| entry.name.clone());
    let alternatives = if refused {
        alternatives(snapshot, &snapshot.bind(facts, at, known_at), index)
    } else {
        Vec::new()
    };
    Explanation {
        verdict: decision.verdict,
        model: entry.map_or_else(|| model.to_owned(), |entry| entry.id.clone()),
        headline: text::headline(&model_name, decision.verdict, &reasons),
        model_name,
        deployment: decision
            .deployment
            .and_then(|index| snapshot.deployment(index))
            .map(|entry| entry.id.clone()),
        lifts: decision
            .lifts
            .iter()
            .filter_map(|lift| reasons::lift(snapshot, lift))
            .collect(),
        alternatives,
        cure: refused.then(|| text::cure(snapshot.cured_by(decision), &reasons)),
        ask: snapshot.register().firm.ask.clone(),
        obligations: decision
            .obligations
            .iter()
            .map(Obligation::as_str)
            .map(str::to_owned)
            .collect(),
        valid_until: decision.valid_until,
        snapshot: snapshot.digest().to_owned(),
        at,
        reasons,
    }
}

/// Explains that the register has no such model. Names that it has are offered, never guessed.
pub fn unknown_model(snapshot: &Snapshot, facts: &Facts, model: &str, at: Instant) -> Explanation {
    let bound = snapshot.bind(facts, at, crate::LATEST);
    Explanation {
        verdict: Verdict::Deny,
        model: model.to_owned(),
        model_name: model.to_owned(),
        deployment: None,
        headline: format!("`{model}` is not on the approved list."),
        reasons: Vec::new(),
        lifts: Vec::new(),
        alternatives: alternatives(snapshot, &bound, None),
        cure: Some(Cure {
            by: CuredBy::Approver,
            text: "The firm can approve this model and add it to the list.".to_owned(),
        }),
        ask: snapshot.register().firm.ask.clone(),
        obligations: Vec::new(),
        valid_until: None,
        snapshot: snapshot.digest().to_owned(),
        at,
    }
}

/// Models that are permitted for the same facts: those that the register names as alternatives of a model first, then
/// the rest in the order of the register. What turns text into vectors is no alternative to what answers, nor the reverse.
pub fn alternatives(snapshot: &Snapshot, bound: &Bound, model: Option<ModelIndex>) -> Vec<Alternative> {
    let named: Vec<ModelIndex> = model
        .and_then(|model| snapshot.model(model))
        .map(|model| {
            model
                .alternatives
                .iter()
                .filter_map(|id| snapshot.model_index(id))
                .collect()
        })
        .unwrap_or_default();
    let rest = snapshot
        .models()
        .map(|(index, _)| index)
        .filter(|index| !named.contains(index));
    let vectors = |index: ModelIndex| {
        snapshot
            .model(index)
            .is_some_and(|model| model.modality == Modality::Embedding)
    };
    let wanted = model.is_some_and(vectors);
    let is_other = |index: &ModelIndex| Some(*index) != model && vectors(*index) == wanted;
    let all = named.iter().copied().chain(rest).filter(is_other);
    all.filter_map(|index| alternative(snapshot, bound, index))
        .collect()
}

fn alternative(snapshot: &Snapshot, bound: &Bound, index: ModelIndex) -> Option<Alternative> {
    let decision = snapshot.decide_model(bound, index);
    if !decision.verdict.permits() {
        return None;
    }
    let model = snapshot.model(index)?;
    let deployment = snapshot.deployment(decision.deployment?)?;
    Some(Alternative {
        model: model.id.clone(),
        name: model.name.clone(),
        deployment: deployment.id.clone(),
        inference: hosting_text(snapshot, deployment),
    })
}

/// Where inference of a deployment may run, in words.
pub fn hosting_text(snapshot: &Snapshot, deployment: &Deployment) -> String {
    let names = display_names(snapshot);
    let words: Vec<_> = deployment
        .hosting
        .inference
        .iter()
        .map(|place| match place {
            HostingPlace::Place(place) => names.name(*place).to_owned(),
            HostingPlace::Anywhere => "anywhere".to_owned(),
            HostingPlace::AnywhereBut(place) => format!("anywhere but {}", names.name(*place)),
            HostingPlace::Unrecognised(text) => format!("`{text}`"),
        })
        .collect();
    words.join(", ")
}

pub(crate) fn display_names(snapshot: &Snapshot) -> DisplayNames {
    snapshot
        .register()
        .display
        .iter()
        .map(|(place, name)| (*place, name.clone()))
        .collect()
}

/// A place in words, with its code.
pub(crate) fn place_text(names: &DisplayNames, place: Place) -> String {
    format!("{} ({place})", names.name(place))
}
