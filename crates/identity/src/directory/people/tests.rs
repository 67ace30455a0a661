//! Who is found by what, that ended people stay ended, what is missing and who goes dark.

use super::*;
use crate::directory::{
    Attested, Dark, JoinedDirectory, Limits, Missing, Profile, Protected, RegisterDirectory, Work,
};
use crate::directory::{Darkening, Gap};
use register::model::{Register, Worker};

const NOW: Instant = Instant(1_784_106_000);

fn place(code: &str) -> PlaceFact {
    PlaceFact::read(code)
}

fn record(id: &str) -> PersonRecord {
    let profile = Profile {
        user_name: format!("{id}@Larkmoor.example"),
        external_id: Some(format!("x-{id}")),
        active: true,
        work: Work {
            worker: Some(Worker::Employee),
            entity: Some("larkmoor-hk".to_owned()),
            place: place("HK"),
            residence: place("HK"),
            application: Some("coding".to_owned()),
            ..Work::default()
        },
        attested: Attested {
            citizenships: Protected::new(vec![place("CN")]),
            us_status: Protected::default(),
            screening: Protected::new(Screening {
                result: Some(decision::ScreeningResult::Clean),
                screened_at: Some(NOW),
            }),
        },
        ..Profile::default()
    };
    PersonRecord {
        groups: vec!["all-staff".to_owned()],
        ..PersonRecord::first(id, "hr", profile, NOW)
    }
}

fn people(records: &[PersonRecord], ended: &[&str]) -> People {
    let people = People::default();
    let mut builder = PeopleBuilder::default();
    for record in records {
        builder.add(&Kept::Person(Box::new(record.clone())));
    }
    for id in ended {
        builder.add(&Kept::Ended((*id).to_owned()));
    }
    people.replace(builder);
    people
}

fn synced(people: &People, at: Instant) {
    people.set_synced([Synced {
        source: "hr".to_owned(),
        at,
    }]);
}

fn id(found: Option<Arc<DirectoryEntry>>) -> Option<String> {
    found.map(|entry| entry.id.to_string())
}

#[test]
fn people_are_found_by_all_their_names_and_by_no_former_one() {
    let people = people(&[record("a"), record("b")], &[]);
    let by_name = |name: &str| id(people.signing_in_as(name));
    assert_eq!(by_name("A@LARKMOOR.EXAMPLE"), Some("a".to_owned()));
    assert_eq!(id(people.external("hr", "x-b")), Some("b".to_owned()));
    assert_eq!(id(people.external("other", "x-b")), None);

    let mut renamed = record("a");
    renamed.profile.user_name = "c".to_owned();
    people.put(&renamed);
    assert_eq!(
        (by_name("a@larkmoor.example"), by_name("c")),
        (None, Some("a".to_owned()))
    );
    let mut heir = record("b");
    heir.profile.user_name = "a@larkmoor.example".to_owned();
    people.put(&heir);
    people.put(&renamed);
    assert_eq!(by_name("a@larkmoor.example"), Some("b".to_owned()));

    people.end("b");
    assert_eq!(by_name("a@larkmoor.example"), None);
    assert_eq!(id(people.external("hr", "x-b")), None);
}

#[test]
fn whoever_is_not_active_is_nobody_at_once() {
    let people = people(&[record("a")], &["gone"]);
    assert!(people.person("a").is_some() && people.person("gone").is_none());
    let mut left = record("a");
    left.profile.active = false;
    people.put(&left);
    assert!(people.person("a").is_none());
    people.put(&record("a"));
    assert!(people.person("a").is_some());
}

#[track_caller]
fn check_incomplete(change: impl Fn(&mut Work)) {
    let mut without = record("a");
    change(&mut without.profile.work);
    let people = people(&[without], &[]);
    assert!(people.person("a").is_none());
    assert!(matches!(people.standing("a"), Some(Standing::Incomplete)));
}

#[test]
fn without_worker_type_or_entity_nothing_is_decided() {
    check_incomplete(|work| work.worker = None);
    check_incomplete(|work| work.entity = None);
    check_incomplete(|work| work.worker = Some(Worker::Contractor));
}

#[test]
fn equal_texts_and_lists_are_kept_once() {
    let people = people(&[record("a"), record("b")], &[]);
    let (a, b) = (people.person("a").unwrap(), people.person("b").unwrap());
    assert!(Arc::ptr_eq(&a.groups, &b.groups) && Arc::ptr_eq(&a.entity, &b.entity));
    people.put(&record("c"));
    assert!(Arc::ptr_eq(&a.groups, &people.person("c").unwrap().groups));
}

