//! Every call that is served, every one that is known and is not, and how each program is told a refusal.

use crate::client::{Answer, Caller};
use crate::provider::Provider;
use crate::world::{HK_ANALYST, NY_TRADER, Plan, World, sources};
use register::source::Source;
use serde_json::{Value, json};

/// A model that makes vectors, and one that a provider of Anthropic's protocol serves under a slash.
const MORE: &str = r#"
[[model]]
id = "vectors"
name = "Vectors"
provider = "OpenAI"
modality = "embedding"
entitled = ["all-staff"]
approval = { owner = "model-owner", tier = "standard", from = 2024-02-01 }

[[deployment]]
id = "vectors-direct"
model = "vectors"
channel = "openai-api"
agreements = ["more-2025"]
inference = ["US"]
storage = "US"
egress = "US"
tier = "paid"
hosts = ["127.0.0.1"]

[instrument]
id = "more-2025"
name = "Another agreement"
layer = "agreement"
licensor = "OpenAI OpCo"
licensee = "larkmoor-us"
covers = ["vectors"]
effective = 2024-01-01
"#;

async fn world() -> (World, Provider) {
    let provider = Provider::answering("200 OK", "{\"answer\": 1.0}").await;
    let mut sources = sources();
    sources.push(Source {
        path: "more.toml".to_owned(),
        text: MORE.to_owned(),
    });
    let plan = Plan {
        sources,
        ..Plan::new(provider.address)
    };
    (plan.start().await, provider)
}

fn line(got: &crate::provider::Got) -> &str {
    got.head.lines().next().unwrap_or_default()
}

#[tokio::test]
async fn every_call_goes_on_to_the_same_call_of_the_provider() {
    let (world, provider) = world().await;
    let caller = world.caller(NY_TRADER);
    let calls = [
        (
            "/v1/chat/completions",
            "gpt",
            "POST /v1/chat/completions HTTP/1.1",
        ),
        ("/v1/embeddings", "vectors", "POST /v1/embeddings HTTP/1.1"),
        ("/v1/responses", "gpt", "POST /v1/responses HTTP/1.1"),
        (
            "/v1/responses/compact",
            "gpt",
            "POST /v1/responses/compact HTTP/1.1",
        ),
        ("/v1/messages", "sonnet", "POST /v1/messages HTTP/1.1"),
        (
            "/v1/messages?beta=true",
            "sonnet",
            "POST /v1/messages?beta=true HTTP/1.1",
        ),
        (
            "/v1/messages/count_tokens?beta=true&key_is=1",
            "sonnet",
            "POST /v1/messages/count_tokens?beta=true HTTP/1.1",
        ),
    ];
    for (path, model, _) in calls {
        let answer = caller
            .post(path, &json!({ "model": model, "store": false }).to_string())
            .await;
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, "{\"answer\": 1.0}"),
            "{path}"
        );
    }
    let got = provider.got();
    let lines: Vec<_> = got.iter().map(line).collect();
    assert_eq!(lines, calls.map(|(_, _, expected)| expected));
}

