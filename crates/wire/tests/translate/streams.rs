//! Streams: valid in every order of events, the same however they are cut, and never ended where the provider's was not.

use crate::gather::gather;
use crate::provider::{Said, any_said};
use crate::shapes::{self, DIALECTS, body, translate};
use crate::validate::{self, Ending};
use proptest::prelude::*;
use serde_json::{Value, json};
use wire::Dialect;
use wire::Dialect::{AnthropicMessages, OpenAiChat, OpenAiResponses};
use wire::translate::{Answering, Usage};

/// How a request of a dialect is answered by a provider of another, and the names of the tools that were sent.
fn asked(caller: Dialect, provider: Dialect) -> (Answering, Vec<String>) {
    let request = match caller {
        OpenAiChat => shapes::copilot(),
        OpenAiResponses => shapes::codex_builtin(),
        _ => shapes::claude_code(),
    };
    let translated = translate(caller, provider, &request);
    let sent = body(&translated);
    let name = |tool: &Value| {
        tool["name"]
            .as_str()
            .or(tool["function"]["name"].as_str())
            .unwrap()
            .to_owned()
    };
    let names = sent["tools"].as_array().unwrap().iter().map(name).collect();
    (translated.answering, names)
}

/// Feeds a stream in blocks of a size.
fn run(answering: &Answering, stream: &[u8], block: usize) -> (String, Usage) {
    let mut translated = answering.clone().stream();
    let mut out = Vec::new();
    for block in stream.chunks(block) {
        out.extend_from_slice(&translated.feed(block));
    }
    out.extend_from_slice(&translated.end());
    assert!(translated.is_over() && translated.end().is_empty());
    (String::from_utf8(out).unwrap(), translated.usage())
}

fn pairs() -> impl Iterator<Item = (Dialect, Dialect)> {
    let all = DIALECTS
        .into_iter()
        .flat_map(|caller| DIALECTS.map(|provider| (caller, provider)));
    all.filter(|(caller, provider)| caller != provider)
}

fn any_answer() -> impl Strategy<Value = ((Dialect, Dialect), Said)> {
    let pair = prop::sample::select(pairs().collect::<Vec<_>>());
    pair.prop_flat_map(|(caller, provider)| {
        let names = asked(caller, provider).1;
        any_said(names).prop_map(move |said| ((caller, provider), said))
    })
}

proptest! {
    #[test]
    fn a_stream_amounts_to_the_whole_answer(((caller, provider), said) in any_answer(), block in 1usize..200) {
        let (answering, _) = asked(caller, provider);
        let stream = said.events(provider).concat();
        let (out, usage) = run(&answering, stream.as_bytes(), block);
        prop_assert_eq!(validate::check(caller, &out), Ending::Clean);
        let whole = answering.whole(said.whole(provider).to_string().as_bytes()).unwrap();
        let whole: Value = serde_json::from_slice(&whole).unwrap();
        prop_assert_eq!(gather(caller, &out), whole, "{}", stream);
        let [input, cached, output] = said.numbers;
        prop_assert_eq!((usage.input, usage.cached, usage.output), (input + cached, cached, output));
    }

    #[test]
    fn how_it_is_cut_does_not_matter(((caller, provider), said) in any_answer(), block in 1usize..200) {
        let (answering, _) = asked(caller, provider);
        let stream = said.events(provider).concat();
        prop_assert_eq!(run(&answering, stream.as_bytes(), block), run(&answering, stream.as_bytes(), usize::MAX));
    }

    #[test]
    fn what_breaks_off_never_ends_cleanly(((caller, provider), said) in any_answer(), at in any::<prop::sample::Index>()) {
        let (answering, _) = asked(caller, provider);
        let events = said.events(provider);
        // the last events of a chat say nothing about the answer's content
        let closing = if provider == OpenAiChat { 3 } else { 1 };
        let whole: usize = events[..events.len() - closing].iter().map(String::len).sum();
        let stream = events.concat();
        let (out, _) = run(&answering, &stream.as_bytes()[..at.index(whole + 1)], 64);
        prop_assert_eq!(validate::check(caller, &out), Ending::Error);
    }
}

#[test]
fn an_error_of_the_provider_is_the_error_of_the_stream() {
    let overloaded = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n";
    let failed = "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_is_overloaded\",\"message\":\"busy\"}}}\n\n";
    let chunk =
        "data: {\"error\":{\"message\":\"busy\",\"type\":\"server_error\",\"code\":\"slow_down\"}}\n\n";
    for (caller, provider) in pairs() {
        let stream = match provider {
            OpenAiChat => chunk,
            OpenAiResponses => failed,
            _ => overloaded,
        };
        let (out, _) = run(&asked(caller, provider).0, stream.as_bytes(), 7);
        assert_eq!(validate::check(caller, &out), Ending::Error);
        let code = if caller == AnthropicMessages {
            "overloaded_error"
        } else {
            "server_is_overloaded"
        };
        assert!(
            out.contains(code) && out.contains("busy"),
            "{caller:?} {provider:?}: {out}"
        );
    }
}

