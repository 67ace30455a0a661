//! Laws of deciding, over the demo bank and random requests.

use crate::bank::BANK;
use crate::laws::{self, Knowledge, World};
use crate::requests::{open_trip, place, request, request_in_place, when};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use register::model::{Instant, PlaceFact};
use std::sync::LazyLock;

/// Everybody of the demo bank: where the directory has them, and in an office of Hong Kong.
static WORLD: LazyLock<World> = LazyLock::new(|| {
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
    #![proptest_config(cases(1500))]

    #[test]
    fn every_refusal_has_reasons(who in any::<Index>(), request in request(), when in when()) {
        laws::total(&WORLD, who, &request, &when)?;
    }

    #[test]
    fn silence_is_no_consent(who in any::<Index>(), request in request(), when in when()) {
        laws::silent(&WORLD, who, &request, &when)?;
        laws::silent(&BARE, who, &request, &when)?;
    }

    #[test]
    fn more_places_never_help(
        about in (any::<Index>(), request_in_place(), when()),
        trip in proptest::option::weighted(0.3, open_trip()),
        few in vec(place(), 1..4),
        more in vec(place(), 1..4),
    ) {
        let (who, request, when) = about;
        laws::monotone(&WORLD, (who, &request, &when), trip.as_ref(), &few, &more)?;
    }

    #[test]
    fn a_place_with_two_codes_is_one_place(who in any::<Index>(), request in request(), when in when()) {
        laws::double_codes(&WORLD, who, &request, &when)?;
    }
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn a_decision_lasts_until_it_says(
        who in any::<Index>(), request in request(), when in when(), later in vec(any::<u32>(), 3),
    ) {
        laws::lasting(&WORLD, (who, &request, &when), Knowledge::Whole, &later)?;
    }
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn a_permit_lasts_until_it_says(
        who in any::<Index>(), request in request(), when in when(), later in vec(any::<u32>(), 3),
    ) {
        laws::lasting(&WORLD, (who, &request, &when), Knowledge::OfTheInstant, &later)?;
    }
}

/// A permit made a minute before a clause is read otherwise ends when it is.
#[test]
fn a_permit_ends_when_a_reading_becomes_known() {
    let at = crate::bank::instant("2026-04-19T23:59:00Z");
    let person = BANK
        .people
        .iter()
        .find(|person| person.id == "hk-analyst")
        .unwrap();
    let facts = decision::cases::facts_of(&BANK, person, &[], at);
    let snapshot = crate::bank::compile(BANK.clone());
    let model = snapshot.model_index("claude-sonnet").unwrap();
    let decide = |at| snapshot.decide_model(&snapshot.bind(&facts, at, at), model);
    let (before, after) = (decide(at), decide(at.plus(60)));
    assert!(
        before.verdict.permits() && !after.verdict.permits(),
        "{before:?} {after:?}"
    );
    assert_eq!(before.valid_until, Some(at.plus(60)));
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
