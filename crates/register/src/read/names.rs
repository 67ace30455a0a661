//! Every name of a register: what is defined, by which instrument, and where.

use super::Scope;
use super::gather::{Document, Tables};
use crate::diagnose::{Diagnostic, Sink, quoted};
use crate::tree::{Entry, File, Spot, Word};
use std::collections::{BTreeMap, BTreeSet};

/// Names of one sort of thing, and where they are defined.
pub(super) type Index<'a> = BTreeMap<&'a str, Spot<'a>>;

/// What other tables may name of an instrument.
#[derive(Debug)]
pub(super) struct InstrumentName<'a> {
    pub(super) entry: Entry<'a>,
    base: Option<&'a str>,
    stands_on: Option<Vec<&'a str>>,
    clauses: Index<'a>,
}

/// All names.
#[derive(Debug)]
pub(super) struct Names<'a> {
    owners: BTreeMap<usize, &'a str>,
    pub(super) instruments: BTreeMap<&'a str, InstrumentName<'a>>,
    /// Groups by full name.
    pub(super) groups: BTreeMap<String, Entry<'a>>,
    pub(super) lists: Index<'a>,
    pub(super) entities: Index<'a>,
    pub(super) sites: Index<'a>,
    pub(super) channels: Index<'a>,
    pub(super) models: Index<'a>,
    /// Other names of models, with the model that each means.
    pub(super) aliases: BTreeMap<&'a str, &'a str>,
    pub(super) applications: Index<'a>,
    pub(super) people: Index<'a>,
}

impl<'a> Names<'a> {
    pub(super) fn of(tables: &Tables<'a>, sink: &Sink) -> Self {
        let ids = |entries: &[Entry<'a>], what| {
            index(entries.iter().filter_map(|entry| entry.text("id")), what, sink)
        };
        ids(&tables.deployments, "deployment");
        ids(&tables.clients, "client program");
        let models = ids(&tables.models, "model");
        let owner = |document: &Document<'a>| (document.instrument.file().index, document.id.text);
        Self {
            owners: tables.documents.iter().map(owner).collect(),
            instruments: instruments(tables, sink),
            groups: groups(tables),
            lists: ids(&tables.lists, "list"),
            entities: ids(&tables.entities, "entity"),
            sites: ids(&tables.sites, "site"),
            channels: ids(&tables.channels, "channel"),
            aliases: aliases(tables, &models, sink),
            models,
            applications: ids(&tables.applications, "application"),
            people: ids(&tables.people, "person"),
        }
    }

    /// The instrument of a file.
    pub(super) fn owner(&self, file: &File<'_>) -> Scope<'a> {
        self.owners.get(&file.index).copied()
    }

    /// The instrument, what it is a variant of, what that is a variant of, and so on.
    pub(super) fn lineage(&self, id: &'a str) -> Vec<&'a str> {
        let mut lineage = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = Some(id);
        while let Some(id) = next.filter(|id| seen.insert(*id)) {
            lineage.push(id);
            next = self.instruments.get(id).and_then(|name| name.base);
        }
        lineage
    }

    /// Whether an instrument is, in the end, a variant of itself.
    pub(super) fn is_circular(&self, id: &'a str) -> bool {
        let last = self.lineage(id).last().copied();
        last.and_then(|last| self.instruments.get(last))
            .is_some_and(|name| name.base.is_some_and(|base| self.instruments.contains_key(base)))
    }

    /// What an instrument stands on directly: what it says, else what its base says.
    pub(super) fn stands_on(&self, id: &'a str) -> &[&'a str] {
        let lineage = self.lineage(id).into_iter();
        let names = lineage
            .filter_map(|id| self.instruments.get(id)?.stands_on.as_deref())
            .next();
        names.unwrap_or_default()
    }

    /// Whether an instrument has a clause, its own or its base's.
    pub(super) fn has_clause(&self, id: &'a str, reference: &str) -> bool {
        let mut lineage = self.lineage(id).into_iter();
        lineage.any(|id| {
            self.instruments
                .get(id)
                .is_some_and(|name| name.clauses.contains_key(reference))
        })
    }

    /// References of all clauses of an instrument.
    pub(super) fn clauses(&self, id: &'a str) -> impl Iterator<Item = &'a str> {
        let names = self
            .lineage(id)
            .into_iter()
            .filter_map(|id| self.instruments.get(id));
        names.flat_map(|name| name.clauses.keys().copied())
    }
}

/// Collects names; a name that comes twice is an error.
fn index<'a>(words: impl Iterator<Item = Word<'a>>, what: &str, sink: &Sink) -> Index<'a> {
    let mut index = Index::new();
    for word in words {
        match index.get(word.text) {
            Some(first) => sink.report(duplicate(word, *first, what)),
            None => {
                index.insert(word.text, word.spot);
            }
        }
    }
    index
}

fn duplicate(word: Word<'_>, first: Spot<'_>, what: &str) -> Diagnostic {
    let message = format!("there are two {what} tables named {}", quoted(word.text));
    Diagnostic::error("duplicate-id", word.spot.position(), message).label(first.position(), "first here")
}

fn instruments<'a>(tables: &Tables<'a>, sink: &Sink) -> BTreeMap<&'a str, InstrumentName<'a>> {
    index(
        tables.documents.iter().map(|document| document.id),
        "instrument",
        sink,
    );
    let mut names = BTreeMap::new();
    for document in &tables.documents {
        let id = document.id;
        if id.text.contains(char::is_whitespace) || id.text.contains('/') {
            let message = format!("{} is not the name of an instrument", quoted(id.text));
            let error = Diagnostic::error("bad-id", id.spot.position(), message);
            sink.report(
                error.help(
                    "a reference to a clause is `instrument ref`, so the name has no blanks and no `/`",
                ),
            );
        }
        let references = document.clauses.iter().filter_map(|clause| clause.text("ref"));
        let stands_on = || {
            document
                .instrument
                .texts("stands_on")
                .iter()
                .map(|word| word.text)
                .collect()
        };
        names.entry(id.text).or_insert_with(|| InstrumentName {
            entry: document.instrument,

            base: document.instrument.text("variant_of").map(|word| word.text),
            stands_on: document.instrument.has("stands_on").then(stands_on),
            clauses: index(references, "clause", sink),
        });
    }
    names
}

fn groups<'a>(tables: &Tables<'a>) -> BTreeMap<String, Entry<'a>> {
    let shared = tables
        .groups
        .iter()
        .map(|(word, entry)| (word.text.to_owned(), *entry));
    let own = tables.documents.iter().flat_map(|document| {
        let id = document.id.text;
        document
            .groups
            .iter()
            .map(move |(word, entry)| (format!("{id}/{}", word.text), *entry))
    });
    shared.chain(own).collect()
}

fn aliases<'a>(tables: &Tables<'a>, models: &Index<'a>, sink: &Sink) -> BTreeMap<&'a str, &'a str> {
    let mut aliases = BTreeMap::new();
    for model in &tables.models {
        let Some(id) = model.text("id") else { continue };
        for alias in model.texts("aliases") {
            let other = aliases
                .insert(alias.text, id.text)
                .filter(|other| *other != id.text);
            let other = other.or_else(|| models.get_key_value(alias.text).map(|(name, _)| *name));
            if let Some(other) = other {
                let message = format!("{} already means the model {}", quoted(alias.text), quoted(other));
                sink.report(Diagnostic::error(
                    "ambiguous-alias",
                    alias.spot.position(),
                    message,
                ));
            }
        }
    }
    aliases
}
