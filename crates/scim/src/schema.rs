//! The tables: which attributes there are, what each may hold, and where it is kept.
//!
//! One table serves everything: what comes in is read by it, what goes out is written by it, filters ask it about upper and
//! lower case, changes ask it what may be changed, and it is published as it stands. An attribute that is in no table does
//! not exist.

mod common;
mod enterprise;
mod group;
mod meta;
mod ours;
mod user;

pub use common::COMMON;
pub use enterprise::ENTERPRISE;
pub use group::GROUP;
pub use meta::{RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG};
pub use ours::OURS;
pub use user::USER;

use identity::directory::Profile;
use serde_json::Value;

/// A set of attributes with a name.
#[derive(Debug)]
pub struct Schema {
    /// Its URN.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub description: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
}

/// Schemas that add to a user.
static OF_USER: [&Schema; 2] = [&ENTERPRISE, &OURS];

/// A sort of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A person.
    User,
    /// A group.
    Group,
}

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Its name, as it is written.
    pub name: &'static str,
    /// What it means.
    pub description: &'static str,
    /// What its values are.
    pub sort: Sort,
    /// Whether it holds several.
    pub many: bool,
    /// Whether it must be there.
    pub needed: bool,
    /// Whether upper and lower case differ.
    pub exact: bool,
    /// Who may write it.
    pub writing: Writing,
    /// When it is shown.
    pub shown: When,
    /// Whether no two resources have the same.
    pub unique: bool,
    /// Words that are usual, or the only ones.
    pub words: &'static [&'static str],
    /// What a reference leads to.
    pub refers: &'static [&'static str],
    /// Where it is kept of a person.
    pub kept: Kept,
}

/// What values are.
#[derive(Clone, Copy, Debug)]
pub enum Sort {
    /// A text.
    Text,
    /// `true` or `false`.
    Truth,
    /// A whole number.
    Number,
    /// An instant of RFC 3339.
    Time,
    /// The address of something.
    Reference,
    /// Several attributes together.
    Complex(&'static [Attribute]),
}

/// Who may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// The server.
    Server,
    /// The client, who may read it too.
    Anyone,
    /// The client, once.
    Once,
    /// The client, who never reads it.
    Blind,
}

/// When an attribute is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// Never.
    Never,
    /// Unless it is left out.
    Usually,
}

/// Where an attribute of a person is kept.
#[derive(Clone, Copy, Debug)]
pub enum Kept {
    /// By its parts, by the server, or not in the profile.
    Elsewhere,
    /// Among what is kept for the source and read by nothing, under its name.
    More,
    /// In a text of its own.
    Text(
        fn(&Profile) -> &Option<String>,
        fn(&mut Profile) -> &mut Option<String>,
    ),
    /// In a form of its own.
    Own(ReadOwn, WriteOwn),
}

/// How a form of its own is shown.
pub type ReadOwn = fn(&Profile) -> Option<Value>;

/// How a form of its own is taken; an error says what is wrong, without the value of what is protected.
pub type WriteOwn = fn(&mut Profile, Option<&Value>) -> Result<(), String>;

impl Kind {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::User, Self::Group];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// Where it is found.
    pub const fn endpoint(self) -> &'static str {
        match self {
            Self::User => "/Users",
            Self::Group => "/Groups",
        }
    }

    /// Its own schema.
    pub const fn core(self) -> &'static Schema {
        match self {
            Self::User => &USER,
            Self::Group => &GROUP,
        }
    }

    /// Schemas that add to it.
    pub const fn extensions(self) -> &'static [&'static Schema] {
        match self {
            Self::User => &OF_USER,
            Self::Group => &[],
        }
    }

    /// The extension of this URN, without regard to case.
    pub fn extension(self, urn: &str) -> Option<&'static Schema> {
        let mut all = self.extensions().iter().copied();
        all.find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }

    /// The attribute of this name in a schema of this kind: `None` is its own, where the common ones are found too.
    pub fn attribute(self, extension: Option<&Schema>, name: &str) -> Option<&'static Attribute> {
        match extension {
            Some(schema) => {
                let schema = self.extension(schema.id)?;
                find(schema.attributes, name)
            }
            None => find(self.core().attributes, name).or_else(|| find(COMMON, name)),
        }
    }
}

