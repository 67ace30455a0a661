//! What the protocols of models look like, without a socket in sight.
//!
//! Callers speak the protocol of OpenAI or that of Anthropic, and so do providers. This crate knows the shapes: where
//! the name of the model stands in a request ([`peek`]), how to replace it without touching any other byte
//! ([`splice`], [`Edits`]), which headers travel on ([`Dialect::forwards`]), how a list of models is written ([`list`]),
//! how a refusal or an error is put so that the programs people really use show it as it was meant ([`denial`], [`fault`]), and
//! how the binary events of Bedrock become those of Anthropic's protocol ([`bedrock`]). Where caller and provider speak
//! different protocols, their conversation is put from one in the other ([`translate`]).
//!
//! Everything here is a function from bytes and data to bytes and data.

pub mod bedrock;
pub mod complaint;
pub mod denial;
mod dialect;
mod edge;
mod edits;
pub mod event;
pub mod fault;
mod framing;
mod header_text;
mod inside;
pub mod list;
mod members;
mod meter;
mod peek;
mod protocol;
pub mod reach;
mod render;
mod scan;
mod skip;
mod splice;
mod surface;
pub mod translate;
mod unserved;
mod watch;
mod words;

pub use denial::{Audience, Client, Denial, DenialCode};
pub use dialect::{Dialect, returns};
pub use edge::strip_internal;
pub use edits::{EditError, Edits};
pub use fault::{Fault, FaultCode};
pub use framing::Framing;
pub use header_text::header_text;
pub use list::{ListShape, ListedModel, decode_segment};
pub use members::members;
pub use meter::{Meter, Tokens};
pub use peek::{ModelField, Peek, PeekError, model_named, peek, peek_call};
pub use protocol::Protocol;
pub use render::Rendered;
pub use splice::{SpliceError, Spliced, quote, splice};
pub use surface::Surface;
pub use unserved::unserved;

/// Names of the headers that this product adds to answers.
pub mod headers {
    use http::HeaderName;

    /// Id of the decision.
    pub const DECISION: HeaderName = HeaderName::from_static("bailiwick-decision");
    /// Where the decision stands in the ledger.
    pub const RECEIPT: HeaderName = HeaderName::from_static("bailiwick-receipt");
    /// Instrument and reference of the clause that refuses.
    pub const CLAUSE: HeaderName = HeaderName::from_static("bailiwick-clause");
    /// Machine-readable code of a refusal or error.
    pub const CODE: HeaderName = HeaderName::from_static("bailiwick-code");
    /// Models that the caller may use instead, separated by commas.
    pub const ALTERNATIVES: HeaderName = HeaderName::from_static("bailiwick-alternatives");
    /// Id of the model that answers.
    pub const MODEL: HeaderName = HeaderName::from_static("bailiwick-model");
    /// Id of the deployment that answers.
    pub const DEPLOYMENT: HeaderName = HeaderName::from_static("bailiwick-deployment");
    /// Places in which the inference may run.
    pub const HOSTING: HeaderName = HeaderName::from_static("bailiwick-hosting");
    /// Id of the model that was asked for, where a permitted alternative answers in its place.
    pub const SUBSTITUTE_FOR: HeaderName = HeaderName::from_static("bailiwick-substitute-for");
    /// The provider's dialect, where the call was put in its words.
    pub const TRANSLATED: HeaderName = HeaderName::from_static("bailiwick-translated");
    /// Harmless things that were not carried over into the provider's words.
    pub const LEFT_OUT: HeaderName = HeaderName::from_static("bailiwick-left-out");
    /// Set where a labelled stand-in answers in place of the provider.
    pub const STAND_IN: HeaderName = HeaderName::from_static("bailiwick-stand-in");
    /// What was cut out of a request: provider-side tools that a client always sends, and flags that switch them on.
    pub const CUT: HeaderName = HeaderName::from_static("bailiwick-cut");
    /// Set where a number was estimated here, and not counted by the provider.
    pub const ESTIMATED: HeaderName = HeaderName::from_static("bailiwick-estimated");
    /// The id under which a provider knows its part, where it gave one under the name that ours has here.
    pub const PROVIDER_REQUEST: HeaderName = HeaderName::from_static("bailiwick-provider-request-id");
    /// How many models were left out of a list.
    pub const WITHHELD: HeaderName = HeaderName::from_static("bailiwick-withheld");
    /// Asked by the caller: one of the purposes of their application.
    pub const PURPOSE: HeaderName = HeaderName::from_static("bailiwick-purpose");
    /// Asked by the caller: one of the data classes of their application.
    pub const DATA: HeaderName = HeaderName::from_static("bailiwick-data");
    /// Tells clients not to repeat a request that would be refused again.
    pub const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
}
