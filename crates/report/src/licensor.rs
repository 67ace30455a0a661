//! For a licensor: what its models were used for, where, and what was refused.
//!
//! Of entries about its models, the fields are opened from which the figures follow. Of every other entry only `licensor`
//! is, to show that it is another's or nobody's. Clauses are opened only where all of them stand in instruments of its own:
//! what the firm agreed with others, and its house rules, are not its business.

mod page;
mod places;
pub(crate) use page::outcomes;

use crate::asked::{Asked, Territory};
use crate::document::Document;
use crate::evidence::Shown;
use crate::figures::{self, Figures, Tally, day, permits};
use crate::session::Span;
use ledger::{Kind, OpenedEntry};
use places::Statement;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Fields of a decision that the figures need.
const DECISION: [&str; 6] = ["entity", "evidence", "licensor", "model", "place", "verdict"];
/// Fields of an outcome that they need.
const OUTCOME: [&str; 4] = ["ended", "licensor", "model", "used"];
/// Fields that can be opened besides.
pub const BESIDES: [&str; 10] = [
    "application",
    "asked",
    "data",
    "decision",
    "deployment",
    "served_in",
    "hosting",
    "person",
    "purpose",
    "snapshot",
];

/// Use of one day, model, entity and set of places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    day: String,
    model: String,
    entity: String,
    places: String,
}

#[derive(Clone, Copy, Debug, Default)]
struct Use {
    permitted: u64,
    refused: u64,
    ended: u64,
    tokens_read: u64,
    tokens_written: u64,
}

/// The figures of a licensor's report.
pub(crate) struct LicensorFigures<'a> {
    asked: &'a Asked,
    licensor: &'a str,
    own: &'a [String],
    uses: BTreeMap<Key, Use>,
    /// Permits whose outcome has not come yet.
    open: HashMap<u64, Key>,
    statements: Vec<Statement<'a>>,
    clauses: Tally,
    /// Refusals whose clauses are not opened.
    unshown: u64,
    lifts: Tally,
    evidence: Tally,
    ended: Tally,
    others: Tally,
    decisions: u64,
    people: BTreeSet<String>,
}

impl<'a> LicensorFigures<'a> {
    pub(crate) fn new(
        asked: &'a Asked,
        licensor: &'a str,
        own: &'a [String],
        territories: &'a [Territory],
    ) -> Self {
        Self {
            asked,
            licensor,
            own,
            uses: BTreeMap::new(),
            open: HashMap::new(),
            statements: territories.iter().map(Statement::about).collect(),
            clauses: Tally::default(),
            unshown: 0,
            lifts: Tally::default(),
            evidence: Tally::default(),
            ended: Tally::default(),
            others: Tally::default(),
            decisions: 0,
            people: BTreeSet::new(),
        }
    }

    /// Whether a clause, written as instrument and reference, stands in an instrument of the licensor's own.
    fn is_own(&self, clause: &str) -> bool {
        let instrument = clause.split(' ').next().unwrap_or_default();
        self.own.iter().any(|own| own == instrument)
    }

