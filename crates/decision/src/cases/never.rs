//! Invariants, checked by going through all cases: every place and every pair of a refused place with another, for
//! each class of person that the register knows, at each instant at which something changes.

use super::{CaseFailure, CaseReport, facts_of};
use crate::snapshot::Snapshot;
use crate::verdict::{Decision, DeploymentIndex};
use register::model::{Instant, Never, Person, PlaceFact, Register, Worker, glob_matches};
use std::collections::BTreeSet;
use territory::{Membership, Place, Slot};

pub(super) fn run(snapshot: &Snapshot, at: Instant, report: &mut CaseReport) {
    for never in &snapshot.register().nevers {
        let mut search = Search::new(snapshot, never, at);
        let counterexample = search.counterexample();
        report.checked += search.checked;
        if let Some(message) = counterexample {
            report.failures.push(CaseFailure {
                message,
                position: never.position.clone(),
            });
        }
    }
}

struct Search<'a> {
    snapshot: &'a Snapshot,
    never: &'a Never,
    instants: Vec<Instant>,
    deployments: Vec<DeploymentIndex>,
    checked: usize,
}

impl<'a> Search<'a> {
    fn new(snapshot: &'a Snapshot, never: &'a Never, at: Instant) -> Self {
        let mut instants: BTreeSet<_> = snapshot.boundaries().iter().copied().collect();
        instants.insert(at);
        instants.extend(never.span.from);
        let deployments = snapshot
            .deployments()
            .filter(|(_, d)| glob_matches(&never.model, &d.model));
        Self {
            snapshot,
            never,
            instants: instants
                .into_iter()
                .filter(|at| never.span.contains(*at))
                .collect(),
            deployments: deployments.map(|(index, _)| index).collect(),
            checked: 0,
        }
    }

    fn counterexample(&mut self) -> Option<String> {
        let people: Vec<&Person> = classes(self.snapshot.register())
            .into_iter()
            .filter(|person| {
                self.never
                    .group_not
                    .as_ref()
                    .is_none_or(|group| !person.groups.contains(group))
            })
            .collect();
        for at in self.instants.clone() {
            for (first, second) in self.places(at) {
                for person in &people {
                    if let Some(message) = self.case(person, first, second, at) {
                        return Some(message);
                    }
                }
            }
        }
        None
    }

    /// Single places of the set, and each of them beside a place outside it; of places that no test of the segment
    /// tells apart, one.
    fn places(&self, at: Instant) -> Vec<(Place, Option<Place>)> {
        let core = self.snapshot.core();
        let apart = self.representatives(at);
        let told_apart = || apart.iter().copied();
        let Some(set) = &self.never.person_in else {
            return told_apart().map(|place| (place, None)).collect();
        };
        let mut names = crate::snapshot::names::Names::new(
            &core.register,
            &core.atlas,
            &core.notice_days,
            at,
            crate::LATEST,
        );
        let region = names.region(set);
        let inside: BTreeSet<Place> = told_apart()
            .filter(|p| region.membership(core.atlas.slot(*p)) == Membership::Inside)
            .collect();
        let singles = inside.iter().map(|place| (*place, None));
        let outside: Vec<Place> = told_apart().filter(|place| !inside.contains(place)).collect();
        let pairs = inside
            .iter()
            .flat_map(|place| outside.iter().map(|other| (*place, Some(*other))));
        singles.chain(pairs).collect()
    }

    /// One place of each set of places at which every test, and every reach of an exception, is the same.
    fn representatives(&self, at: Instant) -> Vec<Place> {
        let core = self.snapshot.core();
        let epoch = self.snapshot.epoch(at, crate::LATEST);
        let plans: Vec<_> = self
            .deployments
            .iter()
            .filter_map(|index| self.snapshot.plan(&epoch, *index))
            .collect();
        let set = self.never.person_in.as_ref().map(|set| {
            let mut names = crate::snapshot::names::Names::new(
                &core.register,
                &core.atlas,
                &core.notice_days,
                at,
                crate::LATEST,
            );
            names.region(set)
        });
        let mut seen = BTreeSet::new();
        let signature = |slot: Slot| -> Vec<u8> {
            let tables = epoch
                .clauses
                .iter()
                .flatten()
                .flat_map(|clause| &clause.conditions)
                .filter_map(|condition| {
                    condition.test.table().map(|table| {
                        table.state(slot) as u8 | u8::from(table.named_parts.contains(slot)) << 4
                    })
                });
            let lifts = plans
                .iter()
                .flat_map(|plan| &plan.checks)
                .flat_map(|check| &check.lifts);
            let reach = lifts.flat_map(|lift| lift.reach.iter().map(|reach| u8::from(reach.contains(slot))));
            let whole = u8::from(!core.atlas.parts(slot).is_empty());
            let inside = set.as_ref().map_or(0, |set| set.membership(slot) as u8);
            tables.chain(reach).chain([whole, inside]).collect()
        };
        let universe = core.atlas.universe();
        universe
            .iter()
            .filter(|slot| seen.insert(signature(*slot)))
            .filter_map(|slot| self.place_at(slot))
            .collect()
    }

    /// A place that stands at a slot: of the rest of a whole, some subdivision that nobody names.
    fn place_at(&self, slot: Slot) -> Option<Place> {
        let atlas = &self.snapshot.core().atlas;
        let place = atlas.place(slot)?;
        if atlas.is_rest(slot) {
            place.parts().find(|part| atlas.slot(*part) == slot)
        } else {
            Some(place)
        }
    }

    fn case(&mut self, person: &Person, first: Place, second: Option<Place>, at: Instant) -> Option<String> {
        let from: Vec<PlaceFact> = std::iter::once(first)
            .chain(second)
            .map(PlaceFact::Known)
            .collect();
        let facts = facts_of(self.snapshot.register(), person, &from, at);
        let bound = self.snapshot.bind(&facts, at, crate::LATEST);
        let mut decision = Decision::default();
        for deployment in &self.deployments {
            self.checked += 1;
            self.snapshot.decide(&bound, *deployment, &mut decision);
            if decision.verdict.permits() {
                let id = self
                    .snapshot
                    .deployment(*deployment)
                    .map_or("", |entry| entry.id.as_str());
                let beside = second.map(|place| format!(" and {place}")).unwrap_or_default();
                let person = &person.id;
                return Some(format!(
                    "`{person}` in {first}{beside} is permitted `{id}` at {at}"
                ));
            }
        }
        None
    }
}

/// One person of each class: people whom no clause can tell apart count once.
fn classes(register: &Register) -> Vec<&Person> {
    let mut seen = BTreeSet::new();
    let is_new = |person: &Person| {
        let granted: &str = if register.grants.iter().any(|g| g.person == person.id) {
            &person.id
        } else {
            ""
        };
        let workers = Worker::ALL.iter().position(|worker| *worker == person.worker);
        let groups: BTreeSet<_> = person.groups.iter().collect();
        let citizenships: BTreeSet<_> = person.citizenships.iter().collect();
        let facts = format!(
            "{granted} {workers:?} {groups:?} {citizenships:?} {:?} {} {} {:?} {:?} {:?} {:?}",
            person.us_status,
            person.entity,
            person.engaging_entity,
            person.named_in,
            person.end_users,
            person.application,
            person.residence,
        );
        seen.insert(facts)
    };
    let mut is_new = is_new;
    register.people.iter().filter(|person| is_new(person)).collect()
}
