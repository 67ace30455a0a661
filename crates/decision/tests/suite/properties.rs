//! Laws of deciding, over the demo bank, one small register for each kind of clause, and random requests.

use crate::bank::BANK;
use crate::laws::{self, World};
use crate::requests::{open_trip, place, request, request_in_place, when};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use register::model::{Instant, PlaceFact};
use std::sync::LazyLock;

/// Everybody of the demo bank: where the directory has them, and in an office of Hong Kong.
static BANK_WORLD: LazyLock<World> = LazyLock::new(|| {
    let seen = Instant(0);
    let from_hong_kong = [PlaceFact::read("HK")];
    let facts = |from: &[PlaceFact]| -> Vec<_> {
        BANK.people
            .iter()
            .map(|person| decision::cases::facts_of(&BANK, person, from, seen))
            .collect()
    };
    World::new(BANK.clone(), [facts(&[]), facts(&from_hong_kong)].concat(), seen)
});

/// A register with one agreement that covers everything and without a single clause.
static BARE: LazyLock<World> = LazyLock::new(|| {
    let seen = Instant(0);
    World::new(
        crate::kinds::without_clauses(),
        vec![crate::kinds::somebody(seen)],
        seen,
    )
});

/// A register for each kind of clause, with a clause of it and little besides.
static KINDS: LazyLock<Vec<World>> = LazyLock::new(|| {
    let seen = Instant(0);
    let somebody = || vec![crate::kinds::somebody(seen)];
    crate::kinds::registers()
        .into_iter()
        .map(|register| World::new(register, somebody(), seen))
        .collect()
});

/// One of those most of the time, else the bank or the bare one.
fn world() -> impl Strategy<Value = &'static World> {
    prop_oneof![
        1 => Just(&*BANK_WORLD),
        1 => Just(&*BARE),
        6 => (0..KINDS.len()).prop_map(|index| &KINDS[index]),
    ]
}

/// So many cases; as many times more as `PROPTEST_CASES` is more than its default.
fn cases(count: u32) -> ProptestConfig {
    let given = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    ProptestConfig {
        cases: count.saturating_mul(given.cases) / 256,
        ..given
    }
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn every_refusal_has_reasons(world in world(), who in any::<Index>(), request in request(), when in when()) {
        laws::total(world, who, &request, &when)?;
    }

    #[test]
    fn silence_is_no_consent(world in world(), who in any::<Index>(), request in request(), when in when()) {
        laws::silent(world, who, &request, &when)?;
    }

    #[test]
    fn more_places_never_help(
        about in (world(), any::<Index>(), request_in_place(), when()),
        trip in proptest::option::weighted(0.3, open_trip()),
        few in vec(place(), 1..4),
        more in vec(place(), 1..4),
    ) {
        let (world, who, request, when) = about;
        laws::monotone(world, (who, &request, &when), trip.as_ref(), &few, &more)?;
    }

    #[test]
    fn a_place_with_two_codes_is_one_place(
        world in world(), who in any::<Index>(), request in request(), when in when(),
    ) {
        laws::double_codes(world, who, &request, &when)?;
    }
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn a_decision_lasts_until_it_says(
        world in world(), who in any::<Index>(), request in request(), when in when(), later in vec(any::<u32>(), 3),
    ) {
        laws::lasting(world, (who, &request, &when), &later)?;
    }
}

/// What the bank knew, at each instant at which it learnt something: about that instant, and about today.
#[test]
fn knowledge_is_what_was_known() {
    let today = crate::bank::instant("2026-11-20T09:00:00Z");
    let march = crate::bank::instant("2026-03-16T09:00:00Z");
    let ids = [
        "hk-analyst",
        "newyork-foreign-national",
        "alder-analyst",
        "dubai-trade-financier",
        "summary-service",
    ];
    let people = ids
        .iter()
        .map(|id| BANK.people.iter().find(|person| person.id == *id).unwrap());
    let cases: Vec<_> = people
        .flat_map(|person| [today, march].map(|at| (decision::cases::facts_of(&BANK, person, &[], at), at)))
        .collect();
    crate::known::check(&BANK, &cases);
}
