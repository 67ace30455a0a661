//! What the register says that a model can do, and what callers get of it: in other protocols, in lists, in refusals.

use crate::client::Answer;
use crate::provider::Provider;
use crate::world::{NY_TRADER, Plan, World, changed};
use serde_json::{Value, json};

const MESSAGES: &str = "/v1/messages";
const CHAT: &str = "/v1/chat/completions";

const GPT: &str = "provider = \"OpenAI\"\nmodality = \"multimodal\"";
const CLAUDE: &str = "provider = \"Anthropic\"\nmodality = \"multimodal\"";

/// A world in which the register says more of a model, and the provider answers in either protocol's words.
async fn world(of: &str, more: &str, answer: &str) -> (World, Provider) {
    let provider = Provider::answering("200 OK", answer).await;
    (saying(&provider, of, &format!("{of}\n{more}")).await, provider)
}

async fn saying(provider: &Provider, of: &str, instead: &str) -> World {
    let plan = Plan {
        sources: changed(&[(of, instead)]),
        ..Plan::new(provider.address)
    };
    plan.start().await
}

fn completion() -> String {
    json!({
        "id": "c", "object": "chat.completion", "created": 1, "model": "gpt-5-2026",
        "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": "Hello." } }],
        "usage": { "prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14 },
    })
    .to_string()
}

fn message() -> String {
    json!({
        "id": "m", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn",
        "content": [{ "type": "text", "text": "Hello." }], "usage": { "input_tokens": 9, "output_tokens": 5 },
    })
    .to_string()
}

/// What a coding tool of Anthropic's asks, of a model of another protocol.
fn asking(max_tokens: u64) -> Value {
    json!({
        "model": "gpt",
        "max_tokens": max_tokens,
        "thinking": { "type": "adaptive", "display": "omitted" },
        "output_config": { "effort": "medium" },
        "temperature": 0.2,
        "messages": [{ "role": "user", "content": "Hello?" }],
        "tools": [{ "name": "Bash", "input_schema": { "type": "object" } }],
    })
}

