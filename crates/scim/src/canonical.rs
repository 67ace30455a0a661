//! One form for every resource: names as the tables have them, values of the sorts that the tables say, nothing else.
//!
//! Names are found without regard to case, and two that differ in case only are refused, since one of them would win
//! unseen. What a table does not have, or only the server writes, is left out. `true` and `false` are taken as texts too,
//! because a widespread client writes `"True"`. Nothing and an empty list are the same as absence (RFC 7643, section 2.5),
//! except where the client cannot see what it would take away: an explicit nothing for a protected attribute stays.

use crate::Object;
use crate::error::{ScimError, ScimType};
use crate::name::AttributeName;
use crate::schema::{Attribute, COMMON, Kind, Schema, Sort, Writing, find};
use register::model::Instant;
use serde_json::Value;

/// Characters of a text.
const TEXT: usize = 4_096;

/// Values of an attribute of a person.
const VALUES: usize = 1_000;

/// Brings a resource that a client sent into the canonical form.
///
/// # Errors
/// When it is not of this kind, a value is of another sort, or something needed is missing.
pub fn canonical(raw: Object, kind: Kind) -> Result<Object, ScimError> {
    check_schemas(&raw, kind)?;
    let canonical = lenient(raw, kind)?;
    check_needed(&canonical, kind)?;
    Ok(canonical)
}

/// The same for a part of a resource.
pub(crate) fn lenient(raw: Object, kind: Kind) -> Result<Object, ScimError> {
    let mut out = Object::new();
    for (key, value) in raw {
        if let Some(schema) = kind.extension(&key) {
            let Value::Object(inside) = value else {
                return match value {
                    Value::Null => continue,
                    _ => Err(ScimError::value(format!("`{key}` is not an object"))),
                };
            };
            let inside = part(inside, schema.attributes, &format!("{}:", schema.id))?;
            if !inside.is_empty() {
                put(&mut out, schema.id, Value::Object(inside))?;
            }
            continue;
        }
        let Some((extension, attribute)) = top(&key, kind) else {
            continue;
        };
        let place = match extension {
            Some(schema) => format!("{}:{}", schema.id, attribute.name),
            None => attribute.name.to_owned(),
        };
        if let Some(value) = value_of(attribute, value, &place)? {
            put(inside(&mut out, extension)?, attribute.name, value)?;
        }
    }
    Ok(out)
}

/// The attribute that a key of a resource names, alone or behind its URN.
fn top(key: &str, kind: Kind) -> Option<(Option<&'static Schema>, &'static Attribute)> {
    let name = AttributeName::parse(key).filter(|name| name.part.is_none())?;
    match name.meant(kind)? {
        crate::name::Meant::Attribute {
            extension,
            attribute,
            part: None,
        } => Some((extension, attribute)),
        _ => None,
    }
}

/// Where attributes of a schema lie in a canonical resource; made if it is not there.
pub(crate) fn inside<'o>(
    resource: &'o mut Object,
    extension: Option<&Schema>,
) -> Result<&'o mut Object, ScimError> {
    let Some(schema) = extension else {
        return Ok(resource);
    };
    let entry = resource
        .entry(schema.id)
        .or_insert_with(|| Value::Object(Object::new()));
    entry
        .as_object_mut()
        .ok_or_else(|| ScimError::value(format!("`{}` is not an object", schema.id)))
}

fn put(into: &mut Object, name: &str, value: Value) -> Result<(), ScimError> {
    match into.insert(name.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(twice(name)),
    }
}

fn twice(name: &str) -> ScimError {
    ScimError::bad(ScimType::InvalidSyntax, format!("`{name}` is there twice"))
}

/// The parts of an object by a table; `place` stands before their names in what is said.
fn part(raw: Object, table: &'static [Attribute], place: &str) -> Result<Object, ScimError> {
    let mut out = Object::new();
    for (key, value) in raw {
        let Some(attribute) = find(table, &key) else {
            continue;
        };
        let place = format!("{place}{}", attribute.name);
        if let Some(value) = value_of(attribute, value, &place)? {
            put(&mut out, attribute.name, value)?;
        }
    }
    Ok(out)
}

