//! What becomes of requests: the shapes of real programs, and each setting by itself.

use crate::shapes::{self, body, translate};
use serde_json::{Value, json};
use wire::Dialect;
use wire::Dialect::{AnthropicMessages, OpenAiChat, OpenAiResponses};
use wire::translate::{Reasoning, Target, request};

fn check(from: Dialect, to: Dialect, sent: &Value, expected: &[(&str, Value)]) {
    let got = body(&translate(from, to, sent));
    for (path, value) in expected {
        let found = got.pointer(path).cloned().unwrap_or_default();
        assert_eq!(&found, value, "{from:?} to {to:?}: {path} of {got:#}");
    }
}

#[test]
fn the_coding_tool_of_anthropic_reaches_a_chat_provider() {
    let translated = translate(AnthropicMessages, OpenAiChat, &shapes::claude_code());
    let expected = json!([
        { "role": "system", "content": "You are an agent.\n\nBe brief." },
        { "role": "user", "content": [
            { "type": "text", "text": "<system-reminder>Attribution</system-reminder>" },
            { "type": "text", "text": "say hello" },
            { "type": "text", "text": "<system-reminder>\n# Environment\n</system-reminder>" }] },

        { "role": "assistant", "content": "I look.", "tool_calls": [
            { "id": "toolu_01", "type": "function", "function": { "name": "Bash",
              "arguments": "{\"command\":\"echo hi\",\"description\":\"say hi\"}" } },
            { "id": "toolu_02", "type": "function", "function": { "name": "Read",
              "arguments": "{\"file_path\":\"a.png\"}" } }] },
        { "role": "tool", "tool_call_id": "toolu_01", "content": "Error:\nno such file" },
        { "role": "tool", "tool_call_id": "toolu_02", "content": "" },
        { "role": "user", "content": [
            { "type": "text", "text": "What the call `toolu_02` gave back, as pictures:" },
            { "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBO" } }] },
    ]);
    let got = body(&translated);
    assert_eq!(got["messages"], expected, "{got:#}");
    let names: Vec<&Value> = got["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| &tool["function"]["name"])
        .collect();
    assert_eq!(names, ["Bash", "Read"]);
    assert_eq!(
        (&got["max_tokens"], &got["stream"]),
        (&json!(128_000), &json!(true))
    );
    assert_eq!(got["reasoning_effort"], "medium");
    assert_eq!(got["stream_options"]["include_usage"], true);
    assert_eq!(got.get("user"), None);
    let left_out = [
        "attribution block",
        "cache_control",
        "context_management",
        "deferred tools",
        "metadata.user_id",
        "reasoning in the answer",
        "reasoning in the history",
        "role of system messages in the middle",
        "safeguards",
    ];
    assert_eq!(translated.left_out, left_out);
    assert!(
        !String::from_utf8_lossy(&translated.body).contains("c2ln"),
        "a signature went to another provider"
    );
}

#[test]
fn the_coding_tool_of_anthropic_reaches_a_responses_provider() {
    check(
        AnthropicMessages,
        OpenAiResponses,
        &shapes::claude_code(),
        &[
            ("/instructions", json!("You are an agent.\n\nBe brief.")),
            ("/input/1/role", json!("developer")),
            (
                "/input/2/content/0",
                json!({ "type": "output_text", "text": "I look.", "annotations": [] }),
            ),
            ("/input/3/call_id", json!("toolu_01")),
            ("/input/5/output", json!("Error:\nno such file")),
            (
                "/input/6/output/0",
                json!({ "type": "input_image", "image_url": "data:image/png;base64,iVBO", "detail": "auto" }),
            ),
            ("/tools/0/strict", json!(false)),
            ("/reasoning", json!({ "effort": "medium" })),
            ("/max_output_tokens", json!(128_000)),
            ("/store", json!(false)),
        ],
    );
    check(
        AnthropicMessages,
        OpenAiResponses,
        &shapes::claude_code_title(),
        &[
            ("/text/format/type", json!("json_schema")),
            ("/text/format/strict", json!(true)),
            ("/text/format/schema/required/0", json!("title")),
            ("/reasoning/effort", json!("low")),
            ("/tools", Value::Null),
        ],
    );
}

