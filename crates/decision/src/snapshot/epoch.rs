//! A register as it stands during one segment of time: every clause that applies, its place sets as masks, its
//! entity tests answered for every entity.

use super::names::Names;
use super::plan::Plan;
use super::table::{PlaceTable, membership_state};
use super::{Core, ownership};
use crate::mutation::{Mistake, makes};
use crate::verdict::{Obligations, State};
use register::model::{
    Clause, Effect, Entity, Instant, Instrument, Lift, Obliged, Outcome, PlaceFact, PlaceSetName,
    PlaceSubject, Polarity, ReadingTests, Status, Test,
};
use std::sync::OnceLock;
use territory::Region;

/// What stands during one segment, as known at one instant.
pub(crate) struct Epoch {
    /// Per clause of the snapshot; `None`: does not apply in this segment.
    pub clauses: Vec<Option<ClauseNow>>,
    /// Per deployment, made when first asked for.
    pub plans: Vec<OnceLock<Plan>>,
    /// The first instant after the segment.
    pub until: Option<Instant>,
    /// The instant for which it was made, anywhere in the segment.
    pub at: Instant,
    /// The knowledge with which it was made.
    pub known_at: Instant,
}

/// A clause as it stands in a segment.
#[derive(Clone, Debug)]
pub(crate) struct ClauseNow {
    /// Its legal status is unclear, so that it can be no worse than unclear.
    pub doubtful: bool,
    /// Its conditions.
    pub conditions: Vec<ConditionNow>,
    /// Its exception, if it is one.
    pub lift: Option<LiftNow>,
    /// Obligations of a permit while it is not met.
    pub obligations: Obligations,
    /// State that it has whatever the facts: unknown where it obliges to what nobody can fulfil.
    pub at_least: State,
}

/// A condition as it stands.
#[derive(Clone, Debug)]
pub(crate) struct ConditionNow {
    /// What is tested.
    pub test: TestNow,
    /// What follows.
    pub outcome: Outcome,
}

impl ConditionNow {
    /// Of a clause that nobody has read.
    const fn always() -> Self {
        Self {
            test: TestNow::Fixed(State::Met),
            outcome: Outcome::Deny,
        }
    }
}

/// A test whose sets are masks.
#[derive(Clone, Debug)]
pub(crate) enum TestNow {
    /// Places of a subject.
    Places(PlaceSubject, Box<PlaceTable>),
    /// Places of people, on some tiers only.
    TierInPlaces(Vec<register::model::Tier>, Box<PlaceTable>),
    /// Places of people, unless the model is filed.
    Unfiled(Vec<String>, Box<PlaceTable>),
    /// Answered per entity: the worst over the tested entities.
    Entities(Box<[State]>),
    /// Answered per entity: that of the licensee entity.
    Licensee(Box<[State]>),
    /// Citizenships that clear, as a test that is met where one clears.
    Foreign(Box<PlaceTable>, Vec<register::model::UsStatus>),
    /// Place of the beneficiary.
    Beneficiary(Box<PlaceTable>),
    /// Met unless the person is a named user of this instrument.
    NotNamedUser(usize),
    /// Everything that has no set of places: as written.
    Plain(Test),
    /// Answered by the segment alone.
    Fixed(State),
}

impl TestNow {
    /// The mask of a test that has one.
    pub(crate) fn table(&self) -> Option<&PlaceTable> {
        match self {
            Self::Places(_, table)
            | Self::TierInPlaces(_, table)
            | Self::Unfiled(_, table)
            | Self::Foreign(table, _)
            | Self::Beneficiary(table) => Some(table),
            Self::Entities(_)
            | Self::Licensee(_)
            | Self::NotNamedUser(_)
            | Self::Plain(_)
            | Self::Fixed(_) => None,
        }
    }
}

/// An exception as it stands.
#[derive(Clone, Debug)]
pub(crate) struct LiftNow {
    /// As written.
    pub lift: Lift,
    /// Index of its instrument, for named users.
    pub instrument: usize,
    /// Whether inference places allow it: met where one is inside the forbidden set.
    pub inference: Option<Box<PlaceTable>>,
    /// Per entity: met where its establishment allows the exception.
    pub entities: Option<Box<[State]>>,
    /// Where residence allows it: met inside.
    pub residence: Option<Box<PlaceTable>>,
}

