//! What a request may reach, seen from the provider: what arrives there, and what never does.

use crate::provider::Provider;
use crate::world::{NY_TRADER, Plan, World, changed};
use serde_json::{Value, json};

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";
const RESPONSES: &str = "/v1/responses";
const GENERATE: &str = "/v1beta/models/gemini:generateContent";

async fn quiet() -> (World, Provider) {
    let provider = Provider::answering("200 OK", "{}").await;
    (World::with(provider.address).await, provider)
}

fn with(model: &str, more: &Value) -> String {
    let mut body = json!({ "model": model });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    body.to_string()
}

#[tokio::test]
async fn nothing_that_reaches_too_far_is_forwarded() {
    let (world, provider) = quiet().await;
    let caller = world.caller(NY_TRADER);
    let cases = [
        (
            CHAT,
            with("gpt", &json!({ "fallbacks": ["claude-sonnet"] })),
            "routing_not_taken",
            "`fallbacks`",
        ),
        (
            CHAT,
            with("gpt", &json!({ "api_base": "http://127.0.0.1" })),
            "routing_not_taken",
            "`api_base`",
        ),
        (
            CHAT,
            with("gpt", &json!({ "provider": { "order": ["x"] } })),
            "routing_not_taken",
            "`provider`",
        ),
        (
            CHAT,
            with("gpt", &json!({ "extra_headers": {} })),
            "routing_not_taken",
            "`extra_headers`",
        ),
        (
            CHAT,
            with("gpt", &json!({ "service_tier": "flex" })),
            "value_not_permitted",
            "`flex`",
        ),
        (CHAT, with("gpt", &json!({ "n": 128 })), "too_much", "`n`"),
        (
            CHAT,
            with("gpt", &json!({ "max_tokens": 1_000_000_000 })),
            "too_much",
            "`max_tokens`",
        ),
        (
            CHAT,
            with("gpt", &json!({ "store": true })),
            "provider_state_not_served",
            "`store`",
        ),
        (
            RESPONSES,
            with("gpt", &json!({ "previous_response_id": "resp_1" })),
            "provider_state_not_served",
            "send the whole conversation",
        ),
        (
            RESPONSES,
            with("gpt", &json!({ "tools": [{ "type": "code_interpreter" }] })),
            "tool_not_permitted",
            "`code_interpreter`",
        ),
        (
            MESSAGES,
            with(
                "claude-sonnet",
                &json!({ "tools": [{ "type": "web_search_20250305" }] }),
            ),
            "tool_not_permitted",
            "`web_search_20250305`",
        ),
        (
            MESSAGES,
            with("claude-sonnet", &json!({ "inference_geo": "eu" })),
            "value_not_permitted",
            "`inference_geo`",
        ),
        (
            MESSAGES,
            with("claude-sonnet", &json!({ "mcp_servers": [{}] })),
            "tool_not_permitted",
            "`mcp_servers`",
        ),
        (
            CHAT,
            with(
                "gpt",
                &json!({ "messages": [{ "content": [{ "image_url": { "url": "http://169.254.169.254/" } }] }] }),
            ),
            "address_not_permitted",
            "not public",
        ),
        (
            GENERATE,
            json!({ "tools": [{ "googleSearch": {} }] }).to_string(),
            "tool_not_permitted",
            "`googleSearch`",
        ),
        (
            GENERATE,
            json!({ "cachedContent": "c" }).to_string(),
            "provider_state_not_served",
            "`cachedContent`",
        ),
    ];
    for (path, body, code, words) in &cases {
        let answer = caller.post(path, body).await;
        assert_eq!(answer.header("bailiwick-code"), *code, "{path} {body}");
        assert!(answer.text().contains(words), "{}", answer.text());
        assert_eq!(answer.header("x-should-retry"), "false");
    }
    assert!(provider.got().is_empty());
    // each is in the record: permitted, and nothing sent
    let entries = world.entries().await;
    let ends: Vec<_> = entries
        .iter()
        .filter(|entry| entry["kind"] == "outcome")
        .collect();
    assert_eq!(ends.len(), cases.len());
    assert!(ends.iter().all(|end| end["ended"] == "not_forwarded"), "{ends:?}");
}

