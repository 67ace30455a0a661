//! What an exception may lift: its own instrument, or a lower layer of the stack it stands on; law by law alone.

use super::{Known, Written};
use crate::diagnose::{Diagnostic, Sink, quoted};
use crate::model::{Clause, Effect, Instrument, Layer, Lift};
use crate::source::Position;
use std::collections::BTreeSet;

/// How far a chain of exceptions is followed to tell a circle from a line; either is an error.
const FOLLOWED: usize = 64;

pub(super) fn check(known: &Known<'_>, written: &Written, sink: &Sink) {
    for instrument in &known.register.instruments {
        let lifting = |clause: &&Clause| matches!(clause.effect, Effect::Lift(_));
        if !instrument.clauses.iter().any(|clause| lifting(&clause)) {
            continue;
        }
        let stack: BTreeSet<&str> = known
            .stack(&instrument.id)
            .into_iter()
            .map(|id| known.root(id))
            .collect();
        for clause in instrument.clauses.iter().filter(lifting) {
            let spots = written
                .lifts
                .get(&(instrument.id.clone(), clause.reference.clone()));
            let exception = Exception {
                known,
                instrument,
                clause,
                stack: &stack,
            };
            exception.check(spots.map(Vec::as_slice).unwrap_or_default(), sink);
        }
    }
}

struct Exception<'a, 'k> {
    known: &'k Known<'a>,
    instrument: &'a Instrument,
    clause: &'a Clause,
    stack: &'k BTreeSet<&'a str>,
}

impl<'a> Exception<'a, '_> {
    fn check(&self, spots: &[Position], sink: &Sink) {
        let Effect::Lift(lift) = &self.clause.effect else {
            return;
        };
        if self.clause.layer == Layer::House {
            let message = format!(
                "{} is a house rule, and house rules lift nothing",
                quoted(&self.clause.reference)
            );
            let error = Diagnostic::error("house-lifts", self.clause.position.clone(), message);
            sink.report(
                error.help("narrow the house rule that should not apply, by `for` or by its own condition"),
            );
            return;
        }
        for (index, (instrument, reference)) in lift.clauses.iter().enumerate() {
            let Some(target) = self.known.clauses.get(&(instrument.as_str(), reference.as_str())) else {
                continue;
            };
            let position = spots
                .get(index)
                .cloned()
                .unwrap_or_else(|| self.clause.position.clone());
            if let Some((code, message, help)) = self.problem(instrument, target) {
                let error = Diagnostic::error(code, position, message).help(help);
                sink.report(error.label(target.position.clone(), "the clause that it lifts"));
            }
        }
    }

    fn problem(
        &self,
        instrument: &'a str,
        target: &'a Clause,
    ) -> Option<(&'static str, String, &'static str)> {
        let (own, other) = (quoted(&self.clause.reference), quoted(&target.reference));
        let own_instrument = self.known.root(instrument) == self.known.root(&self.instrument.id);
        let higher = target.layer.rank() > self.clause.layer.rank();
        if let Effect::Lift(next) = &target.effect {
            return Some(self.lifts_exception(next, &other));
        }
        if target.layer == Layer::House {
            let message = format!("{own} lifts {other}, a house rule, and house rules are never lifted");
            return Some((
                "lifts-house",
                message,
                "a group that the house rule names is its own condition",
            ));
        }
        if target.layer == Layer::Law && self.clause.layer != Layer::Law {
            let message = format!("{own} lifts {other}, which is law, and law is lifted by law alone");
            return Some((
                "lifts-law",
                message,
                "clauses of kind `sanctions.*`, `export.*` and `local.*` are law wherever they stand",
            ));
        }
        if !self.stack.contains(self.known.root(instrument)) {
            let message = format!(
                "{own} lifts {other} of {}, on which its instrument does not stand",
                quoted(instrument)
            );
            return Some((
                "lifts-outside-stack",
                message,
                "name that instrument in `stands_on`",
            ));
        }
        if higher && self.clause.layer != Layer::Law {
            let layers = format!(
                "of layer `{}` lifts {other} of layer `{}`",
                self.clause.layer, target.layer
            );
            let help = if own_instrument {
                "inside one instrument, too, a lower layer gives way"
            } else {
                "an order form may lift service terms, those an agreement, that a policy"
            };
            return Some(("lifts-higher", format!("{own} {layers}, which is higher"), help));
        }
        None
    }

    fn lifts_exception(&self, next: &'a Lift, other: &str) -> (&'static str, String, &'static str) {
        let own = quoted(&self.clause.reference);
        if self.returns(next) {
            let message = format!("{own} lifts {other}, which lifts {own} in turn");
            return (
                "circular-lift",
                message,
                "an exception takes away clauses that deny, never another exception",
            );
        }
        let message = format!("{own} lifts {other}, which is an exception itself");
        (
            "lifts-exception",
            message,
            "an exception takes away clauses that deny, never another exception",
        )
    }

    fn returns(&self, next: &'a Lift) -> bool {
        let mut open: Vec<&'a Lift> = vec![next];
        for _ in 0..FOLLOWED {
            let Some(lift) = open.pop() else { return false };
            for (instrument, reference) in &lift.clauses {
                if *instrument == self.instrument.id && *reference == self.clause.reference {
                    return true;
                }
                match self
                    .known
                    .clauses
                    .get(&(instrument.as_str(), reference.as_str()))
                    .map(|clause| &clause.effect)
                {
                    Some(Effect::Lift(lift)) => open.push(lift),
                    _ => continue,
                }
            }
        }
        false
    }
}
