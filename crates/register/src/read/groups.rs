//! Region groups: their members resolved, groups in groups included.

use super::gather::Tables;
use super::mentions::Mentions;
use super::{Reader, Scope};
use crate::diagnose::{Diagnostic, quoted};
use crate::model::{Group, GroupReading};
use crate::tree::{Entry, Word};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use territory::{Absent, Definition, Member, Membership, Place};

/// How deep groups may stand in groups.
const DEEPEST: usize = 16;

/// Groups that are resolved already, and those that are being resolved.
#[derive(Default)]
pub(super) struct Resolved {
    done: RefCell<BTreeMap<String, Rc<Mentions>>>,
    open: RefCell<Vec<String>>,
}

/// Members as written: codes, and other groups.
#[derive(Default)]
pub(super) struct Members {
    pub(super) plain: Vec<Member>,
    pub(super) groups: Vec<Rc<Mentions>>,
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
        let reading = entry.entry("reading").map(|reading| GroupReading {
            by: reading.string("by").unwrap_or_default(),
            known_from: self.start(&reading, "known_from"),
            note: reading.string("note"),
        });
        if reading.is_none() {
            let message = format!(
                "nobody has read what {} means, so it is unclear",
                quoted(word.text)
            );
            let warning = Diagnostic::warning("group-without-reading", word.spot.position(), message);
            self.sink
                .report(warning.help("say who read it: `reading = { by = \"…\", known_from = … }`"));
        }
        Group {
            name: entry.string("name").unwrap_or_else(|| word.text.to_owned()),
            definition: self.definition(entry, &id),
            could_be: entry.has("could_be").then(|| self.places(entry, "could_be")),
            reading,
            position: word.spot.position(),
            id,
        }
    }

    /// The definition in a table with `members`, `except` and so on; `within` is the group that it defines, if any.
    pub(super) fn definition(&self, entry: &Entry<'a>, within: &str) -> Definition {
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
            return definition;
        }
        let whole = members
            .groups
            .iter()
            .fold(Mentions::of(&definition), |all, group| all.union(group));
        let mut left = except.groups.iter().fold(whole, |all, group| all.minus(group));
        excepted
            .into_iter()
            .for_each(|place| left.set(place, Membership::Outside));
        left.definition()
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

    fn member_group(&self, word: Word<'a>, scope: Scope<'a>) -> Option<Rc<Mentions>> {
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
    fn resolve(&self, id: &str, word: Word<'a>) -> Rc<Mentions> {
        if let Some(done) = self.resolved().done.borrow().get(id) {
            return Rc::clone(done);
        }
        let mentions = match self.names.groups.get(id) {
            Some(entry) => {
                let definition = self.definition(entry, id);
                let could_be = entry.has("could_be").then(|| self.places(entry, "could_be"));
                let read = entry.has("reading");
                if read {
                    Mentions::of(&definition)
                } else {
                    Mentions::undefined(could_be.as_deref())
                }
            }
            None => {
                self.unknown_set(word, "group");
                Mentions::of(&Definition::default())
            }
        };
        let mentions = Rc::new(mentions);
        self.resolved()
            .done
            .borrow_mut()
            .insert(id.to_owned(), Rc::clone(&mentions));
        mentions
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
