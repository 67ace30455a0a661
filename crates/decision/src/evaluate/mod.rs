//! The walk over a plan: the state of every clause, then what a permit needs besides.

mod conditions;
mod lifts;
mod places;

use self::places::PlacePut;
use crate::bound::Bound;
use crate::facts::Entitlement;
use crate::presence::earliest;
use crate::snapshot::epoch::{ClauseNow, ConditionNow, TestNow, met_if, reviewed};
use crate::snapshot::plan::{Check, Plan};
use crate::snapshot::triggers::Triggers;
use crate::snapshot::{Core, Snapshot};
use crate::verdict::{Basis, Decision, DeploymentIndex, LiftUsed, Positive, Reason, State};
use register::model::{Deployment, EmploymentTest, Outcome, PlaceSubject, Test, Worker};

/// Everything that the walk of one plan looks at.
pub(crate) struct Walk<'a> {
    pub core: &'a Core,
    pub plan: &'a Plan,
    pub bound: &'a Bound,
    pub deployment: &'a Deployment,
}

impl Snapshot {
    /// Decides about one deployment. Fills the caller's buffer.
    pub fn decide(&self, bound: &Bound, deployment: DeploymentIndex, into: &mut Decision) {
        into.clear();
        into.deployment = Some(deployment);
        into.valid_until = earliest(bound.epoch.until, bound.until);
        let entry = self.deployment(deployment);
        let (Some(plan), Some(entry)) = (self.plan(&bound.epoch, deployment), entry) else {
            into.reasons.push(missing(Positive::Agreement));
            into.conclude();
            return;
        };
        let walk = Walk {
            core: self.core(),
            plan,
            bound,
            deployment: entry,
        };
        walk.checks(walk.awake(), into);
        walk.positives(into);
        into.conclude();
    }
}

fn missing(positive: Positive) -> Reason {
    Reason {
        basis: Basis::Missing(positive),
        state: State::Met,
    }
}

