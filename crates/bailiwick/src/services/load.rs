//! From a register on disk to one that can be put in force, or to everything that stands in its way.
//!
//! The same steps are taken at the start and for every later register: read, check, compile with its tests, hold against
//! the connectors, lay out the zones. Only a register that passes all of them is ever seen by a request.

use super::connectors::Ways;
use crate::clock;
use crate::exit::UsageError;
use crate::folder::Folder;
use decision::{CompileError, Snapshot};
use gateway::{ConnectorError, InForce};
use identity::{Directory, FactCollector, JoinedDirectory, People, RegisterDirectory, ZoneError, Zones};
use register::diagnose::Diagnostics;
use register::model::Register;
use register::source::Position;
use std::path::Path;
use std::sync::Arc;

/// A register that can be put in force, with the directory of its people.
pub(crate) struct Loaded {
    /// What goes in force, as a whole.
    pub(crate) in_force: InForce,
    /// The people of the register, to be kept in step.
    pub(crate) directory: Arc<RegisterDirectory>,
}

/// Why a register is not put in force.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// The folder cannot be read.
    #[error("the register cannot be read: {0:#}")]
    Unreadable(anyhow::Error),
    /// Its texts are wrong.
    #[error("the register has errors")]
    Errors(Diagnostics),
    /// Its tests or invariants do not hold, or it is too large.
    #[error("the register does not compile: {0}")]
    Compile(CompileError),
    /// It cannot be kept, and what decides must be there to decide again.
    #[error("the register cannot be kept for deciding again: {0:#}")]
    NotKept(anyhow::Error),
    /// Networks of its sites cannot be told apart.
    #[error("{error}")]
    Zones {
        /// What is wrong.
        error: Box<ZoneError>,
        /// The site.
        position: Position,
    },
    /// It pins a deployment to hosts to which the configured connector does not go, or puts it on a channel whose wire
    /// that connector does not speak.
    #[error("{error}")]
    Pinned {
        /// What is wrong.
        error: Box<ConnectorError>,
        /// The deployment.
        position: Position,
    },
}

/// One thing that is wrong with a register, and where; the position names no file where the whole folder is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Where.
    pub(crate) position: Position,
    /// What, in one line.
    pub(crate) message: String,
}

impl LoadError {
    /// Everything that is wrong, in the order of the register.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let problem = |position: &Position, message: String| Problem {
            position: position.clone(),
            message,
        };
        match self {
            Self::Unreadable(_) | Self::NotKept(_) | Self::Compile(CompileError::TooManyPlaces(_)) => {
                vec![problem(&Position::default(), self.to_string())]
            }
            Self::Errors(diagnostics) => diagnostics
                .errors()
                .map(|error| problem(&error.position, error.message.clone()))
                .collect(),
            Self::Compile(CompileError::Cases(failures)) => failures
                .iter()
                .map(|failure| problem(&failure.position, failure.message.clone()))
                .collect(),
            Self::Zones { position, .. } | Self::Pinned { position, .. } => {
                vec![problem(position, self.to_string())]
            }
        }
    }

    /// What sort of mistake it is, for records.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::NotKept(_) => "not_kept",
            Self::Errors(_) => "text",
            Self::Compile(CompileError::TooManyPlaces(_)) => "too_many_places",
            Self::Compile(CompileError::Cases(_)) => "tests",
            Self::Zones { .. } => "networks",
            Self::Pinned { .. } => "connectors",
        }
    }

    /// The same for whoever starts the program, with the command that shows more.
    pub(crate) fn at_start(self, path: &Path) -> UsageError {
        let help = match self {
            Self::Pinned { .. } => "`bailiwick config check` compares the two".to_owned(),
            _ => format!("`bailiwick check {}` shows what is wrong", path.display()),
        };
        UsageError::new(format!("{self}, so it is not served"), help)
    }
}

/// Compiles a register and runs its tests; one failure refuses it.
pub(crate) fn compile(folder: &Folder) -> Result<Snapshot, LoadError> {
    let register = folder.register.clone();
    let register = register.ok_or_else(|| LoadError::Errors(folder.diagnostics.clone()))?;
    let now = clock::now();
    let snapshot = Snapshot::compile(register, &folder.digest, now).map_err(LoadError::Compile)?;
    snapshot.warm(now);
    Ok(snapshot)
}

/// Duplicates that are logged; the rest is counted.
const LOGGED: usize = 10;

/// Holds a snapshot against the connectors, and adds what collects facts by the same register, about its people and
/// those of a store, if there is one.
pub(crate) fn complete(snapshot: Snapshot, ways: &Ways) -> Result<Loaded, LoadError> {
    let register = snapshot.register();
    ways.connectors
        .check(&snapshot)
        .map_err(|error| LoadError::Pinned {
            position: position_of_deployment(register, &error),
            error: Box::new(error),
        })?;
    let zones = zones(register)?;
    let now = clock::now();
    let directory = Arc::new(RegisterDirectory::of(register, now));
    let collector = FactCollector::new(register, zones, joined(ways.people.as_ref(), &directory));
    let collector = collector
        .with_egress(ways.egress.clone())
        .with_places(Arc::clone(&ways.places))
        .with_revocations(Arc::clone(&ways.revocations));
    Ok(Loaded {
        in_force: InForce::new(snapshot, collector, now),
        directory,
    })
}

/// The people of a store before those of the register; the log says who is in both.
fn joined(people: Option<&Arc<People>>, register: &Arc<RegisterDirectory>) -> Arc<dyn Directory> {
    let Some(people) = people else {
        return Arc::clone(register) as _;
    };
    let joined = JoinedDirectory::new(Arc::clone(people), Arc::clone(register));
    let duplicates = joined.duplicates();
    for duplicate in duplicates.iter().take(LOGGED) {
        let (id, ended) = (&*duplicate.id, duplicate.ended);
        tracing::warn!(
            id,
            ended,
            "somebody is in the register and in the directory, which alone counts"
        );
    }
    if duplicates.len() > LOGGED {
        let more = duplicates.len().saturating_sub(LOGGED);
        tracing::warn!(more, "more people are in the register and in the directory");
    }
    Arc::new(joined)
}

/// The networks of a register's sites; where they overlap, the smaller wins and the log says so.
fn zones(register: &Register) -> Result<Zones, LoadError> {
    let zones = Zones::of(register).map_err(|error| LoadError::Zones {
        position: position_of_site(register, &error),
        error: Box::new(error),
    })?;
    for overlap in zones.overlaps() {
        let (inner, outer) = (&overlap.inner_site, &overlap.outer_site);
        tracing::warn!(inner, outer, network = %overlap.inner, "a network lies inside a network of another site");
    }
    Ok(zones)
}

fn position_of_deployment(register: &Register, error: &ConnectorError) -> Position {
    let (ConnectorError::OutsidePin { deployment, .. } | ConnectorError::OtherWire { deployment, .. }) =
        error
    else {
        return Position::default();
    };
    let mut deployments = register.deployments.iter();
    let found = deployments.find(|other| other.id == *deployment);
    found.map(|found| found.position.clone()).unwrap_or_default()
}

fn position_of_site(register: &Register, error: &ZoneError) -> Position {
    let site = match error {
        ZoneError::NotANetwork { site, .. } | ZoneError::BitsBehindPrefix { site, .. } => site,
        ZoneError::Ambiguous { second, .. } => second,
    };
    let found = register.sites.iter().find(|other| other.id == *site);
    found.map(|found| found.position.clone()).unwrap_or_default()
}
