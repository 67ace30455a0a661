//! Invariants, checked by going through all cases: every place, and every pair of a refused place with another, for
//! each class of person that the register knows, at each instant at which something changes.
//!
//! Of places that no test of a segment tells apart one stands for all, and so does one of the people whom nothing
//! tells apart. That is exact, and keeps the number of cases small enough to go through whenever a snapshot is made.

use super::{CaseFailure, CaseReport, Depth, facts_of};
use crate::bound::Bound;
use crate::snapshot::Snapshot;
use crate::snapshot::names::Names;
use crate::snapshot::plan::is_named_apart;
use crate::verdict::{Decision, DeploymentIndex};
use register::model::{Instant, Never, Person, PlaceFact, glob_matches};
use std::collections::BTreeSet;
use territory::{Membership, Region, Slot};

pub(super) fn run(snapshot: &Snapshot, at: Instant, depth: Depth, report: &mut CaseReport) {
    for never in &snapshot.register().nevers {
        let mut search = Search::new(snapshot, never, at, depth);
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
    depth: Depth,
    instants: Vec<Instant>,
    deployments: Vec<DeploymentIndex>,
    checked: usize,
}

impl<'a> Search<'a> {
    fn new(snapshot: &'a Snapshot, never: &'a Never, at: Instant, depth: Depth) -> Self {
        let mut instants: BTreeSet<_> = snapshot.boundaries().iter().copied().collect();
        instants.insert(at);
        instants.extend(never.span.from);
        let deployments = snapshot
            .deployments()
            .filter(|(_, d)| glob_matches(&never.model, &d.model));
        Self {
            snapshot,
            never,
            depth,
            instants: instants
                .into_iter()
                .filter(|at| never.span.contains(*at))
                .collect(),
            deployments: deployments.map(|(index, _)| index).collect(),
            checked: 0,
        }
    }

    fn counterexample(&mut self) -> Option<String> {
        for at in self.instants.clone() {
            let places = self.places(at);
            for (person, mut bound) in self.classes(at) {
                for slots in &places {
                    if let Some(message) = self.case(person, &mut bound, slots, at) {
                        return Some(message);
                    }
                }
            }
        }
        None
    }

    /// One person of each class, bound: people whom no clause can tell apart count once.
    fn classes(&self, at: Instant) -> Vec<(&'a Person, Bound)> {
        let register = self.snapshot.register();
        let mut seen = BTreeSet::new();
        let excluded = |person: &Person| {
            self.never
                .group_not
                .as_ref()
                .is_some_and(|g| person.groups.contains(g))
        };
        let people = register.people.iter().filter(|person| !excluded(person));
        people
            .map(|person| {
                let facts = facts_of(register, person, std::slice::from_ref(&person.place), at);
                (person, self.snapshot.bind(&facts, at, crate::LATEST))
            })
            .filter(|(person, bound)| seen.insert((bound.class(), person.place.clone())))
            .collect()
    }

    /// Single places of the set, and, at full depth, each of them beside a place outside it.
    fn places(&self, at: Instant) -> Vec<Vec<Slot>> {
        let set = self.set(at);
        let is_inside = |slot: &Slot| {
            set.as_ref()
                .is_none_or(|set| set.membership(*slot) == Membership::Inside)
        };
        let apart = self.representatives(at, set.as_ref());
        let inside = || apart.iter().copied().filter(is_inside);
        let mut places: Vec<_> = inside().map(|slot| vec![slot]).collect();
        if self.depth == Depth::Pairs {
            let outside = || apart.iter().copied().filter(|slot| !is_inside(slot));
            places.extend(inside().flat_map(|slot| outside().map(move |other| vec![slot, other])));
        }
        places
    }

    fn set(&self, at: Instant) -> Option<Region> {
        let core = self.snapshot.core();
        let set = self.never.person_in.as_ref()?;
        let mut names = Names::new(&core.register, &core.atlas, &core.notice_days, at, crate::LATEST);
        Some(names.region(set))
    }

    /// One slot of each set of places at which every test, and every reach of an exception, is the same.
    fn representatives(&self, at: Instant, set: Option<&Region>) -> Vec<Slot> {
        let core = self.snapshot.core();
        let epoch = self.snapshot.epoch(at, crate::LATEST);
        let plans: Vec<_> = self
            .deployments
            .iter()
            .filter_map(|index| self.snapshot.plan(&epoch, *index))
            .collect();
        let tested: BTreeSet<_> = plans
            .iter()
            .flat_map(|plan| &plan.checks)
            .map(|check| check.clause)
            .collect();
        let mut seen = BTreeSet::new();
        let signature = |slot: Slot| -> Vec<u8> {
            let clauses = tested
                .iter()
                .filter_map(|clause| epoch.clauses.get(clause.0 as usize)?.as_ref());
            let conditions = clauses.flat_map(|clause| &clause.conditions);
            let tables = conditions
                .filter_map(|condition| condition.test.table())
                .map(|table| {
                    let named = u8::from(is_named_apart(&core.atlas, slot, None, table.named_parts));
                    table.state(slot) as u8 | named << 4
                });
            let lifts = plans
                .iter()
                .flat_map(|plan| &plan.checks)
                .flat_map(|check| &check.lifts);
            let reach = lifts.flat_map(|lift| lift.reach.iter().map(|reach| u8::from(reach.contains(slot))));
            // a whole is what its parts come to, so that none stands for another
            let is_whole = !core.atlas.parts(slot).is_empty();
            let whole = if is_whole {
                slot.index().to_be_bytes()
            } else {
                [0; 8]
            };
            let inside = set.map_or(0, |set| set.membership(slot) as u8);
            tables.chain(reach).chain(whole).chain([inside]).collect()
        };
        core.atlas
            .universe()
            .iter()
            .filter(|slot| seen.insert(signature(*slot)))
            .collect()
    }

    fn case(&mut self, person: &Person, bound: &mut Bound, slots: &[Slot], at: Instant) -> Option<String> {
        let atlas = &self.snapshot.core().atlas;
        let at_work = matches!(&person.place, PlaceFact::Known(place) if slots.contains(&atlas.slot(*place)));
        bound.move_to(slots, person.site.as_ref().filter(|_| at_work));
        let mut decision = Decision::default();
        for deployment in &self.deployments {
            self.checked += 1;
            self.snapshot.decide(bound, *deployment, &mut decision);
            if decision.verdict.permits() {
                let id = self
                    .snapshot
                    .deployment(*deployment)
                    .map_or("", |entry| entry.id.as_str());
                let codes: Vec<_> = slots.iter().map(|slot| self.code(*slot)).collect();
                return Some(format!(
                    "`{}` in {} is permitted `{id}` at {at}",
                    person.id,
                    codes.join(" and ")
                ));
            }
        }
        None
    }

    fn code(&self, slot: Slot) -> String {
        let atlas = &self.snapshot.core().atlas;
        let code = atlas.place(slot).map_or("", territory::Place::code);
        if atlas.is_rest(slot) {
            format!("{code} (elsewhere in it)")
        } else {
            code.to_owned()
        }
    }
}
