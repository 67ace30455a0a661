//! What a request may reach is the deployment's to say, not the caller's.
//!
//! Nearly all of a request is the caller's business and passes byte for byte. A few keys are not: they would choose
//! another account, another place, a tool that the provider runs, something that the provider keeps under an id, or an
//! amount without end. This module reads those keys and nothing else, and answers with the changes to make, or with a
//! refusal that names what is refused and what is served instead.
//!
//! It is a pure function of the request and of what the deployment of the permit allows ([`Allowed`]). A caller who
//! leaves something out gets what is fixed here, never more; what cannot be read is refused.

mod address;
mod amounts;
mod channels;
mod content;
mod fields;
mod flags;
mod hints;
mod judge;
mod tools;

pub(crate) use fields::watch;
pub use flags::{KeptFlags, flags};

use crate::peek::Peek;
use crate::{Dialect, Edits, FaultCode, Protocol, Surface};
use bytes::Bytes;

/// What the deployment allows.
#[derive(Clone, Copy, Debug)]
pub struct Allowed<'a> {
    /// The protocol of the provider.
    pub protocol: Protocol,
    /// The model, as callers name it.
    pub model: &'a str,
    /// Whether the model takes images.
    pub images: bool,
    /// Whether the block by which coding tools attribute their use is for the provider.
    pub attribution: bool,
    /// Provider-side tools that the register lists for the deployment.
    pub tools: &'a [String],
    /// Flags that the register lists for the deployment; `None`: those of its channel.
    pub flags: Option<&'a [String]>,
    /// Words for geographies that lie within the hosting of the deployment, such as `us`.
    pub geographies: &'a [&'a str],
}

/// The most that one request may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Answers.
    pub choices: u64,
    /// Tokens of an answer.
    pub tokens: u64,
    /// Tools.
    pub tools: usize,
}

impl<'a> Allowed<'a> {
    /// What a deployment allows of which nothing particular is known: no tools, the flags of its channel.
    pub const fn by(protocol: Protocol, model: &'a str) -> Self {
        Self {
            protocol,
            model,
            images: true,
            attribution: matches!(protocol, Protocol::Anthropic),
            tools: &[],
            flags: None,
            geographies: &[],
        }
    }
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            choices: 8,
            tokens: 1_000_000,
            tools: 512,
        }
    }
}

/// A request within its reach.
#[derive(Clone, Debug)]
pub struct Reached {
    /// What changes in the body.
    pub edits: Edits,
    /// Names of what was cut because the client always sends it.
    pub cut: Vec<String>,
    /// Flags that were left out because the provider would refuse them.
    pub left_out: Vec<String>,
}

/// Why a request would reach too far.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutOfReach {
    /// A key by which another gateway would be told where to go.
    #[error("`{key}` is not taken: where a request goes is decided here, by the model that it names")]
    Routing {
        /// The key.
        key: String,
    },
    /// Something that the provider keeps.
    #[error(
        "`{key}` is not taken: nothing that the provider keeps can be used through this gateway; send the whole conversation with each request, and files as data within it"
    )]
    Held {
        /// The key or the kind of part.
        key: String,
    },
    /// A tool that the provider would run.
    #[error(
        "the provider-side tool `{tool}` is not switched on for this model; tools that your own program runs are taken"
    )]
    Tool {
        /// The tool.
        tool: String,
    },
    /// A value that the deployment does not offer.
    #[error("`{key}` may not be `{value}` here; leave it out")]
    Value {
        /// The key.
        key: &'static str,
        /// What was asked for.
        value: String,
    },
    /// An address that nobody may be sent to.
    #[error(
        "the address of a part of the request is not public: only `https:` and `http:` addresses of public hosts are taken, and data"
    )]
    Address,
    /// A picture for a model that takes none.
    #[error(
        "`{model}` takes no images; leave them out of the conversation, or ask for a model that takes them"
    )]
    Image {
        /// The model.
        model: String,
    },
    /// Too much of something.
    #[error("`{key}` is more than {most}, which is the most here; ask for {most} or less")]
    TooMuch {
        /// The key.
        key: &'static str,
        /// The most.
        most: u64,
    },
    /// A value that cannot be read.
    #[error("`{key}` cannot be read")]
    Unreadable {
        /// The key.
        key: &'static str,
    },
}

impl OutOfReach {
    /// The code under which it is told.
    pub const fn code(&self) -> FaultCode {
        match self {
            Self::Routing { .. } => FaultCode::RoutingNotTaken,
            Self::Held { .. } => FaultCode::ProviderState,
            Self::Tool { .. } => FaultCode::ToolNotPermitted,
            Self::Value { .. } => FaultCode::ValueNotPermitted,
            Self::Address => FaultCode::AddressNotPermitted,
            Self::Image { .. } => FaultCode::ImagesNotTaken,
            Self::TooMuch { .. } => FaultCode::TooMuch,
            Self::Unreadable { .. } => FaultCode::InvalidRequest,
        }
    }
}

/// Holds a request to its reach.
///
/// # Errors
/// When it would reach further than the deployment allows, naming the first key that would.
pub fn check(
    surface: Surface,
    body: &Bytes,
    peek: &Peek,
    allowed: &Allowed<'_>,
    caps: &Caps,
) -> Result<Reached, OutOfReach> {
    let mut judge = judge::Judge::new(surface, body, peek, allowed, caps);
    for (key, value) in peek.found() {
        judge.judge(key, value)?;
    }
    Ok(judge.reached())
}

/// Holds the amounts that a call asks for to the caps, in the words in which it came: for a call that will be put in
/// others, so that what is too much is named as its caller names it. [`check`] does it too.
///
/// # Errors
/// When it asks for too much.
pub fn check_amounts(surface: Surface, body: &Bytes, peek: &Peek, caps: &Caps) -> Result<(), OutOfReach> {
    let nothing = Allowed::by(Protocol::OpenAi, "");
    let mut judge = judge::Judge::new(surface, body, peek, &nothing, caps);
    let mut found = peek.found().iter();
    found.try_for_each(|(key, value)| judge.measure(key, value))
}

/// Whether the provider keeps the answer to this call unless told not to.
const fn is_kept_by_default(surface: Surface) -> bool {
    matches!(surface, Surface::Responses)
}

/// Whether a tool without a type is the caller's own.
const fn has_plain_tools(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::AnthropicMessages)
}

#[cfg(test)]
mod tests;