/// Makes the clauses of one segment.
pub(crate) struct EpochBuilder<'a> {
    core: &'a Core,
    names: Names<'a>,
    at: Instant,
    known_at: Instant,
    /// What follows from the condition that is being made.
    outcome: Outcome,
}

impl<'a> EpochBuilder<'a> {
    pub(crate) fn new(core: &'a Core, at: Instant, known_at: Instant) -> Self {
        let names = Names::new(&core.register, &core.atlas, &core.notice_days, at, known_at);
        Self {
            core,
            names,
            at,
            known_at,
            outcome: Outcome::Deny,
        }
    }

    pub(crate) fn build(mut self, until: Option<Instant>) -> Epoch {
        let clauses = self.core.clauses.iter().map(|place| {
            let instrument = self.core.register.instruments.get(place.instrument)?;
            let clause = instrument.clauses.get(place.clause)?;
            self.clause(place.instrument, instrument, clause)
        });
        let clauses = clauses.collect();
        let plans = self
            .core
            .register
            .deployments
            .iter()
            .map(|_| OnceLock::new())
            .collect();
        Epoch {
            clauses,
            plans,
            until,
            at: self.at,
            known_at: self.known_at,
        }
    }

    fn clause(&mut self, index: usize, instrument: &Instrument, clause: &Clause) -> Option<ClauseNow> {
        let outside_term = conditions(clause).any(|test| matches!(test, Test::OutsideTerm));
        let doubtful = standing(instrument, clause, self.at, self.known_at, outside_term)? == Status::Unclear;
        let mut now = ClauseNow {
            doubtful,
            conditions: Vec::new(),
            lift: None,
            obligations: Obligations::default(),
            at_least: State::NotMet,
        };
        self.effect(index, instrument, clause, &mut now)?;
        self.oblige(clause, &mut now);
        Some(now)
    }

    fn effect(
        &mut self,
        index: usize,
        instrument: &Instrument,
        clause: &Clause,
        now: &mut ClauseNow,
    ) -> Option<()> {
        match &clause.effect {
            Effect::Conditions(conditions) => {
                let reading = self.reading(clause);
                for condition in conditions {
                    self.outcome = condition.outcome;
                    let test = self.test(index, instrument, &condition.test, reading);
                    self.outcome = Outcome::Deny;
                    now.conditions.push(ConditionNow {
                        test,
                        outcome: condition.outcome,
                    });
                }
            }
            Effect::Lift(lift) => now.lift = Some(self.lift(index, lift)),
            Effect::Unread => now.conditions.push(ConditionNow::always()),
            Effect::NoBearing { known_from, .. } if *known_from > self.known_at => {
                now.conditions.push(ConditionNow::always());
            }
            _ if clause.obliges.is_empty() => return None,
            _ => {}
        }
        Some(())
    }

    fn oblige(&self, clause: &Clause, now: &mut ClauseNow) {
        for obliged in &clause.obliges {
            match obliged {
                Obliged::Known(obligation) => now.obligations = now.obligations.with(*obligation),
                Obliged::Other(_) => now.at_least = now.at_least.max(State::Unknown),
            }
        }
    }

    fn reading(&self, clause: &Clause) -> Option<ReadingTests> {
        let known = clause
            .readings
            .iter()
            .filter(|reading| reading.known_from <= self.known_at);
        known
            .max_by_key(|reading| reading.known_from)
            .filter(|_| !makes(Mistake::ReadingIgnored))
            .map(|reading| reading.tests)
    }

    /// A place test. Where a person decides, that is so place by place: beside a place that is unknown, one that asks
    /// for review changes nothing for the better.
    fn table(&mut self, set: &PlaceSetName, polarity: Polarity) -> Box<PlaceTable> {
        let table = self.plain_table(set, polarity);
        if self.outcome == Outcome::Review {
            Box::new(table.reviewed())
        } else {
            table
        }
    }

