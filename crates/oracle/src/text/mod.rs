//! The register's text as it stands: what is in force at one instant, as known at another.

mod boundaries;
mod standing;

pub(crate) use boundaries::boundaries;
pub(crate) use standing::Standing;

use crate::places::{Chart, Extent, Gazetteer, named_places};
use register::model::{Clause, Instant, Instrument, PlaceSetName, ReadingTests, Register};
use std::cell::RefCell;
use std::rc::Rc;

/// A register, read at two instants.
pub(crate) struct Text<'r> {
    /// The register.
    pub(crate) register: &'r Register,
    /// Texts must be valid at this instant.
    pub(crate) at: Instant,
    /// Only what is known at this instant counts.
    pub(crate) known_at: Instant,
    /// The spots that the register tells apart.
    pub(crate) gazetteer: Gazetteer,
    charts: RefCell<Vec<(PlaceSetName, Rc<Chart>)>>,
}

impl<'r> Text<'r> {
    /// Opens a register at two instants.
    pub(crate) fn new(register: &'r Register, at: Instant, known_at: Instant) -> Self {
        let gazetteer = Gazetteer::new(named_places(register));
        Self {
            register,
            at,
            known_at,
            gazetteer,
            charts: RefCell::default(),
        }
    }

    /// Every clause that counts, in the order of the register.
    pub(crate) fn clauses(&self) -> Vec<(&'r Instrument, &'r Clause, Standing)> {
        let all = self
            .register
            .instruments
            .iter()
            .flat_map(|one| one.clauses.iter().map(move |clause| (one, clause)));
        all.filter_map(|(instrument, clause)| {
            Standing::of(instrument, clause, self.at, self.known_at)
                .map(|standing| (instrument, clause, standing))
        })
        .collect()
    }

    /// What a set of places says of every spot.
    pub(crate) fn chart(&self, name: &PlaceSetName) -> Rc<Chart> {
        if let Some((_, chart)) = self.charts.borrow().iter().find(|(other, _)| other == name) {
            return Rc::clone(chart);
        }
        let extent = Extent::of(name, self.register, self.at, self.known_at);
        let chart = Rc::new(Chart::of(&extent, &self.gazetteer));
        self.charts.borrow_mut().push((name.clone(), Rc::clone(&chart)));
        chart
    }

    /// The reading of a clause that counts: the latest one known.
    pub(crate) fn reading(&self, clause: &Clause) -> Option<ReadingTests> {
        let known = clause
            .readings
            .iter()
            .filter(|reading| reading.known_from <= self.known_at);
        known
            .max_by_key(|reading| reading.known_from)
            .map(|reading| reading.tests)
    }

    /// Whether an instrument is `base` or stands in for it as a variant, at whatever remove.
    pub(crate) fn stands_for(&self, instrument: &str, base: &str) -> bool {
        let mut at = instrument;
        for _ in 0..=self.register.instruments.len() {
            if at == base {
                return true;
            }
            let found = self.register.instruments.iter().find(|one| one.id == at);
            let Some(next) = found.and_then(|one| one.variant_of.as_deref()) else {
                return false;
            };
            at = next;
        }
        false
    }
}

/// A clause as reasons name it: instrument and reference.
pub(crate) fn clause_id(instrument: &Instrument, clause: &Clause) -> String {
    format!("{} {}", instrument.id, clause.reference)
}
