//! What a request must show for a clause to matter.
//!
//! Most clauses cannot stop most requests: nobody resells, nobody calls round the gateway, everybody is in an office
//! where the model is licensed. Each check carries the bits that could wake it; a decision looks only at checks that
//! the request wakes. That changes no answer: a check that sleeps is not met and obliges to nothing.

use super::Core;
use super::epoch::{ClauseNow, TestNow};
use super::table::PlaceTable;
use crate::verdict::{Obligations, State};
use register::model::{EmploymentTest, PlaceFact, PlaceSubject, Purpose, Test, Tier};
use territory::PlaceSet;

/// Bits of a request, and of what could wake a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Triggers(u64);

/// What every request to a deployment has in common.
pub(crate) struct Host<'a> {
    pub core: &'a Core,
    pub model: &'a str,
    pub tier: Option<Tier>,
    pub inference: &'a PlaceSet,
    pub inference_unrecognised: bool,
    pub storage: &'a PlaceFact,
}

impl Host<'_> {
    fn inference(&self, table: &PlaceTable) -> State {
        let doubt = if self.inference_unrecognised && table.can_stop() {
            State::Unclear
        } else {
            State::NotMet
        };
        table.worst_in(self.inference).max(doubt)
    }

    fn storage(&self, table: &PlaceTable) -> State {
        self.core.place_state(table, self.storage)
    }
}

impl Triggers {
    /// Nothing.
    pub(crate) const NONE: Self = Self(0);
    /// Whatever the request: also a check that can oblige, or that nobody looked at closely.
    pub(crate) const ALWAYS: Self = Self(1 << 16);
    /// A place of the person or of an end user at which some clause stops, or a doubt about places.
    pub(crate) const PEOPLE: Self = Self(1 << 17);
    /// An entity that some clause stops.
    pub(crate) const ENTITY: Self = Self(1 << 18);
    pub(crate) const RESALE: Self = Self(1 << 19);
    pub(crate) const SIDE_CALL: Self = Self(1 << 20);
    pub(crate) const EXCEPTION: Self = Self(1 << 21);
    pub(crate) const PATTERN: Self = Self(1 << 22);
    pub(crate) const NO_REVIEW: Self = Self(1 << 23);
    /// A screening that some clause may not trust, or that found something.
    pub(crate) const SCREENING: Self = Self(1 << 24);
    /// A doubt about places.
    pub(crate) const EVIDENCE: Self = Self(1 << 25);
    pub(crate) const DISAGREE: Self = Self(1 << 26);
    pub(crate) const CONTRACTOR: Self = Self(1 << 27);
    pub(crate) const RESIDENCY: Self = Self(1 << 28);
    pub(crate) const BENEFICIARY: Self = Self(1 << 29);
    /// An output that leaves the person.
    pub(crate) const OUTPUT: Self = Self(1 << 30);
    /// Every bit.
    #[cfg(test)]
    pub(crate) const ALL: Self = Self(u64::MAX);

    /// The bit of a purpose.
    pub(crate) fn purpose(purpose: Purpose) -> Self {
        Self(
            Purpose::ALL
                .iter()
                .position(|other| *other == purpose)
                .map_or(0, |position| 1 << position),
        )
    }

    /// Everything in either.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// All but these bits.
    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// These bits if a condition holds.
    pub(crate) const fn when(self, condition: bool) -> Self {
        if condition { self } else { Self::NONE }
    }

    /// Whether any bit is shared.
    #[inline]
    pub(crate) const fn wake(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What could wake a check of this clause on a deployment hosted like this.
    pub(crate) fn of(now: &ClauseNow, host: &Host<'_>) -> Self {
        if now.at_least != State::NotMet || now.obligations != Obligations::default() {
            return Self::ALWAYS;
        }
        now.conditions
            .iter()
            .map(|condition| Self::of_test(&condition.test, host))
            .fold(Self::NONE, Self::and)
    }

    fn of_test(test: &TestNow, host: &Host<'_>) -> Self {
        match test {
            TestNow::Places(subject, table) => Self::of_places(*subject, table, host),
            TestNow::TierInPlaces(tiers, _) if host.tier.is_some_and(|tier| !tiers.contains(&tier)) => {
                Self::NONE
            }
            TestNow::TierInPlaces(..) => Self::PEOPLE,
            TestNow::Unfiled(filed, _) if filed.iter().any(|model| model == host.model) => Self::NONE,
            TestNow::Unfiled(..) => Self::PEOPLE,
            TestNow::Entities(_) | TestNow::Licensee(_) => Self::ENTITY,
            TestNow::Fixed(State::NotMet) => Self::NONE,
            TestNow::Beneficiary(_) => Self::BENEFICIARY,
            TestNow::Plain(test) => Self::of_plain(test),
            _ => Self::ALWAYS,
        }
    }

    /// Where it runs and rests is the same for every request; such a test speaks always or never.
    fn of_places(subject: PlaceSubject, table: &PlaceTable, host: &Host<'_>) -> Self {
        let inference = Self::ALWAYS.when(host.inference(table).stops());
        let storage = Self::ALWAYS.when(host.storage(table).stops());
        match subject {
            PlaceSubject::People => Self::PEOPLE,
            PlaceSubject::PeopleAndInference => Self::PEOPLE.and(inference),
            PlaceSubject::Inference => inference,
            PlaceSubject::Storage => storage,
            PlaceSubject::InferenceAndStorage => inference.and(storage),
            PlaceSubject::Output => Self::OUTPUT,
            _ => Self::ALWAYS,
        }
    }

    fn of_plain(test: &Test) -> Self {
        match test {
            Test::Purposes(purposes) => purposes
                .iter()
                .map(|p| Self::purpose(*p))
                .fold(Self::NONE, Self::and),
            Test::Resale => Self::RESALE,
            Test::SideCall => Self::SIDE_CALL,
            Test::Exception(_) => Self::EXCEPTION,
            Test::UnregisteredPattern => Self::PATTERN,
            Test::NoHumanReview => Self::NO_REVIEW,
            Test::ScreeningHit { .. } => Self::SCREENING,
            Test::EvidenceRequired => Self::EVIDENCE,
            Test::AllPlacesAllowed => Self::DISAGREE,
            Test::Employment(EmploymentTest::EmployerStopped) => Self::CONTRACTOR,
            Test::OutsideResidency | Test::ResidencyAsked => Self::RESIDENCY,
            _ => Self::ALWAYS,
        }
    }
}
