//! One place and what is fixed about it.

use std::fmt;
use std::str::FromStr;

use crate::error::PlaceError;
use crate::table::TABLE;
use crate::{alias, links, suggest};

/// A place by its canonical ISO 3166 code: alpha-2 (`HK`), or a 3166-2 code without an alpha-2 of its own (`UA-43`).
///
/// Small, cheap to copy, and ordered by code. Two codes of one place (`CN-HK`, `HK`) give equal values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(u16);

impl Place {
    /// Reads a code or an alias of one. Exact and case-sensitive: nothing is ever guessed.
    ///
    /// # Errors
    /// [`PlaceError`] when the text is no code of a place, which includes `XK`, `EU`, `AP` and `ZZ`.
    pub fn parse(code: &str) -> Result<Place, PlaceError> {
        let found = Place::exact(code).or_else(|| Place::exact(alias::canonical(code)?));
        found.ok_or_else(|| PlaceError::of(code))
    }

    /// The canonical code.
    #[must_use]
    pub fn code(self) -> &'static str {
        TABLE.get(self.index()).map_or("", |(code, _)| code)
    }

    /// A neutral English name; [`crate::DisplayNames`] lets an installation choose others.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE.get(self.index()).map_or("", |(_, name)| name)
    }

    /// Whether the place has an alpha-2 code of its own, which makes it part of no other place.
    #[must_use]
    pub fn own_code(self) -> bool {
        self.code().len() == 2
    }

    /// The alpha-2 place that a subdivision belongs to (`UA-43` gives `UA`); `None` for an alpha-2 place.
    #[must_use]
    pub fn whole(self) -> Option<Place> {
        let mut outermost = None;
        while let Some(outer) = links::enclosing(outermost.unwrap_or(self)) {
            outermost = Some(outer);
        }
        outermost
    }

    /// The next place around a subdivision: another subdivision (`FR-75C` lies in `FR-IDF`) or the whole.
    #[must_use]
    pub fn enclosing(self) -> Option<Place> {
        links::enclosing(self)
    }

    /// The whole under which a place with an alpha-2 code is coded a second time: `HK` gives `CN`, `PR` gives `US`.
    ///
    /// Such a place is no part of that whole in any set; whether naming the whole was meant to include it is an
    /// open question that only a reading can settle.
    #[must_use]
    pub fn also_part_of(self) -> Option<Place> {
        links::also_part_of(self)
    }

    /// Every place, by code.
    pub fn all() -> impl Iterator<Item = Place> {
        (0..u16::try_from(TABLE.len()).unwrap_or(u16::MAX)).map(Place)
    }

    /// The 249 places with an alpha-2 code, by code.
    pub fn territories() -> impl Iterator<Item = Place> {
        Place::all().filter(|place| place.own_code())
    }

    /// The subdivisions of an alpha-2 place, of every level, that have no alpha-2 code of their own. None for a
    /// subdivision.
    pub fn parts(self) -> impl Iterator<Item = Place> {
        let whole = self.code();
        let inside = move |place: &Place| {
            place
                .code()
                .split_once('-')
                .is_some_and(|(start, _)| start == whole)
        };
        (self.0.saturating_add(1)..).map(Place).take_while(inside)
    }

    /// The place whose code or name is nearest to `text`, for "did you mean" in a diagnostic.
    ///
    /// It must never decide anything: near is not same, and a wrong place is a wrong permit.
    #[must_use]
    pub fn suggest(text: &str) -> Option<Place> {
        suggest::nearest(text)
    }

    /// Position in the table of all places.
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// How many places there are.
    pub(crate) fn count() -> usize {
        TABLE.len()
    }

    /// The place with exactly this canonical code.
    pub(crate) fn exact(code: &str) -> Option<Place> {
        let at = TABLE.binary_search_by_key(&code, |(code, _)| code).ok()?;
        u16::try_from(at).ok().map(Place)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.code())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.code())
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(code: &str) -> Result<Place, PlaceError> {
        Place::parse(code)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn table_is_sorted_and_complete() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(Place::territories().count(), 249);
        assert!(Place::all().count() > 5_000);
        assert!(Place::count() < usize::from(u16::MAX));
        for place in Place::all() {
            assert!(!place.name().is_empty(), "{place}");
            assert_eq!(place.whole().is_none(), place.own_code(), "{place}");
            assert_eq!(Place::parse(place.code()), Ok(place));
        }
    }

    #[test]
    fn no_two_territories_share_a_name() {
        let names: std::collections::BTreeSet<&str> = Place::territories().map(Place::name).collect();
        assert_eq!(names.len(), 249);
    }

    #[test]
    fn parsed_as_one_place() {
        let check = |code: &str, canonical: &str, name: &str, whole: &str, also_part_of: &str| {
            let place = Place::parse(code).unwrap();
            let or_none = |place: Option<Place>| place.map_or("", Place::code);
            let found = (
                place.code(),
                place.name(),
                or_none(place.whole()),
                or_none(place.also_part_of()),
            );
            assert_eq!(found, (canonical, name, whole, also_part_of), "{code}");
        };
        check("CN", "CN", "China", "", "");
        check("HK", "HK", "Hong Kong", "", "CN");
        check("CN-HK", "HK", "Hong Kong", "", "CN");
        check("CN-91", "HK", "Hong Kong", "", "CN");
        check("CN-MO", "MO", "Macao", "", "CN");
        check("CN-TW", "TW", "Taiwan", "", "CN");
        check("US-PR", "PR", "Puerto Rico", "", "US");
        check("FR-971", "GP", "Guadeloupe", "", "FR");
        check("FI-01", "AX", "Åland Islands", "", "FI");
        check("NL-AW", "AW", "Aruba", "", "NL");
        check("NO-22", "SJ", "Svalbard and Jan Mayen", "", "NO");
        check("UK", "GB", "United Kingdom", "", "");
        check("EL", "GR", "Greece", "", "");
        check("KR", "KR", "South Korea", "", "");
        check("BM", "BM", "Bermuda", "", "");
        check("UA-43", "UA-43", "Crimea", "UA", "");
        check("UA-40", "UA-40", "Sevastopol", "UA", "");
        check("UA-14", "UA-14", "Donetsk Oblast", "UA", "");
        check("UA-09", "UA-09", "Luhansk Oblast", "UA", "");
        check("UA-65", "UA-65", "Kherson Oblast", "UA", "");
        check("UA-23", "UA-23", "Zaporizhzhia Oblast", "UA", "");
        check("US-CA", "US-CA", "California", "US", "");
        check("CN-GD", "CN-GD", "Guangdong Sheng", "CN", "");
        check("FR-75C", "FR-75C", "Paris", "FR", "");
    }

    #[test]
    fn codes_that_name_no_place() {
        for code in [
            "",
            "XK",
            "EU",
            "AP",
            "ZZ",
            "hk",
            "Hk",
            " HK",
            "HK ",
            "HKG",
            "344",
            "UA-",
            "UA43",
            "ua-43",
            "CN_HK",
            "Hong Kong",
            "-",
            "HK-HK",
        ] {
            assert!(Place::parse(code).is_err(), "{code}");
        }
    }

    #[test]
    fn parts_are_the_subdivisions_without_a_code_of_their_own() {
        for whole in Place::territories() {
            let by_whole: Vec<Place> = Place::all()
                .filter(|place| place.whole() == Some(whole))
                .collect();
            assert_eq!(whole.parts().collect::<Vec<_>>(), by_whole, "{whole}");
        }
        let [china, ukraine, crimea] = ["CN", "UA", "UA-43"].map(|code| Place::parse(code).unwrap());
        assert_eq!(china.parts().count(), 31);
        assert_eq!(ukraine.parts().count(), 27);
        assert_eq!(crimea.parts().count(), 0);
    }

    proptest! {
        #[test]
        fn reading_twice_changes_nothing(code in "[A-Z]{2}(-[A-Z0-9]{1,3})?") {
            if let Ok(place) = Place::parse(&code) {
                prop_assert_eq!(Place::parse(place.code()), Ok(place));
                prop_assert!(place.code() == code || alias::canonical(&code) == Some(place.code()));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            match Place::parse(&text) {
                Ok(place) => prop_assert_eq!(place.to_string().parse(), Ok(place)),
                Err(error) => {
                    prop_assert_eq!(error.text(), &text);
                    prop_assert!(!error.to_string().contains(['\n', '\r']));
                    prop_assert!(error.to_string().chars().count() < 700);
                    prop_assert!(error.help().is_some());
                }
            }
        }
    }
}
