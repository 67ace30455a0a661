//! Connections that say nothing, too slowly, or too much, and the end of the gateway.

use crate::client::Caller;
use crate::provider::{Provider, Step};
use crate::world::{NY_TRADER, Plan, World};
use gateway::Limits;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;

const CHAT: &str = "/v1/chat/completions";
const SHORT: Duration = Duration::from_millis(40);

async fn world(limits: Limits) -> (World, Provider) {
    let provider = Provider::answering("200 OK", "{}").await;
    (
        Plan {
            limits,
            ..Plan::new(provider.address)
        }
        .start()
        .await,
        provider,
    )
}

/// Sends bytes and gives everything that comes until the gateway closes.
async fn raw(world: &World, bytes: &[u8]) -> String {
    let mut stream = Caller::new(world.address, NY_TRADER.office).connect().await;
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // a reset is a close too
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// The head of a request with a key, but for how its body is framed.
fn head() -> String {
    let key = NY_TRADER.key();
    format!("POST {CHAT} HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\nconnection: close\r\n")
}

#[tokio::test]
async fn silent_and_slow_connections_are_closed() {
    let (world, _provider) = world(Limits {
        header: SHORT,
        ..Limits::default()
    })
    .await;
    assert_eq!(raw(&world, b"").await, "");
    assert_eq!(raw(&world, b"GET /healthz HTTP/1.1\r\nhost: a").await, "");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_a_408() {
    let (world, provider) = world(Limits {
        body: SHORT,
        ..Limits::default()
    })
    .await;
    let slow = format!("{}content-length: 100\r\n\r\n{{", head());
    let answer = raw(&world, slow.as_bytes()).await;
    assert!(
        answer.starts_with("HTTP/1.1 408 ") && answer.contains("body_timeout"),
        "{answer}"
    );
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn a_body_that_is_too_large_is_a_413_whether_it_says_so_or_not() {
    let (world, provider) = world(Limits {
        body_bytes: 1000,
        ..Limits::default()
    })
    .await;
    let head = head();
    let announced = raw(&world, format!("{head}content-length: 1001\r\n\r\n").as_bytes()).await;
    assert!(
        announced.starts_with("HTTP/1.1 413 ") && announced.contains("body_too_large"),
        "{announced}"
    );
    let chunk = "x".repeat(600);
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n258\r\n{chunk}\r\n258\r\n{chunk}\r\n");
    let unannounced = raw(&world, chunked.as_bytes()).await;
    assert!(unannounced.starts_with("HTTP/1.1 413 "), "{unannounced}");
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn requests_that_two_readers_could_frame_differently_are_refused() {
    let (world, provider) = world(Limits::default()).await;
    let head = head();
    for headers in [
        "content-length: 3\r\ncontent-length: 5\r\n",
        "transfer-encoding: gzip\r\n",
        "content-length: +3\r\n",
    ] {
        let answer = raw(&world, format!("{head}{headers}\r\n{{}} ").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{headers}: {answer}");
    }
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn neither_host_nor_the_form_of_the_address_leads_past_the_key() {
    let (world, _provider) = world(Limits::default()).await;
    for target in [
        "http://127.0.0.1/v1/models",
        "http://a/healthz/../v1/models",
        "/v1/models?/healthz",
        "/v1/models#/healthz",
    ] {
        let request =
            format!("GET {target} HTTP/1.1\r\nhost: 127.0.0.1/healthz\r\nconnection: close\r\n\r\n");
        let answer = raw(&world, request.as_bytes()).await;
        assert!(
            answer.starts_with("HTTP/1.1 401 ") || answer.starts_with("HTTP/1.1 400 "),
            "{target}: {answer}"
        );
    }
    let absolute = "GET http://elsewhere/healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    assert!(
        raw(&world, absolute.as_bytes())
            .await
            .starts_with("HTTP/1.1 200 ")
    );
    let tunnel = raw(
        &world,
        b"CONNECT a:443 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(tunnel.starts_with("HTTP/1.1 401 "), "{tunnel}");
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let (world, _provider) = world(Limits::default()).await;
    let both = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nGET /readyz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answer = raw(&world, both.as_bytes()).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
}

#[tokio::test]
async fn the_end_lets_a_stream_finish_and_takes_nobody_new() {
    let more = Arc::new(Notify::new());
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let script = vec![
        Step::Send(format!("{head}9\r\ndata: 1\n\n\r\n").into_bytes()),
        Step::Wait(Arc::clone(&more)),
        Step::Send(b"9\r\ndata: 2\n\n\r\n0\r\n\r\n".to_vec()),
    ];
    let provider = Provider::start(script).await;
    let mut world = World::with(provider.address).await;
    let caller = world.caller(NY_TRADER);
    let mut answer = caller.begin("POST", CHAT, b"{\"model\":\"gpt\"}").await;
    answer.next().await.unwrap().unwrap();
    let address = world.address;
    let rest = async {
        // wait until nobody is taken any more, then let the stream go on
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        more.notify_one();
        answer.whole().await
    };
    let ((), rest) = tokio::join!(world.stop(), rest);
    assert_eq!(rest.text(), "data: 2\n\n");
}

#[tokio::test]
async fn the_end_comes_at_the_end_of_the_grace_period() {
    let closed = Arc::new(Notify::new());
    let provider = Provider::start(vec![Step::Silence(Arc::clone(&closed))]).await;
    let limits = Limits {
        grace: SHORT,
        ..Limits::default()
    };
    let mut world = Plan {
        limits,
        ..Plan::new(provider.address)
    }
    .start()
    .await;
    let mut stream = Caller::new(world.address, NY_TRADER.office).connect().await;
    let key = NY_TRADER.key();
    let request =
        format!("POST {CHAT} HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\ncontent-length: 15\r\n\r\n");
    stream
        .write_all(format!("{request}{{\"model\":\"gpt\"}}").as_bytes())
        .await
        .unwrap();
    while provider.got().is_empty() {
        tokio::task::yield_now().await;
    }
    world.stop().await;
    closed.notified().await;
}
