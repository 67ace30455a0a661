//! For a regulator: what was decided, by which rules, and what was done by those who administer.
//!
//! All fields but facts and pseudonyms are opened; pseudonyms if that was asked for. What was said to a model and what it
//! answered is in no entry, so this is no record of communications.

use crate::asked::Asked;
use crate::document::{Cell, Column, Document, Table, bars, column, count};
use crate::evidence::Shown;
use crate::figures::{self, Figures, Tally, day, permits};
use crate::licensor::outcomes;
use crate::render::borders;
use crate::session::Span;
use ledger::{Kind, OpenedEntry};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Fields of a decision that are opened, as far as it has them.
pub(crate) const DECISION: [&str; 17] = [
    "application",
    "asked",
    "clauses",
    "cost_centre",
    "data",
    "decided",
    "decision",
    "deployment",
    "entity",
    "evidence",
    "hosting",
    "licensor",
    "model",
    "place",
    "purpose",
    "snapshot",
    "verdict",
];
/// Fields of an outcome, likewise.
pub(crate) const OUTCOME: [&str; 8] = [
    "decision",
    "deployment",
    "ended",
    "served_in",
    "licensor",
    "model",
    "stop",
    "used",
];
/// Fields of an event.
const EVENT: [&str; 2] = ["detail", "event"];
/// Fields that can be opened besides.
pub const BESIDES: [&str; 2] = ["by", "person"];

/// The figures of a regulator's report.
pub(crate) struct RegulatorFigures<'a> {
    asked: &'a Asked,
    /// Permits, refusals and reviews by day, licensor and model.
    verdicts: BTreeMap<[String; 3], [u64; 3]>,
    clauses: BTreeMap<(String, String), u64>,
    missing: Tally,
    obligations: Tally,
    evidence: Tally,
    applications: Tally,
    /// Registers by digest: when each first decided, and last, and how often.
    registers: BTreeMap<String, (String, String, u64)>,
    ended: Tally,
    acts: Vec<Vec<Cell>>,
    events: Tally,
    people: BTreeSet<String>,
    decisions: u64,
    tokens: [u64; 2],
}

impl<'a> RegulatorFigures<'a> {
    pub(crate) fn new(asked: &'a Asked) -> Self {
        Self {
            asked,
            verdicts: BTreeMap::new(),
            clauses: BTreeMap::new(),
            missing: Tally::default(),
            obligations: Tally::default(),
            evidence: Tally::default(),
            applications: Tally::default(),
            registers: BTreeMap::new(),
            ended: Tally::default(),
            acts: Vec::new(),
            events: Tally::default(),
            people: BTreeSet::new(),
            decisions: 0,
            tokens: [0; 2],
        }
    }

    fn decision(&mut self, entry: &Shown) -> Result<(), String> {
        figures::only(entry, &DECISION, &self.asked.opened)?;
        self.decisions += 1;
        let verdict = entry.text("verdict")?.unwrap_or_default();
        let named = |field| -> Result<String, String> { Ok(entry.text(field)?.unwrap_or("none").to_owned()) };
        let counts = self
            .verdicts
            .entry([day(entry.leaf.at), named("licensor")?, named("model")?])
            .or_default();
        let [permitted, refused, review] = counts;
        match verdict {
            verdict if permits(verdict) => *permitted += 1,
            "review" => *review += 1,
            _ => *refused += 1,
        }
        if !permits(verdict) {
            for (clause, state) in entry.clauses()?.ok_or("`clauses` is not opened")? {
                *self
                    .clauses
                    .entry((clause.to_owned(), state.to_owned()))
                    .or_default() += 1;
            }
        }
        let decided = entry.need("decided")?;
        let words = |name: &str| {
            decided
                .get(name)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
        };
        words("missing").for_each(|word| self.missing.add(word));
        words("obligations").for_each(|word| self.obligations.add(word));
        entry
            .texts("evidence")?
            .into_iter()
            .for_each(|source| self.evidence.add(source));
        self.applications
            .add(entry.text("application")?.unwrap_or("none"));
        let at = entry.leaf.at.to_string();
        let register = self
            .registers
            .entry(named("snapshot")?)
            .or_insert_with(|| (at.clone(), at.clone(), 0));
        register.0 = std::mem::take(&mut register.0).min(at.clone());
        register.1 = std::mem::take(&mut register.1).max(at);
        register.2 += 1;
        if let Some(person) = entry.values.get("person").and_then(Value::as_str) {
            self.people.insert(person.to_owned());
        }
        Ok(())
    }

