//! Who employs and who engages the person.

use super::field;
use crate::error::ScenarioError;
use crate::file::{Scenario, ScenarioFile};
use register::model::{Entity, Register, Worker};

/// Puts the entities of the scenario into the register; the ids of the employing and of the engaging one.
///
/// A contractor has two entities: his own employer, and the one that engages him. For everybody else they are one.
pub(super) fn overlay(
    register: &mut Register,
    file: &ScenarioFile,
    scenario: &Scenario,
) -> Result<(String, String), ScenarioError> {
    let entity = scenario.entity.as_ref().unwrap_or(&file.default_entity);
    put(register, entity);
    if scenario.subject.worker != Worker::Contractor {
        return Ok((entity.id.clone(), entity.id.clone()));
    }
    let engaging = scenario.engaging_entity.as_ref().unwrap_or(&file.default_entity);
    if engaging.id == entity.id && engaging != entity {
        return Err(ScenarioError::TwoEntities {
            at: field(scenario, "engaging_entity"),
            entity: entity.id.clone(),
        });
    }
    put(register, engaging);
    Ok((entity.id.clone(), engaging.id.clone()))
}

fn put(register: &mut Register, entity: &Entity) {
    match register.entities.iter_mut().find(|known| known.id == entity.id) {
        Some(known) => *known = entity.clone(),
        None => register.entities.push(entity.clone()),
    }
}
