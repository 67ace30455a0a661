//! Of whom an event is: the formats of RFC 9493, alone or put together.
//!
//! Where a person and one of their sessions are named together, both are meant: not every token says to which session it
//! belongs, and whoever has another session loses no more than one renewal.

use super::DeliveryError;
use crate::tokens::TokenError;
use crate::tokens::json::{Object, needed, nested, text};
use crate::tokens::verified::Name;
use serde_json::Value;

/// Most names that one event may give.
const MOST: usize = 20;

/// Who is meant.
#[derive(Default)]
pub(super) struct Meant {
    /// The issuer that was named with a subject.
    pub issuer: Option<String>,
    pub names: Vec<Name>,
}

/// What a name is of.
#[derive(Clone, Copy)]
enum Of {
    Person,
    Session,
}

/// Reads a subject.
pub(super) fn read(subject: &Object) -> Result<Meant, DeliveryError> {
    let mut meant = Meant::default();
    collect(subject, Of::Person, &mut meant)?;
    Ok(meant)
}

fn collect(subject: &Object, of: Of, meant: &mut Meant) -> Result<(), DeliveryError> {
    // `subject_type` is what drafts called it
    let format = match text(subject, "format")? {
        Some(format) => Some(format),
        None => text(subject, "subject_type")?,
    };
    match format {
        Some("iss_sub" | "iss-sub") => {
            meant.of_issuer(needed(subject, "iss")?)?;
            meant.add(of, needed(subject, "sub")?)
        }
        Some("opaque") => meant.add(of, needed(subject, "id")?),
        Some("email") => {
            let email = needed(subject, "email")?.to_owned();
            meant.push(Name::Email(email))
        }
        Some("aliases") => aliases(subject, of, meant),
        Some("complex") | None => complex(subject, meant),
        // a telephone number or the like names nobody here
        Some(_) => Ok(()),
    }
}

fn aliases(subject: &Object, of: Of, meant: &mut Meant) -> Result<(), DeliveryError> {
    let Some(Value::Array(identifiers)) = subject.get("identifiers") else {
        return Err(TokenError::claim("identifiers").into());
    };
    for identifier in identifiers.iter().take(MOST) {
        match identifier.as_object() {
            // aliases of aliases are not allowed
            Some(identifier) if !identifier.contains_key("identifiers") => collect(identifier, of, meant)?,
            _ => return Err(TokenError::claim("identifiers").into()),
        }
    }
    Ok(())
}

fn complex(subject: &Object, meant: &mut Meant) -> Result<(), DeliveryError> {
    for (part, of) in [("user", Of::Person), ("session", Of::Session)] {
        let Some(inner) = nested(subject, part)? else {
            continue;
        };
        let is_complex = text(inner, "format")?.or(text(inner, "subject_type")?).is_none();
        if is_complex {
            return Err(TokenError::claim(part).into());
        }
        collect(inner, of, meant)?;
    }
    Ok(())
}

impl Meant {
    fn of_issuer(&mut self, issuer: &str) -> Result<(), DeliveryError> {
        match &self.issuer {
            Some(other) if other != issuer => Err(TokenError::claim("iss").into()),
            _ => {
                self.issuer = Some(issuer.to_owned());
                Ok(())
            }
        }
    }

    fn add(&mut self, of: Of, id: &str) -> Result<(), DeliveryError> {
        let id = id.to_owned();
        self.push(match of {
            Of::Person => Name::Subject(id),
            Of::Session => Name::Session(id),
        })
    }

    fn push(&mut self, name: Name) -> Result<(), DeliveryError> {
        match self.names.len() < MOST {
            true => {
                self.names.push(name);
                Ok(())
            }
            false => Err(TokenError::claim("sub_id").into()),
        }
    }
}
