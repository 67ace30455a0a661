//! Addresses that the environment completes: `${NAME}` in `address`, `endpoint`, `listen`, `public_url`, `url`,
//! `token_url` and `proxy`.
//!
//! Where an installation listens and where a provider is reached often differ from machine to machine while all else is
//! the same. Only addresses are completed: a secret has its own way in ([`super::credential`]), and text that came from
//! the environment is never read as anything but part of the value in which it stands.

use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// The keys whose values may name variables.
const ADDRESSES: &[&str] = &[
    "address",
    "endpoint",
    "listen",
    "public_url",
    "url",
    "proxy",
    "token_url",
];

/// The sort of problem of a variable that is not there, or of a `${` that does not end.
pub(super) const MISSING: &str = "missing-variable";

/// Why a text cannot be completed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incomplete {
    /// No variable of this name is set, or it is empty.
    NotSet(String),
    /// A `${` without a `}`.
    NoEnd,
    /// A name that no variable has.
    NoName(String),
}

impl Incomplete {
    /// What is wrong, and what to do about it.
    pub(super) fn told(&self) -> (String, String) {
        match self {
            Self::NotSet(name) => (
                format!("the environment variable `{name}` is not set"),
                format!("set `{name}`, or write the address itself"),
            ),
            Self::NoEnd => (
                "`${` has no `}`".to_owned(),
                "write a variable as `${NAME}`".to_owned(),
            ),
            Self::NoName(name) => (
                format!("`{name}` is not the name of an environment variable"),
                "a name has letters, digits and `_`, and does not begin with a digit".to_owned(),
            ),
        }
    }
}

/// Completes every address of a file, and reports those that cannot be completed, which stay as they are.
pub(super) fn complete(
    table: &mut DeTable<'_>,
    environment: &dyn Fn(&str) -> Option<String>,
    report: &mut dyn FnMut(Range<usize>, &Incomplete),
) {
    for (key, value) in table.iter_mut() {
        let span = value.span();
        let is_address = ADDRESSES.contains(&key.get_ref().as_ref());
        match value.get_mut() {
            DeValue::String(text) if is_address => match completed(text, environment) {
                Ok(whole) => *text = whole.into(),
                Err(error) => report(span, &error),
            },
            DeValue::Table(inner) => complete(inner, environment, report),
            DeValue::Array(items) => {
                for item in items.iter_mut() {
                    if let DeValue::Table(inner) = item.get_mut() {
                        complete(inner, environment, report);
                    }
                }
            }
            _ => {}
        }
    }
}

/// A text with its variables in place. What a variable holds is not looked at again.
fn completed(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<String, Incomplete> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or(Incomplete::NoEnd)?;
        whole.push_str(before);
        let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        if !begins || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(Incomplete::NoName(name.to_owned()));
        }
        let value = environment(name).filter(|value| !value.is_empty());
        whole.push_str(&value.ok_or_else(|| Incomplete::NotSet(name.to_owned()))?);
        rest = after;
    }
    whole.push_str(rest);
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in_place_once() {
        let environment = |name: &str| match name {
            "PORT" => Some("8080".to_owned()),
            "LOOP" => Some("${PORT}".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let check = |text: &str, expected: Result<&str, Incomplete>| {
            assert_eq!(
                completed(text, &environment),
                expected.map(str::to_owned),
                "{text}"
            );
        };
        check("127.0.0.1:${PORT}", Ok("127.0.0.1:8080"));
        check("${PORT}${PORT}$", Ok("80808080$"));
        check("no variable", Ok("no variable"));
        check("${LOOP}", Ok("${PORT}"));
        check("${NONE}", Err(Incomplete::NotSet("NONE".to_owned())));
        check("${EMPTY}", Err(Incomplete::NotSet("EMPTY".to_owned())));
        check("${PORT", Err(Incomplete::NoEnd));
        check("${}", Err(Incomplete::NoName(String::new())));
        check("${9}", Err(Incomplete::NoName("9".to_owned())));
        check("${A-B}", Err(Incomplete::NoName("A-B".to_owned())));
    }
}
