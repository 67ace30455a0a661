//! What was known of a register at an instant: the same register, without everything that became known later.
//!
//! Deciding with an earlier knowledge must be what deciding over this register is.

use register::model::{Effect, Instant, Instrument, Register};
use std::collections::BTreeSet;

/// The register without everything that became known after the instant.
pub(crate) fn as_known(register: &Register, then: Instant) -> Register {
    let mut register = register.clone();
    let later = |known: &Option<Instant>| known.is_some_and(|known| known > then);
    for instrument in &mut register.instruments {
        if later(&instrument.known_from) {
            // it stays as a name that others may mention, and carries nothing
            instrument.clauses.clear();
            instrument.covers.clear();
        }
        forget_clauses(instrument, then);
    }
    for group in &mut register.groups {
        group.reading = group
            .reading
            .take()
            .filter(|reading| !later(&reading.known_from));
    }
    for list in &mut register.lists {
        list.versions.retain(|version| !later(&version.known_from));
        list.changes.retain(|change| change.posted <= then);
    }
    register.grants.retain(|grant| !later(&grant.known_from));
    register
}

fn forget_clauses(instrument: &mut Instrument, then: Instant) {
    let later = |known: &Option<Instant>| known.is_some_and(|known| known > then);
    instrument.clauses.retain_mut(|clause| {
        clause.readings.retain(|reading| reading.known_from <= then);
        let has_status = !clause.status.is_empty();
        clause.status.retain(|change| !later(&change.known_from));
        if matches!(&clause.effect, Effect::NoBearing { known_from, .. } if *known_from > then) {
            clause.effect = Effect::Unread;
        }
        // a clause whose every status is still to come has none yet; without any it would be in force throughout
        !later(&clause.known_from) && !(has_status && clause.status.is_empty())
    });
}

/// Every instant at which something of a register becomes known.
pub(crate) fn instants(register: &Register) -> BTreeSet<Instant> {
    let mut found = BTreeSet::new();
    for instrument in &register.instruments {
        found.extend(instrument.known_from);
        for clause in &instrument.clauses {
            found.extend(clause.known_from);
            found.extend(clause.readings.iter().map(|reading| reading.known_from));
            found.extend(clause.status.iter().filter_map(|change| change.known_from));
            if let Effect::NoBearing { known_from, .. } = &clause.effect {
                found.insert(*known_from);
            }
        }
    }
    let readings = register.groups.iter().filter_map(|group| group.reading.as_ref());
    found.extend(readings.filter_map(|reading| reading.known_from));
    for list in &register.lists {
        found.extend(list.versions.iter().filter_map(|version| version.known_from));
        found.extend(list.changes.iter().map(|change| change.posted));
    }
    found.extend(register.grants.iter().filter_map(|grant| grant.known_from));
    found
}
