//! Writes the events of Anthropic Messages.

use super::super::answer::Stop;
use super::super::error::ProviderError;
use super::super::usage::Usage;
use super::super::{Answering, Dialect, ids};
use super::sequence::Step;
use super::{Opening, Write, named_event};
use serde_json::{Value, json};

/// What has been written so far.
pub(super) struct Writer {
    answering: Answering,
    /// Position of the block under way, or of the next.
    index: usize,
    calls: usize,
    is_call: bool,
}

impl Writer {
    /// Before the first event.
    pub(super) const fn new(answering: Answering) -> Self {
        Self {
            answering,
            index: 0,
            calls: 0,
            is_call: false,
        }
    }

    fn begin(&self, id: &str, out: &mut String) {
        let message = json!({
            "type": "message_start",
            "message": {
                "id": ids::of_answer("msg_", id, &self.answering.seed),
                "type": "message",
                "role": "assistant",
                "model": self.answering.model,
                "content": [],
                "stop_reason": null,
                "stop_sequence": null,
                // known at the end, where programs look again
                "usage": Usage::default().messages(),
            },
        });
        named_event("message_start", &message, out);
    }

    fn open(&mut self, part: Opening, out: &mut String) {
        self.is_call = matches!(part, Opening::Call { .. });
        let block = match part {
            Opening::Text | Opening::Refusal => json!({ "type": "text", "text": "" }),
            Opening::Call { id, name } => {
                let given = self.answering.given(self.calls, &id, &name);
                self.calls += 1;
                json!({ "type": "tool_use", "id": given.id, "name": given.name.name, "input": {} })
            }
        };
        let start = json!({ "type": "content_block_start", "index": self.index, "content_block": block });
        named_event("content_block_start", &start, out);
    }

    fn more(&self, text: &str, out: &mut String) {
        let delta: Value = if self.is_call {
            json!({ "type": "input_json_delta", "partial_json": text })
        } else {
            json!({ "type": "text_delta", "text": text })
        };
        let event = json!({ "type": "content_block_delta", "index": self.index, "delta": delta });
        named_event("content_block_delta", &event, out);
    }
}

impl Write for Writer {
    fn step(&mut self, step: Step, out: &mut String) {
        match step {
            Step::Begin { id, .. } => self.begin(&id, out),
            Step::Open(part) => self.open(part, out),
            Step::More(text) => self.more(&text, out),
            Step::Close => {
                let stop = json!({ "type": "content_block_stop", "index": self.index });
                named_event("content_block_stop", &stop, out);
                self.index += 1;
            }
        }
    }

    fn end(&mut self, stop: &Stop, usage: Usage, out: &mut String) {
        let delta = json!({
            "type": "message_delta",
            "delta": { "stop_reason": stop.messages_word(), "stop_sequence": stop.sequence() },
            "usage": usage.messages(),
        });
        named_event("message_delta", &delta, out);
        named_event("message_stop", &json!({ "type": "message_stop" }), out);
    }

    fn fail(&mut self, error: &ProviderError, out: &mut String) {
        named_event("error", &error.json(Dialect::AnthropicMessages), out);
    }
}
