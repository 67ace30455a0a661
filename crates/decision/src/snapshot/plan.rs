//! What applies to one deployment in one segment, in the order in which it is walked.

use super::epoch::{ClauseNow, Epoch, TestNow};
use super::table::PlaceTable;
use super::triggers::{Host, Triggers};
use super::{Core, traits};
use crate::verdict::{ClauseIndex, State};
use register::model::{Clause, Deployment, HostingPlace, Instrument, Layer, LiftPlaces, PlaceFact, Test};
use territory::{Atlas, Place, PlaceSet, Slot};

/// The clauses that apply to a deployment in a segment.
pub(crate) struct Plan {
    /// Clauses that can be reasons or oblige, in the order of the register.
    pub checks: Vec<Check>,
    /// What could wake each of them, in the same order and close together: most sleep.
    pub triggers: Vec<Triggers>,
    /// Every place in which inference may run.
    pub inference: PlaceSet,
    /// An inference place that nobody recognises.
    pub inference_unrecognised: bool,
    /// Place clauses of the agreements, for the egress place.
    pub egress: Vec<EgressTest>,
    /// Position of the connector.
    pub connector: Option<usize>,
    /// No agreement in force covers the model.
    pub without_agreement: bool,
    /// Per entity: an agreement in force covers model, channel and this entity.
    pub covered: Vec<bool>,
    /// Clauses that test evidence of place: which requests they concern.
    pub evidence: Vec<traits::Scope>,
    /// Places at which some place test of people stops, exceptions left out.
    pub stopping_places: PlaceSet,
    /// Per entity, and last for an unknown one: some clause stops it.
    pub stopping_entities: Vec<bool>,
    /// The model, if the register has it.
    pub model: Option<usize>,
    /// For which requests the firm has approved the model, if it has.
    pub approval: Option<traits::Scope>,
    /// Positions of the groups that are entitled to the model.
    pub entitled: Vec<usize>,
}

/// A place clause as it is put to the egress place.
pub(crate) struct EgressTest {
    /// Which requests it concerns.
    pub scope: traits::Scope,
    /// The places of the clause.
    pub table: Box<PlaceTable>,
    /// The legal status of the clause is unclear, so that it can be no worse than unclear.
    pub doubtful: bool,
    /// Its state at the egress place that the register names.
    pub at_home: State,
}

impl EgressTest {
    /// Its state at a place.
    pub(crate) fn state(&self, core: &Core, place: &PlaceFact) -> State {
        let state = core.place_state(&self.table, place);
        if self.doubtful {
            state.min(State::Unclear)
        } else {
            state
        }
    }
}

/// One clause in a plan.
pub(crate) struct Check {
    /// Which clause.
    pub clause: ClauseIndex,
    /// Which requests it concerns.
    pub scope: traits::Scope,
    /// Which exceptions may lift it.
    pub lifts: Box<[LiftRef]>,
    /// An entity clause, by which a contractor's employer is tested too.
    pub tests_entity: bool,
}

/// An exception that may lift a clause.
pub(crate) struct LiftRef {
    /// The clause that lifts.
    pub clause: ClauseIndex,
    /// Which requests it concerns.
    pub scope: traits::Scope,
    /// For which places it reaches the tests of the lifted clause, one mask a condition.
    pub reach: Vec<PlaceSet>,
}

/// Makes the plan of one deployment.
pub(crate) struct Planner<'a> {
    pub core: &'a Core,
    pub epoch: &'a Epoch,
    pub deployment: &'a Deployment,
    pub index: usize,
}

