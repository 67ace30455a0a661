//! For a person: every decision about their requests, every act about them and by them, and where each place claim came
//! from.
//!
//! Entries about others stay closed, so this report shows what it has, and cannot show that it has everything: to show that
//! an entry is about somebody else would show who. The claims of place come from the sealed facts, which are one field with
//! protected attributes and so are never opened: they are told, with the firm's signature and without proof.

use crate::asked::Asked;
use crate::document::{Cell, Column, Document, Table, column, count};
use crate::evidence::Shown;
use crate::figures::{self, Figures, permits};
use crate::regulator::{DECISION, OUTCOME, words};
use crate::session::Span;
use ledger::{Kind, OpenedEntry};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Fields of an event about the person; `by` too where it is the person.
const ABOUT: [&str; 3] = ["detail", "event", "person"];
/// Fields of an event by the person.
const BY: [&str; 3] = ["by", "detail", "event"];

/// The figures of a person's report.
pub(crate) struct PersonFigures<'a> {
    asked: &'a Asked,
    person: &'a str,
    names: &'a [String],
    /// Decisions by the number of their entry.
    decisions: BTreeMap<u64, Vec<Cell>>,
    permitted: u64,
    claims: Vec<Vec<Cell>>,
    acts: Vec<Vec<Cell>>,
    closed: u64,
}

impl<'a> PersonFigures<'a> {
    pub(crate) fn new(asked: &'a Asked, person: &'a str, names: &'a [String]) -> Self {
        Self {
            asked,
            person,
            names,
            decisions: BTreeMap::new(),
            permitted: 0,
            claims: Vec::new(),
            acts: Vec::new(),
            closed: 0,
        }
    }

    fn is_theirs(&self, name: Option<&str>) -> bool {
        name.is_some_and(|name| self.names.iter().any(|own| own == name))
    }

    fn decision(&mut self, entry: &Shown) -> Result<(), String> {
        figures::only(entry, &[&DECISION[..], &["person"]].concat(), &[])?;
        if !self.is_theirs(entry.text("person")?) {
            return Err("is about somebody else".to_owned());
        }
        let verdict = entry.text("verdict")?.unwrap_or_default();
        self.permitted += u64::from(permits(verdict));
        let clauses = entry.clauses()?.unwrap_or_default();
        let clauses: Vec<String> = clauses
            .into_iter()
            .map(|(clause, state)| format!("{clause} ({state})"))
            .collect();
        self.decisions.insert(
            entry.number,
            vec![
                Cell::Count(entry.number),
                Cell::text(entry.leaf.at.to_string()),
                Cell::text(entry.text("asked")?.unwrap_or_default()),
                Cell::text(verdict),
                Cell::text(clauses.join(", ")),
                Cell::text(words(entry.need("decided")?)),
                Cell::text(entry.texts("place")?.join(" ")),
                Cell::maybe(entry.text("application")?),
                Cell::Nothing,
                Cell::Nothing,
            ],
        );
        let told = entry
            .told
            .as_ref()
            .and_then(|told| told.get("claims"))
            .and_then(Value::as_array);
        for claim in told.into_iter().flatten() {
            let text = |name: &str| Cell::maybe(claim.get(name).and_then(Value::as_str));
            let age = claim
                .get("age_seconds")
                .and_then(Value::as_u64)
                .map_or(Cell::Nothing, Cell::Count);
            self.claims.push(vec![
                Cell::Count(entry.number),
                text("source"),
                text("place"),
                age,
            ]);
        }
        Ok(())
    }

    fn outcome(&mut self, entry: &Shown) -> Result<(), String> {
        figures::only(entry, &OUTCOME, &[])?;
        let intent = entry.leaf.intent.unwrap_or(u64::MAX);
        let row = self
            .decisions
            .get_mut(&intent)
            .ok_or("is the outcome of somebody else's request")?;
        let tokens = entry
            .number("used", "tokens_read")?
            .saturating_add(entry.number("used", "tokens_written")?);
        if let [.., ended, used] = row.as_mut_slice() {
            *ended = Cell::maybe(entry.text("ended")?);
            *used = Cell::Count(tokens);
        }
        Ok(())
    }

    fn event(&mut self, entry: &Shown) -> Result<(), String> {
        figures::only(entry, &["by", "detail", "event", "person"], &[])?;
        let opened = |name: &str| entry.values.get(name).and_then(Value::as_str);
        let (is_by, is_about) = (self.is_theirs(opened("by")), self.is_theirs(opened("person")));
        let of_others = (opened("by").is_some() && !is_by) || (opened("person").is_some() && !is_about);
        if of_others || !(is_by || is_about) {
            return Err("is about somebody else".to_owned());
        }
        let part = match (is_by, is_about) {
            (true, true) => "by you, about you",
            (true, false) => "by you, about somebody else",
            _ => "about you, by somebody else",
        };
        self.acts.push(vec![
            Cell::Count(entry.number),
            Cell::text(entry.leaf.at.to_string()),
            Cell::text(entry.text("event")?.unwrap_or_default()),
            Cell::text(words(entry.need("detail")?)),
            Cell::text(part),
        ]);
        Ok(())
    }
}

