//! The approved list as each kind of client sees it.

use crate::client::{Answer, Caller};
use crate::provider::Provider;
use crate::world::{HK_ANALYST, NY_TRADER, Persona, STRANGER, World};
use serde_json::{Value, json};

async fn world() -> (World, Provider) {
    let provider = Provider::answering("200 OK", "{}").await;
    (World::with(provider.address).await, provider)
}

fn ids(answer: &Answer, list: &str, id: &str) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let json = answer.json();
    json[list]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry[id].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_caller_sees_what_they_may_use_here_and_how_much_is_withheld() {
    let (world, _provider) = world().await;
    let check = async |persona: Persona, from: &str, models: &[&str], withheld: &str| {
        let answer = world.caller(persona).from(from).get("/v1/models").await;
        assert_eq!(
            ids(&answer, "data", "id"),
            models,
            "{} from {from}",
            persona.person
        );
        assert_eq!(answer.header("bailiwick-withheld"), withheld);
    };
    check(
        NY_TRADER,
        NY_TRADER.office,
        &["claude-sonnet", "gpt", "gemini"],
        "1",
    )
    .await;
    check(HK_ANALYST, HK_ANALYST.office, &["gpt", "gemini"], "2").await;
    check(
        HK_ANALYST,
        NY_TRADER.office,
        &["claude-sonnet", "gpt", "gemini"],
        "1",
    )
    .await;
    check(NY_TRADER, HK_ANALYST.office, &["gpt", "gemini"], "2").await;
}

#[tokio::test]
async fn the_list_has_the_shape_that_the_client_reads() {
    let (world, _provider) = world().await;
    let caller = || world.caller(NY_TRADER);
    let openai = caller().get("/v1/models").await.json();
    let first = json!({ "id": "claude-sonnet", "object": "model", "created": 1_704_067_200, "owned_by": "Anthropic" });
    assert_eq!(openai["data"][0], first);
    let anthropic = caller()
        .with("anthropic-version", "2023-06-01")
        .get("/v1/models?limit=1000")
        .await;
    assert_eq!(
        ids(&anthropic, "data", "display_name"),
        ["Claude Sonnet", "GPT", "Gemini"]
    );
    assert_eq!(anthropic.json()["has_more"], false);
    let codex = caller().get("/v1/models?client_version=0.169.0").await;
    assert_eq!(ids(&codex, "models", "slug"), ["claude-sonnet", "gpt", "gemini"]);
}

#[tokio::test]
async fn what_is_withheld_is_listed_with_its_reason_for_those_who_ask() {
    let (world, _provider) = world().await;
    let answer = world.caller(HK_ANALYST).get("/v1/models?bailiwick=all").await;
    assert_eq!(
        ids(&answer, "data", "id"),
        ["claude-sonnet", "gpt", "gemini", "prototype"]
    );
    let entries = answer.json()["data"].clone();
    let note = &entries[0]["bailiwick"];
    assert_eq!(
        (&note["verdict"], &note["clause"]),
        (&json!("deny"), &json!("anthropic-2024 2.3"))
    );
    assert!(note["reason"].as_str().unwrap().contains("Greater China"));
    assert_eq!(note["alternatives"], json!(["gpt", "gemini"]));
    assert_eq!(
        (
            &entries[1]["bailiwick"]["verdict"],
            &entries[1]["bailiwick"]["reason"]
        ),
        (&json!("permit"), &Value::Null)
    );
    assert_eq!(answer.header("bailiwick-withheld"), "2");
}

#[tokio::test]
async fn errors_have_the_shape_of_the_list() {
    let (world, _provider) = world().await;
    let answer = world
        .caller(STRANGER)
        .with("anthropic-version", "2023-06-01")
        .get("/v1/models")
        .await;
    assert_eq!((answer.status, &answer.json()["type"]), (403, &json!("error")));
    let bare = Caller::new(world.address, NY_TRADER.office).with("anthropic-version", "2023-06-01");
    assert_eq!(
        bare.get("/v1/models").await.json()["error"]["type"],
        "authentication_error"
    );
}
