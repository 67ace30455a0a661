//! Groups made of groups: what the combined definition says of each place that any of them mentions.
//!
//! The rules are those by which `territory` lays a definition over an atlas: the nearest mention around a place
//! counts, a place coded under one that is not excluded is unclear, the rest is as said of absent places. Union takes
//! the larger of outside, unclear, unknown, inside; taking away is intersection with the complement.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use territory::{Absent, Definition, Member, Membership, Place};

/// What a definition says, place by place.
#[derive(Clone, Debug)]
pub(super) struct Mentions {
    places: BTreeMap<Place, Membership>,
    /// Of a place that nothing around it mentions: the world's membership, if the world is mentioned.
    world: Option<Membership>,
    absent: Membership,
}

impl Mentions {
    pub(super) fn of(definition: &Definition) -> Self {
        let members = definition.members.iter().filter_map(|member| match member {
            Member::Place(place) => Some((*place, Membership::Inside)),
            Member::World => None,
        });
        let listed = |places: &[Place], membership| {
            places
                .iter()
                .map(move |place| (*place, membership))
                .collect::<Vec<_>>()
        };
        let places = members
            .chain(listed(&definition.disputed, Membership::Unclear))
            .chain(listed(&definition.unknown, Membership::Unknown))
            .chain(listed(&definition.except, Membership::Outside))
            .collect();
        let absent = match definition.absent {
            Absent::Outside => Membership::Outside,
            Absent::Unknown => Membership::Unknown,
        };
        Self {
            places,
            world: definition
                .members
                .contains(&Member::World)
                .then_some(Membership::Inside),
            absent,
        }
    }

    /// What an undefined name says: unclear for what it may mean, for every place where that is not given.
    pub(super) fn undefined(could_be: Option<&[Place]>) -> Self {
        let places = could_be
            .unwrap_or_default()
            .iter()
            .map(|place| (*place, Membership::Unclear))
            .collect();
        let world = could_be.is_none().then_some(Membership::Unclear);
        Self {
            places,
            world,
            absent: Membership::Outside,
        }
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        self.with(other, Membership::max)
    }

    pub(super) fn minus(&self, other: &Self) -> Self {
        self.with(other, |a, b| complement(complement(a).max(b)))
    }

    /// Says something else of one place.
    pub(super) fn set(&mut self, place: Place, membership: Membership) {
        self.places.insert(place, membership);
    }

    fn with(&self, other: &Self, combine: fn(Membership, Membership) -> Membership) -> Self {
        let mentioned: BTreeSet<Place> = self.places.keys().chain(other.places.keys()).copied().collect();
        let doubled = doubly_coded()
            .iter()
            .filter(|(whole, _)| mentioned.contains(whole))
            .map(|(_, part)| *part);
        let all: BTreeSet<Place> = mentioned.iter().copied().chain(doubled).collect();
        let said = |place: Place| (place, combine(self.membership(place), other.membership(place)));
        let (own, others) = (
            self.world.unwrap_or(self.absent),
            other.world.unwrap_or(other.absent),
        );
        let world = self.world.is_some() || other.world.is_some();
        let otherwise = combine(own, others);
        Self {
            places: all.into_iter().map(said).collect(),
            world: world.then_some(otherwise),
            absent: if world { Membership::Outside } else { otherwise },
        }
    }

    fn membership(&self, place: Place) -> Membership {
        let around = std::iter::successors(Some(place), |place| place.enclosing());
        let nearest = around.filter_map(|place| self.places.get(&place)).next();
        let doubled = || {
            let whole = place.whole().unwrap_or(place).also_part_of()?;
            self.places
                .get(&whole)
                .filter(|said| **said != Membership::Outside)
                .map(|_| Membership::Unclear)
        };
        nearest
            .copied()
            .or(self.world)
            .or_else(doubled)
            .unwrap_or(self.absent)
    }

