//! What proxies say, what callers claim, and what happens where the two cannot be told apart.

use super::*;
use http::HeaderValue;
use proptest::prelude::*;

fn proxies() -> Proxies {
    let proxy = |name: &str, networks: &[&str], says, is_inside| Proxy {
        name: name.to_owned(),
        networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
        says,
        is_inside,
        place_header: None,
    };
    let mut edge = proxy("edge", &["198.51.100.0/24"], Says::XForwardedFor, false);
    edge.place_header = Some(HeaderName::from_static("cf-ipcountry"));
    Proxies::new(vec![
        proxy(
            "balancer",
            &["10.0.0.0/24", "fd00::/64"],
            Says::XForwardedFor,
            true,
        ),
        proxy("modern", &["10.0.1.0/24"], Says::Forwarded, false),
        edge,
    ])
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in lines {
        map.append(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    map
}

/// The address that counts; `None`: unclear.
#[track_caller]
fn check(connected: &str, lines: &[(&'static str, &str)], expected: Option<&str>) {
    let origin = proxies().origin(connected.parse().unwrap(), &headers(lines));
    let found = (!origin.is_unclear()).then_some(origin.address());
    assert_eq!(
        found,
        expected.map(|text| text.parse().unwrap()),
        "{connected} {lines:?}"
    );
}

const XFF: &str = "x-forwarded-for";

#[test]
fn the_first_from_the_right_that_is_no_proxy_counts() {
    check("10.0.0.1", &[(XFF, "192.0.2.7")], Some("192.0.2.7"));
    check("10.0.0.1", &[(XFF, "203.0.113.9, 192.0.2.7")], Some("192.0.2.7"));
    check(
        "10.0.0.1",
        &[(XFF, "203.0.113.9,192.0.2.7 , 10.0.0.4")],
        Some("192.0.2.7"),
    );
    check("10.0.0.1", &[(XFF, "nonsense\", 192.0.2.7")], Some("192.0.2.7"));
    check("fd00::1", &[(XFF, "2001:db8::7")], Some("2001:db8::7"));
    check("::ffff:10.0.0.1", &[(XFF, "::ffff:192.0.2.7")], Some("192.0.2.7"));
}

#[test]
fn the_header_of_the_standard_is_read_likewise() {
    let said = |text: &str, expected| check("10.0.1.1", &[("forwarded", text)], expected);
    said("for=192.0.2.7", Some("192.0.2.7"));
    said(
        "for=203.0.113.9, for=192.0.2.7;proto=https;by=10.0.1.1",
        Some("192.0.2.7"),
    );
    said("For=\"[2001:db8::7]:4711\"", Some("2001:db8::7"));
    said("for=\"[2001:db8::7]\"", Some("2001:db8::7"));
    said("for=\"192.0.2.7:80\"", Some("192.0.2.7"));
    said("for=\"open, for=192.0.2.7", Some("192.0.2.7"));
    for text in [
        "",
        "for=unknown",
        "for=_hidden",
        "for=192.0.2.7:80",
        "for=2001:db8::7",
        "proto=https",
        "for=192.0.2.7;for=192.0.2.8",
        "for=\"192.0.2.7",
        "192.0.2.7",
    ] {
        said(text, None);
    }
}

#[test]
fn nobody_else_is_believed_but_it_is_kept_that_they_claimed() {
    check("192.0.2.1", &[(XFF, "127.0.2.1")], Some("192.0.2.1"));
    check("192.0.2.1", &[("forwarded", "for=127.0.2.1")], Some("192.0.2.1"));
    let claiming = headers(&[
        (XFF, "nonsense, 10.0.0.1, 8.8.8.8"),
        ("cf-connecting-ip", "1.1.1.1"),
        ("x-real-ip", "8.8.8.8"),
        ("forwarded", "for=9.9.9.9"),
    ]);
    let origin = proxies().origin([192, 0, 2, 1].into(), &claiming);
    let kept: Vec<String> = origin.ignored.iter().map(ToString::to_string).collect();
    assert_eq!(kept, ["8.8.8.8", "10.0.0.1", "1.1.1.1", "9.9.9.9"]);
}

#[test]
fn a_proxy_that_contradicts_itself_or_says_nothing_leaves_the_caller_unclear() {
    check("10.0.0.1", &[], None);
    check("10.0.0.1", &[(XFF, "10.0.0.2")], None);
    check("10.0.0.1", &[(XFF, "192.0.2.7"), (XFF, "192.0.2.7")], None);
    check(
        "10.0.0.1",
        &[(XFF, "192.0.2.7"), ("forwarded", "for=192.0.2.7")],
        None,
    );
    check("10.0.1.1", &[(XFF, "192.0.2.7")], None);
    for text in [
        "",
        "unknown",
        "192.0.2.7:80",
        "192.0.2.7,",
        "a, 10.0.0.2",
        "192.0.2.07",
        "0xc0.0.2.7",
    ] {
        check("10.0.0.1", &[(XFF, text)], None);
    }
    let circle = vec!["10.0.0.2"; HOPS + 1].join(",");
    check("10.0.0.1", &[(XFF, &format!("192.0.2.7,{circle}"))], None);
}

#[test]
fn who_said_the_address_says_whether_it_may_be_private() {
    let inside = |connected: &str, said: &str| {
        let origin = proxies().origin(connected.parse().unwrap(), &headers(&[(XFF, said)]));
        matches!(origin.via, Via::Proxy { is_inside: true, .. })
    };
    assert!(inside("10.0.0.1", "10.2.0.7"));
    assert!(!inside("198.51.100.1", "10.2.0.7"));
    // the outer proxy was called by the inner one, and that one says the rest
    assert!(inside("198.51.100.1", "10.2.0.7, 10.0.0.1"));
    assert!(!inside("10.0.0.1", "10.2.0.7, 198.51.100.1"));
}

#[test]
fn a_place_counts_only_from_a_proxy_that_is_named_to_say_it() {
    let stated = |connected: &str, lines: &[(&'static str, &str)]| {
        proxies()
            .origin(connected.parse().unwrap(), &headers(lines))
            .stated
    };
    let said = ("cf-ipcountry", "HK");
    assert_eq!(
        stated("198.51.100.1", &[said]),
        Some(Stated::Code("HK".to_owned()))
    );
    assert_eq!(
        stated("198.51.100.1", &[said, ("cf-ipcountry", "US")]),
        Some(Stated::Unclear)
    );
    assert_eq!(
        stated("198.51.100.1", &[("cf-ipcountry", "a long story")]),
        Some(Stated::Unclear)
    );
    assert_eq!(stated("198.51.100.1", &[]), None);
    assert_eq!(stated("10.0.0.1", &[said]), None);
    assert_eq!(stated("192.0.2.1", &[said]), None);
}

proptest! {
    /// Whatever a caller writes to the left of what a proxy adds, the proxy's word counts.
    #[test]
    fn nothing_on_the_left_changes_what_counts(left in "[ -~]{0,60}") {
        let said = format!("{left}, 192.0.2.7");
        let origin = proxies().origin([10, 0, 0, 1].into(), &headers(&[(XFF, &said)]));
        prop_assert_eq!(origin.address(), IpAddr::from([192, 0, 2, 7]));
        let said = format!("{left}, for=192.0.2.7");
        let origin = proxies().origin([10, 0, 1, 1].into(), &headers(&[("forwarded", &said)]));
        prop_assert_eq!(origin.address(), IpAddr::from([192, 0, 2, 7]));
    }

    /// Somebody who is no proxy is where they are connected from, whatever they send.
    #[test]
    fn callers_say_nothing_of_themselves(value in "[ -~]{0,60}", name in prop::sample::select(vec![
        "x-forwarded-for", "forwarded", "x-real-ip", "true-client-ip", "cf-connecting-ip", "cf-ipcountry",
    ])) {
        let origin = proxies().origin([192, 0, 2, 1].into(), &headers(&[(name, &value)]));
        prop_assert_eq!(origin.address(), IpAddr::from([192, 0, 2, 1]));
        prop_assert_eq!(origin.stated, None);
    }
}
