//! Sign-in of coding tools: whose routes exist, who is let to them, and what a tool is to show.

use crate::client::{Answer, Caller};
use crate::provider::Provider;
use crate::world::{HK_ANALYST, NY_TRADER, Persona, Plan, STRANGER, World};
use gateway::{Answering, SignInDesk};
use hyper::{Request, Response};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;

/// A desk that says what it was asked.
struct Echo;

impl SignInDesk for Echo {
    fn answer<'a>(&'a self, address: IpAddr, request: Request<bytes::Bytes>) -> Answering<'a> {
        let text = String::from_utf8_lossy(request.body()).into_owned();
        let said = format!("{} {} {text} {address}", request.method(), request.uri());
        Box::pin(async { Response::new(said) })
    }
}

async fn world(desk: Option<Arc<dyn SignInDesk>>) -> (World, Provider) {
    let provider = Provider::answering("200 OK", "{}").await;
    let mut plan = Plan::new(provider.address);
    plan.desk = desk;
    (plan.start().await, provider)
}

fn stranger_at(world: &World) -> Caller {
    Caller::new(world.address, "127.0.0.1")
}

#[tokio::test]
async fn without_a_desk_nothing_of_it_exists() {
    let (world, _provider) = world(None).await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/device",
        "/managed/settings",
    ] {
        let stranger = stranger_at(&world).get(path).await;
        assert_eq!(stranger.status, 401, "{path}");
        assert_eq!(world.caller(NY_TRADER).get(path).await.status, 404, "{path}");
    }
    for path in ["/oauth/token", "/oauth/device_authorization", "/v1/logs"] {
        assert_eq!(
            world.caller(NY_TRADER).post(path, "a=b").await.status,
            404,
            "{path}"
        );
    }
}

/// A signed-in tool asks what its person has spent. Nothing is counted in money here, and to say that there is no cap and
/// nothing spent would be to say something: the tool shows no amounts at a 404.
#[tokio::test]
async fn nothing_is_said_of_amounts_that_nobody_counts() {
    let (world, _provider) = world(Some(Arc::new(Echo))).await;
    for path in ["/api/oauth/usage", "/api/oauth/usage?skip_spend=1", "/protocol"] {
        assert_eq!(world.caller(NY_TRADER).get(path).await.status, 404, "{path}");
        assert_eq!(stranger_at(&world).get(path).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn the_desk_is_asked_without_a_key_and_reads_no_more_than_it_must() {
    let (world, _provider) = world(Some(Arc::new(Echo))).await;
    let stranger = || stranger_at(&world);
    let answer = stranger().get("/device?user_code=BCDF-GHJK").await;
    assert_eq!(answer.text(), "GET /device?user_code=BCDF-GHJK  127.0.0.1");
    let answer = stranger().post("/oauth/token", "grant_type=x").await;
    assert_eq!(answer.text(), "POST /oauth/token grant_type=x 127.0.0.1");
    let answer = stranger().post("/oauth/token", &"a".repeat(16 * 1024 + 1)).await;
    assert_eq!(answer.status, 413);
    // what is not in the table is not asked for
    for path in ["/device/", "/oauth/other", "/oauth/token"] {
        assert_eq!(stranger().get(path).await.status, 401, "{path}");
    }
    for path in ["/v1/metrics", "/v1/logs", "/v1/traces"] {
        assert_eq!(stranger().post(path, "{}").await.status, 401, "{path}");
        assert_eq!(
            world.caller(NY_TRADER).post(path, "{}").await.text(),
            "{}",
            "{path}"
        );
    }
}

fn settings(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["settings"].clone()
}

#[tokio::test]
async fn a_tool_is_to_show_what_its_person_may_use_here_and_now() {
    let (world, _provider) = world(Some(Arc::new(Echo))).await;
    let ask =
        async |persona: Persona, from: &str| world.caller(persona).from(from).get("/managed/settings").await;
    let here = ask(NY_TRADER, NY_TRADER.office).await;
    let shown = settings(&here);
    assert_eq!(
        shown["availableModels"],
        json!(["claude-sonnet", "gpt", "gemini"])
    );
    assert_eq!(
        (&shown["model"], &shown["enforceAvailableModels"]),
        (&json!("claude-sonnet"), &json!(true))
    );
    // the same person, elsewhere
    let there = ask(NY_TRADER, HK_ANALYST.office).await;
    let shown = settings(&there);
    assert_eq!(shown["availableModels"], json!(["gpt", "gemini"]));
    assert_eq!(shown["env"]["ANTHROPIC_CUSTOM_MODEL_OPTION"], "gpt");
    assert_eq!(shown["env"]["ANTHROPIC_CUSTOM_MODEL_OPTION_NAME"], "GPT");
    let reason = shown["companyAnnouncements"][0].as_str().unwrap();
    assert!(reason.contains("Claude Sonnet"), "{reason}");
    assert!(!shown.to_string().contains("SONNET_MODEL"), "{shown}");
    assert_ne!(here.header("etag"), there.header("etag"));
    let again = world.caller(NY_TRADER).with("if-none-match", here.header("etag"));
    let again = again.get("/managed/settings").await;
    assert_eq!((again.status, again.text().as_str()), (304, ""));
    assert_eq!(again.header("etag"), here.header("etag"));
    let other = world
        .caller(NY_TRADER)
        .with("if-none-match", there.header("etag"));
    assert_eq!(other.get("/managed/settings").await.status, 200);
    assert_eq!(ask(STRANGER, STRANGER.office).await.status, 403);
    let stranger = stranger_at(&world).get("/managed/settings").await;
    assert_eq!(stranger.status, 401);
    assert_eq!(stranger.json()["type"], "error");
}

#[tokio::test]
async fn a_model_may_be_named_with_the_mark_of_a_long_context() {
    let (world, provider) = world(None).await;
    let body = |model: &str| json!({"model": model, "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]});
    let body = body("claude-sonnet[1m]").to_string();
    let answer = world.caller(NY_TRADER).post("/v1/messages", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let sent = provider.got().pop().unwrap();
    assert!(!String::from_utf8_lossy(&sent.body).contains("[1m]"));
    let answer = world.caller(HK_ANALYST).post("/v1/messages", &body).await;
    assert_eq!(answer.status, 451, "{}", answer.text());
}