    /// Whether all of some clauses are the licensor's own.
    fn are_own<'c>(&self, clauses: impl IntoIterator<Item = &'c str>) -> bool {
        let mut any = false;
        let all = clauses.into_iter().all(|clause| {
            any = true;
            self.is_own(clause)
        });
        any && all
    }

    fn decision(&mut self, entry: &Shown) -> Result<(), String> {
        let base = [&DECISION[..], &["clauses", "decided"]].concat();
        figures::only(entry, &base, &self.asked.opened)?;
        let verdict = entry.text("verdict")?.unwrap_or_default();
        let places = entry.texts("place")?;
        let key = Key {
            day: day(entry.leaf.at),
            model: entry.text("model")?.unwrap_or("unknown").to_owned(),
            entity: entry.text("entity")?.unwrap_or_default().to_owned(),
            places: if places.is_empty() {
                "unknown".to_owned()
            } else {
                places.join(" ")
            },
        };
        self.decisions += 1;
        let is_permitted = permits(verdict);
        self.statements
            .iter_mut()
            .for_each(|statement| statement.take(&places, is_permitted));
        for source in entry.texts("evidence")? {
            self.evidence.add(source);
        }
        if let Some(person) = entry.values.get("person").and_then(Value::as_str) {
            self.people.insert(person.to_owned());
        }
        let clauses = entry.clauses()?;
        if clauses
            .as_ref()
            .is_some_and(|clauses| !self.are_own(clauses.iter().map(|(clause, _)| *clause)))
        {
            return Err("clauses of others are opened".to_owned());
        }
        let lifts = lifts(entry.values.get("decided"));
        if entry.values.contains_key("decided") && !self.are_own(halves(&lifts)) {
            return Err("exceptions of others are opened".to_owned());
        }
        lifts.iter().for_each(|lift| self.lifts.add(lift));
        let used = self.uses.entry(key.clone()).or_default();
        if is_permitted {
            used.permitted += 1;
            self.open.insert(entry.number, key);
            return Ok(());
        }
        used.refused += 1;
        match clauses {
            None => self.unshown += 1,
            Some(clauses) => clauses
                .iter()
                .for_each(|(clause, state)| self.clauses.add(&format!("{clause}\u{1}{state}"))),
        }
        Ok(())
    }

    fn outcome(&mut self, entry: &Shown) -> Result<(), String> {
        figures::only(entry, &OUTCOME, &self.asked.opened)?;
        let model = entry.text("model")?.unwrap_or("unknown").to_owned();
        self.ended.add(entry.text("ended")?.unwrap_or_default());
        let intent = entry.leaf.intent.unwrap_or(u64::MAX);
        let key = self.open.remove(&intent).unwrap_or_else(|| Key {
            day: day(entry.leaf.at),
            model,
            entity: "decided before".to_owned(),
            places: "decided before".to_owned(),
        });
        let (read, written) = (
            entry.number("used", "tokens_read")?,
            entry.number("used", "tokens_written")?,
        );
        let used = self.uses.entry(key).or_default();
        used.ended += 1;
        used.tokens_read = used.tokens_read.saturating_add(read);
        used.tokens_written = used.tokens_written.saturating_add(written);
        Ok(())
    }
}

impl Figures for LicensorFigures<'_> {
    fn choose(&self, entry: &OpenedEntry) -> (Vec<&str>, Option<Value>) {
        if entry.leaf.kind == Kind::Event {
            return (Vec::new(), None);
        }
        if entry.value("licensor").as_ref().and_then(Value::as_str) != Some(self.licensor) {
            return (vec!["licensor"], None);
        }
        let mut fields: Vec<&str> = self.asked.opened.iter().map(String::as_str).collect();
        if entry.leaf.kind == Kind::Outcome {
            fields.extend(OUTCOME);
            return (fields, None);
        }
        fields.extend(DECISION);
        let clauses = entry.value("clauses");
        let clauses = clauses.as_ref().and_then(Value::as_array);
        let clauses = clauses
            .into_iter()
            .flatten()
            .map(|clause| clause.get("clause").and_then(Value::as_str));
        if self.are_own(clauses.map(Option::unwrap_or_default)) {
            fields.push("clauses");
        }
        if self.are_own(halves(&lifts(entry.value("decided").as_ref()))) {
            fields.push("decided");
        }
        (fields, None)
    }

    fn take(&mut self, entry: &Shown) -> Result<(), String> {
        if !entry.is_inside {
            return Ok(());
        }
        if entry.told.is_some() {
            return Err("something is said of it that cannot be proved".to_owned());
        }
        if entry.leaf.kind == Kind::Event {
            return figures::only(entry, &[], &[]);
        }
        match entry.text("licensor")? {
            Some(licensor) if licensor == self.licensor => {}
            other => {
                self.others
                    .add(other.unwrap_or("none: the register has no such model"));
                return figures::only(entry, &["licensor"], &[]);
            }
        }
        match entry.leaf.kind {
            Kind::Intent => self.decision(entry),
            _ => self.outcome(entry),
        }
    }

    fn document(&self, span: &Span) -> Document {
        page::document(self, span)
    }
}

/// The exceptions that a decision used: `exception > clause`.
fn lifts(decided: Option<&Value>) -> Vec<String> {
    let lifts = decided
        .and_then(|decided| decided.get("lifts"))
        .and_then(Value::as_array);
    let lifts = lifts.into_iter().flatten().filter_map(Value::as_str);
    lifts.map(str::to_owned).collect()
}

/// The clauses on both sides of exceptions.
fn halves(lifts: &[String]) -> impl Iterator<Item = &str> {
    lifts.iter().flat_map(|lift| lift.split(" > "))
}