    /// A place test as written, whatever follows from the condition.
    fn plain_table(&mut self, set: &PlaceSetName, polarity: Polarity) -> Box<PlaceTable> {
        Box::new(PlaceTable::new(
            &self.names.region(set),
            polarity,
            &self.core.atlas,
        ))
    }

    /// Places that clear or allow.
    fn inside(&mut self, set: &PlaceSetName) -> Box<PlaceTable> {
        self.plain_table(set, Polarity::In)
    }

    /// A state as the condition that is being made counts it.
    fn counted(&self, state: State) -> State {
        reviewed(state, self.outcome)
    }

    fn test(
        &mut self,
        index: usize,
        instrument: &Instrument,
        test: &Test,
        reading: Option<ReadingTests>,
    ) -> TestNow {
        match test {
            Test::Places {
                subject,
                polarity,
                set,
            } => self.places(read_as(*subject, reading), *polarity, set),
            Test::TierInPlaces { tiers, polarity, set } => {
                TestNow::TierInPlaces(tiers.clone(), self.plain_table(set, *polarity))
            }
            Test::Unfiled { set, filed } => TestNow::Unfiled(filed.clone(), self.table(set, Polarity::In)),
            Test::BeneficiaryIn(set) => TestNow::Beneficiary(self.inside(set)),
            Test::ForeignPerson {
                citizenships,
                statuses,
            } => TestNow::Foreign(self.inside(citizenships), statuses.clone()),
            Test::UnsupportedOwners {
                comparison,
                share,
                list,
                method,
            } => {
                let region = self.names.region(list);
                TestNow::Entities(self.per_entity(|entity, core| {
                    ownership::unsupported_owners(entity, &region, &core.atlas, (*comparison, share), *method)
                }))
            }
            Test::ControlledByUnsupported { list } => {
                let region = list.as_ref().map(|list| self.names.region(list));
                TestNow::Entities(
                    self.per_entity(|entity, core| {
                        ownership::controlled(entity, region.as_ref(), &core.atlas)
                    }),
                )
            }
            Test::ListedOwners { comparison, share } => TestNow::Entities(
                self.per_known_entity(|entity, _| ownership::listed_owners(entity, *comparison, share)),
            ),
            Test::SanctionedEntity { comparison, share } => {
                TestNow::Entities(self.per_known_entity(|entity, _| {
                    let [itself, owners] = ownership::sanctioned(entity, *comparison, share);
                    self.counted(itself).max(self.counted(owners))
                }))
            }
            Test::NotNamedEntity(named) => {
                TestNow::Licensee(self.per_entity(|entity, _| met_if(!named.contains(&entity.id))))
            }
            Test::MonthlyUsersOver(limit) => TestNow::Licensee(
                self.per_known_entity(|entity, _| met_if(entity.monthly_users_at_release > *limit)),
            ),
            Test::NotNamedUser => TestNow::NotNamedUser(index),
            Test::OutsideTerm => TestNow::Fixed(met_if(!instrument.validity.contains(self.at))),
            Test::Always => TestNow::Fixed(State::Met),
            other => TestNow::Plain(other.clone()),
        }
    }

    fn places(&mut self, subject: PlaceSubject, polarity: Polarity, set: &PlaceSetName) -> TestNow {
        let table = self.table(set, polarity);
        let at = |place: &PlaceFact, core: &Core| core.place_state(&table, place);
        match subject {
            PlaceSubject::Establishment => TestNow::Entities(
                self.per_entity(|e, core| at(&e.incorporated, core).max(at(&e.headquarters, core))),
            ),
            PlaceSubject::Headquarters => {
                TestNow::Entities(self.per_entity(|e, core| at(&e.headquarters, core)))
            }
            PlaceSubject::PrincipalPlace => {
                TestNow::Licensee(self.per_entity(|e, core| at(&e.principal_place, core)))
            }
            other => TestNow::Places(other, table),
        }
    }

    /// Answers for every entity, and last for one of which nothing is known.
    fn per_entity(&self, state: impl Fn(&Entity, &Core) -> State) -> Box<[State]> {
        self.core
            .register
            .entities
            .iter()
            .chain([&self.core.stranger])
            .map(|entity| self.counted(state(entity, self.core)))
            .collect()
    }