/// Acceptance A26: headers and queries of other gateways.
#[tokio::test]
async fn headers_and_queries_that_route_do_not_go_on() {
    let (world, provider) = quiet().await;
    let mut caller = world.caller(NY_TRADER);
    let routing = [
        "anthropic-workspace-id",
        "openai-organization",
        "openai-project",
        "x-goog-user-project",
        "x-portkey-config",
        "x-portkey-provider",
        "x-portkey-custom-host",
        "x-litellm-tags",
        "cf-aig-authorization",
        "helicone-target-url",
        "x-stainless-lang",
        "x-forwarded-host",
        "idempotency-key",
    ];
    for name in routing {
        caller = caller.with(name, "elsewhere");
    }
    let query = "?api_base=http://elsewhere&provider=elsewhere&fallbacks=elsewhere&api-version=elsewhere";
    caller
        .post(&format!("{CHAT}{query}"), "{\"model\":\"gpt\"}")
        .await;
    caller
        .post(&format!("{MESSAGES}{query}&beta=true"), "{\"model\":\"sonnet\"}")
        .await;
    caller.post(&format!("{GENERATE}{query}&alt=sse"), "{}").await;
    let got = provider.got();
    assert_eq!(got.len(), 3);
    for got in got {
        assert!(!got.head.contains("elsewhere"), "{}", got.head);
    }
}

/// Acceptance A08: every header that the source writes comes from nobody else; that some were taken off is logged.
#[tokio::test]
async fn internal_headers_of_a_caller_are_taken_off() {
    let (world, provider) = quiet().await;
    // read out of the source that declares them
    let source = include_str!("../../../wire/src/lib.rs")
        .split("pub mod headers")
        .nth(1)
        .unwrap();
    let names = source.split("HeaderName::from_static(\"").skip(1);
    let asked = ["bailiwick-purpose", "bailiwick-data"];
    let ours: Vec<&str> = names
        .map(|rest| rest.split('"').next().unwrap())
        .filter(|name| !asked.contains(name))
        .chain(["bailiwick-person", "bailiwick-place", "bailiwick-anything"])
        .collect();
    assert!(ours.len() > 14, "{ours:?}");
    let mut caller = world.caller(NY_TRADER);
    for name in ours {
        caller = caller.with(name, "forged");
    }
    for (path, body) in [
        (CHAT, "{\"model\":\"gpt\"}"),
        (MESSAGES, "{\"model\":\"prototype\"}"),
        ("/v1/files", "{}"),
    ] {
        let answer = caller.post(path, body).await;
        assert!(
            !format!("{:?}{}", answer.headers, answer.text()).contains("forged"),
            "{path}"
        );
    }
    assert!(!provider.got()[0].head.contains("forged"));
}

#[tokio::test]
async fn the_answers_of_a_provider_are_kept_nowhere_unless_it_is_told() {
    let (world, provider) = quiet().await;
    let caller = world.caller(NY_TRADER);
    caller
        .post(RESPONSES, "{ \"model\":\"gpt\",\"input\":\"a\"}")
        .await;
    caller
        .post(
            RESPONSES,
            "{ \"model\":\"gpt\",\"store\" : false,\"input\":\"a\"}",
        )
        .await;
    let bodies: Vec<_> = provider
        .got()
        .into_iter()
        .map(|got| String::from_utf8(got.body).unwrap())
        .collect();
    assert_eq!(
        bodies,
        [
            "{\"store\":false, \"model\":\"gpt-5-2026\",\"input\":\"a\"}",
            "{ \"model\":\"gpt-5-2026\",\"store\" : false,\"input\":\"a\"}"
        ]
    );
}

