//! The walk over a plan: the state of every clause, then what a permit needs besides.

mod conditions;
mod lifts;
mod places;

use crate::bound::Bound;
use crate::facts::Entitlement;
use crate::presence::earliest;
use crate::snapshot::epoch::{ClauseNow, TestNow};
use crate::snapshot::plan::{Check, Plan};
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
        for check in &plan.checks {
            walk.check(check, into);
        }
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
        let mut worst = now.at_least;
        for (position, condition) in now.conditions.iter().enumerate() {
            let state = self.condition(check, position, &condition.test, lifts);
            worst = worst.max(match condition.outcome {
                Outcome::Review if state == State::Met => State::Unclear,
                _ => state,
            });
        }
        if now.doubtful {
            worst.min(State::Unclear)
        } else {
            worst
        }
    }

    #[inline]
    fn condition(&self, check: &Check, position: usize, test: &TestNow, lifts: &mut Vec<LiftUsed>) -> State {
        match test {
            TestNow::Places(subject, table) => self.places(*subject, table, check, position, lifts),
            TestNow::TierInPlaces(tiers, table) => self.tiers(tiers, table, check, position, lifts),
            TestNow::Unfiled(filed, _) if filed.contains(&self.deployment.model) => State::NotMet,
            TestNow::Unfiled(_, table) => self.places(PlaceSubject::People, table, check, position, lifts),
            other => {
                let state = self.plain(other);
                if state.stops() && !check.lifts.is_empty() {
                    self.lift_whole(check, position, state, lifts)
                } else {
                    state
                }
            }
        }
    }

    #[inline]
    fn plain(&self, test: &TestNow) -> State {
        let of = |states: &[State], entity: usize| states.get(entity).copied().unwrap_or(State::Unknown);
        match test {
            TestNow::Entities(states) => of(states, self.bound.employer).max(of(states, self.bound.engaging)),
            TestNow::Licensee(states) => of(states, self.bound.engaging),
            TestNow::Fixed(state) => *state,
            TestNow::Foreign(table, statuses) => self.foreign(table, statuses),
            TestNow::Beneficiary(table) => self.beneficiary(table),
            TestNow::Plain(Test::Employment(EmploymentTest::EmployerStopped)) => self.employer_stopped(),
            TestNow::Plain(Test::AllPlacesAllowed) => self.all_places_allowed(),
            TestNow::Plain(test) => self.fact(test),
            TestNow::Places(..) | TestNow::TierInPlaces(..) | TestNow::Unfiled(..) => State::NotMet,
        }
    }

    /// As severe as the entity clauses that stop a contractor's own employer.
    fn employer_stopped(&self) -> State {
        if self.bound.worker != Worker::Contractor {
            return State::NotMet;
        }
        let entity_clauses = self.plan.checks.iter().filter(|check| check.tests_entity);
        entity_clauses
            .filter(|check| check.scope.holds(self.bound.traits))
            .filter_map(|check| Some((check, self.clause(check)?)))
            .map(|(check, now)| self.state_for_employer(check, now))
            .max()
            .unwrap_or_default()
    }

    fn state_for_employer(&self, check: &Check, now: &ClauseNow) -> State {
        let mut worst = now.at_least;
        for (position, condition) in now.conditions.iter().enumerate() {
            let TestNow::Entities(states) = &condition.test else {
                continue;
            };
            let state = states.get(self.bound.employer).copied().unwrap_or(State::Unknown);
            let state = self.lift_whole(check, position, state, &mut Vec::new());
            worst = worst.max(match condition.outcome {
                Outcome::Review if state == State::Met => State::Unclear,
                _ => state,
            });
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
        let index = self.core.index.models.get(&self.deployment.model).copied();
        let model = index.and_then(|index| self.core.register.models.get(index));
        if !model.is_some_and(|model| self.approved(model)) {
            into.reasons.push(missing(Positive::Approval));
        }
        if !model
            .zip(index)
            .is_some_and(|(model, index)| self.entitled(model, index))
        {
            into.reasons.push(missing(Positive::Entitlement));
        }
        if self.bound.no_claim && !self.bound.unrecognised && !self.plan.tests_evidence {
            into.reasons.push(Reason {
                basis: Basis::Missing(Positive::Place),
                state: State::Unknown,
            });
        }
    }

    fn approved(&self, model: &register::model::Model) -> bool {
        model.approval.as_ref().is_some_and(|approval| {
            approval.span.contains(self.bound.at)
                && (approval.purposes.is_empty() || approval.purposes.contains(&self.bound.purpose))
                && (approval.data.is_empty() || approval.data.contains(&self.bound.data))
        })
    }

    fn entitled(&self, model: &register::model::Model, index: usize) -> bool {
        let is_member = |group: &String| {
            let position = self.core.index.groups.get(group);
            position
                .and_then(|position| self.bound.groups.get(*position))
                .copied()
                .unwrap_or(false)
        };
        self.bound.entitlement == Entitlement::Assumed
            || model.entitled.iter().any(is_member)
            || self.bound.granted.contains(&index)
    }
}