impl Figures for PersonFigures<'_> {
    fn choose(&self, entry: &OpenedEntry) -> (Vec<&str>, Option<Value>) {
        let value = |name: &str| entry.value(name);
        let is_theirs = |name: &str| self.is_theirs(value(name).as_ref().and_then(Value::as_str));
        match entry.leaf.kind {
            Kind::Intent if is_theirs("person") => ([&DECISION[..], &["person"]].concat(), claims(entry)),
            Kind::Outcome
                if entry
                    .leaf
                    .intent
                    .is_some_and(|intent| self.decisions.contains_key(&intent)) =>
            {
                (OUTCOME.to_vec(), None)
            }
            Kind::Event => match (is_theirs("person"), is_theirs("by")) {
                (true, true) => ([&ABOUT[..], &["by"]].concat(), None),
                (true, false) => (ABOUT.to_vec(), None),
                (false, true) => (BY.to_vec(), None),
                (false, false) => (Vec::new(), None),
            },
            _ => (Vec::new(), None),
        }
    }

    fn take(&mut self, entry: &Shown) -> Result<(), String> {
        if !entry.is_inside {
            return Ok(());
        }
        if entry.values.is_empty() {
            self.closed += 1;
            return match entry.told {
                Some(_) => Err("something is said of it, and nothing opened".to_owned()),
                None => Ok(()),
            };
        }
        match entry.leaf.kind {
            Kind::Intent => self.decision(entry),
            Kind::Outcome => self.outcome(entry),
            Kind::Event => self.event(entry),
        }
    }

    fn document(&self, span: &Span) -> Document {
        let decisions = self.decisions.len() as u64;
        let answer = vec![
            format!(
                "The log has {} about requests of {}, {} of them permitted, and {} about them or by them.",
                count(decisions, "decision", "decisions"),
                self.person,
                self.permitted,
                count(self.acts.len() as u64, "act", "acts")
            ),
            "Protected attributes (citizenships, status in the United States, residence, screening) are left out of this report; \
the directory shows them to you and to the privacy role."
                .to_owned(),
            format!("{} of the period are about others and stay closed.", count(self.closed, "entry", "entries")),
            crate::render::borders(self.asked, span),
        ];
        Document {
            title: format!("What the log has about {}", self.person),
            asked: vec![
                ("Person", self.person.to_owned()),
                ("Their names in the log", self.names.join(", ")),
            ],
            answer,
            tables: vec![
                Table::new(
                    "decisions",
                    "Decisions",
                    "",
                    columns(&[
                        "entry",
                        "time",
                        "asked",
                        "verdict",
                        "clauses",
                        "decided",
                        "place",
                        "application",
                        "ended",
                        "tokens",
                    ]),
                )
                .with(self.decisions.values().cloned().collect()),
                Table::new(
                    "claims",
                    "Where places came from",
                    "What sources said about where you were, and how old that was when it \
was decided. Told by the firm, and not provable from the log.",
                    columns(&["entry", "source", "place", "age_seconds"]),
                )
                .with(self.claims.clone()),
                Table::new(
                    "acts",
                    "Acts",
                    "Who did what is a pseudonym, and shown only where it is you.",
                    columns(&["entry", "time", "event", "detail", "part"]),
                )
                .with(self.acts.clone()),
            ],
            limits: limits(),
        }
    }
}

/// The claims of place among the facts, each with its age. Facts that this program does not know are passed over.
fn claims(entry: &OpenedEntry) -> Option<Value> {
    let facts = entry.value("facts")?;
    let at = entry.leaf.at.0;
    let claims = facts.get("claims")?.as_array()?.iter().map(|claim| {
        let place = claim.get("place");
        let place = place.and_then(|place| place.get("place").or(Some(place)));
        let age = claim
            .get("observed_at")
            .and_then(Value::as_i64)
            .map(|seen| at.saturating_sub(seen).max(0));
        json!({"source": claim.get("source"), "place": place, "age_seconds": age})
    });
    Some(json!({"claims": claims.collect::<Vec<_>>()}))
}

fn columns(names: &[&'static str]) -> Vec<Column> {
    names.iter().map(|name| column(name, name)).collect()
}

fn limits() -> Vec<String> {
    [
        "That the pseudonyms are this person's is what the firm says: only its secret leads from one to the other.",
        "That nothing about this person is left out cannot be shown without showing whom the other entries are about.",
        "If the person's key was erased, what was personal in their entries is gone, and the entries cannot be found again.",
        "The claims of place are told by the firm under its signature; the log commits to them in one field together with \
protected attributes, which is never opened.",
        "What was asked of a model and what it answered is not recorded anywhere.",
    ]
    .map(str::to_owned)
    .to_vec()
}
