//! A register compiled: immutable, named by the digest of its content, ready to decide.

mod compile;
mod cover;
pub(crate) mod epoch;
pub(crate) mod names;
mod ownership;
pub(crate) mod plan;
mod sets;
pub(crate) mod table;
pub(crate) mod traits;
pub(crate) mod triggers;

pub use compile::CompileError;
#[cfg(test)]
pub(crate) use compile::stranger;

use crate::verdict::{ClauseIndex, DeploymentIndex, ModelIndex, State};
use cover::Cover;
use epoch::{Epoch, EpochBuilder};
use plan::{Plan, Planner};
use register::model::{Clause, Deployment, Entity, Instant, Instrument, Model, PlaceFact, Register, Scope};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use table::PlaceTable;
use territory::Atlas;

/// A compiled register.
pub struct Snapshot {
    core: Core,
    digest: Arc<str>,
    /// Instants at which something in the register changes, in order.
    boundaries: Vec<Instant>,
    /// One epoch for each stretch between boundaries, made when first asked for.
    segments: Vec<OnceLock<Arc<Epoch>>>,
    /// The last instant at which something became known.
    all_known: Instant,
}

/// What epochs and plans are made from.
pub(crate) struct Core {
    pub register: Register,
    pub atlas: Atlas,
    /// Clauses of all instruments, in the order of the register.
    pub clauses: Vec<ClausePlace>,
    /// First clause of each instrument in `clauses`, and one past the last.
    clause_starts: Vec<usize>,
    /// Per deployment: indices of the instruments that apply to it.
    pub reach: Vec<Vec<usize>>,
    pub cover: Cover,
    /// Per list: the longest notice of the instruments that use it.
    pub notice_days: HashMap<String, u32>,
    /// An entity of which nothing is known.
    pub stranger: Entity,
    pub index: Index,
}

/// Where a clause stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClausePlace {
    pub instrument: usize,
    pub clause: usize,
}

/// Names to positions.
#[derive(Default)]
pub(crate) struct Index {
    pub models: HashMap<String, usize>,
    pub deployments: HashMap<String, usize>,
    pub deployments_of: Vec<Vec<DeploymentIndex>>,
    pub entities: HashMap<String, usize>,
    pub groups: HashMap<String, usize>,
    pub instruments: HashMap<String, usize>,
    pub connectors: HashMap<String, usize>,
    /// Grants by person.
    pub grants: HashMap<String, Vec<usize>>,
}

impl Core {
    pub(crate) fn clause(&self, index: usize) -> Option<(&Instrument, &Clause)> {
        let place = self.clauses.get(index)?;
        let instrument = self.register.instruments.get(place.instrument)?;
        Some((instrument, instrument.clauses.get(place.clause)?))
    }

    pub(crate) fn clauses_of(&self, instrument: usize) -> std::ops::Range<usize> {
        let at = |index: usize| {
            self.clause_starts
                .get(index)
                .copied()
                .unwrap_or(self.clauses.len())
        };
        at(instrument)..at(instrument + 1)
    }

    pub(crate) fn model(&self, id: &str) -> Option<&Model> {
        self.register.models.get(*self.index.models.get(id)?)
    }

    /// Whether a scope concerns a deployment: its model, the model's modality, its account.
    pub(crate) fn concerns(&self, scope: &Scope, deployment: &Deployment) -> bool {
        let model = self.model(&deployment.model);
        let named = |glob: &String| register::model::glob_matches(glob, &deployment.model);
        (scope.models.is_empty() || scope.models.iter().any(named))
            && scope
                .modality
                .is_none_or(|modality| model.is_some_and(|model| model.modality == modality))
            && (scope.accounts.is_empty() || scope.accounts.contains(&deployment.account))
    }

    /// Whether an instrument is the named one or a variant of it.
    pub(crate) fn stands_for(&self, instrument: &Instrument, id: &str) -> bool {
        let mut current = Some(instrument);
        for _ in 0..=self.register.instruments.len() {
            let Some(instrument) = current else { return false };
            if instrument.id == id {
                return true;
            }
            let base = instrument.variant_of.as_deref();
            current = base.and_then(|base| self.register.instruments.get(*self.index.instruments.get(base)?));
        }
        false
    }

