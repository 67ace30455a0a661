//! What the harness of SCIM does with its input.

use scim::schema::Kind;
use scim::{AttributeName, filter, mapping, patch};
use serde_json::{Value, json};

/// Any text is read as a filter, as a path, as a resource and as a change of one, or refused with a status of the client's;
/// what is read once is the same when it is written and read again.
pub fn any(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        names(text);
    }
    let Ok(Value::Object(object)) = identity::strict_json::read(bytes) else { return };
    for kind in [Kind::User, Kind::Group] {
        match scim::canonical::canonical(object.clone(), kind) {
            Ok(canonical) => {
                let mut again = canonical.clone();
                again.insert("schemas".to_owned(), json!([kind.core().id]));
                assert_eq!(scim::canonical::canonical(again, kind), Ok(canonical.clone()), "read again it is another");
                if kind == Kind::User {
                    let _ = mapping::profile_of(&canonical, None);
                }
            }
            Err(error) => assert_eq!(error.status, 400),
        }
    }
    let Ok(operations) = patch::read(object) else { return };
    let person = json!({"userName": "a", "active": true, "emails": [{"value": "x", "type": "work", "primary": true}]});
    let Value::Object(person) = person else { return };
    match patch::patched(&person, &operations, Kind::User) {
        Ok(changed) => assert!(changed.contains_key("userName") && changed.contains_key("active")),
        Err(error) => assert_eq!(error.status, 400),
    }
    if let Err(error) = patch::group_edit(&person, &operations) {
        assert_eq!(error.status, 400);
    }
}

fn names(text: &str) {
    match filter::parse(text) {
        Ok(read) => {
            assert_eq!(filter::parse(&read.to_string()).as_ref(), Ok(&read), "a filter changes when it is written");
            let _ = filter::pushed(&read);
            let _ = filter::pushed_group(&read);
            let _ = read.matches(&serde_json::Map::new(), Kind::User);
        }
        Err(error) => assert_eq!(error.status, 400),
    }
    let _ = patch::Path::parse(text);
    if let Some(name) = AttributeName::parse(text) {
        assert_eq!(name.to_string(), text);
    }
}