async fn asked(world: &World, path: &str, body: &Value) -> Answer {
    let answer = world.caller(NY_TRADER).post(path, &body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

fn sent(provider: &Provider) -> Value {
    serde_json::from_slice(&provider.got().last().unwrap().body).unwrap()
}

fn left_out(answer: &Answer) -> Vec<String> {
    let header = answer.header("bailiwick-left-out");
    header.split(", ").map(str::to_owned).collect()
}

#[tokio::test]
async fn thinking_is_asked_for_where_the_register_says_how() {
    let effort = "thinking = \"effort\"\noutput_tokens = 128000\ncontext_tokens = 400000";
    let (here, provider) = world(GPT, effort, &completion()).await;
    let answer = asked(&here, MESSAGES, &asking(64_000)).await;
    let body = sent(&provider);
    assert_eq!(
        (&body["reasoning_effort"], &body["max_completion_tokens"]),
        (&json!("medium"), &json!(64_000))
    );
    // a model that thinks takes no temperature there
    assert_eq!(
        (body.get("temperature"), left_out(&answer)),
        (None, vec!["temperature".to_owned()])
    );

    for (more, is_announced) in [
        ("", true),
        ("thinking = \"none\"", true),
        ("thinking = \"budget\"", true),
    ] {
        let (here, provider) = world(GPT, more, &completion()).await;
        let answer = asked(&here, MESSAGES, &asking(64_000)).await;
        assert_eq!(sent(&provider).get("reasoning_effort"), None, "{more}");
        assert_eq!(
            left_out(&answer).contains(&"reasoning effort".to_owned()),
            is_announced,
            "{more}"
        );
    }
    // whoever wants no thinking misses none
    let (here, provider) = world(GPT, "thinking = \"none\"", &completion()).await;
    let mut quiet = asking(64_000);
    quiet["thinking"] = json!({ "type": "disabled" });
    let answer = asked(&here, MESSAGES, &quiet).await;
    assert_eq!(
        (
            sent(&provider).get("reasoning_effort"),
            answer.header("bailiwick-left-out")
        ),
        (None, "")
    );
}

#[tokio::test]
async fn a_budget_is_made_of_an_effort_and_leaves_room_for_the_answer() {
    let more = "thinking = \"budget\"\noutput_tokens = 64000\ncontext_tokens = 200000";
    let (here, provider) = world(CLAUDE, more, &message()).await;
    let mut body = json!({
        "model": "claude-sonnet", "reasoning_effort": "high", "messages": [{ "role": "user", "content": "Hello?" }],
    });
    let answer = asked(&here, CHAT, &body).await;
    let got = sent(&provider);
    assert_eq!(
        got["thinking"],
        json!({ "type": "enabled", "budget_tokens": 24_000 })
    );
    assert_eq!(
        (&got["max_tokens"], answer.header("bailiwick-left-out")),
        (&json!(32_000), "")
    );
    body["max_completion_tokens"] = json!(100_000);
    let answer = asked(&here, CHAT, &body).await;
    assert_eq!(sent(&provider)["max_tokens"], 64_000);
    assert_eq!(left_out(&answer), ["max tokens above the limit"]);
}

#[tokio::test]
async fn answers_are_no_longer_than_the_model_can_give_and_the_context_leaves() {
    let (here, provider) = world(GPT, "output_tokens = 16384", &completion()).await;
    let answer = asked(&here, MESSAGES, &asking(128_000)).await;
    assert_eq!(sent(&provider)["max_completion_tokens"], 16_384);
    assert!(left_out(&answer).contains(&"max tokens above the limit".to_owned()));

    let (here, provider) = world(GPT, "context_tokens = 8192", &completion()).await;
    asked(&here, MESSAGES, &asking(128_000)).await;
    let room = sent(&provider)["max_completion_tokens"].as_u64().unwrap();
    assert!((7_500..8_192).contains(&room), "{room}");
}

#[tokio::test]
async fn an_overflow_without_numbers_gets_those_that_a_client_shortens_by() {
    let words = json!({ "error": {
        "message": "Your input exceeds the context window of this model.", "type": "invalid_request_error",
        "code": "context_length_exceeded",
    } });
    let provider = Provider::answering("400 Bad Request", &words.to_string()).await;
    let here = saying(&provider, GPT, &format!("{GPT}\ncontext_tokens = 8192")).await;
    let answer = here
        .caller(NY_TRADER)
        .post(MESSAGES, &asking(64).to_string())
        .await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["message"]),
        (400, &json!("prompt is too long: 8193 tokens > 8192 maximum"))
    );
}

