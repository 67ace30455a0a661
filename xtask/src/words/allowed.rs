//! The list of files that may break a rule, and of names that are not our own words, each with its reason.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::workspace::TextFile;

/// Where the list is.
pub(super) const ALLOWED: &str = "xtask/words-allowed.toml";

/// Exceptions by file and by name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Allowed {
    #[serde(default)]
    allowed: Vec<Exception>,
    #[serde(default, rename = "name")]
    names: Vec<Name>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    path: String,
    rule: String,
    reason: String,
}

/// An identifier that spells a key of data, or comes from a crate of others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
    reason: String,
}

impl Allowed {
    /// Reads the list; an exception without a reason is none.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let list: Self = toml::from_str(text).with_context(|| format!("`{ALLOWED}` cannot be read"))?;
        let files = list
            .allowed
            .iter()
            .map(|exception| (&exception.path, &exception.reason));
        let names = list.names.iter().map(|name| (&name.name, &name.reason));
        if let Some((bare, _)) = files.chain(names).find(|(_, reason)| reason.trim().is_empty()) {
            bail!("`{ALLOWED}` gives no reason for `{bare}`");
        }
        Ok(list)
    }

    /// Whether this file may break this rule.
    pub(super) fn has(&self, path: &str, rule: &str) -> bool {
        self.allowed
            .iter()
            .any(|exception| exception.path == path && exception.rule == rule)
    }

    /// The line without the names that are not our own words.
    pub(super) fn without_names(&self, line: &str) -> String {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let words = line.split_inclusive(|c: char| !is_part(c));
        let is_named = |word: &str| {
            self.names
                .iter()
                .any(|name| name.name == word.trim_end_matches(|c| !is_part(c)))
        };
        words.filter(|word| !is_named(word)).collect()
    }

    /// Names that no Rust file has.
    pub(super) fn unused_names(&self, files: &[TextFile]) -> impl Iterator<Item = String> {
        let is_used = |name: &str| {
            files
                .iter()
                .any(|f| f.path.ends_with(".rs") && f.text.contains(name))
        };
        let idle = self.names.iter().filter(move |name| !is_used(&name.name));
        idle.map(|name| format!("{ALLOWED}: no file has the name `{}`", name.name))
    }

    /// Exceptions that no file needed.
    pub(super) fn unused<'a>(&'a self, used: &BTreeSet<(&'a str, &'a str)>) -> impl Iterator<Item = String> {
        let idle =
            |exception: &&Exception| !used.contains(&(exception.path.as_str(), exception.rule.as_str()));
        let idle = self.allowed.iter().filter(idle);
        idle.map(|e| {
            format!(
                "{ALLOWED}: `{}` no longer needs its exception from {}",
                e.path, e.rule
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_needs_a_reason() {
        let parse = |reason: &str| {
            Allowed::parse(&format!(
                "[[allowed]]\npath = \"a\"\nrule = \"b\"\nreason = \"{reason}\"\n"
            ))
        };
        assert!(parse("quoted").is_ok());
        assert_eq!(
            parse(" ").unwrap_err().to_string(),
            format!("`{ALLOWED}` gives no reason for `a`")
        );
        assert!(Allowed::parse("[[allowed]]\npath = \"a\"\nrule = \"b\"\n").is_err());
    }
}
