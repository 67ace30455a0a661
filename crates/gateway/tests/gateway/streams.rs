//! Streams of events: kept open, cut off, in error, at the end of the gateway.

use crate::provider::{Provider, Step};
use crate::world::{NY_TRADER, Plan, World};
use gateway::Limits;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

pub(crate) const CHAT: &str = "/v1/chat/completions";
pub(crate) const MESSAGES: &str = "/v1/messages";
pub(crate) const GPT: &str = "{\"model\":\"gpt\",\"stream\":true}";
pub(crate) const CLAUDE: &str = "{\"model\":\"claude-sonnet\",\"stream\":true}";

/// The head of a stream, and its first block.
pub(crate) fn begin(block: &str) -> Step {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    Step::Send(format!("{head}{:x}\r\n{block}\r\n", block.len()).into_bytes())
}

/// Another block, the last one.
pub(crate) fn end(block: &str) -> Step {
    Step::Send(format!("{:x}\r\n{block}\r\n0\r\n\r\n", block.len()).into_bytes())
}

pub(crate) fn answer(status: &str, extra: &str, body: &str) -> Step {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n");
    Step::Send(format!("{head}connection: close\r\n{extra}\r\n{body}").into_bytes())
}

pub(crate) fn outcomes(entries: &[Value]) -> Vec<&Value> {
    entries
        .iter()
        .filter(|entry| entry["kind"] == "outcome")
        .collect()
}

async fn patient_for(keep_alive: Duration, provider: &Provider) -> World {
    let limits = Limits {
        keep_alive,
        ..Limits::default()
    };
    Plan {
        limits,
        ..Plan::new(provider.address)
    }
    .start()
    .await
}

const SHORT: Duration = Duration::from_millis(40);

#[tokio::test]
async fn a_caller_who_waits_for_a_stream_hears_something_before_the_provider_does_speak() {
    for (path, body, expected) in [
        (CHAT, GPT, ": waiting\n\n"),
        (MESSAGES, CLAUDE, "event: ping\ndata: {\"type\": \"ping\"}\n\n"),
    ] {
        let more = Arc::new(Notify::new());
        let last = "data: [DONE]\n\nevent: message_stop\n\n";
        let provider = Provider::start(vec![
            Step::Wait(Arc::clone(&more)),
            begin("data: 1\n\n"),
            end(last),
        ])
        .await;
        let world = patient_for(SHORT, &provider).await;
        let mut answer = world.caller(NY_TRADER).begin("POST", path, body.as_bytes()).await;
        assert_eq!(answer.response.status(), 200);
        assert_eq!(answer.response.headers()["content-type"], "text/event-stream");
        assert!(answer.response.headers().contains_key("bailiwick-decision"));
        for _ in 0..3 {
            assert_eq!(answer.next().await.unwrap().unwrap(), expected);
        }
        more.notify_one();
        let text = answer.whole().await.text();
        assert_eq!(text.replace(expected, ""), format!("data: 1\n\n{last}"));
        let entries = world.entries().await;
        let outcome = outcomes(&entries)[0];
        assert_eq!(
            (&outcome["ended"], &outcome["bytes_received"]),
            (&json!("completed"), &json!(9 + last.len()))
        );
    }
}

#[tokio::test]
async fn who_asks_for_no_stream_is_answered_by_the_provider_only() {
    let more = Arc::new(Notify::new());
    let provider = Provider::start(vec![
        Step::Wait(Arc::clone(&more)),
        answer("418 I'm a teapot", "", "{}"),
    ])
    .await;
    let world = patient_for(SHORT, &provider).await;
    let waiting = async {
        tokio::time::sleep(SHORT * 4).await;
        more.notify_one();
    };
    let caller = world.caller(NY_TRADER);
    let (answer, ()) = tokio::join!(caller.post(CHAT, "{\"model\":\"gpt\"}"), waiting);
    assert_eq!(answer.status, 418);
}

