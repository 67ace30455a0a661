//! The places that one snapshot tells apart.
//!
//! Naming a subdivision splits the places around it: with `UA-43` named there are a slot for it, one for the rest
//! of `UA`, and one for `UA` itself, where a claim lands that says no more than "Ukraine". Slots that are not split
//! are *atoms*: nobody can be in two of them. Nested levels split in turn: with `FR-75C` named, `FR-IDF` is named
//! too and has a rest.

use std::collections::BTreeSet;

use crate::Place;
use crate::links::is_unsorted;
use crate::set::{CAPACITY, PlaceSet, Slot};

/// More places named than an atlas holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the subdivisions named need {needed} entries, and there is room for {CAPACITY}")]
pub struct AtlasError {
    /// How many slots would have been needed.
    pub needed: usize,
}

impl AtlasError {
    /// What the writer of the register can do.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(
            "name whole places instead of all their subdivisions where a rule does not tell them apart"
                .to_owned(),
        )
    }
}

/// What a slot stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seat {
    place: Place,
    rest: bool,
}

/// All alpha-2 places, the named subdivisions, and a rest for each place that has named subdivisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atlas {
    seats: Vec<Seat>,
    /// By index of the place: the slot that stands for it.
    standing: Vec<Slot>,
    /// Places that are split, and the atoms inside each.
    wholes: Vec<(Slot, PlaceSet)>,
    atoms: PlaceSet,
    universe: PlaceSet,
}

impl Atlas {
    /// An atlas that tells the `named` subdivisions apart, and with them the subdivisions they lie in. Order and
    /// repetition do not matter; alpha-2 places may be among them and change nothing.
    ///
    /// # Errors
    /// [`AtlasError`] when more than [`CAPACITY`] slots would be needed.
    pub fn new(named: impl IntoIterator<Item = Place>) -> Result<Atlas, AtlasError> {
        let named = with_enclosing(named);
        let split: BTreeSet<Place> = named.iter().filter_map(|place| place.enclosing()).collect();
        let own = Place::territories()
            .chain(named)
            .map(|place| Seat { place, rest: false });
        let rests = split.iter().map(|place| Seat {
            place: *place,
            rest: true,
        });
        let seats: Vec<Seat> = own.chain(rests).collect();
        if seats.len() > CAPACITY {
            return Err(AtlasError { needed: seats.len() });
        }
        let standing = standing_slots(&seats);
        let universe: PlaceSet = (0..seats.len()).map(Slot::at).collect();
        let split_slots: PlaceSet = split
            .iter()
            .filter_map(|place| standing.get(place.index()).copied())
            .collect();
        let mut atlas = Atlas {
            seats,
            standing,
            wholes: Vec::new(),
            atoms: universe.minus(&split_slots),
            universe,
        };
        atlas.wholes = split_slots
            .iter()
            .map(|slot| (slot, atlas.atoms_inside(slot)))
            .collect();
        Ok(atlas)
    }

    /// The slot that stands for a place. Total: a subdivision that is not told apart stands in the rest of the
    /// nearest place around it that is, or in that place itself if it has no named subdivisions.
    ///
    /// In a place whose subdivisions overlap in unrecorded ways (Estonia, Iceland), one that is not told apart is
    /// no better than a claim to the whole, and gets its slot.
    #[inline]
    #[must_use]
    pub fn slot(&self, place: Place) -> Slot {
        // every place is an index into this table, so the fallback is never taken
        self.standing
            .get(place.index())
            .copied()
            .unwrap_or(Slot::at(CAPACITY - 1))
    }

    /// The place of a slot; of a rest, the place it is the rest of. `None` for a slot of a larger atlas.
    #[must_use]
    pub fn place(&self, slot: Slot) -> Option<Place> {
        self.seats.get(slot.index()).map(|seat| seat.place)
    }

    /// Whether the slot is the rest of a place.
    #[must_use]
    pub fn is_rest(&self, slot: Slot) -> bool {
        self.seats.get(slot.index()).is_some_and(|seat| seat.rest)
    }

    /// Every slot that is not split.
    #[must_use]
    pub fn atoms(&self) -> PlaceSet {
        self.atoms
    }

    /// Every slot.
    #[must_use]
    pub fn universe(&self) -> PlaceSet {
        self.universe
    }

    /// For a place that is split, the atoms inside it: its named parts and its rest. Empty for an atom.
    #[must_use]
    pub fn parts(&self, slot: Slot) -> PlaceSet {
        let found = self.wholes.iter().find(|(whole, _)| *whole == slot);
        found.map_or(PlaceSet::EMPTY, |(_, parts)| *parts)
    }

    /// The places that are split, in order of slot.
    pub fn wholes(&self) -> impl Iterator<Item = Slot> + '_ {
        self.wholes.iter().map(|(whole, _)| *whole)
    }

    /// The atoms that naming a place covers: itself, or its parts and rest. Never a place with an alpha-2 code of
    /// its own (`HK` for `CN`). A subdivision that is not told apart covers what it stands in.
    #[must_use]
    pub fn expand(&self, place: Place) -> PlaceSet {
        let slot = self.slot(place);
        let parts = self.parts(slot);
        if parts.is_empty() {
            [slot].into_iter().collect()
        } else {
            parts
        }
    }

    /// Places that are split, with the atoms inside each.
    pub(crate) fn split(&self) -> &[(Slot, PlaceSet)] {
        &self.wholes
    }

    /// Whether a slot of its own, and no rest or larger place, stands for this place.
    #[must_use]
    pub fn tells_apart(&self, place: Place) -> bool {
        let slot = self.slot(place);
        self.place(slot) == Some(place) && !self.is_rest(slot)
    }

    fn atoms_inside(&self, slot: Slot) -> PlaceSet {
        let Some(outer) = self.place(slot) else {
            return PlaceSet::EMPTY;
        };
        let lies_inside = |atom: &Slot| {
            self.place(*atom)
                .is_some_and(|place| around(place).any(|at| at == outer))
        };
        self.atoms.iter().filter(lies_inside).collect()
    }
}

/// A place and all places around it, from the inside out.
pub(crate) fn around(place: Place) -> impl Iterator<Item = Place> {
    std::iter::successors(Some(place), |at| at.enclosing())
}

/// The subdivisions among `named` and every subdivision that one of them lies in.
fn with_enclosing(named: impl IntoIterator<Item = Place>) -> BTreeSet<Place> {
    named
        .into_iter()
        .flat_map(around)
        .filter(|place| !place.own_code())
        .collect()
}

/// By index of the place: the slot that stands for it.
fn standing_slots(seats: &[Seat]) -> Vec<Slot> {
    let mut own = vec![None; Place::count()];
    let mut rest = vec![None; Place::count()];
    for (at, seat) in seats.iter().enumerate() {
        let slots = if seat.rest { &mut rest } else { &mut own };
        if let Some(entry) = slots.get_mut(seat.place.index()) {
            *entry = Some(Slot::at(at));
        }
    }
    let find = |slots: &[Option<Slot>], place: Place| slots.get(place.index()).copied().flatten();
    let stands_for = |place: Place| {
        let found = find(&own, place).or_else(|| {
            let outer = around(place).find(|at| find(&own, *at).is_some())?;
            find(&rest, outer)
                .filter(|_| !is_unsorted(outer))
                .or_else(|| find(&own, outer))
        });
        found.unwrap_or(Slot::at(CAPACITY - 1))
    };
    Place::all().map(stands_for).collect()
}

#[cfg(test)]
mod tests;