/// The attribute of this name, without regard to case.
pub fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

impl Attribute {
    /// One that may be left out, written by anyone, shown usually, and compared without regard to case.
    pub const fn new(name: &'static str, sort: Sort, description: &'static str, kept: Kept) -> Self {
        Self {
            name,
            description,
            sort,
            many: false,
            needed: false,
            exact: false,
            writing: Writing::Anyone,
            shown: When::Usually,
            unique: false,
            words: &[],
            refers: &[],
            kept,
        }
    }

    /// A text that is kept for the source alone, or as a part of something that is.
    pub const fn text(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Sort::Text, description, Kept::More)
    }

    /// Holds several.
    pub const fn many(self) -> Self {
        Self { many: true, ..self }
    }

    /// Must be there.
    pub const fn needed(self) -> Self {
        Self { needed: true, ..self }
    }

    /// Upper and lower case differ.
    pub const fn exact(self) -> Self {
        Self { exact: true, ..self }
    }

    /// Written by the server only.
    pub const fn by_server(self) -> Self {
        Self {
            writing: Writing::Server,
            ..self
        }
    }

    /// Written once.
    pub const fn once(self) -> Self {
        Self {
            writing: Writing::Once,
            ..self
        }
    }

    /// Written, and never shown.
    pub const fn blind(self) -> Self {
        Self {
            writing: Writing::Blind,
            shown: When::Never,
            ..self
        }
    }

    /// Always shown.
    pub const fn always(self) -> Self {
        Self {
            shown: When::Always,
            ..self
        }
    }

    /// No two resources have the same.
    pub const fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    /// With words that are usual.
    pub const fn words(self, words: &'static [&'static str]) -> Self {
        Self { words, ..self }
    }

    /// A reference to these.
    pub const fn refers(self, refers: &'static [&'static str]) -> Self {
        Self { refers, ..self }
    }

    /// Its parts; of a simple attribute, none.
    pub const fn parts(&self) -> &'static [Attribute] {
        match self.sort {
            Sort::Complex(parts) => parts,
            _ => &[],
        }
    }

    /// Whether its values are protected: written, and never read.
    pub fn is_protected(&self) -> bool {
        self.shown == When::Never
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each(attributes: &'static [Attribute], see: &mut dyn FnMut(&'static Attribute)) {
        for attribute in attributes {
            see(attribute);
            each(attribute.parts(), see);
        }
    }

    #[test]
    fn names_are_told_apart_and_what_is_protected_is_never_shown() {
        for kind in Kind::ALL {
            let schemas = kind.extensions().iter().copied().chain([kind.core()]);
            for schema in schemas {
                let mut names: Vec<String> =
                    schema.attributes.iter().map(|a| a.name.to_lowercase()).collect();
                names.sort();
                names.dedup();
                assert_eq!(names.len(), schema.attributes.len(), "{}", schema.id);
                each(schema.attributes, &mut |attribute| {
                    let is_blind = attribute.writing == Writing::Blind;
                    assert_eq!(is_blind, attribute.shown == When::Never, "{}", attribute.name);
                    assert!(!attribute.description.is_empty(), "{}", attribute.name);
                });
            }
        }
        for name in ["citizenships", "usStatus", "screening"] {
            assert!(find(OURS.attributes, name).unwrap().is_protected(), "{name}");
        }
    }

    #[test]
    fn names_are_found_without_regard_to_case() {
        assert_eq!(Kind::User.attribute(None, "USERNAME").unwrap().name, "userName");
        assert_eq!(
            Kind::User.attribute(None, "externalid").unwrap().name,
            "externalId"
        );
        assert!(Kind::User.attribute(None, "password").is_none());
        assert!(Kind::Group.extension(OURS.id).is_none());
        let urn = OURS.id.to_uppercase();
        assert_eq!(Kind::User.extension(&urn).unwrap().id, OURS.id);
    }
}
