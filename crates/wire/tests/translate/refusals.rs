//! What is not translated: refused where it could matter, by its name and place, or announced.

use crate::shapes::{self, try_translate};
use serde_json::{Value, json};
use wire::Dialect;
use wire::Dialect::{AnthropicMessages, Gemini, OpenAiChat, OpenAiResponses};
use wire::translate::{Target, request};

fn with(from: Dialect, key: &str, value: Value) -> Value {
    let mut body = match from {
        OpenAiResponses => json!({ "input": "a" }),
        _ => json!({ "messages": [{ "role": "user", "content": "a" }] }),
    };
    body[key] = value;
    body
}

fn check_refused(from: Dialect, key: &str, value: Value, message: &str) {
    for to in shapes::DIALECTS.into_iter().filter(|to| *to != from) {
        let error = try_translate(from, to, &with(from, key, value.clone())).expect_err(message);
        assert_eq!(error.to_string(), message);
        assert!(!error.help.is_empty());
    }
}

fn check_announced(from: Dialect, key: &str, value: Value, left_out: &[&str]) {
    for to in shapes::DIALECTS.into_iter().filter(|to| *to != from) {
        let translated = try_translate(from, to, &with(from, key, value.clone())).unwrap();
        assert_eq!(translated.left_out, left_out, "{key} to {to:?}");
    }
}

#[test]
fn state_at_the_provider_is_refused() {
    for (key, value, message) in [
        (
            "previous_response_id",
            json!("resp_1"),
            "state at the provider, `previous_response_id` cannot be carried over to another protocol (at `previous_response_id`)",
        ),
        (
            "conversation",
            json!({ "id": "c" }),
            "state at the provider, `conversation` cannot be carried over to another protocol (at `conversation`)",
        ),
        (
            "store",
            json!(true),
            "`store: true` cannot be carried over to another protocol (at `store`)",
        ),
        (
            "background",
            json!(true),
            "`background: true` cannot be carried over to another protocol (at `background`)",
        ),
        (
            "input",
            json!([{ "type": "item_reference", "id": "i" }]),
            "an item of type `item_reference` cannot be carried over to another protocol (at `input.0.type`)",
        ),
        (
            "input",
            json!([{ "type": "compaction", "encrypted_content": "e" }]),
            "an item of type `compaction` cannot be carried over to another protocol (at `input.0.type`)",
        ),
    ] {
        check_refused(OpenAiResponses, key, value, message);
    }
    check_refused(
        AnthropicMessages,
        "container",
        json!("c"),
        "the key `container` cannot be carried over to another protocol (at `container`)",
    );
}

#[test]
fn tools_of_the_provider_are_refused_by_name() {
    for (from, kind) in [
        (OpenAiResponses, "mcp"),
        (OpenAiResponses, "web_search"),
        (OpenAiResponses, "image_generation"),
        (AnthropicMessages, "web_search_20250305"),
        (AnthropicMessages, "code_execution_20250825"),
        (AnthropicMessages, "computer_20250124"),
    ] {
        let message =
            format!("a tool of type `{kind}` cannot be carried over to another protocol (at `tools.0.type`)");
        check_refused(from, "tools", json!([{ "type": kind, "name": "n" }]), &message);
    }
    let live = json!([{ "type": "web_search", "external_web_access": true }]);
    check_refused(
        OpenAiResponses,
        "tools",
        live,
        "a tool of type `web_search` cannot be carried over to another protocol (at `tools.0.type`)",
    );
}

