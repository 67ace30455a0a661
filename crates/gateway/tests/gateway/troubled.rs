//! Providers in trouble, in every protocol: silent, cut off, overloaded; and callers who do not wait for the end.

use crate::client::Caller;
use crate::provider::Provider;
use crate::routing::{nowhere, with_second, world as with_two};
use crate::streams::{CHAT, CLAUDE, GPT, MESSAGES, outcomes};
use crate::wires::{WIRES, Wire, ends_in_error};
use crate::world::{NY_TRADER, Plan, World};
use gateway::Limits;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use testkit::{FaultProxy, NetworkFault, Provider as Scripted, Script, error_event, is_long};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, timeout};
use wire::Dialect;

/// A caller's leaving must be seen within half a second; a busy machine gets more.
const SEEN_TO_LEAVE: Duration = Duration::from_secs(3);

const SHORT: Duration = Duration::from_millis(60);

async fn with(limits: Limits, upstream: SocketAddr) -> World {
    Plan {
        limits,
        ..Plan::new(upstream)
    }
    .start()
    .await
}

fn ended(entries: &[Value]) -> Vec<Value> {
    outcomes(entries)
        .iter()
        .map(|outcome| outcome["ended"].clone())
        .collect()
}

/// Acceptance R16: silent before the head. The next deployment answers by a decision of its own, or nobody does.
#[tokio::test]
async fn who_never_begins_is_let_go_and_the_next_one_needs_a_decision_of_its_own() {
    for (agreement, expected, decided) in [
        ("openai-2025", 200, ["permit", "permit"]),
        ("openai-other", 504, ["permit", "deny"]),
    ] {
        let silent = Scripted::start().await.unwrap();
        silent.always(Script::silence());
        let second = Provider::answering("200 OK", "{}").await;
        let limits = Limits {
            first_byte: SHORT,
            ..Limits::default()
        };
        let plan = Plan {
            limits,
            others: vec![("openai-api-two", second.address)],
            sources: with_second(agreement, &[]),
            ..Plan::new(silent.address())
        };
        let world = plan.start().await;
        let answer = world.caller(NY_TRADER).post(CHAT, GPT).await;
        assert_eq!(answer.status, expected, "{}", answer.text());
        timeout(SEEN_TO_LEAVE, silent.left(1)).await.unwrap();
        assert_eq!(
            (silent.got().len(), second.got().len()),
            (1, usize::from(expected == 200))
        );
        let entries = world.entries().await;
        let intents: Vec<_> = entries.iter().filter(|entry| entry["kind"] == "intent").collect();
        let verdicts: Vec<_> = intents.iter().map(|intent| intent["verdict"].clone()).collect();
        assert_eq!(verdicts, decided);
        assert_ne!(intents[0]["decision"], intents[1]["decision"]);
        assert_eq!(ended(&entries)[0], "upstream_timeout");
    }
}

/// Acceptance R16: a model has a time of its own, and no other model with it.
#[tokio::test]
async fn a_model_may_have_a_time_of_its_own() {
    let silent = Scripted::start().await.unwrap();
    silent.always(Script::silence());
    let plan = Plan {
        first_bytes: [("gpt".to_owned(), SHORT)].into(),
        ..Plan::new(silent.address())
    };
    let world = plan.start().await;
    let caller = world.caller(NY_TRADER);
    assert_eq!(caller.post(CHAT, GPT).await.status, 504);
    let (patient, of_other) = (SHORT * 4, caller.post(MESSAGES, CLAUDE));
    assert!(timeout(patient, of_other).await.is_err(), "still waited for");
}

/// Acceptance R16: the same when the caller's stream has begun: nothing else is tried then, and an error ends it.
#[tokio::test]
async fn who_never_begins_ends_a_waiting_stream_in_an_error() {
    for wire in WIRES {
        let silent = Scripted::start().await.unwrap();
        silent.always(Script::silence());
        let limits = Limits {
            keep_alive: Duration::from_millis(10),
            first_byte: SHORT * 3,
            ..Limits::default()
        };
        let world = with(limits, silent.address()).await;
        let answer = wire.ask(&world.caller(NY_TRADER), true).await;
        assert_eq!(answer.status, 200, "{wire:?}");
        assert!(ends_in_error(wire.dialect, &answer.text()), "{}", answer.text());
        timeout(SEEN_TO_LEAVE, silent.left(1)).await.unwrap();
        assert_eq!(ended(&world.entries().await), ["upstream_timeout"]);
    }
    assert_eq!(Limits::default().first_byte, Duration::from_secs(600));
}

