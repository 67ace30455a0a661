//! A test of places with its exceptions, spot by spot.
//!
//! Spots fall into *cells*: those with the same answer that the same exceptions reach. A cell is one line of a policy:
//! any of these places, unless this exception holds. A whole of which parts are told apart has the answer of its
//! parts if they all agree after exceptions, else it is unknown.

use super::exception::{ActsOn, Lifting, names};
use super::formula::{Exception, Formula, Grades, quoted};
use super::{Bearer, ReachNeed, Scribe, Stratum};
use crate::places::{Chart, Spot, outward};
use decision::State;
use register::model::Polarity;
use std::collections::{BTreeMap, BTreeSet};
use territory::Place;

/// What a place is tested for.
#[derive(Clone, Copy)]
pub(crate) enum Base<'c> {
    /// Being inside, or outside, a set.
    Set(&'c Chart, Polarity),
    /// Not having been reached by any exception; what a lifted set names itself is reached by its name alone.
    Everything(Option<&'c Chart>),
    /// Lying outside the residency asked for.
    Residency,
}

/// A state and the exceptions, by position, that act on named places and reach it.
type Cell = (State, BTreeSet<usize>);

/// One test of one bearer's places.
pub(crate) struct PlaceTest<'a> {
    pub(crate) base: Base<'a>,
    pub(crate) bearer: Bearer,
    pub(crate) exceptions: &'a [Lifting],
    /// Unique to clause and condition; names what the request must bring.
    pub(crate) key: String,
}

impl Scribe<'_, '_> {
    /// The states of a place test, exceptions for places taken away.
    pub(crate) fn place_grades(&self, test: &PlaceTest) -> Grades {
        let need = test.need();
        if let Some(need) = &need {
            self.needs.borrow_mut().reach(need.clone());
        }
        let mut cells: BTreeMap<Cell, BTreeSet<Spot>> = BTreeMap::new();
        let everywhere = self.text.gazetteer.everywhere();
        for spot in &everywhere {
            cells.entry(test.cell(*spot)).or_default().insert(*spot);
        }
        let mut grades = Grades::default();
        for whole in self.text.gazetteer.wholes() {
            let parts = self.text.gazetteer.within(whole);
            let kinds: BTreeSet<Cell> = parts.iter().map(|part| test.cell(*part)).collect();
            match kinds.first() {
                Some(kind) if kinds.len() == 1 && need.is_none() => {
                    cells.entry(kind.clone()).or_default().insert(whole);
                }
                _ => grades = grades.max(test.whole(whole, &parts, need.as_ref())),
            }
        }
        let all: BTreeSet<Spot> = everywhere
            .into_iter()
            .chain(self.text.gazetteer.wholes())
            .collect();
        for (cell, spots) in &cells {
            grades = grades.max(test.of_cell(cell, spots, &all, need.as_ref()));
        }
        grades.max(test.doubt(&cells))
    }
}

