//! Every source by itself and beside others, and what callers try.

use super::super::feedfiles::FeedFile;
use super::super::geofiles::GeoFiles;
use super::super::signed::tests::{Signer, issuer};
use super::super::{Exit, Proxies, Proxy, Says, SourceHealth, TripEntry};
use super::*;
use crate::SIGHTING_KEPT;
use http::{HeaderName, HeaderValue};
use register::model::{Register, Site};
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use territory::Place;
use testkit::mmdb;

const NOW: Instant = Instant(1_784_106_000);
const HOUR: i64 = 3600;

fn zones() -> Zones {
    let site = |id: &str, place: &str, networks: &[&str]| Site {
        id: id.to_owned(),
        name: id.to_owned(),
        place: Place::parse(place).unwrap(),
        networks: networks.iter().map(|network| (*network).to_owned()).collect(),
        position: Default::default(),
    };
    let sites = vec![
        site("new-york", "US", &["10.4.0.0/16", "9.4.0.0/16"]),
        site("hong-kong", "HK", &["10.2.0.0/16"]),
        site("warehouse", "MO", &[]),
    ];
    Zones::of(&Register {
        sites,
        ..Register::default()
    })
    .unwrap()
}

fn database() -> Vec<u8> {
    let networks = [
        ("1.36.0.0/16", json!({"country_code": "HK"})),
        ("9.0.0.0/8", json!({"country_code": "US"})),
        (
            "8.8.8.0/24",
            json!({"country_code": "US", "is_hosting_provider": true}),
        ),
        ("2400:cb00::/32", json!({"country_code": "SG"})),
    ];
    mmdb(&networks, u64::try_from(NOW.0 - 100).unwrap())
}

/// A folder with files of sources, and the sources.
struct World {
    folder: TempDir,
    zones: Zones,
    sources: PlaceSources,
}

impl World {
    fn with(change: impl FnOnce(&mut PlaceSettings, &dyn Fn(&str) -> PathBuf)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("places.mmdb"), database()).unwrap();
        let mut settings = PlaceSettings {
            geoip: Some(GeoFiles {
                places: folder.path().join("places.mmdb"),
                anonymous: None,
                marked: None,
                limit: 30 * Instant::DAY,
            }),
            delay: 4,
            ..PlaceSettings::default()
        };
        change(&mut settings, &|name| folder.path().join(name));
        let sources = PlaceSources::new(settings, Arc::new(TripsInMemory::default()));
        let world = Self {
            folder,
            zones: zones(),
            sources,
        };
        world.renew(NOW);
        world
    }

    fn renew(&self, at: Instant) -> bool {
        // a change is taken up at the second look
        let first = self.sources.renew(&self.zones, at);
        self.sources.renew(&self.zones, at) || first
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn shown(&self, origin: &Origin, at: Instant) -> Vec<String> {
        let person = "hk-analyst";
        let claims = self.sources.claims((&self.zones, 12 * HOUR), person, origin, at);
        claims.iter().map(|claim| show(claim, at)).collect()
    }

    #[track_caller]
    fn check(&self, address: &str, expected: &[&str]) {
        let origin = Origin::from(address.parse::<IpAddr>().unwrap());
        assert_eq!(self.shown(&origin, NOW), expected, "{address}");
    }

    fn health(&self, source: ClaimSource, at: Instant) -> (SourceHealth, String) {
        let all = self.sources.status(at);
        let found = all.into_iter().find(|status| status.source == source).unwrap();
        (found.health, found.reason.unwrap_or_default())
    }
}

/// `source place@site -age !`, with `?` before a text that is no place.
fn show(claim: &Claim, at: Instant) -> String {
    let mut text = claim.source.as_str().to_owned();
    text.push_str(&match &claim.place {
        Some(PlaceFact::Known(place)) => format!(" {}", place.code()),
        Some(PlaceFact::Unknown) => " unknown".to_owned(),
        Some(PlaceFact::Unrecognised(name)) => format!(" ?{name}"),
        None => " -".to_owned(),
    });
    if let Some(site) = &claim.site {
        text.push_str(&format!("@{site}"));
    }
    if claim.observed_at != at {
        text.push_str(&format!(" -{}", at.0 - claim.observed_at.0));
    }
    if claim.marked {
        text.push_str(" !");
    }
    text
}

