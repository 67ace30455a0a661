//! The firm, how old evidence may be, and display names.

use super::Reader;
use super::gather::Tables;
use crate::diagnose::Diagnostic;
use crate::model::{Firm, Limits};
use crate::tree::{Entry, Word};
use std::collections::BTreeMap;
use territory::Place;

/// Longest limit, in hours: ten years. More is a slip of the pen.
const LONGEST: u64 = 10 * 366 * 24;

impl<'a> Reader<'a> {
    pub(super) fn firm(&self, tables: &Tables<'a>) -> Firm {
        let Some(entry) = tables.firm.first() else {
            return Firm::default();
        };
        Firm {
            name: entry.string("name").unwrap_or_default(),
            ask: entry.string("ask"),
        }
    }

    pub(super) fn limits(&self, tables: &Tables<'a>) -> Limits {
        let defaults = Limits::default();
        let Some(entry) = tables.limits.first() else {
            return defaults;
        };
        let hours = |key: &str, default| self.hours(entry, key, 1).unwrap_or(default);
        Limits {
            presence: hours("presence_hours", defaults.presence),
            directory: hours("directory_hours", defaults.directory),
            screening: hours("screening_hours", defaults.screening),
            contradiction: self
                .hours(entry, "contradiction_days", 24)
                .unwrap_or(defaults.contradiction),
        }
    }

    /// A number of hours, or of units of so many hours, in seconds.
    pub(super) fn hours(&self, entry: &Entry<'a>, key: &str, unit: u64) -> Option<i64> {
        let written = entry.count(key)?;
        let hours = written.saturating_mul(unit);
        if hours > LONGEST {
            let message = format!("`{written}` is too long a time for `{key}`");
            self.sink.report(Diagnostic::error(
                "too-large",
                entry.spot_of(key).position(),
                message,
            ));
            return None;
        }
        i64::try_from(hours * 3600).ok()
    }

    pub(super) fn display(&self, tables: &Tables<'a>) -> BTreeMap<Place, String> {
        let pairs = tables.display.iter().flat_map(Entry::pairs);
        let named = |(code, name): (Word<'a>, crate::tree::Value<'a>)| {
            Some((self.place(code)?, name.word()?.text.to_owned()))
        };
        pairs.filter_map(named).collect()
    }
}
