//! A group laid over an atlas: three-valued membership and its algebra.
//!
//! Four answers, in this order: outside, unclear (admissible readings differ), unknown (a fact is missing), inside.
//! Union takes the larger; complement swaps the ends and keeps doubt; intersection follows by De Morgan, so that
//! outside beats unknown beats unclear beats inside. Doubt of the two sorts does not form a lattice (absorption and
//! distribution can turn unclear into unknown); they never turn doubt into certainty or certainty into doubt.

use crate::mentions::Mentions;
use crate::set::{PlaceSet, Slot};
use crate::{Atlas, Definition, Place};

/// Whether a place belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Membership {
    /// It does not.
    Outside,
    /// It depends on how the words are read.
    Unclear,
    /// It depends on a fact that is missing.
    Unknown,
    /// It does.
    Inside,
}

/// A three-valued set of slots; what is neither inside nor unclear nor unknown is outside. The three are disjoint,
/// and a place that is split says what all its parts say, or unknown where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    inside: PlaceSet,
    unclear: PlaceSet,
    unknown: PlaceSet,
    named_parts: PlaceSet,
}

impl Region {
    /// What a definition says of each slot.
    ///
    /// For an atom the nearest mention counts: its own, else that of the places around it, else `World`. A place
    /// with an alpha-2 code that is mentioned nowhere but coded under one that is not excluded is unclear; what then
    /// remains is as the definition says of absent places. Where the definition tells apart what the atlas does not,
    /// the slot is unknown.
    #[must_use]
    pub fn of(definition: &Definition, atlas: &Atlas) -> Region {
        let mentions = Mentions::of(definition);
        let mut region = Region::nowhere();
        for atom in atlas.atoms().iter() {
            if let Some(place) = atlas.place(atom) {
                region.put(atom, mentions.membership(place, atlas.is_rest(atom)));
            }
        }
        for place in mentions.places() {
            if atlas.tells_apart(place) {
                region.name_part(place, atlas);
                continue;
            }
            let meant = mentions.membership(place, false);
            for atom in atlas.expand(place).iter() {
                if region.membership(atom) != meant {
                    region.put(atom, Membership::Unknown);
                }
            }
        }
        region.settled(atlas)
    }

    /// A group without a reading: unclear for the places that it could mean, for every place when that is not
    /// given, and outside elsewhere.
    #[must_use]
    pub fn undefined(could_be: Option<&[Place]>, atlas: &Atlas) -> Region {
        let mut region = Region::nowhere();
        region.unclear = match could_be {
            None => atlas.atoms(),
            Some(places) => places
                .iter()
                .fold(PlaceSet::EMPTY, |all, place| all.union(&atlas.expand(*place))),
        };
        region.settled(atlas)
    }

    /// Unknown for every place.
    #[must_use]
    pub fn unknown_everywhere(atlas: &Atlas) -> Region {
        Region {
            unknown: atlas.universe(),
            ..Region::nowhere()
        }
    }

    /// Every place is inside.
    #[must_use]
    pub fn everywhere(atlas: &Atlas) -> Region {
        Region {
            inside: atlas.universe(),
            ..Region::nowhere()
        }
    }

    /// No place is inside.
    #[must_use]
    pub fn nowhere() -> Region {
        let empty = PlaceSet::EMPTY;
        Region {
            inside: empty,
            unclear: empty,
            unknown: empty,
            named_parts: empty,
        }
    }

    /// Exactly these atoms are inside; slots in the set that are split are ignored.
    #[must_use]
    pub fn exactly(atoms: &PlaceSet, atlas: &Atlas) -> Region {
        Region {
            inside: atoms.intersect(&atlas.atoms()),
            ..Region::nowhere()
        }
        .settled(atlas)
    }

    /// Whether a slot belongs.
    #[inline]
    #[must_use]
    pub fn membership(&self, slot: Slot) -> Membership {
        if self.inside.contains(slot) {
            Membership::Inside
        } else if self.unknown.contains(slot) {
            Membership::Unknown
        } else if self.unclear.contains(slot) {
            Membership::Unclear
        } else {
            Membership::Outside
        }
    }

    /// What is outside becomes inside and the other way round; doubt stays.
    #[must_use]
    pub fn complement(&self, atlas: &Atlas) -> Region {
        Region {
            inside: self.outside(atlas),
            ..*self
        }
    }

    /// What is in either region: inside, else unknown, else unclear.
    #[must_use]
    pub fn union(&self, other: &Region, atlas: &Atlas) -> Region {
        let inside = self.inside.union(&other.inside);
        let unknown = self.unknown.union(&other.unknown).minus(&inside);
        let unclear = self.unclear.union(&other.unclear).minus(&inside).minus(&unknown);
        let named_parts = self.named_parts.union(&other.named_parts);
        Region {
            inside,
            unclear,
            unknown,
            named_parts,
        }
        .settled(atlas)
    }

    /// What is in both regions: outside, else unknown, else unclear, else inside.
    #[must_use]
    pub fn intersect(&self, other: &Region, atlas: &Atlas) -> Region {
        self.complement(atlas)
            .union(&other.complement(atlas), atlas)
            .complement(atlas)
    }

    /// What is in this region and not in the other.
    #[must_use]
    pub fn minus(&self, other: &Region, atlas: &Atlas) -> Region {
        self.intersect(&other.complement(atlas), atlas)
    }

    /// The slots that are inside.
    #[inline]
    #[must_use]
    pub fn inside(&self) -> &PlaceSet {
        &self.inside
    }

    /// The slots that are unclear.
    #[inline]
    #[must_use]
    pub fn unclear(&self) -> &PlaceSet {
        &self.unclear
    }

    /// The slots that are unknown.
    #[inline]
    #[must_use]
    pub fn unknown(&self) -> &PlaceSet {
        &self.unknown
    }

    /// The slots of the atlas that are outside.
    #[must_use]
    pub fn outside(&self, atlas: &Atlas) -> PlaceSet {
        atlas
            .universe()
            .minus(&self.inside)
            .minus(&self.unclear)
            .minus(&self.unknown)
    }

    /// The slots of subdivisions that the definition itself mentions, in whatever list; a subdivision that is split
    /// counts with its rest. Operations on regions keep those of both sides.
    #[inline]
    #[must_use]
    pub fn named_parts(&self) -> &PlaceSet {
        &self.named_parts
    }

    fn put(&mut self, slot: Slot, membership: Membership) {
        for set in [&mut self.inside, &mut self.unclear, &mut self.unknown] {
            set.remove(slot);
        }
        match membership {
            Membership::Inside => self.inside.insert(slot),
            Membership::Unclear => self.unclear.insert(slot),
            Membership::Unknown => self.unknown.insert(slot),
            Membership::Outside => {}
        }
    }

    fn name_part(&mut self, place: Place, atlas: &Atlas) {
        if !place.own_code() {
            self.named_parts.insert(atlas.slot(place));
            let rest = atlas
                .expand(place)
                .iter()
                .find(|atom| atlas.place(*atom) == Some(place));
            rest.into_iter().for_each(|rest| self.named_parts.insert(rest));
        }
    }

    /// Derives every split place from its parts.
    fn settled(mut self, atlas: &Atlas) -> Region {
        for (whole, parts) in atlas.split() {
            let mut found = parts.iter().map(|part| self.membership(part));
            let first = found.next().unwrap_or(Membership::Unknown);
            let same = found.all(|other| other == first);
            self.put(*whole, if same { first } else { Membership::Unknown });
        }
        self
    }
}

#[cfg(test)]
mod tests;