/// Acceptance R17: silent after five chunks. What came is passed on, counted and followed by an error.
#[tokio::test]
async fn who_stops_after_five_chunks_is_let_go_and_what_came_is_counted() {
    assert_eq!(Limits::default().idle, Duration::from_secs(60));
    for wire in WIRES {
        let provider = Scripted::start().await.unwrap();
        let whole = wire.said(&provider, "gpt-5-2026").await;
        provider.always(Script::stand_in().stops_after(5));
        let limits = Limits {
            idle: SHORT,
            ..Limits::default()
        };
        let world = with(limits, provider.address()).await;
        let text = wire.ask(&world.caller(NY_TRADER), true).await.text();
        assert!(ends_in_error(wire.dialect, &text), "{text}");
        timeout(SEEN_TO_LEAVE, provider.left(1)).await.unwrap();
        let entries = world.entries().await;
        let outcome = outcomes(&entries)[0];
        assert_eq!(outcome["ended"], "upstream_stall");
        let passed = usize::try_from(outcome["bytes_received"].as_u64().unwrap()).unwrap();
        assert!(passed > 0 && whole.starts_with(text.split_at(passed).0), "{text}");
        if wire.dialect == Dialect::AnthropicMessages {
            let (read, written) = (&outcome["tokens_read"], &outcome["tokens_written"]);
            assert!(read.as_u64() > Some(0) && written.as_u64() > Some(0), "{outcome}");
        }
    }
}

/// The bytes of an answer as they come over the network.
async fn raw_answer(wire: &Wire, provider: &Scripted) -> Vec<u8> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let direct = Caller::new(provider.address(), "127.0.0.1");
    // what the gateway makes of it differs in nothing that the length depends on but the name of the model
    let got = provider.got().pop().unwrap();
    let mut stream = direct.connect().await;
    let head = format!("{} {} HTTP/1.1\r\nhost: a\r\n", got.method, got.target);
    let request = format!("{head}content-length: {}\r\n\r\n", got.body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.write_all(&got.body).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n0\r\n\r\n") {
        assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "{wire:?}");
    }
    answer
}

/// Where an answer is cut: at the border of every chunk, beside it, and here and there between; everywhere if it may
/// take long.
fn cuts(answer: &[u8]) -> BTreeSet<usize> {
    let borders = answer.windows(2).enumerate();
    let borders = borders.filter(|(_, pair)| pair == b"\r\n").map(|(at, _)| at + 2);
    let beside = borders.flat_map(|at| [at - 1, at, at + 1]);
    let step = if is_long() { 1 } else { 41 };
    let mut cuts: BTreeSet<usize> = beside.chain((1..answer.len()).step_by(step)).collect();
    cuts.retain(|cut| *cut < answer.len());
    cuts
}

/// Calls at a gateway before its breaker would stop them.
const BEFORE_THE_BREAKER: usize = 18;

/// Acceptance R18: the connection is reset after so many bytes, wherever that is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_cut_anywhere_is_an_error_and_never_a_clean_end() {
    for wire in WIRES {
        let provider = Scripted::start().await.unwrap();
        let proxy = FaultProxy::before(provider.address()).await.unwrap();
        let world = World::with(proxy.address()).await;
        let whole = wire.ask(&world.caller(NY_TRADER), true).await.text();
        let answer = raw_answer(&wire, &provider).await;
        let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        let cuts: Vec<usize> = cuts(&answer).into_iter().collect();
        assert!(cuts.len() > 40, "{}", cuts.len());
        for some in cuts.chunks(BEFORE_THE_BREAKER) {
            let world = World::with(proxy.address()).await;
            for cut in some {
                proxy.set(NetworkFault::CutAnswer(*cut));
                let got = wire.ask(&world.caller(NY_TRADER), true).await;
                let text = got.text();
                if *cut < head {
                    assert_eq!(got.status, 502, "{wire:?} {cut}: {text}");
                    assert_eq!(got.header("bailiwick-code"), "upstream_unavailable");
                } else if text.trim_end() != whole.trim_end() {
                    assert_eq!(got.status, 200);
                    assert!(ends_in_error(wire.dialect, &text), "{wire:?} {cut}: {text}");
                } else {
                    // the last word had come, and only the framing behind it was lost
                    assert!(*cut + 64 > answer.len(), "{wire:?} {cut}: {text}");
                }
            }
            let entries = world.entries().await;
            for (outcome, cut) in outcomes(&entries).iter().zip(some) {
                let expected = match cut {
                    cut if *cut < head => vec!["upstream_unavailable"],
                    cut if *cut + 64 > answer.len() => vec!["upstream_cut", "completed"],
                    _ => vec!["upstream_cut"],
                };
                assert!(
                    expected.contains(&outcome["ended"].as_str().unwrap()),
                    "{cut}: {outcome}"
                );
            }
        }
    }
}

