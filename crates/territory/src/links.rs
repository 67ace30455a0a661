//! How places lie in each other, worked out once from the codes, [`crate::nested`] and [`crate::alias`].

use std::sync::LazyLock;

use crate::Place;
use crate::alias::listed_under;
use crate::nested::{NESTED, UNSORTED};

struct Links {
    /// By index of the place: the next place around it.
    enclosing: Vec<Option<Place>>,
    /// By index of the place: the whole under which it is coded a second time.
    also_part_of: Vec<Option<Place>>,
}

static LINKS: LazyLock<Links> = LazyLock::new(|| Links {
    enclosing: enclosing_places(),
    also_part_of: Place::all().map(doubled_under).collect(),
});

fn enclosing_places() -> Vec<Option<Place>> {
    let mut enclosing: Vec<Option<Place>> = Place::all().map(whole_of).collect();
    for (outer, inner) in NESTED {
        let Some(outer) = Place::exact(outer) else {
            continue;
        };
        let Some((whole, _)) = outer.code().split_once('-') else {
            continue;
        };
        for end in inner.split(' ') {
            let inner = Place::exact(&format!("{whole}-{end}"));
            if let Some(entry) = inner.and_then(|place| enclosing.get_mut(place.index())) {
                *entry = Some(outer);
            }
        }
    }
    enclosing
}

fn whole_of(place: Place) -> Option<Place> {
    let (whole, _) = place.code().split_once('-')?;
    Place::exact(whole)
}

fn doubled_under(place: Place) -> Option<Place> {
    listed_under(place.code()).and_then(Place::exact)
}

pub(crate) fn enclosing(place: Place) -> Option<Place> {
    LINKS.enclosing.get(place.index()).copied().flatten()
}

pub(crate) fn also_part_of(place: Place) -> Option<Place> {
    LINKS.also_part_of.get(place.index()).copied().flatten()
}

/// Whether the subdivisions of this whole overlap in ways that are not recorded.
pub(crate) fn is_unsorted(whole: Place) -> bool {
    UNSORTED.contains(&whole.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_codes_exist_once_and_end_in_their_whole() {
        let mut seen = std::collections::BTreeSet::new();
        for (outer, inner) in NESTED {
            let outer = Place::exact(outer).unwrap_or_else(|| panic!("{outer} is not in the table"));
            for end in inner.split(' ') {
                let code = format!("{}-{end}", outer.whole().unwrap());
                let inner = Place::exact(&code).unwrap_or_else(|| panic!("{code} is not in the table"));
                assert!(seen.insert(code), "{inner} lies in two subdivisions");
                assert_eq!(enclosing(inner), Some(outer));
            }
        }
        for place in Place::all() {
            let chain: Vec<Place> = std::iter::successors(Some(place), |at| enclosing(*at))
                .take(9)
                .collect();
            assert!(chain.len() <= 4, "{chain:?}");
            assert_eq!(chain.last().copied(), Some(place.whole().unwrap_or(place)));
        }
    }

    #[test]
    fn levels() {
        let check = |code: &str, chain: &str| {
            let place = Place::parse(code).unwrap();
            let found: Vec<&str> = std::iter::successors(enclosing(place), |at| enclosing(*at))
                .map(Place::code)
                .collect();
            assert_eq!(found.join(" "), chain, "{code}");
        };
        check("UA-43", "UA");
        check("UA-40", "UA");
        check("FR-67", "FR-6AE FR-GES FR");
        check("GB-EDH", "GB-SCT GB");
        check("GB-CRF", "GB-WLS GB");
        check("GB-BFS", "GB-NIR GB");
        check("GB-WSM", "GB-ENG GB");
        check("BE-VAN", "BE-VLG BE");
        check("HK", "");
        check("FR-971", "");
    }
}
