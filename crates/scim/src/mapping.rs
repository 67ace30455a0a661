//! From a canonical resource to what the directory keeps, and back.

use crate::Object;
use crate::error::ScimError;
use crate::schema::{Attribute, COMMON, Kept, Kind, Sort, Writing};
use identity::directory::{GroupRecord, PersonRecord, Profile};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What the source says of a person. Of protected attributes that are not there, what `before` says is kept.
///
/// # Errors
/// When a value is none that its attribute takes.
pub fn profile_of(resource: &Object, before: Option<&Profile>) -> Result<Profile, ScimError> {
    let mut profile = Profile::default();
    if let Some(before) = before {
        profile.attested = before.attested.clone();
    }
    let nothing = Object::new();
    for table in [Kind::User.core().attributes, COMMON] {
        take(&mut profile, resource, table, "")?;
    }
    for schema in Kind::User.extensions() {
        let inside = resource.get(schema.id).and_then(Value::as_object);
        take(&mut profile, inside.unwrap_or(&nothing), schema.attributes, "")?;
    }
    Ok(profile)
}

fn take(profile: &mut Profile, from: &Object, table: &[Attribute], before: &str) -> Result<(), ScimError> {
    for attribute in table {
        let value = from.get(attribute.name);
        match attribute.kept {
            // what cannot be seen is not taken away by leaving it out
            Kept::Own(..) | Kept::Text(..) if attribute.writing == Writing::Blind && value.is_none() => {}
            Kept::Own(_, set) => {
                let value = value.filter(|value| !value.is_null());
                set(profile, value).map_err(ScimError::value)?;
            }
            Kept::Text(_, into) => *into(profile) = value.and_then(Value::as_str).map(str::to_owned),
            Kept::More if attribute.writing == Writing::Server => {}
            Kept::More => {
                if let Some(value) = value {
                    profile
                        .more
                        .insert(format!("{before}{}", attribute.name), value.clone());
                }
            }
            Kept::Elsewhere => {
                if let (Sort::Complex(parts), false) = (attribute.sort, attribute.many) {
                    let nothing = Object::new();
                    let inside = value.and_then(Value::as_object).unwrap_or(&nothing);
                    take(profile, inside, parts, &format!("{}.", attribute.name))?;
                }
            }
        }
    }
    Ok(())
}

/// A person as a canonical resource: with what only the server says, and with what is protected only if `protected`,
/// which is for changing it and never for showing it.
pub fn resource_of(record: &PersonRecord, base: &str, protected: bool) -> Object {
    let profile = &record.profile;
    let mut resource = Object::new();
    resource.insert("id".to_owned(), Value::from(record.id.as_str()));
    for table in [COMMON, Kind::User.core().attributes] {
        give(&mut resource, profile, table, "", protected);
    }
    for schema in Kind::User.extensions() {
        let mut inside = Object::new();
        give(&mut inside, profile, schema.attributes, "", protected);
        lead_to_manager(&mut inside, base);
        if !inside.is_empty() {
            resource.insert(schema.id.to_owned(), Value::Object(inside));
        }
    }
    if !record.groups.is_empty() {
        let groups = record
            .groups
            .iter()
            .map(|name| json!({"display": name, "type": "direct"}));
        resource.insert("groups".to_owned(), groups.collect());
    }
    let meta = json!({
        "resourceType": "User", "created": record.created.to_string(), "lastModified": record.modified.to_string(),
        "location": location(base, Kind::User, &record.id), "version": version_of(record),
    });
    finished(resource, Kind::User, meta)
}

fn give(into: &mut Object, profile: &Profile, table: &[Attribute], before: &str, protected: bool) {
    for attribute in table
        .iter()
        .filter(|attribute| protected || !attribute.is_protected())
    {
        let value = match attribute.kept {
            Kept::Own(get, _) => get(profile),
            Kept::Text(get, _) => get(profile).as_deref().map(Value::from),
            Kept::More => profile.more.get(&format!("{before}{}", attribute.name)).cloned(),
            Kept::Elsewhere => match (attribute.sort, attribute.many) {
                (Sort::Complex(parts), false) => {
                    let mut inside = Object::new();
                    give(
                        &mut inside,
                        profile,
                        parts,
                        &format!("{}.", attribute.name),
                        protected,
                    );
                    (!inside.is_empty()).then_some(Value::Object(inside))
                }
                _ => None,
            },
        };
        if let Some(value) = value {
            into.insert(attribute.name.to_owned(), value);
        }
    }
}

fn lead_to_manager(inside: &mut Object, base: &str) {
    let Some(Value::Object(manager)) = inside.get_mut("manager") else {
        return;
    };
    if let Some(id) = manager.get("value").and_then(Value::as_str) {
        let location = location(base, Kind::User, id);
        manager.insert("$ref".to_owned(), Value::from(location));
    }
}

/// A group as a canonical resource; `None` for members that were not read.
pub fn group_resource(record: &GroupRecord, members: Option<&[String]>, base: &str) -> Object {
    let mut resource = Object::new();
    resource.insert("id".to_owned(), Value::from(record.id.as_str()));
    if let Some(external) = &record.profile.external_id {
        resource.insert("externalId".to_owned(), Value::from(external.as_str()));
    }
    resource.insert(
        "displayName".to_owned(),
        Value::from(record.profile.name.as_str()),
    );
    if let Some(members) = members.filter(|members| !members.is_empty()) {
        let member =
            |id: &String| json!({"value": id, "$ref": location(base, Kind::User, id), "type": "User"});
        resource.insert("members".to_owned(), members.iter().map(member).collect());
    }
    let meta = json!({
        "resourceType": "Group", "created": record.created.to_string(), "lastModified": record.modified.to_string(),
        "location": location(base, Kind::Group, &record.id), "version": tag(record.version, &[]),
    });
    finished(resource, Kind::Group, meta)
}

