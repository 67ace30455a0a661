//! What every report computes from the entries that it is shown: a trait for each kind of report, and small helpers.

use crate::asked::{Asked, What};
use crate::document::{Cell, Document};
use crate::evidence::Shown;
use crate::licensor::LicensorFigures;
use crate::person::PersonFigures;
use crate::regulator::RegulatorFigures;
use crate::session::Span;
use ledger::OpenedEntry;
use register::model::Instant;
use serde_json::Value;
use std::collections::BTreeMap;

/// The figures of a report, entry by entry.
pub(crate) trait Figures {
    /// What of an entry of the period is opened, and what is said besides. Whoever makes a report asks.
    fn choose(&self, entry: &OpenedEntry) -> (Vec<&str>, Option<Value>);

    /// Takes the next entry, which may lie outside the period; an error says what is wrong with what is opened of it.
    fn take(&mut self, entry: &Shown) -> Result<(), String>;

    /// The report.
    fn document(&self, span: &Span) -> Document;
}

/// The figures of a report that was asked for.
pub(crate) fn of(asked: &Asked) -> Box<dyn Figures + '_> {
    match &asked.what {
        What::Licensor {
            licensor,
            instruments,
            territories,
        } => Box::new(LicensorFigures::new(asked, licensor, instruments, territories)),
        What::Regulator => Box::new(RegulatorFigures::new(asked)),
        What::Person { person, names } => Box::new(PersonFigures::new(asked, person, names)),
    }
}

/// Refuses an entry of which more is opened than a report needs and was asked to open.
pub(crate) fn only(entry: &Shown, fields: &[&str], besides: &[String]) -> Result<(), String> {
    let is_known = |field: &str| fields.contains(&field) || besides.iter().any(|besides| besides == field);
    match entry.values.keys().find(|field| !is_known(field)) {
        Some(field) => Err(format!(
            "`{field}` is opened, which this report was not asked for"
        )),
        None => Ok(()),
    }
}

/// How often each text came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(BTreeMap<String, u64>);

impl Tally {
    pub(crate) fn add(&mut self, name: &str) {
        match self.0.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(self.0.insert(name.to_owned(), 1)),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Rows of name and count, the most frequent first.
    pub(crate) fn rows(&self) -> Vec<Vec<Cell>> {
        let mut all: Vec<(&str, u64)> = self.iter().collect();
        all.sort_by(|(one, many), (other, more)| more.cmp(many).then_with(|| one.cmp(other)));
        all.into_iter()
            .map(|(name, count)| vec![Cell::text(name), Cell::Count(count)])
            .collect()
    }

    /// The same with the share of a whole.
    pub(crate) fn shares(&self, whole: u64) -> Vec<Vec<Cell>> {
        let mut rows = self.rows();
        for row in &mut rows {
            if let Some(Cell::Count(part)) = row.get(1) {
                row.push(Cell::Share(*part, whole));
            }
        }
        rows
    }
}

/// The day of an instant (UTC).
pub(crate) fn day(at: Instant) -> String {
    let midnight = Instant::of_utc_day(at.utc_day()).to_string();
    midnight.split('T').next().unwrap_or_default().to_owned()
}

/// Whether a verdict lets the request through.
pub(crate) fn permits(verdict: &str) -> bool {
    matches!(verdict, "permit" | "permit_with_obligations")
}
