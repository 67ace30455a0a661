//! A request that goes into another protocol and comes back still says the same.

use crate::shapes::{DIALECTS, body, translate};
use proptest::prelude::*;
use serde_json::{Value, json};
use wire::Dialect;
use wire::Dialect::{AnthropicMessages, OpenAiChat, OpenAiResponses};

/// What a conversation says, in an order that no protocol changes.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    system: String,
    turns: Vec<Turn>,
    tools: Vec<(String, Value)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Turn {
    User {
        text: String,
        image: Option<String>,
    },
    Assistant {
        text: String,
        calls: Vec<(String, String, Value)>,
    },
    Results(Vec<(String, String)>),
}

fn any_told() -> impl Strategy<Value = Told> {
    let text = || "[a-z][a-z é\"\\\\\n]{0,15}";
    let image = prop::option::of(prop_oneof![
        Just("https://pictures.example/a.png".to_owned()),
        "[A-Za-z0-9+/]{4,12}".prop_map(|data| format!("data:image/png;base64,{data}")),
    ]);
    let name = prop::sample::select(vec!["look", "mcp__desk__quote", "a-b"]);
    let call = (name, prop::collection::btree_map("[a-z]{1,3}", text(), 0..3));
    let round = (
        (text(), image),
        text(),
        prop::collection::vec((call, text()), 0..3),
    );
    (text(), prop::collection::vec(round, 1..4)).prop_map(|(system, rounds)| {
        let mut turns = Vec::new();
        for (position, ((user, image), said, calls)) in rounds.into_iter().enumerate() {
            turns.push(Turn::User { text: user, image });
            let id = |number: usize| format!("call_{position}_{number}");
            let (mut made, mut results) = (Vec::new(), Vec::new());
            for (number, ((name, arguments), result)) in calls.into_iter().enumerate() {
                made.push((id(number), name.to_owned(), json!(arguments)));
                results.push((id(number), result));
            }
            turns.push(Turn::Assistant {
                text: said,
                calls: made,
            });
            if !results.is_empty() {
                turns.push(Turn::Results(results));
                turns.push(Turn::Assistant {
                    text: "done".to_owned(),
                    calls: Vec::new(),
                });
            }
        }
        turns.push(Turn::User {
            text: "go on".to_owned(),
            image: None,
        });
        let schema = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
        let tools = ["look", "mcp__desk__quote", "a-b"].map(|name| (name.to_owned(), schema.clone()));
        Told {
            system,
            turns,
            tools: tools.to_vec(),
        }
    })
}

fn write(dialect: Dialect, told: &Told) -> Value {
    match dialect {
        OpenAiChat => write_chat(told),
        OpenAiResponses => write_responses(told),
        _ => write_messages(told),
    }
}

fn write_chat(told: &Told) -> Value {
    let mut messages = vec![json!({ "role": "system", "content": told.system })];
    for turn in &told.turns {
        match turn {
            Turn::User { text, image } => {
                let mut content = vec![json!({ "type": "text", "text": text })];
                content.extend(
                    image
                        .iter()
                        .map(|url| json!({ "type": "image_url", "image_url": { "url": url } })),
                );
                messages.push(json!({ "role": "user", "content": content }));
            }
            Turn::Assistant { text, calls } => {
                let call = |(id, name, arguments): &(String, String, Value)| json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments.to_string() } });
                let calls: Vec<Value> = calls.iter().map(call).collect();
                messages.push(json!({ "role": "assistant", "content": text, "tool_calls": calls }));
            }
            Turn::Results(results) => messages.extend(
                results
                    .iter()
                    .map(|(id, text)| json!({ "role": "tool", "tool_call_id": id, "content": text })),
            ),
        }
    }
    let tool = |(name, schema): &(String, Value)| json!({ "type": "function", "function": { "name": name, "parameters": schema } });
    json!({ "model": "m", "messages": messages, "tools": told.tools.iter().map(tool).collect::<Vec<_>>() })
}

