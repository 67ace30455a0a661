//! The JSON Schema accepts what the reader accepts, and refuses what it refuses for its form.

use crate::common::sample;
use serde_json::{Map, Value, json};

/// A validator for the part of JSON Schema that the schema uses; anything else in it fails the test.
struct Validator {
    schema: Value,
}

impl Validator {
    fn accepts(&self, value: &Value) -> bool {
        self.fits(&self.schema, value)
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let Value::Object(rules) = schema else {
            return schema.as_bool().unwrap();
        };
        rules
            .iter()
            .all(|(name, rule)| self.rule(rules, name, rule, value))
    }

    fn rule(&self, rules: &Map<String, Value>, name: &str, rule: &Value, value: &Value) -> bool {
        let (object, array) = (value.as_object(), value.as_array());
        match name {
            "$schema" | "$defs" | "title" | "description" | "then" => true,
            "$ref" => {
                let target = self
                    .schema
                    .pointer(rule.as_str().unwrap().strip_prefix('#').unwrap());
                self.fits(target.unwrap(), value)
            }
            "type" => match rule.as_str().unwrap() {
                "string" => value.is_string(),
                "integer" => value.is_i64() || value.is_u64(),
                "boolean" => value.is_boolean(),
                "array" => value.is_array(),
                "object" => value.is_object(),
                other => panic!("type {other}"),
            },
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "minimum" => value
                .as_i64()
                .is_none_or(|number| number >= rule.as_i64().unwrap()),
            "maximum" => value
                .as_i64()
                .is_none_or(|number| number <= rule.as_i64().unwrap()),
            "minLength" => value
                .as_str()
                .is_none_or(|text| text.len() as u64 >= rule.as_u64().unwrap()),
            "items" => array.is_none_or(|items| items.iter().all(|item| self.fits(rule, item))),
            "anyOf" => rule.as_array().unwrap().iter().any(|rule| self.fits(rule, value)),
            "allOf" => rule.as_array().unwrap().iter().all(|rule| self.fits(rule, value)),
            "if" => !self.fits(rule, value) || self.fits(&rules["then"], value),
            "required" => object.is_none_or(|object| {
                rule.as_array()
                    .unwrap()
                    .iter()
                    .all(|key| object.contains_key(key.as_str().unwrap()))
            }),
            "propertyNames" => {
                object.is_none_or(|object| object.keys().all(|key| self.fits(rule, &json!(key))))
            }
            "properties" => object.is_none_or(|object| {
                object
                    .iter()
                    .all(|(key, value)| rule.get(key).is_none_or(|rule| self.fits(rule, value)))
            }),
            "additionalProperties" => object.is_none_or(|object| {
                let known = rules.get("properties").and_then(Value::as_object);
                let other = |key: &String| known.is_none_or(|known| !known.contains_key(key));
                object
                    .iter()
                    .filter(|(key, _)| other(key))
                    .all(|(_, value)| self.fits(rule, value))
            }),
            other => panic!("the schema uses `{other}`"),
        }
    }
}

fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(flag) => json!(flag),
        toml::Value::Datetime(datetime) => json!(datetime.to_string()),
        toml::Value::Array(items) => items.iter().map(json).collect(),
        toml::Value::Table(table) => Value::Object(
            table
                .iter()
                .map(|(key, value)| (key.clone(), json(value)))
                .collect(),
        ),
    }
}

fn of_toml(text: &str) -> Value {
    json(&toml::Value::Table(toml::from_str(text).unwrap()))
}

#[test]
fn the_sample_fits() {
    let validator = Validator {
        schema: register::json_schema(),
    };
    for source in sample() {
        assert!(validator.accepts(&of_toml(&source.text)), "{}", source.path);
    }
}

#[test]
fn what_the_reader_refuses_for_its_form_does_not_fit() {
    let validator = Validator {
        schema: register::json_schema(),
    };
    let check =
        |text: &str, expected: bool| assert_eq!(validator.accepts(&of_toml(text)), expected, "{text}");
    check("[firm]\nname = 'a'", true);
    check("[firm]\nask = 'a'", false);
    check("[firm]\nname = 'a'\nzebra = 1", false);
    check("[[channel]]\nid = 'a'\nwire = 'smoke signals'", false);
    check("[groups.a]\nmembers = ['CN']", true);
    check("[groups.a]\nmembers = 'CN'", false);
    check(
        "[[clause]]\nref = '1'\nplain = 'p'\nkind = 'resale'\ndeny = { resale = true, always = true }",
        true,
    );
    check(
        "[[clause]]\nref = '1'\nplain = 'p'\nkind = 'resale'\ndeny = { in = 'CN' }",
        false,
    );
    check(
        "[[clause]]\nref = '1'\nplain = 'p'\nkind = 'resale'\ndays = 3",
        false,
    );
    check("[[entity]]\nid = 'a'\nunsupported_share = 10001", false);
    check("[[entity]]\nid = 'a'\nunsupported_share = 'unknown'", true);
    let case = |rest: &str| format!("[[test]]\nperson = 'a'\nmodel = 'm'\nexpect.decision = 'deny'\n{rest}");
    check(&case("from = 'HK'"), true);
    check(&case("from = ['HK', { source = 'badge', place = 'HK' }]"), true);
    check(&case("from = { source = 'trip', since = 2026-07-13 }"), true);
    check(&case("from = 3"), false);
    check(&case("from = { place = 'HK' }"), false);
    check(&case("from = [{ source = 'budge' }]"), false);
    check(&case("from = { source = 'badge', age_hours = -1 }"), false);
    check(
        &case("given = { residency = 'eu', patterns = ['templated'] }"),
        true,
    );
    check(&case("given = { screening = 'dirty' }"), false);
    check(&case("given = { sidecall = 'h' }"), false);
    check(&case("expect.state = 'unclear'"), true);
    check(&case("expect.state = 'not met'"), false);
    check(&case("expect.missing = 'contract'"), false);
}