#[tokio::test]
async fn images_are_kept_from_models_that_take_none() {
    const BLIND: &str = "provider = \"OpenAI\"\nmodality = \"text\"";
    let provider = Provider::answering("200 OK", &completion()).await;
    let here = saying(&provider, GPT, BLIND).await;
    let image =
        json!({ "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "AAAA" } });
    let mut translated = asking(64);
    translated["messages"][0]["content"] = json!([image]);
    let native = json!({ "model": "gpt", "messages": [{ "role": "user", "content": [
        { "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } },
    ] }] });
    for (path, body, status) in [(MESSAGES, &translated, 451), (CHAT, &native, 400)] {
        let answer = here.caller(NY_TRADER).post(path, &body.to_string()).await;
        assert_eq!(
            (answer.status, answer.header("bailiwick-code")),
            (status, "images_not_taken")
        );
        assert!(
            answer.text().contains("`gpt` takes no images"),
            "{}",
            answer.text()
        );
    }
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn one_call_at_a_time_where_the_model_knows_no_more() {
    let (here, provider) = world(CLAUDE, "parallel_tools = false", &message()).await;
    let body = |parallel: bool| {
        json!({
            "model": "claude-sonnet", "parallel_tool_calls": parallel, "messages": [{ "role": "user", "content": "a" }],
            "tools": [{ "type": "function", "function": { "name": "f", "parameters": { "type": "object" } } }],
        })
    };
    let answer = asked(&here, CHAT, &body(true)).await;
    assert_eq!(left_out(&answer), ["several calls of tools at once"]);
    let answer = asked(&here, CHAT, &body(false)).await;
    assert_eq!(
        (
            answer.header("bailiwick-left-out"),
            sent(&provider).get("tool_choice")
        ),
        ("", None)
    );
}

#[tokio::test]
async fn flags_are_those_that_the_register_lists_and_go_nowhere_else() {
    let (here, provider) = world(
        "channel = \"anthropic-api\"",
        "flags = [\"effort-2025-11-24\"]",
        "{}",
    )
    .await;
    let caller = here
        .caller(NY_TRADER)
        .with("anthropic-beta", "effort-2025-11-24,a-2026-01-01");
    let answer = caller.post(MESSAGES, "{\"model\":\"claude-sonnet\"}").await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-left-out")),
        (200, "a-2026-01-01")
    );
    assert_eq!(
        provider.got()[0].header("anthropic-beta"),
        Some("effort-2025-11-24")
    );

    let (here, provider) = world(GPT, "", &completion()).await;
    let caller = here.caller(NY_TRADER).with("anthropic-beta", "effort-2025-11-24");
    let answer = caller.post(MESSAGES, &asking(64).to_string()).await;
    assert_eq!(left_out(&answer), ["anthropic-beta", "reasoning effort"]);
    assert_eq!(provider.got()[0].header("anthropic-beta"), None);
}

#[tokio::test]
async fn the_attribution_block_is_for_anthropic_and_nobody_else() {
    let body = r#"{"model":"claude-sonnet","system":[{"type":"text","text":"x-anthropic-billing-header: a"},{"type":"text","text":"b"}]}"#;
    let (here, provider) = world(CLAUDE, "", "{}").await;
    assert_eq!(here.caller(NY_TRADER).post(MESSAGES, body).await.status, 200);
    assert_eq!(provider.got()[0].body, body.as_bytes());

    let provider = Provider::answering("200 OK", "{}").await;
    let here = saying(
        &provider,
        CLAUDE,
        "provider = \"DeepSeek\"\nmodality = \"multimodal\"",
    )
    .await;
    assert_eq!(here.caller(NY_TRADER).post(MESSAGES, body).await.status, 200);
    assert_eq!(
        sent(&provider)["system"],
        json!([{ "type": "text", "text": "b" }])
    );
}

#[tokio::test]
async fn lists_show_what_a_model_can_do_where_their_shape_has_a_place_for_it() {
    let more =
        "thinking = \"effort\"\noutput_tokens = 128000\ncontext_tokens = 400000\nparallel_tools = true";
    let (here, _provider) = world(GPT, more, "{}").await;
    let caller = || here.caller(NY_TRADER);
    let codex = caller().get("/v1/models?client_version=0.169.0").await.json();
    let gpt = &codex["models"][1];
    assert_eq!(
        (&gpt["slug"], &gpt["context_window"]),
        (&json!("gpt"), &json!(400_000))
    );
    assert_eq!(
        (
            &gpt["default_reasoning_level"],
            &gpt["supports_parallel_tool_calls"]
        ),
        (&json!("medium"), &json!(true))
    );
    let anthropic = caller()
        .with("anthropic-version", "2023-06-01")
        .get("/v1/models")
        .await
        .json();
    let gpt = &anthropic["data"][1];
    assert_eq!(
        (&gpt["max_input_tokens"], &gpt["max_tokens"]),
        (&json!(400_000), &json!(128_000))
    );
    assert_eq!(anthropic["data"][0]["max_tokens"], Value::Null);
}
