//! What a report is about. It stands at the head of `report.json`; all else there follows from it and the evidence.

use register::model::Instant;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Seconds by which the clock of a log may have been set back within a period without an entry of the period being able to
/// hide beside it. As many as a log allows at a start.
pub const SLACK: i64 = 300;

/// Personal facts, which no report opens.
pub(crate) const NEVER: &str = "facts";

/// A report as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Whose report.
    #[serde(flatten)]
    pub what: What,
    /// First instant of the period.
    pub from: Moment,
    /// First instant after it.
    pub until: Moment,
    /// Fields that are opened beyond those that the figures need.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<String>,
    /// When it was made, by the clock of whoever made it.
    pub made_at: Moment,
    /// Program and version that made it.
    pub made_by: String,
}

/// Whose report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub enum What {
    /// For a licensor: use of its models, and of no others.
    Licensor {
        /// Its name, as the register has it.
        licensor: String,
        /// Instruments that are its own: clauses of others are not opened to it.
        instruments: Vec<String>,
        /// Territories about which a statement is wanted.
        territories: Vec<Territory>,
    },
    /// For a regulator: decisions and administrative acts.
    Regulator,
    /// For a person: what is kept about them.
    Person {
        /// Who, by the id of the directory.
        person: String,
        /// Their names in this log, one towards each licensor and one besides.
        names: Vec<String>,
    },
}

/// A territory as a statement means it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Territory {
    /// Name: a code, or the name of a region group.
    pub name: String,
    /// Codes of its places; each with its parts, and without places that have a code of their own.
    pub places: Vec<String>,
    /// Places that are left out of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
    /// Places about which readings differ; they are counted apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disputed: Vec<String>,
}

/// An instant, written as RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Instant);

impl Asked {
    /// Whether an instant lies in the period.
    #[must_use]
    pub fn covers(&self, at: Instant) -> bool {
        self.from.0 <= at && at < self.until.0
    }

    /// Whether an entry of this time lies surely before the period, whatever clocks did.
    pub(crate) fn is_before(&self, at: Instant) -> bool {
        at < self.from.0.plus(-SLACK)
    }

    /// Whether one lies surely after it.
    pub(crate) fn is_after(&self, at: Instant) -> bool {
        at >= self.until.0.plus(SLACK)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Instant::parse(&text).map(Self).map_err(serde::de::Error::custom)
    }
}