impl Walk<'_> {
    /// What the request wakes in this plan.
    #[inline]
    fn awake(&self) -> Triggers {
        let stopped = |entity: usize| self.plan.stopping_entities.get(entity).copied().unwrap_or(true);
        let placed = self
            .bound
            .people
            .iter()
            .any(|slot| self.plan.stopping_places.contains(*slot));
        self.bound
            .triggers
            .and(Triggers::PEOPLE.when(placed))
            .and(Triggers::ENTITY.when(stopped(self.bound.employer) || stopped(self.bound.engaging)))
    }

    #[inline]
    fn checks(&self, awake: Triggers, into: &mut Decision) {
        let checks = self.plan.triggers.iter().zip(&self.plan.checks);
        for (_, check) in checks.filter(|(triggers, _)| triggers.wake(awake)) {
            self.check(check, into);
        }
    }

    #[inline]
    fn check(&self, check: &Check, into: &mut Decision) {
        if !check.scope.holds(self.bound.traits) {
            return;
        }
        let Some(now) = self.clause(check) else { return };
        let state = self.state(check, now, &mut into.lifts);
        if state.stops() {
            into.reasons.push(Reason {
                basis: Basis::Clause(check.clause),
                state,
            });
        } else {
            into.obligations = into.obligations.and(now.obligations);
        }
    }

    #[inline]
    fn clause(&self, check: &Check) -> Option<&ClauseNow> {
        self.bound.epoch.clauses.get(check.clause.0 as usize)?.as_ref()
    }

    /// The state of a clause, exceptions applied.
    #[inline]
    fn state(&self, check: &Check, now: &ClauseNow, lifts: &mut Vec<LiftUsed>) -> State {
        let mut worst = self.lift_anywhere(check, now.at_least, lifts);
        for (position, condition) in now.conditions.iter().enumerate() {
            let state = self.condition(check, position, condition, lifts);
            worst = worst.max(reviewed(state, condition.outcome));
        }
        if now.doubtful {
            worst.min(State::Unclear)
        } else {
            worst
        }
    }

    #[inline]
    fn condition(
        &self,
        check: &Check,
        position: usize,
        condition: &ConditionNow,
        lifts: &mut Vec<LiftUsed>,
    ) -> State {
        match &condition.test {
            TestNow::Places(subject, table) => {
                self.places(*subject, PlacePut::new(table, check, position), lifts)
            }
            TestNow::TierInPlaces(tiers, table) => {
                let put = PlacePut::new(table, check, position);
                self.tiers(tiers, put, condition.outcome, lifts)
            }
            TestNow::Plain(Test::OutsideResidency) => {
                self.residency(condition.outcome, check, position, lifts)
            }
            TestNow::Unfiled(filed, _) if filed.contains(&self.deployment.model) => State::NotMet,
            TestNow::Unfiled(_, table) => {
                self.places(PlaceSubject::People, PlacePut::new(table, check, position), lifts)
            }
            other => {
                let state = self.plain(other, condition.outcome);
                if state.stops() && !check.lifts.is_empty() {
                    self.lift_whole(check, position, state, lifts)
                } else {
                    state
                }
            }
        }
    }

    #[inline]
    fn plain(&self, test: &TestNow, outcome: Outcome) -> State {
        let of = |states: &[State], entity: usize| states.get(entity).copied().unwrap_or(State::Unknown);
        match test {
            TestNow::Entities(states) => {
                let each = [self.bound.employer, self.bound.engaging].map(|entity| of(states, entity));
                each.map(|state| reviewed(state, outcome))
                    .into_iter()
                    .max()
                    .unwrap_or_default()
            }
            TestNow::Licensee(states) => of(states, self.bound.engaging),
            TestNow::Fixed(state) => *state,
            TestNow::Foreign(table, statuses) => self.foreign(table, statuses),
            TestNow::Beneficiary(table) => self.beneficiary(table),
            TestNow::Plain(Test::Employment(EmploymentTest::EmployerStopped)) => {
                self.employer_stopped(outcome)
            }
            TestNow::Plain(Test::PlaceClausesOnEgress) => self.place_clauses_on_egress(outcome),
            TestNow::Plain(Test::AllPlacesAllowed) => self.all_places_allowed(outcome),
            TestNow::NotNamedUser(instrument) => {
                met_if(!self.bound.named.get(*instrument).copied().unwrap_or(false))
            }
            TestNow::Plain(test) => self.fact(test),
            TestNow::Places(..) | TestNow::TierInPlaces(..) | TestNow::Unfiled(..) => State::NotMet,
        }
    }

    /// As severe as the entity clauses that stop a contractor's own employer.
    fn employer_stopped(&self, outcome: Outcome) -> State {
        if self.bound.worker != Worker::Contractor {
            return State::NotMet;
        }
        let entity_clauses = self.plan.checks.iter().filter(|check| check.tests_entity);
        entity_clauses
            .filter(|check| check.scope.holds(self.bound.traits))
            .filter_map(|check| Some((check, self.clause(check)?)))
            .map(|(check, now)| reviewed(self.state_for_employer(check, now), outcome))
            .max()
            .unwrap_or_default()
    }

    fn state_for_employer(&self, check: &Check, now: &ClauseNow) -> State {
        let mut worst = State::NotMet;
        for (position, condition) in now.conditions.iter().enumerate() {
            let TestNow::Entities(states) = &condition.test else {
                continue;
            };
            let state = states.get(self.bound.employer).copied().unwrap_or(State::Unknown);
            let state = self.lift_whole(check, position, state, &mut Vec::new());
            worst = worst.max(reviewed(state, condition.outcome));
        }
        if now.doubtful {
            worst.min(State::Unclear)
        } else {
            worst
        }
    }

    /// What a permit needs besides the absence of denying clauses.
    #[inline]
    fn positives(&self, into: &mut Decision) {
        if self.plan.without_agreement
            || !self
                .plan
                .covered
                .get(self.bound.engaging)
                .copied()
                .unwrap_or(false)
        {
            into.reasons.push(missing(Positive::Agreement));
        }
        if !self
            .plan
            .approval
            .is_some_and(|approval| approval.holds(self.bound.traits))
        {
            into.reasons.push(missing(Positive::Approval));
        }
        if !self.entitled() {
            into.reasons.push(missing(Positive::Entitlement));
        }
        if self.bound.no_claim
            && !self
                .plan
                .evidence
                .iter()
                .any(|scope| scope.holds(self.bound.traits))
        {
            let state = if self.bound.claim_unrecognised {
                State::Unclear
            } else {
                State::Unknown
            };
            into.reasons.push(Reason {
                basis: Basis::Missing(Positive::Place),
                state,
            });
        }
    }

    fn entitled(&self) -> bool {
        let Some(model) = self.plan.model else {
            return false;
        };
        let is_member = |position: &usize| self.bound.groups.get(*position).copied().unwrap_or(false);
        self.bound.entitlement == Entitlement::Assumed
            || self.plan.entitled.iter().any(is_member)
            || self.bound.granted.contains(&model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::WorldSize;

    /// Looking only at checks that a request wakes finds exactly what looking at all of them finds.
    #[test]
    fn what_sleeps_would_not_have_spoken() {
        let at = register::model::Instant(1_795_000_000);
        let size = WorldSize {
            agreements: 12,
            deployments: 40,
            entities: 12,
        };
        let snapshot = Snapshot::compile_untested(testkit::register(size, 5), "test").unwrap();
        for facts in crate::testing::people(300, size.entities, at) {
            let bound = snapshot.bind(&facts, at, crate::LATEST);
            for (index, deployment) in snapshot.deployments() {
                let mut quick = Decision::default();
                snapshot.decide(&bound, index, &mut quick);
                let plan = snapshot.plan(&bound.epoch, index).unwrap();
                let walk = Walk {
                    core: snapshot.core(),
                    plan,
                    bound: &bound,
                    deployment,
                };
                let mut whole = Decision {
                    deployment: Some(index),
                    valid_until: quick.valid_until,
                    ..Decision::default()
                };
                walk.checks(Triggers::ALL, &mut whole);
                walk.positives(&mut whole);
                whole.conclude();
                assert_eq!(quick, whole, "{}", deployment.id);
            }
        }
    }
}
