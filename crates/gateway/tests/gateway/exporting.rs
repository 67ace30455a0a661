//! What a collector of OpenTelemetry is told, and that nobody waits for it.

use crate::provider::{Provider, Step};
use crate::streams::{CHAT, GPT, MESSAGES, begin};
use crate::world::{HK_ANALYST, NY_TRADER, Plan, World};
use gateway::{Credential, ExportSettings};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};
use testkit::{Attributes, Collector, Script, Span, attributes};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// An answer of a provider, with its count of tokens.
const COUNTED: &str = "{\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":22,\"total_tokens\":33}}";

pub(crate) fn settings(collector: &Collector) -> ExportSettings {
    ExportSettings {
        endpoint: collector.url(),
        headers: vec![(
            "authorization".to_owned(),
            Credential::Literal("Bearer of-collector".to_owned()),
        )],
        ca: None,
        proxy: None,
        sampling: 1.0,
        service_name: "larkmoor-ai".to_owned(),
        service_instance: Some("hk-1".to_owned()),
        service_version: "1".to_owned(),
        interval: Duration::from_millis(20),
        passes_on: false,
        is_secure: false,
        wall,
    }
}

#[expect(clippy::disallowed_methods, reason = "the program hands it in")]
fn wall() -> SystemTime {
    SystemTime::now()
}

async fn world(provider: SocketAddr, settings: ExportSettings) -> World {
    Plan {
        export: Some(settings),
        ..Plan::new(provider)
    }
    .start()
    .await
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check(found: &Attributes, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        assert_eq!(
            found.get(*name).map(String::as_str),
            Some(*value),
            "{name} in {found:?}"
        );
    }
}

/// The spans below another.
fn below(collector: &Collector, parent: &Span) -> Vec<Span> {
    let all = collector.spans().into_iter();
    all.filter(|span| span.parent_span_id == parent.span_id).collect()
}

const fn is_failed(span: &Span) -> bool {
    matches!(&span.status, Some(status) if status.code == 2)
}

#[tokio::test]
async fn a_permitted_turn_is_one_trace_with_its_numbers() {
    let (provider, collector) = (
        Provider::answering("200 OK", COUNTED).await,
        Collector::start().await.unwrap(),
    );
    let world = world(provider.address, settings(&collector)).await;
    let caller = world
        .caller(NY_TRADER)
        .with("traceparent", &format!("00-{TRACE}-{PARENT}-01"));
    let answer = caller.post(CHAT, "{\"model\":\"gpt\"}").await;
    assert_eq!(answer.status, 200);
    let decision = answer.header("bailiwick-decision");

    let request = collector.span("POST /v1/chat/completions").await;
    assert_eq!(
        (hex(&request.trace_id), hex(&request.parent_span_id)),
        (TRACE.to_owned(), PARENT.to_owned())
    );
    assert_eq!((request.kind, is_failed(&request)), (2, false));
    let about = attributes(&request.attributes);
    check(
        &about,
        &[
            ("http.route", "/v1/chat/completions"),
            ("http.request.method", "POST"),
            ("http.response.status_code", "200"),
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.request.model", "gpt"),
            ("bailiwick.verdict", "permit"),
            ("bailiwick.decision", decision),
            ("bailiwick.deployment", "gpt-direct"),
            ("bailiwick.hosting", "US, *-CN"),
        ],
    );
    assert_eq!(
        about["bailiwick.snapshot"],
        world.switch.load().snapshot().digest()
    );
    let children = below(&collector, &request);
    let names: Vec<_> = children.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["decide", "record", "chat gpt"]);
    for child in &children {
        assert_eq!(hex(&child.trace_id), TRACE);
        assert!(child.start_time_unix_nano >= request.start_time_unix_nano);
        assert!(child.start_time_unix_nano <= child.end_time_unix_nano);
        assert!(child.end_time_unix_nano <= request.end_time_unix_nano);
    }
    let (call, port) = (&children[2], provider.address.port().to_string());
    assert_eq!(call.kind, 3);
    let called = [
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "openai"),
        ("gen_ai.request.model", "gpt"),
        ("gen_ai.response.model", "gpt"),
        ("server.address", "127.0.0.1"),
        ("server.port", port.as_str()),
    ];
    check(&attributes(&call.attributes), &called);
    let tokens = [
        ("gen_ai.usage.input_tokens", "11"),
        ("gen_ai.usage.output_tokens", "22"),
    ];
    check(&attributes(&call.attributes), &tokens);
    check(
        &collector.resource(),
        &[("service.name", "larkmoor-ai"), ("service.instance.id", "hk-1")],
    );

    let counted = |collector: &Collector| {
        Some(collector.histogram("gen_ai.client.token.usage")).filter(|all| all.len() == 2)
    };
    for (about, point) in collector.until(counted).await {
        check(&about, &called);
        let expected = if about["gen_ai.token.type"] == "input" {
            11.0
        } else {
            22.0
        };
        assert_eq!((point.count, point.sum), (1, Some(expected)));
    }
    let lasted = collector.histogram("gen_ai.client.operation.duration");
    assert!(lasted.len() == 1 && lasted[0].1.count == 1 && !lasted[0].0.contains_key("error.type"));
    let served = collector.histogram("http.server.request.duration");
    check(
        &served[0].0,
        &[("http.response.status_code", "200"), ("url.scheme", "http")],
    );
    // the answer was no stream
    assert_eq!(
        collector.histogram("gen_ai.client.operation.time_to_first_chunk"),
        []
    );
    assert_eq!(collector.sum("bailiwick.decisions").len(), 1);
    assert!(
        collector
            .sum("bailiwick.telemetry.dropped")
            .iter()
            .all(|(_, count)| *count == 0)
    );
    let token = collector.got()[0].header("authorization").map(str::to_owned);
    assert_eq!(token.as_deref(), Some("Bearer of-collector"));
    // the trace is the firm's business
    assert_eq!(provider.got()[0].header("traceparent"), None);
}

