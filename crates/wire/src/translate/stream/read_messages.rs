//! Reads the events of Anthropic Messages.

use super::super::answer::{Stop, explanation, stop_of_messages};
use super::super::error::ProviderError;
use super::super::usage::Usage;
use super::{Opening, Read, Signal};
use serde_json::Value;
use std::collections::HashSet;

/// Key of words that stand in no block.
const EXPLANATION: u64 = u64::MAX;

/// What has been read so far.
#[derive(Default)]
pub(super) struct Reader {
    usage: Usage,
    /// Blocks under way that go to no caller: thinking.
    silent: HashSet<u64>,
}

impl Read for Reader {
    fn event(&mut self, data: &Value, signals: &mut Vec<Signal>) {
        match data.get("type").and_then(Value::as_str).unwrap_or_default() {
            "message_start" => self.start(data, signals),
            "content_block_start" => self.block_start(data, signals),
            "content_block_delta" => self.block_delta(data, signals),
            "content_block_stop" => {
                let key = index(data);
                if !self.silent.remove(&key) {
                    signals.push(Signal::Close { key });
                }
            }
            "message_delta" => self.delta(data, signals),
            "message_stop" => signals.push(Signal::End),
            "error" => signals.push(Signal::Failed(ProviderError::of_event(data))),
            // pings, and whatever is new: only blocks can say something that must not be lost
            _ => {}
        }
    }
}

fn index(data: &Value) -> u64 {
    data.get("index").and_then(Value::as_u64).unwrap_or(0)
}

fn text_at<'a>(data: &'a Value, path: &str) -> &'a str {
    data.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

impl Reader {
    fn start(&mut self, data: &Value, signals: &mut Vec<Signal>) {
        let id = text_at(data, "/message/id").to_owned();
        signals.push(Signal::Begin { id, created: 0 });
        self.usage(data.pointer("/message/usage"), signals);
    }

    fn usage(&mut self, usage: Option<&Value>, signals: &mut Vec<Signal>) {
        if let Some(usage) = usage {
            self.usage = self.usage.of_messages(usage);
            signals.push(Signal::Usage(self.usage));
        }
    }

    fn block_start(&mut self, data: &Value, signals: &mut Vec<Signal>) {
        let key = index(data);
        let (part, first) = match text_at(data, "/content_block/type") {
            "text" => (Opening::Text, text_at(data, "/content_block/text").to_owned()),
            "tool_use" => {
                let part = Opening::Call {
                    id: text_at(data, "/content_block/id").to_owned(),
                    name: text_at(data, "/content_block/name").to_owned(),
                };
                let input = data.pointer("/content_block/input").and_then(Value::as_object);
                // usually empty here, and written out in the events that follow
                let input = input.filter(|input| !input.is_empty());
                (
                    part,
                    input
                        .map(|input| Value::Object(input.clone()).to_string())
                        .unwrap_or_default(),
                )
            }
            "thinking" | "redacted_thinking" => {
                self.silent.insert(key);
                return;
            }
            _ => {
                let error = ProviderError::broken("The provider sent content that was not asked for.");
                signals.push(Signal::Failed(error));
                return;
            }
        };
        signals.push(Signal::Open { key, part });
        if !first.is_empty() {
            signals.push(Signal::More { key, text: first });
        }
    }

    fn block_delta(&self, data: &Value, signals: &mut Vec<Signal>) {
        let key = index(data);
        let text = match text_at(data, "/delta/type") {
            "text_delta" => text_at(data, "/delta/text"),
            "input_json_delta" => text_at(data, "/delta/partial_json"),
            _ => return,
        };
        if !text.is_empty() && !self.silent.contains(&key) {
            let text = text.to_owned();
            signals.push(Signal::More { key, text });
        }
    }

    fn delta(&mut self, data: &Value, signals: &mut Vec<Signal>) {
        self.usage(data.get("usage"), signals);
        let sequence = data.pointer("/delta/stop_sequence").and_then(Value::as_str);
        let Some(word) = data.pointer("/delta/stop_reason").and_then(Value::as_str) else {
            return;
        };
        let stop = stop_of_messages(word, sequence.map(str::to_owned));
        if stop == Stop::Refusal
            && let Some(text) = explanation(data.pointer("/delta/stop_details"))
        {
            let (key, part) = (EXPLANATION, Opening::Refusal);
            signals.push(Signal::Open { key, part });
            signals.push(Signal::More { key, text });
            signals.push(Signal::Close { key });
        }
        signals.push(Signal::Stop(stop));
    }
}
