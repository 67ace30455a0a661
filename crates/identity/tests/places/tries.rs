//! What callers try, and what happens when a source breaks, from the files of a source to the decision.

use crate::bank::{NOW, collector, decided, facts, snapshot};
use decision::{Claim, ClaimSource, Trip};
use http::{HeaderMap, HeaderName, HeaderValue};
use identity::{
    Exit, ExitKind, FactCollector, FeedFile, FeedFormat, GeoFiles, Origin, PlaceSettings, PlaceSources,
    Proxies, Proxy, Says, SourceHealth, TripChange, TripEntry, TripSource, TripsInMemory,
};
use register::model::{Instant, PlaceFact};
use serde_json::json;
use std::fs;
use std::net::IpAddr;
use std::sync::Arc;
use tempfile::TempDir;
use testkit::mmdb;

const DAY: i64 = Instant::DAY;

struct World {
    folder: TempDir,
    collector: FactCollector,
    snapshot: decision::Snapshot,
    proxies: Proxies,
}

fn database(age: i64) -> Vec<u8> {
    let networks = [
        ("1.36.0.0/16", json!({"country_code": "HK"})),
        ("9.0.0.0/8", json!({"country_code": "US"})),
        (
            "8.8.8.0/24",
            json!({"country_code": "US", "is_hosting_provider": true}),
        ),
    ];
    mmdb(&networks, u64::try_from(NOW.0 - age).unwrap())
}

impl World {
    fn new(directory_age: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("places.mmdb"), database(DAY)).unwrap();
        let settings = PlaceSettings {
            geoip: Some(GeoFiles {
                places: path("places.mmdb"),
                anonymous: None,
                marked: None,
                limit: 30 * DAY,
            }),
            exits: vec![Exit {
                network: "9.9.9.0/24".parse().unwrap(),
                kind: ExitKind::Proxy,
            }],
            sessions: Some(FeedFile {
                path: Some(path("sessions.csv")),
                format: FeedFormat::Csv,
                limit: None,
                issuer: None,
            }),
            ..PlaceSettings::default()
        };
        let places = PlaceSources::new(settings, Arc::new(TripsInMemory::default()));
        let collector = collector(Arc::new(places), directory_age);
        collector.renew_places(NOW);
        let proxies = Proxies::new(vec![Proxy {
            name: "edge".to_owned(),
            networks: vec!["10.4.9.0/24".parse().unwrap(), "10.9.9.0/24".parse().unwrap()],
            says: Says::XForwardedFor,
            is_inside: false,
            place_header: None,
        }]);
        Self {
            folder,
            collector,
            snapshot: snapshot(),
            proxies,
        }
    }

    fn from(&self, person: &str, origin: impl Into<Origin>, at: Instant) -> char {
        decided(&self.snapshot, &facts(&self.collector, person, origin, at), at)
    }

    #[track_caller]
    fn check(&self, person: &str, connected: &str, lines: &[(&'static str, &str)], expected: char) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        let origin = self.proxies.origin(connected.parse().unwrap(), &headers);
        assert_eq!(
            self.from(person, origin, NOW),
            expected,
            "{person} {connected} {lines:?}"
        );
    }

    /// The same of one address in a header: it comes to anything but this.
    #[track_caller]
    fn check_not(&self, person: &str, connected: &str, address: &str, unexpected: char) {
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static(XFF),
            HeaderValue::from_str(address).unwrap(),
        )]);
        let origin = self.proxies.origin(connected.parse().unwrap(), &headers);
        let found = self.from(person, origin, NOW);
        assert_ne!(found, unexpected, "{person} {connected} {address}");
    }

    /// Changes a file and has it taken up, at an instant.
    fn put(&self, name: &str, bytes: Option<&[u8]>, at: Instant) {
        let path = self.folder.path().join(name);
        match bytes {
            Some(bytes) => fs::write(path, bytes).unwrap(),
            None => fs::remove_file(path).unwrap(),
        }
        self.collector.renew_places(at);
        self.collector.renew_places(at);
    }
}

const XFF: &str = "x-forwarded-for";