#[test]
fn documents_and_sounds_are_refused() {
    let said = |part: Value| json!([{ "role": "user", "content": [{ "type": "text", "text": "a" }, part] }]);
    for (part, kind) in [
        (
            json!({ "type": "document", "source": { "type": "text", "data": "d" } }),
            "document",
        ),
        (
            json!({ "type": "server_tool_use", "id": "s", "name": "web_search", "input": {} }),
            "server_tool_use",
        ),
    ] {
        let message = format!(
            "content of type `{kind}` cannot be carried over to another protocol (at `messages.0.content.1.type`)"
        );
        check_refused(AnthropicMessages, "messages", said(part), &message);
    }
    for kind in ["file", "input_audio"] {
        let message = format!(
            "content of type `{kind}` cannot be carried over to another protocol (at `messages.0.content.1.type`)"
        );
        check_refused(OpenAiChat, "messages", said(json!({ "type": kind })), &message);
    }
    let file = json!([{ "role": "user", "content": [{ "type": "input_file", "file_id": "f" }] }]);
    check_refused(
        OpenAiResponses,
        "input",
        file,
        "content of type `input_file` cannot be carried over to another protocol (at `input.0.content.0.type`)",
    );
}

#[test]
fn what_changes_the_answer_is_refused() {
    check_refused(
        OpenAiChat,
        "n",
        json!(2),
        "more than one answer cannot be carried over to another protocol (at `n`)",
    );
    check_refused(
        OpenAiChat,
        "modalities",
        json!(["text", "audio"]),
        "an answer that is no text cannot be carried over to another protocol (at `modalities`)",
    );
    check_refused(
        OpenAiChat,
        "temperature",
        json!("hot"),
        "a `temperature` that is not a number cannot be carried over to another protocol (at `temperature`)",
    );
    let begun = json!([{ "role": "user", "content": "a" }, { "role": "assistant", "content": "{" }]);
    check_refused(
        AnthropicMessages,
        "messages",
        begun,
        "an answer that the request begins cannot be carried over to another protocol (at `messages`)",
    );
    let picture = json!([{ "role": "developer", "content": [{ "type": "input_image", "image_url": "https://a.example/b.png" }] }]);
    check_refused(
        OpenAiResponses,
        "input",
        picture,
        "an image in a message of the system cannot be carried over to another protocol (at `messages`)",
    );
    let twice = json!([{ "name": "a" }, { "name": "a" }]);
    check_refused(
        AnthropicMessages,
        "tools",
        twice,
        "a `tools` that is not a list of different names cannot be carried over to another protocol (at `tools`)",
    );
}

#[test]
fn the_harmless_is_announced() {
    check_announced(OpenAiChat, "seed", json!(7), &["seed"]);
    check_announced(
        OpenAiChat,
        "frequency_penalty",
        json!(0.5),
        &["frequency_penalty"],
    );
    check_announced(OpenAiChat, "presence_penalty", json!(0), &[]);
    check_announced(OpenAiChat, "n", json!(1), &[]);
    check_announced(OpenAiChat, "new_key", Value::Null, &[]);
    check_announced(OpenAiChat, "new`key", json!(1), &["new?key"]);
    check_announced(OpenAiResponses, "max_tool_calls", json!(3), &["max_tool_calls"]);
    check_announced(OpenAiResponses, "store", json!(false), &[]);
    check_announced(AnthropicMessages, "top_k", json!(5), &["top_k"]);
    check_announced(
        AnthropicMessages,
        "tools",
        json!([{ "name": "a", "strict": true, "input_schema": {} }]),
        &["strict"],
    );
    let search = json!([{ "type": "tool_search" }, { "type": "local_shell" }]);
    check_announced(
        OpenAiResponses,
        "tools",
        search,
        &["tool local_shell", "tool tool_search"],
    );
}

#[test]
fn only_three_protocols_are_translated() {
    let body = with(OpenAiChat, "model", json!("m")).to_string();
    for (from, to) in [
        (OpenAiChat, OpenAiChat),
        (OpenAiChat, Gemini),
        (Gemini, OpenAiChat),
    ] {
        assert!(
            request(from, &Target::new(to, "m"), body.as_bytes(), "s").is_err(),
            "{from:?} {to:?}"
        );
    }
    for broken in ["", "[]", "{", "null"] {
        assert!(
            request(
                OpenAiChat,
                &Target::new(AnthropicMessages, "m"),
                broken.as_bytes(),
                "s"
            )
            .is_err()
        );
    }
}