#[test]
fn calls_that_come_in_turns_are_put_in_order() {
    let (answering, _) = asked(AnthropicMessages, OpenAiChat);
    let chunk = |delta: Value, finish: Option<&str>| {
        format!(
            "data: {}\n\n",
            json!({ "choices": [{ "delta": delta, "finish_reason": finish }] })
        )
    };
    let call = |index: usize, name: &str, arguments: &str| {
        let id = (!name.is_empty()).then(|| format!("call_{name}"));
        json!({ "index": index, "id": id, "function": { "name": name, "arguments": arguments } })
    };
    let stream = [
        chunk(
            json!({ "tool_calls": [call(0, "Bash", "{\"a\""), call(1, "Read", "{")] }),
            None,
        ),
        chunk(
            json!({ "tool_calls": [call(1, "", "}"), call(0, "", ":1}")] }),
            None,
        ),
        chunk(json!({ "content": "more" }), Some("stop")),
    ]
    .concat();
    let (out, _) = run(&answering, stream.as_bytes(), usize::MAX);
    assert_eq!(validate::check(AnthropicMessages, &out), Ending::Clean);
    let message = gather(AnthropicMessages, &out);
    assert_eq!(message["stop_reason"], "tool_use");
    assert_eq!(
        message["content"],
        json!([
            { "type": "tool_use", "id": "call_Bash", "name": "Bash", "input": { "a": 1 } },
            { "type": "tool_use", "id": "call_Read", "name": "Read", "input": {} },
            { "type": "text", "text": "more" },
        ])
    );
}

#[test]
fn calls_that_all_count_as_the_first_are_told_apart() {
    let (answering, _) = asked(AnthropicMessages, OpenAiChat);
    let chunk = |id: &str, finish: Option<&str>| {
        let call = json!({ "index": 0, "id": id, "function": { "name": "Bash", "arguments": "{}" } });
        format!(
            "data: {}\n\n",
            json!({ "choices": [{ "delta": { "tool_calls": [call] }, "finish_reason": finish }] })
        )
    };
    let stream = [
        chunk("functions.Bash:0", None),
        chunk("", None),
        chunk("toolu_01", Some("tool_calls")),
    ]
    .concat();
    let (out, _) = run(
        &answering,
        stream
            .replace("\"id\":\"\",", "")
            .replacen("{}", "", 1)
            .as_bytes(),
        9,
    );
    let content = gather(AnthropicMessages, &out)["content"].clone();
    assert_eq!(content.as_array().unwrap().len(), 2);
    assert_eq!(content[0]["id"], "esc_functions_2eBash_3a0");
    let made = content[1]["id"].as_str().unwrap();
    assert!(
        made.starts_with("call_"),
        "an id that the conversation has already: {made}"
    );
}

#[test]
fn what_providers_do_differently_is_understood() {
    let (answering, _) = asked(AnthropicMessages, OpenAiChat);
    let choice =
        |delta: Value| json!({ "id": "chatcmpl-9", "choices": [{ "delta": delta, "finish_reason": "" }] });
    let chunks = [
        json!({ "id": "", "choices": [], "prompt_filter_results": [] }),
        choice(json!({ "role": "assistant", "content": null })),
        choice(json!({ "reasoning_content": "hm" })),
        choice(json!({ "tool_calls": [{ "index": 0, "id": "call_1", "function": {} }] })),
        choice(
            json!({ "tool_calls": [{ "index": 0, "function": { "name": "Bash", "arguments": { "a": 1 } } }] }),
        ),
    ];
    let stream: String = chunks.iter().map(|data| format!("data:{data}\n\n")).collect();
    let (out, _) = run(&answering, format!("{stream}data: [DONE]\n").as_bytes(), 5);
    assert_eq!(validate::check(AnthropicMessages, &out), Ending::Clean);
    let message = gather(AnthropicMessages, &out);
    let call = json!({ "type": "tool_use", "id": "call_1", "name": "Bash", "input": { "a": 1 } });
    assert_eq!(
        (&message["id"], &message["content"]),
        (&json!("msg_9"), &json!([call]))
    );
    let nameless =
        r#"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}"#;
    let (out, _) = run(&answering, nameless.as_bytes(), 5);
    assert_eq!(validate::check(AnthropicMessages, &out), Ending::Error);
}

#[test]
fn a_refusal_is_one_in_every_protocol() {
    let delta = json!({ "stop_reason": "refusal", "stop_details": { "type": "refusal", "explanation": "I will not." } });
    let stream = [
        json!({ "type": "message_start", "message": { "id": "msg_9" } }),
        json!({ "type": "message_delta", "delta": delta, "usage": { "output_tokens": 3 } }),
        json!({ "type": "message_stop" }),
    ];
    let stream: String = stream.iter().map(|data| format!("data: {data}\n\n")).collect();
    let (out, _) = run(&asked(OpenAiChat, AnthropicMessages).0, stream.as_bytes(), 11);
    let whole = gather(OpenAiChat, &out);
    assert_eq!(whole["choices"][0]["message"]["refusal"], "I will not.");
    assert_eq!(whole["choices"][0]["finish_reason"], "content_filter");
    let (out, _) = run(
        &asked(OpenAiResponses, AnthropicMessages).0,
        stream.as_bytes(),
        11,
    );
    assert_eq!(validate::check(OpenAiResponses, &out), Ending::Clean);
    assert_eq!(
        gather(OpenAiResponses, &out)["output"][0]["content"][0]["refusal"],
        "I will not."
    );
    let refused =
        json!({ "choices": [{ "message": { "content": null, "refusal": "No." }, "finish_reason": "stop" }] });
    let whole = asked(AnthropicMessages, OpenAiChat)
        .0
        .whole(refused.to_string().as_bytes())
        .unwrap();
    let whole: Value = serde_json::from_slice(&whole).unwrap();
    assert_eq!(
        (&whole["stop_reason"], &whole["content"][0]["text"]),
        (&json!("refusal"), &json!("No."))
    );
}

#[test]
fn an_event_that_is_too_long_is_an_error() {
    let (answering, _) = asked(AnthropicMessages, OpenAiChat);
    let stream = vec![b'x'; 5 << 20];
    let (out, _) = run(&answering, &stream, 1 << 16);
    assert_eq!(validate::check(AnthropicMessages, &out), Ending::Error);
    assert!(out.len() < 1000);
}