fn feed(path: PathBuf) -> Option<FeedFile> {
    Some(FeedFile {
        path: Some(path),
        format: FeedFormat::Csv,
        limit: None,
        issuer: None,
    })
}

#[test]
fn an_address_is_in_an_office_or_in_a_place_of_the_database() {
    let world = World::with(|_, _| {});
    world.check("10.2.0.7", &["zone HK@hong-kong"]);
    world.check("1.36.0.1", &["geoip HK"]);
    world.check("9.4.0.1", &["zone US@new-york", "geoip US"]);
    world.check("8.8.8.8", &["geoip US !"]);
    world.check("2400:cb00::1", &["geoip SG"]);
    world.check("13.0.0.1", &["geoip -"]);
    world.check("127.0.0.1", &[]);
    world.check("192.168.1.1", &[]);
}

#[test]
fn exits_of_the_firm_prove_nothing_and_are_shown() {
    let world = World::with(|settings, _| {
        let exit = |network: &str, kind| Exit {
            network: network.parse().unwrap(),
            kind,
        };
        settings.exits = vec![
            exit("9.9.0.0/16", ExitKind::Proxy),
            exit("10.2.128.0/17", ExitKind::Vpn),
            exit("10.0.0.0/8", ExitKind::Vpn),
        ];
    });
    world.check("9.9.0.1", &["proxy-egress US", "geoip US !"]);
    world.check("10.2.128.1", &["vpn-exit -"]);
    world.check("10.2.0.1", &["zone HK@hong-kong"]);
    world.check("10.9.0.1", &["vpn-exit -"]);
}

fn proxies() -> Proxies {
    let proxy = |name: &str, network: &str, is_inside| Proxy {
        name: name.to_owned(),
        networks: vec![network.parse().unwrap()],
        says: Says::XForwardedFor,
        is_inside,
        place_header: Some(HeaderName::from_static("cf-ipcountry")),
    };
    Proxies::new(vec![
        proxy("inside", "10.4.1.0/24", true),
        proxy("outside", "10.2.1.0/24", false),
    ])
}