#[test]
fn the_coding_tool_of_openai_reaches_anthropic() {
    let translated = translate(OpenAiResponses, AnthropicMessages, &shapes::codex());
    let got = body(&translated);
    let texts: Vec<&Value> = got["system"]
        .as_array()
        .unwrap()
        .iter()
        .map(|block| &block["text"])
        .collect();
    assert_eq!(
        texts,
        [
            "The tools of the group `multi_agent_v1`: Agents.",
            "You are a coding agent.",
            "<skills/>",
            "<permissions/>"
        ]
    );
    let expected = json!([
        { "role": "user", "content": [
            { "type": "text", "text": "<environment_context/>" }, { "type": "text", "text": "say hello" }] },
        { "role": "assistant", "content": [
            { "type": "tool_use", "id": "call_1", "name": "exec_command", "input": { "cmd": "echo hi" } },
            { "type": "tool_use", "id": "call_2", "name": "multi_agent_v1__close_agent", "input": {} }] },
        { "role": "user", "content": [
            { "type": "tool_result", "tool_use_id": "call_1", "content": [{ "type": "text", "text": "hi\n" }] },
            { "type": "tool_result", "tool_use_id": "call_2", "content": [{ "type": "text", "text": "closed" }] }] },
    ]);
    assert_eq!(got["messages"], expected);
    assert_eq!(got["tools"].as_array().unwrap().len(), 4);
    assert_eq!(
        (&got["max_tokens"], &got["tool_choice"]),
        (&json!(4096), &json!({ "type": "auto" }))
    );
    assert_eq!(
        translated.left_out,
        [
            "client_metadata",
            "include",
            "prompt_cache_key",
            "reasoning in the answer",
            "reasoning in the history",
            "tool web_search"
        ]
    );
}

#[test]
fn freeform_tools_become_functions() {
    check(
        OpenAiResponses,
        OpenAiChat,
        &shapes::codex_builtin(),
        &[
            ("/tools/0/function/name", json!("exec")),
            ("/tools/0/function/parameters/required/0", json!("input")),
            (
                "/tools/0/function/description",
                json!("Runs code.\n\nThe text in `input` has to follow this lark grammar:\nstart: /.+/"),
            ),
            ("/tools/2/function/name", json!("clock__sleep")),
            (
                "/messages/2/tool_calls/0/function/arguments",
                json!("{\"input\":\"print(\\\"é\\\")\\n\"}"),
            ),
            (
                "/messages/3",
                json!({ "role": "tool", "tool_call_id": "call_1", "content": "é" }),
            ),
            ("/reasoning_effort", json!("high")),
            ("/verbosity", json!("low")),
            ("/parallel_tool_calls", json!(false)),
        ],
    );
    check(
        OpenAiResponses,
        AnthropicMessages,
        &shapes::codex_builtin(),
        &[
            (
                "/messages/1/content/0/input",
                json!({ "input": "print(\"é\")\n" }),
            ),
            (
                "/tool_choice",
                json!({ "type": "auto", "disable_parallel_tool_use": true }),
            ),
            ("/thinking/type", json!("adaptive")),
            ("/output_config/effort", json!("high")),
        ],
    );
}

#[test]
fn a_chat_client_reaches_both_others() {
    check(
        OpenAiChat,
        AnthropicMessages,
        &shapes::copilot(),
        &[
            ("/system/0/text", json!("You are an assistant.")),
            ("/messages/1/content/1/input", json!({})),
            ("/messages/2/content/0/tool_use_id", json!("call_1")),
            (
                "/messages/2/content/3/source",
                json!({ "type": "base64", "media_type": "image/png", "data": "iVBO" }),
            ),
            (
                "/messages/2/content/4/source",
                json!({ "type": "url", "url": "https://pictures.example/b.jpg" }),
            ),
            ("/temperature", json!(0)),
            ("/top_p", Value::Null),
            ("/max_tokens", json!(4096)),
        ],
    );
    check(
        OpenAiChat,
        OpenAiResponses,
        &shapes::copilot(),
        &[
            ("/instructions", json!("You are an assistant.")),
            (
                "/input/1",
                json!({ "type": "function_call", "call_id": "call_1", "name": "bash", "arguments": "{\"command\":\"ls\"}" }),
            ),
            ("/input/5/content/1/detail", json!("low")),
            ("/top_p", json!(0.95)),
            ("/max_output_tokens", Value::Null),
        ],
    );
    let left_out = translate(OpenAiChat, AnthropicMessages, &shapes::copilot()).left_out;
    assert_eq!(left_out, ["top_p"]);
}

#[test]
fn deferred_tools_are_offered_once_they_are_found() {
    let mut sent = shapes::claude_code();
    let found = json!({ "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "toolu_03", "content": [
        { "type": "tool_reference", "tool_name": "DeferredToolPlaceholder" }] }] });
    sent["messages"].as_array_mut().unwrap().push(found);
    check(
        AnthropicMessages,
        OpenAiChat,
        &sent,
        &[("/tools/2/function/name", json!("DeferredToolPlaceholder"))],
    );
}

