//! Place tests: the worst over every place that is tested, exceptions applied place by place.

use super::Walk;
use crate::mutation::{Mistake, makes};
use crate::snapshot::epoch::reviewed;
use crate::snapshot::plan::Check;
use crate::snapshot::table::PlaceTable;
use crate::verdict::{LiftUsed, State};
use register::model::{Outcome, PlaceFact, PlaceSubject, Tier};
use territory::Slot;

/// A place test of one clause, as it is put.
#[derive(Clone, Copy)]
pub(super) struct PlacePut<'a> {
    pub(super) table: &'a PlaceTable,
    pub(super) check: &'a Check,
    /// Of the condition in its clause.
    pub(super) position: usize,
    /// Whether the places are those of people: an open trip says nothing about any others.
    pub(super) to_people: bool,
}

impl<'a> PlacePut<'a> {
    pub(super) const fn new(table: &'a PlaceTable, check: &'a Check, position: usize) -> Self {
        Self {
            table,
            check,
            position,
            to_people: false,
        }
    }

    const fn to_people(self) -> Self {
        Self {
            to_people: true,
            ..self
        }
    }
}

impl Walk<'_> {
    #[inline]
    pub(super) fn places(&self, subject: PlaceSubject, put: PlacePut, lifts: &mut Vec<LiftUsed>) -> State {
        match subject {
            PlaceSubject::People => self.people(put, lifts),
            PlaceSubject::PeopleAndInference => {
                let people = self.people(put, lifts);
                people.max(self.inference(put, lifts))
            }
            PlaceSubject::Inference => self.inference(put, lifts),
            PlaceSubject::Storage => self.storage(put, lifts),
            PlaceSubject::InferenceAndStorage => {
                let inference = self.inference(put, lifts);
                inference.max(self.storage(put, lifts))
            }
            PlaceSubject::Output => self.facts(self.bound.output.iter(), put, lifts),
            PlaceSubject::Billing => self.facts(std::iter::once(self.billing()), put, lifts),
            PlaceSubject::Egress => self.facts(std::iter::once(self.egress()), put, lifts),
            // answered per entity when the epoch was made
            PlaceSubject::Establishment | PlaceSubject::Headquarters | PlaceSubject::PrincipalPlace => {
                State::NotMet
            }
        }
    }

    /// Credible places of the person and places of end users.
    #[inline]
    fn people(&self, put: PlacePut, lifts: &mut Vec<LiftUsed>) -> State {
        let mut worst = self.slots(&self.bound.people, put.to_people(), lifts);
        if (self.bound.people_unknown || self.bound.unrecognised) && put.table.can_stop() {
            let doubt = if self.bound.people_unknown {
                State::Unknown
            } else {
                State::Unclear
            };
            worst = worst.max(self.lift_anywhere(put.check, doubt, lifts));
        }
        worst
    }

    /// Places of credible claims alone.
    pub(super) fn claimed(&self, put: PlacePut) -> State {
        self.slots(&self.bound.claimed, put.to_people(), &mut Vec::new())
    }

    fn inference(&self, put: PlacePut, lifts: &mut Vec<LiftUsed>) -> State {
        let mut worst = put.table.worst_in(&self.plan.inference);
        if worst.stops() && !put.check.lifts.is_empty() {
            let slots: Vec<Slot> = self.plan.inference.iter().collect();
            worst = self.slots(&slots, put, lifts);
        }
        if self.plan.inference_unrecognised && put.table.can_stop() {
            worst = worst.max(self.lift_anywhere(put.check, State::Unclear, lifts));
        }
        worst
    }

    fn storage(&self, put: PlacePut, lifts: &mut Vec<LiftUsed>) -> State {
        self.facts(std::iter::once(&self.deployment.hosting.storage), put, lifts)
    }

    fn facts<'f>(
        &self,
        facts: impl Iterator<Item = &'f PlaceFact>,
        put: PlacePut,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        facts
            .map(|fact| match fact {
                PlaceFact::Known(place) => self.slots(&[self.core.atlas.slot(*place)], put, lifts),
                other => self.lift_anywhere(put.check, self.core.place_state(put.table, other), lifts),
            })
            .max()
            .unwrap_or_default()
    }

    #[inline]
    fn slots(&self, slots: &[Slot], put: PlacePut, lifts: &mut Vec<LiftUsed>) -> State {
        let slots = if makes(Mistake::FirstPlaceOnly) {
            slots.get(..1).unwrap_or(slots)
        } else {
            slots
        };
        if put.check.lifts.is_empty() {
            return put.table.worst(slots);
        }
        slots
            .iter()
            .map(|slot| put.table.counted(self.lifted(*slot, put, lifts)))
            .max()
            .unwrap_or_default()
    }

    /// The state at one place, exceptions applied; a whole is what its parts come to.
    fn lifted(&self, slot: Slot, put: PlacePut, lifts: &mut Vec<LiftUsed>) -> State {
        let before = put.table.state(slot);
        if !before.stops() {
            return before;
        }
        let parts = self.core.atlas.parts(slot);
        if parts.is_empty() {
            return self.lift_at(slot, before, put, lifts);
        }
        let mut states = parts
            .iter()
            .map(|part| self.lift_at(part, put.table.state(part), put, lifts));
        let first = states.next().unwrap_or_default();
        // every part is looked at, so that every exception used is found
        let same = states.fold(true, |same, state| same & (state == first));
        if same || makes(Mistake::FirstPartOnly) {
            first
        } else {
            State::Unknown
        }
    }

    /// Whether inference may run outside the residency asked for.
    pub(super) fn residency(
        &self,
        outcome: Outcome,
        check: &Check,
        position: usize,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        let Some(outside) = &self.bound.residency else {
            return State::NotMet;
        };
        let table = if outcome == Outcome::Review {
            outside.reviewed()
        } else {
            **outside
        };
        self.inference(PlacePut::new(&table, check, position), lifts)
    }

    /// Place clauses that concern the request, put to the egress place; where a person decides, clause by clause.
    pub(super) fn place_clauses_on_egress(&self, outcome: Outcome) -> State {
        let here = self.egress_here();
        let tests = self.plan.egress.iter();
        tests
            .filter(|test| test.scope.holds(self.bound.traits))
            .map(|test| here.map_or(test.at_home, |place| test.state(self.core, place)))
            .map(|state| reviewed(state, outcome))
            .max()
            .unwrap_or_default()
    }

    fn billing(&self) -> &PlaceFact {
        if self.deployment.billing != PlaceFact::Unknown {
            return &self.deployment.billing;
        }
        self.core
            .register
            .entities
            .get(self.bound.engaging)
            .map_or(&PlaceFact::Unknown, |entity| &entity.billing)
    }

    /// Where the call would leave: this replica's place for the connector, else the register's.
    pub(super) fn egress(&self) -> &PlaceFact {
        self.egress_here().unwrap_or(&self.deployment.hosting.egress)
    }

    /// This replica's egress place for the connector, if it has one of its own.
    fn egress_here(&self) -> Option<&PlaceFact> {
        let mut own = self.bound.egress.iter();
        own.find(|(position, _)| Some(*position) == self.plan.connector)
            .map(|(_, place)| place)
    }

    /// Places of people, on refused tiers only; an unknown tier is no better than unknown.
    pub(super) fn tiers(
        &self,
        tiers: &[Tier],
        put: PlacePut,
        outcome: Outcome,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        match self.deployment.tier {
            Some(tier) if !tiers.contains(&tier) => State::NotMet,
            Some(_) if outcome == Outcome::Review => {
                let table = put.table.reviewed();
                self.people(PlacePut { table: &table, ..put }, lifts)
            }
            Some(_) => self.people(put, lifts),
            None => self.people(put, lifts).min(State::Unknown),
        }
    }
}