#[tokio::test]
async fn what_a_client_always_sends_is_cut_and_announced() {
    let (world, provider) = quiet().await;
    let caller = world.caller(NY_TRADER);
    let tools =
        r#"[{"type":"function","name":"exec_command"},{"type":"web_search","external_web_access":false}]"#;
    let body = format!("{{\"model\":\"gpt\",\"store\":false,\"tools\":{tools}}}");
    let answer = caller.post(RESPONSES, &body).await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-cut")),
        (200, "web_search")
    );
    let flags = caller.with("anthropic-beta", "claude-code-20250219,web-search-2025-03-05");
    let answer = flags.post(MESSAGES, "{\"model\":\"claude-sonnet\"}").await;
    assert_eq!(answer.header("bailiwick-cut"), "web-search-2025-03-05");
    let got = provider.got();
    let sent: Value = serde_json::from_slice(&got[0].body).unwrap();
    assert_eq!(
        sent["tools"],
        json!([{ "type": "function", "name": "exec_command" }])
    );
    assert_eq!(got[1].header("anthropic-beta"), Some("claude-code-20250219"));
}

#[tokio::test]
async fn a_tool_that_the_register_lists_goes_on() {
    let provider = Provider::answering("200 OK", "{}").await;
    let listed = changed(&[("upstream_model = \"gpt-5-2026\"", "tools = [\"web_search\"]")]);
    let world = Plan {
        sources: listed,
        ..Plan::new(provider.address)
    }
    .start()
    .await;
    let caller = world.caller(NY_TRADER);
    let body = r#"{"model":"gpt","store":false,"tools":[{"type":"web_search"},{"type":"web_search","external_web_access":false}]}"#;
    let answer = caller.post(RESPONSES, body).await;
    assert_eq!((answer.status, answer.header("bailiwick-cut")), (200, ""));
    assert_eq!(provider.got()[0].body, body.as_bytes());
    let other = caller
        .post(RESPONSES, r#"{"model":"gpt","tools":[{"type":"file_search"}]}"#)
        .await;
    assert_eq!(other.header("bailiwick-code"), "tool_not_permitted");
}

/// A body in the shape of a coding tool's, `stream` last, of about a size.
fn coding(size: usize) -> String {
    let words =
        "Use \"model\": \"x\" and \\n tabs\\t; {\"store\":true} \u{6a21}\u{578b}. ".repeat(size / 120);
    let text = Value::from(words);
    let tool = r#"{"name":"Bash","description":"Runs a command","input_schema":{"type":"object","properties":{"url":{"type":"string"}}}}"#;
    format!(
        r#"{{"model":"claude-sonnet","messages":[{{"role":"user","content":[{{"type":"text","text":{text}}}]}},
  {{"role":"system","content":[{{"type":"text","text":{text},"cache_control":{{"type":"ephemeral"}}}}],"output_config":{{"effort":"medium"}}}}],
"system":[{{"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.330.572; cc_entrypoint=sdk-cli;"}}],"tools":[{tool},{tool}],
"metadata":{{"user_id":"{{\"device_id\":\"0\"}}"}},"max_tokens":128000,"thinking":{{"type":"adaptive","display":"omitted"}},
"context_management":{{"edits":[{{"type":"clear_thinking_20251015","keep":"all"}}]}},"temperature":1.0,"stream":true}}"#
    )
}

#[tokio::test]
async fn bodies_of_coding_tools_arrive_byte_for_byte() {
    let (world, provider) = quiet().await;
    let caller = world.caller(NY_TRADER);
    for size in [38_000, 49_000, 78_000, 124_000] {
        let body = coding(size);
        assert!((size..size * 2).contains(&body.len()), "{size}: {}", body.len());
        assert_eq!(caller.post(MESSAGES, &body).await.status, 200);
        let got = provider.got();
        assert!(got.last().unwrap().body == body.as_bytes(), "{size}");
    }
}
