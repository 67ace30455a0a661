//! Reads the events of OpenAI Chat Completions.

use super::super::answer::{MOST_PARTS, stop_of_chat};
use super::super::error::ProviderError;
use super::super::usage::Usage;
use super::{Opening, Read, Signal};
use serde_json::Value;

/// What has been read so far.
#[derive(Default)]
pub(super) struct Reader {
    has_begun: bool,
    has_stopped: bool,
    next_key: u64,
    /// The text under way, and whether it is a refusal.
    prose: Option<(u64, bool)>,
    calls: Vec<Call>,
}

/// A call under way.
struct Call {
    index: u64,
    id: String,
    /// Known once the name of the tool is.
    key: Option<u64>,
}

impl Read for Reader {
    fn event(&mut self, data: &Value, signals: &mut Vec<Signal>) {
        if data.get("error").is_some_and(|error| !error.is_null()) {
            signals.push(Signal::Failed(ProviderError::of_event(data)));
            return;
        }
        let choice = data.pointer("/choices/0");
        // before the first choice, some providers report on the prompt under no id
        if !self.has_begun && choice.is_some() {
            self.has_begun = true;
            let id = data.get("id").and_then(Value::as_str).unwrap_or_default();
            signals.push(Signal::Begin {
                id: id.to_owned(),
                created: data.get("created").and_then(Value::as_u64).unwrap_or(0),
            });
        }
        if let Some(choice) = choice {
            if let Some(delta) = choice.get("delta") {
                self.delta(delta, signals);
            }
            let word = choice
                .get("finish_reason")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if !word.is_empty() {
                self.has_stopped = true;
                signals.push(Signal::Stop(stop_of_chat(word)));
            }
        }
        if let Some(usage) = data.get("usage").filter(|usage| usage.is_object()) {
            signals.push(Signal::Usage(Usage::of_chat(usage)));
        }
    }

    /// The end is said once the reason is, even where the mark behind it is missing.
    fn is_complete(&self) -> bool {
        self.has_stopped
    }
}

impl Reader {
    fn delta(&mut self, delta: &Value, signals: &mut Vec<Signal>) {
        for (key, is_refusal) in [("content", false), ("refusal", true)] {
            let text = delta.get(key).and_then(Value::as_str).unwrap_or_default();
            if !text.is_empty() {
                self.prose(text, is_refusal, signals);
            }
        }
        let calls = delta.get("tool_calls").and_then(Value::as_array);
        for (position, call) in calls.into_iter().flatten().enumerate() {
            self.call(position, call, signals);
        }
    }

    fn prose(&mut self, text: &str, is_refusal: bool, signals: &mut Vec<Signal>) {
        let key = match self.prose {
            Some((key, as_refusal)) if as_refusal == is_refusal => key,
            _ => {
                self.end_prose(signals);
                let key = self.new_key();
                self.prose = Some((key, is_refusal));
                let part = if is_refusal {
                    Opening::Refusal
                } else {
                    Opening::Text
                };
                signals.push(Signal::Open { key, part });
                key
            }
        };
        let text = text.to_owned();
        signals.push(Signal::More { key, text });
    }

    fn end_prose(&mut self, signals: &mut Vec<Signal>) {
        if let Some((key, _)) = self.prose.take() {
            signals.push(Signal::Close { key });
        }
    }

    fn new_key(&mut self) -> u64 {
        self.next_key += 1;
        self.next_key
    }

    fn call(&mut self, position: usize, call: &Value, signals: &mut Vec<Signal>) {
        if self.calls.len() > MOST_PARTS {
            signals.push(Signal::Failed(ProviderError::broken(
                "The provider called too many tools.",
            )));
            return;
        }
        let key = self.call_key(position, call, signals);
        let text = match call.pointer("/function/arguments") {
            Some(Value::String(text)) => text.clone(),
            Some(object @ Value::Object(_)) => object.to_string(),
            _ => String::new(),
        };
        if !text.is_empty() {
            signals.push(match key {
                Some(key) => Signal::More { key, text },
                None => Signal::Failed(ProviderError::broken(
                    "The provider called a tool without its name.",
                )),
            });
        }
    }

    /// The key of the call to which a piece belongs, which may begin with it; `None` before its name is known.
    fn call_key(&mut self, position: usize, call: &Value, signals: &mut Vec<Signal>) -> Option<u64> {
        let text = |path: &str| call.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let (id, name) = (text("/id"), text("/function/name"));
        let index = call.get("index").and_then(Value::as_u64);
        let index = index.unwrap_or(position as u64);
        let known = self.calls.iter_mut().rev().find(|known| known.index == index);
        match known {
            Some(known) if known.continues(id, name) => known.key,
            // the id came before the name
            Some(known) if known.key.is_none() => {
                let id = std::mem::take(&mut known.id);
                Some(self.begin_call(index, &id, name, signals))
            }
            _ if name.is_empty() => {
                self.calls.push(Call {
                    index,
                    id: id.to_owned(),
                    key: None,
                });
                None
            }
            // some providers count every call as the first
            Some(Call { key: Some(key), .. }) => {
                signals.push(Signal::Close { key: *key });
                Some(self.begin_call(index, id, name, signals))
            }
            _ => Some(self.begin_call(index, id, name, signals)),
        }
    }

    fn begin_call(&mut self, index: u64, id: &str, name: &str, signals: &mut Vec<Signal>) -> u64 {
        self.end_prose(signals);
        let key = self.new_key();
        self.calls.push(Call {
            index,
            id: id.to_owned(),
            key: Some(key),
        });
        let part = Opening::Call {
            id: id.to_owned(),
            name: name.to_owned(),
        };
        signals.push(Signal::Open { key, part });
        key
    }
}

impl Call {
    /// Whether a piece with this id and name belongs to the call.
    fn continues(&self, id: &str, name: &str) -> bool {
        match self.key {
            Some(_) => name.is_empty() || id.is_empty() || self.id == id,
            None => name.is_empty(),
        }
    }
}