#[test]
fn tools_that_the_caller_runs_are_functions() {
    let sent = json!({ "max_tokens": 9, "messages": [{ "role": "user", "content": "a" }], "tools": [
        { "type": "bash_20250124", "name": "bash" },
        { "type": "text_editor_20250728", "name": "str_replace_based_edit_tool", "max_characters": 100 }] });
    check(
        AnthropicMessages,
        OpenAiChat,
        &sent,
        &[
            (
                "/tools/0/function/parameters/properties/restart/type",
                json!("boolean"),
            ),
            (
                "/tools/1/function/parameters/required",
                json!(["command", "path"]),
            ),
        ],
    );
}

#[test]
fn settings_find_their_counterpart() {
    let chat = |key: &str, value: Value| {
        json!({ "messages": [{ "role": "user", "content": "a" }], key: value,
        "tools": [{ "type": "function", "function": { "name": "f" } }] })
    };
    for (key, value, path, expected) in [
        ("stop", json!("x"), "/stop_sequences", json!(["x"])),
        ("stop", json!(["x", " "]), "/stop_sequences", json!(["x"])),
        ("user", json!("u"), "/metadata/user_id", json!("u")),
        ("max_completion_tokens", json!(7), "/max_tokens", json!(7)),
        ("temperature", json!(1.5), "/temperature", json!(1.0)),
        (
            "reasoning_effort",
            json!("minimal"),
            "/output_config/effort",
            json!("low"),
        ),
        (
            "reasoning_effort",
            json!("none"),
            "/thinking/type",
            json!("disabled"),
        ),
        (
            "tool_choice",
            json!("required"),
            "/tool_choice",
            json!({ "type": "any" }),
        ),
        (
            "tool_choice",
            json!("none"),
            "/tool_choice",
            json!({ "type": "none" }),
        ),
        (
            "tool_choice",
            json!({ "type": "function", "function": { "name": "f" } }),
            "/tool_choice",
            json!({ "type": "tool", "name": "f" }),
        ),
        (
            "parallel_tool_calls",
            json!(false),
            "/tool_choice",
            json!({ "type": "auto", "disable_parallel_tool_use": true }),
        ),
        (
            "response_format",
            json!({ "type": "json_schema", "json_schema": { "name": "n", "schema": { "type": "object" } } }),
            "/output_config/format",
            json!({ "type": "json_schema", "schema": { "type": "object" } }),
        ),
    ] {
        check(
            OpenAiChat,
            AnthropicMessages,
            &chat(key, value),
            &[(path, expected)],
        );
    }
    let allowed = json!({ "type": "allowed_tools", "allowed_tools": { "mode": "required", "tools": [] } });
    check(
        OpenAiChat,
        OpenAiResponses,
        &chat("tool_choice", allowed),
        &[("/tools", Value::Null)],
    );
}

#[test]
fn what_the_model_accepts_is_respected() {
    let mut target = Target::new(OpenAiChat, "m");
    target.most_tokens = Some(16_384);
    target.reasoning = Reasoning::None;
    target.says_max_completion_tokens = true;
    let translated = request(
        AnthropicMessages,
        &target,
        shapes::claude_code().to_string().as_bytes(),
        "s",
    )
    .unwrap();
    let got = body(&translated);
    assert_eq!(
        (&got["max_completion_tokens"], got.get("max_tokens")),
        (&json!(16_384), None)
    );
    assert_eq!(got.get("reasoning_effort"), None);
    assert!(
        translated
            .left_out
            .contains(&"max tokens above the limit".to_owned())
    );
    assert!(translated.left_out.contains(&"reasoning effort".to_owned()));

    target.system_anywhere = true;
    target.longest_description = Some(8);
    let translated = request(
        AnthropicMessages,
        &target,
        shapes::claude_code().to_string().as_bytes(),
        "s",
    )
    .unwrap();
    let got = body(&translated);
    assert_eq!(
        got["messages"][2],
        json!({ "role": "system", "content": "# Environment" })
    );
    assert_eq!(got["tools"][0]["function"]["description"], "Runs a c");
    let instructions = got["messages"][0]["content"].as_str().unwrap();
    assert!(
        instructions.starts_with("The description of the tool `Bash` goes on: ommand.\n\n"),
        "{instructions}"
    );

    let mut target = Target::new(AnthropicMessages, "m");
    target.reasoning = Reasoning::Budget;
    let mut sent = json!({ "messages": [{ "role": "user", "content": "a" }], "reasoning_effort": "high", "max_tokens": 9000 });
    let thinking = |sent: &Value| {
        body(&request(OpenAiChat, &target, sent.to_string().as_bytes(), "s").unwrap())["thinking"].clone()
    };
    assert_eq!(
        thinking(&sent),
        json!({ "type": "enabled", "budget_tokens": 6750 })
    );
    sent["max_tokens"] = json!(900);
    assert_eq!(thinking(&sent), Value::Null);
    let mut sent = shapes::copilot();
    sent["reasoning_effort"] = json!("high");
    assert_eq!(
        thinking(&sent),
        Value::Null,
        "a call without its thoughts would be refused"
    );
}
