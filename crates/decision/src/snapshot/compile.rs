//! From a register to a snapshot: names to positions, instruments to deployments, the instants at which things change.

use super::cover::Cover;
use super::{ClausePlace, Core, Index, Snapshot, names, sets};
use crate::cases::{self, CaseFailure, Depth};
use register::model::{
    Deployment, Entity, Holding, Instant, Instrument, Layer, PlaceFact, PlaceSetName, Register, glob_matches,
};
use register::source::Position;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};
use territory::Atlas;

/// Why a register did not become a snapshot. It is refused whole; the one in force stays.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CompileError {
    /// The register tells more places apart than a snapshot has room for.
    #[error("{0}")]
    TooManyPlaces(territory::AtlasError),
    /// Inline tests or invariants do not hold.
    #[error("{} of the register's tests and invariants {} not hold", .0.len(), if .0.len() == 1 { "does" } else { "do" })]
    Cases(Vec<CaseFailure>),
}

impl Snapshot {
    /// Compiles a register and runs its inline tests and invariants; `at` is the instant of tests that name none.
    pub fn compile(register: Register, digest: &str, at: Instant) -> Result<Self, CompileError> {
        let snapshot = Self::compile_untested(register, digest)?;
        let report = cases::run(&snapshot, at, Depth::Places);
        if report.failures.is_empty() {
            Ok(snapshot)
        } else {
            Err(CompileError::Cases(report.failures))
        }
    }

    /// Compiles a register without running its tests, for overlays of it that its tests do not speak of.
    pub fn compile_untested(register: Register, digest: &str) -> Result<Self, CompileError> {
        let atlas = Atlas::new(names::named_places(&register)).map_err(CompileError::TooManyPlaces)?;
        let index = Index::new(&register);
        let (clauses, clause_starts) = flatten(&register);
        let named: Vec<_> = register
            .deployments
            .iter()
            .map(|d| named_instruments(&register, &index, d))
            .collect();
        let reach = register
            .deployments
            .iter()
            .zip(&named)
            .map(|(d, named)| reach(&register, d, named))
            .collect();
        let core = Core {
            atlas,
            clauses,
            clause_starts,
            reach,
            cover: Cover::new(named),
            notice_days: notice_days(&register),
            stranger: stranger(),
            index,
            register,
        };
        let boundaries = boundaries(&core);
        let segments = (0..=boundaries.len()).map(|_| OnceLock::new()).collect();
        let all_known = all_known(&core.register);
        Ok(Self {
            core,
            digest: Arc::from(digest),
            boundaries,
            segments,
            all_known,
        })
    }
}

impl Index {
    fn new(register: &Register) -> Self {
        let mut index = Self::default();
        for (position, model) in register.models.iter().enumerate() {
            for name in std::iter::once(&model.id).chain(&model.aliases) {
                index.models.entry(name.clone()).or_insert(position);
            }
            for group in &model.entitled {
                index.group(group);
            }
        }
        // an id wins over another model's alias
        index.models.extend(
            register
                .models
                .iter()
                .enumerate()
                .map(|(position, model)| (model.id.clone(), position)),
        );
        index.deployments_of = vec![Vec::new(); register.models.len()];
        let mut order: Vec<_> = register.deployments.iter().enumerate().collect();
        order.sort_by_key(|(position, deployment)| (deployment.priority, *position));
        for (position, deployment) in order {
            index.deployments.insert(deployment.id.clone(), position);
            let next = index.connectors.len();
            index
                .connectors
                .entry(deployment.connector.clone())
                .or_insert(next);
            let model = index.models.get(&deployment.model).copied();
            if let Some(of) = model.and_then(|model| index.deployments_of.get_mut(model)) {
                of.push(super::deployment_index(position));
            }
        }
        index.entities = positions(register.entities.iter().map(|entity| &entity.id));
        index.instruments = positions(register.instruments.iter().map(|instrument| &instrument.id));
        for (position, grant) in register.grants.iter().enumerate() {
            index
                .grants
                .entry(grant.person.clone())
                .or_default()
                .push(position);
        }
        for group in groups_in_clauses(register) {
            index.group(group);
        }
        index
    }

    fn group(&mut self, group: &str) {
        let next = self.groups.len();
        self.groups.entry(group.to_owned()).or_insert(next);
    }
}

fn positions<'a>(ids: impl Iterator<Item = &'a String>) -> HashMap<String, usize> {
    ids.enumerate()
        .map(|(position, id)| (id.clone(), position))
        .collect()
}