#[tokio::test]
async fn gemini_names_its_model_in_the_path() {
    let (world, provider) = world().await;
    let bare = Caller::new(world.address, NY_TRADER.office);
    let caller = bare.clone().with("x-goog-api-key", &NY_TRADER.key());
    let body = r#"{ "contents":[{"parts":[{"text":"a"}]}] }"#;
    for path in [
        "/v1beta/models/gemini:generateContent",
        "/v1beta/models/gemini:streamGenerateContent?alt=sse",
        "/v1/models/gemini:generateContent",
        "/v1/models/%67emini:streamGenerateContent?alt=sse&fallbacks=x",
    ] {
        assert_eq!(caller.post(path, body).await.status, 200, "{path}");
    }
    let got = provider.got();
    let lines: Vec<_> = got.iter().map(line).collect();
    let (whole, stream) = (
        "POST /v1beta/models/gemini:generateContent HTTP/1.1",
        "POST /v1beta/models/gemini:streamGenerateContent?alt=sse HTTP/1.1",
    );
    assert_eq!(lines, [whole, stream, whole, stream]);
    assert!(got.iter().all(|got| got.body == body.as_bytes()));

    let refused = caller
        .post("/v1beta/models/prototype:generateContent", body)
        .await;
    assert_eq!(
        (refused.status, &refused.json()["error"]["status"]),
        (403, &json!("PERMISSION_DENIED"))
    );
    assert_eq!(refused.header("bailiwick-code"), "not_entitled");
    let unknown = caller.post("/v1beta/models/no-such:generateContent", body).await;
    assert_eq!(
        (unknown.status, unknown.header("bailiwick-code")),
        (403, "unknown_model")
    );
    let broken = caller.post("/v1beta/models/%ff:generateContent", body).await;
    assert_eq!(
        (broken.status, broken.header("bailiwick-code")),
        (400, "invalid_request")
    );
}

#[tokio::test]
async fn a_key_in_an_address_is_not_taken() {
    let (world, provider) = world().await;
    let bare = Caller::new(world.address, NY_TRADER.office);
    let path = format!("/v1beta/models/gemini:generateContent?key={}", NY_TRADER.key());
    let answer = bare.post(&path, "{}").await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["status"]),
        (401, &json!("UNAUTHENTICATED"))
    );
    assert!(answer.text().contains("ends up in logs") && !answer.text().contains(&NY_TRADER.key()));
    let with_both = bare
        .with("x-goog-api-key", &NY_TRADER.key())
        .post(&path, "{}")
        .await;
    assert_eq!(
        (with_both.status, with_both.header("bailiwick-code")),
        (400, "invalid_request")
    );
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn counts_are_the_providers_or_estimated_and_said_to_be() {
    let (world, provider) = world().await;
    let caller = world.caller(NY_TRADER);
    let body = |model: &str| json!({ "model": model, "messages": "x".repeat(1000) }).to_string();
    let counted = caller
        .post("/v1/messages/count_tokens", &body("claude-sonnet"))
        .await;
    assert_eq!((counted.status, counted.header("bailiwick-estimated")), (200, ""));
    assert_eq!(provider.got().len(), 1);
    let estimated = caller.post("/v1/messages/count_tokens", &body("gpt")).await;
    let tokens = estimated.json()["input_tokens"].as_u64().unwrap();
    assert_eq!(tokens, (body("gpt").len() as u64 * 2).div_ceil(5));
    assert_eq!(
        (
            estimated.header("bailiwick-estimated"),
            estimated.header("bailiwick-model")
        ),
        ("true", "gpt")
    );
    let gemini = caller
        .post("/v1beta/models/gemini:countTokens", "{\"contents\":[]}")
        .await;
    assert_eq!((gemini.status, &gemini.json()["totalTokens"]), (200, &json!(6)));
    assert_eq!(provider.got().len(), 1);
    // the decision is the same as for an answer
    let refused = world
        .caller(HK_ANALYST)
        .post("/v1/messages/count_tokens", &body("claude-sonnet"))
        .await;
    assert_eq!(refused.status, 451);
    let entries = world.entries().await;
    let id = estimated.header("bailiwick-decision");
    let of_estimate: Vec<_> = entries.iter().filter(|entry| entry["decision"] == id).collect();
    assert_eq!(of_estimate.len(), 2);
    assert_eq!(
        (&of_estimate[0]["verdict"], &of_estimate[1]["ended"]),
        (&json!("permit"), &json!("not_forwarded"))
    );
}

