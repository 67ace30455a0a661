//! A scenario file as typed data: what [`read`](crate::read()) makes of it, every default filled in.

use decision::{ClaimSource, Screening, Trip, Verdict};
use register::model::{
    Account, DataClass, Entity, ExceptionApproval, Hosting, Instant, ListChange, Obligation, Pattern,
    PlaceFact, Purpose, Tier, UsStatus, Worker,
};

/// A scenario file. Its agreements and lists are checked for shape and left out: those of the register count.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioFile {
    /// The entity of whoever names none.
    pub default_entity: Entity,
    /// Deployments from which alternatives are computed.
    pub catalogue: Vec<Catalogued>,
    /// The cases.
    pub scenarios: Vec<Scenario>,
}

/// A deployment of the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogued {
    /// Model.
    pub model: String,
    /// Channel.
    pub channel: String,
    /// Instruments under which it is used.
    pub instruments: Vec<String>,
    /// Where it runs.
    pub hosting: Hosting,
}

/// One case.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Identity; never a fact.
    pub id: String,
    /// For people; never a fact.
    pub title: String,
    /// Instant of the decision.
    pub at: Instant,
    /// The person, or the service account.
    pub subject: Subject,
    /// Place claims.
    pub evidence: Vec<Evidence>,
    /// Who employs them; `None`: the file's default entity.
    pub entity: Option<Entity>,
    /// Who engages a contractor; `None`: the file's default entity.
    pub engaging_entity: Option<Entity>,
    /// Model asked for.
    pub model: String,
    /// How it is reached.
    pub channel: String,
    /// Instruments under which it is used.
    pub instruments: Vec<String>,
    /// Where it runs.
    pub hosting: Hosting,
    /// What is asked.
    pub request: Request,
    /// A change of a list that the case assumes.
    pub list_change: Option<ListEdit>,
    /// What must come out.
    pub expect: Expectation,
}

/// The person, or the service account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// How they work for the firm.
    pub worker: Worker,
    /// Citizenships; empty: unknown.
    pub citizenships: Vec<PlaceFact>,
    /// Status in the United States of someone who is no citizen.
    pub us_status: Option<UsStatus>,
}

/// A place claim; its age counts from the instant of the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Who says so.
    pub source: ClaimSource,
    /// The place as the source sent it; `None`: it has no answer.
    pub place: Option<PlaceFact>,
    /// Office or network zone.
    pub site: Option<String>,
    /// Whether it is marked as hosting, VPN, anycast or error.
    pub marked: bool,
    /// Age in seconds, negative in the future.
    pub age: i64,
    /// Of a trip: its days.
    pub trip: Option<Trip>,
}

/// What is asked, and what is known about the account that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Declared purpose.
    pub purpose: Purpose,
    /// Class of its data.
    pub data: DataClass,
    /// Places of the people behind a service; `None`: none declared.
    pub end_users: Option<Vec<PlaceFact>>,
    /// Residency asked for: a region group, or a place code.
    pub residency: Option<String>,
    /// Where the output goes; empty: it stays with the person.
    pub output_to: Vec<PlaceFact>,
    /// Place of the client for whose benefit the work is done.
    pub beneficiary: Option<PlaceFact>,
    /// Where the buying account is billed.
    pub billing: PlaceFact,
    /// Kind of buying account.
    pub account: Account,
    /// Service tier; `None`: unknown.
    pub tier: Option<Tier>,
    /// Whether the person is a named user of whichever instrument asks.
    pub named: bool,
    /// The person's groups.
    pub groups: Vec<String>,
    /// A person reviews the output before a client sees it.
    pub human_review: bool,
    /// Comes from an application registered for volume use.
    pub registered_application: bool,
    /// Signs of extraction.
    pub patterns: Vec<Pattern>,
    /// Access is charged on to a third party.
    pub resale: bool,
    /// Sanctions screening.
    pub screening: Screening,
    /// The exception that the request relies on.
    pub exception: Option<ExceptionApproval>,
    /// Host that the client called besides the gateway.
    pub side_call: Option<String>,
    /// The answer streams until this instant; `None`: no stream to judge.
    pub stream_until: Option<Instant>,
}

/// A change of one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListEdit {
    /// Which list.
    pub list: String,
    /// The change.
    pub change: ListChange,
}

/// What must come out.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// The decision.
    pub decision: Verdict,
    /// Clauses, one of which must be among the reasons; empty for permits.
    pub reasons_any: Vec<ExpectedReason>,
    /// Models that must be among the alternatives.
    pub alternatives: Vec<String>,
    /// Obligations that must be among those found.
    pub obligations: Vec<Obligation>,
    /// When the running stream is cut; `None`: it runs to its end.
    pub stream_cut_at: Option<Instant>,
    /// The decision at the same instant with less known.
    pub known_then: Option<KnownThen>,
    /// All of it as written, for output.
    pub written: serde_json::Value,
}

/// A clause that may be a reason. Its state in the file is for people and not graded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedReason {
    /// Reference of the clause.
    pub clause: String,
    /// `met`, `unknown` or `unclear`.
    pub state: decision::State,
}

/// A second decision, as known then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownThen {
    /// As known at this instant.
    pub known_at: Instant,
    /// What must come out.
    pub decision: Verdict,
}
