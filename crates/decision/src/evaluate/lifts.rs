//! Exceptions: whether they hold, and what they take away.

use super::Walk;
use super::places::PlacePut;
use crate::mutation::{Mistake, makes};
use crate::snapshot::epoch::{LiftNow, both, met_if};
use crate::snapshot::plan::{Check, LiftRef, is_named_apart, named_parts};
use crate::snapshot::table::PlaceTable;
use crate::verdict::{LiftUsed, State};
use register::model::{LiftPlaces, PlaceFact};
use territory::{PlaceSet, Slot};

impl Walk<'_> {
    /// A state at one place, after the exceptions that reach this place.
    pub(super) fn lift_at(
        &self,
        slot: Slot,
        state: State,
        put: PlacePut,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        self.apply(put.check, state, lifts, |lift, now| {
            let of_trip = now.lift.places == LiftPlaces::OpenTrip;
            (put.to_people || !of_trip) && self.reaches(slot, lift, now, put.position, put.table.named_parts)
        })
    }

    /// A state that no place has, after the exceptions that lift for the person, wherever.
    pub(super) fn lift_anywhere(&self, check: &Check, state: State, lifts: &mut Vec<LiftUsed>) -> State {
        self.apply(check, state, lifts, |_, now| {
            now.lift.places == LiftPlaces::Anywhere
        })
    }

    /// The state of a test that is no place test: an exception for places lifts it if it reaches every place of the
    /// person.
    pub(super) fn lift_whole(
        &self,
        check: &Check,
        position: usize,
        state: State,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        let clause = self.clause(check);
        let condition = clause.and_then(|clause| clause.conditions.get(position));
        let named = condition.map_or(PlaceSet::EMPTY, |condition| named_parts(&condition.test));
        self.apply(check, state, lifts, |lift, now| {
            now.lift.places == LiftPlaces::Anywhere || self.reaches_everybody(lift, now, position, named)
        })
    }

    fn reaches_everybody(&self, lift: &LiftRef, now: &LiftNow, position: usize, named: PlaceSet) -> bool {
        let certain = !self.bound.people_unknown && !self.bound.unrecognised && !self.bound.people.is_empty();
        certain
            && self.bound.people.iter().all(|slot| {
                let parts = self.core.atlas.parts(*slot);
                let reaches = |slot| self.reaches(slot, lift, now, position, named);
                if parts.is_empty() {
                    reaches(*slot)
                } else {
                    parts.iter().all(reaches)
                }
            })
    }

    fn reaches(&self, slot: Slot, lift: &LiftRef, now: &LiftNow, position: usize, named: PlaceSet) -> bool {
        match &now.lift.places {
            LiftPlaces::Anywhere => true,
            LiftPlaces::Named(_) => lift.reach.get(position).is_some_and(|reach| reach.contains(slot)),
            LiftPlaces::OpenTrip => self.bound.trips.iter().any(|trip| {
                let in_time = makes(Mistake::EndlessTrip)
                    || now
                        .lift
                        .max_days
                        .is_none_or(|days| trip.day.is_some_and(|day| day <= i64::from(days)));
                in_time && trip.reach.contains(slot) && !is_named_apart(&self.core.atlas, slot, None, named)
            }),
        }
    }

    fn apply(
        &self,
        check: &Check,
        state: State,
        lifts: &mut Vec<LiftUsed>,
        reaches: impl Fn(&LiftRef, &LiftNow) -> bool,
    ) -> State {
        if !state.stops() {
            return state;
        }
        let mut after = state;
        for lift in &check.lifts {
            let clause = self
                .bound
                .epoch
                .clauses
                .get(lift.clause.0 as usize)
                .and_then(Option::as_ref);
            let Some((clause, now)) = clause.and_then(|clause| Some((clause, clause.lift.as_ref()?))) else {
                continue;
            };
            if !reaches(lift, now) {
                continue;
            }
            let holds = self.holds(lift, now).min(if clause.doubtful {
                State::Unclear
            } else {
                State::Met
            });
            match holds {
                State::Met => {
                    after = State::NotMet;
                    let used = LiftUsed {
                        by: lift.clause,
                        lifted: check.clause,
                    };
                    if !lifts.contains(&used) {
                        lifts.push(used);
                    }
                }
                State::Unclear if after.stops() => after = State::Unclear,
                _ => {}
            }
        }
        after
    }

    /// Whether the conditions of an exception hold: met, unclear, or not met where one fails or its facts are missing.
    fn holds(&self, lift: &LiftRef, now: &LiftNow) -> State {
        let conditions = &now.lift;
        let bound = self.bound;
        let simple = lift.scope.holds(bound.traits)
            && (!conditions.if_named || bound.named.get(now.instrument).copied().unwrap_or(false))
            && self.entities_named(&conditions.entities)
            && conditions.group.as_ref().is_none_or(|group| self.in_group(group))
            && (conditions.assigned_sites.is_empty()
                || bound
                    .assigned_site
                    .as_ref()
                    .is_some_and(|site| conditions.assigned_sites.contains(site)))
            && (!conditions.over_vpn || bound.over_vpn);
        let mut state = met_if(simple);
        if let Some(table) = &now.inference {
            state = both(state, self.inference_outside(table));
        }
        if let Some(entities) = &now.entities {
            let of = |entity: usize| entities.get(entity).copied().unwrap_or_default();
            state = both(state, both(of(bound.employer), of(bound.engaging)));
        }
        if let Some(table) = &now.residence {
            state = both(state, self.resides(table));
        }
        state
    }

    fn entities_named(&self, named: &[String]) -> bool {
        let is_named = |entity: usize| {
            self.core
                .register
                .entities
                .get(entity)
                .is_some_and(|entity| named.contains(&entity.id))
        };
        named.is_empty() || (is_named(self.bound.employer) && is_named(self.bound.engaging))
    }

    pub(super) fn in_group(&self, group: &str) -> bool {
        let position = self.core.index.groups.get(group);
        position
            .and_then(|position| self.bound.groups.get(*position))
            .copied()
            .unwrap_or(false)
    }

    fn inference_outside(&self, forbidden: &PlaceTable) -> State {
        match forbidden.worst_in(&self.plan.inference) {
            State::NotMet if self.plan.inference_unrecognised => State::Unclear,
            State::NotMet => State::Met,
            State::Unclear => State::Unclear,
            State::Unknown | State::Met => State::NotMet,
        }
    }

    fn resides(&self, inside: &PlaceTable) -> State {
        match &self.bound.residence {
            PlaceFact::Known(place) => match inside.state(self.core.atlas.slot(*place)) {
                State::Unknown => State::NotMet,
                state => state,
            },
            PlaceFact::Unknown => State::NotMet,
            PlaceFact::Unrecognised(_) => State::Unclear,
        }
    }
}
