//! Names that stand for something defined elsewhere, and what is said when nothing is.

use super::names::Index;
use super::{Reader, Scope};
use crate::diagnose::{Diagnostic, quoted};
use crate::tree::{Entry, Word};
use std::collections::BTreeSet;

impl<'a> Reader<'a> {
    /// Reports a name that nothing has, with the nearest one that something has.
    pub(super) fn unknown<'b>(
        &self,
        word: Word<'_>,
        (code, what): (&'static str, &str),
        known: impl IntoIterator<Item = &'b str>,
    ) {
        let help = self.sink.did_you_mean(word.text, known);
        let message = format!("there is no {what} {}", quoted(word.text));
        self.sink
            .report(Diagnostic::error(code, word.spot.position(), message).maybe_help(help));
    }

    fn known(&self, word: Word<'a>, index: &Index<'a>, what: (&'static str, &str)) -> String {
        if !index.contains_key(word.text) {
            self.unknown(word, what, index.keys().copied());
        }
        word.text.to_owned()
    }

    pub(super) fn entity_named(&self, word: Word<'a>) -> String {
        self.known(word, &self.names.entities, ("unknown-entity", "entity"))
    }

    pub(super) fn site_named(&self, word: Word<'a>) -> String {
        self.known(word, &self.names.sites, ("unknown-site", "site"))
    }

    pub(super) fn channel_named(&self, word: Word<'a>) -> String {
        self.known(word, &self.names.channels, ("unknown-channel", "channel"))
    }

    pub(super) fn application_named(&self, word: Word<'a>) -> String {
        self.known(
            word,
            &self.names.applications,
            ("unknown-application", "application"),
        )
    }

    pub(super) fn person_named(&self, word: Word<'a>) -> String {
        self.known(word, &self.names.people, ("unknown-person", "person"))
    }

    /// A model by its name, or by another one, which is resolved to it.
    pub(super) fn model_named(&self, word: Word<'a>) -> String {
        match self.names.aliases.get(word.text) {
            Some(id) if !self.names.models.contains_key(word.text) => (*id).to_owned(),
            _ => self.known(word, &self.names.models, ("unknown-model", "model")),
        }
    }

    pub(super) fn instrument_named(&self, word: Word<'a>) -> String {
        if !self.names.instruments.contains_key(word.text) {
            self.unknown(
                word,
                ("unknown-instrument", "instrument"),
                self.names.instruments.keys().copied(),
            );
        }
        word.text.to_owned()
    }

    /// The names under a key, each looked up.
    pub(super) fn all_named(
        &self,
        entry: &Entry<'a>,
        key: &str,
        look: fn(&Self, Word<'a>) -> String,
    ) -> Vec<String> {
        entry
            .texts(key)
            .into_iter()
            .map(|word| look(self, word))
            .collect()
    }

    /// A clause as (instrument, reference): `ref` in this instrument or one that it stands on, else
    /// `instrument ref`.
    pub(super) fn clause_named(&self, word: Word<'a>, scope: Scope<'a>) -> Option<(String, String)> {
        let pair = |instrument: &str, reference: &str| Some((instrument.to_owned(), reference.to_owned()));
        if let Some(instrument) = scope.and_then(|scope| self.nearest_with(word, scope)) {
            return pair(instrument, word.text);
        }
        let Some((first, reference)) = word.text.split_once(' ') else {
            self.unknown_clause(word, scope);
            return None;
        };
        match self.names.instruments.get_key_value(first) {
            None => self.unknown(
                Word { text: first, ..word },
                ("unknown-instrument", "instrument"),
                self.names.instruments.keys().copied(),
            ),
            Some((id, _)) if self.names.has_clause(id, reference) => return pair(first, reference),
            Some((id, _)) => {
                let what = format!("clause of `{first}` with the reference");
                self.unknown(
                    Word {
                        text: reference,
                        ..word
                    },
                    ("unknown-clause", &what),
                    self.names.clauses(id),
                );
            }
        }
        None
    }

    fn unknown_clause(&self, word: Word<'a>, scope: Scope<'a>) {
        let message = format!("there is no clause {}", quoted(word.text));
        let own = scope.into_iter().flat_map(|scope| self.names.clauses(scope));
        let help = self
            .sink
            .did_you_mean(word.text, own)
            .unwrap_or_else(|| match scope {
                Some(_) => {
                    "write `ref` for a clause of this instrument or one it stands on, else `instrument ref`"
                        .to_owned()
                }
                None => "outside the file of an instrument, write `instrument ref`".to_owned(),
            });
        self.sink
            .report(Diagnostic::error("unknown-clause", word.spot.position(), message).help(help));
    }

    /// The nearest instrument with a clause of this reference: this one, then what it stands on.
    fn nearest_with(&self, word: Word<'a>, scope: &'a str) -> Option<&'a str> {
        let mut seen = BTreeSet::from([scope]);
        let mut ring = vec![scope];
        while !ring.is_empty() {
            let found: Vec<_> = ring
                .iter()
                .copied()
                .filter(|id| self.names.has_clause(id, word.text))
                .collect();
            if let [first, second, ..] = found.as_slice() {
                let message = format!(
                    "{} may mean a clause of `{first}` or of `{second}`",
                    quoted(word.text)
                );
                let error = Diagnostic::error("ambiguous-clause", word.spot.position(), message);
                self.sink
                    .report(error.help(format!("write `{first} {}`", word.text)));
            }
            if let Some(found) = found.first() {
                return Some(found);
            }
            let below = ring.iter().flat_map(|id| self.names.stands_on(id)).copied();
            ring = below.filter(|id| seen.insert(id)).collect();
        }
        None
    }
}
