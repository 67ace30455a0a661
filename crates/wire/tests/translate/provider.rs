//! Providers' answers, whole and as streams, of which it is known what they say.

use proptest::prelude::*;
use serde_json::{Value, json};
use wire::Dialect;

/// What an answer says.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) texts: Vec<String>,
    pub(crate) calls: Vec<(String, String, Value)>,
    pub(crate) ends_early: bool,
    pub(crate) numbers: [u64; 3],
}

/// Answers that call some of the tools.
pub(crate) fn any_said(tools: Vec<String>) -> impl Strategy<Value = Said> {
    let text = prop_oneof!["[a-z é\"\\\\\n]{1,12}", "\\PC{1,20}"];
    let arguments = prop::collection::btree_map("[a-z]{1,4}", "\\PC{0,8}", 0..3).prop_map(|map| json!(map));
    let call = (prop::sample::select(tools), arguments);
    (
        prop::collection::vec(text, 0..3),
        prop::collection::vec(call, 0..4),
        any::<bool>(),
        prop::array::uniform3(0u64..1000),
    )
        .prop_map(|(texts, calls, ends_early, numbers)| Said {
            texts,
            calls: calls
                .into_iter()
                .enumerate()
                .map(|(position, (name, arguments))| (format!("call_{position}"), name, arguments))
                .collect(),
            ends_early,
            numbers,
        })
}

