//! Entries as a pack has them: the public part of each, and the fields of it that are opened.

use ledger::{Leaf, OpenedEntry, Opening, Salt};
use register::model::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One line of `evidence.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Number of the entry.
    pub entry: u64,
    /// Its public part: the bytes under the tree.
    pub leaf: String,
    /// Fields that are opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Open>,
    /// What is said besides and cannot be proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Value>,
}

/// One field, opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// Its name.
    pub field: String,
    /// Salt of its commitment.
    pub salt: String,
    /// Its value: the canonical JSON that the commitment is to.
    pub value: String,
}

/// What is wrong with one entry of a pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {entry}: {problem}")]
pub struct EntryError {
    /// Its number.
    pub entry: u64,
    /// What is wrong.
    pub problem: String,
}

/// An entry whose openings fit.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its number.
    pub number: u64,
    /// Its public part.
    pub leaf: Leaf,
    /// Whether it lies in the period.
    pub is_inside: bool,
    /// What is opened of it, by name of field.
    pub values: BTreeMap<String, Value>,
    /// What is said besides.
    pub told: Option<Value>,
}

impl Line {
    /// The line of an entry with these of its fields.
    pub(crate) fn of(
        leaf: &[u8],
        entry: &OpenedEntry,
        fields: &[&str],
        told: Option<Value>,
    ) -> Result<Self, EntryError> {
        let open = entry
            .openings()
            .filter(|opening| fields.contains(&opening.name.as_str()));
        let mut open: Vec<Open> = open
            .map(|Opening { name, salt, value }| Open {
                field: name,
                salt: salt.to_string(),
                value,
            })
            .collect();
        open.sort_by(|one, other| one.field.cmp(&other.field));
        Self::with(entry.number, leaf, open, told)
    }

    /// The line of an entry of which nothing is opened.
    pub(crate) fn closed(entry: u64, leaf: &[u8]) -> Result<Self, EntryError> {
        Self::with(entry, leaf, Vec::new(), None)
    }

    fn with(entry: u64, leaf: &[u8], open: Vec<Open>, told: Option<Value>) -> Result<Self, EntryError> {
        let leaf = std::str::from_utf8(leaf).map_err(|_| EntryError {
            entry,
            problem: "its bytes are no text".to_owned(),
        })?;
        Ok(Self {
            entry,
            leaf: leaf.to_owned(),
            open,
            told,
        })
    }

    /// Holds every opening against the entry.
    ///
    /// # Errors
    /// When one does not fit, stands twice, or is one that nobody is ever shown.
    pub fn check(&self, is_inside: impl FnOnce(Instant) -> bool) -> Result<Shown, EntryError> {
        let bad = |problem: String| EntryError {
            entry: self.entry,
            problem,
        };
        let leaf = Leaf::parse(self.leaf.as_bytes()).map_err(|error| bad(error.to_string()))?;
        let mut values = BTreeMap::new();
        for open in &self.open {
            let field = &open.field;
            let salt =
                Salt::parse(&open.salt).ok_or_else(|| bad(format!("the salt of `{field}` is none")))?;
            let opening = Opening {
                name: field.clone(),
                salt,
                value: open.value.clone(),
            };
            if field == crate::asked::NEVER {
                return Err(bad(format!("`{field}` is opened, which no report may do")));
            }
            if !opening.fits(&leaf) {
                return Err(bad(format!("what is said of `{field}` is not what was recorded")));
            }
            let value = serde_json::from_str(&open.value);
            let value = value.map_err(|_| bad(format!("`{field}` is no JSON")))?;
            if values.insert(field.clone(), value).is_some() {
                return Err(bad(format!("`{field}` is opened twice")));
            }
        }
        Ok(Shown {
            number: self.entry,
            is_inside: is_inside(leaf.at),
            leaf,
            values,
            told: self.told.clone(),
        })
    }
}

impl Shown {
    /// A field that must be opened.
    pub(crate) fn need(&self, field: &str) -> Result<&Value, String> {
        self.values
            .get(field)
            .ok_or_else(|| format!("`{field}` is not opened, and the figures need it"))
    }

    /// A text that must be opened, or that there is none.
    pub(crate) fn text(&self, field: &str) -> Result<Option<&str>, String> {
        match self.need(field)? {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            _ => Err(format!("`{field}` is no text")),
        }
    }

    /// A list of texts that must be opened.
    pub(crate) fn texts(&self, field: &str) -> Result<Vec<&str>, String> {
        let list = self.need(field)?.as_array();
        let texts = list.and_then(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        texts.ok_or_else(|| format!("`{field}` is no list of texts"))
    }

    /// A number within a field that must be opened; one that is not there is zero.
    pub(crate) fn number(&self, field: &str, name: &str) -> Result<u64, String> {
        match self.need(field)?.get(name) {
            None | Some(Value::Null) => Ok(0),
            Some(number) => number
                .as_u64()
                .ok_or_else(|| format!("`{name}` of `{field}` is no count")),
        }
    }

    /// The clauses of a decision, with their states, if they are opened.
    pub(crate) fn clauses(&self) -> Result<Option<Vec<(&str, &str)>>, String> {
        let Some(clauses) = self.values.get("clauses") else {
            return Ok(None);
        };
        let wrong = || "`clauses` is no list of clauses".to_owned();
        let list = clauses.as_array().ok_or_else(wrong)?;
        let mut all = Vec::with_capacity(list.len());
        for clause in list {
            let named = clause.get("clause").and_then(Value::as_str);
            let state = clause.get("state").and_then(Value::as_str);
            all.push((named.ok_or_else(wrong)?, state.ok_or_else(wrong)?));
        }
        Ok(Some(all))
    }
}
