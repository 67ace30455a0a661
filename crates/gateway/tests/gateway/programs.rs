//! Which client programs are whose, here and now.

use crate::provider::Provider;
use crate::world::{HK_ANALYST, NO_APPLICATION, NY_TRADER, Persona, Plan, World, sources};
use register::source::Source;
use serde_json::{Value, json};

const CLIENTS: &str = r#"
[[client]]
id = "claude-code"
name = "Claude Code"
licensor = "Anthropic"
agreements = ["anthropic-2024"]

[[client]]
id = "codex"
name = "Codex CLI"
licensor = "OpenAI"
agreements = ["openai-2025"]

[[client]]
id = "both"
name = "Both"
licensor = "Somebody"
agreements = ["openai-2025", "anthropic-2024"]

[[client]]
id = "opencode"
name = "opencode"
licensor = "open source"
"#;

async fn world() -> (World, Provider) {
    let provider = Provider::answering("200 OK", "{}").await;
    let mut plan = Plan::new(provider.address);
    plan.sources = sources();
    plan.sources.push(Source {
        path: "clients.toml".to_owned(),
        text: CLIENTS.to_owned(),
    });
    (plan.start().await, provider)
}

#[tokio::test]
async fn a_program_is_theirs_whom_its_agreements_permit_where_they_are() {
    let (world, _provider) = world().await;
    let check = async |persona: Persona, from: &str, expected: &[&str]| {
        let answer = world.caller(persona).from(from).get("/tools").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let told = answer.json();
        let tools = told["tools"].as_array().unwrap();
        let permitted = tools.iter().filter(|tool| tool["permitted"] == true);
        let permitted: Vec<_> = permitted.map(|tool| tool["id"].as_str().unwrap()).collect();
        assert_eq!(permitted, expected, "{} from {from}", persona.person);
        assert_eq!(tools.len(), 4);
        tools.clone()
    };
    let all = ["claude-code", "codex", "both", "opencode"];
    let tools = check(NY_TRADER, NY_TRADER.office, &all).await;
    assert_eq!(
        (&tools[0]["text"], &tools[0]["headline"]),
        (&Value::Null, &Value::Null)
    );
    check(HK_ANALYST, NY_TRADER.office, &all).await;
    check(NY_TRADER, HK_ANALYST.office, &["codex", "opencode"]).await;
    let tools = check(HK_ANALYST, HK_ANALYST.office, &["codex", "opencode"]).await;
    for (tool, name) in [(&tools[0], "Claude Code"), (&tools[2], "Both")] {
        let headline = tool["headline"].as_str().unwrap();
        assert!(
            headline.starts_with(&format!("{name} is not available to you")),
            "{headline}"
        );
        let text = tool["text"].as_str().unwrap();
        for part in [
            headline,
            "Clause: anthropic-2024 2.3",
            "Hong Kong",
            "Works here: Codex CLI (codex), opencode (opencode).",
            "Ask, or correct a fact",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

#[tokio::test]
async fn who_is_not_known_is_told_nothing_of_programs() {
    let (world, _provider) = world().await;
    assert_eq!(world.caller(NO_APPLICATION).get("/tools").await.status, 403);
    let stranger = crate::client::Caller::new(world.address, "127.0.4.1");
    assert_eq!(stranger.get("/tools").await.status, 401);
    assert_eq!(
        world
            .caller(NY_TRADER)
            .post("/tools", &json!({}).to_string())
            .await
            .status,
        405
    );
}