impl PlaceTest<'_> {
    /// What the request must bring, if the places cannot be named beforehand.
    fn need(&self) -> Option<ReachNeed> {
        let trips: BTreeSet<(bool, Option<u32>)> = self
            .exceptions
            .iter()
            .filter(|_| self.is_of_people())
            .filter_map(|one| match one.acts_on {
                ActsOn::Trip(limit) => Some((limit.is_none(), limit)),
                ActsOn::Anywhere | ActsOn::Named(_) => None,
            })
            .collect();
        let by_residency = matches!(self.base, Base::Residency);
        (by_residency || !trips.is_empty()).then(|| ReachNeed {
            key: format!("{} / {}", self.key, self.bearer),
            bearer: self.bearer,
            by_residency,
            protected: self.protected(),
            limits: trips.into_iter().map(|(_, limit)| limit).collect(),
        })
    }

    /// An open trip says nothing about the places of anything else.
    const fn is_of_people(&self) -> bool {
        matches!(self.bearer, Bearer::People | Bearer::Claims)
    }

    fn protected(&self) -> BTreeSet<Place> {
        match self.base {
            Base::Set(chart, _) | Base::Everything(Some(chart)) => chart.named_parts.clone(),
            Base::Everything(None) | Base::Residency => BTreeSet::new(),
        }
    }

    fn cell(&self, spot: Spot) -> Cell {
        let state = match self.base {
            Base::Set(chart, polarity) => chart.state(spot, polarity),
            Base::Everything(_) | Base::Residency => State::Met,
        };
        let protected = self.protected();
        let reaches = |one: &Lifting| match &one.acts_on {
            ActsOn::Anywhere => true,
            ActsOn::Named(places) => places.iter().any(|place| reached(spot, *place, &protected)),
            ActsOn::Trip(_) => false,
        };
        let by = self
            .exceptions
            .iter()
            .enumerate()
            .filter(|(_, one)| reaches(one))
            .map(|(at, _)| at);
        (state, by.collect())
    }

    /// The exception that acts on a cell within a stratum: any that names its places, or a trip that is long enough.
    fn exception(
        &self,
        named: &BTreeSet<usize>,
        within: Option<usize>,
        need: Option<&ReachNeed>,
    ) -> Exception {
        let limit_of =
            |limit: &Option<u32>| need.and_then(|need| need.limits.iter().position(|one| one == limit));
        let acting = self
            .exceptions
            .iter()
            .enumerate()
            .filter(|(at, one)| match &one.acts_on {
                ActsOn::Anywhere | ActsOn::Named(_) => named.contains(at),
                ActsOn::Trip(limit) => {
                    within.is_some_and(|within| limit_of(limit).is_some_and(|own| within <= own))
                }
            });
        acting.fold(Exception::default(), |all, (_, one)| all.or(one.when.clone()))
    }

    fn strata(&self, need: Option<&ReachNeed>) -> Vec<(String, Stratum)> {
        match need {
            None => vec![(
                format!("{}.places", self.bearer),
                Stratum {
                    state: None,
                    within: None,
                },
            )],
            Some(need) => {
                let expression = need.expression();
                let named =
                    |stratum: Stratum| (format!("{expression}.{}", need.stratum_name(stratum)), stratum);
                need.strata().into_iter().map(named).collect()
            }
        }
    }

    /// Any of the places of one cell.
    fn of_cell(
        &self,
        cell: &Cell,
        spots: &BTreeSet<Spot>,
        all: &BTreeSet<Spot>,
        need: Option<&ReachNeed>,
    ) -> Grades {
        let (state, named) = cell;
        if *state == State::NotMet {
            return Grades::default();
        }
        let graded = self.strata(need).into_iter().map(|(expression, stratum)| {
            let among = if need.is_some() {
                among(&expression, spots)
            } else {
                shortest(&expression, spots, all)
            };
            let state = stratum.state.unwrap_or(*state);
            Grades::when(state, among).lifted(&self.exception(named, stratum.within, need))
        });
        Grades::max_of(graded)
    }

    /// A whole whose parts may differ.
    fn whole(&self, whole: Spot, parts: &[Spot], need: Option<&ReachNeed>) -> Grades {
        let strata = self.strata(need);
        let entry = |part: &Spot| {
            if need.is_some() {
                format!("{whole}>{part}")
            } else {
                whole.to_string()
            }
        };
        let holds = |expression: &str, part: &Spot| {
            Formula::Is(format!("{expression}.contains({})", quoted(&entry(part))))
        };
        let mut each: Vec<Grades> = Vec::new();
        for part in parts {
            let (state, named) = self.cell(*part);
            let graded = strata.iter().map(|(expression, stratum)| {
                let here = if need.is_some() {
                    holds(expression, part)
                } else {
                    Formula::True
                };
                let state = stratum.state.unwrap_or(state);
                Grades::when(state, here).lifted(&self.exception(&named, stratum.within, need))
            });
            let graded = Grades::max_of(graded);
            if !each.contains(&graded) {
                each.push(graded);
            }
        }
        let tested = parts.first().map_or(Formula::False, |part| {
            Formula::any(strata.iter().map(|(expression, _)| holds(expression, part)))
        });
        agreed(&each).given(&tested)
    }

    /// Unknown where a place is missing and unclear where one is unrecognised, if any place could change the answer.
    fn doubt(&self, cells: &BTreeMap<Cell, BTreeSet<Spot>>) -> Grades {
        if matches!(self.base, Base::Everything(_)) || self.bearer == Bearer::Claims {
            return Grades::default();
        }
        let could = match self.base {
            Base::Residency => Formula::Is("context.residencyBinds".to_owned()),
            Base::Set(..) | Base::Everything(_) => {
                let matter = cells.keys().any(|(state, _)| *state != State::NotMet);
                if matter { Formula::True } else { Formula::False }
            }
        };
        let flag = |name: &str| Formula::Is(format!("{}.{name}", self.bearer)).and(could.clone());
        let doubt = Grades {
            met: Formula::False,
            unknown: flag("missing"),
            unclear: flag("unrecognised"),
        };
        let wherever = self
            .exceptions
            .iter()
            .filter(|one| one.acts_on == ActsOn::Anywhere);
        doubt.lifted(&Exception::any(wherever))
    }
}

/// Whether an exception for a place reaches a spot: from the spot outwards to the place, without passing a
/// subdivision that the lifted set itself names.
fn reached(spot: Spot, lifted: Place, protected: &BTreeSet<Place>) -> bool {
    let mut way = outward(spot.place).take_while(|around| *around == lifted || !protected.contains(around));
    way.any(|around| around == lifted)
}

/// The state on which all parts agree, else unknown.
fn agreed(parts: &[Grades]) -> Grades {
    let all = |state: State| Formula::all(parts.iter().map(|part| part.exactly(state)));
    let same = Formula::any([State::Met, State::Unclear, State::NotMet].map(all));
    Grades {
        met: all(State::Met),
        unknown: same.not(),
        unclear: all(State::Unclear),
    }
}

fn among(expression: &str, spots: &BTreeSet<Spot>) -> Formula {
    let single: Vec<&Spot> = spots.iter().collect();
    match single.as_slice() {
        [] => Formula::False,
        [spot] => Formula::Is(format!("{expression}.contains({})", quoted(&spot.to_string()))),
        _ => Formula::Is(format!("{expression}.containsAny({})", names(spots))),
    }
}

/// Any of these spots, or not only the others: whichever list is shorter.
fn shortest(expression: &str, spots: &BTreeSet<Spot>, all: &BTreeSet<Spot>) -> Formula {
    let others: BTreeSet<Spot> = all.difference(spots).copied().collect();
    if others.is_empty() {
        return Formula::Is(format!("{expression}.isEmpty()")).not();
    }
    if others.len() < spots.len() {
        return Formula::Is(format!("{}.containsAll({expression})", names(&others))).not();
    }
    among(expression, spots)
}
