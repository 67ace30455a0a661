//! Clauses written as Cedar policies: one `forbid` per clause and state, over one broad `permit`.
//!
//! What a lawyer would look for stands in the policy itself: the places, the purposes, the groups, what an exception
//! needs. A clause gives up to three policies, for *met*, *unknown* and *unclear*; several may fire for one clause,
//! and then the most severe counts. Obligations are permits of their own, so that they show among the reasons of a
//! permit and only there.

mod bearer;
mod cells;
mod clause;
mod condition;
mod employer;
mod exception;
mod formula;
mod needs;
mod positives;
mod print;
mod scope;

pub(crate) use bearer::{Bearer, Side};
pub(crate) use formula::quoted;
pub(crate) use needs::{Needs, ReachNeed, Stratum};
pub(crate) use print::{Printed, Says};

use crate::text::{Standing, Text, clause_id};
use register::model::{Clause, Instrument};
use std::cell::RefCell;

/// A clause that counts.
pub(crate) struct Live<'r> {
    /// Instrument and reference.
    pub(crate) id: String,
    /// Where it is written.
    pub(crate) instrument: &'r Instrument,
    /// The clause.
    pub(crate) clause: &'r Clause,
    /// How it stands.
    pub(crate) standing: Standing,
}

/// Writes the policies of one text.
pub(crate) struct Scribe<'t, 'r> {
    text: &'t Text<'r>,
    live: Vec<Live<'r>>,
    needs: RefCell<Needs>,
}

impl<'t, 'r> Scribe<'t, 'r> {
    /// A scribe before a text.
    pub(crate) fn new(text: &'t Text<'r>) -> Self {
        let live = text
            .clauses()
            .into_iter()
            .map(|(instrument, clause, standing)| Live {
                id: clause_id(instrument, clause),
                instrument,
                clause,
                standing,
            });
        Self {
            text,
            live: live.collect(),
            needs: RefCell::default(),
        }
    }

    /// Writes everything, and says what a request must bring for it.
    pub(crate) fn write(self) -> (Vec<Printed>, Needs) {
        let mut policies = vec![print::broad_permit()];
        for live in &self.live {
            policies.extend(self.policies_of(live));
        }
        policies.extend(self.positives());
        (policies, self.needs.into_inner())
    }
}