#[tokio::test]
async fn an_error_that_comes_after_the_beginning_is_the_event_of_the_protocol() {
    let check = async |status: &str, body: &str, expected: &str, ended: &str| {
        let more = Arc::new(Notify::new());
        let provider = Provider::start(vec![Step::Wait(Arc::clone(&more)), answer(status, "", body)]).await;
        let world = patient_for(SHORT, &provider).await;
        let mut coming = world
            .caller(NY_TRADER)
            .begin("POST", MESSAGES, CLAUDE.as_bytes())
            .await;
        coming.next().await.unwrap().unwrap();
        more.notify_one();
        let text = coming.whole().await.text();
        assert!(text.ends_with(expected), "{text}");
        let entries = world.entries().await;
        assert_eq!(outcomes(&entries)[0]["ended"], ended);
    };
    let overloaded =
        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}";
    let event = format!("event: error\ndata: {overloaded}\n\n");
    check("529 Overloaded", overloaded, &event, "upstream_error").await;
    let forbidden =
        "{\"type\":\"error\",\"error\":{\"type\":\"forbidden\",\"message\":\"Request not allowed\"}}";
    let event = format!("event: error\ndata: {forbidden}\n\n");
    check("403 Forbidden", forbidden, &event, "upstream_refused").await;
    let event = "goes nowhere else.\"}}\n\n";
    check("307 Temporary Redirect", "{}", event, "upstream_error").await;
    let event = "\"message\":\"The provider answered with an error.\"}}\n\n";
    check("500 Internal Server Error", "<html>", event, "upstream_error").await;
}

#[tokio::test]
async fn nothing_is_said_in_the_middle_of_an_event() {
    let more = Arc::new(Notify::new());
    let provider = Provider::start(vec![
        begin("data: {\"a"),
        Step::Wait(Arc::clone(&more)),
        end("\": 1}\n\ndata: [DONE]\n\n"),
    ])
    .await;
    let world = patient_for(SHORT, &provider).await;
    let mut coming = world.caller(NY_TRADER).begin("POST", CHAT, GPT.as_bytes()).await;
    coming.next().await.unwrap().unwrap();
    tokio::time::sleep(SHORT * 4).await;
    more.notify_one();
    assert_eq!(coming.whole().await.text(), "\": 1}\n\ndata: [DONE]\n\n");
}

const CONVERSATION: &str = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":7,\
    \"output_tokens\":1}}}\n\nevent: message_delta\ndata: {\"usage\":{\"output_tokens\":9}}\n\n\
    event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

fn upto(cut: usize) -> &'static str {
    CONVERSATION.split_at(cut).0
}

/// Acceptance R18: without a reset, the end of the connection.
#[tokio::test]
async fn a_stream_that_is_cut_anywhere_ends_in_an_error_and_never_in_a_clean_end() {
    let last_word = CONVERSATION.len();
    let script = |cut: usize| vec![begin(upto(cut))];
    let provider = Provider::in_turn((1..last_word).map(script).collect()).await;
    let limits = Limits::default();
    let world = Plan {
        limits,
        ..Plan::new(provider.address)
    }
    .start()
    .await;
    let caller = world.caller(NY_TRADER);
    let mut cuts = 0;
    for cut in 1..last_word {
        let answer = caller.post(MESSAGES, CLAUDE).await;
        // a provider whose answers all break off is left alone after a while
        if answer.status == 503 {
            assert_eq!(answer.header("bailiwick-code"), "upstream_resting");
            break;
        }
        cuts += 1;
        let text = answer.text();
        let (passed, error) = text.split_at(cut);
        assert_eq!(passed, upto(cut));
        assert!(
            error
                .trim_start()
                .starts_with("event: error\ndata: {\"type\":\"error\""),
            "{cut}: {text}"
        );
        assert!(error.ends_with("}\n\n"), "{text}");
    }
    assert!(cuts >= 20, "{cuts}");
    let entries = world.entries().await;
    for outcome in outcomes(&entries).iter().take(cuts) {
        assert_eq!(outcome["ended"], "upstream_cut");
    }
}

