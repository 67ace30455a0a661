//! From files to the model: every name resolved, every default filled in, every problem reported.
//!
//! First all names of all files are gathered, since a file may name what another defines. Then each table is read
//! with those names at hand. Instruments come last to their final form: a variant needs its base, and a clause its
//! instrument's validity.

mod cases;
mod catalogue;
mod clause;
mod conditions;
mod effect;
mod entity;
mod gather;
mod groups;
mod instrument;
mod lift;
mod lists;
mod mentions;
mod names;
mod ownership;
mod people;
mod places;
mod references;
mod sets;
mod settings;
mod structure;
mod time;
mod variants;

use crate::check::{self, Written};
use crate::diagnose::{Diagnostics, Sink};
use crate::language::FILE;
use crate::model::Register;
use crate::source::Source;
use crate::tree::{Entry, File, shape};
use gather::Tables;
use jiff::tz::TimeZone;
use names::Names;
use std::collections::BTreeMap;

/// The instrument whose file a table stands in, if any: names are looked up there first.
pub(crate) type Scope<'a> = Option<&'a str>;

/// What everything that reads one register shares.
pub(crate) struct Reader<'a> {
    sink: &'a Sink,
    names: Names<'a>,
    zones: BTreeMap<usize, TimeZone>,
    groups: groups::Resolved,
}

/// Reads a whole register.
pub(crate) fn read(sources: &[Source]) -> (Option<Register>, Diagnostics) {
    let sink = Sink::default();
    let mut sources: Vec<&Source> = sources.iter().collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    let parsed = sources
        .iter()
        .enumerate()
        .map(|(index, source)| File::parse(index, source, &sink));
    let files: Vec<Option<File<'_>>> = parsed.collect();
    let whole = files.iter().all(Option::is_some);
    let files: Vec<File<'_>> = files.into_iter().flatten().collect();
    for file in &files {
        shape::check(&file.root(), &FILE, &sink);
    }
    // With a file missing, half of what the others name would look undefined.
    let register = whole.then(|| read_files(&files, &sink));
    let diagnostics = sink.finish();
    let register = register.filter(|_| !diagnostics.has_errors());
    (register, diagnostics)
}

fn read_files<'a>(files: &'a [File<'a>], sink: &Sink) -> Register {
    let tables = Tables::gather(files, sink);
    let names = Names::of(&tables, sink);
    let mut reader = Reader {
        sink,
        names,
        zones: BTreeMap::new(),
        groups: groups::Resolved::default(),
    };
    reader.zones = reader.time_zones(&tables);
    let (register, written) = reader.register(&tables);
    check::all(&register, &written, sink);
    register
}

impl<'a> Reader<'a> {
    fn register(&self, tables: &Tables<'a>) -> (Register, Written) {
        let (instruments, written) = self.instruments(tables);
        let register = Register {
            firm: self.firm(tables),
            limits: self.limits(tables),
            display: self.display(tables),
            groups: self.groups(tables),
            lists: each(&tables.lists, |entry| self.list(entry)),
            instruments,
            entities: each(&tables.entities, |entry| self.entity(entry)),
            sites: each(&tables.sites, |entry| self.site(entry)),
            models: each(&tables.models, |entry| self.model(entry)),
            channels: each(&tables.channels, |entry| self.channel(entry)),
            deployments: each(&tables.deployments, |entry| self.deployment(entry)),
            applications: each(&tables.applications, |entry| self.application(entry)),
            clients: each(&tables.clients, |entry| self.client(entry)),
            people: each(&tables.people, |entry| self.person(entry)),
            grants: each(&tables.grants, |entry| self.grant(entry)),
            tests: each(&tables.tests, |entry| self.case(entry)),
            nevers: each(&tables.nevers, |entry| self.never(entry)),
        };
        (register, written)
    }

    /// The instrument of the file that a table stands in.
    fn scope(&self, entry: &Entry<'a>) -> Scope<'a> {
        self.names.owner(entry.file())
    }
}

/// Reads each table; one that lacks something essential, which was reported, is left out.
fn each<'a, T>(entries: &[Entry<'a>], read: impl Fn(&Entry<'a>) -> Option<T>) -> Vec<T> {
    entries.iter().filter_map(read).collect()
}
