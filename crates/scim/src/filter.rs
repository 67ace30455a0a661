//! Filters (RFC 7644, section 3.4.2.2): read, evaluated over a canonical resource, and handed to the store as far as it goes.
//!
//! What a filter means is written down once, in [`Filter::matches`]. The store is asked for what [`pushed`] makes of it,
//! which means the same people or more, never fewer. Protected attributes cannot be asked about: whoever may ask often
//! enough whether somebody's citizenship begins with a letter has read it.

mod evaluate;
mod push;
mod read;

pub use push::{Pushed, pushed, pushed_group};
pub use read::parse;

use crate::error::{ScimError, ScimType};
use crate::name::{AttributeName, Meant};
use crate::schema::Kind;
use std::fmt;

/// Which resources, or which values of an attribute, are meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of these must hold.
    And(Vec<Filter>),
    /// One of these must hold.
    Or(Vec<Filter>),
    /// This must not hold.
    Not(Box<Filter>),
    /// The attribute has a value.
    Present(AttributeName),
    /// The attribute compares so.
    Compare(AttributeName, Operator, Literal),
    /// One value of the attribute is as the filter says.
    Value(AttributeName, Box<Filter>),
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Is.
    Eq,
    /// Is not.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Is greater.
    Gt,
    /// Is greater or the same.
    Ge,
    /// Is less.
    Lt,
    /// Is less or the same.
    Le,
}

/// What is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A text.
    Text(String),
    /// `true` or `false`.
    Truth(bool),
    /// A number.
    Number(f64),
    /// Nothing.
    Null,
}

impl Operator {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Eq,
        Self::Ne,
        Self::Co,
        Self::Sw,
        Self::Ew,
        Self::Gt,
        Self::Ge,
        Self::Lt,
        Self::Le,
    ];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }
}

impl Filter {
    /// Fails if something protected is asked about.
    ///
    /// # Errors
    /// `invalidFilter`, with the name of the attribute.
    pub fn check(&self, kind: Kind) -> Result<(), ScimError> {
        let mut found = None;
        self.each_name(&mut |name| {
            let is_protected = match name.meant(kind) {
                Some(Meant::Attribute { attribute, part, .. }) => {
                    attribute.is_protected() || part.is_some_and(|part| part.is_protected())
                }
                Some(Meant::Extension(_)) | None => false,
            };
            if is_protected {
                found.get_or_insert_with(|| name.to_string());
            }
        });
        match found {
            None => Ok(()),
            Some(name) => {
                let detail = format!("`{name}` is protected: nobody is found by it");
                Err(ScimError::bad(ScimType::InvalidFilter, detail))
            }
        }
    }

    /// Whether an attribute of this name is asked about.
    pub(crate) fn mentions(&self, wanted: &str) -> bool {
        let mut found = false;
        self.each_name(&mut |name| found |= name.name.eq_ignore_ascii_case(wanted));
        found
    }

    /// Shows every name at the level of the resource.
    fn each_name(&self, see: &mut dyn FnMut(&AttributeName)) {
        match self {
            Self::And(all) | Self::Or(all) => all.iter().for_each(|one| one.each_name(see)),
            Self::Not(one) => one.each_name(see),
            Self::Present(name) | Self::Compare(name, ..) | Self::Value(name, _) => see(name),
        }
    }
}

/// In the least words that mean the same.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, all: &[Filter], word: &str| {
            for (index, one) in all.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                match one {
                    Self::And(_) | Self::Or(_) => write!(f, "({one})")?,
                    _ => write!(f, "{one}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::And(all) => joined(f, all, "and"),
            Self::Or(all) => joined(f, all, "or"),
            Self::Not(one) => write!(f, "not ({one})"),
            Self::Present(name) => write!(f, "{name} pr"),
            Self::Compare(name, operator, literal) => write!(f, "{name} {} {literal}", operator.as_str()),
            Self::Value(name, filter) => write!(f, "{name}[{filter}]"),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{}", serde_json::Value::from(text.as_str())),
            Self::Truth(truth) => write!(f, "{truth}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Null => f.write_str("null"),
        }
    }
}
