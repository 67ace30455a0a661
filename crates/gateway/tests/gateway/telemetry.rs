//! What those who run the gateway are told, on a socket of its own.

use crate::client::Caller;
use crate::faults::Failing;
use crate::provider::{Provider, Step};
use crate::streams::{CHAT, CLAUDE, GPT, MESSAGES, begin};
use crate::watched::CLOSED;
use crate::world::{HK_ANALYST, NY_TRADER, Plan, World, changed, in_force};
use gateway::{Credential, Limits, Rate, Rates};
use std::sync::Arc;
use tokio::sync::Notify;

/// Waits until the numbers have this line, as long as the runner of the tests does.
async fn until(world: &World, line: &str) {
    while !world.numbers().await.lines().any(|found| found == line) {}
}

fn check(numbers: &str, lines: &[&str]) {
    for line in lines {
        assert!(
            numbers.lines().any(|found| found == *line),
            "{line} is not in\n{numbers}"
        );
    }
}

#[tokio::test]
async fn every_request_is_counted_once() {
    let provider = Provider::answering("200 OK", "{}").await;
    let three = Rate {
        requests: Some(3),
        tokens: None,
    };
    let plan = Plan {
        rates: Rates {
            person: three,
            ..Rates::default()
        },
        ..Plan::new(provider.address)
    };
    let world = plan.start().await;
    let (trader, analyst) = (world.caller(NY_TRADER), world.caller(HK_ANALYST));
    for status in [200, 200, 200, 429] {
        assert_eq!(trader.post(CHAT, "{\"model\":\"gpt\"}").await.status, status);
    }
    for _ in 0..2 {
        assert_eq!(
            analyst
                .post(MESSAGES, "{\"model\":\"claude-sonnet\"}")
                .await
                .status,
            451
        );
    }
    assert_eq!(analyst.post(MESSAGES, "no json").await.status, 400);
    let nobody = Caller::new(world.address, "127.0.4.1");
    assert_eq!(nobody.post(CHAT, "{}").await.status, 401);
    assert_eq!(trader.get("/no/such/route").await.status, 404);
    assert_eq!(nobody.get("/healthz").await.status, 200);
    let numbers = world.numbers().await;
    let requests = [
        "{route=\"/v1/chat/completions\",verdict=\"permit\",status=\"2xx\"} 3",
        "{route=\"/v1/chat/completions\",verdict=\"none\",status=\"4xx\"} 2",
        "{route=\"/v1/messages\",verdict=\"deny\",status=\"4xx\"} 2",
        "{route=\"/v1/messages\",verdict=\"none\",status=\"4xx\"} 1",
        "{route=\"none\",verdict=\"none\",status=\"4xx\"} 1",
        "{route=\"/healthz\",verdict=\"none\",status=\"2xx\"} 1",
    ];
    let requests = requests.map(|labels| format!("bailiwick_requests_total{labels}"));
    check(&numbers, &requests.each_ref().map(String::as_str));
    assert_eq!(
        numbers.matches("bailiwick_requests_total{").count(),
        requests.len()
    );
    check(
        &numbers,
        &[
            "bailiwick_refusals_total{code=\"denied_by_clause\"} 2",
            "bailiwick_refusals_total{code=\"limit_reached\"} 1",
            "bailiwick_refusals_total{code=\"invalid_request\"} 1",
            "bailiwick_refusals_total{code=\"invalid_api_key\"} 1",
            "bailiwick_refusals_total{code=\"not_found\"} 1",
            "bailiwick_limits_reached_total{limit=\"person\"} 1",
            "bailiwick_upstream_calls_total{connector=\"openai-api\",outcome=\"completed\",status=\"2xx\"} 3",
            "bailiwick_decide_and_record_seconds_count{verdict=\"permit\"} 3",
            "bailiwick_decide_and_record_seconds_count{verdict=\"deny\"} 2",
            "bailiwick_added_to_first_byte_seconds_count 3",
            "bailiwick_streams_open 0",
            "bailiwick_ledger_unhealthy 0",
            "bailiwick_connector_healthy{connector=\"openai-api\"} 1",
        ],
    );
    assert_eq!(numbers.matches("bailiwick_refusals_total{").count(), 5);
    assert_eq!(numbers.matches("bailiwick_upstream_calls_total{").count(), 1);
}

#[tokio::test]
async fn a_stream_is_open_while_it_runs_and_its_cut_has_a_reason() {
    let closed = Arc::new(Notify::new());
    let provider = Provider::start(vec![begin("data: 1\n\n"), Step::Silence(Arc::clone(&closed))]).await;
    let world = World::with(provider.address).await;
    let caller = world.caller(NY_TRADER);
    let mut kept = caller.begin("POST", MESSAGES, CLAUDE.as_bytes()).await;
    kept.next().await.unwrap().unwrap();
    let mut left = caller.begin("POST", CHAT, GPT.as_bytes()).await;
    left.next().await.unwrap().unwrap();
    check(&world.numbers().await, &["bailiwick_streams_open 2"]);
    drop(left);
    until(
        &world,
        "bailiwick_streams_cut_total{reason=\"client_cancelled\"} 1",
    )
    .await;
    world.switch.activate(in_force(&changed(&[CLOSED])));
    assert!(kept.whole().await.text().contains("permission_error"));
    until(&world, "bailiwick_streams_cut_total{reason=\"withdrawn\"} 1").await;
    let numbers = world.numbers().await;
    check(
        &numbers,
        &[
            "bailiwick_streams_open 0",
            "bailiwick_refusals_total{code=\"denied_by_clause\"} 1",
            "bailiwick_upstream_calls_total{connector=\"anthropic-api\",outcome=\"withdrawn\",status=\"2xx\"} 1",
            "bailiwick_requests_total{route=\"/v1/messages\",verdict=\"permit\",status=\"2xx\"} 1",
        ],
    );
}

