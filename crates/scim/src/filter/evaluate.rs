//! Whether a canonical resource is meant by a filter.

use super::{Filter, Literal, Operator};
use crate::Object;
use crate::name::{AttributeName, Meant};
use crate::schema::{Attribute, Kind, Sort, find};
use register::model::Instant;
use serde_json::Value;
use std::cmp::Ordering;

impl Filter {
    /// Whether a resource is meant. What a kind does not have, its resources have no value of.
    pub fn matches(&self, resource: &Object, kind: Kind) -> bool {
        match self {
            Self::And(all) => all.iter().all(|one| one.matches(resource, kind)),
            Self::Or(any) => any.iter().any(|one| one.matches(resource, kind)),
            Self::Not(one) => !one.matches(resource, kind),
            Self::Present(name) => values(resource, name, kind).is_some_and(|(_, values)| !values.is_empty()),
            Self::Compare(name, operator, literal) => {
                let (attribute, values) = values(resource, name, kind).unzip();
                compares(attribute, &values.unwrap_or_default(), *operator, literal)
            }
            Self::Value(name, filter) => {
                let found = values(resource, name, kind);
                found.is_some_and(|(attribute, values)| {
                    values.iter().any(|value| filter.matches_value(value, attribute))
                })
            }
        }
    }

    /// Whether one value of an attribute is meant.
    pub(crate) fn matches_value(&self, value: &Value, attribute: &'static Attribute) -> bool {
        match self {
            Self::And(all) => all.iter().all(|one| one.matches_value(value, attribute)),
            Self::Or(any) => any.iter().any(|one| one.matches_value(value, attribute)),
            Self::Not(one) => !one.matches_value(value, attribute),
            Self::Present(name) => part(value, name, attribute).is_some_and(|(_, value)| value.is_some()),
            Self::Compare(name, operator, literal) => {
                let (attribute, value) = part(value, name, attribute).unzip();
                let value: Vec<&Value> = value.flatten().into_iter().collect();
                compares(attribute, &value, *operator, literal)
            }
            Self::Value(..) => false,
        }
    }
}

/// The values that a name means in a resource, with their attribute; `None`: there is no such attribute.
fn values<'r>(
    resource: &'r Object,
    name: &AttributeName,
    kind: Kind,
) -> Option<(&'static Attribute, Vec<&'r Value>)> {
    // the one attribute that no table has, since it is about tables
    if name.urn.is_none() && name.part.is_none() && name.name.eq_ignore_ascii_case("schemas") {
        let schemas = resource.get("schemas").and_then(Value::as_array);
        return Some((&SCHEMAS, schemas.into_iter().flatten().collect()));
    }
    let (extension, attribute, part) = match name.meant(kind)? {
        Meant::Extension(_) => return None,
        Meant::Attribute {
            extension,
            attribute,
            part,
        } => (extension, attribute, part),
    };
    let object = match extension {
        None => Some(resource),
        Some(schema) => resource.get(schema.id).and_then(Value::as_object),
    };
    let found = object.and_then(|object| object.get(attribute.name));
    let all: Vec<&Value> = match found {
        None => Vec::new(),
        Some(Value::Array(values)) => values.iter().collect(),
        Some(value) => vec![value],
    };
    match part {
        None => Some((attribute, all)),
        Some(part) => Some((
            part,
            all.into_iter().filter_map(|value| value.get(part.name)).collect(),
        )),
    }
}

static SCHEMAS: Attribute = Attribute::text("schemas", "Schemas of the resource.");

fn part<'v>(
    value: &'v Value,
    name: &AttributeName,
    attribute: &'static Attribute,
) -> Option<(&'static Attribute, Option<&'v Value>)> {
    if name.part.is_some() || name.urn.is_some() {
        return None;
    }
    if attribute.parts().is_empty() {
        // of values that have no parts, `value` is the value
        return name
            .name
            .eq_ignore_ascii_case("value")
            .then_some((attribute, Some(value)));
    }
    let part = find(attribute.parts(), &name.name)?;
    Some((part, value.get(part.name)))
}

/// Whether one of these values compares so; `ne` holds where none of them is the same, so of no value too.
fn compares(
    attribute: Option<&'static Attribute>,
    values: &[&Value],
    operator: Operator,
    literal: &Literal,
) -> bool {
    let Some(attribute) = attribute else {
        return operator == Operator::Ne && *literal != Literal::Null;
    };
    if *literal == Literal::Null {
        return match operator {
            Operator::Eq => values.is_empty(),
            Operator::Ne => !values.is_empty(),
            _ => false,
        };
    }
    match operator {
        Operator::Ne => !values
            .iter()
            .any(|value| compares_one(attribute, value, Operator::Eq, literal)),
        _ => values
            .iter()
            .any(|value| compares_one(attribute, value, operator, literal)),
    }
}

