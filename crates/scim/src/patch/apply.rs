//! One operation on a canonical resource.

use super::{Doing, Operation, Path};
use crate::Object;
use crate::canonical::{inside, lenient, value_of};
use crate::error::{ScimError, ScimType};
use crate::filter::{Filter, Literal, Operator};
use crate::name::{AttributeName, Meant};
use crate::schema::{Attribute, Kind, Schema, Writing, find};
use serde_json::Value;

/// Carries out one operation.
pub(super) fn apply(resource: &mut Object, operation: &Operation, kind: Kind) -> Result<(), ScimError> {
    let Some(path) = &operation.path else {
        return without_path(resource, operation, kind);
    };
    match path.name.meant(kind) {
        None => Err(nothing(&path.name)),
        Some(Meant::Extension(schema)) => whole_extension(resource, operation, schema, kind),
        Some(Meant::Attribute {
            extension,
            attribute,
            part,
        }) => {
            let part = match &path.part {
                None => part,
                Some(name) => Some(find(attribute.parts(), name).ok_or_else(|| nothing(&path.name))?),
            };
            check_writing(attribute, part, operation.doing, path)?;
            let target = Target {
                attribute,
                part,
                filter: path.filter.as_ref(),
                place: path.name.to_string(),
            };
            let value = operation.value.clone().unwrap_or(Value::Null);
            target.apply(inside(resource, extension)?, operation.doing, value)
        }
    }
}

fn nothing(name: &AttributeName) -> ScimError {
    ScimError::bad(ScimType::InvalidPath, format!("there is no attribute `{name}`"))
}

fn check_writing(
    attribute: &Attribute,
    part: Option<&Attribute>,
    doing: Doing,
    path: &Path,
) -> Result<(), ScimError> {
    let name = &path.name;
    let is_servers = [Some(attribute), part]
        .into_iter()
        .flatten()
        .any(|one| one.writing == Writing::Server);
    if is_servers {
        let detail = format!("`{name}` is written by the server only");
        return Err(ScimError::bad(ScimType::Mutability, detail));
    }
    let is_whole = part.is_none() && path.filter.is_none();
    if doing == Doing::Remove && attribute.needed && is_whole {
        let detail = format!("`{name}` must be there, so it cannot be removed");
        return Err(ScimError::bad(ScimType::Mutability, detail));
    }
    Ok(())
}

/// A value without a path names what it changes itself: as attributes of a resource, or with dots and URNs.
fn without_path(resource: &mut Object, operation: &Operation, kind: Kind) -> Result<(), ScimError> {
    let Some(Value::Object(value)) = &operation.value else {
        let detail = "without a `path`, `value` is an object";
        return Err(ScimError::bad(ScimType::InvalidValue, detail));
    };
    for (key, value) in value {
        if key.eq_ignore_ascii_case("schemas") {
            continue;
        }
        let Ok(path) = Path::parse(key) else { continue };
        // what there is not, and what only the server writes, is passed over as it is in a whole resource
        let is_ours = match path.name.meant(kind) {
            None => false,
            Some(Meant::Extension(_)) => true,
            Some(Meant::Attribute { attribute, part, .. }) => {
                let all = [Some(attribute), part].into_iter().flatten();
                all.into_iter().all(|one| one.writing != Writing::Server)
            }
        };
        if is_ours {
            let single = Operation {
                doing: operation.doing,
                path: Some(path),
                value: Some(value.clone()),
            };
            apply(resource, &single, kind)?;
        }
    }
    Ok(())
}

fn whole_extension(
    resource: &mut Object,
    operation: &Operation,
    schema: &'static Schema,
    kind: Kind,
) -> Result<(), ScimError> {
    if operation.doing != Doing::Add {
        resource.remove(schema.id);
    }
    if operation.doing == Doing::Remove {
        return Ok(());
    }
    let mut wrapped = Object::new();
    wrapped.insert(
        schema.id.to_owned(),
        operation.value.clone().unwrap_or(Value::Null),
    );
    let mut read = lenient(wrapped, kind)?;
    let Some(Value::Object(values)) = read.remove(schema.id) else {
        return Ok(());
    };
    let into = inside(resource, Some(schema))?;
    for (name, value) in values {
        let Some(attribute) = find(schema.attributes, &name) else {
            continue;
        };
        let target = Target {
            attribute,
            part: None,
            filter: None,
            place: format!("{}:{name}", schema.id),
        };
        target.apply(into, operation.doing, value)?;
    }
    Ok(())
}

/// What an operation is carried out on, within a resource or an extension.
struct Target<'p> {
    attribute: &'static Attribute,
    part: Option<&'static Attribute>,
    filter: Option<&'p Filter>,
    place: String,
}

