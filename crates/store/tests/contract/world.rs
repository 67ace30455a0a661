//! People of these checks.

use decision::{Screening, ScreeningResult};
use identity::directory::{Attested, Email, Enterprise, FeedPerson, Names, Profile, Protected, Whose, Work};
use register::model::{Instant, PlaceFact, UsStatus, Worker};

pub(crate) const NOW: Instant = Instant(1_784_106_000);
pub(crate) const SOURCE: &str = "hr";

/// A person of whom everything is known.
pub(crate) fn profile(id: &str) -> Profile {
    let some = |text: &str| Some(format!("{text} of {id}"));
    Profile {
        user_name: format!("{id}@Larkmoor.example"),
        external_id: some("x"),
        active: true,
        names: Names {
            display: some("Ünal"),
            formatted: None,
            family: some("family"),
            given: some("given"),
            title: some("analyst"),
        },
        emails: vec![Email {
            value: format!("{id}@larkmoor.example"),
            sort: Some("work".to_owned()),
            primary: true,
        }],
        enterprise: Enterprise {
            employee_number: some("number"),
            manager: some("manager"),
            ..Enterprise::default()
        },
        work: Work {
            worker: Some(Worker::Contractor),
            entity: Some("alder".to_owned()),
            engaging_entity: Some("larkmoor-hk".to_owned()),
            place: PlaceFact::read("HK"),
            site: Some("hong-kong".to_owned()),
            residence: PlaceFact::Unrecognised("Ruritania".to_owned()),
            named_in: vec!["order-7".to_owned()],
            end_users: vec![PlaceFact::Unknown, PlaceFact::read("DE")],
            application: Some("coding".to_owned()),
        },
        attested: Attested {
            citizenships: Protected::new(vec![PlaceFact::read("KP"), PlaceFact::read("GB")]),
            us_status: Protected::new(Some(UsStatus::ProtectedPerson)),
            screening: Protected::new(Screening {
                result: Some(ScreeningResult::Clean),
                screened_at: Some(NOW),
            }),
        },
        more: [("nickName".to_owned(), serde_json::json!({"of": id}))].into(),
    }
}

pub(crate) fn feed_person(id: &str, groups: Option<&[&str]>) -> FeedPerson {
    FeedPerson {
        id: id.to_owned(),
        profile: profile(id),
        groups: groups.map(|groups| groups.iter().map(|name| (*name).to_owned()).collect()),
    }
}

/// The record of an id, changed by its own source.
pub(crate) const fn own(id: &str, version: Option<u64>) -> Whose<'_> {
    Whose {
        id,
        source: SOURCE,
        version,
    }
}
