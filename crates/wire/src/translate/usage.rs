//! What an answer cost in tokens, in no protocol's words.
//!
//! OpenAI counts what came from the provider's cache among the tokens of the prompt, Anthropic counts it apart. Here the
//! input is all of it.

use serde_json::{Value, json};

/// Tokens of an answer and of its prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The whole prompt, cached or not.
    pub input: u64,
    /// Of the prompt: read from the provider's cache.
    pub cached: u64,
    /// Of the prompt: written to the provider's cache.
    pub cache_written: u64,
    /// The whole answer, thinking included.
    pub output: u64,
    /// Of the answer: thinking.
    pub reasoning: u64,
}

fn at(value: &Value, path: &str) -> Option<u64> {
    value.pointer(path).and_then(Value::as_u64)
}

impl Usage {
    /// Reads the usage of OpenAI Chat Completions.
    pub(super) fn of_chat(usage: &Value) -> Self {
        Self {
            input: at(usage, "/prompt_tokens").unwrap_or(0),
            cached: at(usage, "/prompt_tokens_details/cached_tokens").unwrap_or(0),
            cache_written: at(usage, "/prompt_tokens_details/cache_write_tokens").unwrap_or(0),
            output: at(usage, "/completion_tokens").unwrap_or(0),
            reasoning: at(usage, "/completion_tokens_details/reasoning_tokens").unwrap_or(0),
        }
    }

    /// Reads the usage of OpenAI Responses.
    pub(super) fn of_responses(usage: &Value) -> Self {
        Self {
            input: at(usage, "/input_tokens").unwrap_or(0),
            cached: at(usage, "/input_tokens_details/cached_tokens").unwrap_or(0),
            cache_written: at(usage, "/input_tokens_details/cache_write_tokens").unwrap_or(0),
            output: at(usage, "/output_tokens").unwrap_or(0),
            reasoning: at(usage, "/output_tokens_details/reasoning_tokens").unwrap_or(0),
        }
    }

    /// Reads the usage of Anthropic Messages over what was known before: later events repeat only some of it.
    pub(super) fn of_messages(self, usage: &Value) -> Self {
        let cached = at(usage, "/cache_read_input_tokens").unwrap_or(self.cached);
        let cache_written = at(usage, "/cache_creation_input_tokens").unwrap_or(self.cache_written);
        let before = self
            .input
            .saturating_sub(self.cached)
            .saturating_sub(self.cache_written);
        let fresh = at(usage, "/input_tokens").unwrap_or(before);
        Self {
            input: fresh.saturating_add(cached).saturating_add(cache_written),
            cached,
            cache_written,
            output: at(usage, "/output_tokens").unwrap_or(self.output),
            reasoning: at(usage, "/output_tokens_details/thinking_tokens").unwrap_or(self.reasoning),
        }
    }

    /// Writes the usage of OpenAI Chat Completions.
    pub(super) fn chat(self) -> Value {
        json!({
            "prompt_tokens": self.input,
            "completion_tokens": self.output,
            "total_tokens": self.input.saturating_add(self.output),
            "prompt_tokens_details": { "cached_tokens": self.cached, "cache_write_tokens": self.cache_written },
            "completion_tokens_details": { "reasoning_tokens": self.reasoning },
        })
    }

    /// Writes the usage of OpenAI Responses.
    pub(super) fn responses(self) -> Value {
        json!({
            "input_tokens": self.input,
            "input_tokens_details": { "cached_tokens": self.cached, "cache_write_tokens": self.cache_written },
            "output_tokens": self.output,
            "output_tokens_details": { "reasoning_tokens": self.reasoning },
            "total_tokens": self.input.saturating_add(self.output),
        })
    }

    /// Writes the usage of Anthropic Messages.
    pub(super) fn messages(self) -> Value {
        let fresh = self
            .input
            .saturating_sub(self.cached)
            .saturating_sub(self.cache_written);
        json!({
            "input_tokens": fresh,
            "cache_creation_input_tokens": self.cache_written,
            "cache_read_input_tokens": self.cached,
            "output_tokens": self.output,
            "output_tokens_details": { "thinking_tokens": self.reasoning },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_protocol_says_the_same(numbers in prop::array::uniform5(0u64..1_000_000)) {
            let [fresh, cached, cache_written, output, reasoning] = numbers;
            let input = fresh + cached + cache_written;
            let usage = Usage { input, cached, cache_written, output, reasoning };
            prop_assert_eq!(Usage::of_chat(&usage.chat()), usage);
            prop_assert_eq!(Usage::of_responses(&usage.responses()), usage);
            prop_assert_eq!(Usage::default().of_messages(&usage.messages()), usage);
        }
    }

    #[test]
    fn later_events_add_to_earlier_ones() {
        let start = json!({ "input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 1 });
        let usage = Usage::default()
            .of_messages(&start)
            .of_messages(&json!({ "output_tokens": 7 }));
        assert_eq!((usage.input, usage.cached, usage.output), (15, 5, 7));
    }
}
