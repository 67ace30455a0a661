//! A change of a group, whose members are not in memory: it becomes what the store is asked to do.

use super::{Doing, Operation, apply};
use crate::Object;
use crate::canonical::value_of;
use crate::error::{ScimError, ScimType};
use crate::filter::{Filter, Literal, Operator};
use crate::schema::{Kind, find};
use identity::directory::MemberChange;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a change does to a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupEdit {
    /// The group afterwards, without its members.
    pub resource: Object,
    /// Who comes and goes.
    pub members: Option<MemberChange>,
}

#[derive(Default)]
struct Members {
    exactly: Option<BTreeSet<String>>,
    add: BTreeSet<String>,
    remove: BTreeSet<String>,
}

/// What a change does to a group, given as a canonical resource without members.
///
/// # Errors
/// When an operation cannot be carried out; nothing of the change is then.
pub fn group_edit(resource: &Object, operations: &[Operation]) -> Result<GroupEdit, ScimError> {
    let mut resource = resource.clone();
    let mut members = Members::default();
    for (number, operation) in (1usize..).zip(operations) {
        one(&mut resource, &mut members, operation).map_err(|error| ScimError {
            detail: format!("operation {number}: {}", error.detail),
            ..error
        })?;
    }
    crate::canonical::check_needed(&resource, Kind::Group)?;
    Ok(GroupEdit {
        resource,
        members: members.change(),
    })
}

fn one(resource: &mut Object, members: &mut Members, operation: &Operation) -> Result<(), ScimError> {
    match (&operation.path, &operation.value) {
        (Some(path), value) if is_members(&path.name.name) => members.apply(operation, value.as_ref()),
        (None, Some(Value::Object(value))) => {
            let mut rest = Object::new();
            for (key, value) in value {
                if is_members(key) {
                    members.listed(operation.doing, Some(value))?;
                } else {
                    rest.insert(key.clone(), value.clone());
                }
            }
            let rest = Operation {
                value: Some(Value::Object(rest)),
                ..operation.clone()
            };
            apply::apply(resource, &rest, Kind::Group)
        }
        _ => apply::apply(resource, operation, Kind::Group),
    }
}

fn is_members(name: &str) -> bool {
    name.eq_ignore_ascii_case("members")
}

impl Members {
    fn apply(&mut self, operation: &Operation, value: Option<&Value>) -> Result<(), ScimError> {
        let path = operation.path.as_ref();
        let filter = path.and_then(|path| path.filter.as_ref());
        let part = path.and_then(|path| path.part.as_ref().or(path.name.part.as_ref()));
        match (filter, part) {
            (None, None) => self.listed(operation.doing, value),
            (Some(filter), None) if operation.doing == Doing::Remove => {
                let mut ids = Vec::new();
                if !named(filter, &mut ids) {
                    let detail = "members are picked by `value eq` only";
                    return Err(ScimError::bad(ScimType::InvalidFilter, detail));
                }
                ids.into_iter().for_each(|id| self.go(id));
                Ok(())
            }
            _ => {
                let detail = "a member is added or removed as a whole";
                Err(ScimError::bad(ScimType::Mutability, detail))
            }
        }
    }

    fn listed(&mut self, doing: Doing, value: Option<&Value>) -> Result<(), ScimError> {
        let ids = match value {
            None => Vec::new(),
            Some(value) => ids_of(value.clone())?,
        };
        match doing {
            Doing::Add => ids.into_iter().for_each(|id| self.come(id)),
            Doing::Remove if !ids.is_empty() => ids.into_iter().for_each(|id| self.go(id)),
            Doing::Remove | Doing::Replace => {
                *self = Self {
                    exactly: Some(ids.into_iter().collect()),
                    ..Self::default()
                };
            }
        }
        Ok(())
    }

    fn come(&mut self, id: String) {
        match &mut self.exactly {
            Some(exactly) => {
                exactly.insert(id);
            }
            None => {
                self.remove.remove(&id);
                self.add.insert(id);
            }
        }
    }

    fn go(&mut self, id: String) {
        match &mut self.exactly {
            Some(exactly) => {
                exactly.remove(&id);
            }
            None => {
                self.add.remove(&id);
                self.remove.insert(id);
            }
        }
    }

    fn change(self) -> Option<MemberChange> {
        match self.exactly {
            Some(exactly) => Some(MemberChange::Exactly(exactly.into_iter().collect())),
            None if self.add.is_empty() && self.remove.is_empty() => None,
            None => Some(MemberChange::Some {
                add: self.add.into_iter().collect(),
                remove: self.remove.into_iter().collect(),
            }),
        }
    }
}

