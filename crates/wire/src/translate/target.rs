//! What has to be known of the model that is to answer, beside its protocol.

use super::Dialect;

/// The model that is to answer, and what it accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The provider's protocol.
    pub dialect: Dialect,
    /// The provider's name for the model.
    pub model: String,
    /// Longest answer to ask for where the caller does not say and the protocol needs one, in tokens.
    pub default_max_tokens: u64,
    /// Longest answer that the model can give, in tokens; a caller's larger wish is lowered to it and announced.
    pub most_tokens: Option<u64>,
    /// Longest context that the model can read, its answer included, in tokens.
    pub context_tokens: Option<u64>,
    /// How the model is told to think.
    pub reasoning: Reasoning,
    /// Whether the model may call several tools at once; `None`: the caller's wish goes on.
    pub parallel_tools: Option<bool>,
    /// Whether the model takes `temperature` and `top_p`.
    pub sampling: bool,
    /// Whether the model takes messages of the system in the middle of a conversation. Many templates of open models
    /// refuse them; they are given as marked words of the user then.
    pub system_anywhere: bool,
    /// Longest description of a tool that the provider takes, in bytes; what is longer goes on in the instructions.
    pub longest_description: Option<usize>,
    /// Whether Chat Completions calls the length of the answer `max_completion_tokens`, as OpenAI's own service does,
    /// or `max_tokens`, as most others do.
    pub says_max_completion_tokens: bool,
}

/// How a model is told to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reasoning {
    /// Nobody says, so it is not asked to.
    Unknown,
    /// It does not think, and refuses to be asked to.
    None,
    /// By a word for the effort; on Anthropic's protocol together with `adaptive` thinking.
    Effort,
    /// By a number of tokens, as older models of Anthropic are.
    Budget,
}

impl Target {
    /// A model of which nothing particular is known.
    pub fn new(dialect: Dialect, model: impl Into<String>) -> Self {
        Self {
            dialect,
            model: model.into(),
            default_max_tokens: 4096,
            most_tokens: None,
            context_tokens: None,
            reasoning: Reasoning::Effort,
            parallel_tools: None,
            sampling: true,
            system_anywhere: false,
            longest_description: None,
            says_max_completion_tokens: false,
        }
    }
}
