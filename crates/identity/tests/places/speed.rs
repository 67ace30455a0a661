//! How long the facts of a request take with as many people as a large bank has. Measured by hand, since a busy machine
//! says nothing: `cargo test -p identity --release --test places -- --ignored --nocapture`.

use crate::bank::{NOW, collector, facts};
use identity::{
    FeedFormat, GeoFiles, GeoTable, PlaceSettings, PlaceSources, TripChange, TripSource, TripsInMemory,
};
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// People of whom something is known.
const PEOPLE: usize = 300_000;

/// Requests that are measured.
const REQUESTS: u32 = 200_000;

#[expect(clippy::disallowed_methods, reason = "this measures how long something takes")]
fn clock() -> Instant {
    Instant::now()
}

#[test]
#[ignore = "measures, and has no opinion"]
fn facts_of_one_request() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a file that whoever measures has at hand"
    )]
    let file = std::env::var("BAILIWICK_MMDB").ok().map(PathBuf::from);
    if let Some(file) = &file {
        let began = clock();
        let bytes = std::fs::read(file).unwrap();
        let size = bytes.len();
        let table = GeoTable::read(bytes).unwrap();
        println!(
            "table of {size} bytes, built {}: read and checked in {:?}",
            table.built(),
            began.elapsed()
        );
    }
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
    let sources = PlaceSources::new(settings, Arc::new(TripsInMemory::default()));
    let (mut badges, mut trips) = ("person,site,at\n".to_owned(), "person,place,from\n".to_owned());
    for person in 0..PEOPLE {
        writeln!(badges, "p{person},new-york,2026-07-15T08:00:00Z").unwrap();
        writeln!(trips, "p{person},US,2026-07-01").unwrap();
    }
    badges.push_str("ny-trader,new-york,2026-07-15T08:00:00Z\n");
    let began = clock();
    sources.take_badges(&badges, FeedFormat::Csv, NOW).unwrap();
    println!("{PEOPLE} badges taken over in {:?}", began.elapsed());
    let began = clock();
    sources.take_trips(&trips, FeedFormat::Csv).unwrap();
    println!("{PEOPLE} trips taken over in {:?}", began.elapsed());
    let nothing = TripChange::Remove {
        person: "p1".to_owned(),
        source: TripSource::Feed,
        id: "feed-2".to_owned(),
    };
    sources.trips().change(nothing).unwrap();
    let collector = collector(Arc::new(sources), 0);
    collector.renew_places(NOW);
    for address in ["10.4.0.7", "1.36.0.1", "2400:cb00::1"] {
        let address: IpAddr = address.parse().unwrap();
        let began = clock();
        for _ in 0..REQUESTS {
            std::hint::black_box(facts(&collector, "ny-trader", address, NOW));
        }
        println!(
            "facts of a request from {address}: {:?} each",
            began.elapsed() / REQUESTS
        );
    }
}
