//! Whether a stream keeps the order that its protocol promises.

use serde_json::Value;
use std::collections::HashSet;
use wire::Dialect;

/// How a valid stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As an answer does.
    Clean,
    /// With the protocol's error.
    Error,
}

/// The data of each event; events that are named carry their name as their type.
pub(crate) fn events(stream: &str) -> Vec<Value> {
    assert!(stream.is_empty() || stream.ends_with("\n\n"), "{stream}");
    let event = |event: &str| {
        let (name, data) = match event.split_once("\ndata: ") {
            Some((name, data)) => (name.strip_prefix("event: "), data),
            None => (None, event.strip_prefix("data: ").unwrap()),
        };
        let data = if data == "[DONE]" {
            Value::from("[DONE]")
        } else {
            serde_json::from_str(data).unwrap()
        };
        if let Some(name) = name {
            assert_eq!(data["type"], name);
        }
        data
    };
    stream
        .split("\n\n")
        .filter(|event| !event.is_empty())
        .map(event)
        .collect()
}

/// Checks a stream that is over.
pub(crate) fn check(dialect: Dialect, stream: &str) -> Ending {
    let events = events(stream);
    match dialect {
        Dialect::OpenAiChat => chat(&events),
        Dialect::OpenAiResponses => responses(&events),
        _ => messages(&events),
    }
}

fn messages(events: &[Value]) -> Ending {
    let (mut open, mut next, mut has_delta) = (None::<Value>, 0, false);
    for (position, event) in events.iter().enumerate() {
        let is_last = position + 1 == events.len();
        let kind = event["type"].as_str().unwrap();
        assert_eq!(
            kind == "message_start",
            position == 0 && kind != "error",
            "{event}"
        );
        assert!(!has_delta || kind == "message_stop" || kind == "error", "{event}");
        match kind {
            "message_start" => assert_eq!(event["message"]["content"], Value::Array(Vec::new())),
            "content_block_start" => {
                assert!(open.is_none() && event["index"] == next, "{event}");
                open = Some(event["content_block"]["type"].clone());
            }
            "content_block_delta" => {
                let delta = if open == Some("tool_use".into()) {
                    "input_json_delta"
                } else {
                    "text_delta"
                };
                assert!(
                    open.is_some() && event["index"] == next && event["delta"]["type"] == delta,
                    "{event}"
                );
            }
            "content_block_stop" => {
                assert!(open.take().is_some() && event["index"] == next, "{event}");
                next += 1;
            }
            "message_delta" => {
                assert!(
                    open.is_none() && event["delta"]["stop_reason"].is_string(),
                    "{event}"
                );
                assert!(event["usage"]["output_tokens"].is_u64());
                has_delta = true;
            }
            "message_stop" => assert!(has_delta && is_last),
            "error" => assert!(is_last && event["error"]["message"].is_string()),
            _ => panic!("{event}"),
        }
    }
    ending(events.last().is_some_and(|last| last["type"] == "message_stop"))
}

const fn ending(is_clean: bool) -> Ending {
    if is_clean { Ending::Clean } else { Ending::Error }
}

fn chat(events: &[Value]) -> Ending {
    let (last, before) = events.split_last().unwrap();
    assert_eq!(last, "[DONE]");
    let (mut finish, mut calls, mut has_usage) = (0, 0, false);
    for (position, event) in before.iter().enumerate() {
        if event.get("error").is_some() {
            assert_eq!(position + 1, before.len());
            return Ending::Error;
        }
        assert_eq!(event["object"], "chat.completion.chunk");
        assert_eq!(event["id"], before[0]["id"]);
        let Some(choice) = event["choices"].get(0) else {
            assert!(
                finish == 1 && event["usage"].is_object() && position + 1 == before.len(),
                "{event}"
            );
            has_usage = true;
            continue;
        };
        assert_eq!(finish, 0, "{event}");
        assert_eq!(choice["delta"].get("role").is_some(), position == 0, "{event}");
        for call in choice["delta"]["tool_calls"].as_array().into_iter().flatten() {
            let is_new = call.get("id").is_some();
            assert_eq!(call["index"], calls - u64::from(!is_new), "{event}");
            calls += u64::from(is_new);
        }
        finish += u64::from(choice["finish_reason"].is_string());
    }
    assert_eq!((finish, has_usage), (1, before[0].get("usage").is_some()));
    Ending::Clean
}

fn responses(events: &[Value]) -> Ending {
    let mut open: Option<(Value, bool)> = None;
    let (mut next, mut ids) = (0, HashSet::new());
    for (position, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], position, "{event}");
        let is_last = position + 1 == events.len();
        let kind = event["type"].as_str().unwrap();
        if let Some(index) = event.get("output_index") {
            assert_eq!(index, next, "{event}");
        }
        if let (Some(id), Some((item, _))) = (event.get("item_id"), &open) {
            assert_eq!(id, &item["id"]);
        }
        match kind {
            "response.created" => assert_eq!(position, 0),
            "response.in_progress" => assert_eq!(position, 1),
            "response.output_item.added" => {
                assert!(
                    open.is_none() && ids.insert(event["item"]["id"].to_string()),
                    "{event}"
                );
                open = Some((event["item"].clone(), false));
            }
            "response.content_part.added" => assert_eq!(open.as_ref().unwrap().0["type"], "message"),
            "response.output_item.done" => {
                let (item, is_done) = open.take().unwrap();
                assert!(
                    is_done && item["id"] == event["item"]["id"] && event["item"]["status"] == "completed",
                    "{event}"
                );
                next += 1;
            }
            "response.completed" | "response.incomplete" => {
                assert!(is_last && open.is_none() && event["response"]["usage"].is_object());
                assert_eq!(
                    format!("response.{}", event["response"]["status"].as_str().unwrap()),
                    kind
                );
                assert_eq!(event["response"]["output"].as_array().unwrap().len(), next);
            }
            "response.failed" => assert!(is_last && event["response"]["error"]["code"].is_string()),
            _ if kind.ends_with(".delta") => {
                assert!(open.as_ref().is_some_and(|(_, is_done)| !is_done), "{event}")
            }
            _ if kind.ends_with(".done") => open.as_mut().unwrap().1 = true,
            _ => panic!("{event}"),
        }
    }
    ending(
        events
            .last()
            .is_some_and(|last| last["type"] != "response.failed"),
    )
}