#[tokio::test]
async fn the_record_has_the_tokens_as_far_as_the_answer_came() {
    for (block, ended, tokens) in [
        (CONVERSATION, "completed", (7, 9)),
        (upto(120), "upstream_cut", (7, 1)),
    ] {
        let provider = Provider::start(vec![begin(block)]).await;
        let world = World::with(provider.address).await;
        world.caller(NY_TRADER).post(MESSAGES, CLAUDE).await;
        let entries = world.entries().await;
        let outcome = outcomes(&entries)[0];
        assert_eq!(outcome["ended"], ended);
        assert_eq!(
            (&outcome["tokens_read"], &outcome["tokens_written"]),
            (&json!(tokens.0), &json!(tokens.1))
        );
    }
}

#[tokio::test]
async fn an_end_that_only_the_connection_tells_is_none_before_the_last_word() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    let check = async |body: &str, ended: &str| {
        let provider = Provider::start(vec![Step::Send(format!("{head}{body}").into_bytes())]).await;
        let world = World::with(provider.address).await;
        let text = world.caller(NY_TRADER).post(CHAT, GPT).await.text();
        assert!(text.starts_with(body), "{text}");
        assert_eq!(text.len() > body.len(), ended == "upstream_cut", "{text}");
        let entries = world.entries().await;
        assert_eq!(outcomes(&entries)[0]["ended"], ended);
    };
    check("data: 1\n\n", "upstream_cut").await;
    check("data: 1\n\ndata: [DONE]\n\n", "completed").await;
}

#[tokio::test]
async fn an_error_inside_a_stream_is_passed_on_and_counts_as_one() {
    for (path, body, block) in [
        (
            MESSAGES,
            CLAUDE,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n",
        ),
        (
            MESSAGES,
            CLAUDE,
            "event: ping\ndata: {}\n\nevent: error\ndata: {\"type\":\"error\",\"error\":{}}\n\n",
        ),
        (CHAT, GPT, "data: 1\n\ndata: {\"error\":{\"code\":503}}\n\n"),
    ] {
        let (first, rest) = block.split_at(20);
        let provider = Provider::start(vec![begin(first), end(rest)]).await;
        let world = World::with(provider.address).await;
        assert_eq!(world.caller(NY_TRADER).post(path, body).await.text(), block);
        let entries = world.entries().await;
        assert_eq!(outcomes(&entries)[0]["ended"], "upstream_error");
    }
}

#[tokio::test]
async fn a_stream_that_does_not_end_in_the_grace_period_is_told_so() {
    let closed = Arc::new(Notify::new());
    let provider = Provider::start(vec![begin("data: 1\n\n"), Step::Silence(Arc::clone(&closed))]).await;
    let limits = Limits {
        grace: SHORT,
        ..Limits::default()
    };
    let world = Plan {
        limits,
        ..Plan::new(provider.address)
    }
    .start()
    .await;
    let mut coming = world.caller(NY_TRADER).begin("POST", CHAT, GPT.as_bytes()).await;
    coming.next().await.unwrap().unwrap();
    let (entries, rest) = tokio::join!(world.entries(), coming.whole());
    let text = rest.text();
    assert!(
        text.contains("\"code\":\"stopping\"") && text.ends_with("data: [DONE]\n\n"),
        "{text}"
    );
    assert_eq!(outcomes(&entries)[0]["ended"], "stopped");
    closed.notified().await;
}

#[tokio::test]
async fn a_caller_who_leaves_while_being_kept_waiting_lets_the_provider_go() {
    let closed = Arc::new(Notify::new());
    let provider = Provider::start(vec![Step::Silence(Arc::clone(&closed))]).await;
    let world = patient_for(SHORT, &provider).await;
    let mut coming = world.caller(NY_TRADER).begin("POST", CHAT, GPT.as_bytes()).await;
    coming.next().await.unwrap().unwrap();
    drop(coming);
    closed.notified().await;
    let entries = world.entries().await;
    assert_eq!(outcomes(&entries)[0]["ended"], "client_cancelled");
}
