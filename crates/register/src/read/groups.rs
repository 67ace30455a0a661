//! Region groups: their members resolved, groups in groups included.

use super::gather::Tables;
use super::mentions::Mentions;
use super::{Reader, Scope};
use crate::diagnose::{Diagnostic, quoted};
use crate::model::{Group, GroupReading, Instant};
use crate::tree::{Entry, Word};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use territory::{Absent, Definition, Member, Membership, Place};

/// How deep groups may stand in groups.
const DEEPEST: usize = 16;

/// What a group says of each place, and whether that counts.
pub(super) struct Meaning {
    id: String,
    pub(super) mentions: Mentions,
    standing: Standing,
}

/// Whether somebody has read a group and every group in it, in the order of doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// All of them, as is known since then.
    Read(Option<Instant>),
    /// Not all of them, so that nobody knows what it means.
    Unread,
}

/// Groups that are resolved already, and those that are being resolved.
#[derive(Default)]
pub(super) struct Resolved {
    done: RefCell<BTreeMap<String, Rc<Meaning>>>,
    open: RefCell<Vec<String>>,
}

/// Members as written: codes, and other groups.
#[derive(Default)]
pub(super) struct Members {
    pub(super) plain: Vec<Member>,
    pub(super) groups: Vec<Rc<Meaning>>,
}

impl<'a> Reader<'a> {
    /// Every group, by full name.
    pub(super) fn groups(&self, tables: &Tables<'a>) -> Vec<Group> {
        let shared = tables
            .groups
            .iter()
            .map(|(word, entry)| (word.text.to_owned(), *word, *entry));
        let own = tables.documents.iter().flat_map(|document| {
            let id = document.id.text;
            document
                .groups
                .iter()
                .map(move |(word, entry)| (format!("{id}/{}", word.text), *word, *entry))
        });
        shared
            .chain(own)
            .map(|(id, word, entry)| self.group(id, word, &entry))
            .collect()
    }

    fn group(&self, id: String, word: Word<'a>, entry: &Entry<'a>) -> Group {
        self.resolve(&id, word);
        let (definition, inner) = self.defined(entry, &id);
        let reading = entry.entry("reading").map(|reading| GroupReading {
            by: reading.string("by").unwrap_or_default(),
            known_from: self.start(&reading, "known_from"),
            note: reading.string("note"),
        });
        let unread = inner.iter().find(|group| group.standing == Standing::Unread);
        if reading.is_none() {
            let message = format!(
                "nobody has read what {} means, so it is unclear",
                quoted(word.text)
            );
            let warning = Diagnostic::warning("group-without-reading", word.spot.position(), message);
            self.sink
                .report(warning.help("say who read it: `reading = { by = \"…\", known_from = … }`"));
        } else if let Some(unread) = unread {
            let message = format!(
                "{} holds {}, which nobody has read, so it is unclear too",
                quoted(word.text),
                quoted(&unread.id)
            );
            let warning = Diagnostic::warning("group-of-unread", word.spot.position(), message);
            self.sink
                .report(warning.help("give that one a `reading`, or write its members out here"));
        }
        // What stands in it may have become known later than the rest of it.
        let reading = reading.and_then(|reading| match standing(reading.known_from, &inner) {
            Standing::Read(known_from) => Some(GroupReading {
                known_from,
                ..reading
            }),
            Standing::Unread => None,
        });
        Group {
            name: entry.string("name").unwrap_or_else(|| word.text.to_owned()),
            definition,
            could_be: entry.has("could_be").then(|| self.places(entry, "could_be")),
            reading,
            position: word.spot.position(),
            id,
        }
    }

    /// The definition in a table with `members`, `except` and so on; `within` is the group that it defines, if any.
    pub(super) fn definition(&self, entry: &Entry<'a>, within: &str) -> Definition {
        self.defined(entry, within).0
    }

