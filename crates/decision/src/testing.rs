//! Facts and entities for unit tests of this crate.

use crate::facts::{
    Claim, Entitlement, Facts, NamedUser, PersonFacts, RequestFacts, Screening, ScreeningResult,
};
use register::model::{DataClass, Entity, Instant, PlaceFact, Purpose, Worker};

/// An employee of `bank` who codes, with these claims.
pub(crate) fn facts(claims: Vec<Claim>) -> Facts {
    Facts {
        person: PersonFacts {
            id: "somebody".to_owned(),
            worker: Worker::Employee,
            citizenships: Vec::new(),
            us_status: None,
            groups: vec!["staff".to_owned()],
            named: NamedUser::OfNone,
            residence: PlaceFact::Unknown,
            assigned_site: None,
            entitlement: Entitlement::ByRegister,
            screening: Screening {
                result: Some(ScreeningResult::Clean),
                screened_at: Some(Instant(1_750_000_000)),
            },
        },
        claims,
        entity: "bank".to_owned(),
        engaging_entity: "bank".to_owned(),
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

/// An entity of which nothing is known.
pub(crate) fn stranger() -> Entity {
    crate::snapshot::stranger()
}

/// People in many places, of many entities, some of them with something unusual about their request.
pub(crate) fn people(count: usize, entities: usize, at: Instant) -> Vec<Facts> {
    let mut dice = testkit::Dice::new(6);
    let places = [
        "US", "GB", "HK", "CN", "UA", "UA-43", "UA-30", "PR", "TW", "Narnia",
    ];
    let claim = |place: &str, age: i64| Claim {
        source: crate::ClaimSource::Badge,
        place: Some(PlaceFact::read(place)),
        site: None,
        marked: false,
        observed_at: at.plus(-age),
        trip: None,
    };
    let person = |_| {
        let claims: Vec<_> = (0..dice.below(4))
            .map(|_| {
                claim(
                    dice.pick(&places).copied().unwrap_or("US"),
                    dice.below(60_000) as i64,
                )
            })
            .collect();
        let mut facts = facts(claims);
        facts.person.worker = dice.pick(Worker::ALL).copied().unwrap_or(Worker::Employee);
        facts.person.groups = vec!["all-staff".to_owned()];
        facts.person.citizenships = dice
            .pick(&places)
            .map(|place| PlaceFact::read(place))
            .into_iter()
            .collect();
        facts.person.screening.screened_at = Some(at.plus(-(dice.below(120_000) as i64)));
        facts.entity = format!("entity-{}", dice.below(entities + 1));
        facts.engaging_entity = format!("entity-{}", dice.below(entities));
        facts.request.purpose = dice.pick(Purpose::ALL).copied().unwrap_or(Purpose::Coding);
        facts.request.resale = dice.in_hundred(10);
        facts.request.side_call = dice.in_hundred(10).then(|| "elsewhere".to_owned());
        facts.request.patterns = register::model::Pattern::ALL
            .iter()
            .copied()
            .filter(|_| dice.in_hundred(10))
            .collect();
        facts.request.end_users = dice.in_hundred(40).then(|| vec![PlaceFact::read("GB")]);
        facts
    };
    (0..count).map(person).collect()
}
