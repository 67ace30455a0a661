//! What must hold between the parts of a register that each read well alone.

mod agreements;
mod lifts;
mod matching;
mod models;
mod people;
mod stacks;

use crate::diagnose::Sink;
use crate::model::{Clause, Instrument, Register};
use crate::source::Position;
use std::collections::{BTreeMap, BTreeSet};

/// Where words stand that the model no longer holds.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// By instrument and reference: where each clause that an exception lifts is named, in the order of the model.
    pub(crate) lifts: BTreeMap<(String, String), Vec<Position>>,
}

/// Checks a register that was read.
pub(crate) fn all(register: &Register, written: &Written, sink: &Sink) {
    let known = Known::of(register);
    stacks::check(register, sink);
    lifts::check(&known, written, sink);
    agreements::check(&known, sink);
    people::check(&known, sink);
    models::check(&known, sink);
    // What was read wrongly matches nothing, which is not worth saying twice.
    if !sink.has_errors() {
        matching::check(&known, sink);
    }
}

/// A register with its instruments and clauses at hand.
struct Known<'a> {
    register: &'a Register,
    instruments: BTreeMap<&'a str, &'a Instrument>,
    clauses: BTreeMap<(&'a str, &'a str), &'a Clause>,
}

impl<'a> Known<'a> {
    fn of(register: &'a Register) -> Self {
        let instruments = register
            .instruments
            .iter()
            .map(|instrument| (instrument.id.as_str(), instrument))
            .collect();
        let pairs = register.instruments.iter().flat_map(|instrument| {
            let id = instrument.id.as_str();
            instrument
                .clauses
                .iter()
                .map(move |clause| ((id, clause.reference.as_str()), clause))
        });
        Self {
            register,
            instruments,
            clauses: pairs.collect(),
        }
    }

    /// The instrument of which this one is, in the end, a variant; itself if it is none.
    fn root(&self, id: &'a str) -> &'a str {
        let base = |id: &&'a str| self.instruments.get(id)?.variant_of.as_deref();
        // As many steps as there are instruments: a circle, which is reported elsewhere, must end too.
        std::iter::successors(Some(id), base)
            .take(self.instruments.len() + 1)
            .last()
            .unwrap_or(id)
    }

    /// An instrument and everything it stands on, directly or not.
    fn stack(&self, id: &'a str) -> BTreeSet<&'a str> {
        let mut stack = BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if stack.insert(id) {
                let below = self
                    .instruments
                    .get(id)
                    .map(|instrument| instrument.stands_on.as_slice());
                open.extend(below.unwrap_or_default().iter().map(String::as_str));
            }
        }
        stack
    }
}