#[test]
fn each_source_has_an_age_of_its_own() {
    let people = people(&[record("a")], &[]);
    let entry = people.person("a").unwrap();
    assert_eq!((people.synced_at(), people.synced_for(&entry)), (None, None));
    let of = |source: &str, at| Synced {
        source: source.to_owned(),
        at,
    };
    people.set_synced([of("hr", NOW), of("scim", NOW.plus(-9))]);
    assert_eq!(people.synced_at(), Some(NOW.plus(-9)));
    assert_eq!(people.synced_for(&entry), Some(NOW));
}

#[test]
fn the_store_wins_over_the_register_even_where_it_has_ended_somebody() {
    let person = |id: &str| register::model::Person {
        id: id.to_owned(),
        name: "A person".to_owned(),
        worker: Worker::Employee,
        entity: "larkmoor-uk".to_owned(),
        engaging_entity: "larkmoor-uk".to_owned(),
        place: place("GB"),
        site: None,
        residence: PlaceFact::Unknown,
        citizenships: Vec::new(),
        us_status: None,
        groups: Vec::new(),
        named_in: Vec::new(),
        end_users: Vec::new(),
        application: None,
        position: Default::default(),
    };
    let register = Register {
        people: ["a", "gone", "only"].map(person).into(),
        ..Register::default()
    };
    let register = Arc::new(RegisterDirectory::of(&register, NOW.plus(-100)));
    let people = Arc::new(people(&[record("a")], &["gone"]));
    synced(&people, NOW);
    let joined = JoinedDirectory::new(people, register);
    let entity = |id: &str| joined.person(id).map(|entry| entry.entity.to_string());
    assert_eq!(entity("a"), Some("larkmoor-hk".to_owned()));
    assert_eq!(entity("gone"), None);
    assert_eq!(entity("only"), Some("larkmoor-uk".to_owned()));
    let age = |id: &str| joined.synced_for(&joined.person(id).unwrap());
    assert_eq!((age("a"), age("only")), (Some(NOW), Some(NOW.plus(-100))));
    assert_eq!(joined.screening("a").screened_at, Some(NOW));
    assert_eq!(joined.screening("gone").screened_at, None);
    let both: Vec<_> = joined
        .duplicates()
        .into_iter()
        .map(|one| (one.id, one.ended))
        .collect();
    assert_eq!(both, [("a".to_owned(), false), ("gone".to_owned(), true)]);
}

#[test]
fn what_is_missing_is_counted_by_group() {
    let mut nowhere = record("nowhere");
    nowhere.profile.work.place = PlaceFact::Unknown;
    nowhere.profile.attested = Attested::default();
    let mut stateless = record("unread");
    stateless.profile.attested.citizenships = Protected::default();
    let mut nobody = record("nobody");
    nobody.profile.work.entity = None;
    let gaps = people(&[record("whole"), nowhere, stateless, nobody], &["gone"]).gaps();
    let staff = |number| vec![("all-staff".to_owned(), number)];
    let gap = |missing, number, groups| Gap {
        missing,
        people: number,
        groups,
    };
    assert_eq!(gaps.people, 4);
    assert_eq!(
        gaps.gaps,
        [
            gap(Missing::Citizenships, 2, staff(2)),
            gap(Missing::WorkerOrEntity, 1, vec![]),
            gap(Missing::Place, 1, staff(1)),
            gap(Missing::Screening, 1, staff(1)),
        ]
    );
}

#[track_caller]
fn check_dark(after: i64, expected: &[(Dark, i64, bool)]) {
    let people = people(&[record("a"), record("b")], &[]);
    synced(&people, NOW.plus(3600));
    let expected: Vec<Darkening> = expected
        .iter()
        .map(|(dark, from, already)| Darkening {
            dark: dark.clone(),
            people: 2,
            from: NOW.plus(*from),
            already: *already,
        })
        .collect();
    assert_eq!(
        people.darkness(NOW.plus(after), Limits::default()),
        expected,
        "{after}"
    );
}

#[test]
fn half_way_to_darkness_it_is_said_who_and_when() {
    const HALF: i64 = Instant::DAY / 2;
    let places = || Dark::Places("hr".to_owned());
    check_dark(HALF - 1, &[]);
    check_dark(HALF, &[(Dark::Screening, Instant::DAY + 1, false)]);
    let screening = |already| (Dark::Screening, Instant::DAY + 1, already);
    let place = |already| (places(), Instant::DAY + 3601, already);
    check_dark(Instant::DAY, &[place(false), screening(false)]);
    check_dark(Instant::DAY + 1, &[screening(true), place(false)]);
    check_dark(2 * Instant::DAY, &[place(true), screening(true)]);
}

#[test]
fn a_source_that_was_never_complete_is_dark() {
    let dark = people(&[record("a")], &[]).darkness(NOW, Limits::default());
    assert_eq!(dark[0].dark, Dark::NeverComplete("hr".to_owned()));
    assert!(dark[0].already && dark.len() == 1);
}
