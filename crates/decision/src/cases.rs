//! The register's own tests and invariants, run whenever a snapshot is compiled. One failure refuses the snapshot.

mod expect;
mod given;
mod never;

pub use given::facts_of;

use crate::facts::Facts;
use crate::snapshot::Snapshot;
use register::model::{Case, Instant, Register};
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

/// The facts that a test puts to the decision; `at` counts where it names no instant. `None`: the register has no such
/// person.
pub fn facts_of_case(register: &Register, case: &Case, at: Instant) -> Option<Facts> {
    let person = register.people.iter().find(|person| person.id == case.person)?;
    Some(given::facts_of_case(
        register,
        person,
        case,
        case.at.unwrap_or(at),
    ))
}

fn run_case(snapshot: &Snapshot, case: &Case, at: Instant) -> Result<(), String> {
    let facts = facts_of_case(snapshot.register(), case, at)
        .ok_or_else(|| format!("there is no person `{}`", case.person))?;
    let model = snapshot
        .model_index(&case.model)
        .ok_or_else(|| format!("there is no model `{}`", case.model))?;
    let at = case.at.unwrap_or(at);
    let bound = snapshot.bind(&facts, at, case.known_at.unwrap_or(crate::LATEST));
    expect::check(snapshot, &bound, model, &case.expect)
        .map_err(|what| format!("`{}` asks for `{}`: {what}", case.person, case.model))
}

#[cfg(test)]
mod tests;
