//! A handler that panics costs one request an error.

use crate::provider::Provider;
use crate::world::{NOW, NY_TRADER, Plan};
use register::model::Instant;
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};

/// How often the clock may still be read before it fails once; below zero it works.
static LEFT: AtomicI64 = AtomicI64::new(-1);

/// A clock that fails on demand.
fn failing() -> Instant {
    assert!(
        LEFT.fetch_sub(1, Ordering::SeqCst) != 0,
        "the clock fails on purpose"
    );
    NOW
}

/// Acceptance R32.
#[tokio::test]
async fn a_panic_is_one_500_in_the_dialect_and_the_gateway_lives() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = Plan {
        clock: failing,
        ..Plan::new(provider.address)
    }
    .start()
    .await;
    let caller = world.caller(NY_TRADER);
    let check = async |path: &str, model: &str, pointer: &str, expected: &str| {
        let body = json!({ "model": model }).to_string();
        // while the key is looked up, before the decision, and twice between the record and the sending
        for reads in 0..4 {
            LEFT.store(reads, Ordering::SeqCst);
            let answer = caller.post(path, &body).await;
            assert_eq!(answer.status, 500, "{path} after {reads}: {}", answer.text());
            assert_eq!(answer.json().pointer(pointer), Some(&json!(expected)));
            assert_eq!(answer.header("bailiwick-decision"), "", "an error is no decision");
            assert_eq!(caller.get("/healthz").await.status, 200);
            assert_eq!(caller.post(path, &body).await.status, 200);
        }
    };
    check("/v1/messages", "claude-sonnet", "/error/type", "api_error").await;
    check("/v1/chat/completions", "gpt", "/error/code", "internal").await;
    LEFT.store(0, Ordering::SeqCst);
    assert_eq!(caller.get("/v1/models").await.status, 500);
    assert_eq!(provider.got().len(), 8);
    // a thousand times, at any place; whatever they held is free again
    for number in 0..1_000 {
        LEFT.store(number % 4, Ordering::SeqCst);
        let answer = caller.post("/v1/chat/completions", "{\"model\":\"gpt\"}").await;
        assert_eq!(answer.status, 500, "{number}");
    }
    LEFT.store(-1, Ordering::SeqCst);
    assert_eq!(
        caller
            .post("/v1/chat/completions", "{\"model\":\"gpt\"}")
            .await
            .status,
        200
    );
    let numbers = world.numbers().await;
    assert!(
        numbers.contains("bailiwick_streams_open 0") || !numbers.contains("bailiwick_streams_open"),
        "{numbers}"
    );
    let entries = world.entries().await;
    let ended = |how: &str| entries.iter().filter(|entry| entry["ended"] == how).count();
    assert_eq!((ended("completed"), ended("not_forwarded")), (9, 2 + 250));
}
