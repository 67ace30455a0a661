//! "Did you mean": the place nearest to a text that is not a code. For diagnostics only.

use crate::Place;
use crate::error::advice;

/// Names in everyday use that are far from the display name.
const SPOKEN: &[(&str, &str)] = &[
    ("burma", "MM"),
    ("cape verde", "CV"),
    ("czech republic", "CZ"),
    ("east timor", "TL"),
    ("great britain", "GB"),
    ("holland", "NL"),
    ("ivory coast", "CI"),
    ("korea, republic of", "KR"),
    ("macedonia", "MK"),
    ("mainland china", "CN"),
    ("swaziland", "SZ"),
    ("taiwan, province of china", "TW"),
    ("turkey", "TR"),
    ("uae", "AE"),
    ("united states of america", "US"),
    ("usa", "US"),
    ("vatican city", "VA"),
];

/// Texts outside these lengths, in characters, are not compared with names.
const COMPARABLE: std::ops::RangeInclusive<usize> = 4..=80;

/// How alike a text and a name must be, from 0 to 1.
const NEAR: f64 = 0.75;

/// The one place nearest to `text`, if any is near and no other is as near.
pub(crate) fn nearest(text: &str) -> Option<Place> {
    let text = text.trim();
    if advice(&text.to_uppercase()).is_some() {
        return None;
    }
    let wanted = text.to_lowercase();
    // capitals alone are an abbreviation more often than a district: `APAC` is no place in Uganda
    let abbreviation = text.to_uppercase() == text;
    miswritten_code(text)
        .or_else(|| spoken(&wanted))
        .or_else(|| nearest_name(&wanted, &mut Place::territories()))
        .or_else(|| nearest_name(&wanted, &mut subdivisions()).filter(|_| !abbreviation))
}

fn subdivisions() -> impl Iterator<Item = Place> {
    Place::all().filter(|place| !place.own_code())
}

/// A code in the wrong case, with another separator, or without a leading zero.
fn miswritten_code(text: &str) -> Option<Place> {
    let code = text.to_uppercase().replace(['_', ' ', '.', '/'], "-");
    if let Ok(place) = Place::parse(&code) {
        return Some(place);
    }
    let (whole, end) = code.split_once('-').or_else(|| code.split_at_checked(2))?;
    let numbered = end.starts_with(|first: char| first.is_ascii_digit());
    let tries = [format!("{whole}-{end}"), format!("{whole}-0{end}")];
    tries
        .iter()
        .filter(|_| numbered)
        .find_map(|code| Place::parse(code).ok())
}

fn spoken(wanted: &str) -> Option<Place> {
    let (_, code) = SPOKEN.iter().find(|(name, _)| *name == wanted)?;
    Place::exact(code)
}

fn nearest_name(wanted: &str, places: &mut dyn Iterator<Item = Place>) -> Option<Place> {
    if !COMPARABLE.contains(&wanted.chars().count()) {
        return None;
    }
    let mut best = NEAR;
    let mut found = None;
    for place in places {
        let likeness = strsim::normalized_damerau_levenshtein(wanted, &place.name().to_lowercase());
        if likeness > best {
            best = likeness;
            found = Some(place);
        } else if likeness >= best {
            found = None;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_or_none() {
        let check =
            |text: &str, code: &str| assert_eq!(nearest(text).map_or("", Place::code), code, "{text}");
        check("hk", "HK");
        check("cn_hk", "HK");
        check("ua-43", "UA-43");
        check("UA43", "UA-43");
        check("UA-9", "UA-09");
        check("us", "US");
        check("Hong Kong", "HK");
        check("Hongkong", "HK");
        check("Macau", "MO");
        check("China", "CN");
        check("Reunion", "RE");
        check("Curacao", "CW");
        check("Turkey", "TR");
        check("USA", "US");
        check("Niger", "NE");
        check("Nigeria", "NG");
        check("Sevastapol", "UA-40");
        // near to nothing, to too many, or deliberately without an answer
        check("", "");
        check("Greater China", "");
        check("Limburg", "");
        check("APAC", "");
        check("EMEA", "");
        check("Europe", "");
        check("XK", "");
        check("xk", "");
        check("EU", "");
        check("Q1", "");
        check("UA-99", "");
    }
}
