//! How long the facts of a request take with as many people as a large bank has: key, directory, network zone, badge and
//! trip, and a database of places where `BAILIWICK_MMDB` names one. Prints a table; asserts nothing about time.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark prints its figures, and stops where it cannot"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock, and its own variable"
)]

use identity::directory::{Kept, Names, People, PeopleBuilder, PersonRecord, Profile, Synced, Work};
use identity::{
    ApiKey, Choice, FactCollector, FeedFormat, GeoFiles, KeyHasher, KeyHolder, KeyRing, Keys, PlaceSettings,
    PlaceSources, TripsInMemory, Zones,
};
use register::model::{Instant, PlaceFact, Worker};
use register::source::Source;
use std::fmt::Write as _;
use std::hint::black_box;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant as Clock;
use testkit::Dice;

/// 2026-07-15T09:00:00Z.
const NOW: Instant = Instant(1_784_106_000);
const PEOPLE: usize = 300_000;
/// Requests of one sample.
const BLOCK: usize = 128;
const SAMPLES: usize = 1_000;

fn main() {
    let collector = collector();
    let (keys, texts) = keys();
    println!(
        "{:<44} {:>10} {:>10}",
        "of random people out of 300,000, us", "p50", "p99"
    );
    let mut dice = Dice::new(7);
    let mut person = || dice.below(PEOPLE);
    measure("key verified", || {
        black_box(keys.verify(&texts[person()], NOW).unwrap());
    });
    let holders: Vec<KeyHolder> = (0..PEOPLE).map(holder).collect();
    for (address, what) in [
        ("10.4.0.7", "facts, from an office"),
        ("1.36.0.1", "facts, from outside"),
        ("2400:cb00::1", "facts, from outside over IPv6"),
    ] {
        let address: IpAddr = address.parse().unwrap();
        let mut dice = Dice::new(8);
        measure(what, || {
            let holder = &holders[dice.below(PEOPLE)];
            black_box(
                collector
                    .collect(holder, address, Choice::default(), NOW)
                    .unwrap(),
            );
        });
    }
}

fn measure(what: &str, mut one: impl FnMut()) {
    let mut samples: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let began = Clock::now();
            (0..BLOCK).for_each(|_| one());
            began.elapsed().as_secs_f64() * 1e6 / BLOCK as f64
        })
        .collect();
    samples.sort_by(f64::total_cmp);
    let at = |percent: usize| samples[(SAMPLES - 1) * percent / 100];
    println!("{what:<44} {:>10.2} {:>10.2}", at(50), at(99));
}

fn id(number: usize) -> String {
    format!("person-{number:06}")
}

fn holder(number: usize) -> KeyHolder {
    KeyHolder {
        person: id(number),
        application: None,
    }
}

fn keys() -> (KeyRing, Vec<String>) {
    let mut ring = KeyRing::new(KeyHasher::new(&[3; 32]), []);
    let key = |number: usize| {
        let mut bytes = [0; 25];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        // the public part comes first, and must differ
        bytes.swap(0, 7);
        bytes.swap(1, 6);
        bytes.swap(2, 5);
        ApiKey::from_bytes(bytes)
    };
    let texts = (0..PEOPLE).map(|number| {
        let key = key(number);
        ring.insert(&key, holder(number), None);
        key.reveal().to_owned()
    });
    let texts = texts.collect();
    (ring, texts)
}

fn collector() -> FactCollector {
    let source = |path: &str, text: &str| Source {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let sources = [
        source("register.toml", include_str!("../tests/places/register.toml")),
        source("agreement.toml", include_str!("../tests/places/agreement.toml")),
    ];
    let register = register::parse(&sources).register.unwrap();
    let file = std::env::var("BAILIWICK_MMDB").ok().map(PathBuf::from);
    let settings = PlaceSettings {
        geoip: file.map(|places| GeoFiles {
            places,
            anonymous: None,
            marked: None,
            limit: i64::MAX / 4,
        }),
        remembers: true,
        ..PlaceSettings::default()
    };
    let places = PlaceSources::new(settings, Arc::new(TripsInMemory::default()));
    let (mut badges, mut trips) = ("person,site,at\n".to_owned(), "person,place,from\n".to_owned());
    for id in (0..PEOPLE).map(id) {
        writeln!(badges, "{id},new-york,2026-07-15T08:00:00Z").unwrap();
        writeln!(trips, "{id},US,2026-07-01").unwrap();
    }
    places.take_badges(&badges, FeedFormat::Csv, NOW).unwrap();
    places.take_trips(&trips, FeedFormat::Csv).unwrap();
    let zones = Zones::of(&register).unwrap();
    let collector = FactCollector::new(&register, zones, Arc::new(people())).with_places(Arc::new(places));
    collector.renew_places(NOW);
    collector
}

fn people() -> People {
    let mut builder = PeopleBuilder::default();
    for number in 0..PEOPLE {
        let id = id(number);
        let profile = Profile {
            user_name: format!("{id}@larkmoor.example"),
            active: true,
            names: Names {
                display: Some(format!("Person {number}")),
                ..Names::default()
            },
            work: Work {
                worker: Some(Worker::Employee),
                entity: Some("larkmoor-us".to_owned()),
                place: PlaceFact::read("US"),
                site: Some("new-york".to_owned()),
                residence: PlaceFact::read("US"),
                application: Some("coding".to_owned()),
                ..Work::default()
            },
            ..Profile::default()
        };
        let mut record = PersonRecord::first(id, "hr", profile, NOW);
        record.groups = vec!["all-staff".to_owned(), format!("desk-{}", number % 500)];
        builder.add(&Kept::Person(Box::new(record)));
    }
    let people = People::default();
    people.replace(builder);
    people.set_synced([Synced {
        source: "hr".to_owned(),
        at: NOW,
    }]);
    people
}