fn write_responses(told: &Told) -> Value {
    let mut input = Vec::new();
    for turn in &told.turns {
        match turn {
            Turn::User { text, image } => {
                let mut content = vec![json!({ "type": "input_text", "text": text })];
                content.extend(
                    image
                        .iter()
                        .map(|url| json!({ "type": "input_image", "image_url": url })),
                );
                input.push(json!({ "role": "user", "content": content }));
            }
            Turn::Assistant { text, calls } => {
                input.push(
                    json!({ "role": "assistant", "content": [{ "type": "output_text", "text": text }] }),
                );
                input.extend(calls.iter().map(|(id, name, arguments)| {
                    json!({ "type": "function_call", "call_id": id, "name": name, "arguments": arguments.to_string() })
                }));
            }
            Turn::Results(results) => {
                input.extend(results.iter().map(
                    |(id, text)| json!({ "type": "function_call_output", "call_id": id, "output": text }),
                ))
            }
        }
    }
    let tool =
        |(name, schema): &(String, Value)| json!({ "type": "function", "name": name, "parameters": schema });
    json!({ "model": "m", "instructions": told.system, "input": input, "tools": told.tools.iter().map(tool).collect::<Vec<_>>() })
}

fn write_messages(told: &Told) -> Value {
    let mut messages = Vec::new();
    for turn in &told.turns {
        match turn {
            Turn::User { text, image } => {
                let mut content = vec![json!({ "type": "text", "text": text })];
                content.extend(image.iter().map(|url| {
                    let source = match url.split_once("base64,") {
                        Some((_, data)) => {
                            json!({ "type": "base64", "media_type": "image/png", "data": data })
                        }
                        None => json!({ "type": "url", "url": url }),
                    };
                    json!({ "type": "image", "source": source })
                }));
                messages.push(json!({ "role": "user", "content": content }));
            }
            Turn::Assistant { text, calls } => {
                let mut content = vec![json!({ "type": "text", "text": text })];
                content.extend(calls.iter().map(
                    |(id, name, input)| json!({ "type": "tool_use", "id": id, "name": name, "input": input }),
                ));
                messages.push(json!({ "role": "assistant", "content": content }));
            }
            Turn::Results(results) => {
                let result = |(id, text): &(String, String)| json!({ "type": "tool_result", "tool_use_id": id, "content": [{ "type": "text", "text": text }] });
                messages.push(
                    json!({ "role": "user", "content": results.iter().map(result).collect::<Vec<_>>() }),
                );
            }
        }
    }
    let tool = |(name, schema): &(String, Value)| json!({ "name": name, "input_schema": schema });
    json!({ "model": "m", "system": told.system, "messages": messages, "tools": told.tools.iter().map(tool).collect::<Vec<_>>() })
}

/// The request with what only one way of writing it has made alike: results and the user's words may share a message.
fn plain(dialect: Dialect, from: &Value) -> Value {
    let mut body = from.clone();
    let fields = body.as_object_mut().unwrap();
    for key in ["model", "max_tokens", "max_output_tokens", "stream", "store"] {
        fields.remove(key);
    }
    // both ways through the same writer, so that what is written only differently is alike
    let back = translate(
        dialect,
        if dialect == OpenAiResponses {
            OpenAiChat
        } else {
            OpenAiResponses
        },
        &body,
    );
    self::body(&back)
}

proptest! {
    #[test]
    fn there_and_back(told in any_told(), pair in prop::sample::select(vec![0usize, 1, 2, 3, 4, 5])) {
        let from = DIALECTS[pair / 2];
        let others: Vec<Dialect> = DIALECTS.into_iter().filter(|other| *other != from).collect();
        let to = others[pair % 2];
        let sent = write(from, &told);
        let there = translate(from, to, &sent);
        let expected: &[&str] = &[];
        prop_assert_eq!(&there.left_out, expected);
        let back = translate(to, from, &body(&there));
        prop_assert_eq!(&back.left_out, expected);
        prop_assert_eq!(plain(from, &body(&back)), plain(from, &sent));
    }

    #[test]
    fn every_protocol_tells_the_same(told in any_told()) {
        let through_messages = body(&translate(AnthropicMessages, OpenAiChat, &write(AnthropicMessages, &told)));
        let through_responses = body(&translate(OpenAiResponses, OpenAiChat, &write(OpenAiResponses, &told)));
        prop_assert_eq!(&through_messages["messages"], &through_responses["messages"]);
        prop_assert_eq!(&through_messages["tools"][0]["function"]["parameters"], &told.tools[0].1);
    }
}