impl Planner<'_> {
    pub(crate) fn plan(&self) -> Plan {
        let mut plan = Plan {
            checks: Vec::new(),
            triggers: Vec::new(),
            inference: PlaceSet::EMPTY,
            inference_unrecognised: false,
            egress: Vec::new(),
            connector: self
                .core
                .index
                .connectors
                .get(&self.deployment.connector)
                .copied(),
            without_agreement: !self.core.cover.model_covered(self.core, self.epoch, self.index),
            covered: self
                .core
                .cover
                .entities_covered(self.core, self.epoch, self.index),
            evidence: Vec::new(),
            stopping_places: PlaceSet::EMPTY,
            stopping_entities: vec![false; self.core.register.entities.len() + 1],
            model: self.core.index.models.get(&self.deployment.model).copied(),
            approval: self.approval(),
            entitled: self.entitled(),
        };
        self.host(&mut plan);
        let applying: Vec<_> = self.applying().collect();
        for (index, now) in &applying {
            self.add(&mut plan, *index, now, &applying);
        }
        plan
    }

    fn approval(&self) -> Option<traits::Scope> {
        let approval = self.core.model(&self.deployment.model)?.approval.as_ref()?;
        let scope = register::model::Scope {
            purposes: approval.purposes.clone(),
            data: approval.data.clone(),
            ..register::model::Scope::default()
        };
        approval
            .span
            .contains(self.epoch.at)
            .then(|| traits::Scope::of(&scope))
    }

    fn entitled(&self) -> Vec<usize> {
        let groups = self
            .core
            .model(&self.deployment.model)
            .map_or(&[][..], |model| model.entitled.as_slice());
        groups
            .iter()
            .filter_map(|group| self.core.index.groups.get(group).copied())
            .collect()
    }

    /// Clauses of the instruments that apply, in force, for this model and account.
    fn applying(&self) -> impl Iterator<Item = (usize, &ClauseNow)> {
        let reach = self.core.reach.get(self.index).map_or(&[][..], Vec::as_slice);
        reach
            .iter()
            .flat_map(|instrument| self.core.clauses_of(*instrument))
            .filter(|index| {
                let clause = self.core.clause(*index);
                clause.is_some_and(|(_, clause)| self.core.concerns(&clause.scope, self.deployment))
            })
            .filter_map(|index| Some((index, self.epoch.clauses.get(index)?.as_ref()?)))
    }

    fn host(&self, plan: &mut Plan) {
        for place in &self.deployment.hosting.inference {
            match place {
                HostingPlace::Place(place) => plan.inference.insert(self.core.atlas.slot(*place)),
                HostingPlace::Anywhere => plan.inference = plan.inference.union(&self.core.atlas.atoms()),
                HostingPlace::AnywhereBut(place) => {
                    let but = self.core.atlas.atoms().minus(&self.core.atlas.expand(*place));
                    plan.inference = plan.inference.union(&but);
                }
                HostingPlace::Unrecognised(_) => plan.inference_unrecognised = true,
            }
        }
    }

    fn hosted<'p>(&'p self, plan: &'p Plan) -> Host<'p> {
        Host {
            core: self.core,
            model: &self.deployment.model,
            tier: self.deployment.tier,
            inference: &plan.inference,
            inference_unrecognised: plan.inference_unrecognised,
            storage: &self.deployment.hosting.storage,
        }
    }

    fn add(&self, plan: &mut Plan, index: usize, now: &ClauseNow, applying: &[(usize, &ClauseNow)]) {
        let Some((instrument, clause)) = self.core.clause(index) else {
            return;
        };
        if now.lift.is_some() {
            return;
        }
        let scope = traits::Scope::of(&clause.scope);
        let place_clause = clause.kind.is_some_and(|kind| kind.is_place_clause());
        for condition in &now.conditions {
            match &condition.test {
                TestNow::Places(_, table) if place_clause && instrument.layer != Layer::House => {
                    let mut test = EgressTest {
                        scope,
                        table: table.clone(),
                        doubtful: now.doubtful,
                        at_home: State::NotMet,
                    };
                    test.at_home = test.state(self.core, &self.deployment.hosting.egress);
                    plan.egress.push(test);
                }
                TestNow::Plain(Test::EvidenceRequired) => plan.evidence.push(scope),
                _ => {}
            }
            note_stops(plan, &condition.test);
        }
        let triggers = Triggers::of(now, &self.hosted(plan));
        if triggers == Triggers::NONE {
            return;
        }
        plan.triggers.push(triggers);
        plan.checks.push(Check {
            clause: super::clause_index(index),
            scope,
            lifts: self.lifts(instrument, clause, now, applying),
            tests_entity: clause.kind.is_some_and(|kind| kind.is_entity_clause()),
        });
    }

    fn lifts(
        &self,
        instrument: &Instrument,
        clause: &Clause,
        now: &ClauseNow,
        applying: &[(usize, &ClauseNow)],
    ) -> Box<[LiftRef]> {
        if instrument.layer == Layer::House || clause.layer == Layer::House {
            return Box::default();
        }
        let lifting = applying.iter().filter_map(|(index, lifting)| {
            let lift = lifting.lift.as_ref()?;
            let (_, by) = self.core.clause(*index)?;
            Some((*index, by, lift))
        });
        lifting
            .filter(|(_, by, lift)| {
                let allowed = clause.layer != Layer::Law || by.layer == Layer::Law;
                let named = |(id, reference): &(String, String)| {
                    *reference == clause.reference && self.core.stands_for(instrument, id)
                };
                allowed && lift.lift.clauses.iter().any(named)
            })
            .map(|(index, by, lift)| LiftRef {
                clause: super::clause_index(index),
                scope: traits::Scope::of(&by.scope),
                reach: now
                    .conditions
                    .iter()
                    .map(|c| self.reach(&lift.lift.places, &c.test))
                    .collect(),
            })
            .collect()
    }

    /// The places that an exception reaches: what its codes name, without the subdivisions that the lifted set itself
    /// names, unless the exception names them too.
    fn reach(&self, places: &LiftPlaces, test: &TestNow) -> PlaceSet {
        let LiftPlaces::Named(named) = places else {
            return PlaceSet::EMPTY;
        };
        let mut reach = PlaceSet::EMPTY;
        for place in named {
            reach = reach.union(&reached_by(self.core, *place, named_parts(test)));
            reach.insert_if(place.whole().is_some(), self.core.atlas.slot(*place));
        }
        reach
    }
}

