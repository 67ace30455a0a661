//! Tests of everything that is no place of a person.

use super::Walk;
use super::places::PlacePut;
use crate::facts::ScreeningResult;
use crate::mutation::{Mistake, makes};
use crate::snapshot::epoch::{TestNow, met_if};
use crate::snapshot::table::PlaceTable;
use crate::verdict::State;
use register::model::{EmploymentTest, Outcome, PlaceFact, PlaceSubject, Test, UsStatus};

impl Walk<'_> {
    /// A test that is answered by single facts.
    #[inline]
    pub(super) fn fact(&self, test: &Test) -> State {
        let bound = self.bound;
        match test {
            Test::Purposes(purposes) => met_if(purposes.contains(&bound.purpose)),
            Test::Resale => met_if(bound.resale),
            Test::SideCall => met_if(bound.side_call),
            Test::Exception(approvals) => met_if(bound.exception.is_some_and(|by| approvals.contains(&by))),
            Test::UnregisteredPattern => met_if(bound.unregistered_pattern),
            Test::NoHumanReview => met_if(!bound.human_review),
            Test::ScreeningHit { max_age } => self.screening(*max_age),
            Test::EvidenceRequired => self.evidence(),
            Test::WithoutAgreement => met_if(self.plan.without_agreement),
            Test::WithoutGroup(group) => met_if(!self.in_group(group)),
            Test::Accounts(accounts) => met_if(accounts.contains(&self.deployment.account)),
            Test::Employment(EmploymentTest::Workers(workers)) => met_if(workers.contains(&bound.worker)),
            Test::ResidencyAsked => met_if(bound.residency.is_some()),
            Test::NotAtSites(sites) => self.sites(sites),
            // the rest was answered when the epoch was made
            _ => State::Unknown,
        }
    }

    fn screening(&self, max_age: Option<i64>) -> State {
        let limit = max_age.unwrap_or(self.core.register.limits.screening);
        let fresh = makes(Mistake::OldScreening)
            || self
                .bound
                .screening_age
                .is_some_and(|age| (0..=limit).contains(&age));
        match self.bound.screening {
            Some(ScreeningResult::Hit) => State::Met,
            Some(ScreeningResult::Clean) if fresh => State::NotMet,
            _ => State::Unknown,
        }
    }

    fn evidence(&self) -> State {
        if self.bound.people_unknown {
            State::Unknown
        } else if self.bound.unrecognised {
            State::Unclear
        } else {
            State::NotMet
        }
    }

    fn sites(&self, sites: &[String]) -> State {
        if self.bound.sites.iter().any(|site| sites.contains(site)) {
            State::NotMet
        } else if self.bound.no_claim {
            State::Unknown
        } else {
            State::Met
        }
    }

    /// Citizenships are a set: one that clears is enough, and so is a status.
    pub(super) fn foreign(&self, clears: &PlaceTable, statuses: &[UsStatus]) -> State {
        if self
            .bound
            .us_status
            .is_some_and(|status| statuses.contains(&status))
        {
            return State::NotMet;
        }
        let states = || self.bound.citizenships.iter().map(|slot| clears.state(*slot));
        if states().any(|state| state == State::Met) {
            State::NotMet
        } else if self.bound.none_known() || states().any(|state| state == State::Unknown) {
            State::Unknown
        } else if self.bound.citizenship_unrecognised || states().any(|state| state == State::Unclear) {
            State::Unclear
        } else {
            State::Met
        }
    }

    /// A beneficiary can at worst be unclear: whether work benefits somebody is for a person to say.
    pub(super) fn beneficiary(&self, table: &PlaceTable) -> State {
        match &self.bound.beneficiary {
            Some(PlaceFact::Known(place)) => table.state(self.core.atlas.slot(*place)).min(State::Unclear),
            Some(_) if table.can_stop() => State::Unclear,
            _ => State::NotMet,
        }
    }

    /// Met where credible places disagree and one of them is refused; where a person decides, that is so place by place.
    pub(super) fn all_places_allowed(&self, outcome: Outcome) -> State {
        if !self.bound.disagree {
            return State::NotMet;
        }
        let mut worst = State::NotMet;
        for check in self
            .plan
            .checks
            .iter()
            .filter(|check| check.scope.holds(self.bound.traits))
        {
            let Some(now) = self.clause(check) else { continue };
            for (position, condition) in now.conditions.iter().enumerate() {
                let TestNow::Places(PlaceSubject::People | PlaceSubject::PeopleAndInference, table) =
                    &condition.test
                else {
                    continue;
                };
                let state = match outcome {
                    Outcome::Review => self.claimed(PlacePut::new(&table.reviewed(), check, position)),
                    Outcome::Deny => self.claimed(PlacePut::new(table, check, position)),
                };
                worst = worst.max(if now.doubtful {
                    state.min(State::Unclear)
                } else {
                    state
                });
            }
        }
        worst
    }
}
