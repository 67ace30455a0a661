//! Cases of reach: what passes, what is set, what is refused and under which name.

use super::*;
use crate::peek_call;
use serde_json::{Value, json};

use Surface::{Chat, Compact, CountTokens, Generate, Messages, Responses};

fn protocol(surface: Surface) -> Protocol {
    match surface.dialect() {
        Dialect::AnthropicMessages => Protocol::Anthropic,
        Dialect::OpenAiChat | Dialect::OpenAiResponses => Protocol::OpenAi,
        Dialect::Gemini => Protocol::Gemini,
    }
}

fn reach(surface: Surface, body: &str, tools: &[&str]) -> Result<(String, Vec<String>), OutOfReach> {
    let tools: Vec<_> = tools.iter().map(|tool| (*tool).to_owned()).collect();
    let allowed = Allowed {
        tools: &tools,
        geographies: &["us"],
        ..Allowed::by(protocol(surface), "m")
    };
    let body = Bytes::copy_from_slice(body.as_bytes());
    let peek = peek_call(surface, &body).unwrap_or_else(|error| panic!("{error}: {body:?}"));
    let told = |peek: &crate::Peek| {
        let reached = check(surface, &body, peek, &allowed, &Caps::default())?;
        let out = reached.edits.apply().unwrap().to_vec();
        Ok((String::from_utf8(out).unwrap(), reached.cut))
    };
    let result = told(&peek);
    assert_eq!(
        result,
        told(&peek.without_notes()),
        "notes of long values make a difference"
    );
    result
}

fn passes(surface: Surface, body: &str) {
    assert_eq!(
        reach(surface, body, &[]),
        Ok((body.to_owned(), Vec::new())),
        "{surface:?}"
    );
}

fn becomes(surface: Surface, body: &str, expected: &str) {
    let (out, _) = reach(surface, body, &[]).unwrap();
    assert_eq!(out, expected, "{surface:?}");
}

fn refused(surface: Surface, body: &str, code: FaultCode, words: &str) {
    let error = reach(surface, body, &[]).expect_err(body);
    assert_eq!(error.code(), code, "{surface:?} {body}");
    assert!(error.to_string().contains(words), "{error} lacks {words}");
}

