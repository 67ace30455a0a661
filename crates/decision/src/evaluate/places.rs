//! Place tests: the worst over every place that is tested, exceptions applied place by place.

use super::Walk;
use crate::mutation::{Mistake, makes};
use crate::snapshot::plan::Check;
use crate::snapshot::table::PlaceTable;
use crate::verdict::{LiftUsed, State};
use register::model::{Outcome, PlaceFact, PlaceSubject, Tier};
use territory::Slot;

impl Walk<'_> {
    #[inline]
    pub(super) fn places(
        &self,
        subject: PlaceSubject,
        table: &PlaceTable,
        check: &Check,
        position: usize,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        match subject {
            PlaceSubject::People => self.people(table, check, position, lifts),
            PlaceSubject::PeopleAndInference => {
                let people = self.people(table, check, position, lifts);
                people.max(self.inference(table, check, position, lifts))
            }
            PlaceSubject::Inference => self.inference(table, check, position, lifts),
            PlaceSubject::Storage => self.storage(table, check, position, lifts),
            PlaceSubject::InferenceAndStorage => {
                let inference = self.inference(table, check, position, lifts);
                inference.max(self.storage(table, check, position, lifts))
            }
            PlaceSubject::Output => self.facts(self.bound.output.iter(), table, check, position, lifts),
            PlaceSubject::Billing => {
                self.facts(std::iter::once(self.billing()), table, check, position, lifts)
            }
            PlaceSubject::Egress => self.facts(std::iter::once(self.egress()), table, check, position, lifts),
            // answered per entity when the epoch was made
            PlaceSubject::Establishment | PlaceSubject::Headquarters | PlaceSubject::PrincipalPlace => {
                State::NotMet
            }
        }
    }

    /// Credible places of the person and places of end users.
    #[inline]
    fn people(&self, table: &PlaceTable, check: &Check, position: usize, lifts: &mut Vec<LiftUsed>) -> State {
        let mut worst = self.slots(&self.bound.people, table, check, position, lifts);
        if (self.bound.people_unknown || self.bound.unrecognised) && table.can_stop() {
            let doubt = if self.bound.people_unknown {
                State::Unknown
            } else {
                State::Unclear
            };
            worst = worst.max(self.lift_anywhere(check, doubt, lifts));
        }
        worst
    }

    /// Places of credible claims alone.
    pub(super) fn claimed(&self, table: &PlaceTable, check: &Check, position: usize) -> State {
        self.slots(&self.bound.claimed, table, check, position, &mut Vec::new())
    }

    fn inference(
        &self,
        table: &PlaceTable,
        check: &Check,
        position: usize,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        let mut worst = table.worst_in(&self.plan.inference);
        if worst.stops() && !check.lifts.is_empty() {
            let slots: Vec<Slot> = self.plan.inference.iter().collect();
            worst = self.slots(&slots, table, check, position, lifts);
        }
        if self.plan.inference_unrecognised && table.can_stop() {
            worst = worst.max(self.lift_anywhere(check, State::Unclear, lifts));
        }
        worst
    }

    fn storage(
        &self,
        table: &PlaceTable,
        check: &Check,
        position: usize,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        self.facts(
            std::iter::once(&self.deployment.hosting.storage),
            table,
            check,
            position,
            lifts,
        )
    }

    fn facts<'f>(
        &self,
        facts: impl Iterator<Item = &'f PlaceFact>,
        table: &PlaceTable,
        check: &Check,
        position: usize,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        facts
            .map(|fact| match fact {
                PlaceFact::Known(place) => {
                    self.slots(&[self.core.atlas.slot(*place)], table, check, position, lifts)
                }
                other => self.lift_anywhere(check, self.core.place_state(table, other), lifts),
            })
            .max()
            .unwrap_or_default()
    }

    #[inline]
    fn slots(
        &self,
        slots: &[Slot],
        table: &PlaceTable,
        check: &Check,
        position: usize,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        let slots = if makes(Mistake::FirstPlaceOnly) {
            slots.get(..1).unwrap_or(slots)
        } else {
            slots
        };
        if check.lifts.is_empty() {
            return table.worst(slots);
        }
        slots
            .iter()
            .map(|slot| table.counted(self.lifted(*slot, table, check, position, lifts)))
            .max()
            .unwrap_or_default()
    }

    /// The state at one place, exceptions applied; a whole is what its parts come to.
    fn lifted(
        &self,
        slot: Slot,
        table: &PlaceTable,
        check: &Check,
        position: usize,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        let before = table.state(slot);
        if !before.stops() {
            return before;
        }
        let parts = self.core.atlas.parts(slot);
        if parts.is_empty() {
            return self.lift_at(slot, before, check, position, lifts, table);
        }
        let mut states = parts
            .iter()
            .map(|part| self.lift_at(part, table.state(part), check, position, lifts, table));
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
        self.inference(&table, check, position, lifts)
    }

    /// Place clauses that concern the request, put to the egress place.
    pub(super) fn place_clauses_on_egress(&self) -> State {
        let here = self.egress_here();
        let tests = self.plan.egress.iter();
        tests
            .filter(|test| test.scope.holds(self.bound.traits))
            .map(|test| here.map_or(test.at_home, |place| test.state(self.core, place)))
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
        table: &PlaceTable,
        outcome: Outcome,
        check: &Check,
        position: usize,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        match self.deployment.tier {
            Some(tier) if !tiers.contains(&tier) => State::NotMet,
            Some(_) if outcome == Outcome::Review => self.people(&table.reviewed(), check, position, lifts),
            Some(_) => self.people(table, check, position, lifts),
            None => self.people(table, check, position, lifts).min(State::Unknown),
        }
    }
}
