//! Writes the events of OpenAI Chat Completions.

use super::super::answer::{GivenCall, Stop, freeform_input};
use super::super::error::ProviderError;
use super::super::model::{BREAK, ToolKind};
use super::super::usage::Usage;
use super::super::{Answering, Dialect, ids};
use super::sequence::Step;
use super::{Opening, Write, data_event};
use serde_json::{Value, json};

/// What has been written so far.
pub(super) struct Writer {
    answering: Answering,
    id: String,
    created: u64,
    calls: usize,
    part: Part,
    has_said: bool,
    has_refused: bool,
    /// What to say before more of a text that is not the first.
    before: &'static str,
}

/// The part under way.
enum Part {
    Text,
    Refusal,
    Function,
    /// A freeform call, whose arguments are unpacked once they are complete.
    Freeform(String),
}

impl Writer {
    /// Before the first event.
    pub(super) const fn new(answering: Answering) -> Self {
        Self {
            answering,
            id: String::new(),
            created: 0,
            calls: 0,
            part: Part::Text,
            has_said: false,
            has_refused: false,
            before: "",
        }
    }

    fn chunk(&self, choices: &Value, usage: &Value, out: &mut String) {
        let mut chunk = json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.answering.model,
            "choices": choices,
        });
        if self.answering.stream_usage
            && let Some(chunk) = chunk.as_object_mut()
        {
            chunk.insert("usage".to_owned(), usage.clone());
        }
        data_event(&chunk.to_string(), out);
    }

    fn delta(&self, delta: &Value, finish: Option<&str>, out: &mut String) {
        let choices = json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }]);
        self.chunk(&choices, &Value::Null, out);
    }

    /// A piece of the call under way.
    fn call(&self, piece: &Value, out: &mut String) {
        self.delta(&json!({ "tool_calls": [piece] }), None, out);
    }

    fn open(&mut self, part: Opening, out: &mut String) {
        match part {
            Opening::Text => {
                self.part = Part::Text;
                self.before = if self.has_said { BREAK } else { "" };
            }
            Opening::Refusal => {
                self.part = Part::Refusal;
                self.before = if self.has_refused { BREAK } else { "" };
            }
            Opening::Call { id, name } => {
                let GivenCall { id, name, kind } = self.answering.given(self.calls, &id, &name);
                let (index, name) = (self.calls, name.name);
                let piece = match kind {
                    ToolKind::Function => {
                        self.part = Part::Function;
                        let function = json!({ "name": name, "arguments": "" });
                        json!({ "index": index, "id": id, "type": "function", "function": function })
                    }
                    ToolKind::Freeform => {
                        self.part = Part::Freeform(String::new());
                        let custom = json!({ "name": name, "input": "" });
                        json!({ "index": index, "id": id, "type": "custom", "custom": custom })
                    }
                };
                self.call(&piece, out);
                self.calls += 1;
            }
        }
    }

    fn more(&mut self, text: String, out: &mut String) {
        let index = self.calls.saturating_sub(1);
        match &mut self.part {
            Part::Text => {
                self.has_said = true;
                let text = format!("{}{text}", std::mem::take(&mut self.before));
                self.delta(&json!({ "content": text }), None, out);
            }
            Part::Refusal => {
                self.has_refused = true;
                let text = format!("{}{text}", std::mem::take(&mut self.before));
                self.delta(&json!({ "refusal": text }), None, out);
            }
            Part::Function => self.call(&json!({ "index": index, "function": { "arguments": text } }), out),
            Part::Freeform(held) => held.push_str(&text),
        }
    }

    fn close(&self, out: &mut String) {
        if let Part::Freeform(held) = &self.part {
            let index = self.calls.saturating_sub(1);
            let piece = json!({ "index": index, "custom": { "input": freeform_input(held) } });
            self.call(&piece, out);
        }
    }
}

impl Write for Writer {
    fn step(&mut self, step: Step, out: &mut String) {
        match step {
            Step::Begin { id, created } => {
                self.id = ids::of_answer("chatcmpl-", &id, &self.answering.seed);
                self.created = created;
                self.delta(&json!({ "role": "assistant", "content": "" }), None, out);
            }
            Step::Open(part) => self.open(part, out),
            Step::More(text) => self.more(text, out),
            Step::Close => self.close(out),
        }
    }

    fn end(&mut self, stop: &Stop, usage: Usage, out: &mut String) {
        self.delta(&json!({}), Some(stop.chat_word()), out);
        if self.answering.stream_usage {
            self.chunk(&json!([]), &usage.chat(), out);
        }
        data_event("[DONE]", out);
    }

    fn fail(&mut self, error: &ProviderError, out: &mut String) {
        data_event(&error.json(Dialect::OpenAiChat).to_string(), out);
        data_event("[DONE]", out);
    }
}