/// With `schemas` before everything else and `meta` after it.
fn finished(resource: Object, kind: Kind, meta: Value) -> Object {
    let extensions = kind.extensions().iter().map(|schema| schema.id);
    let used = extensions.filter(|id| resource.contains_key(*id));
    let schemas: Value = [kind.core().id].into_iter().chain(used).collect();
    let mut whole = Object::new();
    whole.insert("schemas".to_owned(), schemas);
    whole.extend(resource);
    whole.insert("meta".to_owned(), meta);
    whole
}

/// Where a resource is found.
pub(crate) fn location(base: &str, kind: Kind, id: &str) -> String {
    format!("{base}{}/{id}", kind.endpoint())
}

/// The entity tag of a person: the version of the record, and the groups, which change without it.
fn version_of(record: &PersonRecord) -> String {
    tag(record.version, &record.groups)
}

fn tag(version: u64, groups: &[String]) -> String {
    if groups.is_empty() {
        return format!("W/\"{version}\"");
    }
    let mut digest = Sha256::new();
    for group in groups {
        digest.update(group.as_bytes());
        digest.update([0]);
    }
    let digest: String = digest
        .finalize()
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("W/\"{version}.{digest}\"")
}

/// The version that an entity tag of ours names.
pub(crate) fn version_in(tag: &str) -> Option<u64> {
    let tag = tag.trim();
    let inside = tag.strip_prefix("W/").unwrap_or(tag);
    let inside = inside.strip_prefix('"')?.strip_suffix('"')?;
    let version = inside.split_once('.').map_or(inside, |(version, _)| version);
    version.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::canonical;
    use crate::schema::{ENTERPRISE, OURS, USER};
    use register::model::Instant;

    /// A value for every attribute that a client writes.
    fn sample(attribute: &Attribute) -> Value {
        let one = match (attribute.sort, attribute.words) {
            (Sort::Complex(parts), _) => {
                let parts = parts.iter().filter(|part| part.writing != Writing::Server);
                Value::Object(parts.map(|part| (part.name.to_owned(), sample(part))).collect())
            }
            (_, [word, ..]) => Value::from(*word),
            (Sort::Truth, _) => Value::Bool(true),
            _ => Value::from(format!("some {}", attribute.name)),
        };
        if attribute.many { json!([one]) } else { one }
    }

    fn everything() -> Object {
        let fill = |table: &[Attribute]| -> Object {
            let ours = table
                .iter()
                .filter(|attribute| attribute.writing != Writing::Server);
            ours.map(|attribute| (attribute.name.to_owned(), sample(attribute)))
                .collect()
        };
        let mut all = fill(USER.attributes);
        all.extend(fill(COMMON));
        all.insert("schemas".to_owned(), json!([USER.id, ENTERPRISE.id, OURS.id]));
        for schema in Kind::User.extensions() {
            all.insert(schema.id.to_owned(), Value::Object(fill(schema.attributes)));
        }
        all
    }

    fn record(profile: Profile) -> PersonRecord {
        PersonRecord::first("u-1", "entra", profile, Instant(1_784_106_000))
    }

    #[test]
    fn every_attribute_is_kept_and_comes_back() {
        let sent = canonical(everything(), Kind::User).unwrap();
        let record = record(profile_of(&sent, None).unwrap());
        let mut back = resource_of(&record, "https://scim.test/v2", true);
        for name in ["schemas", "meta", "id"] {
            back.remove(name);
        }
        let mut expected = sent.clone();
        let manager = expected[ENTERPRISE.id]["manager"].as_object_mut().unwrap();
        manager.insert("$ref".to_owned(), json!("https://scim.test/v2/Users/some value"));
        assert_eq!(Value::Object(back), Value::Object(expected));
    }

    #[test]
    fn what_is_protected_is_kept_and_never_shown() {
        let sent = canonical(everything(), Kind::User).unwrap();
        let record = record(profile_of(&sent, None).unwrap());
        let shown = Value::Object(resource_of(&record, "", false)).to_string();
        for word in ["itizenship", "usStatus", "screening", "clean", "permanent"] {
            assert!(!shown.contains(word), "{word}: {shown}");
        }
        assert_eq!(record.profile.attested.citizenships.reveal().len(), 1);
    }

    #[test]
    fn leaving_out_what_cannot_be_seen_takes_nothing_away_and_an_explicit_nothing_does() {
        let before = profile_of(&canonical(everything(), Kind::User).unwrap(), None).unwrap();
        let replace = |ours: Value| {
            let body = json!({"schemas": [USER.id], "userName": "a", "active": true, OURS.id: ours});
            let body = canonical(body.as_object().unwrap().clone(), Kind::User).unwrap();
            profile_of(&body, Some(&before)).unwrap()
        };
        let kept = replace(json!({"place": "HK"}));
        assert!(kept.attested == before.attested && kept.work.site.is_none() && kept.more.is_empty());
        let cleared = replace(json!({"citizenships": null, "screening": null, "usStatus": null}));
        assert!(cleared.attested == Default::default());
    }

    #[test]
    fn tags_are_read_back() {
        let mut record = record(Profile::default());
        record.version = 7;
        assert_eq!(version_of(&record), "W/\"7\"");
        record.groups = vec!["desk".to_owned()];
        assert_eq!(version_in(&version_of(&record)), Some(7));
        assert_eq!(version_in(" \"12\" "), Some(12));
        for tag in ["", "7", "W/7", "\"x\"", "W/\"\""] {
            assert_eq!(version_in(tag), None, "{tag}");
        }
    }
}