/// The value of an attribute; `None`: there is none, or it is not the client's.
pub(crate) fn value_of(
    attribute: &'static Attribute,
    raw: Value,
    place: &str,
) -> Result<Option<Value>, ScimError> {
    if attribute.writing == Writing::Server {
        return Ok(None);
    }
    let is_nothing = raw.is_null() || raw.as_array().is_some_and(Vec::is_empty);
    if is_nothing {
        return Ok(attribute.is_protected().then_some(Value::Null));
    }
    if !attribute.many {
        return one(attribute, raw, place);
    }
    let raw = match raw {
        Value::Array(values) => values,
        single => vec![single],
    };
    if raw.len() > VALUES && place != "members" {
        return Err(ScimError::value(format!(
            "`{place}` has more than {VALUES} values"
        )));
    }
    let mut values = Vec::with_capacity(raw.len());
    for value in raw {
        if value.is_array() {
            return Err(wrong(attribute, place));
        }
        values.extend(one(attribute, value, place)?);
    }
    let is_primary = |value: &&Value| value.get("primary").and_then(Value::as_bool) == Some(true);
    if values.iter().filter(is_primary).count() > 1 {
        return Err(ScimError::value(format!(
            "more than one value of `{place}` is primary"
        )));
    }
    Ok((!values.is_empty()).then_some(Value::Array(values)))
}

/// One value.
fn one(attribute: &'static Attribute, raw: Value, place: &str) -> Result<Option<Value>, ScimError> {
    let wrong = || wrong(attribute, place);
    let value = match (attribute.sort, raw) {
        (_, Value::Null) => return Ok(None),
        (Sort::Truth, Value::Bool(truth)) => Value::Bool(truth),
        (Sort::Truth, Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => return Err(wrong()),
        },
        (Sort::Text | Sort::Reference, Value::String(text)) => Value::String(checked(text, place)?),
        (Sort::Time, Value::String(text)) => match Instant::parse(&text) {
            Ok(instant) => Value::String(instant.to_string()),
            Err(_) => return Err(wrong()),
        },
        (Sort::Number, Value::Number(number)) => Value::Number(number),
        (Sort::Complex(table), Value::Object(object)) => {
            let object = part(object, table, &format!("{place}."))?;
            match object.is_empty() {
                true => return Ok(None),
                false => Value::Object(object),
            }
        }
        // a single word stands for what has a value
        (Sort::Complex(table), Value::String(text)) => match find(table, "value") {
            Some(value) => {
                let mut object = Object::new();
                object.insert(value.name.to_owned(), Value::String(checked(text, place)?));
                Value::Object(object)
            }
            None => return Err(wrong()),
        },
        _ => return Err(wrong()),
    };
    Ok(Some(value))
}

fn checked(text: String, place: &str) -> Result<String, ScimError> {
    if text.chars().count() > TEXT {
        return Err(ScimError::value(format!(
            "`{place}` is longer than {TEXT} characters"
        )));
    }
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    match text.contains(is_odd) {
        true => Err(ScimError::value(format!(
            "`{place}` has a control character in it"
        ))),
        false => Ok(text),
    }
}

/// What an attribute takes, without what it was given: that may be protected.
fn wrong(attribute: &Attribute, place: &str) -> ScimError {
    let what = match attribute.sort {
        Sort::Text | Sort::Reference => "a text",
        Sort::Truth => "`true` or `false`",
        Sort::Number => "a whole number",
        Sort::Time => "an instant such as `2026-07-15T06:00:00Z`",
        Sort::Complex(_) => "an object",
    };
    ScimError::value(format!("`{place}` is not {what}"))
}

fn check_schemas(raw: &Object, kind: Kind) -> Result<(), ScimError> {
    let syntax = |detail: String| ScimError::bad(ScimType::InvalidSyntax, detail);
    let found = raw.iter().filter(|(key, _)| key.eq_ignore_ascii_case("schemas"));
    let [(_, schemas)] = found.collect::<Vec<_>>()[..] else {
        return Err(syntax("`schemas` must be there, once".to_owned()));
    };
    let schemas = schemas.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut has_core = false;
    for schema in schemas {
        let Some(urn) = schema.as_str() else {
            return Err(syntax("`schemas` is not a list of texts".to_owned()));
        };
        let is_core = urn.eq_ignore_ascii_case(kind.core().id);
        has_core |= is_core;
        if !is_core && kind.extension(urn).is_none() && is_standard(urn) {
            return Err(syntax(format!(
                "there is no schema `{urn}` for a {}",
                kind.as_str()
            )));
        }
    }
    match has_core {
        true => Ok(()),
        false => Err(syntax(format!("`schemas` lacks `{}`", kind.core().id))),
    }
}

/// Whether a schema is of SCIM's own names, where one that there is not is a mistake. A widespread client names one of its
/// maker's too, which means nothing.
fn is_standard(urn: &str) -> bool {
    let own = "urn:ietf:params:scim:";
    urn.get(..own.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(own))
}

