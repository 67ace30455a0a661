//! What a request must bring so that the policies of one text can be put to it.

use super::Bearer;
use decision::State;
use register::model::Test;
use std::collections::BTreeSet;
use territory::Place;

/// Everything that depends on both the text and the request.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Places told apart by how far an open trip reaches them.
    pub(crate) reaches: Vec<ReachNeed>,
    /// Ownership tests, by key, whose states every entity brings.
    pub(crate) ownership: Vec<(String, Test)>,
}

/// Places that a policy cannot name beforehand: they depend on the trip, or on the residency asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReachNeed {
    /// Name in the request.
    pub(crate) key: String,
    /// Whose places.
    pub(crate) bearer: Bearer,
    /// Whether they are told apart by the residency asked for as well.
    pub(crate) by_residency: bool,
    /// Subdivisions that the set of the clause names: no exception for a larger place reaches them.
    pub(crate) protected: BTreeSet<Place>,
    /// Longest days of the exceptions for trips, shortest first; `None`: without limit.
    pub(crate) limits: Vec<Option<u32>>,
}

/// One set of places within a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stratum {
    /// State that the residency asked for gives them, where that counts.
    pub(crate) state: Option<State>,
    /// Position of the shortest limit within which a trip reaches them; `None`: none does.
    pub(crate) within: Option<usize>,
}

impl ReachNeed {
    /// Every stratum.
    pub(crate) fn strata(&self) -> Vec<Stratum> {
        let states = if self.by_residency {
            vec![
                Some(State::Met),
                Some(State::Unknown),
                Some(State::Unclear),
                Some(State::NotMet),
            ]
        } else {
            vec![None]
        };
        let within: Vec<Option<usize>> = (0..self.limits.len()).map(Some).chain([None]).collect();
        states
            .into_iter()
            .flat_map(|state| {
                within.iter().map(move |within| Stratum {
                    state,
                    within: *within,
                })
            })
            .collect()
    }

    /// Name of a stratum's set.
    pub(crate) fn stratum_name(&self, stratum: Stratum) -> String {
        let state = match stratum.state {
            None => "",
            Some(State::Met) => "outside_",
            Some(State::Unknown) => "unknown_",
            Some(State::Unclear) => "unclear_",
            Some(State::NotMet) => "inside_",
        };
        let within = stratum.within.and_then(|at| self.limits.get(at));
        format!(
            "{state}{}",
            within.map_or_else(|| "no_trip".to_owned(), |limit| Self::limit_name(*limit))
        )
    }

    /// Name of the set of every spot that a trip reaches within a limit.
    pub(crate) fn spread_name(&self, limit: Option<u32>) -> String {
        format!("spread_{}", Self::limit_name(limit))
    }

    fn limit_name(limit: Option<u32>) -> String {
        limit.map_or_else(|| "trip".to_owned(), |days| format!("trip_of_{days}_days"))
    }

    /// The record in Cedar.
    pub(crate) fn expression(&self) -> String {
        format!("context.reach[{}]", super::formula::quoted(&self.key))
    }
}

impl Needs {
    /// Adds a need, unless it is there already.
    pub(crate) fn reach(&mut self, need: ReachNeed) {
        if !self.reaches.contains(&need) {
            self.reaches.push(need);
        }
    }

    /// Adds an ownership test, unless it is there already.
    pub(crate) fn ownership(&mut self, key: &str, test: &Test) {
        if !self.ownership.iter().any(|(other, _)| other == key) {
            self.ownership.push((key.to_owned(), test.clone()));
        }
    }
}
