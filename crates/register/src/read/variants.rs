//! A variant of an instrument: its base, but for what is written in its own file.

use crate::model::{Clause, Instant, Instrument, Layer, Span};
use crate::source::Position;
use crate::tree::Entry;

/// An instrument before its clauses are narrowed to its validity.
#[derive(Clone, Debug)]
pub(super) struct Draft<'a> {
    /// The table of its own file.
    pub(super) entry: Entry<'a>,
    /// Everything but validity, notice and clauses.
    pub(super) instrument: Instrument,
    pub(super) span: Span,
    pub(super) known_from: Option<Instant>,
    pub(super) notice: Option<u32>,
    pub(super) clauses: Vec<DraftClause>,
}

/// A clause before its instrument is known.
#[derive(Clone, Debug)]
pub(super) struct DraftClause {
    /// Everything but layer, validity and known from.
    pub(super) clause: Clause,
    /// Its own dates.
    pub(super) own: Span,
    /// As given, or the start of its own dates.
    pub(super) known_from: Option<Instant>,
    /// Its own layer.
    pub(super) layer: Option<Layer>,
    /// Where it names the clauses that it lifts.
    pub(super) lifted: Vec<Position>,
    /// Days of notice that it sets.
    pub(super) notice: Option<u32>,
}

/// The variant: what its file gives, else what the base has. A clause replaces the one with its reference.
pub(super) fn merge<'a>(base: &Draft<'a>, own: Draft<'a>) -> Draft<'a> {
    let entry = own.entry;
    let (given, copied) = (own.instrument, &base.instrument);
    let instrument = Instrument {
        name: pick(&entry, "name", &given.name, &copied.name),
        layer: pick(&entry, "layer", &given.layer, &copied.layer),
        licensor: pick(&entry, "licensor", &given.licensor, &copied.licensor),
        licensee: pick(&entry, "licensee", &given.licensee, &copied.licensee),
        covers: pick(&entry, "covers", &given.covers, &copied.covers),
        channels: pick(&entry, "channels", &given.channels, &copied.channels),
        stands_on: pick(&entry, "stands_on", &given.stands_on, &copied.stands_on),
        ..given
    };
    let span = Span {
        from: pick(&entry, "effective", &own.span.from, &base.span.from),
        to: pick(&entry, "expires", &own.span.to, &base.span.to),
    };
    Draft {
        entry,
        instrument,
        span,
        known_from: own.known_from.or(base.known_from),
        notice: own.notice.or(base.notice),
        clauses: clauses(&base.clauses, own.clauses),
    }
}

fn pick<T: Clone>(entry: &Entry<'_>, key: &str, given: &T, copied: &T) -> T {
    if entry.has(key) {
        given.clone()
    } else {
        copied.clone()
    }
}

fn clauses(base: &[DraftClause], own: Vec<DraftClause>) -> Vec<DraftClause> {
    let mut merged = base.to_vec();
    let mut places: std::collections::BTreeMap<String, usize> = merged
        .iter()
        .enumerate()
        .map(|(index, draft)| (draft.clause.reference.clone(), index))
        .collect();
    for draft in own {
        match places
            .get(&draft.clause.reference)
            .and_then(|index| merged.get_mut(*index))
        {
            Some(replaced) => *replaced = draft,
            None => {
                places.insert(draft.clause.reference.clone(), merged.len());
                merged.push(draft);
            }
        }
    }
    merged
}
