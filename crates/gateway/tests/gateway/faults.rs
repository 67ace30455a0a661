//! Providers that are away, break off or fall silent, ledgers that fail, callers who leave, connectors outside the pin.

use crate::provider::{Provider, Step};
use crate::world::{HK_ANALYST, NY_TRADER, Plan, World, config, connector, sources};
use gateway::{ConnectorError, Connectors, Gateway, Limits};
use ledger::{Answer, AuditDevice, AuditError, Event, Intent, Outcome};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";
const ASKING_GPT: &str = "{\"model\":\"gpt\",\"stream\":true}";
const ASKING_CLAUDE: &str = "{\"model\":\"claude-sonnet\",\"stream\":true}";

/// A device that fails at everything.
pub(crate) struct Failing;

impl AuditDevice for Failing {
    fn intent(&self, _: Intent) -> Answer {
        Box::pin(async { Err(AuditError::Deadline) })
    }

    fn outcome(&self, _: Outcome) -> Answer {
        Box::pin(async { Err(AuditError::Closed) })
    }

    fn event(&self, _: Event) -> Answer {
        Box::pin(async { Err(AuditError::Closed) })
    }

    fn is_healthy(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn without_a_record_nothing_is_sent_and_nothing_is_refused() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = Plan {
        device: Some(Arc::new(Failing)),
        ..Plan::new(provider.address)
    }
    .start()
    .await;
    for persona in [NY_TRADER, HK_ANALYST] {
        let answer = world.caller(persona).post(MESSAGES, ASKING_CLAUDE).await;
        assert_eq!(
            (answer.status, answer.header("bailiwick-code")),
            (503, "audit_unavailable")
        );
        assert_eq!(
            (answer.header("retry-after"), answer.header("x-should-retry")),
            ("1", "")
        );
        assert!(!answer.text().contains("Greater China"));
    }
    assert!(provider.got().is_empty());
    assert_eq!(world.caller(NY_TRADER).get("/readyz").await.status, 503);
    assert_eq!(world.caller(NY_TRADER).get("/healthz").await.status, 200);
}

/// An address on which nobody listens.
async fn nowhere() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
}

#[tokio::test]
async fn a_provider_that_is_away_is_a_502_in_the_dialect() {
    let world = World::with(nowhere().await).await;
    let answer = world.caller(NY_TRADER).post(MESSAGES, ASKING_CLAUDE).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["type"]),
        (502, &json!("api_error"))
    );
    let answer = world.caller(NY_TRADER).post(CHAT, ASKING_GPT).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["code"]),
        (502, &json!("upstream_unavailable"))
    );
    let entries = world.entries().await;
    assert_eq!(
        entries
            .iter()
            .filter(|entry| entry["ended"] == "upstream_unavailable")
            .count(),
        2
    );
}

#[tokio::test]
async fn a_provider_that_does_not_begin_is_a_504_and_is_let_go() {
    let closed = Arc::new(Notify::new());
    let provider = Provider::start(vec![Step::Silence(Arc::clone(&closed))]).await;
    let limits = Limits {
        first_byte: Duration::from_millis(30),
        ..Limits::default()
    };
    let world = Plan {
        limits,
        ..Plan::new(provider.address)
    }
    .start()
    .await;
    let answer = world.caller(NY_TRADER).post(MESSAGES, ASKING_CLAUDE).await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-code")),
        (504, "upstream_timeout")
    );
    // on a busy machine the time may be up before the provider has the request
    if !provider.got().is_empty() {
        closed.notified().await;
    }
    assert_eq!(world.entries().await[1]["ended"], "upstream_timeout");
}

#[tokio::test]
async fn what_lies_between_provider_and_gateway_stays_there() {
    for status in ["401 Unauthorized", "302 Found", "307 Temporary Redirect"] {
        let provider = Provider::answering(status, "{\"error\":\"key sk-ups***nary\"}").await;
        let world = World::with(provider.address).await;
        let answer = world.caller(NY_TRADER).post(MESSAGES, ASKING_CLAUDE).await;
        assert_eq!(answer.status, 502, "{status}");
        assert!(!answer.text().contains("sk-ups"), "{}", answer.text());
        assert_eq!(provider.got().len(), 1);
    }
}

fn beginning(content_type: &str, block: &str) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n");
    format!("{head}{:x}\r\n{block}\r\n", block.len()).into_bytes()
}

async fn check_broken(script: Vec<Step>, path: &str, body: &str, expected: &str, ended: &str) {
    let provider = Provider::start(script).await;
    let falls_silent = ended == "upstream_stall";
    let idle = if falls_silent {
        Duration::from_millis(40)
    } else {
        Limits::default().idle
    };
    let limits = Limits {
        idle,
        ..Limits::default()
    };
    let world = Plan {
        limits,
        ..Plan::new(provider.address)
    }
    .start()
    .await;
    let answer = world.caller(NY_TRADER).post(path, body).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().starts_with(expected), "{}", answer.text());
    assert!(
        answer.text().contains("upstream_cut") || answer.text().contains("api_error"),
        "{}",
        answer.text()
    );
    assert_eq!(world.entries().await[1]["ended"], ended);
}

