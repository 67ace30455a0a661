//! Lists of places by reference: their versions and changes.

use super::Reader;
use crate::diagnose::Diagnostic;
use crate::model::{Cause, ListChange, ListVersion, PlaceList};
use crate::tree::Entry;

impl<'a> Reader<'a> {
    pub(super) fn list(&self, entry: &Entry<'a>) -> Option<PlaceList> {
        let id = entry.string("id")?;
        let mut versions: Vec<(ListVersion, Entry<'a>)> = entry
            .entries("version")
            .into_iter()
            .map(|version| (self.version(&version), version))
            .collect();
        versions.sort_by_key(|(version, _)| version.span.from);
        self.overlaps(&versions);
        Some(PlaceList {
            name: entry.string("name").unwrap_or_else(|| id.clone()),
            versions: versions.into_iter().map(|(version, _)| version).collect(),
            changes: entry
                .entries("change")
                .iter()
                .filter_map(|change| self.change(change))
                .collect(),
            position: entry.spot().position(),
            id,
        })
    }

    fn version(&self, entry: &Entry<'a>) -> ListVersion {
        let span = self.span(entry, "from", "to");
        ListVersion {
            span,
            known_from: self.start(entry, "known_from").or(span.from),
            definition: self.definition(entry, ""),
            source: entry.string("source"),
        }
    }

    fn overlaps(&self, versions: &[(ListVersion, Entry<'a>)]) {
        for pair in versions.windows(2) {
            let [(earlier, first), (later, second)] = pair else {
                continue;
            };
            if earlier
                .span
                .to
                .is_none_or(|to| later.span.from.is_none_or(|from| from < to))
            {
                let error = Diagnostic::error(
                    "overlapping-dates",
                    second.spot().position(),
                    "two versions of a list are in force at once",
                );
                let error = error.help("end the earlier one with `to` before the later one begins");
                self.sink
                    .report(error.label(first.spot().position(), "the other version"));
            }
        }
    }

    fn change(&self, entry: &Entry<'a>) -> Option<ListChange> {
        let change = ListChange {
            remove: self.places(entry, "remove"),
            add: self.places(entry, "add"),
            cause: entry.word("cause", Cause::parse)?,
            posted: self.start(entry, "posted")?,
            effective: self.start(entry, "effective")?,
        };
        if change.remove.is_empty() && change.add.is_empty() {
            let message = "this change takes nothing off and puts nothing on";
            self.sink.report(Diagnostic::warning(
                "empty-change",
                entry.spot().position(),
                message,
            ));
        }
        Some(change)
    }
}
