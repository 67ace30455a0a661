//! Which attributes are shown (RFC 7644, section 3.9).

use crate::Object;
use crate::error::{ScimError, ScimType};
use crate::name::{AttributeName, Meant};
use crate::schema::{Attribute, Kind, Schema, When};
use serde_json::Value;

/// Which attributes are asked for, or asked to be left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    only: Vec<AttributeName>,
    without: Vec<AttributeName>,
}

impl Shown {
    /// Reads the names; one that is no name is no attribute either, and is passed over.
    ///
    /// # Errors
    /// When both are asked for at once.
    pub fn read(only: &[String], without: &[String]) -> Result<Self, ScimError> {
        if !only.is_empty() && !without.is_empty() {
            let detail = "`attributes` and `excludedAttributes` cannot be asked for together";
            return Err(ScimError::bad(ScimType::InvalidValue, detail));
        }
        let read = |names: &[String]| {
            names
                .iter()
                .filter_map(|name| AttributeName::parse(name))
                .collect()
        };
        Ok(Self {
            only: read(only),
            without: read(without),
        })
    }

    /// Whether an attribute of a kind's own schema would be shown.
    pub(crate) fn shows(&self, kind: Kind, name: &str) -> bool {
        let Some(attribute) = kind.attribute(None, name) else {
            return false;
        };
        match self.only.is_empty() {
            true => !self
                .without
                .iter()
                .any(|one| covers(one, kind, None, attribute, None)),
            false => self.only.iter().any(|one| touches(one, kind, None, attribute)),
        }
    }

    /// Cuts out of a canonical resource what is asked for. What is always shown stays, what never is goes.
    pub fn cut(&self, resource: &Object, kind: Kind) -> Object {
        let mut out = Object::new();
        if let Some(schemas) = resource.get("schemas") {
            out.insert("schemas".to_owned(), schemas.clone());
        }
        out.extend(self.members(resource, kind, None));
        for (name, value) in resource {
            if let (Some(schema), Value::Object(inside)) = (kind.extension(name), value) {
                let inside = self.members(inside, kind, Some(schema));
                if !inside.is_empty() {
                    out.insert(name.clone(), Value::Object(inside));
                }
            }
        }
        out
    }

    fn members(&self, object: &Object, kind: Kind, extension: Option<&'static Schema>) -> Object {
        let mut out = Object::new();
        for (name, value) in object {
            let Some(attribute) = kind.attribute(extension, name) else {
                continue;
            };
            if let Some(value) = self.value(attribute, value, kind, extension) {
                out.insert(name.clone(), value);
            }
        }
        out
    }

    fn value(
        &self,
        attribute: &'static Attribute,
        value: &Value,
        kind: Kind,
        extension: Option<&'static Schema>,
    ) -> Option<Value> {
        let covered = |names: &[AttributeName], part: Option<&'static Attribute>| {
            names
                .iter()
                .any(|name| covers(name, kind, extension, attribute, part))
        };
        match attribute.shown {
            When::Never => return None,
            When::Always => return Some(value.clone()),
            When::Usually => {}
        }
        if self.only.is_empty() {
            if covered(&self.without, None) {
                return None;
            }
            return parts(attribute, value, &|part| !covered(&self.without, Some(part)));
        }
        if covered(&self.only, None) {
            return Some(value.clone());
        }
        parts(attribute, value, &|part| covered(&self.only, Some(part)))
    }
}

