//! A large firm: how long its feed takes to load, how long it takes to have everybody in memory, and how much room they
//! need. Run by hand, since it takes a while:
//! `cargo test --release -p store --test size -- --ignored --nocapture`.

use decision::{Screening, ScreeningResult};
use identity::directory::{
    Attested, Directory as _, DirectoryStore, FeedPerson, Kept, Load, Names, People, PeopleBuilder, Profile,
    Protected, Work,
};
use register::model::{Instant, PlaceFact, Worker};
use std::hint::black_box;
use store::{Location, Sealer, Store};

const PEOPLE: usize = 300_000;
const NOW: Instant = Instant(1_784_106_000);
const OFFICES: [&str; 6] = ["US", "GB", "HK", "SG", "IN", "DE"];

fn person(number: usize) -> FeedPerson {
    let office = OFFICES.get(number % OFFICES.len()).copied().unwrap_or("US");
    let id = format!("person-{number:06}");
    FeedPerson {
        profile: Profile {
            user_name: format!("{id}@larkmoor.example"),
            external_id: Some(format!("{:032x}", number * 7919)),
            active: true,
            names: Names {
                display: Some(format!("Person {number}")),
                given: Some("Person".to_owned()),
                family: Some(number.to_string()),
                ..Names::default()
            },
            work: Work {
                worker: Some(Worker::Employee),
                entity: Some(format!("larkmoor-{}", office.to_lowercase())),
                place: PlaceFact::read(office),
                site: Some(format!("site-{}", number % 40)),
                residence: PlaceFact::read(office),
                application: Some("coding".to_owned()),
                ..Work::default()
            },
            attested: Attested {
                citizenships: Protected::new(vec![PlaceFact::read(office)]),
                us_status: Protected::default(),
                screening: Protected::new(Screening {
                    result: Some(ScreeningResult::Clean),
                    screened_at: Some(NOW),
                }),
            },
            ..Profile::default()
        },
        groups: Some(vec!["all-staff".to_owned(), format!("desk-{}", number % 500)]),
        id,
    }
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS"))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[tokio::test]
#[ignore = "takes a minute; the numbers are for people"]
#[expect(clippy::disallowed_methods, reason = "what it prints is how long things took")]
async fn three_hundred_thousand_people() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("store.sqlite"));
    let store = Store::open(&location, Sealer::new(&[1; 32], &[]).unwrap())
        .await
        .unwrap();
    for round in ["loaded", "loaded again, unchanged"] {
        let begin = std::time::Instant::now();
        let load = Load {
            source: "hr".to_owned(),
            complete: true,
            dry_run: false,
            at: NOW,
        };
        let loaded = store
            .load(load, Box::new((0..PEOPLE).map(person)), &|_| {})
            .await
            .unwrap();
        println!("{round}: {:.1?} {loaded:?}", begin.elapsed());
    }
    let before = resident();
    let begin = std::time::Instant::now();
    let mut builder = PeopleBuilder::default();
    store
        .each_person(&mut |kept: Kept| builder.add(&kept))
        .await
        .unwrap();
    let people = People::default();
    people.replace(builder);
    people.set_synced(store.synced().await.unwrap());
    println!("in memory after {:.1?}", begin.elapsed());
    println!(
        "{} MB for {PEOPLE} people, of {} MB",
        (resident() - before) / 1024,
        resident() / 1024
    );

    let ids: Vec<String> = (0..100_000)
        .map(|number| format!("person-{:06}", number * 7919 % PEOPLE))
        .collect();
    let begin = std::time::Instant::now();
    for id in &ids {
        black_box(people.person(id).unwrap());
    }
    println!("one look-up: {:.0?}", begin.elapsed() / 100_000);
    let record = store.person_record(&ids[7]).await.unwrap().unwrap();
    let begin = std::time::Instant::now();
    for _ in 0..1_000 {
        people.put(&record);
    }
    println!("one change: {:.1?}", begin.elapsed() / 1_000);
}
