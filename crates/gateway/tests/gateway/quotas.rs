//! Requests and tokens by the minute.

use crate::provider::Provider;
use crate::streams::{CHAT, MESSAGES};
use crate::world::{NY_TRADER, Plan};
use gateway::{Rate, Rates};
use serde_json::json;

const USAGE: &str = "{\"usage\":{\"input_tokens\":900,\"output_tokens\":200,\"prompt_tokens\":900,\"completion_tokens\":200}}";

async fn check(rates: Rates, model: &str, path: &str, permitted: usize, whose: &str) {
    let provider = Provider::answering("200 OK", USAGE).await;
    let plan = Plan {
        rates,
        ..Plan::new(provider.address)
    };
    let world = plan.start().await;
    let caller = world.caller(NY_TRADER);
    let body = json!({ "model": model }).to_string();
    for _ in 0..permitted {
        assert_eq!(caller.post(path, &body).await.status, 200);
    }
    let limited = caller.post(path, &body).await;
    assert_eq!(
        (limited.status, limited.header("bailiwick-code")),
        (429, "limit_reached"),
        "{whose}"
    );
    let wait: u64 = limited.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(limited.header("x-should-retry"), "true");
    assert_eq!(limited.json()["error"]["type"], "rate_limit_error");
    assert!(limited.text().contains(whose), "{}", limited.text());
    assert_eq!(provider.got().len(), permitted);
    // counting is free, and so is another model where it is the model that is measured
    let counted = caller
        .post("/v1/messages/count_tokens", "{\"model\":\"claude-sonnet\"}")
        .await;
    assert_eq!(counted.status, 200);
    let entries = world.entries().await;
    assert_eq!(
        entries
            .iter()
            .filter(|entry| entry["ended"] == "completed")
            .count(),
        permitted + 1
    );
}

#[tokio::test]
async fn whoever_asks_too_much_is_told_when_to_come_back() {
    let two = Rate {
        requests: Some(2),
        tokens: None,
    };
    let nothing = Rates::default();
    check(
        Rates {
            person: two,
            ..nothing
        },
        "gpt",
        CHAT,
        2,
        "person `ny-trader`",
    )
    .await;
    check(
        Rates {
            group: two,
            ..nothing
        },
        "gpt",
        CHAT,
        2,
        "group `all-staff`",
    )
    .await;
    check(
        Rates {
            model: two,
            ..nothing
        },
        "gpt",
        CHAT,
        2,
        "model `gpt`",
    )
    .await;
    check(
        Rates {
            agreement: two,
            ..nothing
        },
        "claude-sonnet",
        MESSAGES,
        2,
        "agreement `anthropic-2024`",
    )
    .await;
}

#[tokio::test]
async fn tokens_are_counted_as_the_provider_counts_them() {
    let rate = Rate {
        requests: None,
        tokens: Some(2_000),
    };
    let rates = Rates {
        person: rate,
        ..Rates::default()
    };
    check(rates, "claude-sonnet", MESSAGES, 2, "person `ny-trader`").await;
}
