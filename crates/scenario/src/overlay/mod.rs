//! Laying the facts of one scenario over a register.
//!
//! The register keeps its instruments, groups, lists and limits: agreements, law and house rules are what is tested.
//! Entities of the scenario stand in the place of those with the same id; its deployment and the catalogue stand in the
//! place of all deployments, so that nothing else can answer.

mod catalogue;
mod entities;
mod facts;

use crate::error::{ScenarioError, Where};
use crate::file::{ListEdit, Scenario, ScenarioFile};
use decision::Facts;
use register::model::{Instant, Register};

pub(crate) use catalogue::catalogue_id;

/// Id of the deployment that a scenario asks for.
pub const DEPLOYMENT: &str = "scenario";

/// One scenario, ready to be decided: compile the register, and decide about [`DEPLOYMENT`].
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The register with everything of the scenario laid over it.
    pub register: Register,
    /// The facts.
    pub facts: Facts,
    /// Instant of the decision.
    pub at: Instant,
    /// As known when: everything.
    pub known_at: Instant,
}

/// Lays a scenario over a register.
///
/// # Errors
/// When the scenario names an instrument, a list or a set of places that the register does not have, or describes an
/// entity twice.
pub fn overlay(register: &Register, file: &ScenarioFile, scenario: &Scenario) -> Result<Case, ScenarioError> {
    let mut register = register.clone();
    let (entity, engaging) = entities::overlay(&mut register, file, scenario)?;
    catalogue::overlay(&mut register, file, scenario)?;
    if let Some(edit) = &scenario.list_change {
        change_list(&mut register, scenario, edit)?;
    }
    let facts = facts::of(&register, scenario, entity, engaging)?;
    Ok(Case {
        register,
        facts,
        at: scenario.at,
        known_at: decision::LATEST,
    })
}

fn change_list(register: &mut Register, scenario: &Scenario, edit: &ListEdit) -> Result<(), ScenarioError> {
    let Some(list) = register.lists.iter_mut().find(|list| list.id == edit.list) else {
        return Err(not_in_register(scenario, "list_change.list", "list", &edit.list));
    };
    list.changes.push(edit.change.clone());
    Ok(())
}

/// A field of a scenario.
fn field(scenario: &Scenario, path: impl Into<String>) -> Where {
    Where {
        scenario: Some(scenario.id.clone()),
        path: path.into(),
    }
}

fn not_in_register(
    scenario: &Scenario,
    path: impl Into<String>,
    what: &'static str,
    id: &str,
) -> ScenarioError {
    ScenarioError::NotInRegister {
        at: field(scenario, path),
        what,
        id: id.to_owned(),
    }
}

#[cfg(test)]
mod tests;
