//! The register as data: what people wrote, parsed, resolved and checked, and nothing computed from it.
//!
//! Everything here is plain data with public fields. `decision` compiles it into a snapshot, `oracle` translates
//! it into Cedar, and both see the very same values, so that they can disagree only about meaning.

mod catalogue;
mod check;
mod clause;
mod entity;
mod given;
mod groups;
mod instrument;
mod kind;
mod people;
mod share;
mod test;
mod time;
mod vocabulary;

pub use crate::glob::matches as glob_matches;
pub use catalogue::{
    Application, Approval, Channel, ClientProgram, Deployment, Hosting, HostingPlace, Modality, Model,
    Thinking,
};
pub use check::{Case, Expectation, ExpectedMissing, ExpectedState, Never};
pub use clause::{
    Citation, Clause, Condition, Effect, Lift, LiftPlaces, Obliged, Outcome, Reading, ReadingTests, Scope,
    Status, StatusChange, Words,
};
pub use entity::{Entity, EntityPlace, Holding, Owner, PlaceFact};
pub use given::{Given, GivenScreening, Origin, OriginSource};
pub use groups::{Group, GroupReading, ListChange, ListVersion, PlaceList, PlaceSetName};
pub use instrument::{Instrument, Layer, Notice};
pub use kind::{Family, Kind};
pub use people::{Grant, Person, Site};
pub use share::{Share, ShareError};
pub use test::{Comparison, EmploymentTest, PlaceSubject, Polarity, Test};
pub use time::{Instant, Span, TimeError};
pub use vocabulary::{
    Account, Cause, ChainMethod, DataClass, Disclosure, ExceptionApproval, Obligation, Pattern, Purpose,
    Role, Tier, UsStatus, Worker,
};

use std::collections::BTreeMap;
use territory::Place;

/// A whole register: every file of the folder, merged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Register {
    /// The firm that keeps the register.
    pub firm: Firm,
    /// How old evidence may be.
    pub limits: Limits,
    /// Display names that replace the default ones.
    pub display: BTreeMap<Place, String>,
    /// Region groups that any instrument may name.
    pub groups: Vec<Group>,
    /// Lists of places that licensors publish and terms incorporate by reference.
    pub lists: Vec<PlaceList>,
    /// Agreements, law and house rules, in the order of their files.
    pub instruments: Vec<Instrument>,
    /// Legal entities of the firm and of those it works with.
    pub entities: Vec<Entity>,
    /// Offices and network sites.
    pub sites: Vec<Site>,
    /// Models with the firm's approval.
    pub models: Vec<Model>,
    /// Channels through which models are reached.
    pub channels: Vec<Channel>,
    /// Model x channel x agreement x hosting.
    pub deployments: Vec<Deployment>,
    /// Applications, which fix purpose, data class and destination of a request.
    pub applications: Vec<Application>,
    /// Client programs such as coding tools.
    pub clients: Vec<ClientProgram>,
    /// People for demonstration and tests; real staff come from the directory.
    pub people: Vec<Person>,
    /// Time-boxed grants of single models to single people.
    pub grants: Vec<Grant>,
    /// Inline tests, run whenever a snapshot is compiled.
    pub tests: Vec<Case>,
    /// Invariants over all people, places and dates.
    pub nevers: Vec<Never>,
}

/// The firm that keeps the register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Firm {
    /// Name as shown in refusals and reports.
    pub name: String,
    /// Where a refused person asks or corrects a fact; shown in refusals.
    pub ask: Option<String>,
}

/// How old evidence may be before it is stale, in seconds. Equal to the limit is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Badge, zone, device, session and GeoIP claims; 12 h by default.
    pub presence: i64,
    /// Place from the directory, counted from the last complete sync; 24 h by default.
    pub directory: i64,
    /// Sanctions screening; 24 h by default.
    pub screening: i64,
    /// For how long a presence claim of another place silences the directory's place; 7 days by default.
    pub contradiction: i64,
}

impl Default for Limits {
    fn default() -> Self {
        const HOUR: i64 = 3600;
        Self {
            presence: 12 * HOUR,
            directory: 24 * HOUR,
            screening: 24 * HOUR,
            contradiction: 7 * 24 * HOUR,
        }
    }
}
