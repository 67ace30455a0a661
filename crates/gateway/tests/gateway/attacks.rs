//! Requests that two readers could take differently, tunnels, and letters that end lines, sent as raw bytes.
//!
//! Of each connection a second request, smuggled behind the first, must never be seen: nothing of either reaches the
//! provider.

use crate::client::Caller;
use crate::provider::Provider;
use crate::world::{NY_TRADER, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const CHAT: &str = "/v1/chat/completions";

/// Sends bytes and gives everything that comes until the gateway closes.
async fn raw(world: &World, bytes: &[u8]) -> String {
    let mut stream = Caller::new(world.address, NY_TRADER.office).connect().await;
    let mut answer = Vec::new();
    // the gateway may close while we still write
    if stream.write_all(bytes).await.is_ok() {
        let _ = stream.shutdown().await;
    }
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn world() -> (World, Provider) {
    let provider = Provider::answering("200 OK", "{}").await;
    (World::with(provider.address).await, provider)
}

fn smuggled() -> String {
    let key = NY_TRADER.key();
    let body = "{\"model\":\"gpt\"}";
    format!(
        "POST {CHAT} HTTP/1.1\r\nhost: smuggled\r\nx-api-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Headers by which a body is framed, none of which may be taken.
const FRAMINGS: [&str; 44] = [
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Content-Length: 0\r\nTransfer-Encoding: chunked",
    "Content-Length: 5\r\nContent-Length: 6",
    "Content-Length: 5\r\nContent-Length: 05, 6",
    "Content-Length: 5, 6",
    "Content-Length: +5",
    "Content-Length: -5",
    "Content-Length: 0x5",
    "Content-Length: 5 5",
    "Content-Length: 5;a=b",
    "Content-Length: 5.0",
    "Content-Length: five",
    "Content-Length:",
    "Content-Length: 99999999999999999999999",
    "Content-Length: \"5\"",
    "Transfer-Encoding: gzip",
    "Transfer-Encoding: gzip, chunked\r\nContent-Length: 5",
    "Transfer-Encoding: chunked, gzip",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunkedx",
    "Transfer-Encoding: \"chunked\"",
    "Transfer-Encoding: chunked;q=1",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow",
    "Transfer-Encoding: cow\r\nContent-Length: 5",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding\t: chunked",
    " Transfer-Encoding: chunked",
    "\tTransfer-Encoding: chunked",
    "Transfer-Encoding\u{b}: chunked",
    "Transfer-Encoding:\u{b}chunked",
    "Transfer-Encoding:\u{c}chunked",
    "Transfer-Encoding:\r\n chunked",
    "X: a\r\n Transfer-Encoding: chunked",
    "X: a\r\n\tb",
    "X: a\r\n b\r\nContent-Length: 5",
    "Content-Length : 5",
    "Content-Length\t: 5",
    ": chunked",
    "X: a\rTransfer-Encoding: chunked",
    "X: a\0b",
    "Content-Length: 5\r\nX\n: b",
];

#[tokio::test]
async fn bodies_that_two_readers_could_frame_differently_are_refused_and_nothing_goes_on() {
    let (world, provider) = world().await;
    let key = NY_TRADER.key();
    for framing in FRAMINGS {
        let head = format!("POST {CHAT} HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\n{framing}\r\n\r\n");
        let answer = raw(&world, format!("{head}0\r\n\r\n{}", smuggled()).as_bytes()).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400 ") || answer.starts_with("HTTP/1.1 413 "),
            "{framing:?}: {answer}"
        );
        assert_eq!(
            answer.matches("HTTP/1.1 ").count().max(1),
            1,
            "{framing:?}: {answer}"
        );
        assert_eq!(provider.got().len(), 0, "{framing:?}");
    }
    assert_eq!(world.caller(NY_TRADER).get("/healthz").await.status, 200);
}

#[tokio::test]
async fn chunks_that_two_readers_could_read_differently_are_refused() {
    let (world, provider) = world().await;
    let key = NY_TRADER.key();
    for chunks in [
        "-5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "g\r\nhello\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        "5 5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhelloworld\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "\r\n5\r\nhello\r\n0\r\n\r\n",
        "5\nhello\n0\n\n",
        "5;\nhello\r\n0\r\n\r\n",
        "5\rhello\r\n0\r\n\r\n",
    ] {
        let head = format!(
            "POST {CHAT} HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        let answer = raw(&world, format!("{head}{chunks}{}", smuggled()).as_bytes()).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
            "{chunks:?}: {answer}"
        );
        assert_eq!(provider.got().len(), 0, "{chunks:?}");
    }
}

#[tokio::test]
async fn heads_that_are_none_are_refused() {
    let (world, provider) = world().await;
    let key = NY_TRADER.key();
    let rest = format!("host: a\r\nx-api-key: {key}\r\ncontent-length: 15\r\n\r\n{{\"model\":\"gpt\"}}");
    for line in [
        format!("POST {CHAT} HTTP/1.1\0\r\n"),
        format!("POST  {CHAT} HTTP/1.1\r\n"),
        format!("POST {CHAT}  HTTP/1.1\r\n"),
        format!("POST\t{CHAT}\tHTTP/1.1\r\n"),
        format!("POST {CHAT} HTTP/1.2\r\n"),
        format!("POST {CHAT} HTTP/11\r\n"),
        format!("POST {CHAT} http/1.1\r\n"),
        format!("P\0ST {CHAT} HTTP/1.1\r\n"),
        format!("POST {CHAT}\r HTTP/1.1\r\n"),
        format!("POST {CHAT}\0 HTTP/1.1\r\n"),
        "POST HTTP/1.1\r\n".to_owned(),
        format!("\0POST {CHAT} HTTP/1.1\r\n"),
    ] {
        let answer = raw(&world, format!("{line}{rest}").as_bytes()).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{line:?}: {answer}"
        );
        assert_eq!(provider.got().len(), 0, "{line:?}");
    }
}

#[tokio::test]
async fn there_is_no_tunnel_and_nothing_behind_a_request_for_one_is_taken_for_one() {
    let (world, provider) = world().await;
    let key = NY_TRADER.key();
    for head in [
        format!("CONNECT a:443 HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\n\r\n"),
        format!("CONNECT {CHAT} HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\n\r\n"),
        format!(
            "GET {CHAT} HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\nconnection: upgrade\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n"
        ),
        format!(
            "GET /v1/responses HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: a\r\n\r\n"
        ),
        format!(
            "OPTIONS * HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\nconnection: upgrade\r\nupgrade: foo\r\n\r\n"
        ),
    ] {
        let answer = raw(&world, head.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{head}: {answer}");
        assert!(!answer.contains("HTTP/1.1 101"), "{answer}");
    }
    assert_eq!(provider.got().len(), 0);
}

#[tokio::test]
async fn letters_that_end_lines_reach_neither_headers_nor_names() {
    let (world, provider) = world().await;
    let key = NY_TRADER.key();
    for letter in ["\\u0000", "\\r", "\\n", "\\u000d\\u000aX-Injected: 1"] {
        let body = format!("{{\"model\":\"gpt{letter}\"}}");
        let answer = world.caller(NY_TRADER).post(CHAT, &body).await;
        assert_eq!(answer.status, 400, "{letter}");
        assert_eq!(answer.header("x-injected"), "");
    }
    for letter in ["\0", "\r", "\n", "\u{7f}", "\u{b}"] {
        let head = format!(
            "POST {CHAT} HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\nbailiwick-purpose: coding{letter}X: 1\r\n"
        );
        let bytes = format!("{head}connection: close\r\ncontent-length: 15\r\n\r\n{{\"model\":\"gpt\"}}");
        let answer = raw(&world, bytes.as_bytes()).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
            "{letter:?}: {answer}"
        );
    }
    for id in ["%0d%0aX:1", "%00", "..%2f", "\\"] {
        let answer = world.caller(NY_TRADER).get(&format!("/why/{id}")).await;
        assert_eq!(answer.status, 404, "{id}");
    }
    assert_eq!(provider.got().len(), 0);
}