/// Fails if something needed is not there.
pub(crate) fn check_needed(resource: &Object, kind: Kind) -> Result<(), ScimError> {
    needed(resource, kind.core().attributes, "")?;
    needed(resource, COMMON, "")?;
    for schema in kind.extensions() {
        if let Some(Value::Object(inside)) = resource.get(schema.id) {
            needed(inside, schema.attributes, &format!("{}:", schema.id))?;
        }
    }
    Ok(())
}

fn needed(object: &Object, table: &[Attribute], place: &str) -> Result<(), ScimError> {
    for attribute in table {
        let name = attribute.name;
        match object.get(name) {
            None if attribute.needed && attribute.writing != Writing::Server => {
                return Err(ScimError::value(format!("`{place}{name}` is missing")));
            }
            Some(Value::Object(inside)) => needed(inside, attribute.parts(), &format!("{place}{name}."))?,
            Some(Value::Array(values)) => {
                for inside in values.iter().filter_map(Value::as_object) {
                    needed(inside, attribute.parts(), &format!("{place}{name}."))?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ENTERPRISE, OURS, USER};
    use serde_json::json;

    fn read(mut body: Value) -> Result<Value, String> {
        let object = body.as_object_mut().unwrap();
        if !object.contains_key("Schemas") {
            object.entry("schemas").or_insert(json!([USER.id]));
        }
        let read = canonical(object.clone(), Kind::User);
        read.map(Value::Object).map_err(|error| error.detail)
    }

    #[track_caller]
    fn check(body: Value, expected: Value) {
        assert_eq!(read(body.clone()), Ok(expected), "{body}");
    }

    #[track_caller]
    fn check_error(mut more: Value, expected: &str) {
        let mut body = json!({"userName": "a", "active": true});
        let both = body.as_object_mut().unwrap();
        both.append(more.as_object_mut().unwrap());
        let error = read(body.clone()).unwrap_err();
        assert!(
            error.contains(expected) && !error.contains("hush"),
            "{body}: {error}"
        );
    }

    #[test]
    fn names_and_values_as_the_tables_have_them() {
        check(
            json!({
                "USERNAME": "ada", "Active": "True", "id": "mine", "meta": {}, "password": "hush", "unknown": {"a": 1},
                "emails": {"Value": "a@b", "PRIMARY": "false"}, "title": null, "roles": [],
                "urn:ietf:params:scim:schemas:core:2.0:User:displayName": "Ada",
                ENTERPRISE.id.to_lowercase(): {"manager": "26118915", "nothing": 1},
                format!("{}:place", OURS.id): "HK",
            }),
            json!({
                "userName": "ada", "active": true, "emails": [{"value": "a@b", "primary": false}], "displayName": "Ada",
                ENTERPRISE.id: {"manager": {"value": "26118915"}}, OURS.id: {"place": "HK"},
            }),
        );
    }

    #[test]
    fn an_explicit_nothing_stays_where_nobody_can_see_what_it_takes_away() {
        check(
            json!({"userName": "a", "active": true, OURS.id: {"citizenships": [], "usStatus": null, "site": null}}),
            json!({"userName": "a", "active": true, OURS.id: {"citizenships": null, "usStatus": null}}),
        );
    }

    #[test]
    fn mistakes_are_told_with_their_place_and_without_what_is_protected() {
        check_error(json!({"USERNAME": "b"}), "`userName` is there twice");
        check_error(json!({"displayName": 7}), "`displayName` is not a text");
        check_error(json!({"active": "hush"}), "`active` is not `true` or `false`");
        check_error(
            json!({"name": {"givenName": ["a"]}}),
            "`name.givenName` is not a text",
        );
        check_error(json!({"title": "a\u{1f}b"}), "`title` has a control character");
        check_error(json!({"title": "a".repeat(5_000)}), "`title` is longer");
        check_error(json!({"emails": [{"type": "work"}]}), "`emails.value` is missing");
        check_error(
            json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}),
            "more than one value of `emails` is primary",
        );
        check_error(
            json!({OURS.id: {"citizenships": [{"hush": 1}]}}),
            ":citizenships` is not a text",
        );
        check_error(
            json!({OURS.id: {"screening": {"result": "clean", "at": "hush"}}}),
            ":screening.at` is not an instant",
        );
        check_error(
            json!({OURS.id: {"screening": {"result": "clean"}}}),
            "screening.at` is missing",
        );
        check_error(
            json!({"schemas": ["urn:ietf:params:scim:x"]}),
            "there is no schema `urn:ietf:params:scim:x`",
        );
        check_error(json!({"schemas": [OURS.id]}), "`schemas` lacks");
        check_error(
            json!({"Schemas": [USER.id], "schemas": [USER.id]}),
            "`schemas` must be there, once",
        );
        assert_eq!(
            read(json!({"userName": "a"})),
            Err("`active` is missing".to_owned())
        );
    }
}
