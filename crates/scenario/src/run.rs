//! Deciding every scenario of a file and collecting what comes out. Nothing is compared here, so that what is found
//! cannot lean towards what is expected.

use crate::error::{ScenarioError, Where};
use crate::file::{Scenario, ScenarioFile};
use crate::grade;
use crate::overlay::{Case, DEPLOYMENT, catalogue_id, overlay};
use crate::report::{Found, FoundFact, FoundReason, Graded, Outcome, Report};
use decision::{Basis, Claim, Decision, DeploymentIndex, Positive, Snapshot, State};
use register::model::{Instant, PlaceFact, Register};

/// Runs every scenario of a file against a register whose sources have this digest.
#[must_use]
pub fn run(register: &Register, digest: &str, file: &ScenarioFile) -> Report {
    let graded = |scenario: &Scenario| {
        let outcome = match Bench::set_up(register, digest, file, scenario).map(|bench| bench.found()) {
            Ok(found) => Outcome::Decided(Box::new(grade::grade(&scenario.expect, found))),
            Err(error) => Outcome::NotRun(error),
        };
        Graded {
            id: scenario.id.clone(),
            title: scenario.title.clone(),
            decision: scenario.expect.decision,
            expected: scenario.expect.written.clone(),
            outcome,
        }
    };
    Report {
        results: file.scenarios.iter().map(graded).collect(),
    }
}

/// One scenario on a snapshot of its own.
struct Bench<'a> {
    file: &'a ScenarioFile,
    scenario: &'a Scenario,
    case: Case,
    snapshot: Snapshot,
    asked: DeploymentIndex,
}

impl<'a> Bench<'a> {
    fn set_up(
        register: &Register,
        digest: &str,
        file: &'a ScenarioFile,
        scenario: &'a Scenario,
    ) -> Result<Self, ScenarioError> {
        let case = overlay(register, file, scenario)?;
        let not_compiled = |problem: String| {
            let at = Where {
                scenario: Some(scenario.id.clone()),
                path: String::new(),
            };
            ScenarioError::NotCompiled { at, problem }
        };
        let snapshot = Snapshot::compile_untested(case.register.clone(), digest)
            .map_err(|error| not_compiled(error.to_string()))?;
        let asked = snapshot.deployment_index(DEPLOYMENT);
        let asked = asked.ok_or_else(|| not_compiled("its deployment is not in the snapshot".to_owned()))?;
        Ok(Self {
            file,
            scenario,
            case,
            snapshot,
            asked,
        })
    }

    fn found(&self) -> Found {
        let decision = self.decide(self.asked, self.case.at, self.case.known_at);
        Found {
            verdict: decision.verdict,
            reasons: self.reasons(&decision),
            missing: missing(&decision),
            facts: self.facts(&decision),
            valid_until: decision.valid_until,
            alternatives: self.alternatives(),
            obligations: decision.obligations.iter().collect(),
            stream_cut_at: self.stream_cut_at(&decision),
            known_then: self.scenario.expect.known_then.map(|then| {
                (
                    then.known_at,
                    self.decide(self.asked, self.case.at, then.known_at).verdict,
                )
            }),
        }
    }

    fn decide(&self, deployment: DeploymentIndex, at: Instant, known_at: Instant) -> Decision {
        let mut decision = Decision::default();
        decision::decide(
            &self.snapshot,
            &self.case.facts,
            at,
            known_at,
            deployment,
            &mut decision,
        );
        decision
    }

    fn reasons(&self, decision: &Decision) -> Vec<FoundReason> {
        let clause = |(basis, state)| match basis {
            Basis::Clause(index) => self
                .snapshot
                .clause(index)
                .map(|(instrument, clause)| FoundReason {
                    instrument: instrument.id.clone(),
                    clause: clause.reference.clone(),
                    state,
                }),
            Basis::Missing(_) => None,
        };
        decision
            .reasons
            .iter()
            .map(|reason| (reason.basis, reason.state))
            .filter_map(clause)
            .collect()
    }

    /// What the reasons stand on, as a refusal would show it; for a permit, the place claims.
    fn facts(&self, decision: &Decision) -> Vec<FoundFact> {
        let (case, mut found) = (&self.case, Vec::new());
        if decision.verdict.permits() {
            found.extend(
                case.facts
                    .claims
                    .iter()
                    .filter_map(|claim| place_fact(&case.register, claim)),
            );
            return found;
        }
        let model = &self.scenario.model;
        let told = decision::explain::explain(
            &self.snapshot,
            &case.facts,
            model,
            decision,
            case.at,
            case.known_at,
        );
        for shown in told.reasons.into_iter().flat_map(|reason| reason.facts) {
            let fact = FoundFact {
                what: shown.what,
                value: shown.value,
                source: shown.source,
                observed_at: shown.observed_at,
            };
            if !found.contains(&fact) {
                found.push(fact);
            }
        }
        found
    }

    /// Models of the catalogue that the same facts permit.
    fn alternatives(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for (index, entry) in self.file.catalogue.iter().enumerate() {
            let deployment = self.snapshot.deployment_index(&catalogue_id(index, entry));
            let permits = |deployment| {
                self.decide(deployment, self.case.at, self.case.known_at)
                    .verdict
                    .permits()
            };
            if !found.contains(&entry.model) && deployment.is_some_and(permits) {
                found.push(entry.model.clone());
            }
        }
        found
    }

    /// When a running stream is cut: at the first boundary before its end at which the decision permits no more. An
    /// answer that was never permitted has no stream to cut.
    fn stream_cut_at(&self, first: &Decision) -> Option<Instant> {
        let end = self.scenario.request.stream_until?;
        let mut at = self.case.at;
        let mut boundary = first.valid_until.filter(|_| first.verdict.permits());
        while let Some(next) = boundary.filter(|next| at < *next && *next < end) {
            let decision = self.decide(self.asked, next, self.case.known_at);
            if !decision.verdict.permits() {
                return Some(next);
            }
            (at, boundary) = (next, decision.valid_until);
        }
        None
    }
}

fn missing(decision: &Decision) -> Vec<(Positive, State)> {
    let positive = |reason: &decision::Reason| match reason.basis {
        Basis::Missing(positive) => Some((positive, reason.state)),
        Basis::Clause(_) => None,
    };
    decision.reasons.iter().filter_map(positive).collect()
}

fn place_fact(register: &Register, claim: &Claim) -> Option<FoundFact> {
    let value = match claim.place.as_ref()? {
        PlaceFact::Known(place) => {
            let name = register.display.get(place).map_or(place.name(), String::as_str);
            format!("{name} ({place})")
        }
        PlaceFact::Unrecognised(text) => text.clone(),
        PlaceFact::Unknown => return None,
    };
    let (what, source) = ("place".to_owned(), Some(claim.source.as_str().to_owned()));
    Some(FoundFact {
        what,
        value,
        source,
        observed_at: Some(claim.observed_at),
    })
}

#[cfg(test)]
mod tests;
