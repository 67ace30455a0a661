//! Changes of a person, in the RFC's words and in those of clients.

use super::*;
use crate::schema::{ENTERPRISE, OURS};
use serde_json::json;

fn person() -> Object {
    let person = json!({
        "id": "u", "userName": "ada", "active": true, "name": {"familyName": "Ng", "givenName": "Ada"},
        "emails": [{"value": "a@x", "type": "work", "primary": true}, {"value": "b@y", "type": "home"}],
        ENTERPRISE.id: {"department": "FX", "manager": {"value": "m-1"}}, OURS.id: {"place": "HK", "citizenships": ["GB"]},
    });
    person.as_object().unwrap().clone()
}

fn patch(operations: &Value) -> Result<Object, ScimError> {
    let body = json!({"schemas": [SCHEMA], "Operations": operations});
    patched(&person(), &read(body.as_object().unwrap().clone())?, Kind::User)
}

/// What the operations make of one member of the person.
#[track_caller]
fn check(operations: Value, member: &str, expected: Value) {
    let changed = patch(&operations).unwrap_or_else(|error| panic!("{operations}: {error}"));
    let found = changed.get(member).cloned().unwrap_or(Value::Null);
    assert_eq!(found, expected, "{operations}");
}

#[track_caller]
fn check_error(operations: Value, kind: ScimType, expected: &str) {
    let error = patch(&operations).unwrap_err();
    let is_told = error.kind == Some(kind) && error.detail.contains(expected) && !error.detail.contains("GB");
    assert!(is_told, "{operations}: {error:?}");
}

#[test]
fn simple_attributes() {
    check(
        json!([{"op": "replace", "path": "displayName", "value": "A"}]),
        "displayName",
        json!("A"),
    );
    check(
        json!([{"op": "add", "value": {"title": "Head", "nickName": "A"}}]),
        "nickName",
        json!("A"),
    );
    check(
        json!([{"op": "add", "path": "name.middleName", "value": "M"}]),
        "name",
        json!({"familyName": "Ng", "givenName": "Ada", "middleName": "M"}),
    );
    check(
        json!([{"op": "remove", "path": "name.givenName"}]),
        "name",
        json!({"familyName": "Ng"}),
    );
    check(json!([{"op": "remove", "path": "name"}]), "name", Value::Null);
    check(
        json!([{"op": "replace", "path": "displayName", "value": null}]),
        "displayName",
        Value::Null,
    );
}

#[test]
fn attributes_of_several_values() {
    let home = json!({"value": "b@y", "type": "home"});
    let work = json!({"value": "a@x", "type": "work", "primary": true});
    check(
        json!([{"op": "add", "path": "emails", "value": [home]}]),
        "emails",
        json!([work, home]),
    );
    check(
        json!([{"op": "add", "path": "emails", "value": {"value": "c@z", "primary": true}}]),
        "emails",
        json!([{"value": "a@x", "type": "work", "primary": false}, home, {"value": "c@z", "primary": true}]),
    );
    check(
        json!([{"op": "replace", "path": "emails", "value": [home]}]),
        "emails",
        json!([home]),
    );
    check(
        json!([{"op": "remove", "path": "emails[type eq \"work\"]"}]),
        "emails",
        json!([home]),
    );
    check(
        json!([{"op": "remove", "path": "emails", "value": [{"value": "b@y"}]}]),
        "emails",
        json!([work]),
    );
    check(json!([{"op": "remove", "path": "emails"}]), "emails", Value::Null);
    check(
        json!([{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "n@y"}]),
        "emails",
        json!([work, {"value": "n@y", "type": "home"}]),
    );
    check(
        json!([{"op": "replace", "path": "emails[type eq \"home\"]", "value": {"value": "n@y", "primary": true}}]),
        "emails",
        json!([{"value": "a@x", "type": "work", "primary": false}, {"value": "n@y", "type": "home", "primary": true}]),
    );
}

