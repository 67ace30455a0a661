//! The description of the interface for people, as OpenAPI 3.1 has it: drawn from the table of routes, so that there is
//! none that it leaves out and none that it makes up.

use crate::routes::{API, Check, LEDGER, ROUTES, Route, Work};
use crate::schemas;
use serde_json::{Map, Value, json};

/// Where places are pushed.
const PLACES: &str = "/places/v1";

/// Whether a route is described: SCIM describes itself.
fn is_described(route: &Route) -> bool {
    [API, PLACES, LEDGER]
        .iter()
        .any(|part| route.path.starts_with(part))
}

/// The description.
pub(crate) fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES.iter().filter(|route| is_described(route)) {
        // a part that may have slashes is written so only in the table
        let path = route.path.replace("{*", "{");
        let path = paths.entry(path).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(route.method.to_ascii_lowercase(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bailiwick administration",
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas::all(),
        },
    })
}

fn operation(route: &Route) -> Value {
    let mut operation = Map::new();
    operation.insert("operationId".to_owned(), json!(operation_id(route)));
    operation.insert("summary".to_owned(), json!(route.does));
    if let Check::Roles(roles) | Check::Record(roles) = route.check {
        operation.insert("x-roles".to_owned(), json!(roles.words()));
    }
    let parameters: Vec<Value> = parameters(route.path)
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), json!(parameters));
    }
    if let Some(body) = body(route.work) {
        operation.insert(
            "requestBody".to_owned(),
            json!({"required": true, "content": body}),
        );
    }
    let problem = json!({
        "description": "why it was not done",
        "content": {"application/problem+json": {"schema": schemas::of("Problem")}},
    });
    let answered = schemas::answered(route.work);
    let read = read(route.work);
    let status = match (route.work, answered) {
        (Work::Declare | Work::Dispute, _) => "201",
        (_, None) if read.is_none() => "204",
        (_, None) => "200",
        (_, Some(_)) => "200",
    };
    let done = match answered {
        None => match read {
            None => json!({"description": "done"}),
            Some(sort) => json!({"description": "done", "content": {sort: {}}}),
        },
        Some(name) => {
            json!({"description": "done", "content": {"application/json": {"schema": schemas::of(name)}}})
        }
    };
    operation.insert("responses".to_owned(), json!({status: done, "default": problem}));
    Value::Object(operation)
}

/// A name that is not given twice: the method and the words of the path.
fn operation_id(route: &Route) -> String {
    let words = route
        .path
        .split(['/', '{', '}', '.'])
        .filter(|word| !word.is_empty());
    let skipped = if route.path.starts_with(LEDGER) { 0 } else { 2 };
    let words: Vec<&str> = words
        .skip(skipped)
        .map(|word| word.trim_start_matches('*'))
        .collect();
    format!("{}-{}", route.method.to_ascii_lowercase(), words.join("-"))
}

fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| name.trim_start_matches('*'))
}

/// The sort of what is read of the ledger.
const fn read(work: Work) -> Option<&'static str> {
    match work {
        Work::Checkpoint | Work::WitnessedCheckpoint | Work::Proof => Some("text/plain"),
        Work::Tile => Some("application/octet-stream"),
        _ => None,
    }
}

/// The body that a route takes, by the sort of its content.
fn body(work: Work) -> Option<Value> {
    let text = || json!({"type": "string"});
    let object = |required: &[&str], properties: Value| {
        let schema = json!({
            "type": "object",
            "required": required,
            "additionalProperties": false,
            "properties": properties,
        });
        Some(json!({"application/json": {"schema": schema}}))
    };
    match work {
        Work::BecomeFirst => object(&["code"], json!({"code": text()})),
        Work::Declare => object(
            &["place"],
            json!({"place": text(), "from": date(), "to": date(), "zone": text()}),
        ),
        Work::Dispute => object(&["fact", "wrong"], json!({"fact": text(), "wrong": text()})),
        Work::Settle => object(
            &["outcome"],
            json!({"outcome": {"enum": ["corrected", "stands", "withdrawn"]}, "note": text()}),
        ),
        Work::Erase => object(
            &["reason"],
            json!({"reason": {"enum": ["asked", "retention", "mistake", "order"]}, "case": text()}),
        ),
        Work::Push(_) => Some(json!({
            "application/jose": {"schema": text()},
            "text/csv": {"schema": text()},
            "application/x-ndjson": {"schema": text()},
        })),
        _ => None,
    }
}

fn date() -> Value {
    json!({"type": "string", "format": "date"})
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn it_describes_the_routes_that_there_are_and_no_others() {
        let document = document();
        let paths = document["paths"].as_object().unwrap();
        let described: BTreeSet<(String, String)> = paths
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().unwrap().keys();
                methods.map(|method| (path.clone(), method.to_uppercase()))
            })
            .collect();
        let routes = ROUTES
            .iter()
            .filter(|route| !route.path.starts_with("/scim") && route.work != Work::InStep);
        let expected: BTreeSet<(String, String)> = routes
            .map(|route| (route.path.replace("{*", "{"), route.method.to_owned()))
            .collect();
        assert_eq!(described, expected);
        let ids: BTreeSet<&str> = paths
            .values()
            .flat_map(|methods| methods.as_object().unwrap().values())
            .map(|operation| operation["operationId"].as_str().unwrap())
            .collect();
        assert_eq!(ids.len(), expected.len(), "{ids:?}");
    }
}