/// The ids of members in a list of them.
pub(crate) fn ids_of(members: Value) -> Result<Vec<String>, ScimError> {
    let Some(attribute) = find(Kind::Group.core().attributes, "members") else {
        return Ok(Vec::new());
    };
    let Some(Value::Array(members)) = value_of(attribute, members, "members")? else {
        return Ok(Vec::new());
    };
    let read = members.iter().map(|member| {
        let sort = member.get("type").and_then(Value::as_str);
        if sort.is_some_and(|sort| !sort.eq_ignore_ascii_case("User")) {
            return Err(ScimError::value(
                "groups within groups are not kept: send their people",
            ));
        }
        let id = member.get("value").and_then(Value::as_str);
        id.map(str::to_owned)
            .ok_or_else(|| ScimError::value("a member has no `value`"))
    });
    read.collect()
}

/// Collects the ids of `value eq "id"`, joined by `or`; false if it is anything else.
fn named(filter: &Filter, ids: &mut Vec<String>) -> bool {
    match filter {
        Filter::Or(any) => any.iter().all(|one| named(one, ids)),
        Filter::Compare(name, Operator::Eq, Literal::Text(id)) if name.name.eq_ignore_ascii_case("value") => {
            ids.push(id.clone());
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use serde_json::json;

    fn edit(operations: Value) -> Result<(Value, Option<MemberChange>), String> {
        let body =
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
        let group = json!({"id": "g", "displayName": "Desk"});
        let edited = read(body.as_object().unwrap().clone())
            .and_then(|operations| group_edit(group.as_object().unwrap(), &operations));
        let edited = edited.map_err(|error| error.detail)?;
        Ok((edited.resource["displayName"].clone(), edited.members))
    }

    #[track_caller]
    fn check(operations: Value, name: &str, members: Option<MemberChange>) {
        assert_eq!(
            edit(operations.clone()),
            Ok((json!(name), members)),
            "{operations}"
        );
    }

    fn some(add: &[&str], remove: &[&str]) -> Option<MemberChange> {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Some(MemberChange::Some {
            add: owned(add),
            remove: owned(remove),
        })
    }

    #[test]
    fn people_come_and_go_in_every_dialect() {
        check(
            json!([{"op": "Add", "path": "members", "value": [{"value": "a"}, {"value": "b", "type": "User"}]}]),
            "Desk",
            some(&["a", "b"], &[]),
        );
        check(
            json!([{"op": "remove", "path": "members[value eq \"a\" or value eq \"b\"]"}]),
            "Desk",
            some(&[], &["a", "b"]),
        );
        check(
            json!([{"op": "Remove", "path": "members", "value": [{"value": "a"}]}]),
            "Desk",
            some(&[], &["a"]),
        );
        check(
            json!([{"op": "replace", "value": {"id": "g", "displayName": "Traders", "members": [{"value": "a"}]}}]),
            "Traders",
            Some(MemberChange::Exactly(vec!["a".to_owned()])),
        );
        check(
            json!([{"op": "remove", "path": "members"}]),
            "Desk",
            Some(MemberChange::Exactly(Vec::new())),
        );
        check(
            json!([{"op": "replace", "path": "displayName", "value": "x"}]),
            "x",
            None,
        );
    }

    #[test]
    fn later_operations_see_what_earlier_ones_did() {
        let add = json!({"op": "add", "path": "members", "value": [{"value": "a"}]});
        let remove = json!({"op": "remove", "path": "members[value eq \"a\"]"});
        check(json!([add, remove]), "Desk", some(&[], &["a"]));
        check(json!([remove, add]), "Desk", some(&["a"], &[]));
        let clear = json!({"op": "remove", "path": "members"});
        check(
            json!([clear, add]),
            "Desk",
            Some(MemberChange::Exactly(vec!["a".to_owned()])),
        );
    }

    #[test]
    fn what_cannot_be_done_is_told() {
        for (operations, expected) in [
            (
                json!([{"op": "add", "path": "members", "value": [{"value": "g", "type": "Group"}]}]),
                "groups within groups",
            ),
            (
                json!([{"op": "add", "path": "members", "value": [{"display": "x"}]}]),
                "operation 1",
            ),
            (
                json!([{"op": "remove", "path": "members[type eq \"User\"]"}]),
                "picked by `value eq` only",
            ),
            (
                json!([{"op": "replace", "path": "members.value", "value": "b"}]),
                "as a whole",
            ),
            (
                json!([{"op": "remove", "path": "displayName"}]),
                "cannot be removed",
            ),
            (
                json!([{"op": "add", "path": "owners", "value": "b"}]),
                "there is no attribute `owners`",
            ),
        ] {
            let error = edit(operations.clone());
            // an empty member is none
            let is_told = match &error {
                Err(error) => error.contains(expected),
                Ok((_, members)) => expected == "operation 1" && members.is_none(),
            };
            assert!(is_told, "{operations}: {error:?}");
        }
    }
}
