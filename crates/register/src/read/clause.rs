//! One clause: its text, scope, validity, status and readings.

use super::variants::DraftClause;
use super::{Reader, Scope};
use crate::diagnose::Diagnostic;
use crate::language::{ReadingWord, StatusWord};
use crate::model::{
    Account, Citation, Clause, DataClass, Disclosure, Kind, Layer, Modality, Purpose, Reading, Span,
    StatusChange, Words, Worker,
};
use crate::tree::Entry;

impl<'a> Reader<'a> {
    pub(super) fn clause(&self, entry: &Entry<'a>, scope: Scope<'a>) -> Option<DraftClause> {
        let reference = entry.string("ref")?;
        let own = self.span(entry, "effective", "expires");
        let kind = entry.word("kind", Kind::parse);
        let (effect, lifted) = self.effect(entry, kind, scope);
        let clause = Clause {
            title: entry.string("title").unwrap_or_else(|| reference.clone()),
            reference,
            plain: entry.string("plain").unwrap_or_default(),
            words: self.words(entry),
            kind,
            layer: Layer::Agreement,
            scope: entry
                .entry("for")
                .map(|at| self.scope_of_clause(&at))
                .unwrap_or_default(),
            validity: Span::ALWAYS,
            known_from: None,
            status: self.status(entry),
            effect,
            seats: entry.count("seats").map(most_seats),
            obliges: self.obliges(entry),
            readings: self.readings(entry),
            citation: entry.entry("citation").and_then(|at| citation(&at)),
            position: entry.spot().position(),
        };
        Some(DraftClause {
            clause,
            own,
            known_from: self.start(entry, "known_from").or(own.from),
            layer: entry.word("layer", Layer::parse),
            lifted,
            notice: entry.count("days").map(|days| self.days(entry, "days", days)),
        })
    }

    fn scope_of_clause(&self, at: &Entry<'a>) -> crate::model::Scope {
        self.no_empty_list(at, &[]);
        crate::model::Scope {
            models: at.strings("models"),
            purposes: at.words("purposes", Purpose::parse),
            data: at.words("data", DataClass::parse),
            workers: at.words("workers", Worker::parse),
            accounts: at.words("accounts", Account::parse),
            modality: at.word("modality", Modality::parse),
            registered_application: at.flag("registered").unwrap_or(false),
        }
    }

    /// A list without items reads as "none" to one and as "any" to another, so it is refused, but under these keys.
    pub(super) fn no_empty_list(&self, at: &Entry<'a>, but: &[&str]) {
        for (key, value) in at.pairs() {
            let list = value.value.as_array().is_some_and(|list| list.is_empty());
            if list && !but.contains(&key.text) && !matches!(key.text, "in" | "not_in") {
                let message = format!("`{}` is an empty list", key.text);
                let error = Diagnostic::error("empty-list", value.spot.position(), message);
                self.sink
                    .report(error.help("leave the key out to mean any, or name what is meant"));
            }
        }
    }

    fn words(&self, entry: &Entry<'a>) -> Option<Words> {
        let disclose = entry.word("disclose", Disclosure::parse);
        let text = entry.string("words");
        if text.is_none() && disclose.is_some() {
            let message = "`disclose` says who may read `words`, and there are none";
            self.sink.report(Diagnostic::warning(
                "no-words",
                entry.spot_of("disclose").position(),
                message,
            ));
        }
        Some(Words {
            text: text?,
            disclose: disclose.unwrap_or(Disclosure::Legal),
        })
    }

    fn status(&self, entry: &Entry<'a>) -> Vec<StatusChange> {
        let mut found: Vec<(StatusChange, Entry<'a>)> = Vec::new();
        for at in entry.entries("status") {
            let span = self.span(&at, "from", "to");
            if let Some(status) = at.word("status", StatusWord::parse) {
                let known_from = self.start(&at, "known_from").or(span.from);
                found.push((
                    StatusChange {
                        span,
                        known_from,
                        status,
                    },
                    at,
                ));
            }
        }
        found.sort_by_key(|(change, _)| change.span.from);
        for pair in found.windows(2) {
            let [(earlier, first), (later, second)] = pair else {
                continue;
            };
            if earlier
                .span
                .to
                .is_none_or(|to| later.span.from.is_none_or(|from| from < to))
            {
                let position = second.spot().position();
                let error = Diagnostic::error(
                    "overlapping-dates",
                    position,
                    "a clause has two legal statuses at once",
                );
                self.sink
                    .report(error.label(first.spot().position(), "the other status"));
            }
        }
        found.into_iter().map(|(change, _)| change).collect()
    }

    fn readings(&self, entry: &Entry<'a>) -> Vec<Reading> {
        let read = |at: Entry<'a>| {
            Some(Reading {
                known_from: self.start(&at, "known_from")?,
                by: at.string("by")?,
                tests: at.word("tests", ReadingWord::parse)?,
                note: at.string("note"),
            })
        };
        let mut readings: Vec<Reading> = entry.entries("reading").into_iter().filter_map(read).collect();
        readings.sort_by_key(|reading| reading.known_from);
        if readings
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a.known_from == b.known_from))
        {
            let message = "two readings of a clause are known from the same date";
            self.sink.report(Diagnostic::error(
                "conflicting-readings",
                entry.spot_of("reading").position(),
                message,
            ));
        }
        readings
    }
}

/// As many seats as are written; more than there are people is as good as any number.
pub(super) fn most_seats(seats: u64) -> u32 {
    u32::try_from(seats).unwrap_or(u32::MAX)
}

fn citation(at: &Entry<'_>) -> Option<Citation> {
    Some(Citation {
        document: at.string("document")?,
        digest: at.string("digest"),
        date: at.as_written("date"),
    })
}