#[test]
fn dialects() {
    check(
        json!([{"op": "Replace", "path": "active", "value": "False"}]),
        "active",
        json!(false),
    );
    check(
        json!([{"op": "replace", "value": {"active": false, "id": "other", "schemas": []}}]),
        "active",
        json!(false),
    );
    check(
        json!([{"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "1"}]),
        "phoneNumbers",
        json!([{"value": "1", "type": "mobile"}]),
    );
    let by_path = format!("{}:department", ENTERPRISE.id);
    let changed = json!({"department": "Rates", "manager": {"value": "m-1"}});
    check(
        json!([{"op": "Replace", "path": by_path, "value": "Rates"}]),
        ENTERPRISE.id,
        changed.clone(),
    );
    check(
        json!([{"op": "Replace", "value": {by_path: "Rates"}}]),
        ENTERPRISE.id,
        changed.clone(),
    );
    check(
        json!([{"op": "add", "path": ENTERPRISE.id, "value": {"department": "Rates"}}]),
        ENTERPRISE.id,
        changed.clone(),
    );
    check(
        json!([{"op": "add", "value": {ENTERPRISE.id: {"department": "Rates"}}}]),
        ENTERPRISE.id,
        changed,
    );
    check(
        json!([{"op": "Add", "path": format!("{}:manager", ENTERPRISE.id), "value": "m-2"}]),
        ENTERPRISE.id,
        json!({"department": "FX", "manager": {"value": "m-2"}}),
    );
    check(
        json!([{"op": "Replace", "value": {"name.givenName": "B", "emails[type eq \"work\"].value": "n@x", "unknown.part": 1}}]),
        "name",
        json!({"familyName": "Ng", "givenName": "B"}),
    );
    check(
        json!([{"op": "remove", "path": format!("{}:citizenships", OURS.id)}]),
        OURS.id,
        json!({"place": "HK"}),
    );
    check(
        json!([{"op": "add", "path": format!("{}:citizenships", OURS.id), "value": ["CN"]}]),
        OURS.id,
        json!({"place": "HK", "citizenships": ["GB", "CN"]}),
    );
}

#[test]
fn what_cannot_be_done_is_told_and_nothing_is_done() {
    use ScimType::{InvalidFilter, InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget};
    check_error(json!([]), InvalidSyntax, "`Operations` holds");
    check_error(json!([{"op": "swap"}]), InvalidSyntax, "operation 1: `op` is not");
    check_error(
        json!([{"op": "add", "path": "title"}]),
        InvalidSyntax,
        "there is no `value`",
    );
    check_error(
        json!([{"op": "add", "path": 7, "value": 1}]),
        InvalidSyntax,
        "`path` is not a text",
    );
    check_error(json!([{"op": "remove"}]), NoTarget, "`remove` needs a `path`");
    check_error(
        json!([{"op": "add", "value": 1}]),
        InvalidValue,
        "`value` is an object",
    );
    check_error(
        json!([{"op": "add", "path": "a b", "value": 1}]),
        InvalidPath,
        "is not a path",
    );
    check_error(
        json!([{"op": "add", "path": "unknown", "value": 1}]),
        InvalidPath,
        "there is no attribute `unknown`",
    );
    check_error(
        json!([{"op": "add", "path": "emails[type xx 1]", "value": 1}]),
        InvalidFilter,
        "an operator",
    );
    check_error(
        json!([{"op": "replace", "path": "id", "value": "x"}]),
        Mutability,
        "written by the server",
    );
    check_error(
        json!([{"op": "remove", "path": "userName"}]),
        Mutability,
        "must be there",
    );
    check_error(
        json!([{"op": "replace", "path": "title", "value": 7}]),
        InvalidValue,
        "`title` is not a text",
    );
    check_error(
        json!([{"op": "replace", "path": "emails[type eq \"other\"].value", "value": "x"}]),
        NoTarget,
        "no value that is meant",
    );
    check_error(
        json!([{"op": "replace", "path": "title[type eq \"x\"]", "value": "x"}]),
        InvalidPath,
        "has one value",
    );
    check_error(
        json!([{"op": "add", "path": "userName", "value": null}]),
        InvalidValue,
        "`userName` is missing",
    );
    check_error(
        json!([{"op": "add", "path": "title", "value": "x"}, {"op": "add", "path": "emails", "value": [{"type": "work"}]}]),
        InvalidValue,
        "`emails.value` is missing",
    );
    check_error(
        json!([{"op": "replace", "path": format!("{}:citizenships", OURS.id), "value": [{"GB": 1}]}]),
        InvalidValue,
        "is not a text",
    );
}
