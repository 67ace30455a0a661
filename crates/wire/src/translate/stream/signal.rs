//! What goes between those who read a provider's events and those who write the caller's.

use super::super::answer::Stop;
use super::super::error::ProviderError;
use super::super::usage::Usage;
use super::sequence::Step;
use serde_json::Value;

/// What an event of a provider says.
#[derive(Debug, PartialEq)]
pub(super) enum Signal {
    /// The answer begins.
    Begin { id: String, created: u64 },
    /// A part begins, known by a key of the reader's choice.
    Open { key: u64, part: Opening },
    /// More of a part.
    More { key: u64, text: String },
    /// A part is complete.
    Close { key: u64 },
    /// What it costs so far.
    Usage(Usage),
    /// Why the model stopped.
    Stop(Stop),
    /// Nothing more comes.
    End,
    /// The provider reports an error.
    Failed(ProviderError),
}

/// The beginning of a part of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Opening {
    Text,
    Refusal,
    /// A call, by the name under which the provider knows the tool.
    Call {
        id: String,
        name: String,
    },
}

/// Reads the events of a provider.
pub(super) trait Read {
    /// Reads one event.
    fn event(&mut self, data: &Value, signals: &mut Vec<Signal>);

    /// The stream has ended without saying so: whether everything had been said all the same.
    fn is_complete(&self) -> bool {
        false
    }
}

/// Writes the events of the caller.
pub(super) trait Write {
    /// Writes one step.
    fn step(&mut self, step: Step, out: &mut String);

    /// Writes the end; nothing follows it.
    fn end(&mut self, stop: &Stop, usage: Usage, out: &mut String);

    /// Writes an error as the end; nothing follows it.
    fn fail(&mut self, error: &ProviderError, out: &mut String);
}

/// Writes an event with its name.
pub(super) fn named_event(name: &str, data: &Value, out: &mut String) {
    out.push_str("event: ");
    out.push_str(name);
    out.push('\n');
    data_event(&data.to_string(), out);
}

/// Writes an event without a name.
pub(super) fn data_event(data: &str, out: &mut String) {
    out.push_str("data: ");
    out.push_str(data);
    out.push_str("\n\n");
}
