//! Reading a scenario file strictly, by hand, so that every fault of it is reported at once.
//!
//! Derived readers stop at the first fault and do not know which scenario they are in. Here a [`cursor`] walks the
//! JSON, remembers where it is, and collects; each module below takes one kind of object apart, with every default as
//! the format states it.

mod cursor;
mod entity;
mod expect;
mod hosting;
mod places;
mod request;
mod scenario;
mod shape;

#[cfg(test)]
mod tests;

use crate::error::ScenarioError;
use crate::file::{Catalogued, ScenarioFile};
use crate::json;
use cursor::{Problems, Reported, Value};

/// The format that this version reads.
const FORMAT: &str = "territory.scenarios/2";

/// Reads a scenario file.
///
/// # Errors
/// Every fault of the file: a text that is no JSON, an unknown field or value, a missing or repeated field. Each names
/// the scenario that it stands in, and the field.
pub fn read(text: &str) -> Result<ScenarioFile, Vec<ScenarioError>> {
    let root = json::parse(text).map_err(|problem| vec![ScenarioError::NotJson { problem }])?;
    let problems = Problems::default();
    let file = file(&Value::root(&root, &problems));
    let found = problems.into_found();
    match file {
        Ok(file) if found.is_empty() => Ok(file),
        _ => Err(found),
    }
}

fn file(root: &Value<'_>) -> Result<ScenarioFile, Reported> {
    let mut fields = root.object()?;
    let format = fields.need("schema").and_then(|value| value.constant(FORMAT));
    for (key, shape) in shape::INFORMATIVE {
        if let Some(value) = fields.get(key) {
            shape::check(&value, shape);
        }
    }
    for (key, shape) in shape::BESIDE_THE_REGISTER {
        if let Ok(value) = fields.need(key) {
            shape::check(&value, shape);
        }
    }
    let default_entity = fields
        .need("bank_default_entity")
        .and_then(|value| entity::read(&value));
    let catalogue = fields.need("catalogue").and_then(|value| value.each(catalogued));
    let scenarios = fields
        .need("scenarios")
        .and_then(|value| value.each(scenario::read));
    fields.finish();
    format?;
    let file = ScenarioFile {
        default_entity: default_entity?,
        catalogue: catalogue?,
        scenarios: scenarios?,
    };
    if let Ok(value) = fields_of(root, "scenarios") {
        value.unique(&file.scenarios, |scenario| scenario.id.as_str());
    }
    Ok(file)
}

fn fields_of<'j>(root: &Value<'j>, key: &'static str) -> Result<Value<'j>, Reported> {
    root.object()?.need(key)
}

fn catalogued(value: &Value<'_>) -> Result<Catalogued, Reported> {
    let mut fields = value.object()?;
    let model = fields.need("model").and_then(|value| value.text());
    let channel = fields.need("channel").and_then(|value| hosting::channel(&value));
    let instruments = fields
        .need("instruments")
        .and_then(|value| value.each(Value::text));
    let hosting = fields.need("hosting").and_then(|value| hosting::read(&value));
    fields.finish();
    Ok(Catalogued {
        model: model?,
        channel: channel?,
        instruments: instruments?,
        hosting: hosting?,
    })
}
