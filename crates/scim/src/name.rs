//! How attributes are named: `userName`, `name.familyName`, or either behind the URN of its schema.

use crate::schema::{Attribute, Kind, Schema, find};
use std::fmt;

/// The name of an attribute as somebody wrote it; whether there is such an attribute is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeName {
    /// The URN before it.
    pub urn: Option<String>,
    /// The attribute.
    pub name: String,
    /// The part of it.
    pub part: Option<String>,
}

/// What a name means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meant {
    /// All of an extension.
    Extension(&'static Schema),
    /// An attribute.
    Attribute {
        /// The extension that it is of; `None`: the kind's own.
        extension: Option<&'static Schema>,
        /// The attribute.
        attribute: &'static Attribute,
        /// The part of it.
        part: Option<&'static Attribute>,
    },
}

impl AttributeName {
    /// Reads a name; `None`: it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (urn, rest) = match text.rsplit_once(':') {
            Some((urn, rest)) => (Some(urn), rest),
            None => (None, text),
        };
        if urn.is_some_and(|urn| !is_urn(urn)) {
            return None;
        }
        let (name, part) = match rest.split_once('.') {
            Some((name, part)) => (name, Some(part)),
            None => (rest, None),
        };
        let is_named = is_word(name) && part.is_none_or(is_word);
        is_named.then(|| Self {
            urn: urn.map(str::to_owned),
            name: name.to_owned(),
            part: part.map(str::to_owned),
        })
    }

    /// What it means for resources of a kind; `None`: nothing.
    pub(crate) fn meant(&self, kind: Kind) -> Option<Meant> {
        if let (Some(urn), None) = (&self.urn, &self.part)
            && let Some(schema) = kind.extension(&format!("{urn}:{}", self.name))
        {
            return Some(Meant::Extension(schema));
        }
        let extension = match &self.urn {
            None => None,
            Some(urn) if urn.eq_ignore_ascii_case(kind.core().id) => None,
            Some(urn) => Some(kind.extension(urn)?),
        };
        let attribute = kind.attribute(extension, &self.name)?;
        let part = match &self.part {
            None => None,
            Some(part) => Some(find(attribute.parts(), part)?),
        };
        Some(Meant::Attribute {
            extension,
            attribute,
            part,
        })
    }
}

/// `emails.value`, or `urn:...:User:emails.value`.
impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = &self.urn {
            write!(f, "{urn}:")?;
        }
        f.write_str(&self.name)?;
        match &self.part {
            Some(part) => write!(f, ".{part}"),
            None => Ok(()),
        }
    }
}

fn is_urn(text: &str) -> bool {
    let is_long = text
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
    is_long
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b":.-_".contains(&byte))
}

fn is_word(text: &str) -> bool {
    let rest = text.strip_prefix('$').unwrap_or(text);
    rest.starts_with(|first: char| first.is_ascii_alphabetic())
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ENTERPRISE, OURS};

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let meant = AttributeName::parse(text).map(|name| {
            assert_eq!(name.to_string(), text);
            match name.meant(Kind::User) {
                None => "nothing".to_owned(),
                Some(Meant::Extension(schema)) => schema.name.to_owned(),
                Some(Meant::Attribute {
                    extension,
                    attribute,
                    part,
                }) => {
                    let of = extension.map_or("", |schema| schema.name);
                    format!("{of}/{}/{}", attribute.name, part.map_or("", |part| part.name))
                }
            }
        });
        assert_eq!(meant.as_deref(), expected, "{text}");
    }

    #[test]
    fn names_with_and_without_their_schema() {
        check("USERNAME", Some("/userName/"));
        check("name.familyname", Some("/name/familyName"));
        check(
            "urn:ietf:params:scim:schemas:core:2.0:User:emails.value",
            Some("/emails/value"),
        );
        check(ENTERPRISE.id, Some("EnterpriseUser"));
        check(
            &format!("{}:manager.$ref", ENTERPRISE.id),
            Some("EnterpriseUser/manager/$ref"),
        );
        check(
            &format!("{}:place", OURS.id.to_uppercase()),
            Some("BailiwickUser/place/"),
        );
        check("place", Some("nothing"));
        check("urn:x:y:place", Some("nothing"));
        check("userName.first", Some("nothing"));
        for text in ["", "1a", "a.", "a.b.c", "a b", "x:y", "urn:", "é", "emails[type"] {
            check(text, None);
        }
    }
}
