//! Sets of places as clauses name them: by a group, by a list, or written out.

use super::mentions::Mentions;
use super::{Reader, Scope};
use crate::diagnose::{Diagnostic, quoted};
use crate::model::PlaceSetName;
use crate::tree::{Entry, Value, Word};
use territory::{Definition, Member, Place};

impl<'a> Reader<'a> {
    /// The set of places under a key.
    pub(super) fn set_of(&self, entry: &Entry<'a>, key: &str) -> Option<PlaceSetName> {
        self.set(entry.get(key)?)
    }

    fn set(&self, value: Value<'a>) -> Option<PlaceSetName> {
        let scope = self.names.owner(value.spot.file);
        if let Some(word) = value.word() {
            return self.set_named(word, scope);
        }
        let words: Vec<Word<'a>> = match value.entry() {
            Some(entry) if entry.has("except") => {
                return Some(PlaceSetName::Inline(self.definition(&entry, "")));
            }
            Some(entry) => entry.texts("members"),
            None => value.words(),
        };
        if let [word] = words.as_slice()
            && word.text.starts_with("group:")
        {
            // Alone, a group keeps its reading and the date from which that is known.
            return self.set_named(*word, scope);
        }
        let members = self.members(words, scope);
        let plain = Definition {
            members: members.plain,
            ..Definition::default()
        };
        if members.groups.is_empty() {
            return Some(PlaceSetName::Inline(plain));
        }
        let whole = members
            .groups
            .iter()
            .fold(Mentions::of(&plain), |all, group| all.union(&group.mentions));
        Some(PlaceSetName::Inline(whole.definition()))
    }

    /// A set by name: own group, shared group, list, place.
    fn set_named(&self, word: Word<'a>, scope: Scope<'a>) -> Option<PlaceSetName> {
        if let Some(name) = word.text.strip_prefix("group:") {
            let group = self.group_named(name, scope);
            if group.is_none() {
                self.unknown_set(Word { text: name, ..word }, "group");
            }
            return group.map(PlaceSetName::Group);
        }
        if let Some(id) = self.group_named(word.text, scope) {
            return Some(PlaceSetName::Group(id));
        }
        if self.names.lists.contains_key(word.text) {
            return Some(PlaceSetName::List(word.text.to_owned()));
        }
        let members = match Place::parse(word.text) {
            Ok(place) => vec![Member::Place(place)],
            Err(_) if word.text == "*" => vec![Member::World],
            Err(_) => {
                self.unknown_set(word, "group, list or place");
                return None;
            }
        };
        Some(PlaceSetName::Inline(Definition {
            members,
            ..Definition::default()
        }))
    }

    /// Reports the name of a group, or of any set, that nothing has.
    pub(super) fn unknown_set(&self, word: Word<'_>, what: &str) {
        let message = format!("there is no {what} {}", quoted(word.text));
        let error = Diagnostic::error("unknown-place-set", word.spot.position(), message);
        let names = self
            .names
            .groups
            .keys()
            .map(|id| id.rsplit_once('/').map_or(id.as_str(), |(_, name)| name));
        let known = names.chain(self.names.lists.keys().copied());
        let is_list = what == "group" && self.names.lists.contains_key(word.text);
        let help = match is_list {
            true => Some(format!(
                "{} is a list: write its name alone, without `group:`",
                quoted(word.text)
            )),
            false => self.sink.did_you_mean(word.text, known),
        };
        let place = || {
            let error = Place::parse(word.text).err().filter(|_| what != "group")?;
            self.sink.place_help(&error)
        };
        self.sink.report(error.maybe_help(help.or_else(place)));
    }
}
