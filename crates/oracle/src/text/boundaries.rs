//! The instants at which the register's text changes, by either clock.

use crate::places::{binds_from, longest_notice};
use register::model::{Effect, Instant, Register, Span};
use std::collections::BTreeSet;

/// Every instant from which the text may read otherwise than just before: between two of them it never changes.
/// Grants and approvals are no text; they are looked at request by request.
pub(crate) fn boundaries(register: &Register) -> BTreeSet<Instant> {
    let mut found = BTreeSet::new();
    let span = |found: &mut BTreeSet<Instant>, span: &Span| found.extend(span.boundaries());
    for instrument in &register.instruments {
        span(&mut found, &instrument.validity);
        found.extend(instrument.known_from);
        for clause in &instrument.clauses {
            span(&mut found, &clause.validity);
            found.extend(clause.known_from);
            for entry in &clause.status {
                span(&mut found, &entry.span);
                found.extend(entry.known_from);
            }
            found.extend(clause.readings.iter().map(|reading| reading.known_from));
            if let Effect::NoBearing { known_from, .. } = &clause.effect {
                found.insert(*known_from);
            }
        }
    }
    found.extend(
        register
            .groups
            .iter()
            .filter_map(|group| group.reading.as_ref()?.known_from),
    );
    for list in &register.lists {
        let notice = longest_notice(&list.id, register);
        for version in &list.versions {
            span(&mut found, &version.span);
            found.extend(version.known_from);
        }
        found.extend(
            list.changes
                .iter()
                .flat_map(|change| [change.posted, binds_from(change, notice)]),
        );
    }
    found
}
