//! Slots, splits and what naming a code covers.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn places(codes: &str) -> Vec<Place> {
    codes
        .split_whitespace()
        .map(|code| Place::parse(code).unwrap())
        .collect()
}

fn atlas(codes: &str) -> Atlas {
    Atlas::new(places(codes)).unwrap()
}

fn place(code: &str) -> Place {
    Place::parse(code).unwrap()
}

/// Atoms as codes, with `+` after the rest of a place.
fn shown(atlas: &Atlas, slots: &PlaceSet) -> String {
    let code = |slot: Slot| {
        format!(
            "{}{}",
            atlas.place(slot).unwrap(),
            if atlas.is_rest(slot) { "+" } else { "" }
        )
    };
    slots.iter().map(code).collect::<Vec<_>>().join(" ")
}

#[test]
fn naming_a_code_covers() {
    let check = |named: &str, code: &str, covered: &str| {
        let atlas = atlas(named);
        assert_eq!(
            shown(&atlas, &atlas.expand(place(code))),
            covered,
            "{code} with {named} named"
        );
    };
    check("", "UA", "UA");
    check("", "UA-43", "UA");
    check("UA-43", "UA", "UA-43 UA+");
    check("UA-43", "UA-43", "UA-43");
    check("UA-43", "UA-40", "UA+");
    check("UA-43 UA-40", "UA-40", "UA-40");
    check("UA-43 UA-40", "UA", "UA-40 UA-43 UA+");
    check("CN-GD", "CN", "CN-GD CN+");
    check("CN-GD CN-HK", "HK", "HK");
    check("US-CA", "PR", "PR");
    // nested levels
    check("GB-SCT", "GB-EDH", "GB-SCT");
    check("GB-SCT", "GB-CRF", "GB+");
    check("GB-EDH", "GB-SCT", "GB-EDH GB-SCT+");
    check("GB-EDH", "GB", "GB-EDH GB+ GB-SCT+");
    check("FR-67", "FR-GES", "FR-67 FR-6AE+ FR-GES+");
    check("FR-67", "FR-68", "FR-6AE+");
    check("FR-67", "FR-57", "FR-GES+");
    check("FR-67", "FR-75C", "FR+");
    // levels that overlap in unrecorded ways: no better than the whole
    check("EE-37", "EE-784", "EE-37 EE+");
    check("", "EE-784", "EE");
}

#[test]
fn a_split_place_is_no_atom() {
    let atlas = atlas("UA-43 UA-40 US-CA DE");
    let wholes: PlaceSet = atlas.wholes().collect();
    assert_eq!(shown(&atlas, &wholes), "UA US");
    assert!(!wholes.intersects(&atlas.atoms()));
    assert_eq!(wholes.union(&atlas.atoms()), atlas.universe());
    assert_eq!(atlas.universe().len(), 249 + 3 + 2);
    assert_eq!(shown(&atlas, &atlas.parts(atlas.slot(place("US")))), "US-CA US+");
    assert_eq!(atlas.parts(atlas.slot(place("DE"))), PlaceSet::EMPTY);
    assert_eq!(atlas.parts(atlas.slot(place("US-CA"))), PlaceSet::EMPTY);
}

#[test]
fn capacity_is_counted_with_rests() {
    let subdivisions: Vec<Place> = Place::all().filter(|place| !place.own_code()).collect();
    let wholes = |named: &[Place]| {
        named
            .iter()
            .map(|place| place.enclosing())
            .collect::<BTreeSet<_>>()
            .len()
    };
    let unnested: Vec<Place> = subdivisions
        .iter()
        .copied()
        .filter(|place| place.enclosing() == place.whole())
        .collect();
    let fits = (0..)
        .take_while(|count| 249 + count + wholes(&unnested[..*count]) <= CAPACITY)
        .last()
        .unwrap();
    let atlas = Atlas::new(unnested[..fits].iter().copied()).unwrap();
    assert!(atlas.universe().len() >= CAPACITY - 1);
    let error = Atlas::new(unnested[..=fits].iter().copied()).unwrap_err();
    assert!(error.needed > CAPACITY && error.needed <= CAPACITY + 2, "{error}");
    let all = Atlas::new(subdivisions).unwrap_err();
    assert_eq!(
        all.to_string(),
        format!(
            "the subdivisions named need {} entries, and there is room for 1024",
            all.needed
        )
    );
}

fn named() -> impl Strategy<Value = Vec<Place>> {
    let all: Vec<Place> = Place::all().collect();
    proptest::collection::vec(proptest::sample::select(all), 0..60)
}

proptest! {
    #[test]
    fn order_and_repetition_do_not_matter(mut named in named()) {
        let atlas = Atlas::new(named.clone()).unwrap();
        named.reverse();
        named.extend_from_within(..);
        prop_assert_eq!(Atlas::new(named).unwrap(), atlas);
    }

    #[test]
    fn alpha_2_slots_are_the_same_in_every_atlas(named in named()) {
        let (plain, atlas) = (Atlas::new([]).unwrap(), Atlas::new(named).unwrap());
        for place in Place::territories() {
            prop_assert_eq!(atlas.slot(place), plain.slot(place));
        }
    }

    #[test]
    fn every_atom_lies_in_exactly_one_territory(named in named()) {
        let atlas = Atlas::new(named).unwrap();
        let mut covered = PlaceSet::EMPTY;
        for place in Place::territories() {
            let atoms = atlas.expand(place);
            prop_assert!(!atoms.is_empty() && atoms.is_subset(&atlas.atoms()));
            prop_assert!(!covered.intersects(&atoms), "{} overlaps", place);
            covered = covered.union(&atoms);
        }
        prop_assert_eq!(covered, atlas.atoms());
    }

    #[test]
    fn what_is_named_is_told_apart(named in named()) {
        let atlas = Atlas::new(named.clone()).unwrap();
        for place in named {
            prop_assert_eq!(atlas.place(atlas.slot(place)), Some(place));
            prop_assert!(!atlas.is_rest(atlas.slot(place)));
        }
    }

    #[test]
    fn inner_places_cover_no_more_than_outer_ones(named in named()) {
        let atlas = Atlas::new(named).unwrap();
        for place in Place::all() {
            if let Some(outer) = place.enclosing() {
                prop_assert!(atlas.expand(place).is_subset(&atlas.expand(outer)), "{} in {}", place, outer);
            }
            let stands_for = atlas.place(atlas.slot(place)).unwrap();
            prop_assert!(around(place).any(|at| at == stands_for));
        }
    }

    #[test]
    fn parts_are_atoms_inside(named in named()) {
        let atlas = Atlas::new(named).unwrap();
        for slot in atlas.wholes() {
            let parts = atlas.parts(slot);
            prop_assert!(parts.len() >= 2 && parts.is_subset(&atlas.atoms()));
            prop_assert_eq!(parts.iter().filter(|part| atlas.is_rest(*part) && atlas.place(*part) == atlas.place(slot)).count(), 1);
            prop_assert_eq!(atlas.expand(atlas.place(slot).unwrap()), parts);
        }
    }
}