impl Said {
    fn stop(&self, words: [&'static str; 3]) -> &'static str {
        match (self.ends_early, self.calls.is_empty()) {
            (true, _) => words[0],
            (false, false) => words[1],
            (false, true) => words[2],
        }
    }

    /// The whole answer.
    pub(crate) fn whole(&self, provider: Dialect) -> Value {
        match provider {
            Dialect::OpenAiChat => self.whole_chat(),
            Dialect::OpenAiResponses => self.whole_responses(),
            _ => self.whole_messages(),
        }
    }

    /// The events of a stream, in their order.
    pub(crate) fn events(&self, provider: Dialect) -> Vec<String> {
        match provider {
            Dialect::OpenAiChat => self.events_chat(),
            Dialect::OpenAiResponses => self.events_responses(),
            _ => self.events_messages(),
        }
    }

    fn usage_chat(&self) -> Value {
        let [input, cached, output] = self.numbers;
        json!({ "prompt_tokens": input + cached, "completion_tokens": output, "total_tokens": input + cached + output,
                "prompt_tokens_details": { "cached_tokens": cached } })
    }

    fn whole_chat(&self) -> Value {
        let calls: Vec<Value> = self.calls.iter().map(|(id, name, arguments)| {
            json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments.to_string() } })
        }).collect();
        let text = self.texts.concat();
        json!({
            "id": "chatcmpl-9", "object": "chat.completion", "created": 1_795_414_124, "model": "m",
            "choices": [{ "index": 0, "message": {
                "role": "assistant", "content": if text.is_empty() { Value::Null } else { json!(text) },
                "tool_calls": calls }, "finish_reason": self.stop(["length", "tool_calls", "stop"]) }],
            "usage": self.usage_chat(),
        })
    }

    fn events_chat(&self) -> Vec<String> {
        let chunk = |delta: Value, finish: Option<&str>| {
            let chunk = json!({ "id": "chatcmpl-9", "object": "chat.completion.chunk", "created": 1_795_414_124,
                "model": "m", "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }], "usage": null });
            format!("data: {chunk}\n\n")
        };
        let mut events = vec![chunk(json!({ "role": "assistant", "content": "" }), None)];
        for text in &self.texts {
            events.extend(pieces(text).map(|piece| chunk(json!({ "content": piece }), None)));
        }
        for (index, (id, name, arguments)) in self.calls.iter().enumerate() {
            let call = |call: Value| chunk(json!({ "tool_calls": [call] }), None);
            let function = json!({ "name": name, "arguments": "" });
            events.push(call(
                json!({ "index": index, "id": id, "type": "function", "function": function }),
            ));
            let arguments = arguments.to_string();
            let piece = |piece| call(json!({ "index": index, "function": { "arguments": piece } }));
            events.extend(pieces(&arguments).map(piece));
        }
        events.push(chunk(
            json!({}),
            Some(self.stop(["length", "tool_calls", "stop"])),
        ));
        let last = json!({ "id": "chatcmpl-9", "choices": [], "usage": self.usage_chat() });
        events.push(format!("data: {last}\n\n"));
        events.push("data: [DONE]\n\n".to_owned());
        events
    }

    fn usage_messages(&self) -> Value {
        let [input, cached, output] = self.numbers;
        json!({ "input_tokens": input, "cache_read_input_tokens": cached, "output_tokens": output })
    }

    fn whole_messages(&self) -> Value {
        let texts = self
            .texts
            .iter()
            .map(|text| json!({ "type": "text", "text": text }));
        let call = |(id, name, input): &(String, String, Value)| json!({ "type": "tool_use", "id": id, "name": name, "input": input });
        let thought = json!({ "type": "thinking", "thinking": "hm", "signature": "c2ln" });
        let content: Vec<Value> = [thought]
            .into_iter()
            .chain(texts)
            .chain(self.calls.iter().map(call))
            .collect();
        json!({ "id": "msg_9", "type": "message", "role": "assistant", "model": "m", "content": content,
            "stop_reason": self.stop(["max_tokens", "tool_use", "end_turn"]), "stop_sequence": null,
            "usage": self.usage_messages() })
    }

    fn events_messages(&self) -> Vec<String> {
        let event = |data: Value| {
            format!(
                "event: {}\r\ndata: {data}\r\n\r\n",
                data["type"].as_str().unwrap()
            )
        };
        let start = json!({ "id": "msg_9", "type": "message", "role": "assistant", "model": "m", "content": [],
            "usage": { "input_tokens": self.numbers[0], "cache_read_input_tokens": self.numbers[1], "output_tokens": 1 } });
        let mut events = vec![
            event(json!({ "type": "message_start", "message": start })),
            event(
                json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "thinking", "thinking": "" } }),
            ),
            event(
                json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "thinking_delta", "thinking": "hm" } }),
            ),
            event(
                json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "signature_delta", "signature": "c2ln" } }),
            ),
            event(json!({ "type": "content_block_stop", "index": 0 })),
            event(json!({ "type": "ping" })),
        ];
        let texts = self.texts.iter().map(|text| {
            (
                json!({ "type": "text", "text": "" }),
                "text_delta",
                "text",
                text.clone(),
            )
        });
        let calls = self.calls.iter().map(|(id, name, input)| {
            (
                json!({ "type": "tool_use", "id": id, "name": name, "input": {} }),
                "input_json_delta",
                "partial_json",
                input.to_string(),
            )
        });
        for (position, (block, kind, key, text)) in texts.chain(calls).enumerate() {
            let index = position + 1;
            events.push(event(
                json!({ "type": "content_block_start", "index": index, "content_block": block }),
            ));
            let piece = |piece| {
                event(
                    json!({ "type": "content_block_delta", "index": index, "delta": { "type": kind, key: piece } }),
                )
            };
            events.extend(pieces(&text).map(piece));
            events.push(event(json!({ "type": "content_block_stop", "index": index })));
        }
        let delta = json!({ "stop_reason": self.stop(["max_tokens", "tool_use", "end_turn"]), "stop_sequence": null });
        events.push(event(
            json!({ "type": "message_delta", "delta": delta, "usage": { "output_tokens": self.numbers[2] } }),
        ));
        events.push(event(json!({ "type": "message_stop" })));
        events
    }

    fn items(&self) -> Vec<Value> {
        let reasoning =
            json!({ "id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAA" });
        let texts = self.texts.iter().map(|text| {
            let part = json!({ "type": "output_text", "text": text, "annotations": [] });
            json!({ "id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part] })
        });
        let calls = self.calls.iter().map(|(id, name, arguments)| {
            json!({ "id": "fc_1", "type": "function_call", "status": "completed", "call_id": id, "name": name,
                    "arguments": arguments.to_string() })
        });
        [reasoning].into_iter().chain(texts).chain(calls).collect()
    }

    fn whole_responses(&self) -> Value {
        let [input, cached, output] = self.numbers;
        let details = self.ends_early.then(|| json!({ "reason": "max_output_tokens" }));
        json!({
            "id": "resp_9", "object": "response", "created_at": 1_795_414_124, "model": "m",
            "status": if self.ends_early { "incomplete" } else { "completed" }, "incomplete_details": details,
            "output": self.items(),
            "usage": { "input_tokens": input + cached, "input_tokens_details": { "cached_tokens": cached },
                       "output_tokens": output, "total_tokens": input + cached + output },
        })
    }

    fn events_responses(&self) -> Vec<String> {
        let event = |data: Value| format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap());
        let begun =
            json!({ "id": "resp_9", "created_at": 1_795_414_124, "status": "in_progress", "output": [] });
        let mut events = vec![
            event(json!({ "type": "response.created", "response": begun })),
            event(json!({ "type": "response.in_progress", "response": begun })),
        ];
        for (index, item) in self.items().into_iter().enumerate() {
            let mut shown = item.clone();
            shown["content"] = json!([]);
            events.push(event(
                json!({ "type": "response.output_item.added", "output_index": index, "item": shown }),
            ));
            let more = |name: &str, key: &str, value: Value| {
                event(
                    json!({ "type": format!("response.{name}"), "output_index": index, "content_index": 0, key: value }),
                )
            };
            if let Some(text) = item.pointer("/content/0/text").and_then(Value::as_str) {
                events.push(more(
                    "content_part.added",
                    "part",
                    json!({ "type": "output_text", "text": "" }),
                ));
                events.extend(pieces(text).map(|piece| more("output_text.delta", "delta", json!(piece))));
                events.push(more("output_text.done", "text", json!(text)));
            }
            if let Some(arguments) = item["arguments"].as_str() {
                // one that comes whole at the end
                if arguments.len() > 4 {
                    events.extend(
                        pieces(arguments)
                            .map(|piece| more("function_call_arguments.delta", "delta", json!(piece))),
                    );
                }
                events.push(more(
                    "function_call_arguments.done",
                    "arguments",
                    json!(arguments),
                ));
            }
            events.push(event(
                json!({ "type": "response.output_item.done", "output_index": index, "item": item }),
            ));
        }
        let name = if self.ends_early {
            "response.incomplete"
        } else {
            "response.completed"
        };
        events.push(event(json!({ "type": name, "response": self.whole_responses() })));
        events
    }
}

/// A text in pieces of three letters.
fn pieces(text: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = letters.chunks(3).map(|piece| piece.iter().collect()).collect();
    pieces.into_iter()
}
