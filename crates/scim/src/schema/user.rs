//! A user (RFC 7643, section 4.1), as far as it is kept.
//!
//! There is no password: what a client sends as one is thrown away like any attribute that does not exist. Pictures,
//! messengers and certificates are not kept either.

use super::{Attribute, Kept, Schema, Sort};
use identity::directory::{Email, Profile};
use serde_json::{Map, Value};

const NAME: &[Attribute] = &[
    Attribute::new(
        "formatted",
        Sort::Text,
        "The whole name as it is written.",
        Kept::Text(|p| &p.names.formatted, |p| &mut p.names.formatted),
    ),
    Attribute::new(
        "familyName",
        Sort::Text,
        "Family name.",
        Kept::Text(|p| &p.names.family, |p| &mut p.names.family),
    ),
    Attribute::new(
        "givenName",
        Sort::Text,
        "Given name.",
        Kept::Text(|p| &p.names.given, |p| &mut p.names.given),
    ),
    Attribute::text("middleName", "Middle name."),
    Attribute::text("honorificPrefix", "What stands before the name."),
    Attribute::text("honorificSuffix", "What stands after the name."),
];

const PRIMARY: Attribute = Attribute::new(
    "primary",
    Sort::Truth,
    "Whether it is the one to use; of one at most.",
    Kept::Elsewhere,
);

const EMAIL: &[Attribute] = &[
    Attribute::text("value", "The address.").needed(),
    Attribute::text("type", "What it is for.").words(&["work", "home", "other"]),
    PRIMARY,
];

const PHONE: &[Attribute] = &[
    Attribute::text("value", "The number."),
    Attribute::text("type", "What it is for.").words(&["work", "home", "mobile", "fax", "pager", "other"]),
    PRIMARY,
];

const ADDRESS: &[Attribute] = &[
    Attribute::text("formatted", "The whole address as it is written."),
    Attribute::text("streetAddress", "Street and number."),
    Attribute::text("locality", "Town."),
    Attribute::text("region", "Region."),
    Attribute::text("postalCode", "Postal code."),
    Attribute::text("country", "As the source writes it; no decision reads it."),
    Attribute::text("type", "What it is for.").words(&["work", "home", "other"]),
    PRIMARY,
];

const WORD: &[Attribute] = &[
    Attribute::text("value", "The word."),
    Attribute::text("display", "The same, for people."),
    Attribute::text("type", "What it is for."),
    PRIMARY,
];

const GROUP_OF: &[Attribute] = &[
    Attribute::text("display", "Name of the group.").by_server(),
    Attribute::text("type", "How they are in it.")
        .words(&["direct"])
        .by_server(),
];

/// A user.
pub static USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "A person, or an account of a service.",
    attributes: &[
        Attribute::new(
            "userName",
            Sort::Text,
            "Name by which they sign in.",
            Kept::Own(|p| Some(Value::from(p.user_name.as_str())), set_user_name),
        )
        .needed()
        .unique(),
        Attribute::new(
            "active",
            Sort::Truth,
            "Whether they may act at all. False ends every access at once. It must be said, since it is not guessed.",
            Kept::Own(|p| Some(Value::Bool(p.active)), set_active),
        )
        .needed(),
        Attribute::new("name", Sort::Complex(NAME), "The parts of the name.", Kept::Elsewhere),
        Attribute::new(
            "displayName",
            Sort::Text,
            "The name to show.",
            Kept::Text(|p| &p.names.display, |p| &mut p.names.display),
        ),
        Attribute::text("nickName", "What they like to be called."),
        Attribute::new("profileUrl", Sort::Reference, "Their page.", Kept::More)
            .exact()
            .refers(&["external"]),
        Attribute::new(
            "title",
            Sort::Text,
            "Title of the position.",
            Kept::Text(|p| &p.names.title, |p| &mut p.names.title),
        ),
        Attribute::text("userType", "How the source calls their relation to the firm; no decision reads it."),
        Attribute::text("preferredLanguage", "The language to write to them in."),
        Attribute::text("locale", "How numbers and dates are written for them."),
        Attribute::text("timezone", "Their time zone."),
        Attribute::new(
            "emails",
            Sort::Complex(EMAIL),
            "Addresses.",
            Kept::Own(emails, set_emails),
        )
        .many(),
        Attribute::new("phoneNumbers", Sort::Complex(PHONE), "Telephone numbers.", Kept::More).many(),
        Attribute::new("addresses", Sort::Complex(ADDRESS), "Postal addresses; no place is taken from them.", Kept::More).many(),
        Attribute::new("entitlements", Sort::Complex(WORD), "Kept for the source; grants nothing.", Kept::More).many(),
        Attribute::new("roles", Sort::Complex(WORD), "Kept for the source; grants nothing.", Kept::More).many(),
        Attribute::new(
            "groups",
            Sort::Complex(GROUP_OF),
            "Groups that they are in. Changed by changing the group.",
            Kept::Elsewhere,
        )
        .many()
        .by_server(),
    ],
};

fn set_user_name(profile: &mut Profile, value: Option<&Value>) -> Result<(), String> {
    let name = value.and_then(Value::as_str).unwrap_or_default();
    if name.trim().is_empty() {
        return Err("`userName` is empty".to_owned());
    }
    name.clone_into(&mut profile.user_name);
    Ok(())
}

fn set_active(profile: &mut Profile, value: Option<&Value>) -> Result<(), String> {
    profile.active = value.and_then(Value::as_bool).unwrap_or(false);
    Ok(())
}

fn emails(profile: &Profile) -> Option<Value> {
    let one = |email: &Email| {
        let mut object = Map::new();
        object.insert("value".to_owned(), Value::from(email.value.as_str()));
        if let Some(sort) = &email.sort {
            object.insert("type".to_owned(), Value::from(sort.as_str()));
        }
        object.insert("primary".to_owned(), Value::Bool(email.primary));
        Value::Object(object)
    };
    let emails: Vec<Value> = profile.emails.iter().map(one).collect();
    (!emails.is_empty()).then_some(Value::Array(emails))
}

fn set_emails(profile: &mut Profile, value: Option<&Value>) -> Result<(), String> {
    let emails = value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let text = |email: &Value, part: &str| email.get(part).and_then(Value::as_str).map(str::to_owned);
    let read = emails.iter().map(|email| {
        Ok(Email {
            value: text(email, "value").ok_or("an address of `emails` has no `value`")?,
            sort: text(email, "type"),
            primary: email.get("primary").and_then(Value::as_bool).unwrap_or(false),
        })
    });
    profile.emails = read.collect::<Result<_, String>>()?;
    Ok(())
}
