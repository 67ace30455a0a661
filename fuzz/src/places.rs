//! What the harnesses of place claims do with their input.

use http::{HeaderMap, HeaderName, HeaderValue};
use identity::{
    Algorithm, FeedError, FeedFormat, GeoIp, GeoSettings, GeoTable, Issuer, MarkedNetworks, Proxies, Proxy, Says, Verify,
};
use register::model::Instant;
use std::net::IpAddr;
use std::sync::Arc;

/// 2026-07-15T09:00:00Z.
const NOW: Instant = Instant(1_784_106_000);

/// Any text is a feed, or every mistake lies within it.
pub fn feeds(text: &str) {
    let lines = text.lines().count().max(1);
    let check = |error: Option<FeedError>| {
        let Some(error) = error else { return };
        assert!(!error.mistakes.is_empty(), "a feed was refused and nothing says why");
        assert!(error.mistakes.iter().all(|mistake| (1..=lines).contains(&mistake.line) && mistake.column > 0));
    };
    for format in [FeedFormat::Csv, FeedFormat::JsonLines] {
        check(identity::read_badges(text, format).err());
        check(identity::read_sessions(text, format).err());
        check(identity::read_trips(text, format).err());
    }
    let _ = MarkedNetworks::read(text);
}

/// Whatever a caller sends, what a proxy adds at the end counts; without a proxy, the connection.
pub fn forwarded(bytes: &[u8]) {
    let proxy = |network: &str, says| Proxy {
        name: network.to_owned(),
        networks: vec![network.parse().expect("it is a network")],
        says,
        is_inside: false,
        place_header: Some(HeaderName::from_static("cf-ipcountry")),
    };
    let proxies = Proxies::new(vec![proxy("10.0.0.0/24", Says::XForwardedFor), proxy("10.0.1.0/24", Says::Forwarded)]);
    let caller = IpAddr::from([192, 0, 2, 7]);
    let Ok(sent) = HeaderValue::from_bytes(bytes) else { return };
    for name in ["x-forwarded-for", "forwarded", "cf-ipcountry", "x-real-ip"] {
        let headers: HeaderMap = [(HeaderName::from_static(name), sent.clone())].into_iter().collect();
        assert_eq!(proxies.origin(caller, &headers).address(), caller, "somebody is where they say they are");
        for proxy in [[10, 0, 0, 1], [10, 0, 1, 1]] {
            let _ = proxies.origin(proxy.into(), &headers);
        }
    }
    let Ok(text) = sent.to_str() else { return };
    for (proxy, name, added) in [
        ([10, 0, 0, 1], "x-forwarded-for", "192.0.2.7"),
        ([10, 0, 1, 1], "forwarded", "for=192.0.2.7"),
    ] {
        let line = HeaderValue::from_str(&format!("{text}, {added}")).expect("it was one before");
        let headers: HeaderMap = [(HeaderName::from_static(name), line)].into_iter().collect();
        let origin = proxies.origin(proxy.into(), &headers);
        assert!(!origin.is_unclear() && origin.address() == caller, "what stands on the left was read");
    }
}

/// Any bytes are a database or are none, and one that was read answers.
pub fn database(bytes: &[u8]) {
    let Ok(table) = GeoTable::read(bytes.to_vec()) else { return };
    let geoip = GeoIp::new(GeoSettings { limit: i64::MAX, has_anonymous: false, has_marked: false });
    geoip.use_places(table);
    for address in ["1.36.0.1", "255.0.0.1", "8.8.8.8", "2400:cb00::1", "2a00::1"] {
        let _ = geoip.find(address.parse().expect("it is an address"), NOW);
    }
}

/// A key by which everything is signed, so that what comes behind the signature is reached.
struct Anything;

impl Verify for Anything {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    fn verify(&self, _: &[u8], _: &[u8]) -> bool {
        true
    }
}

/// A statement that is believed is by its issuer, for us, and of now.
pub fn statement(text: &str) {
    let issuer =
        Issuer { name: "issuer".to_owned(), audience: "bailiwick".to_owned(), key: Arc::new(Anything), window: 300 };
    if let Ok(statement) = issuer.believe(text, NOW) {
        assert_eq!(statement.text("iss"), Some("issuer"));
        assert!(NOW < statement.until && statement.made <= NOW.plus(60));
    }
}
