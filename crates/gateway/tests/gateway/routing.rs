//! Another deployment when the first fails; never what is not permitted, never what law refuses, never after the first
//! byte.

use crate::provider::Provider;
use crate::streams::{CHAT, CLAUDE, GPT, MESSAGES, answer, begin, outcomes};
use crate::world::{HK_ANALYST, NY_TRADER, Plan, World, changed};
use register::source::Source;
use serde_json::json;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// A second deployment of GPT, at another provider.
const SECOND: &str = r#"
[[channel]]
id = "openai-api-two"
name = "OpenAI, elsewhere"
wire = "openai"

[[deployment]]
id = "gpt-second"
model = "gpt"
channel = "openai-api-two"
agreements = ["AGREEMENT"]
inference = ["US"]
storage = "US"
egress = "US"
tier = "paid"
hosts = ["127.0.0.1"]
priority = 200
"#;

/// An agreement that is closed to New York.
const OTHER: &str = r#"
[instrument]
id = "openai-other"
name = "OpenAI, another agreement"
layer = "agreement"
licensor = "OpenAI OpCo"
licensee = "larkmoor-us"
covers = ["gpt*"]
effective = 2024-01-01

[[clause]]
ref = "1"
title = "Territory"
plain = "Not for use in the United States."
kind = "territory.user_location"
deny = { in = ["US"] }
"#;

pub(crate) fn with_second(agreement: &str, changes: &[(&str, &str)]) -> Vec<Source> {
    let mut sources = changed(changes);
    let mut add = |path: &str, text: String| {
        let path = path.to_owned();
        sources.push(Source { path, text });
    };
    add("other.toml", OTHER.to_owned());
    add("second.toml", SECOND.replace("AGREEMENT", agreement));
    sources
}

pub(crate) async fn world(first: SocketAddr, second: SocketAddr, sources: Vec<Source>) -> World {
    Plan {
        others: vec![("openai-api-two", second)],
        sources,
        ..Plan::new(first)
    }
    .start()
    .await
}

pub(crate) async fn nowhere() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
}

#[tokio::test]
async fn the_next_deployment_answers_when_the_first_fails_each_by_its_own_decision() {
    for status in [
        "429 Too Many Requests",
        "500 Internal Server Error",
        "503 Service Unavailable",
        "529 Overloaded",
    ] {
        let first = Provider::start(vec![answer(status, "", "{}")]).await;
        let second = Provider::answering("200 OK", "{\"ok\":1}").await;
        let world = world(first.address, second.address, with_second("openai-2025", &[])).await;
        let got = world.caller(NY_TRADER).post(CHAT, GPT).await;
        assert_eq!(
            (got.status, got.header("bailiwick-deployment")),
            (200, "gpt-second"),
            "{status}"
        );
        assert_eq!((first.got().len(), second.got().len()), (1, 1));
        let entries = world.entries().await;
        let intents: Vec<_> = entries.iter().filter(|entry| entry["kind"] == "intent").collect();
        assert_eq!(
            (&intents[0]["deployment"], &intents[1]["deployment"]),
            (&json!("gpt-direct"), &json!("gpt-second"))
        );
        assert_ne!(intents[0]["decision"], intents[1]["decision"]);
        assert_eq!(
            got.header("bailiwick-decision"),
            intents[1]["decision"].as_str().unwrap()
        );
        let ended: Vec<_> = outcomes(&entries)
            .iter()
            .map(|outcome| outcome["ended"].clone())
            .collect();
        assert_eq!(ended, ["upstream_error", "completed"]);
    }
}

#[tokio::test]
async fn a_provider_that_is_not_reached_is_passed_over() {
    let second = Provider::answering("200 OK", "{}").await;
    let world = world(nowhere().await, second.address, with_second("openai-2025", &[])).await;
    assert_eq!(world.caller(NY_TRADER).post(CHAT, GPT).await.status, 200);
}

