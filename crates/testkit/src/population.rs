//! Staff of a made-up world, as facts.

use crate::Dice;
use decision::{
    Claim, ClaimSource, Entitlement, Facts, NamedUser, PersonFacts, RequestFacts, Screening, ScreeningResult,
};
use register::model::{DataClass, Instant, PlaceFact, Purpose, Worker};

const OFFICES: [&str; 16] = [
    "US", "GB", "HK", "SG", "IN", "DE", "FR", "JP", "CN", "TW", "AU", "BR", "ZA", "AE", "PR", "UA",
];

/// So many people, each with a directory place and most with a badge; one in twenty travels.
pub fn people(count: usize, entities: usize, at: Instant, seed: u64) -> Vec<Facts> {
    let mut dice = Dice::new(seed);
    (0..count)
        .map(|index| person(index, entities, at, &mut dice))
        .collect()
}

fn person(index: usize, entities: usize, at: Instant, dice: &mut Dice) -> Facts {
    let office = dice.pick(&OFFICES).copied().unwrap_or("US");
    let mut claims = vec![claim(ClaimSource::Directory, office, at.plus(-3600))];
    if dice.in_hundred(80) {
        claims.push(claim(ClaimSource::Badge, office, at.plus(-1800)));
    }
    if dice.in_hundred(5) {
        let elsewhere = dice.pick(&OFFICES).copied().unwrap_or("US");
        claims.push(claim(ClaimSource::Device, elsewhere, at.plus(-60)));
    }
    let entity = format!("entity-{}", dice.below(entities));
    Facts {
        person: PersonFacts {
            id: format!("person-{index}"),
            worker: Worker::Employee,
            citizenships: vec![PlaceFact::read(dice.pick(&OFFICES).copied().unwrap_or("US"))],
            us_status: None,
            groups: vec!["all-staff".to_owned()],
            named: NamedUser::OfNone,
            residence: PlaceFact::read(office),
            assigned_site: None,
            entitlement: Entitlement::ByRegister,
            screening: Screening {
                result: Some(ScreeningResult::Clean),
                screened_at: Some(at.plus(-7200)),
            },
        },
        claims,
        engaging_entity: entity.clone(),
        entity,
        request: RequestFacts {
            purpose: Purpose::Coding,
            data: DataClass::Internal,
            end_users: None,
            residency: None,
            output_to: Vec::new(),
            beneficiary: None,
            human_review: false,
            registered_application: false,
            patterns: Vec::new(),
            resale: false,
            exception: None,
            side_call: None,
        },
        egress: Vec::new(),
    }
}

fn claim(source: ClaimSource, place: &str, observed_at: Instant) -> Claim {
    Claim {
        source,
        place: Some(PlaceFact::read(place)),
        site: None,
        marked: false,
        observed_at,
        trip: None,
    }
}
