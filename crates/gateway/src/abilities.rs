//! What the register says that a model can do, in the words of the protocols.

use register::model::{Deployment, Model, Thinking};
use wire::translate::{Reasoning, Target};
use wire::{Protocol, Surface};

/// Longest answer to ask for where the caller does not say, in tokens: enough for the work of a coding tool, and not so much
/// that a provider would rather have the answer as a stream.
const ANSWER: u64 = 32_000;

/// Longest answer to ask for of a model of which nobody says how long it may answer.
const SHORT_ANSWER: u64 = 4_096;

/// How a model is told to think.
pub(crate) const fn reasoning(model: &Model) -> Reasoning {
    match model.thinking {
        None => Reasoning::Unknown,
        Some(Thinking::None) => Reasoning::None,
        Some(Thinking::Effort) => Reasoning::Effort,
        Some(Thinking::Budget) => Reasoning::Budget,
    }
}

/// What has to be known of a model that answers a call in another protocol. What nobody says is not asked for.
pub(crate) fn target(
    protocol: Protocol,
    surface: Surface,
    model: Option<&Model>,
    deployment: &Deployment,
) -> Target {
    let is_openai = matches!(protocol, Protocol::OpenAi | Protocol::AzureOpenAi);
    let reasoning = model.map_or(Reasoning::Unknown, reasoning);
    let output = model.and_then(|model| model.output_tokens);
    Target {
        default_max_tokens: output.map_or(SHORT_ANSWER, |most| most.min(ANSWER)),
        most_tokens: output,
        context_tokens: model.and_then(|model| model.context_tokens),
        reasoning,
        parallel_tools: model.and_then(|model| model.parallel_tools),
        // OpenAI's models that think refuse any temperature but their own
        sampling: !(is_openai && reasoning == Reasoning::Effort),
        system_anywhere: is_openai,
        says_max_completion_tokens: is_openai,
        ..Target::new(surface.dialect(), deployment.upstream_model.as_str())
    }
}
