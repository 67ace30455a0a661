//! What was permitted is watched over while it is used: until its instant, under another register, with other facts.

use crate::provider::{Provider, Step};
use crate::streams::{CHAT, CLAUDE, GPT, MESSAGES, begin, end, outcomes};
use crate::world::{NY_TRADER, Plan, World, changed, in_force};
use register::model::Instant;
use register::source::Source;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::Notify;

/// New York is closed to Claude.
pub(crate) const CLOSED: (&str, &str) = ("[\"CN\", \"HK\", \"MO\"]", "[\"US\"]");

/// GPT is for researchers only.
const RESEARCH: (&str, &str) = (
    "provider = \"OpenAI\"\nmodality = \"multimodal\"\nentitled = [\"all-staff\"]",
    "provider = \"OpenAI\"\nmodality = \"multimodal\"\nentitled = [\"research\"]",
);

/// Midnight, at which a clause begins.
const MIDNIGHT: &str = "2026-07-16T00:00:00Z";

fn midnight() -> i64 {
    Instant::parse(MIDNIGHT).unwrap().0
}

/// Claude is closed to New York from midnight on.
fn closing() -> Vec<Source> {
    changed(&[(
        "deny = { in = \"greater-china\" }",
        "deny = { in = \"greater-china\" }\n\n[[clause]]\nref = \"2.4\"\ntitle = \"New York\"\n\
         plain = \"Claude is not licensed in New York from the sixteenth of July.\"\n\
         kind = \"territory.user_location\"\ndeny = { in = [\"US\"] }\neffective = 2026-07-16",
    )])
}

#[tokio::test]
async fn a_stream_is_cut_with_the_refusal_when_another_register_takes_over() {
    for (path, body, change, repeated) in [(MESSAGES, CLAUDE, CLOSED, 451), (CHAT, GPT, RESEARCH, 400)] {
        let closed = Arc::new(Notify::new());
        let provider = Provider::start(vec![begin("data: 1\n\n"), Step::Silence(Arc::clone(&closed))]).await;
        let world = World::with(provider.address).await;
        let before = world.switch.load().snapshot().digest().to_owned();
        let caller = world.caller(NY_TRADER);
        let mut coming = caller.begin("POST", path, body.as_bytes()).await;
        coming.next().await.unwrap().unwrap();
        world.switch.activate(in_force(&changed(&[change])));
        let text = coming.whole().await.text();
        assert!(
            text.contains("permission_error") && text.contains("\"bailiwick\":{"),
            "{text}"
        );
        closed.notified().await;
        // some clients then repeat the call without a stream by themselves
        let again = caller.post(path, &body.replace(",\"stream\":true", "")).await;
        assert_eq!(again.status, repeated, "{}", again.text());
        assert_eq!(provider.got().len(), 1);
        let after = world.switch.load().snapshot().digest().to_owned();
        let entries = world.entries().await;
        let intents: Vec<_> = entries.iter().filter(|entry| entry["kind"] == "intent").collect();
        let verdicts: Vec<_> = intents
            .iter()
            .map(|entry| (&entry["verdict"], &entry["snapshot"]))
            .collect();
        let (permit, deny) = (json!("permit"), json!("deny"));
        let (before, after) = (json!(before), json!(after));
        assert_eq!(verdicts, [(&permit, &before), (&deny, &after), (&deny, &after)]);
        assert!(
            text.contains(intents[1]["decision"].as_str().unwrap()),
            "the event names its own decision"
        );
        let outcomes = outcomes(&entries);
        assert_eq!(outcomes.len(), 1);
        assert_eq!(
            (&outcomes[0]["ended"], &outcomes[0]["decision"]),
            (&json!("withdrawn"), &intents[0]["decision"])
        );
    }
}

#[tokio::test]
async fn an_answer_that_has_not_begun_is_the_refusal_itself() {
    let closed = Arc::new(Notify::new());
    let provider = Provider::start(vec![Step::Silence(Arc::clone(&closed))]).await;
    let world = World::with(provider.address).await;
    let caller = world.caller(NY_TRADER);
    let change = async {
        while provider.got().is_empty() {
            tokio::task::yield_now().await;
        }
        world.switch.activate(in_force(&changed(&[CLOSED])));
    };
    let body = CLAUDE.replace(",\"stream\":true", "");
    let (answer, ()) = tokio::join!(caller.post(MESSAGES, &body), change);
    assert_eq!(
        (answer.status, answer.header("bailiwick-code")),
        (451, "denied_by_clause")
    );
    closed.notified().await;
}

#[tokio::test]
async fn what_is_still_permitted_goes_on_byte_for_byte() {
    let more = Arc::new(Notify::new());
    let rest = "data: 2\n\ndata: [DONE]\n\n";
    let provider = Provider::start(vec![
        begin("data: 1\n\n"),
        Step::Wait(Arc::clone(&more)),
        end(rest),
    ])
    .await;
    let world = World::with(provider.address).await;
    let mut coming = world.caller(NY_TRADER).begin("POST", CHAT, GPT.as_bytes()).await;
    coming.next().await.unwrap().unwrap();
    for _ in 0..10 {
        world.switch.activate(in_force(&changed(&[CLOSED])));
        world.switch.reconsider();
        tokio::task::yield_now().await;
    }
    more.notify_one();
    assert_eq!(coming.whole().await.text(), rest);
    let entries = world.entries().await;
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[1]["ended"], "completed");
}

async fn cut_when(clock: fn() -> Instant, change: impl FnOnce(&World)) {
    let closed = Arc::new(Notify::new());
    let provider = Provider::start(vec![begin("data: 1\n\n"), Step::Silence(Arc::clone(&closed))]).await;
    let world = Plan {
        sources: closing(),
        clock,
        ..Plan::new(provider.address)
    }
    .start()
    .await;
    let mut coming = world
        .caller(NY_TRADER)
        .begin("POST", MESSAGES, CLAUDE.as_bytes())
        .await;
    assert_eq!(coming.response.status(), 200);
    coming.next().await.unwrap().unwrap();
    change(&world);
    let text = coming.whole().await.text();
    assert!(text.contains("from the sixteenth of July"), "{text}");
    closed.notified().await;
    let entries = world.entries().await;
    assert_eq!(outcomes(&entries)[0]["ended"], "withdrawn");
}

static NEAR: AtomicI64 = AtomicI64::new(0);
static FAR: AtomicI64 = AtomicI64::new(0);

#[tokio::test]
async fn a_stream_ends_at_the_instant_at_which_its_permit_does() {
    NEAR.store(midnight() - 1, Ordering::SeqCst);
    cut_when(
        || Instant(NEAR.load(Ordering::SeqCst)),
        |_| NEAR.store(midnight(), Ordering::SeqCst),
    )
    .await;
}

#[tokio::test]
async fn a_stream_is_decided_about_once_more_when_something_becomes_known() {
    FAR.store(midnight() - 3600, Ordering::SeqCst);
    cut_when(
        || Instant(FAR.load(Ordering::SeqCst)),
        |world| {
            FAR.store(midnight(), Ordering::SeqCst);
            world.switch.reconsider();
        },
    )
    .await;
}
