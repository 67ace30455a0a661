//! Writes the events of OpenAI Responses.

use super::super::Answering;
use super::super::answer::{
    GivenCall, Outline, Piece, Stop, call_item, freeform_input, refusal_part, text_item, text_part,
};
use super::super::error::ProviderError;
use super::super::model::ToolKind;
use super::super::usage::Usage;
use super::sequence::Step;
use super::{Opening, Write, named_event};
use serde_json::{Value, json};

/// What has been written so far.
pub(super) struct Writer {
    answering: Answering,
    outline: Outline,
    sequence_number: u64,
    calls: usize,
    output: Vec<Value>,
    item: Option<Item>,
}

/// The item under way.
struct Item {
    id: String,
    kind: Kind,
    said: String,
}

enum Kind {
    Text,
    Refusal,
    Call(GivenCall),
}

impl Kind {
    /// The part of a message with what was said; calls have none.
    fn part(&self, said: &str) -> Option<Value> {
        match self {
            Self::Text => Some(text_part(said)),
            Self::Refusal => Some(refusal_part(said)),
            Self::Call(_) => None,
        }
    }

    /// The names of the events for more and for all, and the key of the latter.
    const fn events(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Text => ("response.output_text.delta", "response.output_text.done", "text"),
            Self::Refusal => ("response.refusal.delta", "response.refusal.done", "refusal"),
            Self::Call(GivenCall {
                kind: ToolKind::Function,
                ..
            }) => (
                "response.function_call_arguments.delta",
                "response.function_call_arguments.done",
                "arguments",
            ),
            Self::Call(GivenCall {
                kind: ToolKind::Freeform,
                ..
            }) => (
                "response.custom_tool_call_input.delta",
                "response.custom_tool_call_input.done",
                "input",
            ),
        }
    }

    const fn is_freeform(&self) -> bool {
        matches!(
            self,
            Self::Call(GivenCall {
                kind: ToolKind::Freeform,
                ..
            })
        )
    }
}

impl Writer {
    /// Before the first event.
    pub(super) fn new(answering: Answering) -> Self {
        Self {
            outline: Outline::new("", 0, &answering),
            answering,
            sequence_number: 0,
            calls: 0,
            output: Vec::new(),
            item: None,
        }
    }

    fn event(&mut self, name: &str, mut data: Value, out: &mut String) {
        if let Some(data) = data.as_object_mut() {
            data.insert("type".to_owned(), name.into());
            data.insert("sequence_number".to_owned(), self.sequence_number.into());
        }
        self.sequence_number += 1;
        named_event(name, &data, out);
    }

    /// An event about the item under way.
    fn item_event(&mut self, name: &str, item: &Item, key: &str, value: Value, out: &mut String) {
        let mut data = json!({ "item_id": item.id, "output_index": self.output.len() });
        if let Some(data) = data.as_object_mut() {
            if !matches!(item.kind, Kind::Call(_)) {
                data.insert("content_index".to_owned(), 0.into());
            }
            data.insert(key.to_owned(), value);
            if name.starts_with("response.output_text.") {
                data.insert("logprobs".to_owned(), json!([]));
            }
        }
        self.event(name, data, out);
    }

    fn open(&mut self, part: Opening, out: &mut String) {
        let position = self.output.len();
        let (kind, id) = match part {
            Opening::Text => (
                Kind::Text,
                self.outline.item_id(&Piece::Text(String::new()), position),
            ),
            Opening::Refusal => (
                Kind::Refusal,
                self.outline.item_id(&Piece::Refusal(String::new()), position),
            ),
            Opening::Call { id, name } => {
                let given = self.answering.given(self.calls, &id, &name);
                self.calls += 1;
                let arguments = String::new();
                let piece = Piece::Call { id, name, arguments };
                (Kind::Call(given), self.outline.item_id(&piece, position))
            }
        };
        let item = Item {
            id,
            kind,
            said: String::new(),
        };
        let shown = item_value(&item, "in_progress");
        self.event(
            "response.output_item.added",
            json!({ "output_index": position, "item": shown }),
            out,
        );
        if let Some(part) = item.kind.part("") {
            self.item_event("response.content_part.added", &item, "part", part, out);
        }
        self.item = Some(item);
    }

    fn more(&mut self, text: String, out: &mut String) {
        let Some(mut item) = self.item.take() else { return };
        item.said.push_str(&text);
        // freeform input is unpacked once it is complete
        if !item.kind.is_freeform() {
            let (delta, ..) = item.kind.events();
            self.item_event(delta, &item, "delta", text.into(), out);
        }
        self.item = Some(item);
    }

    fn close(&mut self, out: &mut String) {
        let Some(item) = self.item.take() else { return };
        let (delta, done, key) = item.kind.events();
        let said = if item.kind.is_freeform() {
            let input = freeform_input(&item.said);
            self.item_event(delta, &item, "delta", input.as_str().into(), out);
            input
        } else {
            item.said.clone()
        };
        self.item_event(done, &item, key, said.into(), out);
        if let Some(part) = item.kind.part(&item.said) {
            self.item_event("response.content_part.done", &item, "part", part, out);
        }
        let shown = item_value(&item, "completed");
        let position = self.output.len();
        self.event(
            "response.output_item.done",
            json!({ "output_index": position, "item": shown }),
            out,
        );
        self.output.push(shown);
    }
}

/// The item as it stands; one that has just begun has nothing in it.
fn item_value(item: &Item, status: &str) -> Value {
    match &item.kind {
        Kind::Call(given) => call_item(&item.id, status, given, &item.said),
        kind => {
            let part = kind.part(&item.said).filter(|_| status == "completed");
            text_item(&item.id, status, part.as_ref())
        }
    }
}

impl Write for Writer {
    fn step(&mut self, step: Step, out: &mut String) {
        match step {
            Step::Begin { id, created } => {
                self.outline = Outline::new(&id, created, &self.answering);
                for name in ["response.created", "response.in_progress"] {
                    let response = self.outline.response(Vec::new(), None);
                    self.event(name, json!({ "response": response }), out);
                }
            }
            Step::Open(part) => self.open(part, out),
            Step::More(text) => self.more(text, out),
            Step::Close => self.close(out),
        }
    }

    fn end(&mut self, stop: &Stop, usage: Usage, out: &mut String) {
        let output = std::mem::take(&mut self.output);
        let response = self.outline.response(output, Some((stop, usage)));
        let is_complete = response.get("status").and_then(Value::as_str) == Some("completed");
        let name = if is_complete {
            "response.completed"
        } else {
            "response.incomplete"
        };
        self.event(name, json!({ "response": response }), out);
    }

    fn fail(&mut self, error: &ProviderError, out: &mut String) {
        let output = std::mem::take(&mut self.output);
        let mut response = self.outline.response(output, None);
        if let Some(response) = response.as_object_mut() {
            response.insert("status".to_owned(), "failed".into());
            response.insert("error".to_owned(), error.failure());
        }
        self.event("response.failed", json!({ "response": response }), out);
    }
}
