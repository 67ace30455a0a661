//! Second codes of the same place.
//!
//! Three sorts: a place that ISO 3166-2 also lists under another whole (`CN-HK`), former codes of such places
//! (`CN-91`, `FR-GP`), and codes in everyday use that the standard reserves (`UK`, `EL`).

/// Alias and canonical code, sorted by alias.
static ALIASES: &[(&str, &str)] = &[
    ("CN-71", "TW"),
    ("CN-91", "HK"),
    ("CN-92", "MO"),
    ("CN-HK", "HK"),
    ("CN-MO", "MO"),
    ("CN-TW", "TW"),
    ("EL", "GR"),
    ("FI-01", "AX"),
    ("FR-971", "GP"),
    ("FR-972", "MQ"),
    ("FR-973", "GF"),
    ("FR-974", "RE"),
    ("FR-975", "PM"),
    ("FR-976", "YT"),
    ("FR-977", "BL"),
    ("FR-978", "MF"),
    ("FR-986", "WF"),
    ("FR-987", "PF"),
    ("FR-988", "NC"),
    ("FR-BL", "BL"),
    ("FR-GF", "GF"),
    ("FR-GP", "GP"),
    ("FR-MF", "MF"),
    ("FR-MQ", "MQ"),
    ("FR-NC", "NC"),
    ("FR-PF", "PF"),
    ("FR-PM", "PM"),
    ("FR-RE", "RE"),
    ("FR-TF", "TF"),
    ("FR-WF", "WF"),
    ("FR-YT", "YT"),
    ("NL-AW", "AW"),
    ("NL-BQ1", "BQ"),
    ("NL-BQ2", "BQ"),
    ("NL-BQ3", "BQ"),
    ("NL-CW", "CW"),
    ("NL-SX", "SX"),
    ("NO-21", "SJ"),
    ("NO-22", "SJ"),
    ("UK", "GB"),
    ("US-AS", "AS"),
    ("US-GU", "GU"),
    ("US-MP", "MP"),
    ("US-PR", "PR"),
    ("US-UM", "UM"),
    ("US-VI", "VI"),
];

/// Every alias with the canonical code it stands for, sorted by alias.
pub fn aliases() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALIASES.iter().copied()
}

/// The canonical code that `alias` stands for.
pub(crate) fn canonical(alias: &str) -> Option<&'static str> {
    let at = ALIASES.binary_search_by_key(&alias, |(alias, _)| alias).ok()?;
    ALIASES.get(at).map(|(_, code)| *code)
}

/// The alpha-2 code of the whole under which `code`, an alpha-2 code, is listed a second time.
pub(crate) fn listed_under(code: &str) -> Option<&'static str> {
    let doubled = |(alias, target): &(&'static str, &str)| {
        let (whole, _) = alias.split_once('-')?;
        (*target == code).then_some(whole)
    };
    ALIASES.iter().find_map(doubled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    #[test]
    fn sorted_and_never_chained() {
        assert!(ALIASES.is_sorted_by(|a, b| a.0 < b.0));
        for (alias, code) in aliases() {
            assert_eq!(canonical(code), None, "{alias} stands for another alias");
            assert_eq!(code.len(), 2, "{alias}");
        }
    }

    #[test]
    fn an_alias_is_the_same_place() {
        for (alias, code) in aliases() {
            assert_eq!(Place::parse(alias), Place::parse(code), "{alias}");
            assert_eq!(Place::parse(alias).map(Place::code), Ok(code));
        }
    }

    #[test]
    fn a_place_is_listed_under_one_whole_only() {
        for (alias, code) in aliases() {
            if let Some((whole, _)) = alias.split_once('-') {
                assert_eq!(listed_under(code), Some(whole), "{alias}");
            }
        }
    }
}
