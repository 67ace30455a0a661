//! Sorts the tables of all files by what they are.

use crate::diagnose::{Diagnostic, Sink};
use crate::tree::{Entry, File, Word};

/// An instrument with the tables of its file that belong to it.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub(super) id: Word<'a>,
    pub(super) instrument: Entry<'a>,
    pub(super) groups: Vec<(Word<'a>, Entry<'a>)>,
    pub(super) clauses: Vec<Entry<'a>>,
}

/// The tables of all files, in the order of files and lines.
#[derive(Debug, Default)]
pub(super) struct Tables<'a> {
    pub(super) firm: Vec<Entry<'a>>,
    pub(super) limits: Vec<Entry<'a>>,
    pub(super) display: Vec<Entry<'a>>,
    pub(super) documents: Vec<Document<'a>>,
    pub(super) groups: Vec<(Word<'a>, Entry<'a>)>,
    pub(super) lists: Vec<Entry<'a>>,
    pub(super) entities: Vec<Entry<'a>>,
    pub(super) sites: Vec<Entry<'a>>,
    pub(super) channels: Vec<Entry<'a>>,
    pub(super) models: Vec<Entry<'a>>,
    pub(super) deployments: Vec<Entry<'a>>,
    pub(super) applications: Vec<Entry<'a>>,
    pub(super) clients: Vec<Entry<'a>>,
    pub(super) people: Vec<Entry<'a>>,
    pub(super) grants: Vec<Entry<'a>>,
    pub(super) tests: Vec<Entry<'a>>,
    pub(super) nevers: Vec<Entry<'a>>,
}

impl<'a> Tables<'a> {
    pub(super) fn gather(files: &'a [File<'a>], sink: &Sink) -> Self {
        let mut tables = Self::default();
        for file in files {
            let root = file.root();
            tables.gather_document(&root, sink);
            tables.firm.extend(root.entry("firm"));
            tables.limits.extend(root.entry("limits"));
            tables.display.extend(root.entry("display"));
            tables.gather_lists(&root);
        }
        for (found, name) in [(&tables.firm, "firm"), (&tables.limits, "limits")] {
            once(found, name, sink);
        }
        tables
    }

    fn gather_document(&mut self, root: &Entry<'a>, sink: &Sink) {
        let named = |(word, value): (Word<'a>, crate::tree::Value<'a>)| Some((word, value.entry()?));
        let groups = root
            .entry("groups")
            .map(|groups| groups.pairs())
            .unwrap_or_default();
        let groups = groups.into_iter().filter_map(named);
        let clauses = root.entries("clause");
        match root.entry("instrument") {
            Some(instrument) => {
                let groups = groups.collect();
                self.documents.extend(instrument.text("id").map(|id| Document {
                    id,
                    instrument,
                    groups,
                    clauses,
                }));
            }
            None => {
                self.groups.extend(groups);
                if let Some(clause) = clauses.first() {
                    let message = "a clause stands in a file without an instrument";
                    let error =
                        Diagnostic::error("clause-without-instrument", clause.spot().position(), message);
                    sink.report(error.help("add an `[instrument]` table with `id` and `layer` to this file"));
                }
            }
        }
    }

    fn gather_lists(&mut self, root: &Entry<'a>) {
        let lists: [(&mut Vec<Entry<'a>>, &str); 12] = [
            (&mut self.lists, "list"),
            (&mut self.entities, "entity"),
            (&mut self.sites, "site"),
            (&mut self.channels, "channel"),
            (&mut self.models, "model"),
            (&mut self.deployments, "deployment"),
            (&mut self.applications, "application"),
            (&mut self.clients, "client"),
            (&mut self.people, "person"),
            (&mut self.grants, "grant"),
            (&mut self.tests, "test"),
            (&mut self.nevers, "never"),
        ];
        for (list, key) in lists {
            list.extend(root.entries(key));
        }
    }
}

fn once(found: &[Entry<'_>], name: &str, sink: &Sink) {
    let Some((first, others)) = found.split_first() else {
        return;
    };
    for other in others {
        let message = format!("`[{name}]` stands in the register twice");
        let error = Diagnostic::error("duplicate-table", other.spot().position(), message);
        sink.report(error.label(first.spot().position(), "first here"));
    }
}
