//! What tables say of addresses, and of which they say nothing.

use super::*;
use proptest::prelude::*;
use serde_json::json;
use testkit::mmdb;

const NOW: Instant = Instant(1_784_106_000);
const DAY: i64 = Instant::DAY;

fn built(age: i64) -> u64 {
    u64::try_from(NOW.0 - age).unwrap()
}

fn file(age: i64) -> Vec<u8> {
    let networks = [
        ("1.0.0.0/8", json!({"country_code": "CN"})),
        ("1.36.0.0/16", json!({"country_code": "HK"})),
        ("8.8.8.0/24", json!({"country_code": "US", "is_anycast": true})),
        ("9.0.0.0/8", json!({"country": {"iso_code": "US"}})),
        ("10.0.0.0/8", json!({"country_code": "US"})),
        ("11.0.0.0/8", json!({"country_code": "EU"})),
        ("12.0.0.0/8", json!({"country_code": "QQ"})),
        ("2400:cb00::/32", json!({"country_code": "SG"})),
    ];
    mmdb(&networks, built(age))
}

fn geoip(settings: GeoSettings, age: i64) -> GeoIp {
    let geoip = GeoIp::new(settings);
    geoip.use_places(GeoTable::read(file(age)).unwrap());
    geoip
}

const PLAIN: GeoSettings = GeoSettings {
    limit: TABLE_LIMIT,
    has_anonymous: false,
    has_marked: false,
};

#[track_caller]
fn check(geoip: &GeoIp, address: &str, expected: &str) {
    let found = geoip.find(address.parse().unwrap(), NOW);
    let place = match found.place {
        Some(PlaceFact::Known(place)) => place.code().to_owned(),
        Some(other) => format!("{other:?}"),
        None => "-".to_owned(),
    };
    let mark = if found.is_marked { "!" } else { "" };
    assert_eq!(format!("{place}{mark}"), expected, "{address}");
}

#[test]
fn the_longest_network_of_the_file_tells_the_place() {
    let geoip = geoip(PLAIN, DAY);
    check(&geoip, "1.36.0.1", "HK");
    check(&geoip, "::ffff:1.36.0.1", "HK");
    check(&geoip, "1.37.0.1", "CN");
    check(&geoip, "9.9.9.9", "US");
    check(&geoip, "8.8.8.8", "US!");
    check(&geoip, "2400:cb00::1", "SG");
    check(&geoip, "2400:cb01::1", "-");
    check(&geoip, "13.0.0.1", "-");
    check(&geoip, "11.0.0.1", "-");
    check(&geoip, "12.0.0.1", "Unrecognised(\"QQ\")");
    // whatever a file says of it
    check(&geoip, "10.0.0.1", "-");
    assert_eq!(geoip.wrong(NOW), None);
}

#[test]
fn a_table_counts_up_to_its_limit_and_none_is_no_place() {
    let found = |age| geoip(PLAIN, age).find([1, 36, 0, 1].into(), NOW);
    let nothing = GeoFound {
        place: None,
        is_marked: true,
    };
    assert!(!found(TABLE_LIMIT).is_marked);
    assert_eq!(found(TABLE_LIMIT + 1), nothing);
    assert!(!found(-3600).is_marked);
    assert_eq!(found(-3601), nothing);
    assert_eq!(GeoIp::new(PLAIN).find([1, 36, 0, 1].into(), NOW), nothing);
    let wrong = |age| geoip(PLAIN, age).wrong(NOW).unwrap_or_default();
    assert_eq!(wrong(TABLE_LIMIT), "");
    assert_eq!(
        wrong(44 * DAY),
        "the table of places is 44 days old, and counts for 30 only"
    );
    assert_eq!(wrong(-DAY), "the table of places is dated in the future");
    assert_eq!(
        GeoIp::new(PLAIN).wrong(NOW).unwrap(),
        "there is no table of places"
    );
}

#[test]
fn marks_of_a_second_table_make_a_place_prove_nothing() {
    let settings = GeoSettings {
        has_anonymous: true,
        ..PLAIN
    };
    let geoip = geoip(settings, DAY);
    check(&geoip, "1.36.0.1", "HK!");
    assert_eq!(
        geoip.wrong(NOW).unwrap(),
        "there is no table of anonymous networks"
    );
    let anonymous = |age| {
        let networks = [
            (
                "1.36.9.0/24",
                json!({"is_anonymous": true, "is_hosting_provider": true}),
            ),
            ("9.0.0.0/16", json!({"is_anonymous": false})),
        ];
        GeoTable::read(mmdb(&networks, built(age))).unwrap()
    };
    geoip.use_anonymous(anonymous(DAY));
    check(&geoip, "1.36.0.1", "HK");
    check(&geoip, "1.36.9.1", "HK!");
    check(&geoip, "9.0.0.1", "US");
    geoip.use_anonymous(anonymous(31 * DAY));
    check(&geoip, "1.36.0.1", "HK!");
}

#[test]
fn marks_of_lists_do_so_too() {
    let settings = GeoSettings {
        has_marked: true,
        ..PLAIN
    };
    let geoip = geoip(settings, DAY);
    check(&geoip, "1.36.0.1", "HK!");
    let list = "# clouds\n1.36.9.0/24 # one\n\n9.9.9.9\n2400:cb00:1::/48\n";
    geoip.use_marked(MarkedNetworks::read(list).unwrap());
    check(&geoip, "1.36.0.1", "HK");
    check(&geoip, "1.36.9.1", "HK!");
    check(&geoip, "9.9.9.9", "US!");
    check(&geoip, "2400:cb00:1::1", "SG!");
    let wrong = MarkedNetworks::read("1.0.0.0/8\nx\n1.0.0.0/99\n").unwrap_err();
    assert_eq!((wrong.line, wrong.more), (2, 1));
}

#[test]
fn what_is_no_database_is_refused_with_a_reason() {
    let refused = |bytes: Vec<u8>| GeoTable::read(bytes).unwrap_err().to_string();
    assert!(refused(Vec::new()).starts_with("the database is damaged: "));
    assert!(refused(b"PK\x03\x04 not a database".to_vec()).starts_with("the database is damaged: "));
    let whole = file(0);
    let half = whole.get(..whole.len() / 2).unwrap().to_vec();
    assert!(refused(half).starts_with("the database is damaged: "));
    let networks = [("1.0.0.0/8", json!({"autonomous_system_organization": "somebody"}))];
    let other = refused(mmdb(&networks, built(0)));
    assert!(other.contains("tells neither places nor marks"), "{other}");
}

#[test]
fn no_damage_to_a_file_is_more_than_a_refusal_or_another_answer() {
    let whole = file(0);
    for at in 0..whole.len() {
        for byte in [0x00, 0xff, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] = byte;
            if let Ok(table) = GeoTable::read(bytes) {
                for address in ["1.36.0.1", "255.255.255.255", "2400:cb00::1", "::"] {
                    let _ = table.find(address.parse().unwrap());
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_table_or_are_not(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = GeoTable::read(bytes);
    }
}
