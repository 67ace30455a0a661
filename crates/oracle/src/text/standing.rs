//! Whether a clause counts: its validity, when it became known, and its legal status.

use crate::places::is_known;
use register::model::{Clause, Effect, Instant, Instrument, Status, StatusChange, Test};

/// How a clause that counts stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Whether the instant lies in its validity. If not, only its test of the term itself is put.
    pub(crate) valid: bool,
    /// Whether its legal status is unclear: then it is unclear at most.
    pub(crate) doubted: bool,
}

impl Standing {
    /// The standing of a clause; `None`: it tests nothing.
    pub(crate) fn of(
        instrument: &Instrument,
        clause: &Clause,
        at: Instant,
        known_at: Instant,
    ) -> Option<Self> {
        let known = is_known(instrument.known_from, known_at) && is_known(clause.known_from, known_at);
        let valid = clause.validity.contains(at);
        if !known || !(valid || tests_the_term(clause)) {
            return None;
        }
        match status(&clause.status, at, known_at) {
            Status::InForce => Some(Self {
                valid,
                doubted: false,
            }),
            Status::Unclear => Some(Self { valid, doubted: true }),
            Status::Published | Status::Suspended | Status::Rescinded => None,
        }
    }
}

fn tests_the_term(clause: &Clause) -> bool {
    matches!(&clause.effect, Effect::Conditions(all) if all.iter().any(|one| one.test == Test::OutsideTerm))
}

/// The legal status at an instant. Without any entry a clause is in force; before the first known entry it is not
/// yet; in a gap between entries nobody knows.
fn status(history: &[StatusChange], at: Instant, known_at: Instant) -> Status {
    if history.is_empty() {
        return Status::InForce;
    }
    let known: Vec<&StatusChange> = history
        .iter()
        .filter(|entry| is_known(entry.known_from, known_at))
        .collect();
    let containing = known.iter().filter(|entry| entry.span.contains(at));
    match containing.max_by_key(|entry| entry.known_from) {
        Some(entry) => entry.status,
        None if known
            .iter()
            .all(|entry| entry.span.from.is_some_and(|from| at < from)) =>
        {
            Status::Published
        }
        None => Status::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use register::model::Span;

    fn entry(from: i64, to: Option<i64>, known_from: Option<i64>, status: Status) -> StatusChange {
        let span = Span {
            from: Some(Instant(from)),
            to: to.map(Instant),
        };
        StatusChange {
            span,
            known_from: known_from.map(Instant),
            status,
        }
    }

    #[test]
    fn status_over_time() {
        let history = [
            entry(10, Some(20), Some(10), Status::InForce),
            entry(20, Some(30), Some(5), Status::Suspended),
            entry(15, Some(20), Some(18), Status::Rescinded),
        ];
        let check = |at, known_at, expected| {
            assert_eq!(
                status(&history, Instant(at), Instant(known_at)),
                expected,
                "at {at}, known at {known_at}"
            );
        };
        check(9, 100, Status::Published);
        check(10, 100, Status::InForce);
        check(19, 17, Status::InForce);
        check(19, 18, Status::Rescinded);
        check(20, 100, Status::Suspended);
        check(30, 100, Status::Unclear);
        check(25, 4, Status::Published);
        assert_eq!(status(&[], Instant(0), Instant(0)), Status::InForce);
    }
}