/// Acceptance A01: what a caller's own headers say of an address counts for nothing, and is shown as ignored.
#[test]
fn addresses_in_headers_of_callers_count_for_nothing() {
    let world = World::new(0);
    for (name, value) in [
        (XFF, "10.4.0.7"),
        (XFF, "9.0.0.1"),
        ("forwarded", "for=9.0.0.1"),
        ("x-real-ip", "9.0.0.1"),
        ("cf-connecting-ip", "9.0.0.1"),
        ("cf-ipcountry", "US"),
    ] {
        world.check("ny-trader", "10.2.0.7", &[(name, value)], 'D');
        world.check("ny-trader", "1.36.0.1", &[(name, value)], 'D');
    }
    // and nobody loses by them either
    world.check("ny-trader", "10.4.0.7", &[(XFF, "1.36.0.1")], 'P');
    let mut headers = HeaderMap::new();
    headers.append(XFF, HeaderValue::from_static("9.0.0.1"));
    let origin = world.proxies.origin(IpAddr::from([1, 36, 0, 1]), &headers);
    let facts = facts(&world.collector, "ny-trader", origin, NOW);
    let ignored = |claim: &&Claim| claim.source == ClaimSource::ClientHeader;
    let ignored: Vec<_> = facts.claims.iter().filter(ignored).collect();
    assert_eq!(ignored.len(), 1);
    assert_eq!(ignored[0].place, Some(PlaceFact::read("US")));
}

/// Acceptance A03: an address that anybody may have inside their own network is an office only where whoever says it is in
/// that office's network themselves, in whichever form it is written.
#[test]
fn an_inside_address_is_an_office_only_to_those_inside_it() {
    let world = World::new(0);
    for form in [
        "10.4.0.7",
        "10.4.0.7:8080",
        "::ffff:10.4.0.7",
        "[::ffff:10.4.0.7]:8080",
        "::ffff:a04:7",
        "::10.4.0.7",
        "64:ff9b::10.4.0.7",
        "2002:a04:7::1",
        "0x0a.4.0.7",
        "012.4.0.7",
        "167772167",
        "10.4.7",
        "127.0.0.1",
        "::1",
        "169.254.4.7",
        "fe80::a04:7",
        "fd00::a04:7",
        "100.64.4.7",
        "192.168.4.7",
        "0.0.0.0",
    ] {
        // the proxy stands elsewhere: New York is never shown by it, whatever else is
        world.check_not("hk-analyst", "10.9.9.1", form, 'P');
        // nor by the caller alone, from a network that is no proxy's
        world.check_not("hk-analyst", "1.36.0.1", form, 'P');
    }
    world.check("hk-analyst", "10.4.9.1", &[(XFF, "10.4.0.7")], 'P');
}

/// Acceptance A02: from the right, the first address that no proxy of the firm has.
#[test]
fn what_a_caller_puts_before_the_word_of_a_proxy_is_not_read() {
    let world = World::new(0);
    world.check("ny-trader", "10.4.9.1", &[(XFF, "9.0.0.1, 1.36.0.1")], 'D');
    world.check("ny-trader", "10.4.9.1", &[(XFF, "1.36.0.1, 9.0.0.1")], 'P');
    // an address that could be of anybody's network is no office because a proxy elsewhere says it
    world.check("hk-analyst", "10.9.9.1", &[(XFF, "10.4.0.7")], 'D');
    world.check("hk-analyst", "10.4.9.1", &[(XFF, "10.4.0.7")], 'P');
    // the proxy's own office is nobody's place, and the caller's is not assumed
    for lines in [
        &[(XFF, "9.0.0.1"), (XFF, "1.36.0.1")][..],
        &[(XFF, "9.0.0.1"), ("forwarded", "for=1.36.0.1")],
        &[(XFF, "garbage")],
        &[],
    ] {
        world.check("ny-trader", "10.4.9.1", lines, '?');
        world.check("hk-analyst", "10.4.9.1", lines, '?');
    }
}

/// Somebody who works in Hong Kong says that they are in New York: their word alone opens nothing, beside a source that sees
/// them there it takes nothing away, and against themselves it counts.
#[test]
fn what_people_say_of_their_own_travels_permits_nothing_by_itself() {
    let world = World::new(0);
    let declare = |person: &str, place: &str| {
        let trip = TripEntry {
            id: "mine".to_owned(),
            person: person.to_owned(),
            place: PlaceFact::read(place),
            days: Trip::default(),
            source: TripSource::Declared,
        };
        let trips = world.collector.places().trips();
        trips.change(TripChange::Put(trip)).unwrap();
    };
    declare("hk-analyst", "US");
    world.check("hk-analyst", "127.0.0.1", &[], '?');
    world.check("hk-analyst", "8.8.8.8", &[], '?');
    world.check("hk-analyst", "9.9.9.9", &[], '?');
    world.check("hk-analyst", "9.0.0.1", &[], 'P');
    world.check("hk-analyst", "1.36.0.1", &[], 'D');
    declare("ny-trader", "HK");
    world.check("ny-trader", "127.0.0.1", &[], '?');
    world.check("ny-trader", "10.4.0.7", &[], 'D');
}