#[tokio::test]
async fn a_stream_that_breaks_off_ends_in_an_error_event() {
    let cut = |block| vec![Step::Send(beginning("text/event-stream", block))];
    let whole = "event: ping\ndata: {}\n\n";
    let expected = format!("{whole}event: error\ndata: {{\"type\":\"error\"");
    check_broken(cut(whole), MESSAGES, ASKING_CLAUDE, &expected, "upstream_cut").await;
    let torn = "data: {\"cho";
    let expected = format!("{torn}\n\ndata: {{\"error\"");
    check_broken(cut(torn), CHAT, ASKING_GPT, &expected, "upstream_cut").await;
}

#[tokio::test]
async fn a_stream_that_falls_silent_ends_in_an_error_event() {
    let closed = Arc::new(Notify::new());
    let script = vec![
        Step::Send(beginning("text/event-stream", "data: 1\r\n\r\n")),
        Step::Silence(Arc::clone(&closed)),
    ];
    check_broken(
        script,
        CHAT,
        ASKING_GPT,
        "data: 1\r\n\r\ndata: {\"error\"",
        "upstream_stall",
    )
    .await;
    closed.notified().await;
}

#[tokio::test]
async fn an_answer_that_is_no_stream_is_cut_and_never_looks_complete() {
    let script = vec![Step::Send(beginning("application/json", "{\"half\":"))];
    let provider = Provider::start(script).await;
    let world = World::with(provider.address).await;
    let mut answer = world
        .caller(NY_TRADER)
        .begin("POST", CHAT, ASKING_GPT.as_bytes())
        .await;
    let mut last = answer.next().await.unwrap();
    while let Ok(block) = last {
        assert_eq!(block, "{\"half\":");
        last = answer.next().await.expect("a cut must not look like an end");
    }
    assert_eq!(world.entries().await[1]["ended"], "upstream_cut");
}

#[tokio::test]
async fn when_the_caller_leaves_the_provider_is_let_go() {
    let closed = Arc::new(Notify::new());
    let script = vec![
        Step::Send(beginning("text/event-stream", "data: 1\n\n")),
        Step::Silence(Arc::clone(&closed)),
    ];
    let provider = Provider::start(script).await;
    let world = World::with(provider.address).await;
    let mut answer = world
        .caller(NY_TRADER)
        .begin("POST", CHAT, ASKING_GPT.as_bytes())
        .await;
    answer.next().await.unwrap().unwrap();
    drop(answer);
    closed.notified().await;
    let entries = world.entries().await;
    assert_eq!(
        (&entries[1]["ended"], &entries[1]["bytes_received"]),
        (&json!("client_cancelled"), &json!(9))
    );
}

#[tokio::test]
async fn when_the_caller_leaves_before_the_answer_the_provider_is_let_go_too() {
    let closed = Arc::new(Notify::new());
    let provider = Provider::start(vec![Step::Silence(Arc::clone(&closed))]).await;
    let world = World::with(provider.address).await;
    let caller = world.caller(NY_TRADER);
    let asking = caller.begin("POST", CHAT, ASKING_GPT.as_bytes());
    let arrived = async {
        while provider.got().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = asking => panic!("the provider says nothing"),
        () = arrived => {}
    }
    closed.notified().await;
    assert_eq!(world.entries().await[1]["ended"], "client_cancelled");
}

/// Acceptance A31: hosts are pinned by the register.
#[tokio::test]
async fn a_connector_outside_the_pin_stops_the_start() {
    let device = Arc::new(Failing);
    let elsewhere = connector("anthropic-api", "https://api.elsewhere.example", false).unwrap();
    let error = Gateway::new(config(
        vec![elsewhere],
        device.clone(),
        Limits::default(),
        &sources(),
    ))
    .err()
    .unwrap();
    assert_eq!(
        error.to_string(),
        "connector `anthropic-api` goes to `api.elsewhere.example`, and the register pins deployment \
         `claude-sonnet-direct` to `127.0.0.1`"
    );
    let twice = [0; 2].map(|_| connector("anthropic-api", "http://127.0.0.1:9", false).unwrap());
    let error = Connectors::new(twice.into()).err().unwrap();
    assert!(matches!(error, ConnectorError::Twice { .. }));
}

#[tokio::test]
async fn a_deployment_without_a_connector_fails_alone() {
    let device = Arc::new(Failing);
    let openai = connector("openai-api", "http://127.0.0.1:9", false).unwrap();
    assert!(Gateway::new(config(vec![openai], device, Limits::default(), &sources())).is_ok());
}