#[tokio::test]
async fn a_refusal_is_told_with_its_clause_and_without_its_person() {
    let (provider, collector) = (
        Provider::answering("200 OK", "{}").await,
        Collector::start().await.unwrap(),
    );
    let world = world(provider.address, settings(&collector)).await;
    let answer = world
        .caller(HK_ANALYST)
        .post(MESSAGES, "{\"model\":\"sonnet\"}")
        .await;
    assert_eq!(answer.status, 451);
    let request = collector.span("POST /v1/messages").await;
    let refused = [
        ("bailiwick.verdict", "deny"),
        ("bailiwick.decision", answer.header("bailiwick-decision")),
        ("bailiwick.clause", answer.header("bailiwick-clause")),
        ("bailiwick.code", "denied_by_clause"),
        // the alias by which it was asked for is not repeated
        ("gen_ai.request.model", "claude-sonnet"),
    ];
    check(&attributes(&request.attributes), &refused);
    assert!(!is_failed(&request));
    let children = below(&collector, &request);
    let names: Vec<_> = children.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["decide", "record"]);
    check(&attributes(&children[1].attributes), &refused);
    let decisions = |collector: &Collector| collector.sum("bailiwick.decisions").pop();
    let (about, count) = collector.until(decisions).await;
    check(
        &about,
        &[
            ("bailiwick.verdict", "deny"),
            ("bailiwick.clause", answer.header("bailiwick-clause")),
        ],
    );
    assert_eq!((about.len(), count), (3, 1));

    // what the register does not have is not repeated either
    let unknown = world
        .caller(HK_ANALYST)
        .post(CHAT, "{\"model\":\"my-secret-project\"}")
        .await;
    assert_eq!(unknown.status, 400);
    let request = collector.span("POST /v1/chat/completions").await;
    let about = attributes(&request.attributes);
    check(
        &about,
        &[
            ("bailiwick.code", "unknown_model"),
            ("gen_ai.request.model", "_OTHER"),
        ],
    );
    for got in collector.got() {
        assert!(!String::from_utf8_lossy(&got.body).contains("my-secret"));
    }
}

#[tokio::test]
async fn a_provider_that_fails_is_a_failed_call() {
    let provider = Provider::answering("529 Overloaded", "{}").await;
    let collector = Collector::start().await.unwrap();
    let world = world(provider.address, settings(&collector)).await;
    assert_eq!(world.caller(NY_TRADER).post(CHAT, GPT).await.status, 529);
    let call = collector.span("chat gpt").await;
    check(
        &attributes(&call.attributes),
        &[("error.type", "529"), ("http.response.status_code", "529")],
    );
    assert!(is_failed(&call));
    let request = collector.span("POST /v1/chat/completions").await;
    check(&attributes(&request.attributes), &[("error.type", "529")]);
    assert!(is_failed(&request));
    let lasted = |collector: &Collector| collector.histogram("gen_ai.client.operation.duration").pop();
    check(&collector.until(lasted).await.0, &[("error.type", "529")]);
}