    fn outcome(&mut self, entry: &Shown) -> Result<(), String> {
        figures::only(entry, &OUTCOME, &self.asked.opened)?;
        self.ended.add(entry.text("ended")?.unwrap_or_default());
        let [read, written] = &mut self.tokens;
        *read = read.saturating_add(entry.number("used", "tokens_read")?);
        *written = written.saturating_add(entry.number("used", "tokens_written")?);
        Ok(())
    }

    fn event(&mut self, entry: &Shown) -> Result<(), String> {
        figures::only(entry, &EVENT, &self.asked.opened)?;
        let event = entry.text("event")?.unwrap_or_default();
        self.events.add(event);
        if event != "unauthenticated" {
            let field = |name: &str| Cell::maybe(entry.values.get(name).and_then(Value::as_str));
            self.acts.push(vec![
                Cell::Count(entry.number),
                Cell::text(entry.leaf.at.to_string()),
                Cell::text(event),
                Cell::text(words(entry.need("detail")?)),
                field("by"),
                field("person"),
            ]);
        }
        Ok(())
    }

    fn tables(&self, span: &Span) -> Vec<Table> {
        let verdicts = self.verdicts.iter().map(|(names, [permitted, refused, review])| {
            let counts = [permitted, refused, review].map(|count| Cell::Count(*count));
            names.iter().map(Cell::text).chain(counts).collect()
        });
        let clauses = self
            .clauses
            .iter()
            .map(|((clause, state), count)| vec![Cell::text(clause), Cell::text(state), Cell::Count(*count)]);
        let registers = self.registers.iter().map(|(digest, (first, last, count))| {
            vec![
                Cell::text(digest),
                Cell::text(first),
                Cell::text(last),
                Cell::Count(*count),
            ]
        });
        let named =
            |name: &'static str, what: &'static str| vec![column(name, name), bars("decisions", what)];
        vec![
            Table::new(
                "decisions",
                "Decisions",
                "Days are UTC.",
                columns(&["day", "licensor", "model", "permitted", "refused", "review"]),
            )
            .with(verdicts.collect()),
            Table::new(
                "clauses",
                "Clauses behind refusals",
                "A refusal may rest on several.",
                columns(&["clause", "state", "refusals"]),
            )
            .with(clauses.collect()),
            Table::new(
                "missing",
                "Missing positives",
                "What a permit needs and was not there.",
                named("missing", "decisions"),
            )
            .with(self.missing.rows()),
            Table::new(
                "obligations",
                "Obligations of permits",
                "",
                named("obligation", "permits"),
            )
            .with(self.obligations.rows()),
            Table::new(
                "evidence",
                "What decisions rested on",
                "Decisions for which a source said something.",
                named("source", "decisions"),
            )
            .with(self.evidence.rows()),
            Table::new(
                "applications",
                "Applications",
                "",
                named("application", "decisions"),
            )
            .with(self.applications.rows()),
            outcomes(&self.ended),
            Table::new(
                "registers",
                "Registers in force",
                "The rules that decided, by the digest of their text.",
                columns(&["register", "first", "last", "decisions"]),
            )
            .with(registers.collect()),
            Table::new(
                "acts",
                "Administrative acts and other events",
                "Each was recorded before it was done.",
                columns(&["entry", "time", "event", "detail", "by", "person"]),
            )
            .with(self.acts.clone()),
            Table::new("events", "Events by kind", "", columns(&["event", "entries"]))
                .with(self.events.rows()),
            beside(span),
        ]
    }
}

