//! Requests in the shapes that real programs send, their texts made short.

use serde_json::{Value, json};
use wire::Dialect;
use wire::translate::{NotTranslatable, Target, Translated, request};

/// The dialects between which conversations are translated.
pub(crate) const DIALECTS: [Dialect; 3] = [
    Dialect::OpenAiChat,
    Dialect::OpenAiResponses,
    Dialect::AnthropicMessages,
];

/// Translates a request for a model of which nothing particular is known.
pub(crate) fn try_translate(from: Dialect, to: Dialect, body: &Value) -> Result<Translated, NotTranslatable> {
    request(
        from,
        &Target::new(to, "provider-model"),
        body.to_string().as_bytes(),
        "seed",
    )
}

/// The same, of a request that can be translated.
pub(crate) fn translate(from: Dialect, to: Dialect, body: &Value) -> Translated {
    try_translate(from, to, body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// The translated body.
pub(crate) fn body(translated: &Translated) -> Value {
    serde_json::from_slice(&translated.body).unwrap()
}

/// A turn of Anthropic's coding tool in the middle of its work.
pub(crate) fn claude_code() -> Value {
    json!({
        "model": "claude-opus-5-5",
        "messages": [
            { "role": "user", "content": [
                { "type": "text", "text": "<system-reminder>Attribution</system-reminder>" },
                { "type": "text", "text": "say hello", "cache_control": { "type": "ephemeral" } },
            ] },
            { "role": "system", "content": [{ "type": "text", "text": "# Environment",
                "cache_control": { "type": "ephemeral" } }], "output_config": { "effort": "medium" } },
            { "role": "assistant", "content": [
                { "type": "thinking", "thinking": "hm", "signature": "c2ln" },
                { "type": "text", "text": "I look." },
                { "type": "tool_use", "id": "toolu_01", "name": "Bash",
                  "input": { "command": "echo hi", "description": "say hi" } },
                { "type": "tool_use", "id": "toolu_02", "name": "Read", "input": { "file_path": "a.png" } },
            ] },
            { "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "toolu_01", "content": "no such file", "is_error": true },
                { "type": "tool_result", "tool_use_id": "toolu_02", "content": [
                    { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "iVBO" } },
                ], "cache_control": { "type": "ephemeral" } },
            ] },
        ],
        "system": [
            { "type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.330.572; cc_entrypoint=cli;" },
            { "type": "text", "text": "You are an agent.", "cache_control": { "type": "ephemeral" } },
            { "type": "text", "text": "Be brief." },
        ],
        "tools": [
            { "name": "Bash", "description": "Runs a command.", "input_schema": {
                "type": "object", "properties": { "command": { "type": "string" } }, "required": ["command"] } },
            { "name": "Read", "description": "Reads a file.", "input_schema": { "type": "object" } },
            { "name": "DeferredToolPlaceholder", "description": "x", "input_schema": { "type": "object" },
              "defer_loading": true },
        ],
        "metadata": { "user_id": "{\"device_id\":\"d\",\"account_uuid\":\"\",\"session_id\":\"s\"}" },
        "max_tokens": 128_000,
        "thinking": { "type": "adaptive", "display": "updates" },
        "context_management": { "edits": [{ "type": "clear_thinking_20251015", "keep": "all" }] },
        "safeguards": [{ "type": "dangerous_tool_use", "classifier_context": { "v": 1 } }],
        "output_config": { "effort": "high" },
        "stream": true,
    })
}

/// The request for a title that the same tool sends beside the first turn.
pub(crate) fn claude_code_title() -> Value {
    json!({
        "model": "claude-opus-4-8",
        "messages": [{ "role": "user", "content": [{ "type": "text", "text": "<session>hi</session>" }] }],
        "system": [{ "type": "text", "text": "Write a title." }],
        "tools": [],
        "max_tokens": 64_000,
        "thinking": { "type": "disabled" },
        "output_config": { "effort": "high", "format": { "type": "json_schema", "schema": {
            "type": "object", "properties": { "title": { "type": "string" } }, "required": ["title"],
            "additionalProperties": false } } },
    })
}