/// Acceptance A25: the decision about the alternative is recorded too.
#[tokio::test]
async fn what_the_caller_may_not_use_is_never_tried() {
    for status in [
        "429 Too Many Requests",
        "500 Internal Server Error",
        "503 Service Unavailable",
        "529 Overloaded",
    ] {
        let first = Provider::start(vec![answer(
            status,
            "retry-after: 7\r\n",
            "{\"error\":{\"m\":1}}",
        )])
        .await;
        let second = Provider::answering("200 OK", "{}").await;
        let world = world(first.address, second.address, with_second("openai-other", &[])).await;
        let got = world.caller(NY_TRADER).post(CHAT, GPT).await;
        assert_eq!(
            format!("{} {}", got.status, got.text()),
            format!("{} {{\"error\":{{\"m\":1}}}}", status.split(' ').next().unwrap())
        );
        assert_eq!(got.header("retry-after"), "7", "the provider's wish goes on");
        assert_eq!((first.got().len(), second.got().len()), (1, 0));
        let entries = world.entries().await;
        let intents: Vec<_> = entries.iter().filter(|entry| entry["kind"] == "intent").collect();
        assert_eq!((intents.len(), &intents[1]["verdict"]), (2, &json!("deny")));
    }
}

#[tokio::test]
async fn a_refusal_by_place_is_final_and_recorded() {
    let body = "{\"error\":{\"code\":\"unsupported_country_region_territory\",\"message\":\"m\"}}";
    let first = Provider::start(vec![answer("403 Forbidden", "", body)]).await;
    let second = Provider::answering("200 OK", "{}").await;
    let world = world(first.address, second.address, with_second("openai-2025", &[])).await;
    let got = world.caller(NY_TRADER).post(CHAT, GPT).await;
    assert_eq!(
        (got.status, got.text().as_str(), got.header("x-should-retry")),
        (403, body, "false")
    );
    assert_eq!((first.got().len(), second.got().len()), (1, 0));
    let entries = world.entries().await;
    assert_eq!(outcomes(&entries)[0]["ended"], "upstream_refused");
}

/// Acceptance R20: what has begun is not begun again.
#[tokio::test]
async fn nothing_is_tried_again_after_the_first_byte() {
    let first = Provider::start(vec![begin("data: 1\n\n")]).await;
    let second = Provider::answering("200 OK", "{}").await;
    let world = world(first.address, second.address, with_second("openai-2025", &[])).await;
    let got = world.caller(NY_TRADER).post(CHAT, GPT).await;
    assert!(got.text().contains("upstream_cut"), "{}", got.text());
    assert_eq!(second.got().len(), 0);
}

#[tokio::test]
async fn a_provider_in_trouble_gets_no_more_than_callers_sent_and_then_nothing() {
    let first = Provider::start(vec![answer("529 Overloaded", "", "{}")]).await;
    let world = World::with(first.address).await;
    let caller = world.caller(NY_TRADER);
    for _ in 0..20 {
        assert_eq!(caller.post(MESSAGES, CLAUDE).await.status, 529);
    }
    let resting = caller.post(MESSAGES, CLAUDE).await;
    assert_eq!(
        (resting.status, resting.header("bailiwick-code")),
        (503, "upstream_resting")
    );
    assert_eq!(resting.header("retry-after"), "1");
    assert_eq!(first.got().len(), 20);
}

#[tokio::test]
async fn a_provider_that_asks_to_be_left_alone_is_passed_over() {
    let wish = vec![answer("429 Too Many Requests", "retry-after: 30\r\n", "{}")];
    let first = Provider::start(wish).await;
    let second = Provider::answering("200 OK", "{}").await;
    let world = world(first.address, second.address, with_second("openai-2025", &[])).await;
    let caller = world.caller(NY_TRADER);
    for _ in 0..3 {
        assert_eq!(caller.post(CHAT, GPT).await.status, 200);
    }
    assert_eq!((first.got().len(), second.got().len()), (1, 3));
}