/// Acceptance A05: an egress of the firm proves nothing; where people work stands, and all three sources are shown.
#[test]
fn through_an_egress_of_the_firm_everybody_is_where_they_work() {
    let world = World::new(0);
    world.check("hk-analyst", "9.9.9.9", &[], 'D');
    world.check("ny-trader", "9.9.9.9", &[], 'P');
    let facts = facts(&world.collector, "hk-analyst", IpAddr::from([9, 9, 9, 9]), NOW);
    let shown: Vec<(&str, bool)> = facts
        .claims
        .iter()
        .map(|claim| (claim.source.as_str(), claim.marked))
        .collect();
    assert_eq!(
        shown,
        [("proxy-egress", false), ("geoip", true), ("directory", false)]
    );
}

/// Acceptance A06: a network of a host or of somebody who hides others is nobody's place.
#[test]
fn a_network_that_people_are_reached_through_is_no_place() {
    let world = World::new(0);
    world.check("hk-analyst", "8.8.8.8", &[], 'D');
    world.check("hk-analyst", "9.0.0.1", &[], 'P');
    let stale = World::new(25 * 3600);
    stale.check("ny-trader", "8.8.8.8", &[], '?');
    stale.check("ny-trader", "9.0.0.1", &[], 'P');
}

/// Acceptance R31: a directory that was last completely in step too long ago permits nobody by their place of work.
#[test]
fn a_directory_out_of_step_permits_nobody_by_their_place_of_work() {
    let at = |age| World::new(age).from("ny-trader", IpAddr::from([127, 0, 0, 1]), NOW);
    assert_eq!((at(24 * 3600), at(24 * 3600 + 1)), ('P', '?'));
}

/// Acceptance R30: a database that is missing, torn or too old says nothing, never "home", and shows as degraded.
#[test]
fn without_a_database_an_address_is_nowhere_and_never_at_home() {
    let world = World::new(25 * 3600);
    let hk = IpAddr::from([1, 36, 0, 1]);
    let us = IpAddr::from([9, 0, 0, 1]);
    let decided = |at| (world.from("ny-trader", us, at), world.from("ny-trader", hk, at));
    assert_eq!(decided(NOW), ('P', 'D'));
    // one that cannot be read leaves the one before, until that is too old
    world.put("places.mmdb", Some(b"torn"), NOW);
    assert_eq!(decided(NOW), ('P', 'D'));
    assert_eq!(decided(NOW.plus(29 * DAY)), ('P', 'D'));
    assert_eq!(decided(NOW.plus(29 * DAY + 1)), ('?', '?'));
    let degraded = |at| {
        let status = world.collector.places().status(at);
        let mut of_geoip = status.iter().filter(|status| status.source.as_str() == "geoip");
        of_geoip.any(|status| status.health == SourceHealth::Degraded)
    };
    assert!(degraded(NOW));
    for age in [31 * DAY, -DAY] {
        world.put("places.mmdb", Some(&database(age)), NOW);
        assert_eq!(decided(NOW), ('?', '?'), "{age}");
        assert!(degraded(NOW));
    }
    world.put("places.mmdb", None, NOW);
    assert_eq!(decided(NOW), ('?', '?'));
    assert!(degraded(NOW));
    world.put("places.mmdb", Some(&database(0)), NOW);
    assert_eq!(decided(NOW), ('P', 'D'));
    assert!(!degraded(NOW));
}

#[test]
fn somebody_who_moves_is_decided_about_where_they_are() {
    let world = World::new(0);
    let nobody = IpAddr::from([127, 0, 0, 1]);
    assert_eq!(world.from("ny-trader", nobody, NOW), 'P');
    let feed = b"person,address,at\nny-trader,1.36.0.1,2026-07-15T08:59:00Z\n";
    world.put("sessions.csv", Some(feed), NOW);
    assert_eq!(world.from("ny-trader", nobody, NOW), 'D');
    // beside an office elsewhere that is a conflict, and each place must be allowed
    assert_eq!(world.from("ny-trader", IpAddr::from([10, 4, 0, 7]), NOW), 'D');
    // stale after twelve hours, it still speaks against the directory for seven days
    let later = NOW.plus(12 * 3600);
    assert_eq!(world.from("ny-trader", nobody, later), '?');
    assert_eq!(world.from("ny-trader", IpAddr::from([10, 4, 0, 7]), later), 'P');
}