    /// The definition, and the groups that are named in it.
    fn defined(&self, entry: &Entry<'a>, within: &str) -> (Definition, Vec<Rc<Meaning>>) {
        let scope = self.scope(entry);
        self.resolved().open.borrow_mut().push(within.to_owned());
        let members = self.members(entry.texts("members"), scope);
        let except = self.members(entry.texts("except"), scope);
        self.resolved().open.borrow_mut().pop();
        let absent = match entry.text("absent").map(|word| word.text) {
            Some("unknown") => Absent::Unknown,
            _ => Absent::Outside,
        };
        let listed = |member: &Member| match member {
            Member::Place(place) => Some(*place),
            Member::World => None,
        };
        let mut definition = Definition {
            members: members.plain,
            except: Vec::new(),
            disputed: self.places(entry, "disputed"),
            unknown: self.places(entry, "unknown"),
            absent,
        };
        let excepted: Vec<Place> = except.plain.iter().filter_map(listed).collect();
        if except.plain.contains(&Member::World) {
            let message = "`\"*\"` in `except` leaves nothing";
            self.sink.report(Diagnostic::error(
                "excludes-world",
                entry.spot_of("except").position(),
                message,
            ));
        }
        if members.groups.is_empty() && except.groups.is_empty() {
            definition.except = excepted;
            return (definition, Vec::new());
        }
        let whole = members
            .groups
            .iter()
            .fold(Mentions::of(&definition), |all, group| all.union(&group.mentions));
        let mut left = except
            .groups
            .iter()
            .fold(whole, |all, group| all.minus(&group.mentions));
        excepted
            .into_iter()
            .for_each(|place| left.set(place, Membership::Outside));
        let named = members.groups.into_iter().chain(except.groups).collect();
        (left.definition(), named)
    }

    pub(super) fn members(&self, words: Vec<Word<'a>>, scope: Scope<'a>) -> Members {
        let mut members = Members::default();
        for word in words {
            if word.text == "*" {
                members.plain.push(Member::World);
            } else if let Some(name) = word.text.strip_prefix("group:") {
                members
                    .groups
                    .extend(self.member_group(Word { text: name, ..word }, scope));
            } else {
                members.plain.extend(self.place(word).map(Member::Place));
            }
        }
        members
    }

    fn member_group(&self, word: Word<'a>, scope: Scope<'a>) -> Option<Rc<Meaning>> {
        let Some(id) = self.group_named(word.text, scope) else {
            self.unknown_set(word, "group");
            return None;
        };
        let open = self.resolved().open.borrow();
        let circle = open.contains(&id);
        let deep = open.len() > DEEPEST;
        drop(open);
        if circle {
            let message = format!("the group {} contains itself", quoted(&id));
            self.sink
                .report(Diagnostic::error("circular-group", word.spot.position(), message));
        } else if deep {
            let message = format!("groups stand in groups more than {DEEPEST} deep");
            self.sink
                .report(Diagnostic::error("deep-group", word.spot.position(), message));
        }
        (!circle && !deep).then(|| self.resolve(&id, word))
    }

    /// What a group says of each place, as a member of another.
    fn resolve(&self, id: &str, word: Word<'a>) -> Rc<Meaning> {
        if let Some(done) = self.resolved().done.borrow().get(id) {
            return Rc::clone(done);
        }
        let (mentions, standing) = match self.names.groups.get(id) {
            Some(entry) => self.meaning(entry, id),
            None => {
                self.unknown_set(word, "group");
                (Mentions::of(&Definition::default()), Standing::Read(None))
            }
        };
        let meaning = Rc::new(Meaning {
            id: id.to_owned(),
            mentions,
            standing,
        });
        self.resolved()
            .done
            .borrow_mut()
            .insert(id.to_owned(), Rc::clone(&meaning));
        meaning
    }

    fn meaning(&self, entry: &Entry<'a>, id: &str) -> (Mentions, Standing) {
        let (definition, inner) = self.defined(entry, id);
        let standing = match entry.entry("reading") {
            Some(reading) => standing(self.start(&reading, "known_from"), &inner),
            None => Standing::Unread,
        };
        let mentions = match standing {
            Standing::Read(_) => Mentions::of(&definition),
            Standing::Unread => {
                let could_be = entry.has("could_be").then(|| self.places(entry, "could_be"));
                Mentions::undefined(could_be.as_deref())
            }
        };
        (mentions, standing)
    }

    /// Full name of a group: the instrument's own, its base's, else a shared one.
    pub(super) fn group_named(&self, name: &str, scope: Scope<'a>) -> Option<String> {
        let lineage = scope.map(|scope| self.names.lineage(scope)).unwrap_or_default();
        let own = lineage.into_iter().map(|id| format!("{id}/{name}"));
        own.chain([name.to_owned()])
            .find(|id| self.names.groups.contains_key(id))
    }

    fn resolved(&self) -> &Resolved {
        &self.groups
    }
}

/// The standing of a group that is read since then and holds these.
fn standing(known_from: Option<Instant>, inner: &[Rc<Meaning>]) -> Standing {
    let all = inner.iter().map(|group| group.standing);
    all.fold(Standing::Read(known_from), Standing::max)
}