const SUBSTITUTING: (&str, &str) = (
    "data = [\"internal\"]",
    "data = [\"internal\"]\nsubstitution = true",
);
const ALTERNATIVE: (&str, &str) = (
    "alternatives = [\"claude-sonnet\"]",
    "alternatives = [\"prototype\"]",
);
const FOR_ALL: (&str, &str) = ("entitled = [\"research\"]", "entitled = [\"all-staff\"]");

#[tokio::test]
async fn an_alternative_answers_only_where_the_application_allows_it_and_says_so() {
    for (changes, expected) in [
        (vec![ALTERNATIVE, FOR_ALL], 500),
        (vec![ALTERNATIVE, FOR_ALL, SUBSTITUTING], 200),
        (vec![ALTERNATIVE, SUBSTITUTING], 500),
    ] {
        let down = answer("500 Internal Server Error", "", "{}");
        let well = answer("200 OK", "", "{\"model\":\"prototype\"}");
        let provider = Provider::in_turn(vec![vec![down], vec![well]]).await;
        let world = Plan {
            sources: changed(&changes),
            ..Plan::new(provider.address)
        }
        .start()
        .await;
        let got = world.caller(NY_TRADER).post(CHAT, GPT).await;
        assert_eq!(got.status, expected);
        let is_substituted = expected == 200;
        assert_eq!(
            got.header("bailiwick-substitute-for"),
            if is_substituted { "gpt" } else { "" }
        );
        let sent: Vec<_> = provider
            .got()
            .iter()
            .map(|got| String::from_utf8(got.body.clone()).unwrap())
            .collect();
        assert_eq!(sent.len(), if is_substituted { 2 } else { 1 });
        if is_substituted {
            assert_eq!(got.header("bailiwick-model"), "prototype");
            assert!(sent[1].contains("\"model\":\"prototype\""), "{}", sent[1]);
        }
    }
}

#[tokio::test]
async fn an_alternative_answers_what_an_agreement_refuses_and_never_what_law_or_the_firm_does() {
    let refusing = |layer: &str| {
        let mut sources = changed(&[ALTERNATIVE, FOR_ALL, SUBSTITUTING]);
        sources.push(Source {
            path: "more.toml".to_owned(),
            text: format!(
                "[instrument]\nid = \"more\"\nname = \"More\"\nlayer = \"{layer}\"\neffective = 2024-01-01\n\n\
                 [[clause]]\nref = \"1\"\ntitle = \"Place\"\nplain = \"GPT is closed in Hong Kong.\"\n\
                 kind = \"territory.user_location\"\ndeny = {{ in = [\"HK\"] }}\nfor = {{ models = [\"gpt\"] }}\n"
            ),
        });
        sources
    };
    for (layer, expected) in [("law", 400), ("house", 400)] {
        let provider = Provider::answering("200 OK", "{}").await;
        let world = Plan {
            sources: refusing(layer),
            ..Plan::new(provider.address)
        }
        .start()
        .await;
        let got = world.caller(HK_ANALYST).post(CHAT, GPT).await;
        assert_eq!(got.status, expected, "{layer}: {}", got.text());
        assert_eq!(provider.got().len(), usize::from(expected == 200));
    }
    // not being entitled is no refusal of the law
    let provider = Provider::answering("200 OK", "{}").await;
    let entitled = (
        "provider = \"OpenAI\"\nmodality = \"multimodal\"\nentitled = [\"all-staff\"]",
        "provider = \"OpenAI\"\nmodality = \"multimodal\"\nentitled = [\"research-staff\"]",
    );
    let world = Plan {
        sources: changed(&[ALTERNATIVE, entitled, FOR_ALL, SUBSTITUTING]),
        ..Plan::new(provider.address)
    }
    .start()
    .await;
    let got = world.caller(NY_TRADER).post(CHAT, GPT).await;
    assert_eq!(
        (got.status, got.header("bailiwick-substitute-for")),
        (200, "gpt"),
        "{}",
        got.text()
    );
    let entries = world.entries().await;
    let verdicts: Vec<_> = entries
        .iter()
        .filter_map(|entry| entry["verdict"].as_str())
        .collect();
    assert_eq!(verdicts, ["deny", "permit"]);
}