    /// The definition that says the same.
    pub(super) fn definition(mut self) -> Definition {
        let otherwise = self.world.unwrap_or(self.absent);
        if otherwise == Membership::Unclear {
            let rest: Vec<Place> = Place::territories()
                .filter(|place| !self.places.contains_key(place))
                .collect();
            self.places
                .extend(rest.into_iter().map(|place| (place, Membership::Unclear)));
        }
        let of = |wanted| {
            let places = self.places.iter().filter(move |(_, said)| **said == wanted);
            places.map(|(place, _)| *place).collect::<Vec<_>>()
        };
        let world = (otherwise == Membership::Inside).then_some(Member::World);
        Definition {
            members: world
                .into_iter()
                .chain(of(Membership::Inside).into_iter().map(Member::Place))
                .collect(),
            except: of(Membership::Outside),
            disputed: of(Membership::Unclear),
            unknown: of(Membership::Unknown),
            absent: if otherwise == Membership::Unknown {
                Absent::Unknown
            } else {
                Absent::Outside
            },
        }
    }
}

/// Places with a code of their own that are also coded under another: (the other, the place).
fn doubly_coded() -> &'static [(Place, Place)] {
    static PAIRS: LazyLock<Vec<(Place, Place)>> = LazyLock::new(|| {
        Place::territories()
            .filter_map(|place| Some((place.also_part_of()?, place)))
            .collect()
    });
    &PAIRS
}

/// Swaps the ends and keeps doubt.
fn complement(membership: Membership) -> Membership {
    match membership {
        Membership::Inside => Membership::Outside,
        Membership::Outside => Membership::Inside,
        doubt => doubt,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use territory::{Atlas, Region};

    const SOME: [&str; 10] = [
        "US", "PR", "CN", "HK", "UA", "UA-43", "UA-40", "FR", "FR-IDF", "FR-75C",
    ];

    fn places() -> impl Strategy<Value = Vec<Place>> {
        proptest::sample::subsequence(SOME.to_vec(), 0..4).prop_map(|codes| {
            codes
                .into_iter()
                .map(|code| Place::parse(code).unwrap())
                .collect()
        })
    }

    fn definition() -> impl Strategy<Value = Definition> {
        let absent = prop_oneof![Just(Absent::Outside), Just(Absent::Unknown)];
        (any::<bool>(), places(), places(), places(), places(), absent).prop_map(
            |(world, members, except, disputed, unknown, absent)| Definition {
                members: world
                    .then_some(Member::World)
                    .into_iter()
                    .chain(members.into_iter().map(Member::Place))
                    .collect(),
                except,
                disputed,
                unknown,
                absent,
            },
        )
    }

    fn atlas() -> Atlas {
        Atlas::new(SOME.map(|code| Place::parse(code).unwrap())).unwrap()
    }

    proptest! {
        #[test]
        fn combining_definitions_is_combining_regions(a in definition(), b in definition()) {
            let atlas = atlas();
            let (of_a, of_b) = (Region::of(&a, &atlas), Region::of(&b, &atlas));
            let (said_a, said_b) = (Mentions::of(&a), Mentions::of(&b));
            let pairs = [
                (Region::of(&said_a.union(&said_b).definition(), &atlas), of_a.union(&of_b, &atlas)),
                (Region::of(&said_a.minus(&said_b).definition(), &atlas), of_a.minus(&of_b, &atlas)),
            ];
            for (combined, expected) in pairs {
                for slot in atlas.atoms().iter() {
                    prop_assert_eq!(combined.membership(slot), expected.membership(slot), "{:?}", atlas.place(slot));
                }
            }
        }

        #[test]
        fn a_definition_survives(a in definition()) {
            let atlas = atlas();
            prop_assert_eq!(Region::of(&Mentions::of(&a).definition(), &atlas), Region::of(&a, &atlas));
        }
    }

    #[test]
    fn an_undefined_group_is_unclear_where_it_could_be() {
        let atlas = atlas();
        let hong_kong = Place::parse("HK").unwrap();
        for could_be in [None, Some([hong_kong].as_slice())] {
            let combined = Mentions::of(&Definition::default())
                .union(&Mentions::undefined(could_be))
                .definition();
            let region = Region::of(&combined, &atlas);
            assert_eq!(region.membership(atlas.slot(hong_kong)), Membership::Unclear);
            assert_eq!(region.unclear().len() == 1, could_be.is_some());
        }
    }
}