/// Acceptance R19: an error inside a stream that began with 200 goes on as it is, and counts against the provider.
#[tokio::test]
async fn an_error_inside_a_stream_goes_on_counts_and_in_the_end_rests_the_provider() {
    for wire in WIRES {
        let provider = Scripted::start().await.unwrap();
        let world = World::with(provider.address()).await;
        let caller = world.caller(NY_TRADER);
        let event = error_event(wire.dialect, "overloaded_error", "Overloaded");
        for at in (0..20).map(|number| [0, 1, 2, 5][number % 4]) {
            provider.next(Script::stand_in().error_after(at, &event));
            let answer = wire.ask(&caller, true).await;
            assert_eq!(answer.status, 200, "{wire:?}: {}", answer.text());
            assert!(
                answer.text().ends_with(&event),
                "{wire:?} {at}: {}",
                answer.text()
            );
        }
        let resting = wire.ask(&caller, true).await;
        assert_eq!(
            (resting.status, resting.header("bailiwick-code")),
            (503, "upstream_resting"),
            "{wire:?}"
        );
        assert_eq!(provider.got().len(), 20);
        let entries = world.entries().await;
        assert!(
            ended(&entries)
                .iter()
                .take(20)
                .all(|ended| ended == "upstream_error"),
            "{wire:?}"
        );
    }
}

/// Acceptance R19: the class of the error reaches a caller of another dialect too.
#[tokio::test]
async fn an_error_inside_a_stream_is_one_of_the_callers_dialect() {
    let provider = Scripted::start().await.unwrap();
    let world = World::with(provider.address()).await;
    let event = error_event(Dialect::OpenAiChat, "overloaded_error", "Overloaded");
    for at in [0, 1, 3] {
        provider.next(Script::stand_in().error_after(at, &event));
        let body =
            r#"{"model":"gpt","max_tokens":9,"messages":[{"role":"user","content":"a"}],"stream":true}"#;
        let text = world.caller(NY_TRADER).post("/v1/messages", body).await.text();
        assert!(ends_in_error(Dialect::AnthropicMessages, &text), "{text}");
        assert!(
            text.contains("overloaded_error") && text.contains("Overloaded"),
            "{text}"
        );
    }
    let entries = world.entries().await;
    assert_eq!(ended(&entries), ["upstream_error"; 3]);
}

/// Acceptance R20: 429 and 529 with the wish to wait go back as they are; nobody here asks again.
#[tokio::test]
async fn a_wish_to_wait_goes_on_and_nobody_asks_again() {
    for wire in WIRES {
        for (status, wish) in [
            (429, "7"),
            (529, "1"),
            (429, "Wed, 15 Jul 2026 09:01:00 GMT"),
            (503, "soon"),
        ] {
            let provider = Scripted::start().await.unwrap();
            provider.always(Script::busy(status, None).header("retry-after", wish));
            let world = World::with(provider.address()).await;
            for is_stream in [true, false] {
                let answer = wire.ask(&world.caller(NY_TRADER), is_stream).await;
                assert_eq!(answer.header("retry-after"), wish, "{wire:?} {status}");
                assert_eq!(answer.status, status);
            }
            assert!(provider.got().len() <= 2, "{wire:?}");
            let entries = world.entries().await;
            assert!(ended(&entries).iter().all(|ended| ended == "upstream_error"));
        }
    }
}

/// Acceptance R21: 200 requests a second while every answer is 529, from two deployments of one provider; then it is
/// well again. For two seconds, or for thirty if it may take long.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_in_trouble_hears_little_more_than_callers_say_and_is_found_well_soon() {
    let provider = Scripted::start().await.unwrap();
    provider.always(Script::busy(529, None));
    let address = provider.address();
    let world = with_two(address, address, with_second("openai-2025", &[])).await;
    let sent = 200 * if is_long() { 30 } else { 2 };
    let mut asking = JoinSet::new();
    let mut pace = interval(Duration::from_millis(5));
    for _ in 0..sent {
        pace.tick().await;
        let caller = world.caller(NY_TRADER);
        asking.spawn(async move { caller.post(CHAT, GPT).await.status });
    }
    let statuses = asking.join_all().await;
    assert!(
        statuses.iter().all(|status| [529, 503].contains(status)),
        "{statuses:?}"
    );
    assert!(statuses.contains(&503), "the breaker has opened");
    assert!(
        provider.got().len() * 10 <= sent * 11,
        "{} calls of {sent}",
        provider.got().len()
    );
    provider.always(Script::stand_in());
    let well = Instant::now();
    while world.caller(NY_TRADER).post(CHAT, GPT).await.status != 200 {
        assert!(well.elapsed() < Duration::from_secs(5), "it is not found well");
    }
    for _ in 0..20 {
        assert_eq!(world.caller(NY_TRADER).post(CHAT, GPT).await.status, 200);
    }
}

