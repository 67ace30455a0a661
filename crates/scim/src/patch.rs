//! Changes of a part of a resource (RFC 7644, section 3.5.2), as pure functions over canonical resources.
//!
//! Widespread clients speak dialects, and each is understood where it cannot mean anything else: `"op": "Replace"`, truths
//! as texts, names with dots or URNs in a value without a path, members to be removed listed under `value`.

mod apply;
mod group;
mod path;

pub(crate) use group::ids_of;
pub use group::{GroupEdit, group_edit};
pub use path::Path;

use crate::Object;
use crate::error::{ScimError, ScimType};
use crate::schema::Kind;
use serde_json::Value;

/// Schema of a change.
const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Operations in one change.
const OPERATIONS: usize = 1_000;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Adds a value to what is there.
    Add,
    /// Puts a value in place of what is there.
    Replace,
    /// Takes away what is there.
    Remove,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// What it does.
    pub doing: Doing,
    /// What it does it to; `None`: the resource itself.
    pub path: Option<Path>,
    /// The value.
    pub value: Option<Value>,
}

/// Reads a change.
///
/// # Errors
/// When it is none, with the number of the operation that cannot be read.
pub fn read(body: Object) -> Result<Vec<Operation>, ScimError> {
    let syntax = |detail: String| ScimError::bad(ScimType::InvalidSyntax, detail);
    let mut operations = None;
    let mut is_change = false;
    for (key, value) in body {
        if key.eq_ignore_ascii_case("Operations") {
            operations = Some(value);
        } else if key.eq_ignore_ascii_case("schemas") {
            let mut schemas = value.as_array().into_iter().flatten();
            is_change = schemas.any(|urn| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(SCHEMA)));
        }
    }
    if !is_change {
        return Err(syntax(format!("`schemas` lacks `{SCHEMA}`")));
    }
    let Some(Value::Array(operations)) = operations else {
        return Err(syntax("`Operations` is not a list".to_owned()));
    };
    if operations.is_empty() || operations.len() > OPERATIONS {
        return Err(syntax(format!("`Operations` holds 1 to {OPERATIONS} operations")));
    }
    let numbered = (1..).zip(operations);
    let read = numbered.map(|(number, raw): (usize, Value)| {
        one(raw).map_err(|error| ScimError {
            detail: format!("operation {number}: {}", error.detail),
            ..error
        })
    });
    read.collect()
}

fn one(raw: Value) -> Result<Operation, ScimError> {
    let syntax = |detail: &str| ScimError::bad(ScimType::InvalidSyntax, detail);
    let Value::Object(raw) = raw else {
        return Err(syntax("it is not an object"));
    };
    let (mut doing, mut path, mut value) = (None, None, None);
    for (key, given) in raw {
        match key.to_ascii_lowercase().as_str() {
            "op" => doing = Some(given),
            "path" => path = Some(given),
            "value" => value = Some(given),
            _ => {}
        }
    }
    let word = doing
        .as_ref()
        .and_then(Value::as_str)
        .map(str::to_ascii_lowercase);
    let doing = match word.as_deref() {
        Some("add") => Doing::Add,
        Some("replace") => Doing::Replace,
        Some("remove") => Doing::Remove,
        _ => return Err(syntax("`op` is not `add`, `replace` or `remove`")),
    };
    let path = match path {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.is_empty() => None,
        Some(Value::String(text)) => Some(Path::parse(&text)?),
        Some(_) => return Err(syntax("`path` is not a text")),
    };
    match (doing, &path, &value) {
        (Doing::Remove, None, _) => Err(ScimError::bad(ScimType::NoTarget, "`remove` needs a `path`")),
        (Doing::Add | Doing::Replace, _, None) => Err(syntax("there is no `value`")),
        _ => Ok(Operation { doing, path, value }),
    }
}

/// A resource with a change made to it; with its protected attributes before and after.
///
/// # Errors
/// When an operation cannot be carried out; nothing of the change is then.
pub fn patched(resource: &Object, operations: &[Operation], kind: Kind) -> Result<Object, ScimError> {
    let mut changed = resource.clone();
    for (number, operation) in (1usize..).zip(operations) {
        apply::apply(&mut changed, operation, kind).map_err(|error| ScimError {
            detail: format!("operation {number}: {}", error.detail),
            ..error
        })?;
    }
    crate::canonical::check_needed(&changed, kind)?;
    Ok(changed)
}

#[cfg(test)]
mod tests;
