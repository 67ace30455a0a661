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
