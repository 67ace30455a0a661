//! The part of the configuration that says where people are known from.

use super::Reader;
use crate::config::places::{Device, Feed, Places, Signed};
use http::HeaderName;
use identity::{Algorithm, DEVICE_WINDOW, FeedFormat, GeoFiles, Proxy, Says, TABLE_LIMIT};
use register::model::Instant;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// Keys of `[places]`.
const KEYS: [&str; 9] = [
    "remember",
    "vpn_exits",
    "proxy_egress",
    "geoip",
    "trips",
    "badges",
    "sessions",
    "device",
    "proxy",
];

/// Keys that say who signs.
const SIGNING: [&str; 5] = ["issuer", "audience", "algorithm", "key", "window"];

/// For how many seconds a signed feed holds, unless something else is written.
const FEED_WINDOW: i64 = Instant::DAY;

/// What we are called by those who sign, unless something else is written.
const AUDIENCE: &str = "bailiwick";

impl Reader<'_> {
    pub(super) fn places(&self, root: &DeTable<'_>) -> Places {
        let Some(table) = self.section(root, "places") else {
            return Places::default();
        };
        self.known_keys(table, &KEYS);
        let feed = |key| self.section(table, key).and_then(|feed| self.feed(feed, key));
        Places {
            geoip: self.section(table, "geoip").and_then(|table| self.geoip(table)),
            vpn_exits: self.networks(table, "vpn_exits"),
            proxy_egress: self.networks(table, "proxy_egress"),
            trips: feed("trips"),
            badges: feed("badges"),
            sessions: feed("sessions"),
            devices: self.sections(table, "device", |table, span| self.device(table, &span)),
            remember: self.truth(table, "remember"),
        }
    }

    /// Proxies that are believed about where a request comes from.
    pub(super) fn named_proxies(&self, root: &DeTable<'_>) -> Vec<Proxy> {
        let Some(value) = root.get("places") else {
            return Vec::new();
        };
        // that it is a table is said where its other keys are read
        let DeValue::Table(table) = value.get_ref() else {
            return Vec::new();
        };
        self.sections(table, "proxy", |table, span| self.named_proxy(table, &span))
    }

    fn named_proxy(&self, table: &DeTable<'_>, span: &Range<usize>) -> Option<Proxy> {
        self.known_keys(table, &["name", "networks", "says", "inside", "place_header"]);
        let name = self.needed(table, span, "name");
        let networks = self.networks(table, "networks");
        if networks.is_empty() && table.get("networks").is_none() {
            let message = "`networks` is missing".to_owned();
            self.report("missing-key", span.clone(), message, None);
        }
        let says = match self.text(table, "says") {
            None | Some(("x-forwarded-for", _)) => Says::XForwardedFor,
            Some(("forwarded", _)) => Says::Forwarded,
            Some((word, at)) => {
                let help = "it is `x-forwarded-for` or `forwarded`".to_owned();
                self.report("says", at, format!("`{word}` is not known here"), Some(help));
                Says::default()
            }
        };
        Some(Proxy {
            name: name?.0.to_owned(),
            networks,
            says,
            is_inside: self.truth(table, "inside"),
            place_header: self.header(table, "place_header"),
        })
    }

    fn geoip(&self, table: &DeTable<'_>) -> Option<GeoFiles> {
        self.known_keys(table, &["file", "max_age", "anonymous", "marked"]);
        let span = self.span_of(table);
        let limit = self.seconds(table, "max_age");
        let places = self.needed(table, &span, "file")?;
        Some(GeoFiles {
            places: self.folder.join(places.0),
            anonymous: self.path(table, "anonymous"),
            marked: self.path(table, "marked"),
            limit: limit.unwrap_or(TABLE_LIMIT),
        })
    }

    fn feed(&self, table: &DeTable<'_>, name: &str) -> Option<Feed> {
        let mut known = vec!["file", "max_age", "token", "token_hash"];
        known.extend(SIGNING);
        self.known_keys(table, &known);
        let span = self.span_of(table);
        let limit = self.seconds(table, "max_age");
        let is_signed = SIGNING.iter().any(|key| table.contains_key(*key));
        let signed = is_signed.then(|| self.signed(table, &span, FEED_WINDOW));
        let has_token = table.contains_key("token") || table.contains_key("token_hash");
        let token = has_token.then(|| self.token(table, &span, name));
        let file = match is_signed || has_token {
            true => self.text(table, "file"),
            false => Some(self.needed(table, &span, "file")?),
        };
        if file.is_none() && limit.is_none() && table.get("max_age").is_none() {
            let help = "without it nobody notices that nothing is pushed any more".to_owned();
            let message = "`max_age` is missing, and there is no `file`".to_owned();
            self.report("missing-key", span, message, Some(help));
        }
        let format = file.as_ref().and_then(|(path, _)| FeedFormat::of_name(path));
        if let (Some((path, at)), None, false) = (file.clone(), format, is_signed) {
            let help = "name it `.csv`, or `.jsonl` with a JSON object on each line".to_owned();
            let message = format!("the name of `{path}` does not say how the {name} are written");
            self.report("format", at, message, Some(help));
        }
        Some(Feed {
            path: file.map(|(path, _)| self.folder.join(path)),
            format: format.unwrap_or(FeedFormat::JsonLines),
            limit,
            signed: match signed {
                Some(signed) => Some(signed?),
                None => None,
            },
            token: match token {
                Some(token) => Some(token?),
                None => None,
            },
        })
    }

    fn device(&self, table: &DeTable<'_>, span: &Range<usize>) -> Option<Device> {
        let mut known = vec!["header"];
        known.extend(SIGNING);
        self.known_keys(table, &known);
        let signed = self.signed(table, span, DEVICE_WINDOW);
        self.needed(table, span, "header")?;
        Some(Device {
            header: self.header(table, "header")?,
            signed: signed?,
        })
    }

    fn signed(&self, table: &DeTable<'_>, span: &Range<usize>, window: i64) -> Option<Signed> {
        let issuer = self.needed(table, span, "issuer");
        let (word, at) = self.needed(table, span, "algorithm").unzip();
        let key = self.needed(table, span, "key");
        let given = self.seconds(table, "window");
        let algorithm = word.and_then(Algorithm::named);
        if let (Some(word), Some(at), None) = (word, at, algorithm) {
            let known = Algorithm::ALL.map(Algorithm::as_str).join("`, `");
            let message = format!("`{word}` is no way to sign that is accepted");
            self.report("algorithm", at, message, Some(format!("there is `{known}`")));
        }
        let audience = self.text(table, "audience").map(|(text, _)| text);
        Some(Signed {
            issuer: issuer?.0.to_owned(),
            audience: audience.unwrap_or(AUDIENCE).to_owned(),
            algorithm: algorithm?,
            key: self.folder.join(key?.0),
            window: given.unwrap_or(window),
        })
    }

    /// A header that may be named by a caller in any letters; one of ours never reaches a source.
    fn header(&self, table: &DeTable<'_>, key: &str) -> Option<HeaderName> {
        let (text, at) = self.text(table, key)?;
        let header = HeaderName::from_bytes(text.as_bytes())
            .ok()
            .filter(|header| !header.as_str().starts_with("bailiwick-"));
        if header.is_none() {
            let message = format!("`{text}` is not the name of a header that can be used here");
            self.report("header", at, message, None);
        }
        header
    }

    /// A time in seconds.
    pub(super) fn seconds(&self, table: &DeTable<'_>, key: &str) -> Option<i64> {
        let (text, at) = self.text(table, key)?;
        let units = [("s", 1), ("m", 60), ("h", 3600), ("d", Instant::DAY)];
        let found = units.iter().find_map(|(unit, seconds)| {
            let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
            i64::from(number)
                .checked_mul(*seconds)
                .filter(|seconds| *seconds > 0)
        });
        if found.is_none() {
            let help = "write a number and `s`, `m`, `h` or `d`, such as `30d`".to_owned();
            self.report("time", at, format!("`{text}` is not a time"), Some(help));
        }
        found
    }

    /// Where a table is, as far as its first value tells.
    fn span_of(&self, table: &DeTable<'_>) -> Range<usize> {
        table.values().next().map_or(0..0, |value| value.span())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Loaded;

    const WHOLE: &str = r#"
[places]
remember = true
vpn_exits = ["10.200.0.0/16"]
proxy_egress = ["203.0.113.0/24", "2001:db8::/32"]

[places.geoip]
file = "places.mmdb"
max_age = "45d"
marked = "hosting.txt"

[places.trips]
file = "trips.csv"
max_age = "36h"

[places.badges]
file = "badges.jsonl"

[places.sessions]
file = "sessions.jws"
issuer = "vpn"
algorithm = "RS256"
key = "vpn.pem"

[[places.device]]
issuer = "devices"
audience = "gateway"
algorithm = "ES256"
key = "devices.pem"
header = "X-Device-Place"
window = "90s"

[[places.proxy]]
name = "balancer"
networks = ["10.0.0.0/24"]
inside = true

[[places.proxy]]
name = "edge"
networks = ["198.51.100.0/24"]
says = "forwarded"
place_header = "CF-IPCountry"
"#;

    #[test]
    fn everything_about_places() {
        let config = Loaded::of_text(WHOLE).config.unwrap();
        let places = config.places;
        assert_eq!(
            (places.vpn_exits.len(), places.proxy_egress.len(), places.remember),
            (1, 2, true)
        );
        let geoip = places.geoip.unwrap();
        assert_eq!(
            (geoip.places, geoip.limit),
            ("etc/places.mmdb".into(), 45 * Instant::DAY)
        );
        assert_eq!(
            (geoip.anonymous, geoip.marked),
            (None, Some("etc/hosting.txt".into()))
        );
        let trips = places.trips.unwrap();
        assert_eq!((trips.format, trips.limit), (FeedFormat::Csv, Some(36 * 3600)));
        assert_eq!(places.badges.unwrap().format, FeedFormat::JsonLines);
        let signed = places.sessions.unwrap().signed.unwrap();
        assert_eq!(
            (signed.audience.as_str(), signed.window),
            ("bailiwick", FEED_WINDOW)
        );
        let device = places.devices.first().unwrap();
        assert_eq!(
            (device.header.as_str(), device.signed.window),
            ("x-device-place", 90)
        );
        let proxies = config.serving.listening.named_proxies;
        let shown: Vec<_> = proxies
            .iter()
            .map(|proxy| (proxy.says, proxy.is_inside, proxy.place_header.is_some()))
            .collect();
        assert_eq!(
            shown,
            [(Says::XForwardedFor, true, false), (Says::Forwarded, false, true)]
        );
        assert_eq!(Loaded::of_text("").config.unwrap().places, Places::default());
    }

    #[test]
    fn what_is_pushed_needs_no_file() {
        let text = "[places.badges]\ntoken = \"env:BADGES\"\nmax_age = \"1h\"\n\
                    [places.trips]\nissuer = \"travel\"\nalgorithm = \"ES256\"\nkey = \"k.pem\"\nmax_age = \"1d\"\n";
        let places = Loaded::of_text(text).config.unwrap().places;
        let shown: Vec<_> = places
            .feeds()
            .map(|(what, feed)| {
                (
                    what.as_str(),
                    feed.path.is_some(),
                    feed.token.is_some(),
                    feed.signed.is_some(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [("badges", false, true, false), ("trips", false, false, true)]
        );
    }

    #[test]
    fn mistakes_are_refused_each_by_its_own_words() {
        for (text, expected) in [
            ("places = 1\n", "`places` is a table"),
            ("[places]\nremembers = true\n", "did you mean `remember`?"),
            ("[places]\nremember = 1\n", "`remember` is `true` or `false`"),
            ("[places]\nvpn_exits = \"10.0.0.0/8\"\n", "is a list of networks"),
            (
                "[places]\nproxy_egress = [\"10.0.0.0/33\"]\n",
                "is a list of networks",
            ),
            ("[places.geoip]\nmax_age = \"1d\"\n", "`file` is missing"),
            (
                "[places.geoip]\nfile = \"a\"\nmax_age = \"30\"\n",
                "`30` is not a time",
            ),
            (
                "[places.trips]\nfile = \"trips.xlsx\"\n",
                "does not say how the trips",
            ),
            (
                "[places.trips]\nfile = \"trips.csv\"\nissuer = \"a\"\n",
                "`algorithm` is missing",
            ),
            ("[places.trips]\ntoken = \"env:T\"\n", "`max_age` is missing"),
            ("[places.trips]\nmax_age = \"1d\"\n", "`file` is missing"),
            (
                "[places.trips]\nmax_age = \"1d\"\ntoken = \"hush\"\n",
                "where its secret is found",
            ),
            (
                "[[places.device]]\nissuer = \"a\"\nalgorithm = \"HS256\"\nkey = \"k\"\nheader = \"h\"\n",
                "`HS256` is no way to sign",
            ),
            (
                "[[places.device]]\nissuer = \"a\"\nalgorithm = \"ES256\"\nkey = \"k\"\n",
                "`header` is missing",
            ),
            (
                "[[places.device]]\nissuer = \"a\"\nalgorithm = \"ES256\"\nkey = \"k\"\nheader = \"bailiwick-x\"\n",
                "is not the name of a header",
            ),
            ("[[places.proxy]]\nname = \"a\"\n", "`networks` is missing"),
            (
                "[[places.proxy]]\nname = \"a\"\nnetworks = []\nsays = \"via\"\n",
                "`via` is not known here",
            ),
        ] {
            let loaded = Loaded::of_text(text);
            assert!(loaded.config.is_none(), "{text}");
            let shown: Vec<_> = loaded.diagnostics.iter().map(|one| format!("{one:?}")).collect();
            assert!(shown.join("").contains(expected), "{text}: {shown:?}");
        }
    }
}
