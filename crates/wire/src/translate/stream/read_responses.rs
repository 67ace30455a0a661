//! Reads the events of OpenAI Responses.

use super::super::answer::stop_of_responses;
use super::super::error::ProviderError;
use super::super::usage::Usage;
use super::{Opening, Read, Signal};
use serde_json::Value;
use std::collections::HashMap;

/// Parts of one item that are told apart; an answer has far fewer.
const PARTS: u64 = 1 << 16;

/// What has been read so far.
#[derive(Default)]
pub(super) struct Reader {
    /// Parts under way, and whether anything of them has come.
    open: HashMap<u64, bool>,
}

impl Read for Reader {
    fn event(&mut self, data: &Value, signals: &mut Vec<Signal>) {
        match text_at(data, "/type") {
            "response.created" => begin(data, signals),
            "response.output_item.added" => self.item(data, signals),
            "response.content_part.added" => self.part(data, signals),
            "response.output_text.delta" => self.more(part_key(data), text_at(data, "/delta"), signals),
            "response.refusal.delta" => self.more(part_key(data), text_at(data, "/delta"), signals),
            "response.function_call_arguments.delta" => {
                self.more(item_key(data), text_at(data, "/delta"), signals);
            }
            "response.output_text.done" => self.close(part_key(data), text_at(data, "/text"), signals),
            "response.refusal.done" => self.close(part_key(data), text_at(data, "/refusal"), signals),
            "response.function_call_arguments.done" => {
                self.close(item_key(data), text_at(data, "/arguments"), signals);
            }
            "response.output_item.done" => self.item_done(data, signals),
            "response.completed" | "response.incomplete" => end(data, signals),
            "response.failed" => {
                let error = data.get("response").unwrap_or(data);
                signals.push(Signal::Failed(ProviderError::of_event(error)));
            }
            "error" => signals.push(Signal::Failed(ProviderError::of_event(data))),
            _ => {}
        }
    }
}

fn text_at<'a>(data: &'a Value, path: &str) -> &'a str {
    data.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn number(data: &Value, key: &str) -> u64 {
    data.get(key).and_then(Value::as_u64).unwrap_or(0)
}

fn part_key(data: &Value) -> u64 {
    let content = number(data, "content_index").min(PARTS - 2) + 1;
    item_key(data).saturating_add(content)
}

fn item_key(data: &Value) -> u64 {
    number(data, "output_index").saturating_mul(PARTS)
}

fn begin(data: &Value, signals: &mut Vec<Signal>) {
    signals.push(Signal::Begin {
        id: text_at(data, "/response/id").to_owned(),
        created: data
            .pointer("/response/created_at")
            .and_then(Value::as_u64)
            .unwrap_or(0),
    });
}

fn end(data: &Value, signals: &mut Vec<Signal>) {
    let response = data.get("response").unwrap_or(data);
    if let Some(usage) = response.get("usage").filter(|usage| usage.is_object()) {
        signals.push(Signal::Usage(Usage::of_responses(usage)));
    }
    signals.push(Signal::Stop(stop_of_responses(response)));
    signals.push(Signal::End);
}

impl Reader {
    fn open(&mut self, key: u64, part: Opening, signals: &mut Vec<Signal>) {
        self.open.insert(key, false);
        signals.push(Signal::Open { key, part });
    }

    fn item(&mut self, data: &Value, signals: &mut Vec<Signal>) {
        match text_at(data, "/item/type") {
            "function_call" => {
                let part = Opening::Call {
                    id: text_at(data, "/item/call_id").to_owned(),
                    name: text_at(data, "/item/name").to_owned(),
                };
                self.open(item_key(data), part, signals);
            }
            "message" | "reasoning" => {}
            _ => {
                let error = ProviderError::broken("The provider sent content that was not asked for.");
                signals.push(Signal::Failed(error));
            }
        }
    }

    fn part(&mut self, data: &Value, signals: &mut Vec<Signal>) {
        match text_at(data, "/part/type") {
            "output_text" => self.open(part_key(data), Opening::Text, signals),
            "refusal" => self.open(part_key(data), Opening::Refusal, signals),
            _ => {}
        }
    }

    fn more(&mut self, key: u64, text: &str, signals: &mut Vec<Signal>) {
        if !text.is_empty() {
            if let Some(has_come) = self.open.get_mut(&key) {
                *has_come = true;
            }
            let text = text.to_owned();
            signals.push(Signal::More { key, text });
        }
    }

    /// A part is complete; its text comes now where nothing of it came before.
    fn close(&mut self, key: u64, whole: &str, signals: &mut Vec<Signal>) {
        if self.open.remove(&key) == Some(false) && !whole.is_empty() {
            let text = whole.to_owned();
            signals.push(Signal::More { key, text });
        }
        signals.push(Signal::Close { key });
    }

    fn item_done(&mut self, data: &Value, signals: &mut Vec<Signal>) {
        let key = item_key(data);
        if self.open.contains_key(&key) {
            self.close(key, text_at(data, "/item/arguments"), signals);
        }
    }
}
