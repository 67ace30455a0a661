//! What random registers are made of: few places and instants, so that they meet often.

use crate::chance::Chance;
use register::model::{Instant, PlaceFact, PlaceSetName, Span};
use territory::{Absent, Definition, Member, Place};

/// Wholes and parts, double codes, nested and overlapping parts.
const PLACES: [&str; 26] = [
    "US", "PR", "GB", "HK", "CN", "MO", "TW", "UA", "UA-43", "UA-40", "UA-30", "FR", "FR-IDF", "FR-75C",
    "GP", "NL", "AW", "FI", "AX", "DE", "SG", "JP", "CN-GD", "US-CA", "EE", "EE-37",
];
/// Places that no register tells apart, unless by accident.
const STRANGERS: [&str; 5] = ["UA-32", "FR-77", "EE-79", "BR", "CN-SH"];
const UNRECOGNISED: [&str; 3] = ["XK", "Atlantis", "hk"];

/// What one register and its requests draw from.
pub(crate) struct World {
    pub(crate) places: Vec<Place>,
    /// Instants at which something changes.
    pub(crate) instants: Vec<Instant>,
}

/// The start of time in random registers.
pub(crate) const START: Instant = Instant(1_767_225_600);

impl World {
    pub(crate) fn new(chance: &mut Chance) -> Self {
        let mut places: Vec<Place> = chance
            .some(&PLACES, 6, 9)
            .iter()
            .map(|code| Place::parse(code).unwrap())
            .collect();
        if chance.percent(50) {
            places.extend(["UA", "UA-43", "UA-30"].map(|code| Place::parse(code).unwrap()));
        }
        let instants = (0..4).map(|n| {
            let odd = if chance.percent(30) {
                chance.below(86_400) as i64
            } else {
                0
            };
            START.plus(n * 10 * Instant::DAY + odd)
        });
        Self {
            places,
            instants: instants.collect(),
        }
    }

    pub(crate) fn place(&self, chance: &mut Chance) -> Place {
        chance.pick(&self.places)
    }

    /// A place in the facts; now and then one that the register does not tell apart.
    pub(crate) fn seen(&self, chance: &mut Chance) -> Place {
        if chance.percent(8) {
            Place::parse(chance.pick(&STRANGERS)).unwrap()
        } else {
            self.place(chance)
        }
    }

    pub(crate) fn fact(&self, chance: &mut Chance, unknown: usize) -> PlaceFact {
        match chance.below(100) {
            n if n < unknown => PlaceFact::Unknown,
            n if n < unknown + 4 => PlaceFact::Unrecognised(chance.pick(&UNRECOGNISED).to_owned()),
            _ => PlaceFact::Known(self.seen(chance)),
        }
    }

    pub(crate) fn instant(&self, chance: &mut Chance) -> Instant {
        chance.pick(&self.instants)
    }

    /// An instant at, or a second beside, one at which something changes.
    pub(crate) fn near(&self, chance: &mut Chance) -> Instant {
        let beside = chance.pick(&[-1, 0, 0, 1, 3600]);
        self.instant(chance).plus(beside)
    }

    pub(crate) fn span(&self, chance: &mut Chance, open: usize) -> Span {
        if chance.percent(open) {
            return Span::ALWAYS;
        }
        let (a, b) = (self.instant(chance), self.instant(chance));
        let from = chance.maybe(70, |_| a.min(b));
        let to = chance
            .maybe(60, |_| a.max(b))
            .filter(|to| from.is_none_or(|from| from < *to));
        Span { from, to }
    }

    pub(crate) fn definition(&self, chance: &mut Chance) -> Definition {
        let members = chance.some(&self.places, 1, 5);
        let members = if chance.percent(15) {
            vec![Member::World]
        } else {
            members.into_iter().map(Member::Place).collect()
        };
        let few = |chance: &mut Chance, percent| {
            if chance.percent(percent) {
                chance.some(&self.places, 1, 2)
            } else {
                Vec::new()
            }
        };
        Definition {
            members,
            except: few(chance, 40),
            disputed: few(chance, 15),
            unknown: few(chance, 15),
            absent: if chance.percent(85) {
                Absent::Outside
            } else {
                Absent::Unknown
            },
        }
    }

    /// The name of a set: mostly of a group or list, sometimes written out.
    pub(crate) fn set(&self, chance: &mut Chance) -> PlaceSetName {
        match chance.below(10) {
            0..=3 => PlaceSetName::Group(format!("group-{}", chance.below(3))),
            4..=6 => PlaceSetName::List(format!("list-{}", chance.below(2))),
            _ => PlaceSetName::Inline(self.definition(chance)),
        }
    }
}