/// A turn of OpenAI's coding tool, second call of its loop.
pub(crate) fn codex() -> Value {
    let function = |name: &str| {
        json!({ "type": "function", "name": name, "description": "d", "strict": false,
                "parameters": { "type": "object", "properties": { "cmd": { "type": "string" } } } })
    };
    json!({
        "model": "gpt-5.1-codex",
        "stream": true,
        "input": [
            { "type": "message", "id": "msg_1", "role": "developer",
              "content": [{ "type": "input_text", "text": "You are a coding agent." }] },
            { "type": "message", "id": "msg_2", "role": "developer", "content": [
                { "type": "input_text", "text": "<skills/>" }, { "type": "input_text", "text": "<permissions/>" }] },
            { "type": "message", "id": "msg_3", "role": "user",
              "content": [{ "type": "input_text", "text": "<environment_context/>" }] },
            { "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "say hello" }] },
            { "type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA" },
            { "type": "function_call", "status": "completed", "id": "fc_1", "name": "exec_command",
              "arguments": "{\"cmd\": \"echo hi\"}", "call_id": "call_1" },
            { "type": "function_call", "id": "fc_2", "name": "close_agent", "namespace": "multi_agent_v1",
              "arguments": "{}", "call_id": "call_2" },
            { "type": "function_call_output", "id": "fco_1", "call_id": "call_1", "output": "hi\n" },
            { "type": "function_call_output", "call_id": "call_2", "output": [
                { "type": "input_text", "text": "closed" }] },
        ],
        "tools": [
            function("exec_command"),
            function("write_stdin"),
            { "type": "namespace", "name": "multi_agent_v1", "description": "Agents.",
              "tools": [function("close_agent"), function("resume_agent")] },
            { "type": "web_search", "external_web_access": false },
        ],
        "tool_choice": "auto",
        "parallel_tool_calls": true,
        "reasoning": { "summary": "auto" },
        "store": false,
        "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": "k",
        "client_metadata": { "turn_id": "t" },
    })
}

/// The same tool with its built-in provider: tools come as an item, and one of them takes free text.
pub(crate) fn codex_builtin() -> Value {
    let plain = |text: &str| {
        json!({ "type": "message", "id": "msg_1", "role": "developer",
                "content": [{ "type": "input_text", "text": text }],
                "internal_chat_message_metadata_passthrough": { "turn_id": "t" } })
    };
    json!({
        "model": "gpt-6.1-sol",
        "stream": true,
        "input": [
            { "type": "additional_tools", "id": "at_1", "role": "developer", "tools": [
                { "type": "namespace", "name": "functions", "description": "", "tools": [
                    { "type": "custom", "name": "exec", "description": "Runs code.", "format": {
                        "type": "grammar", "syntax": "lark", "definition": "start: /.+/" } },
                    { "type": "function", "name": "wait", "description": "Waits.", "strict": false,
                      "parameters": { "type": "object", "properties": {} } }] },
                { "type": "namespace", "name": "clock", "description": "Time.", "tools": [
                    { "type": "function", "name": "sleep", "description": "Sleeps.", "strict": false,
                      "parameters": { "type": "object", "properties": {} } }] },
            ] },
            plain("You are an agent."),
            { "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "go" }] },
            { "type": "custom_tool_call", "call_id": "call_1", "name": "exec", "namespace": "functions",
              "input": "print(\"é\")\n" },
            { "type": "custom_tool_call_output", "call_id": "call_1", "output": "é" },
            { "type": "configuration_update", "reasoning": { "effort": "high" } },
        ],
        "tool_choice": "auto",
        "parallel_tool_calls": false,
        "reasoning": { "effort": "low", "context": "all_turns" },
        "store": false,
        "include": ["reasoning.encrypted_content"],
        "text": { "verbosity": "low" },
    })
}

/// A turn of a coding tool that speaks Chat Completions.
pub(crate) fn copilot() -> Value {
    json!({
        "model": "hk-approved-1",
        "messages": [
            { "role": "system", "content": "You are an assistant." },
            { "role": "user", "content": "look at it" },
            { "role": "assistant", "content": null, "tool_calls": [
                { "id": "call_1", "type": "function", "function": { "name": "bash", "arguments": "{\"command\":\"ls\"}" } },
                { "id": "call_2", "type": "function", "function": { "name": "bash", "arguments": "" } }] },
            { "role": "tool", "tool_call_id": "call_1", "content": "a.png" },
            { "role": "tool", "tool_call_id": "call_2", "content": [{ "type": "text", "text": "nothing" }] },
            { "role": "user", "content": [
                { "type": "text", "text": "and this?" },
                { "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBO", "detail": "low" } },
                { "type": "image_url", "image_url": { "url": "https://pictures.example/b.jpg" } }] },
        ],
        "temperature": 0,
        "top_p": 0.95,
        "frequency_penalty": 0,
        "presence_penalty": 0,
        "tools": [{ "type": "function", "function": { "name": "bash", "description": "Runs.",
            "parameters": { "type": "object", "properties": { "command": { "type": "string" } } } } }],
        "stream": true,
        "stream_options": { "include_usage": true },
    })
}
