//! Instruments: read alone first, then completed by what they are variants of.

use super::gather::{Document, Tables};
use super::variants::{Draft, merge};
use super::{Reader, Scope};
use crate::check::Written;
use crate::diagnose::Diagnostic;
use crate::model::{Instrument, Layer, Notice};
use crate::tree::Entry;
use std::collections::BTreeMap;

impl<'a> Reader<'a> {
    /// Every instrument, in the order of files, and where its exceptions name what they lift.
    pub(super) fn instruments(&self, tables: &Tables<'a>) -> (Vec<Instrument>, Written) {
        let mut drafts: BTreeMap<&'a str, Draft<'a>> = BTreeMap::new();
        for document in self.bases_first(tables) {
            let own = self.draft(document);
            let base = document
                .instrument
                .text("variant_of")
                .and_then(|word| drafts.get(word.text));
            let draft = match base {
                Some(base) => merge(base, own),
                None => own,
            };
            drafts.entry(document.id.text).or_insert(draft);
        }
        let mut written = Written::default();
        let mut finished: Vec<Instrument> = drafts
            .into_values()
            .map(|draft| self.finish(draft, &mut written))
            .collect();
        finished
            .sort_by(|a, b| (&a.position.path, a.position.start).cmp(&(&b.position.path, b.position.start)));
        (finished, written)
    }

    /// Documents in such an order that a base comes before its variants. Circles have no such order and are reported.
    fn bases_first<'t>(&self, tables: &'t Tables<'a>) -> Vec<&'t Document<'a>> {
        let mut ordered: Vec<_> = tables
            .documents
            .iter()
            .map(|document| (self.names.lineage(document.id.text).len(), document))
            .collect();
        ordered.sort_by_key(|(length, _)| *length);
        for (_, document) in &ordered {
            if self.names.is_circular(document.id.text) {
                let position = document.instrument.spot_of("variant_of").position();
                let message = "this instrument is, in the end, a variant of itself";
                self.sink
                    .report(Diagnostic::error("circular-variant", position, message));
            }
        }
        ordered.into_iter().map(|(_, document)| document).collect()
    }

    fn draft(&self, document: &Document<'a>) -> Draft<'a> {
        let entry = document.instrument;
        let scope = Some(document.id.text);
        let variant_of = entry.text("variant_of").map(|word| self.instrument_named(word));
        let layer = entry.word("layer", Layer::parse);
        if layer.is_none() && variant_of.is_none() && !entry.has("layer") {
            let message = "an instrument has no `layer`";
            let error = Diagnostic::error("missing-key", entry.spot().position(), message);
            self.sink.report(
                error.help(
                    "it is one of `law`, `order-form`, `service-terms`, `agreement`, `policy`, `house`",
                ),
            );
        }
        let span = self.span(&entry, "effective", "expires");
        Draft {
            entry,
            clauses: document
                .clauses
                .iter()
                .filter_map(|clause| self.clause(clause, scope))
                .collect(),
            notice: entry
                .count("notice_days")
                .map(|days| self.days(&entry, "notice_days", days)),
            instrument: self.header(&entry, scope, variant_of, layer.unwrap_or(Layer::Agreement)),
            span,
            known_from: self.start(&entry, "known_from").or(span.from),
        }
    }

    fn header(
        &self,
        entry: &Entry<'a>,
        scope: Scope<'a>,
        variant_of: Option<String>,
        layer: Layer,
    ) -> Instrument {
        let id = scope.unwrap_or_default().to_owned();
        Instrument {
            name: entry.string("name").unwrap_or_else(|| id.clone()),
            id,
            layer,
            licensor: entry.string("licensor"),
            licensee: entry.text("licensee").map(|word| self.entity_named(word)),
            covers: entry.strings("covers"),
            channels: self.all_named(entry, "channels", Self::channel_named),
            stands_on: self.all_named(entry, "stands_on", Self::instrument_named),
            variant_of,
            validity: crate::model::Span::ALWAYS,
            known_from: None,
            notice: Notice::default(),
            clauses: Vec::new(),
            position: entry.spot().position(),
        }
    }

    /// A number of days that fits a calendar.
    pub(super) fn days(&self, entry: &Entry<'a>, key: &str, days: u64) -> u32 {
        const LONGEST: u32 = 36_600;
        let fits = u32::try_from(days).ok().filter(|days| *days <= LONGEST);
        fits.unwrap_or_else(|| {
            let message = format!("`{days}` is too many days for `{key}`");
            self.sink.report(Diagnostic::error(
                "too-large",
                entry.spot_of(key).position(),
                message,
            ));
            LONGEST
        })
    }

    fn finish(&self, draft: Draft<'a>, written: &mut Written) -> Instrument {
        let mut instrument = draft.instrument;
        instrument.validity = draft.span;
        instrument.known_from = draft.known_from;
        let by_clause = draft.clauses.iter().find_map(|clause| clause.notice);
        if let (Some(header), Some(clause)) = (draft.notice, by_clause)
            && header != clause
        {
            let position = draft.entry.spot_of("notice_days").position();
            let message =
                format!("`notice_days` says {header}, a clause of kind `time.notice` says {clause}");
            self.sink
                .report(Diagnostic::error("conflicting-notice", position, message));
        }
        instrument.notice = Notice {
            days: draft.notice.or(by_clause).unwrap_or(0),
        };
        for clause in draft.clauses {
            let mut finished = clause.clause;
            let law = finished.kind.is_some_and(crate::model::Kind::is_law);
            finished.layer = if law {
                Layer::Law
            } else {
                clause.layer.unwrap_or(instrument.layer)
            };
            finished.validity = clause.own.and(&instrument.validity);
            finished.known_from = clause.known_from.or(instrument.known_from);
            written
                .lifts
                .insert((instrument.id.clone(), finished.reference.clone()), clause.lifted);
            instrument.clauses.push(finished);
        }
        instrument
    }
}