/// Notes at which places and for which entities a test stops.
fn note_stops(plan: &mut Plan, test: &TestNow) {
    match test {
        TestNow::Places(_, table) | TestNow::TierInPlaces(_, table) | TestNow::Unfiled(_, table) => {
            plan.stopping_places = plan.stopping_places.union(&table.stopping());
        }
        TestNow::Entities(states) | TestNow::Licensee(states) => {
            for (stopping, state) in plan.stopping_entities.iter_mut().zip(states) {
                *stopping |= state.stops();
            }
        }
        _ => {}
    }
}

/// The atoms that naming a place reaches, but for subdivisions that a tested set names itself.
fn reached_by(core: &Core, place: territory::Place, named_parts: PlaceSet) -> PlaceSet {
    let atoms = core.atlas.expand(place).iter();
    atoms
        .filter(|atom| !is_named_apart(&core.atlas, *atom, Some(place), named_parts))
        .collect()
}

/// Whether the way from a slot out to a place, or to the whole, enters a subdivision that a tested set names itself.
pub(crate) fn is_named_apart(atlas: &Atlas, slot: Slot, to: Option<Place>, named_parts: PlaceSet) -> bool {
    let around = std::iter::successors(atlas.place(slot), |place| place.enclosing());
    around
        .take_while(|place| Some(*place) != to)
        .any(|place| !place.own_code() && named_parts.contains(atlas.slot(place)))
}

/// Subdivisions that the set of a test names itself.
pub(crate) fn named_parts(test: &TestNow) -> PlaceSet {
    test.table().map_or(PlaceSet::EMPTY, |table| table.named_parts)
}

trait InsertIf {
    fn insert_if(&mut self, condition: bool, slot: Slot);
}

impl InsertIf for PlaceSet {
    fn insert_if(&mut self, condition: bool, slot: Slot) {
        if condition {
            self.insert(slot);
        }
    }
}