/// When a caller leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    BeforeTheFirstToken,
    InTheStream,
    BeforeTheAnswer,
    InTheAnswer,
}

async fn check_leaving(wire: Wire, phase: Phase) {
    let provider = Scripted::start().await.unwrap();
    provider.always(match phase {
        Phase::BeforeTheFirstToken | Phase::BeforeTheAnswer => Script::silence(),
        Phase::InTheStream => Script::stand_in().stops_after(3),
        Phase::InTheAnswer => Script::stand_in().stops_after(0),
    });
    let world = World::with(provider.address()).await;
    let caller = world.caller(NY_TRADER);
    let is_stream = matches!(phase, Phase::BeforeTheFirstToken | Phase::InTheStream);
    if matches!(phase, Phase::InTheStream | Phase::InTheAnswer) {
        let mut coming = wire.begin(&caller, is_stream).await;
        if is_stream {
            coming.next().await.unwrap().unwrap();
        }
        drop(coming);
    } else {
        tokio::select! {
            _ = wire.begin(&caller, is_stream) => panic!("the provider says nothing"),
            () = provider.requests(1) => {}
        }
    }
    let left = timeout(SEEN_TO_LEAVE, provider.left(1)).await;
    assert!(
        left.is_ok(),
        "{wire:?} {phase:?}: the provider is still connected"
    );
    let entries = world.entries().await;
    let outcome = outcomes(&entries)[0];
    assert_eq!(outcome["ended"], "client_cancelled", "{wire:?} {phase:?}");
    if phase == Phase::InTheStream && wire.dialect == Dialect::AnthropicMessages {
        assert!(outcome["tokens_read"].as_u64() > Some(0), "{outcome}");
    }
    let came = outcome["bytes_received"] != json!(0);
    assert_eq!(came, phase == Phase::InTheStream, "{wire:?} {phase:?}");
}

/// Acceptance R22: in each phase of each protocol.
#[tokio::test]
async fn when_a_caller_leaves_the_provider_is_let_go_at_once() {
    for wire in WIRES {
        for phase in [
            Phase::BeforeTheFirstToken,
            Phase::InTheStream,
            Phase::BeforeTheAnswer,
            Phase::InTheAnswer,
        ] {
            check_leaving(wire, phase).await;
        }
    }
}

/// Acceptance A25: however the first deployment fails, one that is forbidden hears nothing, and the caller hears of the
/// first one's failure.
#[tokio::test]
async fn however_the_first_fails_what_is_forbidden_is_not_tried() {
    let silent = Script::silence();
    let broken = Script::raw(*b"HTTP/1.1 200 OK\r\ncontent-le");
    let nonsense = Script::raw(*b"SSH-2.0-nothing\r\n\r\n");
    let elsewhere = Script::redirect("http://127.0.0.1:1/");
    for (script, expected) in [
        (Some(Script::answer(500, "{}")), 500),
        (Some(Script::answer(502, "<html>")), 502),
        (Some(Script::busy(429, Some(1))), 429),
        (Some(Script::busy(529, None)), 529),
        (Some(Script::answer(401, "{}")), 502),
        (Some(elsewhere), 502),
        (Some(silent), 504),
        (Some(broken), 502),
        (Some(nonsense), 502),
        (None, 502),
    ] {
        let first = Scripted::start().await.unwrap();
        let address = match &script {
            Some(_) => first.address(),
            None => nowhere().await,
        };
        first.always(script.clone().unwrap_or_default());
        let second = Provider::answering("200 OK", "{}").await;
        let plan = Plan {
            limits: Limits {
                first_byte: SHORT,
                ..Limits::default()
            },
            others: vec![("openai-api-two", second.address)],
            sources: with_second("openai-other", &[]),
            ..Plan::new(address)
        };
        let world = plan.start().await;
        for body in [GPT, "{\"model\":\"gpt\"}"] {
            let answer = world.caller(NY_TRADER).post(CHAT, body).await;
            assert_eq!(answer.status, expected, "{script:?}: {}", answer.text());
        }
        assert_eq!(second.got().len(), 0, "{script:?}");
    }
}
