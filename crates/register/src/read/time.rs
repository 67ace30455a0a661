//! Dates in the time zone of their file, and spans between them.

use super::Reader;
use super::gather::Tables;
use crate::diagnose::{Diagnostic, quoted};
use crate::model::{Instant, Span};
use crate::tree::Entry;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::collections::BTreeMap;

impl<'a> Reader<'a> {
    /// The time zone of each file that has one: its instrument's, else that of the instrument's base.
    pub(super) fn time_zones(&self, tables: &Tables<'a>) -> BTreeMap<usize, TimeZone> {
        let database = TimeZoneDatabase::bundled();
        let mut zones = BTreeMap::new();
        for document in &tables.documents {
            let lineage = self.names.lineage(document.id.text);
            let mut entries = lineage
                .into_iter()
                .filter_map(|id| self.names.instruments.get(id));
            let Some(word) = entries.find_map(|name| name.entry.text("time_zone")) else {
                continue;
            };
            match database.get(word.text) {
                Ok(zone) => {
                    zones.insert(document.instrument.file().index, zone);
                }
                Err(_) => {
                    let message = format!("{} is not the name of a time zone", quoted(word.text));
                    let error = Diagnostic::error("unknown-time-zone", word.spot.position(), message);
                    self.sink
                        .report(error.help("write an IANA name such as `Asia/Hong_Kong`"));
                }
            }
        }
        zones
    }

    fn zone(&self, entry: &Entry<'a>) -> TimeZone {
        self.zones
            .get(&entry.file().index)
            .cloned()
            .unwrap_or(TimeZone::UTC)
    }

    /// The instant from which on something holds: 00:00 of a date.
    pub(super) fn start(&self, entry: &Entry<'a>, key: &str) -> Option<Instant> {
        entry.moment(key)?.start(&self.zone(entry))
    }

    /// The instant before which something holds: 00:00 after a date.
    fn end(&self, entry: &Entry<'a>, key: &str) -> Option<Instant> {
        entry.moment(key)?.end(&self.zone(entry))
    }

    /// The span between two keys; reversed or empty is an error.
    pub(super) fn span(&self, entry: &Entry<'a>, from: &str, to: &str) -> Span {
        let span = Span {
            from: self.start(entry, from),
            to: self.end(entry, to),
        };
        self.no_reversed(span, entry, from, to);
        span
    }

    /// The days between two keys, in UTC wherever the file counts them: a directory keeps trips so.
    pub(super) fn utc_days(&self, entry: &Entry<'a>, from: &str, to: &str) -> Span {
        let moment = |key: &str| entry.moment(key);
        let span = Span {
            from: moment(from).and_then(|first| first.start(&TimeZone::UTC)),
            to: moment(to).and_then(|last| last.end(&TimeZone::UTC)),
        };
        self.no_reversed(span, entry, from, to);
        span
    }

    fn no_reversed(&self, span: Span, entry: &Entry<'a>, from: &str, to: &str) {
        if let (Some(start), Some(end)) = (span.from, span.to)
            && start >= end
        {
            let message = format!("`{to}` lies before `{from}`");
            let error = Diagnostic::error("reversed-dates", entry.spot_of(to).position(), message);
            self.sink
                .report(error.label(entry.spot_of(from).position(), "the start"));
        }
    }
}