    /// As `per_entity`, for what is a number by default: of an entity that nobody knows it is unknown.
    fn per_known_entity(&self, state: impl Fn(&Entity, &Core) -> State) -> Box<[State]> {
        let is_stranger = |entity: &Entity| entity.id == self.core.stranger.id;
        self.per_entity(|entity, core| {
            if is_stranger(entity) {
                State::Unknown
            } else {
                state(entity, core)
            }
        })
    }

    fn lift(&mut self, instrument: usize, lift: &Lift) -> LiftNow {
        let region = lift.if_entity_in.as_ref().map(|set| self.names.region(set));
        let entities =
            region.map(|region| self.per_entity(|entity, core| establishment(entity, &region, core)));
        LiftNow {
            lift: lift.clone(),
            instrument,
            inference: lift.if_inference_not_in.as_ref().map(|set| self.inside(set)),
            entities,
            residence: lift.if_residence_in.as_ref().map(|set| self.inside(set)),
        }
    }
}

/// How far incorporation and headquarters are both inside: met if both are, unclear if only doubt stands against it.
fn establishment(entity: &Entity, region: &Region, core: &Core) -> State {
    let state = |place: &PlaceFact| match place {
        PlaceFact::Known(place) => membership_state(region.membership(core.atlas.slot(*place))),
        PlaceFact::Unknown => State::NotMet,
        PlaceFact::Unrecognised(_) => State::Unclear,
    };
    both(state(&entity.incorporated), state(&entity.headquarters))
}

/// Two conditions of an exception: what is unknown or not met fails it, what is unclear leaves it unclear.
pub(crate) fn both(a: State, b: State) -> State {
    match (a, b) {
        (State::Met, State::Met) => State::Met,
        (State::Met | State::Unclear, State::Met | State::Unclear) => State::Unclear,
        _ => State::NotMet,
    }
}

/// What a state counts for where *met* is for a person to decide.
pub(crate) fn reviewed(state: State, outcome: Outcome) -> State {
    match (state, outcome) {
        (State::Met, Outcome::Review) => State::Unclear,
        (state, _) => state,
    }
}

pub(crate) fn met_if(condition: bool) -> State {
    if condition { State::Met } else { State::NotMet }
}

fn conditions(clause: &Clause) -> impl Iterator<Item = &Test> {
    let conditions = match &clause.effect {
        Effect::Conditions(conditions) => conditions.as_slice(),
        _ => &[],
    };
    conditions.iter().map(|condition| &condition.test)
}

fn read_as(subject: PlaceSubject, reading: Option<ReadingTests>) -> PlaceSubject {
    match (subject, reading) {
        (PlaceSubject::People | PlaceSubject::PeopleAndInference, Some(ReadingTests::Inference)) => {
            PlaceSubject::Inference
        }
        (PlaceSubject::PeopleAndInference, Some(ReadingTests::People)) => PlaceSubject::People,
        (subject, _) => subject,
    }
}

/// Whether a clause stands at an instant, as known at another: in force or unclear; `None` where it does not.
pub(crate) fn standing(
    instrument: &Instrument,
    clause: &Clause,
    at: Instant,
    known_at: Instant,
    outside_term: bool,
) -> Option<Status> {
    let unknown = |known: Option<Instant>| known.is_some_and(|from| from > known_at);
    if unknown(clause.known_from) || unknown(instrument.known_from) {
        return None;
    }
    if !outside_term && !clause.validity.contains(at) {
        return None;
    }
    let status = status_at(clause, at, known_at)?;
    matches!(status, Status::InForce | Status::Unclear).then_some(status)
}

/// The status in force, as known; `None` before the first status begins.
fn status_at(clause: &Clause, at: Instant, known_at: Instant) -> Option<Status> {
    if clause.status.is_empty() {
        return Some(Status::InForce);
    }
    let known = || {
        clause
            .status
            .iter()
            .filter(|change| change.known_from.is_none_or(|from| from <= known_at))
    };
    if let Some(change) = known()
        .filter(|change| change.span.contains(at))
        .max_by_key(|change| change.known_from)
    {
        return Some(change.status);
    }
    known()
        .any(|change| change.span.from.is_none_or(|from| from <= at))
        .then_some(Status::Unclear)
}
