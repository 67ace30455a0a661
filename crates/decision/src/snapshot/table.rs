//! The state of a place test, for every place at once.

use crate::verdict::State;
use register::model::Polarity;
use territory::{Atlas, Membership, PlaceSet, Region, Slot};

/// A place test as three masks: where it is met, unknown, unclear. Elsewhere it is not met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PlaceTable {
    met: PlaceSet,
    unknown: PlaceSet,
    unclear: PlaceSet,
    /// Met is for a person to decide.
    review: bool,
    /// Subdivisions that the tested set itself names: an exception reaches them only by naming them.
    pub named_parts: PlaceSet,
}

impl PlaceTable {
    pub(crate) fn new(region: &Region, polarity: Polarity, atlas: &Atlas) -> Self {
        let met = match polarity {
            Polarity::In => *region.inside(),
            Polarity::NotIn => region.outside(atlas),
        };
        Self {
            met,
            unknown: *region.unknown(),
            unclear: *region.unclear(),
            review: false,
            named_parts: *region.named_parts(),
        }
    }

    /// The state at one place, before a review that is asked for: parts of a whole are compared by it.
    #[inline]
    pub(crate) fn state(&self, slot: Slot) -> State {
        if self.met.contains(slot) {
            State::Met
        } else if self.unknown.contains(slot) {
            State::Unknown
        } else if self.unclear.contains(slot) {
            State::Unclear
        } else {
            State::NotMet
        }
    }

    /// What a state at one place counts for.
    #[inline]
    pub(crate) fn counted(&self, state: State) -> State {
        if self.review && state == State::Met {
            State::Unclear
        } else {
            state
        }
    }

    /// The worst state over some places.
    #[inline]
    pub(crate) fn worst(&self, slots: &[Slot]) -> State {
        slots
            .iter()
            .map(|slot| self.counted(self.state(*slot)))
            .max()
            .unwrap_or_default()
    }

    /// The worst state over a set of places.
    pub(crate) fn worst_in(&self, set: &PlaceSet) -> State {
        let met = set.intersects(&self.met);
        if met && !self.review {
            State::Met
        } else if set.intersects(&self.unknown) {
            State::Unknown
        } else if met || set.intersects(&self.unclear) {
            State::Unclear
        } else {
            State::NotMet
        }
    }

    /// Every place at which the test stops.
    pub(crate) fn stopping(&self) -> PlaceSet {
        self.met.union(&self.unknown).union(&self.unclear)
    }

    /// Whether some place would stop: a missing place could then change the test.
    pub(crate) fn can_stop(&self) -> bool {
        !(self.met.is_empty() && self.unknown.is_empty() && self.unclear.is_empty())
    }

    /// The test where *met* is for a person to decide.
    pub(crate) fn reviewed(&self) -> Self {
        Self {
            review: true,
            ..*self
        }
    }
}

/// How far a region holds a place, for conditions of exceptions.
pub(crate) fn membership_state(membership: Membership) -> State {
    match membership {
        Membership::Outside => State::NotMet,
        Membership::Unclear => State::Unclear,
        Membership::Unknown => State::Unknown,
        Membership::Inside => State::Met,
    }
}