#[tokio::test]
async fn vectors_come_from_models_that_make_them() {
    let (world, provider) = world().await;
    let caller = world.caller(NY_TRADER);
    for (path, model) in [
        ("/v1/embeddings", "gpt"),
        ("/v1/chat/completions", "vectors"),
        ("/v1/responses", "vectors"),
    ] {
        let answer = caller.post(path, &json!({ "model": model }).to_string()).await;
        assert_eq!(
            (answer.status, answer.header("bailiwick-code")),
            (400, "wrong_route"),
            "{path}"
        );
        assert!(answer.text().contains("`/v1/embeddings`"));
    }
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn what_the_provider_would_keep_is_refused_in_the_callers_protocol() {
    let (world, provider) = world().await;
    let caller = world.caller(NY_TRADER);
    let anthropic = || world.caller(NY_TRADER).with("anthropic-version", "2023-06-01");
    let check = |answer: &Answer, path: &str, served: &str| {
        assert_eq!(
            (answer.status, answer.header("bailiwick-code")),
            (404, "not_served"),
            "{path}"
        );
        assert!(answer.text().contains(served), "{path}: {}", answer.text());
        assert_eq!(answer.header("x-should-retry"), "false");
    };
    for path in [
        "/v1/files",
        "/v1/files/file-abc/content",
        "/v1/batches/batch_1",
        "/v1/images/generations",
        "/v1/audio/speech",
        "/v1/responses/resp_1",
        "/v1/responses/resp_1/input_items",
        "/v1/conversations/conv_1",
        "/v1/containers",
        "/v1/vector_stores/vs_1/files",
        "/v1/assistants",
        "/v1/threads/thread_1/runs",
        "/v1/fine_tuning/jobs",
        "/v1/chat/completions/chatcmpl-1",
        "/v1/realtime",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            check(
                &caller.ask(method, path, b"{}").await,
                path,
                "`/v1/chat/completions`",
            );
        }
    }
    for path in [
        "/v1/files",
        "/v1/messages/batches",
        "/v1/messages/batches/b/results",
        "/v1/skills",
    ] {
        let answer = anthropic().get(path).await;
        check(&answer, path, "`/v1/messages`");
        assert_eq!(
            (&answer.json()["type"], &answer.json()["error"]["type"]),
            (&json!("error"), &json!("not_found_error"))
        );
    }
    for path in [
        "/v1beta/files",
        "/v1beta/cachedContents/c",
        "/v1beta/models/gemini:embedContent",
    ] {
        let answer = caller.post(path, "{}").await;
        check(&answer, path, "`generateContent`");
        assert_eq!(answer.json()["error"]["status"], "NOT_FOUND");
    }
    assert_eq!(
        caller.get("/v1/nothing").await.header("bailiwick-code"),
        "not_found"
    );
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn a_websocket_is_answered_so_that_codex_goes_on_without() {
    let (world, provider) = world().await;
    let knock = |caller: Caller| {
        let caller = caller
            .with("connection", "Upgrade")
            .with("upgrade", "websocket")
            .with("sec-websocket-version", "13")
            .with("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
            .with("openai-beta", "responses_websockets=2026-02-06");
        async move { caller.get("/v1/responses").await }
    };
    let answer = knock(world.caller(NY_TRADER)).await;
    assert_eq!((answer.status, answer.header("upgrade")), (426, "HTTP/1.1"));
    assert_eq!(answer.json()["error"]["code"], "no_upgrade");
    assert_eq!(
        knock(Caller::new(world.address, NY_TRADER.office)).await.status,
        401
    );
    let plain = world.caller(NY_TRADER).get("/v1/responses").await;
    assert_eq!((plain.status, plain.header("allow")), (405, "POST"));
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn one_model_is_shown_if_the_list_would_have_it() {
    let (world, _provider) = world().await;
    let trader = world.caller(NY_TRADER);
    let openai = trader.get("/v1/models/gpt").await;
    assert_eq!((openai.status, &openai.json()["object"]), (200, &json!("model")));
    assert_eq!(
        trader.get("/v1/models/sonnet").await.json()["id"],
        "claude-sonnet"
    );
    assert_eq!(trader.get("/v1/models/%67pt").await.json()["id"], "gpt");
    let gemini = trader.get("/v1beta/models/gemini").await;
    assert_eq!(gemini.json()["name"], "models/gemini");
    // refused, not entitled, unknown, and no name at all: told the same
    let anthropic = world.caller(HK_ANALYST).with("anthropic-version", "2023-06-01");
    let mut told = Vec::new();
    for id in ["claude-sonnet", "prototype", "no-such-model", "%ff"] {
        let answer = anthropic.get(&format!("/v1/models/{id}")).await;
        assert_eq!(
            (answer.status, &answer.json()["error"]["type"]),
            (404, &json!("not_found_error")),
            "{id}"
        );
        told.push(answer.text());
    }
    told.dedup();
    assert_eq!(told.len(), 1);
}

#[tokio::test]
async fn lists_have_pages_where_their_protocol_has() {
    let (world, _provider) = world().await;
    let anthropic = world.caller(NY_TRADER).with("anthropic-version", "2026-10-21");
    let first = anthropic.get("/v1/models?limit=2").await;
    assert_eq!(
        (
            first.json()["has_more"].clone(),
            first.header("bailiwick-withheld")
        ),
        (json!(true), "1")
    );
    let last = first.json()["last_id"].as_str().unwrap().to_owned();
    let second = anthropic
        .get(&format!("/v1/models?limit=2&after_id={last}"))
        .await
        .json();
    assert_eq!(
        (&second["has_more"], second["data"].as_array().unwrap().len()),
        (&json!(false), 2)
    );
    let wrong = anthropic.get("/v1/models?limit=0").await;
    assert_eq!((wrong.status, &wrong.json()["type"]), (400, &json!("error")));
    let gemini = world
        .caller(NY_TRADER)
        .get("/v1beta/models?pageSize=1")
        .await
        .json();
    assert_eq!(
        (
            gemini["models"].as_array().unwrap().len(),
            &gemini["nextPageToken"]
        ),
        (1, &json!("vectors"))
    );
}

#[tokio::test]
async fn each_program_is_told_in_the_way_that_it_shows() {
    let (world, provider) = world().await;
    let body = |model: &str| json!({ "model": model, "store": false }).to_string();
    let caller = || world.caller(NY_TRADER);
    let copilot = caller()
        .with("x-initiator", "user")
        .post("/v1/responses", &body("prototype"))
        .await;
    assert_eq!(
        (copilot.status, &copilot.json()["error"]["code"]),
        (400, &json!("not_entitled"))
    );
    let codex = caller()
        .with("originator", "codex_exec")
        .post("/v1/responses", &body("prototype"))
        .await;
    assert_eq!(
        (codex.status, &codex.json()["error"]["code"]),
        (403, &json!("model_not_found"))
    );
    assert_eq!(codex.header("bailiwick-code"), "not_entitled");
    for agent in [
        "claude-cli/2.1.330 (external, cli)",
        "claude-cli/2.1.197 (external, sdk-cli)",
        "anything",
    ] {
        let claude = caller()
            .with("user-agent", agent)
            .post("/v1/messages", &body("prototype"))
            .await;
        assert_eq!(
            (claude.status, &claude.json()["error"]["type"]),
            (451, &json!("permission_error")),
            "{agent}"
        );
    }
    // who somebody says to be changes how it is put, and not what is decided
    for (name, value) in [
        ("x-initiator", "agent"),
        ("originator", "codex_exec"),
        ("user-agent", "claude-cli/2"),
    ] {
        let told = caller().with(name, value);
        assert_eq!(told.post("/v1/responses", &body("gpt")).await.status, 200);
        let refused = told.post("/v1/responses", &body("prototype")).await;
        assert_eq!(refused.header("bailiwick-code"), "not_entitled");
    }
    assert_eq!(provider.got().len(), 3);
    assert!(
        world
            .entries()
            .await
            .iter()
            .all(|entry| entry["kind"] != Value::Null)
    );
}
