//! The spots of one register: every territory, the subdivisions that it names, and the rest of what it splits.

use std::collections::BTreeSet;
use std::fmt;
use territory::Place;

/// Wholes whose subdivisions overlap in ways that nobody has written down: a part that the register does not name
/// says no more there than the whole does.
const OVERLAPPING: [&str; 2] = ["EE", "IS"];

/// Where somebody or something can be said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Spot {
    /// The place.
    pub(crate) place: Place,
    /// Whether only what is left of it is meant, its named parts taken away.
    pub(crate) rest: bool,
}

impl fmt::Display for Spot {
    /// The code of the place; `UA-*` for elsewhere in a place that is split.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.place.code(), if self.rest { "-*" } else { "" })
    }
}

/// The place, and every place around it, from the inside out.
pub(crate) fn outward(place: Place) -> impl Iterator<Item = Place> {
    std::iter::successors(Some(place), |inner| inner.enclosing())
}

/// Whether the parts of the whole around this place overlap.
pub(crate) fn overlaps(place: Place) -> bool {
    OVERLAPPING.contains(&place.whole().unwrap_or(place).code())
}

/// The spots that one register tells apart.
#[derive(Clone, Debug)]
pub(crate) struct Gazetteer {
    /// Named subdivisions, and those around them.
    told_apart: BTreeSet<Place>,
}

impl Gazetteer {
    /// Tells these subdivisions apart, and those that they lie in.
    pub(crate) fn new(named: impl IntoIterator<Item = Place>) -> Self {
        let told_apart = named
            .into_iter()
            .flat_map(outward)
            .filter(|place| !place.own_code())
            .collect();
        Self { told_apart }
    }

    /// Whether the place is a spot or a split whole of its own.
    pub(crate) fn tells_apart(&self, place: Place) -> bool {
        place.own_code() || self.told_apart.contains(&place)
    }

    /// Whether named parts are taken out of this place.
    fn is_split(&self, place: Place) -> bool {
        self.told_apart.iter().any(|part| part.enclosing() == Some(place))
    }

    /// The spot that stands for a place; a split whole stands for itself, as a coarse word about several spots.
    pub(crate) fn stand(&self, place: Place) -> Spot {
        let home = outward(place)
            .find(|around| self.tells_apart(*around))
            .unwrap_or(place);
        Spot {
            place: home,
            rest: home != place && self.is_split(home) && !overlaps(home),
        }
    }

    /// The single spots that a spot covers: itself, or the parts and the rest of a split whole.
    pub(crate) fn within(&self, spot: Spot) -> Vec<Spot> {
        if spot.rest || !self.is_split(spot.place) {
            return vec![spot];
        }
        let parts = self
            .told_apart
            .iter()
            .filter(|part| part.enclosing() == Some(spot.place));
        let inner = parts.flat_map(|part| {
            self.within(Spot {
                place: *part,
                rest: false,
            })
        });
        inner
            .chain([Spot {
                place: spot.place,
                rest: true,
            }])
            .collect()
    }

    /// Whether this is a whole of which parts are told apart.
    pub(crate) fn is_whole(&self, spot: Spot) -> bool {
        !spot.rest && self.is_split(spot.place)
    }

    /// Every single spot.
    pub(crate) fn everywhere(&self) -> Vec<Spot> {
        Place::territories()
            .flat_map(|place| self.within(Spot { place, rest: false }))
            .collect()
    }

    /// Every whole of which parts are told apart.
    pub(crate) fn wholes(&self) -> Vec<Spot> {
        let split: BTreeSet<Place> = self
            .told_apart
            .iter()
            .filter_map(|part| part.enclosing())
            .collect();
        split
            .into_iter()
            .map(|place| Spot { place, rest: false })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(code: &str) -> Place {
        Place::parse(code).unwrap()
    }

    fn check(named: &[&str], code: &str, stands: &str, within: &str) {
        let gazetteer = Gazetteer::new(named.iter().map(|code| place(code)));
        let spot = gazetteer.stand(place(code));
        let inner: Vec<String> = gazetteer.within(spot).iter().map(Spot::to_string).collect();
        assert_eq!(
            (spot.to_string().as_str(), inner.join(" ").as_str()),
            (stands, within),
            "{code} of {named:?}"
        );
    }

    #[test]
    fn a_place_stands_for_itself_unless_parts_are_named() {
        check(&[], "UA", "UA", "UA");
        check(&[], "UA-30", "UA", "UA");
        check(&["UA-43"], "UA", "UA", "UA-43 UA-*");
        check(&["UA-43"], "UA-30", "UA-*", "UA-*");
        check(&["UA-43"], "UA-43", "UA-43", "UA-43");
        check(&["US-CA"], "US-PR", "PR", "PR");
    }

    #[test]
    fn levels_lie_in_each_other() {
        check(&["FR-75C"], "FR-IDF", "FR-IDF", "FR-75C FR-IDF-*");
        check(&["FR-75C"], "FR", "FR", "FR-75C FR-IDF-* FR-*");
        check(&["FR-75C"], "FR-77", "FR-IDF-*", "FR-IDF-*");
    }

    #[test]
    fn overlapping_parts_say_no_more_than_the_whole() {
        check(&["EE-37"], "EE-79", "EE", "EE-37 EE-*");
    }

    #[test]
    fn everywhere_holds_no_whole() {
        let gazetteer = Gazetteer::new([place("UA-43")]);
        let everywhere = gazetteer.everywhere();
        assert_eq!(everywhere.len(), 250);
        assert!(everywhere.iter().all(|spot| !gazetteer.is_whole(*spot)));
        assert_eq!(gazetteer.wholes(), [gazetteer.stand(place("UA"))]);
    }
}