    /// The state of a place test at a place that may be unknown or unrecognised.
    pub(crate) fn place_state(&self, table: &PlaceTable, place: &PlaceFact) -> State {
        match place {
            PlaceFact::Known(place) => table.counted(table.state(self.atlas.slot(*place))),
            PlaceFact::Unknown if table.can_stop() => State::Unknown,
            PlaceFact::Unrecognised(_) if table.can_stop() => State::Unclear,
            _ => State::NotMet,
        }
    }
}

impl Snapshot {
    /// The register from which this was compiled.
    pub const fn register(&self) -> &Register {
        &self.core.register
    }

    /// Digest of the register's content: the snapshot's name.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Every model, in the order of the register.
    pub fn models(&self) -> impl Iterator<Item = (ModelIndex, &Model)> {
        self.core
            .register
            .models
            .iter()
            .enumerate()
            .map(|(index, model)| (model_index(index), model))
    }

    /// The model that a name or alias means.
    pub fn model_index(&self, name: &str) -> Option<ModelIndex> {
        self.core.index.models.get(name).map(|index| model_index(*index))
    }

    /// A model by its index.
    pub fn model(&self, index: ModelIndex) -> Option<&Model> {
        self.core.register.models.get(index.0 as usize)
    }

    /// Deployments of a model, first the one to try first.
    pub fn deployments_of(&self, model: ModelIndex) -> &[DeploymentIndex] {
        self.core
            .index
            .deployments_of
            .get(model.0 as usize)
            .map_or(&[], Vec::as_slice)
    }

    /// Every deployment, in the order of the register.
    pub fn deployments(&self) -> impl Iterator<Item = (DeploymentIndex, &Deployment)> {
        self.core
            .register
            .deployments
            .iter()
            .enumerate()
            .map(|(index, d)| (deployment_index(index), d))
    }

    /// The deployment of this id.
    pub fn deployment_index(&self, id: &str) -> Option<DeploymentIndex> {
        self.core
            .index
            .deployments
            .get(id)
            .map(|index| deployment_index(*index))
    }

    /// A deployment by its index.
    pub fn deployment(&self, index: DeploymentIndex) -> Option<&Deployment> {
        self.core.register.deployments.get(index.0 as usize)
    }

    /// A clause by its index, with its instrument.
    pub fn clause(&self, index: ClauseIndex) -> Option<(&Instrument, &Clause)> {
        self.core.clause(index.0 as usize)
    }

    /// Instants at which something in the register changes, in order.
    pub fn boundaries(&self) -> &[Instant] {
        &self.boundaries
    }

    pub(crate) const fn core(&self) -> &Core {
        &self.core
    }

    /// The register as it stands at an instant, as known at another.
    pub(crate) fn epoch(&self, at: Instant, known_at: Instant) -> Arc<Epoch> {
        let segment = self.boundaries.partition_point(|boundary| *boundary <= at);
        let until = self.boundaries.get(segment).copied();
        let build = |known_at| Arc::new(EpochBuilder::new(&self.core, at, known_at).build(until));
        match self.segments.get(segment) {
            Some(cell) if known_at >= self.all_known => Arc::clone(cell.get_or_init(|| build(crate::LATEST))),
            _ => build(known_at),
        }
    }

    /// The plan of a deployment in an epoch.
    pub(crate) fn plan<'e>(&self, epoch: &'e Epoch, deployment: DeploymentIndex) -> Option<&'e Plan> {
        let index = deployment.0 as usize;
        let entry = self.core.register.deployments.get(index)?;
        let cell = epoch.plans.get(index)?;
        Some(cell.get_or_init(|| {
            Planner {
                core: &self.core,
                epoch,
                deployment: entry,
                index,
            }
            .plan()
        }))
    }

    /// Makes the epoch of an instant and every plan in it, so that no request has to wait for them.
    pub fn warm(&self, at: Instant) {
        let epoch = self.epoch(at, crate::LATEST);
        for (index, _) in self.deployments() {
            let _ = self.plan(&epoch, index);
        }
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot")
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

pub(crate) fn clause_index(index: usize) -> ClauseIndex {
    ClauseIndex(u32::try_from(index).unwrap_or(u32::MAX))
}

pub(crate) fn deployment_index(index: usize) -> DeploymentIndex {
    DeploymentIndex(u32::try_from(index).unwrap_or(u32::MAX))
}

pub(crate) fn model_index(index: usize) -> ModelIndex {
    ModelIndex(u32::try_from(index).unwrap_or(u32::MAX))
}
