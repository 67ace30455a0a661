//! One record of a database, in the layouts that publishers use: the code alone, or nested under the name of a place.

use register::model::PlaceFact;
use serde::Deserialize;
use territory::Place;

/// Codes that databases use for what is no place: continents, private use, anonymous proxies, satellites, Tor.
const NO_PLACE: [&str; 9] = ["EU", "AP", "XX", "ZZ", "A1", "A2", "O1", "T1", "--"];

/// Those among them that mark an address besides.
const MARKING: [&str; 3] = ["A1", "A2", "T1"];

/// What is read of a record; all else is passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Record<'r> {
    #[serde(borrow)]
    country_code: Option<&'r str>,
    #[serde(borrow, rename = "country")]
    named: Option<Named<'r>>,
    #[serde(borrow)]
    subdivisions: Option<Vec<Coded<'r>>>,
    traits: Option<Marks>,
    is_anonymous: bool,
    is_anonymous_vpn: bool,
    is_hosting_provider: bool,
    is_public_proxy: bool,
    is_residential_proxy: bool,
    is_tor_exit_node: bool,
    is_anycast: bool,
}

/// A place as a code, or as a table with one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Named<'r> {
    Code(#[serde(borrow)] &'r str),
    Table(#[serde(borrow)] Coded<'r>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Coded<'r> {
    #[serde(borrow)]
    iso_code: Option<&'r str>,
}

/// What a network is marked as.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Marks {
    is_anonymous: bool,
    is_anonymous_proxy: bool,
    is_anonymous_vpn: bool,
    is_hosting_provider: bool,
    is_public_proxy: bool,
    is_residential_proxy: bool,
    is_satellite_provider: bool,
    is_tor_exit_node: bool,
    is_anycast: bool,
}

impl Record<'_> {
    /// The place that it names.
    pub(super) fn place(&self) -> Option<PlaceFact> {
        let code = self.code().filter(|code| !NO_PLACE.contains(code))?;
        let part = self
            .subdivisions
            .iter()
            .flatten()
            .next()
            .and_then(|part| part.iso_code);
        let part = part.and_then(|part| Place::parse(&format!("{code}-{part}")).ok());
        Some(part.map_or_else(|| PlaceFact::read(code), PlaceFact::Known))
    }

    /// Whether it marks its network as one that people are reached through.
    pub(super) fn is_marked(&self) -> bool {
        let of_traits = self.traits.as_ref().is_some_and(Marks::any);
        let of_record = self.is_anonymous
            || self.is_anonymous_vpn
            || self.is_hosting_provider
            || self.is_public_proxy
            || self.is_residential_proxy
            || self.is_tor_exit_node
            || self.is_anycast;
        of_traits || of_record || self.code().is_some_and(|code| MARKING.contains(&code))
    }

    fn code(&self) -> Option<&str> {
        let nested = match &self.named {
            Some(Named::Code(code)) => Some(*code),
            Some(Named::Table(table)) => table.iso_code,
            None => None,
        };
        self.country_code.or(nested).filter(|code| !code.is_empty())
    }
}

impl Marks {
    const fn any(&self) -> bool {
        self.is_anonymous
            || self.is_anonymous_proxy
            || self.is_anonymous_vpn
            || self.is_hosting_provider
            || self.is_public_proxy
            || self.is_residential_proxy
            || self.is_satellite_provider
            || self.is_tor_exit_node
            || self.is_anycast
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code for the place, or the text that is none, with `!` where the network is marked.
    #[track_caller]
    fn check(json: &str, expected: &str) {
        let record: Record<'_> = serde_json::from_str(json).unwrap();
        let place = match record.place() {
            Some(PlaceFact::Known(place)) => place.code().to_owned(),
            Some(PlaceFact::Unrecognised(text)) => format!("?{text}"),
            Some(PlaceFact::Unknown) | None => "-".to_owned(),
        };
        let mark = if record.is_marked() { "!" } else { "" };
        assert_eq!(format!("{place}{mark}"), expected, "{json}");
    }

    #[test]
    fn every_layout_gives_the_same_place() {
        check(r#"{"country_code":"HK"}"#, "HK");
        check(r#"{"country":"HK","city":"a city"}"#, "HK");
        check(
            r#"{"country":{"iso_code":"HK","names":{"en":"x"}},"registered_country":{"iso_code":"US"}}"#,
            "HK",
        );
        check(
            r#"{"country":{"iso_code":"UA"},"subdivisions":[{"iso_code":"43"}]}"#,
            "UA-43",
        );
        check(
            r#"{"country":{"iso_code":"UA"},"subdivisions":[{"iso_code":"nowhere"}]}"#,
            "UA",
        );
        check(
            r#"{"country":{"iso_code":"CN"},"subdivisions":[{"iso_code":"HK"}]}"#,
            "HK",
        );
        check(r#"{"country":{}}"#, "-");
        check(r#"{"registered_country":{"iso_code":"US"}}"#, "-");
        check("{}", "-");
    }

    #[test]
    fn codes_that_stand_for_no_place_give_none() {
        for code in ["EU", "AP", "XX", "ZZ", "O1", ""] {
            check(&format!(r#"{{"country_code":"{code}"}}"#), "-");
        }
        for code in ["A1", "A2", "T1"] {
            check(&format!(r#"{{"country":{{"iso_code":"{code}"}}}}"#), "-!");
        }
        check(r#"{"country_code":"QQ"}"#, "?QQ");
    }

    #[test]
    fn marks_are_found_in_each_layout() {
        for mark in [
            "is_anonymous",
            "is_anonymous_vpn",
            "is_hosting_provider",
            "is_public_proxy",
            "is_residential_proxy",
            "is_tor_exit_node",
            "is_anycast",
        ] {
            check(&format!(r#"{{"country_code":"US","{mark}":true}}"#), "US!");
            check(
                &format!(r#"{{"country_code":"US","traits":{{"{mark}":true}}}}"#),
                "US!",
            );
            check(&format!(r#"{{"country_code":"US","{mark}":false}}"#), "US");
        }
        check(
            r#"{"country_code":"US","traits":{"is_anonymous_proxy":true}}"#,
            "US!",
        );
        check(
            r#"{"country_code":"US","traits":{"is_satellite_provider":true}}"#,
            "US!",
        );
    }
}