#[tokio::test]
async fn a_caller_who_leaves_before_an_answer_is_counted_too() {
    let closed = Arc::new(Notify::new());
    let provider = Provider::start(vec![Step::Silence(Arc::clone(&closed))]).await;
    let world = World::with(provider.address).await;
    let caller = world.caller(NY_TRADER);
    tokio::select! {
        _ = caller.post(CHAT, "{\"model\":\"gpt\"}") => panic!("there is an answer"),
        () = async { while provider.got().is_empty() { tokio::task::yield_now().await; } } => {}
    }
    closed.notified().await;
    let calls = "bailiwick_upstream_calls_total{connector=\"openai-api\",outcome=\"client_cancelled\",status=\"none\"} 1";
    until(&world, calls).await;
    let requests =
        "bailiwick_requests_total{route=\"/v1/chat/completions\",verdict=\"permit\",status=\"none\"} 1";
    until(&world, requests).await;
}

#[tokio::test]
async fn what_is_wrong_with_the_ledger_and_the_connectors_can_be_seen() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = Plan {
        device: Some(Arc::new(Failing)),
        // nothing has been fetched from it yet
        credential: Credential::Exec("lend-keys".to_owned()),
        ..Plan::new(provider.address)
    }
    .start()
    .await;
    let answer = world.caller(NY_TRADER).post(CHAT, GPT).await;
    assert_eq!(answer.status, 503);
    check(
        &world.numbers().await,
        &[
            "bailiwick_ledger_unhealthy 1",
            "bailiwick_connector_healthy{connector=\"openai-api\"} 0",
            "bailiwick_refusals_total{code=\"audit_unavailable\"} 1",
            "bailiwick_requests_total{route=\"/v1/chat/completions\",verdict=\"none\",status=\"5xx\"} 1",
        ],
    );
    let operator = world.operator();
    let told = operator.get("/readyz?verbose").await;
    assert_eq!(told.status, 503);
    for line in [
        "connector openai-api: unhealthy since the start: nothing has been fetched yet; no success yet\n",
        "deployment gpt-direct is not served: its connector has no credential\n",
    ] {
        assert!(told.text().contains(line), "{line} in {}", told.text());
    }
    assert_eq!(operator.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn the_two_listeners_have_nothing_in_common_but_the_probes() {
    let provider = Provider::answering("200 OK", "{}").await;
    let limits = Limits {
        connections_of_peer: 0,
        ..Limits::default()
    };
    let world = World::with(provider.address).await;
    assert_eq!(world.caller(NY_TRADER).get("/metrics").await.status, 404);
    let nobody = Caller::new(world.address, "127.0.4.1");
    assert_eq!(nobody.get("/metrics").await.status, 401);
    let operator = world.operator();
    assert_eq!(operator.post(CHAT, GPT).await.status, 404);
    let posted = operator.post("/metrics", "").await;
    assert_eq!((posted.status, posted.header("allow")), (405, "GET"));
    let numbers = operator.get("/metrics?verbose").await;
    assert_eq!(
        (numbers.status, numbers.header("content-type")),
        (200, "application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    let ready = operator.get("/readyz?verbose").await;
    assert!(ready.status == 200 && ready.text().contains("register in force: "));
    assert!(
        ready
            .text()
            .contains("connector openai-api: healthy; no success yet\n"),
        "{}",
        ready.text()
    );
    // anybody can ask the other listener, so it does not name connectors
    let open = nobody.get("/readyz?verbose").await.text();
    assert!(
        open.contains("register in force: ") && !open.contains("connector"),
        "{open}"
    );
    world.stopping.send_replace(true);
    assert_eq!(operator.get("/readyz").await.status, 503);
    assert_eq!(operator.get("/healthz").await.status, 200);
    assert!(provider.got().is_empty());

    let full = Plan {
        limits,
        ..Plan::new(provider.address)
    };
    let full = full.start().await;
    let mut rejected = full.caller(NY_TRADER).connect().await;
    let mut rest = Vec::new();
    // closed by the other side, whichever way the system says so
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut rejected, &mut rest).await;
    assert!(rest.is_empty());
    check(
        &full.numbers().await,
        &["bailiwick_limits_reached_total{limit=\"connections_of_address\"} 1"],
    );
}

#[tokio::test]
async fn a_connector_that_fails_is_told_of_and_the_gateway_stays_ready() {
    let provider = Provider::answering("500 Oops", "{}").await;
    let world = World::with(provider.address).await;
    let (caller, operator) = (world.caller(NY_TRADER), world.operator());
    for _ in 0..30 {
        caller.post(CHAT, GPT).await;
    }
    let told = operator.get("/readyz?verbose").await;
    assert_eq!(told.status, 200, "{}", told.text());
    for line in [
        "connector openai-api: healthy, left alone because half of its calls failed; no success yet\n",
        "deployment gpt-direct is not served: its connector is left alone for a moment\n",
        "connector anthropic-api: healthy; no success yet\n",
    ] {
        assert!(told.text().contains(line), "{line} in {}", told.text());
    }
}