fn columns(names: &[&'static str]) -> Vec<Column> {
    names.iter().map(|name| column(name, name)).collect()
}

/// The entries that are shown for the borders alone.
fn beside(span: &Span) -> Table {
    let counts = [
        ("of the period", span.inside),
        (
            "beside it, shown for its borders",
            (span.end - span.first) - span.inside,
        ),
    ];
    let rows = counts.map(|(what, count)| vec![Cell::text(what), Cell::Count(count)]);
    Table::new("accounted", "All entries", "", columns(&["what", "entries"])).with(rows.to_vec())
}

impl Figures for RegulatorFigures<'_> {
    fn choose(&self, entry: &OpenedEntry) -> (Vec<&str>, Option<Value>) {
        let base = match entry.leaf.kind {
            Kind::Intent => &DECISION[..],
            Kind::Outcome => &OUTCOME[..],
            Kind::Event => &EVENT[..],
        };
        (
            base.iter()
                .copied()
                .chain(self.asked.opened.iter().map(String::as_str))
                .collect(),
            None,
        )
    }

    fn take(&mut self, entry: &Shown) -> Result<(), String> {
        if !entry.is_inside {
            return Ok(());
        }
        if entry.told.is_some() {
            return Err("something is said of it that cannot be proved".to_owned());
        }
        match entry.leaf.kind {
            Kind::Intent => self.decision(entry),
            Kind::Outcome => self.outcome(entry),
            Kind::Event => self.event(entry),
        }
    }

    fn document(&self, span: &Span) -> Document {
        let sum = |at: usize| {
            self.verdicts
                .values()
                .filter_map(|counts| counts.get(at))
                .sum::<u64>()
        };
        let mut answer = vec![
            format!(
                "{}: {} permitted, {} refused, {} left to a person; {}.",
                count(self.decisions, "decision", "decisions"),
                sum(0),
                sum(1),
                sum(2),
                count(self.acts.len() as u64, "administrative act or event", "administrative acts and events")
            ),
            "This is a trail of decisions and administrative acts. It is not a record of communications: what was asked of a \
model and what it answered is in no entry."
                .to_owned(),
            borders(self.asked, span),
        ];
        if !self.people.is_empty() {
            answer.push(format!(
                "{} under pseudonyms, another one towards each licensor.",
                count(self.people.len() as u64, "name", "names")
            ));
        }
        Document {
            title: "Decisions and administrative acts".to_owned(),
            asked: vec![(
                "Opened besides",
                if self.asked.opened.is_empty() {
                    "nothing".to_owned()
                } else {
                    self.asked.opened.join(", ")
                },
            )],
            answer,
            tables: self.tables(span),
            limits: limits(),
        }
    }
}

fn limits() -> Vec<String> {
    [
        "What does not go through this gateway is not in its log.",
        "Prompts, answers and the firm's communications are not in it; records of those are kept elsewhere, or not at all.",
        "A place is what a source said. A source that is wrong or was deceived gives a wrong place.",
        "The text of a register is kept outside the log, by its digest. Whoever has it can decide each case again.",
        "An act is recorded before it is done; what could not be done after all stands here too.",
        "Whoever holds the log's key could have written all of it anew before the checkpoint. An earlier checkpoint that \
somebody else kept, or a witness, shows that.",
        "Times are those of the gateway's clock. An entry of the period can lie outside the entries shown only if that clock \
was set back by more than five minutes.",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// A small JSON object as words, without what is empty.
pub(crate) fn words(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let pairs = object
                .iter()
                .map(|(name, value)| format!("{name}: {}", words(value)));
            pairs.collect::<Vec<_>>().join("; ")
        }
        Value::Array(list) => list.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    }
}