impl Target<'_> {
    fn apply(&self, object: &mut Object, doing: Doing, value: Value) -> Result<(), ScimError> {
        if self.attribute.many {
            return self.many(object, doing, value);
        }
        if self.filter.is_some() {
            let detail = format!("`{}` has one value, so none can be picked", self.place);
            return Err(ScimError::bad(ScimType::InvalidPath, detail));
        }
        let name = self.attribute.name;
        let Some(part) = self.part else {
            return match self.read(self.attribute, value, doing)? {
                None => {
                    object.remove(name);
                    Ok(())
                }
                // adding to something with parts leaves the other parts
                Some(Value::Object(new)) if doing == Doing::Add || name == "name" => {
                    let into = object.entry(name).or_insert_with(|| Value::Object(Object::new()));
                    if let Value::Object(into) = into {
                        into.extend(new);
                    }
                    Ok(())
                }
                Some(new) => {
                    object.insert(name.to_owned(), new);
                    Ok(())
                }
            };
        };
        let new = self.read(part, value, doing)?;
        let into = object.entry(name).or_insert_with(|| Value::Object(Object::new()));
        if let Value::Object(inner) = into {
            set(inner, part, new);
            if inner.is_empty() {
                object.remove(name);
            }
        }
        Ok(())
    }

    /// The canonical value; of a removal, nothing.
    fn read(
        &self,
        attribute: &'static Attribute,
        value: Value,
        doing: Doing,
    ) -> Result<Option<Value>, ScimError> {
        if doing == Doing::Remove {
            return Ok(None);
        }
        Ok(value_of(attribute, value, &self.place)?.filter(|value| !value.is_null()))
    }

    fn many(&self, object: &mut Object, doing: Doing, value: Value) -> Result<(), ScimError> {
        let mut values = match object.remove(self.attribute.name) {
            Some(Value::Array(values)) => values,
            _ => Vec::new(),
        };
        self.change(&mut values, doing, value)?;
        if !values.is_empty() {
            object.insert(self.attribute.name.to_owned(), Value::Array(values));
        }
        Ok(())
    }

    fn change(&self, values: &mut Vec<Value>, doing: Doing, value: Value) -> Result<(), ScimError> {
        if self.filter.is_none() && self.part.is_none() {
            let listed = value_of(self.attribute, value, &self.place)?;
            let listed = match listed {
                Some(Value::Array(listed)) => listed,
                _ => Vec::new(),
            };
            match doing {
                Doing::Replace => *values = listed,
                Doing::Add => listed.into_iter().for_each(|new| add(values, new)),
                // a dialect: only those that are listed
                Doing::Remove if !listed.is_empty() => {
                    values.retain(|old| !listed.iter().any(|one| is_same(old, one)))
                }
                Doing::Remove => values.clear(),
            }
            return Ok(());
        }
        let is_meant = |value: &Value| {
            self.filter
                .is_none_or(|filter| filter.matches_value(value, self.attribute))
        };
        let is_found = values.iter().any(is_meant);
        if doing == Doing::Remove {
            match self.part {
                None => values.retain(|value| !is_meant(value)),
                Some(part) => {
                    for value in values.iter_mut().filter(|value| is_meant(value)) {
                        if let Value::Object(value) = value {
                            value.remove(part.name);
                        }
                    }
                    values.retain(|value| value.as_object().is_none_or(|value| !value.is_empty()));
                }
            }
            return Ok(());
        }
        let mut new = Object::new();
        match self.part {
            Some(part) => set(&mut new, part, self.read(part, value, doing)?),
            None => {
                let read = value_of(self.attribute, value, &self.place)?;
                let first = read
                    .as_ref()
                    .and_then(Value::as_array)
                    .and_then(|all| all.first());
                let first = first.and_then(Value::as_object);
                let wrong = || ScimError::value(format!("`{}` is not an object", self.place));
                new.extend(first.ok_or_else(wrong)?.clone());
            }
        }
        if !is_found {
            return self.begin(values, new, doing);
        }
        if new.get("primary") == Some(&Value::Bool(true)) {
            no_longer_primary(values);
        }
        for value in values.iter_mut().filter(|value| is_meant(value)) {
            if let Value::Object(value) = value {
                value.extend(new.clone());
            }
        }
        Ok(())
    }

    /// A value that is not there yet: adding makes one that is as the filter says.
    fn begin(&self, values: &mut Vec<Value>, mut new: Object, doing: Doing) -> Result<(), ScimError> {
        if doing == Doing::Replace && self.filter.is_some() {
            let detail = format!("`{}` has no value that is meant", self.place);
            return Err(ScimError::bad(ScimType::NoTarget, detail));
        }
        if let Some(filter) = self.filter {
            said(filter, self.attribute, &mut new);
        }
        add(values, Value::Object(new));
        Ok(())
    }
}

/// What a filter says that a value is.
fn said(filter: &Filter, attribute: &Attribute, into: &mut Object) {
    match filter {
        Filter::And(all) => all.iter().for_each(|one| said(one, attribute, into)),
        Filter::Compare(name, Operator::Eq, literal) => {
            let value = match literal {
                Literal::Text(text) => Value::from(text.as_str()),
                Literal::Truth(truth) => Value::Bool(*truth),
                Literal::Number(_) | Literal::Null => return,
            };
            if let Some(part) = find(attribute.parts(), &name.name) {
                into.entry(part.name).or_insert(value);
            }
        }
        _ => {}
    }
}

fn set(into: &mut Object, part: &Attribute, value: Option<Value>) {
    match value {
        Some(value) => into.insert(part.name.to_owned(), value),
        None => into.remove(part.name),
    };
}

/// Adds a value unless it is there.
fn add(values: &mut Vec<Value>, new: Value) {
    if new.get("primary") == Some(&Value::Bool(true)) {
        no_longer_primary(values);
    }
    if !values.contains(&new) {
        values.push(new);
    }
}

fn no_longer_primary(values: &mut [Value]) {
    for value in values.iter_mut().filter_map(Value::as_object_mut) {
        if value.contains_key("primary") {
            value.insert("primary".to_owned(), Value::Bool(false));
        }
    }
}

/// Whether two are the same value: by `value`, where they have one.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a.get("value"), b.get("value")) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}
