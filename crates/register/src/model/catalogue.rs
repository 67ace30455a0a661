//! The approved list: models, channels, deployments, applications, client programs.

use super::vocabulary::vocabulary;
use super::{Account, DataClass, Purpose, Span, Tier};
use crate::model::PlaceFact;
use crate::source::Position;
use territory::Place;

vocabulary! {
    /// What a model takes in.
    Modality {
        /// Text only.
        Text = "text",
        /// Text and images or more.
        Multimodal = "multimodal",
        /// Turns text into vectors.
        Embedding = "embedding",
    }
}

vocabulary! {
    /// How a model is told to think.
    Thinking {
        /// It does not think, and refuses to be asked to.
        None = "none",
        /// By a word for the effort.
        Effort = "effort",
        /// By a number of tokens.
        Budget = "budget",
    }
}

/// A model with the firm's approval.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Identity, as callers name it.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Provider.
    pub provider: String,
    /// Modality.
    pub modality: Modality,
    /// Other names by which callers ask for it; they resolve to the id before anything is decided.
    pub aliases: Vec<String>,
    /// The firm's approval; `None`: not approved.
    pub approval: Option<Approval>,
    /// Groups whose members are entitled to it.
    pub entitled: Vec<String>,
    /// Models to offer instead, in order.
    pub alternatives: Vec<String>,
    /// Longest context in tokens; `None`: not said.
    pub context_tokens: Option<u64>,
    /// Longest answer in tokens; `None`: not said.
    pub output_tokens: Option<u64>,
    /// How it is told to think; `None`: not said.
    pub thinking: Option<Thinking>,
    /// Whether it may call several tools at once; `None`: not said.
    pub parallel_tools: Option<bool>,
    /// Where it is written.
    pub position: Position,
}

impl Model {
    /// Whether it takes images.
    pub const fn takes_images(&self) -> bool {
        matches!(self.modality, Modality::Multimodal)
    }
}

/// The firm's approval of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    /// Who answers for it.
    pub owner: String,
    /// Risk tier, in the firm's words.
    pub tier: String,
    /// Purposes; empty: any that no clause refuses.
    pub purposes: Vec<Purpose>,
    /// Data classes; empty: any that no clause refuses.
    pub data: Vec<DataClass>,
    /// When.
    pub span: Span,
    /// Which model follows it.
    pub successor: Option<String>,
}

/// A way to reach models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Identity, such as `anthropic-api`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The wire it speaks: `anthropic`, `openai`, `gemini`.
    pub wire: String,
    /// Where it is written.
    pub position: Position,
}

/// Model x channel x agreement x hosting.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployment {
    /// Identity.
    pub id: String,
    /// Model.
    pub model: String,
    /// Channel.
    pub channel: String,
    /// Agreements, licences, order forms and amendments under which it is used.
    pub agreements: Vec<String>,
    /// Where it runs.
    pub hosting: Hosting,
    /// Service tier; `None`: unknown.
    pub tier: Option<Tier>,
    /// Kind of buying account.
    pub account: Account,
    /// Place in which the buying account is billed, where it is the deployment's own.
    pub billing: PlaceFact,
    /// Host names to which a connector may send its requests.
    pub hosts: Vec<String>,
    /// The connector of `bailiwick.toml` that carries it; the channel's id where none is given.
    pub connector: String,
    /// Name of the model at the provider; the model's id where none is given.
    pub upstream_model: String,
    /// Lower is tried first.
    pub priority: u32,
    /// Provider-side tools that may be used; none by default.
    pub tools: Vec<String>,
    /// Values of `anthropic-beta` that it takes; `None`: those of its channel.
    pub flags: Option<Vec<String>>,
    /// Where it is written.
    pub position: Position,
}

/// Where a deployment runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Hosting {
    /// Every place in which inference may run.
    pub inference: Vec<HostingPlace>,
    /// Where data rests.
    pub storage: PlaceFact,
    /// Where the call to the provider leaves, unless the connector that carries it says otherwise.
    pub egress: PlaceFact,
}

/// A place in which inference may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostingPlace {
    /// One place.
    Place(Place),
    /// Anywhere.
    Anywhere,
    /// Anywhere but one place.
    AnywhereBut(Place),
    /// A text that is neither code nor alias.
    Unrecognised(String),
}

/// An application: it fixes purpose, data class and destination of its requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// Identity.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Purposes it may declare, the first being the default.
    pub purposes: Vec<Purpose>,
    /// Data classes it may declare, the first being the default.
    pub data: Vec<DataClass>,
    /// Where its output goes; empty: stays with the person.
    pub output_to: Vec<PlaceFact>,
    /// Residency it asks for: a region group or a place.
    pub residency: Option<super::PlaceSetName>,
    /// Registered for volume use.
    pub registered: bool,
    /// A person reviews the output before a client sees it.
    pub human_review: bool,
    /// Access is charged on to a third party.
    pub resale: bool,
    /// Service account that runs it, if any.
    pub service: Option<String>,
    /// Whether a permitted alternative may answer in place of the model asked for.
    pub substitution: bool,
    /// Where it is written.
    pub position: Position,
}

/// A client program such as a coding tool, with a licensor of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientProgram {
    /// Identity.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Licensor of the program.
    pub licensor: String,
    /// Agreements under which it is used.
    pub agreements: Vec<String>,
    /// Hosts that it calls by itself.
    pub hosts: Vec<String>,
    /// Where it is written.
    pub position: Position,
}