/// A value with these of its parts; of a value without parts, all or nothing.
fn parts(
    attribute: &Attribute,
    value: &Value,
    is_shown: &dyn Fn(&'static Attribute) -> bool,
) -> Option<Value> {
    if attribute.parts().is_empty() {
        // without parts, whatever is asked of them is asked of it
        return is_shown(&NO_PART).then(|| value.clone());
    }
    let cut = |value: &Value| {
        let object = value.as_object()?;
        let named = attribute.parts().iter().filter(|part| is_shown(part));
        let cut: Object = named
            .filter_map(|part| Some((part.name.to_owned(), object.get(part.name)?.clone())))
            .collect();
        (!cut.is_empty()).then_some(Value::Object(cut))
    };
    match value {
        Value::Array(values) => {
            let values: Vec<Value> = values.iter().filter_map(cut).collect();
            (!values.is_empty()).then_some(Value::Array(values))
        }
        value => cut(value),
    }
}

/// Stands for the parts of an attribute that has none: no name means it.
static NO_PART: Attribute = Attribute::text("", "No part.");

/// Whether a name means this attribute as a whole, or this part of it.
fn covers(
    name: &AttributeName,
    kind: Kind,
    extension: Option<&Schema>,
    attribute: &Attribute,
    wanted: Option<&Attribute>,
) -> bool {
    match name.meant(kind) {
        Some(Meant::Extension(schema)) => extension.is_some_and(|own| own.id == schema.id),
        Some(Meant::Attribute {
            extension: of,
            attribute: found,
            part,
        }) => {
            of.map(|schema| schema.id) == extension.map(|schema| schema.id)
                && found.name == attribute.name
                && part.map(|part| part.name) == wanted.map(|part| part.name)
        }
        None => false,
    }
}

/// Whether a name means this attribute, or any part of it.
fn touches(name: &AttributeName, kind: Kind, extension: Option<&Schema>, attribute: &Attribute) -> bool {
    let whole = AttributeName {
        part: None,
        ..name.clone()
    };
    covers(&whole, kind, extension, attribute, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ENTERPRISE, OURS, USER};
    use serde_json::json;

    fn person() -> Object {
        let person = json!({
            "schemas": [USER.id], "id": "u", "userName": "ada", "title": "Head",
            "name": {"familyName": "Ng", "givenName": "Ada"}, "emails": [{"value": "a", "type": "work"}],
            ENTERPRISE.id: {"department": "FX", "division": "M"}, OURS.id: {"place": "HK", "citizenships": ["GB"]},
            "meta": {"version": "1", "created": "then"},
        });
        person.as_object().unwrap().clone()
    }

    #[track_caller]
    fn check(only: &[&str], without: &[&str], expected: Value) {
        let owned = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
        let shown = Shown::read(&owned(only), &owned(without)).unwrap();
        assert_eq!(
            Value::Object(shown.cut(&person(), Kind::User)),
            expected,
            "{only:?} {without:?}"
        );
    }

    #[test]
    fn what_is_asked_for_is_cut_out_and_what_is_protected_never_is() {
        let base = |more: Value| {
            let mut all = json!({"schemas": [USER.id], "id": "u"});
            all.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            all
        };
        check(
            &["userName", "NAME.givenName"],
            &[],
            base(json!({"userName": "ada", "name": {"givenName": "Ada"}})),
        );
        check(
            &["emails.type", "nothing", "a b"],
            &[],
            base(json!({"emails": [{"type": "work"}]})),
        );
        check(
            &[ENTERPRISE.id],
            &[],
            base(json!({ENTERPRISE.id: {"department": "FX", "division": "M"}})),
        );
        let ours = format!("{}:citizenships", OURS.id);
        check(&[&ours, OURS.id], &[], base(json!({OURS.id: {"place": "HK"}})));
        let department = format!("{}:department", ENTERPRISE.id);
        check(
            &[],
            &["id", "title", "name", "emails.value", &department, "meta"],
            base(json!({
                "userName": "ada", "emails": [{"type": "work"}], ENTERPRISE.id: {"division": "M"}, OURS.id: {"place": "HK"},
            })),
        );
    }

    #[test]
    fn asking_for_both_is_refused() {
        assert!(Shown::read(&["a".to_owned()], &["b".to_owned()]).is_err());
        let shown = Shown::read(&[], &["members".to_owned()]).unwrap();
        assert!(!shown.shows(Kind::Group, "members") && shown.shows(Kind::Group, "displayName"));
        let shown = Shown::read(&["members.value".to_owned()], &[]).unwrap();
        assert!(shown.shows(Kind::Group, "members") && !shown.shows(Kind::Group, "displayName"));
    }
}
