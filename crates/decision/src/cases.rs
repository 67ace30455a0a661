//! The register's own tests and invariants, run whenever a snapshot is compiled. One failure refuses the snapshot.

mod expect;
mod given;
mod never;

pub use given::facts_of;

use crate::snapshot::Snapshot;
use register::model::{Case, Instant};
use register::source::Position;

/// What came of a register's tests and invariants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseReport {
    /// Inline tests that ran.
    pub tests: usize,
    /// Invariants that were checked.
    pub invariants: usize,
    /// Decisions made to check the invariants.
    pub checked: usize,
    /// What does not hold.
    pub failures: Vec<CaseFailure>,
}

/// A test or invariant that does not hold.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct CaseFailure {
    /// What was expected and what came out.
    pub message: String,
    /// Where it is written.
    pub position: Position,
}

/// How far invariants are gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Single places: what a snapshot is refused by. Since more places never permit more, pairs add nothing to it.
    Places,
    /// Single places and pairs of them, which does not take that for granted.
    Pairs,
}

/// Runs every inline test and checks every invariant; `at` is the instant of tests that name none.
pub fn run(snapshot: &Snapshot, at: Instant, depth: Depth) -> CaseReport {
    let register = snapshot.register();
    let mut report = CaseReport {
        tests: register.tests.len(),
        invariants: register.nevers.len(),
        ..CaseReport::default()
    };
    for case in &register.tests {
        if let Err(message) = run_case(snapshot, case, at) {
            report.failures.push(CaseFailure {
                message,
                position: case.position.clone(),
            });
        }
    }
    never::run(snapshot, at, depth, &mut report);
    report
}

fn run_case(snapshot: &Snapshot, case: &Case, at: Instant) -> Result<(), String> {
    let register = snapshot.register();
    let person = register.people.iter().find(|person| person.id == case.person);
    let person = person.ok_or_else(|| format!("there is no person `{}`", case.person))?;
    let model = snapshot
        .model_index(&case.model)
        .ok_or_else(|| format!("there is no model `{}`", case.model))?;
    let at = case.at.unwrap_or(at);
    let facts = given::facts_of_case(register, person, case, at);
    let bound = snapshot.bind(&facts, at, case.known_at.unwrap_or(crate::LATEST));
    expect::check(snapshot, &bound, model, &case.expect)
        .map_err(|what| format!("`{}` asks for `{}`: {what}", case.person, case.model))
}

#[cfg(test)]
mod tests;
