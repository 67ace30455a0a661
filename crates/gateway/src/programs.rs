//! `GET /tools`: the client programs of the register, and which of them the caller may use here and now.
//!
//! A program has a licensor of its own. One that is used under an agreement may be used by whom that agreement, and law,
//! permit something: where all that they lack is the firm's approval of a model or a grant, the program is theirs. One
//! under no agreement is everybody's, and one that the register does not have is nobody's.

use crate::body::{self, Answer};
use crate::evidence;
use crate::models::Asking;
use crate::shared::Shared;
use decision::explain::{Alternative, explain};
use decision::{Basis, Bound, Decision, Explanation, Facts, LATEST, Positive, Reason, Snapshot};
use hyper::Request;
use hyper::body::Incoming;
use register::model::{ClientProgram, Instant, Layer};
use serde::Serialize;
use wire::{Dialect, Fault};

/// Revision of the document published here.
const REVISION: u32 = 1;

#[derive(Serialize)]
struct Published<'a> {
    revision: u32,
    at: String,
    snapshot: &'a str,
    tools: Vec<PublishedTool<'a>>,
}

#[derive(Serialize)]
struct PublishedTool<'a> {
    id: &'a str,
    name: &'a str,
    licensor: &'a str,
    permitted: bool,
    /// Why not, in one sentence.
    headline: Option<String>,
    /// The same with clause, fact, what may be used instead, and how to ask.
    text: Option<String>,
}

/// What is decided about, and for whom.
struct Asked<'a> {
    snapshot: &'a Snapshot,
    facts: &'a Facts,
    bound: Bound,
    at: Instant,
}

/// Shows them all.
pub(crate) fn show(shared: &Shared, asking: &Asking<'_>, request: &Request<Incoming>) -> Answer {
    match listed(shared, asking, request) {
        Ok(text) => body::json(text),
        Err(fault) => body::rendered(fault.answer(Dialect::OpenAiChat)),
    }
}

fn listed(shared: &Shared, asking: &Asking<'_>, request: &Request<Incoming>) -> Result<String, Fault> {
    let at = (shared.clock)();
    let in_force = shared.switch.load();
    let headers = request.headers();
    let collected = evidence::collect(in_force.collector(), asking.caller, asking.peer, headers, at)?;
    let (snapshot, facts) = (in_force.snapshot(), collected.facts.facts());
    let asked = Asked {
        snapshot,
        facts,
        bound: snapshot.bind(facts, at, LATEST),
        at,
    };
    let programs = &snapshot.register().clients;
    let decided: Vec<_> = programs.iter().map(|one| (one, asked.refusal(one))).collect();
    let permitted = decided.iter().filter(|(_, refusal)| refusal.is_none());
    let alternatives: Vec<Alternative> = permitted.map(|(one, _)| instead(one)).collect();
    let tools = decided.into_iter().map(|(program, refusal)| {
        let told = refusal.map(|refusal| Explanation {
            alternatives: alternatives.clone(),
            ..refusal
        });
        PublishedTool {
            id: &program.id,
            name: &program.name,
            licensor: &program.licensor,
            permitted: told.is_none(),
            text: told.as_ref().map(Explanation::text),
            headline: told.map(|told| told.headline),
        }
    });
    let published = Published {
        revision: REVISION,
        at: at.to_string(),
        snapshot: snapshot.digest(),
        tools: tools.collect(),
    };
    Ok(serde_json::to_string(&published).unwrap_or_default())
}

fn instead(program: &ClientProgram) -> Alternative {
    Alternative {
        model: program.id.clone(),
        name: program.name.clone(),
        deployment: String::new(),
        inference: String::new(),
    }
}

impl Asked<'_> {
    /// Why a program may not be used; `None`: it may. Each of its agreements must permit.
    fn refusal(&self, program: &ClientProgram) -> Option<Explanation> {
        let agreements = program.agreements.iter();
        agreements
            .filter_map(|agreement| self.refused_by(agreement, program))
            .next()
    }

    fn refused_by(&self, agreement: &str, program: &ClientProgram) -> Option<Explanation> {
        let mut nearest: Option<(Decision, String)> = None;
        for (index, deployment) in self.snapshot.deployments() {
            if !deployment.agreements.iter().any(|other| other == agreement) {
                continue;
            }
            let mut decision = Decision::default();
            self.snapshot.decide(&self.bound, index, &mut decision);
            decision
                .reasons
                .retain(|reason| self.is_of_contract_or_law(reason));
            if decision.reasons.is_empty() {
                return None;
            }
            let fewer = |(other, _): &(Decision, String)| decision.reasons.len() < other.reasons.len();
            if nearest.as_ref().is_none_or(fewer) {
                nearest = Some((decision, deployment.model.clone()));
            }
        }
        let (decision, model) = nearest.unwrap_or_else(|| (nothing_known(), String::new()));
        let told = explain(self.snapshot, self.facts, &model, &decision, self.at, LATEST);
        // the sentence about the model, said of the program
        let said = told
            .headline
            .strip_prefix(told.model_name.as_str())
            .unwrap_or_default();
        Some(Explanation {
            headline: format!("{}{said}", program.name),
            model: program.id.clone(),
            model_name: program.name.clone(),
            deployment: None,
            ..told
        })
    }

    fn is_of_contract_or_law(&self, reason: &Reason) -> bool {
        match reason.basis {
            Basis::Missing(positive) => matches!(positive, Positive::Agreement | Positive::Place),
            Basis::Clause(index) => self
                .snapshot
                .clause(index)
                .is_none_or(|(_, clause)| clause.layer != Layer::House),
        }
    }
}

/// Nothing is used under the agreement, so that it permits nothing.
fn nothing_known() -> Decision {
    Decision {
        reasons: vec![Reason {
            basis: Basis::Missing(Positive::Agreement),
            state: decision::State::Met,
        }],
        ..Decision::default()
    }
}
