//! Clauses: what applies when, to whom, with which effect, and how we read it.

use super::{
    Account, DataClass, Disclosure, Kind, Layer, Obligation, PlaceSetName, Purpose, Share, Span, Test, Worker,
};
use crate::model::{Instant, Modality};
use crate::source::Position;

/// One clause of an instrument. Its identity is instrument + reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// Reference as the document has it, such as `2.3`.
    pub reference: String,
    /// Short title.
    pub title: String,
    /// What refusals show, in plain words.
    pub plain: String,
    /// The contract's own words, and who may read them.
    pub words: Option<Words>,
    /// Kind; `None`: nobody has read this clause yet, so it denies.
    pub kind: Option<Kind>,
    /// The layer it stands in, which decides what may lift it: its kind's where that is law, else its own, else its
    /// instrument's.
    pub layer: Layer,
    /// When it applies at all.
    pub scope: Scope,
    /// Validity, already narrowed to that of its instrument, but for `outside_term`.
    pub validity: Span,
    /// Known from; `None`: always.
    pub known_from: Option<Instant>,
    /// Legal status over time; empty: in force throughout its validity.
    pub status: Vec<StatusChange>,
    /// What it does.
    pub effect: Effect,
    /// How many people may be named users of its instrument, where it limits them; more is a diagnostic.
    pub seats: Option<u32>,
    /// Obligations attached to a permit while the clause applies and is not met.
    pub obliges: Vec<Obliged>,
    /// Our readings of what it tests, oldest first.
    pub readings: Vec<Reading>,
    /// Where the text comes from.
    pub citation: Option<Citation>,
    /// Where it is written in the register.
    pub position: Position,
}

/// An obligation as written: known to this version, or another word, which no gateway can fulfil.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obliged {
    /// An obligation of the closed vocabulary.
    Known(Obligation),
    /// Any other word: a permit that would carry it is denied.
    Other(String),
}

/// The contract's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Verbatim.
    pub text: String,
    /// Who may read them.
    pub disclose: Disclosure,
}

/// What a clause does.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Denies, or asks for review, by conditions; the worst counts. May be empty where a clause only obliges.
    Conditions(Vec<Condition>),
    /// An exception: takes other clauses away and denies and permits nothing itself.
    Lift(Box<Lift>),
    /// Defines the place set of this name for its instrument; resolved by the reader.
    Defines(String),
    /// Affiliates of the licensee are covered by the agreement too.
    CoversAffiliates,
    /// From which share on, or with control, an entity is an affiliate in this instrument.
    DefinesAffiliate {
        /// Threshold.
        share: Share,
        /// Whether exactly the threshold is enough.
        at_least: bool,
        /// Whether control alone is enough.
        control: bool,
    },
    /// Order of layers of this licensor's documents, highest first.
    Precedence(Vec<Layer>),
    /// Which licensor entity contracts, by the licensee's place: the first set that holds it.
    ContractingParty(Vec<(PlaceSetName, String)>),
    /// Read and recorded, and decides nothing, for this reason.
    Recorded(String),
    /// Has kind or conditions missing: denies until somebody reads it.
    Unread,
    /// A named reader found that it bears on no decision.
    NoBearing {
        /// Who.
        by: String,
        /// From when that is known.
        known_from: Instant,
        /// Why.
        reason: String,
    },
}

/// One condition of a clause.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is tested.
    pub test: Test,
    /// Whether *met* denies, or asks a person.
    pub outcome: Outcome,
}

/// What follows when a condition is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The clause is met: deny.
    Deny,
    /// The clause is unclear: a person decides.
    Review,
}

/// When a clause applies. Empty means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Models, `*` standing for any run of characters.
    pub models: Vec<String>,
    /// Purposes.
    pub purposes: Vec<Purpose>,
    /// Data classes.
    pub data: Vec<DataClass>,
    /// Kinds of worker.
    pub workers: Vec<Worker>,
    /// Kinds of buying account.
    pub accounts: Vec<Account>,
    /// Modality of the model.
    pub modality: Option<Modality>,
    /// Only applications registered for volume.
    pub registered_application: bool,
}

/// An exception: which clauses it takes away, for which places, under which conditions. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lift {
    /// The clauses, as (instrument, reference), resolved by the reader; variants of the instrument count as it.
    pub clauses: Vec<(String, String)>,
    /// For which places.
    pub places: LiftPlaces,
    /// Only for named users of this instrument.
    pub if_named: bool,
    /// How many people may be named; more is a diagnostic.
    pub seats: Option<u32>,
    /// Only if inference can run in none of these places.
    pub if_inference_not_in: Option<PlaceSetName>,
    /// Only in the first days of the trip, UTC days, the first being day 1. Needs `LiftPlaces::OpenTrip`.
    pub max_days: Option<u32>,
    /// Only if incorporation and headquarters of the tested entities are in this set.
    pub if_entity_in: Option<PlaceSetName>,
    /// Only for these entities, by id; every tested entity must be one.
    pub entities: Vec<String>,
    /// Only for members of this group.
    pub group: Option<String>,
    /// Only if the person's residence is in this set.
    pub if_residence_in: Option<PlaceSetName>,
    /// Only if the person is assigned to one of these sites.
    pub assigned_sites: Vec<String>,
    /// Only over the firm's VPN.
    pub over_vpn: bool,
}

/// For which places an exception lifts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LiftPlaces {
    /// For the person, wherever.
    #[default]
    Anywhere,
    /// For these places: exactly what the codes name.
    Named(Vec<territory::Place>),
    /// For the place of the open trip.
    OpenTrip,
}

/// Legal status of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Published, not yet in effect: tests nothing.
    Published,
    /// In force.
    InForce,
    /// Not enforced for the time being: tests nothing.
    Suspended,
    /// Gone: tests nothing.
    Rescinded,
    /// Nobody knows: the clause is unclear where its condition would hold.
    Unclear,
}

/// A period of one status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChange {
    /// When.
    pub span: Span,
    /// Known from; `None`: from the start of the span, or always.
    pub known_from: Option<Instant>,
    /// What.
    pub status: Status,
}

/// How we read what a clause tests. The latest one known counts, for the whole validity of the clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Known from.
    pub known_from: Instant,
    /// Who read it so.
    pub by: String,
    /// The places that it tests, in place of its kind's.
    pub tests: ReadingTests,
    /// Why; never leaves the legal role.
    pub note: Option<String>,
}

/// The places that a reading says a clause tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadingTests {
    /// The person's places and those of end users.
    People,
    /// Every possible inference place.
    Inference,
}

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// Document.
    pub document: String,
    /// Digest of the stored copy.
    pub digest: Option<String>,
    /// Date of the copy, as written.
    pub date: Option<String>,
}