fn compares_one(attribute: &'static Attribute, value: &Value, operator: Operator, literal: &Literal) -> bool {
    match (value, literal) {
        (Value::Object(object), _) => find(attribute.parts(), "value").is_some_and(|part| {
            object
                .get(part.name)
                .is_some_and(|value| compares_one(part, value, operator, literal))
        }),
        (Value::Bool(value), Literal::Truth(truth)) => operator == Operator::Eq && value == truth,
        // clients write truths as texts
        (Value::Bool(value), Literal::Text(text)) => {
            operator == Operator::Eq && text.eq_ignore_ascii_case(if *value { "true" } else { "false" })
        }
        (Value::Number(value), Literal::Number(number)) => value
            .as_f64()
            .and_then(|value| value.partial_cmp(number))
            .is_some_and(|order| in_order(order, operator)),
        (Value::String(value), Literal::Text(text)) => match (attribute.sort, attribute.exact) {
            (Sort::Time, _) => match (Instant::parse(value), Instant::parse(text)) {
                (Ok(value), Ok(text)) => in_order(value.cmp(&text), operator),
                _ => false,
            },
            (_, true) => texts(value, text, operator),
            (_, false) => texts(&value.to_lowercase(), &text.to_lowercase(), operator),
        },
        _ => false,
    }
}

fn texts(value: &str, text: &str, operator: Operator) -> bool {
    match operator {
        Operator::Co => value.contains(text),
        Operator::Sw => value.starts_with(text),
        Operator::Ew => value.ends_with(text),
        _ => in_order(value.cmp(text), operator),
    }
}

fn in_order(order: Ordering, operator: Operator) -> bool {
    match operator {
        Operator::Eq => order.is_eq(),
        Operator::Ne => order.is_ne(),
        Operator::Gt => order.is_gt(),
        Operator::Ge => order.is_ge(),
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
        Operator::Co | Operator::Sw | Operator::Ew => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::schema::{ENTERPRISE, OURS, USER};
    use serde_json::json;

    fn person() -> Object {
        let person = json!({
            "schemas": [USER.id, OURS.id], "id": "Ab", "userName": "Ada@x", "active": true,
            "name": {"familyName": "Ng"}, "emails": [{"value": "a@x", "type": "work", "primary": true}, {"value": "b@y", "type": "home"}],
            "meta": {"lastModified": "2026-07-15T09:00:00Z", "resourceType": "User"},
            ENTERPRISE.id: {"department": "FX", "manager": {"value": "m-1"}}, OURS.id: {"place": "HK", "namedIn": ["order-7"]},
        });
        person.as_object().unwrap().clone()
    }

    #[track_caller]
    fn check(filter: &str, expected: bool) {
        let read = parse(filter).unwrap();
        assert_eq!(read.matches(&person(), Kind::User), expected, "{filter}");
    }

    #[test]
    fn what_a_filter_means() {
        for filter in [
            "userName eq \"ADA@X\"",
            "userName sw \"ada\" and userName ew \"x\" and userName co \"@\"",
            "id eq \"Ab\"",
            "active eq true and active eq \"True\"",
            "name.familyName gt \"na\" and name.familyName le \"ng\"",
            "emails eq \"a@x\" and emails.type eq \"HOME\"",
            "emails[type eq \"work\" and value ew \"x\"]",
            "emails.value ne \"c@z\"",
            "meta.lastModified ge \"2026-07-15T11:00:00+02:00\"",
            "meta.lastModified lt \"2026-07-15T09:00:01Z\"",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"m-1\"",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq \"m-1\"",
            "urn:ietf:params:scim:schemas:extension:bailiwick:2.0:User:namedIn eq \"order-7\"",
            "schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"",
            "title eq null and title ne \"x\" and not (title pr)",
            "nothing ne \"x\" and not (nothing pr) and not (nothing eq \"x\")",
            "name pr",
        ] {
            check(filter, true);
        }
        for filter in [
            "id eq \"ab\"",
            "userName eq 7",
            "active gt true",
            "active eq false",
            "emails.value ne \"a@x\"",
            "emails[type eq \"home\" and value eq \"a@x\"]",
            "members pr",
            "userName.first pr",
            "userName eq null",
            "meta.lastModified gt \"yesterday\"",
            "emails[value.x pr]",
        ] {
            check(filter, false);
        }
    }
}