#[tokio::test]
async fn a_stream_lasts_to_its_end_and_has_a_first_chunk() {
    let provider = Provider::start(vec![begin("data: 1\n\n"), Step::Send(b"0\r\n\r\n".to_vec())]).await;
    let collector = Collector::start().await.unwrap();
    let mut settings = settings(&collector);
    settings.passes_on = true;
    let world = world(provider.address, settings).await;
    let body = "{\"model\":\"gpt\",\"stream\":true}";
    assert_eq!(world.caller(NY_TRADER).post(CHAT, body).await.status, 200);
    let first = |collector: &Collector| {
        collector
            .histogram("gen_ai.client.operation.time_to_first_chunk")
            .pop()
    };
    assert_eq!(collector.until(first).await.1.count, 1);
    let call = collector.span("chat gpt").await;
    let request = collector.span("POST /v1/chat/completions").await;
    assert!(request.parent_span_id.is_empty() && call.parent_span_id == request.span_id);
    // where the installation says so, the provider is told
    let told = provider.got()[0].header("traceparent").unwrap().to_owned();
    assert_eq!(
        told,
        format!("00-{}-{}-01", hex(&call.trace_id), hex(&call.span_id))
    );
}

#[tokio::test]
async fn whoever_does_not_get_a_trace_gets_the_numbers() {
    let (provider, collector) = (
        Provider::answering("200 OK", "{}").await,
        Collector::start().await.unwrap(),
    );
    let mut settings = settings(&collector);
    settings.sampling = 0.0;
    let world = world(provider.address, settings).await;
    assert_eq!(world.caller(NY_TRADER).post(CHAT, GPT).await.status, 200);
    let served = |collector: &Collector| collector.histogram("http.server.request.duration").pop();
    assert_eq!(collector.until(served).await.1.count, 1);
    assert_eq!(collector.spans(), []);
    // probes are nobody's business
    assert_eq!(world.caller(NY_TRADER).get("/healthz").await.status, 200);
    assert_eq!(world.caller(NY_TRADER).get("/nothing").await.status, 404);
    let other = |collector: &Collector| {
        let all = collector.histogram("http.server.request.duration");
        Some(all).filter(|all| all.len() == 2)
    };
    let routes: Vec<_> = collector.until(other).await;
    let routes: Vec<_> = routes
        .iter()
        .map(|(about, _)| about.get("http.route").map(String::as_str))
        .collect();
    // a path that nobody serves is not repeated
    assert!(
        routes.contains(&None) && routes.contains(&Some(CHAT)),
        "{routes:?}"
    );
}

#[tokio::test]
async fn nobody_waits_for_a_collector_that_hangs() {
    let (provider, collector) = (
        Provider::answering("200 OK", "{}").await,
        Collector::start().await.unwrap(),
    );
    collector.always(Script::silence());
    let world = world(provider.address, settings(&collector)).await;
    let caller = world.caller(NY_TRADER);
    for _ in 0..30 {
        assert_eq!(caller.post(CHAT, GPT).await.status, 200);
    }
    // one message is on its way and none has arrived
    collector
        .until(|collector| (!collector.got().is_empty()).then_some(()))
        .await;
    let numbers = world.numbers().await;
    assert!(
        numbers.contains("bailiwick_telemetry_requests_dropped_total 0\n"),
        "{numbers}"
    );
    assert!(
        numbers.contains("verdict=\"permit\",status=\"2xx\"} 30\n"),
        "{numbers}"
    );
}

#[tokio::test]
async fn what_a_collector_cannot_take_for_a_moment_comes_again_and_what_it_does_not_want_is_counted() {
    let (provider, collector) = (
        Provider::answering("200 OK", "{}").await,
        Collector::start().await.unwrap(),
    );
    for _ in 0..3 {
        collector.next(Script::answer(503, Vec::new()));
    }
    let world = world(provider.address, settings(&collector)).await;
    let caller = world.caller(NY_TRADER);
    assert_eq!(caller.post(CHAT, GPT).await.status, 200);
    let accepted =
        |collector: &Collector| (collector.got().len() > 6 && !collector.spans().is_empty()).then_some(());
    collector.until(accepted).await;
    assert!(
        world
            .numbers()
            .await
            .contains("bailiwick_telemetry_spans_dropped_total 0\n")
    );

    collector.always(Script::answer(400, Vec::new()));
    assert_eq!(caller.post(CHAT, GPT).await.status, 200);
    while !world
        .numbers()
        .await
        .contains("bailiwick_telemetry_spans_dropped_total 4\n")
    {}
}

#[tokio::test]
async fn the_last_is_sent_when_the_gateway_ends() {
    let (provider, collector) = (
        Provider::answering("200 OK", "{}").await,
        Collector::start().await.unwrap(),
    );
    let mut settings = settings(&collector);
    settings.interval = Duration::from_secs(3_600);
    let mut world = world(provider.address, settings).await;
    assert_eq!(world.caller(NY_TRADER).post(CHAT, GPT).await.status, 200);
    world.stop().await;
    assert_eq!(collector.spans().len(), 4);
    assert_eq!(collector.histogram("http.server.request.duration").len(), 1);
}