fn through(connected: &str, lines: &[(&'static str, &str)]) -> Origin {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    proxies().origin(connected.parse().unwrap(), &headers)
}

#[test]
fn what_a_caller_claims_is_shown_and_not_believed() {
    let world = World::with(|_, _| {});
    let direct = through("10.2.0.7", &[("x-forwarded-for", "9.4.0.1")]);
    assert_eq!(
        world.shown(&direct, NOW),
        ["zone HK@hong-kong", "client-header US"]
    );
    let appended = through("10.4.1.1", &[("x-forwarded-for", "9.4.0.1, 1.36.0.1")]);
    assert_eq!(world.shown(&appended, NOW), ["geoip HK"]);
    for name in ["cf-ipcountry", "x-country", "x-geo-place"] {
        let said = through("1.36.0.1", &[(name, "US")]);
        assert_eq!(world.shown(&said, NOW), ["geoip HK"], "{name}");
    }
}

#[test]
fn a_private_address_that_a_proxy_says_is_an_office_only_if_the_proxy_is_inside() {
    let world = World::with(|_, _| {});
    let said = |connected: &str, address: &str| {
        let origin = through(connected, &[("x-forwarded-for", address)]);
        world.shown(&origin, NOW)
    };
    assert_eq!(said("10.4.1.1", "10.2.0.7"), ["zone HK@hong-kong"]);
    assert_eq!(said("10.2.1.1", "10.4.0.7"), Vec::<String>::new());
    assert_eq!(said("10.2.1.1", "10.2.0.7"), ["zone HK@hong-kong"]);
    assert_eq!(said("10.2.1.1", "9.4.0.1"), ["zone US@new-york", "geoip US"]);
    let unclear = ["proxy-egress HK", "geoip unknown"];
    for form in [
        "::ffff:10.4.0.7",
        "127.0.0.1",
        "::1",
        "169.254.1.1",
        "fd00::1",
        "172.16.0.1",
    ] {
        assert_eq!(said("10.2.1.1", form), Vec::<String>::new(), "{form}");
    }
    for form in [
        "010.4.0.7",
        "0x0a.4.0.7",
        "10.4.7",
        "168034311",
        "10.4.0.7:80",
        "[::ffff:10.4.0.7]",
        "localhost",
        "\"10.4.0.7\"",
        "10.4.0.7%eth0",
        "10.4.0.7/16",
        "for=10.4.0.7",
        "10.4.0.7;",
    ] {
        assert_eq!(said("10.2.1.1", form), unclear, "{form}");
    }
}

#[test]
fn where_a_proxy_leaves_it_unclear_nothing_is_assumed_and_its_own_office_does_not_count() {
    let world = World::with(|_, _| {});
    let unclear = ["proxy-egress US", "geoip unknown"];
    for lines in [
        &[][..],
        &[("x-forwarded-for", "1.36.0.1"), ("x-forwarded-for", "9.4.0.1")],
        &[("x-forwarded-for", "1.36.0.1"), ("forwarded", "for=9.4.0.1")],
        &[("x-forwarded-for", "garbage")],
    ] {
        assert_eq!(
            world.shown(&through("10.4.1.1", lines), NOW),
            unclear,
            "{lines:?}"
        );
    }
}

#[test]
fn a_place_that_a_named_proxy_says_is_one_more_claim() {
    let world = World::with(|_, _| {});
    let said = |code: &str| {
        let lines = [("x-forwarded-for", "1.36.0.1"), ("cf-ipcountry", code)];
        world.shown(&through("10.4.1.1", &lines), NOW)
    };
    assert_eq!(said("HK"), ["geoip HK", "geoip HK"]);
    assert_eq!(said("US"), ["geoip HK", "geoip US"]);
    assert_eq!(said("XX"), ["geoip HK", "geoip - !"]);
    assert_eq!(said("T1"), ["geoip HK", "geoip - !"]);
    assert_eq!(said("QQ"), ["geoip HK", "geoip ?QQ"]);
}

#[test]
fn badges_name_sites_and_a_site_that_nobody_knows_is_no_place() {
    let world = World::with(|settings, path| settings.badges = feed(path("badges.csv")));
    assert_eq!(
        world.health(ClaimSource::Badge, NOW),
        (SourceHealth::Degraded, "the file is missing".to_owned())
    );
    world.check("127.0.0.1", &[]);
    world.write(
        "badges.csv",
        "person,site,at,direction\nhk-analyst,warehouse,2026-07-15T08:00:00Z,out\n\
         hk-analyst,cellar,2026-07-15T07:00:00Z,in\nsomebody,hong-kong,2026-07-15T07:00:00Z,in\n",
    );
    assert!(world.renew(NOW));
    assert!(!world.renew(NOW), "nothing is new");
    world.check(
        "127.0.0.1",
        &["badge MO@warehouse -3600", "badge ?cellar@cellar -7200"],
    );
    assert_eq!(
        world.health(ClaimSource::Badge, NOW),
        (SourceHealth::Healthy, String::new())
    );
}

#[test]
fn a_feed_with_a_mistake_changes_nothing_and_shows_as_degraded() {
    let world = World::with(|settings, path| settings.badges = feed(path("badges.csv")));
    world.write(
        "badges.csv",
        "person,site,at\nhk-analyst,hong-kong,2026-07-15T08:00:00Z\n",
    );
    world.renew(NOW);
    world.write(
        "badges.csv",
        "person,site,at\nhk-analyst,new-york,2026-07-15T08:30:00Z\nhk-analyst,new-york,soon\n",
    );
    assert!(!world.renew(NOW));
    world.check("127.0.0.1", &["badge HK@hong-kong -3600"]);
    let (health, reason) = world.health(ClaimSource::Badge, NOW);
    assert_eq!(health, SourceHealth::Degraded);
    assert_eq!(reason, "the feed has a mistake in line 3, column 21, and 0 more");
}

#[test]
fn sessions_are_where_their_outer_address_is() {
    let world = World::with(|settings, path| {
        settings.sessions = feed(path("sessions.csv"));
        settings.exits = vec![Exit {
            network: "9.9.0.0/16".parse().unwrap(),
            kind: ExitKind::Vpn,
        }];
    });
    world.write(
        "sessions.csv",
        "person,address,at\nhk-analyst,1.36.0.1,2026-07-15T08:00:00Z\nhk-analyst,1.36.0.9,2026-07-15T08:30:00Z\n\
         hk-analyst,9.4.0.1,2026-07-14T08:00:00Z\nhk-analyst,8.8.8.8,2026-07-15T08:00:00Z\n\
         hk-analyst,9.9.0.1,2026-07-15T08:00:00Z\nhk-analyst,10.2.0.1,2026-07-15T08:00:00Z\n\
         hk-analyst,127.0.0.1,2026-07-15T08:00:00Z\nhk-analyst,1.36.0.1,2026-07-01T08:00:00Z\n",
    );
    assert!(world.renew(NOW));
    let mut found = world.shown(&Origin::from(IpAddr::from([127, 0, 0, 1])), NOW);
    found.sort();
    let expected = [
        "session - -3600 !",
        "session HK -1800",
        "session HK@hong-kong -3600",
        "session US -3600 !",
        "session US@new-york -90000",
    ];
    assert_eq!(found, expected);
}

#[test]
fn signed_feeds_are_read_only_if_the_issuer_signed_them() {
    let signer = Signer::es256();
    let world = World::with(|settings, path| {
        settings.sessions = Some(FeedFile {
            issuer: Some(issuer(&signer, 24 * HOUR)),
            ..feed(path("sessions.jws")).unwrap()
        });
    });
    let statement = |signer: &Signer, iat: i64| {
        let events = json!([{"person": "hk-analyst", "address": "1.36.0.1", "at": "2026-07-15T08:00:00Z"}]);
        signer.sign(&json!({"iss": "device-management", "aud": "bailiwick", "iat": iat, "events": events}))
    };
    world.write("sessions.jws", &statement(&Signer::es256(), NOW.0));
    assert!(!world.renew(NOW));
    world.check("127.0.0.1", &[]);
    let reason = world.health(ClaimSource::SessionFeed, NOW).1;
    assert_eq!(reason, "the signature is not that of the issuer");
    world.write("sessions.jws", &statement(&signer, NOW.0 - 25 * HOUR));
    assert!(!world.renew(NOW));
    assert_eq!(
        world.health(ClaimSource::SessionFeed, NOW).1,
        "the statement is too old"
    );
    world.write("sessions.jws", &format!("{}\n", statement(&signer, NOW.0)));
    assert!(world.renew(NOW));
    world.check("127.0.0.1", &["session HK -3600"]);
}

#[test]
fn trips_come_from_their_feed_and_from_elsewhere() {
    let world = World::with(|settings, path| {
        settings.trips = Some(FeedFile {
            limit: Some(24 * HOUR),
            ..feed(path("trips.csv")).unwrap()
        });
    });
    world.check("127.0.0.1", &["trip -"]);
    world.write(
        "trips.csv",
        "person,place,from,to\nhk-analyst,SG,2026-07-14,2026-07-16\n",
    );
    world.renew(NOW);
    world.check("127.0.0.1", &["trip SG"]);
    let declared = TripEntry {
        id: "mine".to_owned(),
        person: "hk-analyst".to_owned(),
        place: PlaceFact::read("JP"),
        days: Trip::default(),
        source: TripSource::Declared,
    };
    let put = |trip| world.sources.trips().change(TripChange::Put(trip)).unwrap();
    put(declared);
    world.check("127.0.0.1", &["trip SG", "trip JP"]);
    let nobody = Origin::from(IpAddr::from([127, 0, 0, 1]));
    let late = NOW.plus(24 * HOUR);
    assert_eq!(world.shown(&nobody, late), ["trip SG", "trip JP"]);
    // nobody knows whether they travel
    assert_eq!(
        world.shown(&nobody, late.plus(1)),
        ["trip SG", "trip -", "trip JP"]
    );
    // once nobody else says where they are, their own word is not enough
    assert_eq!(
        world.shown(&nobody, NOW.plus(48 * HOUR)),
        ["trip SG", "trip -", "trip -"]
    );
    assert_eq!(
        world.health(ClaimSource::Trip, late.plus(1)).0,
        SourceHealth::Degraded
    );
    world.sources.forget("hk-analyst");
    assert_eq!(world.shown(&nobody, NOW), Vec::<String>::new());
}

#[test]
fn devices_are_heard_and_remembered() {
    let signer = Signer::es256();
    let world = World::with(|settings, _| {
        settings.devices = vec![Devices::new(
            issuer(&signer, 300),
            HeaderName::from_static("x-device"),
        )];
    });
    let said = |person: &str| {
        let claims = json!({"iss": "device-management", "aud": "bailiwick", "iat": NOW.0, "sub": person, "place": "HK"});
        let mut headers = HeaderMap::new();
        headers.insert("x-device", HeaderValue::from_str(&signer.sign(&claims)).unwrap());
        let origin = Origin::from(IpAddr::from([127, 0, 0, 1]));
        world.sources.with_devices(origin, &headers)
    };
    assert_eq!(world.shown(&said("ny-trader"), NOW), Vec::<String>::new());
    assert_eq!(world.shown(&said("hk-analyst"), NOW), ["device HK"]);
    // the statement holds no more; that the device was there then stays true
    let later = NOW.plus(2 * HOUR);
    assert_eq!(world.shown(&said("hk-analyst"), later), ["device HK -7200"]);
    world.sources.tidy(NOW.plus(SIGHTING_KEPT + 1));
    let nobody = Origin::from(IpAddr::from([127, 0, 0, 1]));
    assert_eq!(world.shown(&nobody, NOW), Vec::<String>::new());
}

#[test]
fn where_somebody_called_from_is_remembered_if_that_is_asked_for() {
    let world = World::with(|settings, _| settings.remembers = true);
    let from = |address: &str, at| world.shown(&Origin::from(address.parse::<IpAddr>().unwrap()), at);
    assert_eq!(from("10.2.0.7", NOW), ["zone HK@hong-kong"]);
    assert_eq!(
        from("9.0.0.1", NOW.plus(100)),
        ["geoip US", "zone HK@hong-kong -100"]
    );
    assert_eq!(
        from("127.0.0.1", NOW.plus(200)),
        ["zone HK@hong-kong -200", "geoip US -100"]
    );
    assert_eq!(
        from("8.8.8.8", NOW.plus(200)),
        ["geoip US !", "zone HK@hong-kong -200", "geoip US -100"]
    );
    let plain = World::with(|_, _| {});
    plain.check("10.2.0.7", &["zone HK@hong-kong"]);
    plain.check("9.0.0.1", &["geoip US"]);
}

#[test]
fn a_broken_database_leaves_the_old_one_and_one_that_was_taken_away_does_not() {
    let world = World::with(|_, _| {});
    let healthy = (SourceHealth::Healthy, String::new());
    assert_eq!(world.health(ClaimSource::GeoIp, NOW), healthy);
    world.write("places.mmdb", "not a database");
    assert!(!world.renew(NOW));
    world.check("1.36.0.1", &["geoip HK"]);
    let (health, reason) = world.health(ClaimSource::GeoIp, NOW);
    assert_eq!(health, SourceHealth::Degraded);
    assert!(
        reason.starts_with("table of places: the database is damaged"),
        "{reason}"
    );
    let old = NOW.plus(31 * Instant::DAY);
    let hk = Origin::from(IpAddr::from([1, 36, 0, 1]));
    assert_eq!(world.shown(&hk, old), ["geoip - !"]);
    fs::remove_file(world.folder.path().join("places.mmdb")).unwrap();
    world.renew(NOW);
    world.check("1.36.0.1", &["geoip - !"]);
    assert_eq!(
        world.health(ClaimSource::GeoIp, NOW).1,
        "table of places: the file is missing"
    );
    fs::write(world.folder.path().join("places.mmdb"), database()).unwrap();
    assert!(world.renew(NOW));
    world.check("1.36.0.1", &["geoip HK"]);
    assert_eq!(world.health(ClaimSource::GeoIp, NOW), healthy);
}

#[test]
fn a_source_that_is_not_set_up_is_off() {
    let nothing = PlaceSources::default();
    let lines: Vec<String> = nothing.status(NOW).iter().map(|status| status.line()).collect();
    let expected = [
        "place source badge: off",
        "place source zone: healthy, known within 0 s",
        "place source device: off",
        "place source session: off",
        "place source geoip: off",
        "place source trip: off",
    ];
    assert_eq!(lines, expected);
    let world = World::with(|_, _| {});
    let status = world.sources.status(NOW).into_iter();
    let geoip = status
        .map(|status| status.line())
        .find(|line| line.contains("geoip"));
    assert_eq!(
        geoip.unwrap(),
        "place source geoip: healthy, as of 2026-07-15T08:58:20Z, known within 4 s"
    );
}
