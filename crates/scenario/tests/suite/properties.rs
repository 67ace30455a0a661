//! Laws of deciding, over every scenario of the corpus and random requests.

use crate::cases::CASES;
use crate::laws::{self, World};
use crate::requests::{open_trip, place, request, request_in_place, when};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::sync::LazyLock;

static WORLDS: LazyLock<Vec<World>> = LazyLock::new(|| {
    CASES
        .iter()
        .map(|(_, case)| World::new(case.register.clone(), vec![case.facts.clone()], case.at))
        .collect()
});

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

fn world() -> impl Strategy<Value = usize> {
    0..WORLDS.len()
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn every_refusal_has_reasons(world in world(), who in any::<Index>(), request in request(), when in when()) {
        laws::total(&WORLDS[world], who, &request, &when)?;
    }

    #[test]
    fn silence_is_no_consent(world in world(), who in any::<Index>(), request in request(), when in when()) {
        laws::silent(&WORLDS[world], who, &request, &when)?;
    }

    #[test]
    fn more_places_never_help(
        about in (world(), any::<Index>(), request_in_place(), when()),
        trip in proptest::option::weighted(0.3, open_trip()),
        few in vec(place(), 1..4),
        more in vec(place(), 1..4),
    ) {
        let (world, who, request, when) = about;
        laws::monotone(&WORLDS[world], (who, &request, &when), trip.as_ref(), &few, &more)?;
    }

    #[test]
    fn a_place_with_two_codes_is_one_place(world in world(), who in any::<Index>(), request in request(), when in when()) {
        laws::double_codes(&WORLDS[world], who, &request, &when)?;
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_decision_lasts_until_it_says(
        world in world(), who in any::<Index>(), request in request(), when in when(), later in vec(any::<u32>(), 3),
    ) {
        laws::lasting(&WORLDS[world], (who, &request, &when), &later)?;
    }
}