fn groups_in_clauses(register: &Register) -> impl Iterator<Item = &str> {
    use register::model::{Effect, Test};
    register
        .instruments
        .iter()
        .flat_map(|instrument| &instrument.clauses)
        .flat_map(|clause| match &clause.effect {
            Effect::Lift(lift) => lift.group.as_deref().into_iter().collect::<Vec<_>>(),
            Effect::Conditions(conditions) => conditions
                .iter()
                .filter_map(|condition| match &condition.test {
                    Test::WithoutGroup(group) => Some(group.as_str()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        })
}

fn flatten(register: &Register) -> (Vec<ClausePlace>, Vec<usize>) {
    let mut clauses = Vec::new();
    let mut starts = Vec::new();
    for (instrument, entry) in register.instruments.iter().enumerate() {
        starts.push(clauses.len());
        clauses.extend((0..entry.clauses.len()).map(|clause| ClausePlace { instrument, clause }));
    }
    (clauses, starts)
}

/// A deployment's agreements and what they stand on; a variant that it names stands for its base.
fn named_instruments(register: &Register, index: &Index, deployment: &Deployment) -> Vec<usize> {
    let position = |id: &str| index.instruments.get(id).copied();
    let entry = |position: usize| register.instruments.get(position);
    let base = |position: usize| {
        entry(position)
            .and_then(|i| i.variant_of.as_deref())
            .and_then(position_of(index))
    };
    let mut named: Vec<usize> = deployment
        .agreements
        .iter()
        .filter_map(|id| position(id))
        .collect();
    let mut replaced = BTreeSet::new();
    for variant in named.clone() {
        let mut current = variant;
        while let Some(next) = base(current) {
            if !replaced.insert(next) {
                break;
            }
            current = next;
        }
    }
    let explicit = named.clone();
    let mut next = 0;
    while let Some(current) = named.get(next).copied() {
        next += 1;
        for id in entry(current).map_or(&[][..], |instrument| instrument.stands_on.as_slice()) {
            if let Some(below) = position(id)
                && !named.contains(&below)
                && (!replaced.contains(&below) || explicit.contains(&below))
            {
                named.push(below);
            }
        }
    }
    named.sort_unstable();
    named.dedup();
    named
}

fn position_of(index: &Index) -> impl Fn(&str) -> Option<usize> {
    |id| index.instruments.get(id).copied()
}

/// Everything that applies to a deployment: its agreements, law, and house rules.
fn reach(register: &Register, deployment: &Deployment, named: &[usize]) -> Vec<usize> {
    let general = |instrument: &Instrument| {
        matches!(instrument.layer, Layer::Law | Layer::House)
            && (instrument.covers.is_empty()
                || instrument
                    .covers
                    .iter()
                    .any(|glob| glob_matches(glob, &deployment.model)))
            && (instrument.channels.is_empty() || instrument.channels.contains(&deployment.channel))
    };
    let applies =
        |(position, instrument): &(usize, &Instrument)| named.contains(position) || general(instrument);
    register
        .instruments
        .iter()
        .enumerate()
        .filter(applies)
        .map(|(position, _)| position)
        .collect()
}

fn notice_days(register: &Register) -> HashMap<String, u32> {
    let mut days: HashMap<String, u32> = HashMap::new();
    for instrument in &register.instruments {
        sets::of_instrument(instrument, |name| {
            if let PlaceSetName::List(list) = name {
                let longest = days.entry(list.clone()).or_default();
                *longest = (*longest).max(instrument.notice.days);
            }
        });
    }
    days
}

pub(crate) fn stranger() -> Entity {
    Entity {
        id: String::new(),
        name: String::new(),
        incorporated: PlaceFact::Unknown,
        headquarters: PlaceFact::Unknown,
        principal_place: PlaceFact::Unknown,
        billing: PlaceFact::Unknown,
        unsupported_share: Holding::Unknown,
        owners: Vec::new(),
        controlled: None,
        listed_owners: Vec::new(),
        sanctioned: None,
        monthly_users_at_release: 0,
        position: Position::default(),
    }
}

/// Every instant at which a text, a status, a list or an approval begins or ends.
fn boundaries(core: &Core) -> Vec<Instant> {
    let mut all = BTreeSet::new();
    for instrument in &core.register.instruments {
        all.extend(instrument.validity.boundaries());
        for clause in &instrument.clauses {
            all.extend(clause.validity.boundaries());
            all.extend(
                clause
                    .status
                    .iter()
                    .flat_map(|change| change.span.boundaries().collect::<Vec<_>>()),
            );
        }
    }
    for list in &core.register.lists {
        let days = core.notice_days.get(&list.id).copied().unwrap_or_default();
        all.extend(
            list.versions
                .iter()
                .flat_map(|version| version.span.boundaries().collect::<Vec<_>>()),
        );
        all.extend(list.changes.iter().map(|change| names::binds_from(change, days)));
    }
    for approval in core
        .register
        .models
        .iter()
        .filter_map(|model| model.approval.as_ref())
    {
        all.extend(approval.span.boundaries());
    }
    all.into_iter().collect()
}

/// The last instant at which something in the register became known.
fn all_known(register: &Register) -> Instant {
    let mut last = Instant(i64::MIN);
    let mut note = |known: Option<Instant>| last = last.max(known.unwrap_or(Instant(i64::MIN)));
    for instrument in &register.instruments {
        note(instrument.known_from);
        for clause in &instrument.clauses {
            note(clause.known_from);
            clause
                .readings
                .iter()
                .for_each(|reading| note(Some(reading.known_from)));
            clause.status.iter().for_each(|change| note(change.known_from));
            if let register::model::Effect::NoBearing { known_from, .. } = &clause.effect {
                note(Some(*known_from));
            }
        }
    }
    register
        .groups
        .iter()
        .filter_map(|group| group.reading.as_ref())
        .for_each(|reading| note(reading.known_from));
    for list in &register.lists {
        list.versions.iter().for_each(|version| note(version.known_from));
        list.changes.iter().for_each(|change| note(Some(change.posted)));
    }
    last
}
