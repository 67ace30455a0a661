//! Several operations in one request (RFC 7644, section 3.7): read, and put in an order in which each finds what it names.

use crate::Object;
use crate::describe::BULK_OPERATIONS;
use crate::error::{ScimError, ScimType};
use serde_json::Value;
use std::collections::BTreeMap;

/// Schema of a request.
const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// Schema of an answer.
pub(crate) const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// What stands before the name that a request gives to something that it makes.
const REFERENCE: &str = "bulkId:";

/// A request of several operations.
#[derive(Debug)]
pub(crate) struct Bulk {
    /// Errors after which the rest is left.
    pub(crate) most_errors: Option<u64>,
    /// The operations, as they came.
    pub(crate) operations: Vec<BulkOperation>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct BulkOperation {
    pub(crate) method: String,
    pub(crate) name: Option<String>,
    pub(crate) path: String,
    pub(crate) version: Option<String>,
    pub(crate) data: Option<Value>,
}

/// What the names of a request have become.
pub(crate) type Made = BTreeMap<String, String>;

impl Bulk {
    /// Reads a request.
    pub(crate) fn read(body: Object) -> Result<Self, ScimError> {
        let syntax = |detail: String| ScimError::bad(ScimType::InvalidSyntax, detail);
        let (mut operations, mut most_errors, mut is_bulk) = (None, None, false);
        for (key, value) in body {
            match key.to_ascii_lowercase().as_str() {
                "schemas" => {
                    let mut schemas = value.as_array().into_iter().flatten();
                    is_bulk =
                        schemas.any(|urn| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(REQUEST)));
                }
                "failonerrors" if !value.is_null() => {
                    let wrong = || syntax("`failOnErrors` is not a number".to_owned());
                    most_errors = Some(value.as_u64().ok_or_else(wrong)?);
                }
                "operations" => operations = Some(value),
                _ => {}
            }
        }
        if !is_bulk {
            return Err(syntax(format!("`schemas` lacks `{REQUEST}`")));
        }
        let Some(Value::Array(operations)) = operations else {
            return Err(syntax("`Operations` is not a list".to_owned()));
        };
        if operations.len() > BULK_OPERATIONS {
            let detail = format!("there are more than {BULK_OPERATIONS} operations");
            return Err(ScimError::status(413, detail));
        }
        let operations = (1usize..).zip(operations).map(|(number, raw)| {
            let read = BulkOperation::read(raw);
            read.map_err(|detail| syntax(format!("operation {number}: {detail}")))
        });
        let operations = operations.collect::<Result<Vec<_>, _>>()?;
        let mut names: Vec<&String> = operations.iter().filter_map(|one| one.name.as_ref()).collect();
        names.sort();
        match names.windows(2).find(|two| matches!(two, [a, b] if a == b)) {
            Some(_) => Err(syntax("two operations have the same `bulkId`".to_owned())),
            None => Ok(Self {
                most_errors,
                operations,
            }),
        }
    }
}

impl BulkOperation {
    fn read(raw: Value) -> Result<Self, &'static str> {
        let Value::Object(raw) = raw else {
            return Err("it is not an object");
        };
        let (mut texts, mut data) = (BTreeMap::new(), None);
        for (key, value) in raw {
            match (key.to_ascii_lowercase(), value) {
                (_, Value::Null) => {}
                (key, value) if key == "data" => data = Some(value),
                (key, Value::String(text)) => {
                    texts.insert(key, text);
                }
                (key, _) if ["method", "bulkid", "path", "version"].contains(&key.as_str()) => {
                    return Err("what it is, or what it is about, is not a text");
                }
                _ => {}
            }
        }
        let method = texts
            .remove("method")
            .ok_or("there is no `method`")?
            .to_ascii_uppercase();
        let name = texts.remove("bulkid");
        if method == "POST" && name.is_none() {
            return Err("what is made needs a `bulkId`");
        }
        Ok(Self {
            method,
            name,
            path: texts.remove("path").ok_or("there is no `path`")?,
            version: texts.remove("version"),
            data,
        })
    }

    /// Names of the request that it speaks of and that have not become anything yet.
    pub(crate) fn waits_for<'s>(&'s self, made: &Made) -> Vec<&'s str> {
        let mut names = Vec::new();
        let in_path = self
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix(REFERENCE));
        names.extend(in_path);
        if let Some(data) = &self.data {
            each_text(data, &mut |text| names.extend(text.strip_prefix(REFERENCE)));
        }
        names.retain(|name| !made.contains_key(*name));
        names
    }

    /// Puts what has been made in place of the names.
    pub(crate) fn resolve(&mut self, made: &Made) {
        let resolved = |text: &str| {
            let name = text.strip_prefix(REFERENCE)?;
            made.get(name).cloned()
        };
        let path: Vec<String> = self
            .path
            .split('/')
            .map(|part| resolved(part).unwrap_or_else(|| part.to_owned()))
            .collect();
        self.path = path.join("/");
        if let Some(data) = &mut self.data {
            change_texts(data, &resolved);
        }
    }
}

fn each_text<'v>(value: &'v Value, see: &mut dyn FnMut(&'v str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(values) => values.iter().for_each(|value| each_text(value, see)),
        Value::Object(object) => object.values().for_each(|value| each_text(value, see)),
        _ => {}
    }
}

fn change_texts(value: &mut Value, change: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(new) = change(text) {
                *text = new;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| change_texts(value, change)),
        Value::Object(object) => object.values_mut().for_each(|value| change_texts(value, change)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(operations: Value) -> Result<Bulk, ScimError> {
        let body = json!({"schemas": [REQUEST], "failOnErrors": 1, "Operations": operations});
        Bulk::read(body.as_object().unwrap().clone())
    }

    #[test]
    fn names_are_found_and_resolved_at_any_depth() {
        let mut bulk = read(json!([
            {"method": "patch", "path": "/Groups/bulkId:g", "data": {"members": [{"value": "bulkId:u"}], "x": "bulkId"}},
        ]))
        .unwrap();
        let operation = &mut bulk.operations[0];
        assert_eq!(operation.waits_for(&Made::new()), ["g", "u"]);
        let made = Made::from([
            ("g".to_owned(), "G1".to_owned()),
            ("u".to_owned(), "U1".to_owned()),
        ]);
        assert!(operation.waits_for(&made).is_empty());
        operation.resolve(&made);
        assert_eq!(operation.path, "/Groups/G1");
        assert_eq!(
            operation.data,
            Some(json!({"members": [{"value": "U1"}], "x": "bulkId"}))
        );
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let post = json!({"method": "POST", "path": "/Users", "bulkId": "a", "data": {}});
        for (operations, expected) in [
            (json!({}), "is not a list"),
            (json!([7]), "operation 1: it is not an object"),
            (json!([{"path": "/Users"}]), "there is no `method`"),
            (json!([{"method": "DELETE"}]), "there is no `path`"),
            (json!([{"method": "POST", "path": "/Users"}]), "needs a `bulkId`"),
            (json!([post, post]), "the same `bulkId`"),
            (json!([{"method": 7, "path": "/Users"}]), "is not a text"),
        ] {
            let error = read(operations.clone()).unwrap_err();
            assert!(error.detail.contains(expected), "{operations}: {error}");
        }
        let many = Value::Array(vec![
            json!({"method": "DELETE", "path": "/Users/a"});
            BULK_OPERATIONS + 1
        ]);
        assert_eq!(read(many).unwrap_err().status, 413);
    }
}
