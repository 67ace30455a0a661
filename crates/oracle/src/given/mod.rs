//! What is given: facts and register worked into the plain values that the policies look at.
//!
//! Only what Cedar cannot say is worked out here: which claims are credible, which instruments a deployment stands
//! on, who owns whom, how old something is. What follows from it is written in the policies.

mod affiliates;
mod agreements;
mod evidence;
mod owners;

pub(crate) use agreements::Agreements;
pub(crate) use evidence::Evidence;
pub(crate) use owners::ownership_state;

use register::model::{HostingPlace, PlaceFact};
use territory::Place;

/// A place as it is tested: by name, or as one of the spots of "anywhere".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TestedPlace {
    /// A place that somebody named.
    Named(Place),
    /// Every spot there is.
    Anywhere,
    /// Every spot but those of one place.
    AnywhereBut(Place),
}

/// The places of somebody or something.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Where {
    /// Those that are known.
    pub(crate) places: Vec<TestedPlace>,
    /// Whether one that matters is not known.
    pub(crate) missing: bool,
    /// Whether one is named in a way that nobody recognises.
    pub(crate) unrecognised: bool,
}

impl Where {
    /// The places of these facts.
    pub(crate) fn of<'f>(facts: impl IntoIterator<Item = &'f PlaceFact>) -> Self {
        let mut found = Self::default();
        for fact in facts {
            match fact {
                PlaceFact::Known(place) => found.places.push(TestedPlace::Named(*place)),
                PlaceFact::Unknown => found.missing = true,
                PlaceFact::Unrecognised(_) => found.unrecognised = true,
            }
        }
        found
    }

    /// The places in which inference may run.
    pub(crate) fn of_hosting(hosting: &[HostingPlace]) -> Self {
        let mut found = Self::default();
        for place in hosting {
            match place {
                HostingPlace::Place(place) => found.places.push(TestedPlace::Named(*place)),
                HostingPlace::Anywhere => found.places.push(TestedPlace::Anywhere),
                HostingPlace::AnywhereBut(place) => found.places.push(TestedPlace::AnywhereBut(*place)),
                HostingPlace::Unrecognised(_) => found.unrecognised = true,
            }
        }
        found
    }
}