#[test]
fn what_is_unknown_passes_byte_for_byte() {
    passes(
        Messages,
        r#"{ "model":"a" ,"context_management":{"edits":[]}, "safeguards":{"x":[1.0e2]},"messages":[]}"#,
    );
    passes(
        Chat,
        r#"{"model":"a","store":false,"n":1,"temperature":1.0,"x_new":{"base_url":"inside"}}"#,
    );
    passes(
        Responses,
        r#"{"store":false,"client_metadata":{"a":"b"},"prompt_cache_key":"k","input":"text"}"#,
    );
    passes(Generate, r#"{"contents":[{"parts":[{"text":"a"}]}],"labels":{}}"#);
}

#[test]
fn the_provider_keeps_nothing() {
    becomes(Responses, r#"{"model":"a"}"#, r#"{"store":false,"model":"a"}"#);
    becomes(Responses, r#" { "store" : null }"#, r#" { "store" : false }"#);
    becomes(Responses, "{}", r#"{"store":false}"#);
    passes(Compact, r#"{"model":"a","input":[]}"#);
    for (surface, body, words) in [
        (Responses, r#"{"store":true}"#, "`store`"),
        (Chat, r#"{"store":true}"#, "`store`"),
        (Responses, r#"{"background":true}"#, "`background`"),
        (
            Responses,
            r#"{"previous_response_id":"resp_1"}"#,
            "`previous_response_id`",
        ),
        (
            Compact,
            r#"{"previous_response_id":"resp_1"}"#,
            "`previous_response_id`",
        ),
        (Responses, r#"{"conversation":{"id":"conv_1"}}"#, "`conversation`"),
        (Responses, r#"{"prompt":{"id":"pmpt_1"}}"#, "`prompt`"),
        (
            Responses,
            r#"{"input":[{"type":"item_reference","id":"x"}]}"#,
            "`item_reference`",
        ),
        (
            Responses,
            r#"{"input":[{"content":[{"type":"input_file","file_id":"f"}]}]}"#,
            "`file_id`",
        ),
        (
            Responses,
            r#"{"input":[{"type":"function_call_output","output":[{"file_id":"f"}]}]}"#,
            "`file_id`",
        ),
        (
            Chat,
            r#"{"messages":[{"content":[{"type":"file","file":{"file_id":"f"}}]}]}"#,
            "`file_id`",
        ),
        (
            Chat,
            r#"{"messages":[{"role":"assistant","audio":{"id":"a"}}]}"#,
            "`audio.id`",
        ),
        (Messages, r#"{"container":"c_1"}"#, "`container`"),
        (Messages, r#"{"container":{"skills":[]}}"#, "`container`"),
        (
            Messages,
            r#"{"messages":[{"content":[{"source":{"type":"file","file_id":"f"}}]}]}"#,
            "`file_id`",
        ),
        (
            Messages,
            r#"{"messages":[{"content":[{"type":"container_upload"}]}]}"#,
            "`container_upload`",
        ),
        (
            Messages,
            r#"{"messages":[{"content":[{"content":[{"source":{"file_\u0069d":"f"}}]}]}]}"#,
            "`file_id`",
        ),
        (
            CountTokens,
            r#"{"system":[{"source":{"file_id":"f"}}]}"#,
            "`file_id`",
        ),
        (
            Generate,
            r#"{"cachedContent":"cachedContents/1"}"#,
            "`cachedContent`",
        ),
        (
            Generate,
            r#"{"cached_content":"cachedContents/1"}"#,
            "`cachedContent`",
        ),
        (Generate, r#"{"store":true}"#, "`store`"),
    ] {
        refused(surface, body, FaultCode::ProviderState, words);
    }
    passes(
        Responses,
        r#"{"store":false,"previous_response_id":null,"background":false}"#,
    );
    refused(Chat, r#"{"store":"true"}"#, FaultCode::InvalidRequest, "`store`");
    refused(Responses, r#"{"store":1}"#, FaultCode::InvalidRequest, "`store`");
}

#[test]
fn words_of_the_caller_are_not_looked_into() {
    passes(
        Messages,
        r#"{"messages":[{"content":[{"type":"tool_use","input":{"file_id":"f","url":"http://10.0.0.1","tools":7}}]}]}"#,
    );
    passes(
        Messages,
        r#"{"tools":[{"name":"a","input_schema":{"properties":{"file_id":{},"type":{"type":"mcp"}}}}]}"#,
    );
    passes(
        Chat,
        r#"{"messages":[{"content":"\"file_id\": \"f\", http://10.0.0.1"}]}"#,
    );
    passes(
        Chat,
        r#"{"messages":[{"content":[{"type":"text","text":"x"},{"annotations":[{"url":"http://10.0.0.1"}]}]}]}"#,
    );
    passes(
        Generate,
        r#"{"contents":[{"parts":[{"functionCall":{"args":{"fileUri":"gs://a"}}}]}]}"#,
    );
}

#[test]
fn routing_of_other_gateways_is_refused_by_name() {
    for surface in Surface::ALL {
        for hint in super::hints::HINTS {
            for value in ["null", "\"http://10.0.0.1\"", "{\"order\":[\"a\"]}"] {
                refused(
                    surface,
                    &format!("{{\"{hint}\":{value}}}"),
                    FaultCode::RoutingNotTaken,
                    hint,
                );
            }
        }
    }
}

#[test]
fn tiers_and_geographies_are_the_deployments() {
    for tier in ["\"auto\"", "\"default\"", "\"standard_only\"", "null"] {
        for surface in [Chat, Messages] {
            passes(surface, &format!("{{\"service_tier\":{tier}}}"));
        }
    }
    passes(Generate, r#"{"serviceTier":"STANDARD"}"#);
    for tier in ["flex", "priority", "scale", "batch", ""] {
        for surface in [Chat, Responses, Messages, Generate] {
            let body = format!("{{\"service_tier\":\"{tier}\"}}");
            refused(surface, &body, FaultCode::ValueNotPermitted, &format!("`{tier}`"));
        }
    }
    refused(
        Chat,
        r#"{"service_tier":["auto"]}"#,
        FaultCode::InvalidRequest,
        "`service_tier`",
    );
    passes(Messages, r#"{"inference_geo":"us"}"#);
    refused(
        Messages,
        r#"{"inference_geo":"global"}"#,
        FaultCode::ValueNotPermitted,
        "`global`",
    );
    refused(
        Messages,
        r#"{"inference_geo":"eu"}"#,
        FaultCode::ValueNotPermitted,
        "`inference_geo`",
    );
}

#[test]
fn tools_of_the_caller_pass() {
    passes(
        Messages,
        r#"{"tools":[{"name":"a","input_schema":{}},{"type":"custom","name":"b"},{"type":null}]}"#,
    );
    passes(
        Messages,
        r#"{"tools":[{"type":"bash_20250124"},{"type":"text_editor_20250728"},{"type":"memory_20250818"}]}"#,
    );
    passes(
        Messages,
        r#"{"tools":[{"type":"tool_search_tool_regex_20251119"},{"name":"x","defer_loading":true}]}"#,
    );
    passes(
        Chat,
        r#"{"tools":[{"type":"function","function":{"name":"web_search"}},{"type":"custom"}]}"#,
    );
    passes(
        Responses,
        r#"{"store":false,"tools":[{"type":"function","name":"a"},{"type":"namespace","tools":[{"type":"custom"}]},
            {"type":"shell"},{"type":"shell","environment":{"type":"local"}},{"type":"apply_patch"}]}"#,
    );
    passes(
        Responses,
        r#"{"store":false,"input":[{"type":"additional_tools","tools":[{"type":"namespace","tools":[]}]}]}"#,
    );
    passes(
        Generate,
        r#"{"tools":[{"functionDeclarations":[{"name":"google_web_search"}]}]}"#,
    );
    passes(Messages, r#"{"mcp_servers":[]}"#);
}

#[test]
fn tools_of_the_provider_are_refused_by_name_wherever_they_stand() {
    for (surface, body, name) in [
        (
            Messages,
            r#"{"tools":[{"name":"a"},{"type":"web_search_20250305"}]}"#,
            "web_search_20250305",
        ),
        (
            Messages,
            r#"{"tools":[{"type":"web_fetch_20250910"}]}"#,
            "web_fetch_20250910",
        ),
        (
            Messages,
            r#"{"tools":[{"type":"code_execution_20250825"}]}"#,
            "code_execution_20250825",
        ),
        (
            Messages,
            r#"{"tools":[{"type":"computer_20250124"}]}"#,
            "computer_20250124",
        ),
        (Messages, r#"{"tools":[{"type":"mcp_toolset"}]}"#, "mcp_toolset"),
        (
            Messages,
            r#"{"tools":[{"type":"invented_2031"}]}"#,
            "invented_2031",
        ),
        (
            Messages,
            r#"{"tools":[{"t\u0079pe":"web\u005fsearch_20250305"}]}"#,
            "web_search_20250305",
        ),
        (
            Messages,
            r#"{"mcp_servers":[{"url":"https://example.com"}]}"#,
            "mcp_servers",
        ),
        (
            Messages,
            r#"{"anthropic_beta":["a","mcp-client-2025-11-20"]}"#,
            "mcp-client",
        ),
        (
            Messages,
            r#"{"messages":[{"tools":[{"type":"web_fetch_20250910"}]}]}"#,
            "web_fetch",
        ),
        (
            CountTokens,
            r#"{"tools":[{"type":"web_search_20250305"}]}"#,
            "web_search_20250305",
        ),
        (Responses, r#"{"tools":[{"type":"web_search"}]}"#, "web_search"),
        (
            Responses,
            r#"{"tools":[{"type":"web_search","external_web_access":true}]}"#,
            "web_search",
        ),
        (
            Responses,
            r#"{"tools":[{"type":"web_search","external_web_access":false,"external_web_access":true}]}"#,
            "web_search",
        ),
        (Responses, r#"{"tools":[{"type":"file_search"}]}"#, "file_search"),
        (
            Responses,
            r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto"}}]}"#,
            "code_interpreter",
        ),
        (
            Responses,
            r#"{"tools":[{"type":"image_generation"}]}"#,
            "image_generation",
        ),
        (
            Responses,
            r#"{"tools":[{"type":"mcp","server_url":"https://example.com"}]}"#,
            "mcp",
        ),
        (
            Responses,
            r#"{"tools":[{"type":"computer_use_preview"}]}"#,
            "computer_use_preview",
        ),
        (
            Responses,
            r#"{"tools":[{"type":"shell","environment":{"type":"container_auto"}}]}"#,
            "shell",
        ),
        (
            Responses,
            r#"{"tools":[{"type":"namespace","tools":[{"type":"mcp"}]}]}"#,
            "mcp",
        ),
        (
            Responses,
            r#"{"input":[{"type":"additional_tools","tools":[{"type":"mcp"}]}]}"#,
            "mcp",
        ),
        (Responses, r#"{"tools":[{"name":"a"}]}"#, "without a type"),
        (Chat, r#"{"web_search_options":{}}"#, "web_search_options"),
        (
            Chat,
            r#"{"tools":[{"type":"web_search","external_web_access":false}]}"#,
            "web_search",
        ),
        (
            Chat,
            r#"{"tools":[{"type":"function","googleSearch":{}}]}"#,
            "googleSearch",
        ),
        (Generate, r#"{"tools":[{"googleSearch":{}}]}"#, "googleSearch"),
        (
            Generate,
            r#"{"tools":[{"functionDeclarations":[]},{"url_context":{}}]}"#,
            "url_context",
        ),
        (
            Generate,
            r#"{"tools":[{"functionDeclarations":[],"codeExecution":{}}]}"#,
            "codeExecution",
        ),
        (Generate, r#"{"tools":[{"invented":{}}]}"#, "invented"),
    ] {
        refused(surface, body, FaultCode::ToolNotPermitted, name);
    }
    for body in [
        r#"{"tools":{}}"#,
        r#"{"tools":["web_search"]}"#,
        r#"{"tools":[{"type":"custom","type":"mcp_toolset"}]}"#,
        r#"{"tools":[{"type":"custom","t\u0079pe":"custom"}]}"#,
        r#"{"tools":"web_search"}"#,
    ] {
        refused(Messages, body, FaultCode::InvalidRequest, "`tools`");
    }
}

#[test]
fn a_listed_tool_passes() {
    for (surface, body, tool) in [
        (
            Messages,
            r#"{"tools":[{"type":"web_search_20250305"}]}"#,
            "web_search",
        ),
        (
            Messages,
            r#"{"tools":[{"type":"invented_2031"}]}"#,
            "invented_2031",
        ),
        (
            Messages,
            r#"{"mcp_servers":[{}],"tools":[{"type":"mcp_toolset"}]}"#,
            "mcp",
        ),
        (Chat, r#"{"web_search_options":{}}"#, "web_search"),
        (Generate, r#"{"tools":[{"googleSearch":{}}]}"#, "google_search"),
    ] {
        assert_eq!(
            reach(surface, body, &[tool]),
            Ok((body.to_owned(), Vec::new())),
            "{tool}"
        );
        assert!(reach(surface, body, &["another"]).is_err());
    }
}

#[test]
fn the_search_that_codex_always_sends_is_cut_and_announced() {
    let tools = |more: &str| {
        format!(r#"{{"store":false,"tools":[{more}{{"type":"web_search","external_web_access":false}}]}}"#)
    };
    let (out, cut) = reach(Responses, &tools(r#"{"type":"function"},"#), &[]).unwrap();
    assert_eq!(
        (out.as_str(), cut),
        (
            r#"{"store":false,"tools":[{"type":"function"}]}"#,
            vec!["web_search".to_owned()]
        )
    );
    becomes(Responses, &tools(""), r#"{"store":false,"tools":[]}"#);
    let search = r#""type":"web_search","external_web_access":false"#;
    let twice = format!(r#"{{{search},"tools":[{{{search}}}]}}"#);
    becomes(
        Responses,
        &format!(r#"{{"store":false,"tools":[{twice}]}}"#),
        r#"{"store":false,"tools":[]}"#,
    );
    let body = tools("");
    assert_eq!(reach(Responses, &body, &["web_search"]), Ok((body, Vec::new())));
}

#[test]
fn the_attribution_block_is_for_anthropic() {
    let body =
        r#"{"system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2;"},{"text":"b"}]}"#;
    passes(Messages, body);
    let expected = r#"{"system":[{"text":"b"}]}"#;
    for protocol in [Protocol::Bedrock, Protocol::Vertex, Protocol::OpenAi] {
        let allowed = Allowed::by(protocol, "m");
        let body = Bytes::copy_from_slice(body.as_bytes());
        let peek = peek_call(Messages, &body).unwrap();
        let reached = check(Messages, &body, &peek, &allowed, &Caps::default()).unwrap();
        assert_eq!(reached.edits.apply().unwrap().to_vec(), expected.as_bytes());
    }
}

#[test]
fn amounts_have_caps() {
    let functions = |count: usize| vec![json!({ "type": "function" }); count];
    passes(
        Chat,
        &json!({ "n": 8, "max_tokens": 1_000_000, "tools": functions(512) }).to_string(),
    );
    passes(Chat, r#"{"n":null,"max_completion_tokens":1e5}"#);
    for (surface, body) in [
        (Chat, json!({ "n": 9 })),
        (Chat, json!({ "best_of": 100 })),
        (Chat, json!({ "max_tokens": 1_000_001 })),
        (Chat, json!({ "max_completion_tokens": 1e300 })),
        (Chat, json!({ "tools": functions(513) })),
        (Chat, json!({ "functions": functions(513) })),
        (
            Chat,
            json!({ "tools": functions(500), "functions": functions(13) }),
        ),
        (Responses, json!({ "max_output_tokens": 2_000_000 })),
        (
            Responses,
            json!({ "tools": [{ "type": "namespace", "tools": functions(512) }] }),
        ),
        (Messages, json!({ "max_tokens": 2_000_000 })),
        (Generate, json!({ "generationConfig": { "candidateCount": 9 } })),
        (
            Generate,
            json!({ "generation_config": { "max_output_tokens": 2_000_000 } }),
        ),
        (
            Generate,
            json!({ "tools": [{ "functionDeclarations": functions(600) }] }),
        ),
    ] {
        refused(
            surface,
            &body.to_string(),
            FaultCode::TooMuch,
            "which is the most here",
        );
    }
    refused(Chat, r#"{"n":"128"}"#, FaultCode::InvalidRequest, "`n`");
}

#[test]
fn amounts_are_measured_by_themselves() {
    let caps = Caps {
        choices: 2,
        tokens: 100,
        tools: 1,
    };
    let measured = |body: &Value| {
        let body = Bytes::from(body.to_string());
        let peek = peek_call(Chat, &body).unwrap();
        check_amounts(Chat, &body, &peek, &caps).map_err(|error| error.code())
    };
    for body in [
        json!({ "n": 3 }),
        json!({ "max_tokens": 101 }),
        json!({ "tools": [{}, {}] }),
        json!({ "tools": [{}], "functions": [{}] }),
    ] {
        assert_eq!(measured(&body), Err(FaultCode::TooMuch), "{body}");
    }
    // whatever else there is to say is said of what is sent
    let body = json!({ "n": 2, "max_tokens": null, "tools": [{ "type": "web_search" }], "fallbacks": ["x"] });
    assert_eq!(measured(&body), Ok(()));
}

#[test]
fn addresses_of_the_inside_are_refused_where_a_provider_would_fetch_them() {
    for (surface, body) in [
        (
            Chat,
            r#"{"messages":[{"content":[{"image_url":{"url":"http://169.254.169.254/"}}]}]}"#,
        ),
        (
            Responses,
            r#"{"input":[{"content":[{"type":"input_image","image_url":"http://127.0.0.1/"}]}]}"#,
        ),
        (
            Responses,
            r#"{"input":[{"content":[{"type":"input_file","file_url":"file:///etc/passwd"}]}]}"#,
        ),
        (
            Messages,
            r#"{"messages":[{"content":[{"source":{"type":"url","url":"http:\/\/10.0.0.1"}}]}]}"#,
        ),
        (
            Generate,
            r#"{"contents":[{"parts":[{"fileData":{"fileUri":"gs://bucket/a"}}]}]}"#,
        ),
    ] {
        refused(surface, body, FaultCode::AddressNotPermitted, "not public");
    }
    passes(
        Chat,
        r#"{"messages":[{"content":[{"image_url":{"url":"https://example.com/a.png"}}]}]}"#,
    );
    passes(
        Messages,
        r#"{"messages":[{"content":[{"source":{"type":"base64","data":"AAAA"}}]}]}"#,
    );
}

#[test]
fn the_path_names_the_model_of_gemini() {
    becomes(
        Generate,
        r#"{"model":"models/other","contents":[]}"#,
        r#"{"contents":[]}"#,
    );
}

/// Bodies in the shape of what coding tools send, of the size that they send.
fn large(size: usize) -> Value {
    let words =
        "Read the files that matter: \"model\":\"other\", \"store\":true, \\ \u{6a21} ".repeat(size / 60);
    json!({
        "model": "claude-opus-5-5",
        "messages": [
            { "role": "user", "content": [{ "type": "text", "text": words }] },
            { "role": "system", "content": [{ "type": "text", "text": "env", "cache_control": { "type": "ephemeral" } }] },
            { "role": "assistant", "content": [{ "type": "tool_use", "name": "Bash", "input": { "command": "ls" } }] },
        ],
        "system": [{ "type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.330;" }],
        "tools": [{ "name": "Bash", "input_schema": { "type": "object" } }],
        "metadata": { "user_id": "{\"device_id\":\"0\"}" },
        "max_tokens": 128_000,
        "thinking": { "type": "adaptive" },
        "context_management": { "edits": [{ "type": "clear_thinking_20251015" }] },
        "stream": true,
    })
}

#[test]
fn bodies_of_coding_tools_keep_every_byte() {
    for size in [38_000, 78_000, 124_000] {
        let body = large(size).to_string();
        assert!(body.len() > size, "{}", body.len());
        passes(Messages, &body);
        let pretty = serde_json::to_string_pretty(&large(size)).unwrap();
        passes(Messages, &pretty);
    }
}

mod settled {
    use super::*;
    use proptest::prelude::*;

    fn any_tool() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(json!({ "type": "web_search", "external_web_access": false })),
            Just(json!({ "type": "function", "name": "a" })),
            Just(
                json!({ "type": "namespace", "tools": [{ "type": "web_search", "external_web_access": false }] })
            ),
        ]
    }

    proptest! {
        /// Whatever is set and cut, in whatever order and number: the rest is as it was, and nothing is left to do.
        #[test]
        fn what_was_held_to_its_reach_is_within_it(
            tools in prop::collection::vec(any_tool(), 0..6),
            more in prop::collection::vec(any_tool(), 0..4),
            store in prop::option::of(prop_oneof![Just(Value::Null), Just(json!(false))]),
            text in ".{0,40}",
            pretty in any::<bool>(),
        ) {
            let mut request = json!({
                "x": text, "tools": tools, "input": [{ "type": "additional_tools", "tools": more }], "model": "gpt",
            });
            if let Some(store) = store {
                request["store"] = store;
            }
            let body = if pretty { serde_json::to_string_pretty(&request) } else { serde_json::to_string(&request) };
            let (out, _) = reach(Responses, &body.unwrap(), &[]).unwrap();
            let sent: Value = serde_json::from_str(&out).unwrap();
            prop_assert_eq!(&sent["store"], &json!(false));
            prop_assert_eq!((&sent["x"], &sent["model"]), (&request["x"], &request["model"]));
            prop_assert!(!out.contains("web_search") || text.contains("web_search"));
            let functions = |value: &Value| value.to_string().matches("\"function\"").count();
            prop_assert_eq!(functions(&sent["tools"]), functions(&request["tools"]));
            prop_assert_eq!(reach(Responses, &out, &[]), Ok((out, Vec::new())));
        }
    }
}

#[test]
fn a_model_without_eyes_is_shown_no_images() {
    let shown = [
        (
            Messages,
            r#"{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA"}}]}]}"#,
        ),
        (
            Messages,
            r#"{"messages":[{"content":[{"type":"tool_result","content":[{"type":"image","source":{}}]}]}]}"#,
        ),
        (
            Chat,
            r#"{"messages":[{"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}}]}]}"#,
        ),
        (
            Responses,
            r#"{"store":false,"input":[{"content":[{"type":"input_image","image_url":"https://e.example/a.png"}]}]}"#,
        ),
        (
            Generate,
            r#"{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"AA"}}]}]}"#,
        ),
        (
            Generate,
            r#"{"contents":[{"parts":[{"inline_data":{"mime_type":"image/png"}}]}]}"#,
        ),
    ];
    for (surface, body) in shown {
        passes(surface, body);
        let error = blind(surface, body).expect_err(body);
        assert_eq!(error.code(), FaultCode::ImagesNotTaken);
        assert!(
            error.to_string().starts_with("`smollm` takes no images"),
            "{error}"
        );
    }
    for (surface, body) in [
        (
            Messages,
            r#"{"messages":[{"content":[{"type":"text","text":"{\"type\":\"image\"}"}]}]}"#,
        ),
        (
            Messages,
            r#"{"messages":[{"content":[{"type":"tool_use","input":{"type":"image"}}]}]}"#,
        ),
        (
            Chat,
            r#"{"messages":[{"content":"image_url"}],"modalities":["image"]}"#,
        ),
        (
            Generate,
            r#"{"contents":[{"parts":[{"inlineData":{"mimeType":"text/plain"}}]}]}"#,
        ),
    ] {
        assert_eq!(blind(surface, body), Ok(()), "{body}");
    }
}

fn blind(surface: Surface, body: &str) -> Result<(), OutOfReach> {
    let allowed = Allowed {
        images: false,
        ..Allowed::by(protocol(surface), "smollm")
    };
    let body = Bytes::copy_from_slice(body.as_bytes());
    let peek = peek_call(surface, &body).unwrap();
    check(surface, &body, &peek, &allowed, &Caps::default()).map(drop)
}

#[test]
fn flags_in_a_body_are_held_to_what_is_taken_too() {
    let flags = ["b".to_owned()];
    let allowed = Allowed {
        flags: Some(&flags),
        ..Allowed::by(Protocol::Anthropic, "m")
    };
    let body = Bytes::from_static(br#"{"anthropic_beta":["a", "b","c"],"max_tokens":1}"#);
    let peek = peek_call(Messages, &body).unwrap();
    let reached = check(Messages, &body, &peek, &allowed, &Caps::default()).unwrap();
    assert_eq!(
        reached.edits.apply().unwrap().to_vec(),
        br#"{"anthropic_beta":["b"],"max_tokens":1}"#
    );
    assert_eq!(reached.left_out, ["a", "c"]);
}
