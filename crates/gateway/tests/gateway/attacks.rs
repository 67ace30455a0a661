//! Requests that two readers could take differently, tunnels, and letters that end lines, sent as raw bytes.
//!
//! Of each connection a second request, smuggled behind the first, must never be seen: nothing of either reaches the
//! provider.

use crate::client::Caller;
use crate::provider::Provider;
use crate::world::{NY_TRADER, World};
use testkit::Dice;
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

/// Lines of a head by which two readers could frame a body differently, or end the head elsewhere. A body of fifteen
/// bytes follows, or the same in a chunk.
const FRAMINGS: [&str; 64] = [
    "Content-Length: 15\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 15",
    "Content-Length: 0\r\nTransfer-Encoding: chunked",
    "Content-Length: 15\r\nContent-Length: 15",
    "Content-Length: 15\r\nContent-Length: 16",
    "Content-Length: 15\r\nContent-Length: 0",
    "content-length: 15\r\nCONTENT-LENGTH: 015",
    "Content-Length: 15, 15",
    "Content-Length: 15, 16",
    "Content-Length: 15\r\nContent-Length: 015, 6",
    "Content-Length: +15",
    "Content-Length: -15",
    "Content-Length: 0xf",
    "Content-Length: f",
    "Content-Length: 1 5",
    "Content-Length: 1_5",
    "Content-Length: 15;a=b",
    "Content-Length: 15.0",
    "Content-Length: 1.5e1",
    "Content-Length: fifteen",
    "Content-Length: \u{ff11}\u{ff15}",
    "Content-Length:",
    "Content-Length: 99999999999999999999999",
    "Content-Length: 18446744073709551631",
    "Content-Length: \"15\"",
    "Transfer-Encoding:",
    "Transfer-Encoding: gzip",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: gzip, chunked\r\nContent-Length: 15",
    "Transfer-Encoding: chunked, gzip",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: chunked,",
    "Transfer-Encoding: ,chunked",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunkedx",
    "Transfer-Encoding: \"chunked\"",
    "Transfer-Encoding: chunked;q=1",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: cow\r\nContent-Length: 15",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding\t: chunked\r\nContent-Length: 15",
    " Transfer-Encoding: chunked",
    "\tTransfer-Encoding: chunked\r\nContent-Length: 15",
    "Transfer-Encoding\u{b}: chunked",
    "Transfer-Encoding:\u{b}chunked",
    "Transfer-Encoding:\u{c}chunked",
    "Transfer-Encoding: chunked\0",
    "Transfer-Encoding:\r\n chunked",
    "X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 15",
    "X: a\r\n\tb\r\nContent-Length: 15",
    "Content-Length: 15\r\nX: a\n b",
    "Content-Length : 15",
    "Content-Length\t: 15",
    "Content-Length: 15\r\n: chunked",
    "Content-Length: 15\r\nX: a\rTransfer-Encoding: chunked",
    "Content-Length: 15\r\nX: a\nTransfer-Encoding: chunked",
    "Content-Length: 15\nX: a",
    "Content-Length: 15\r\nX: a\0b",
    "Content-Length: 15\r\nX\n: b",
    "Content-Length: 15\r\nX: a\r\r",
];

/// What may follow such a head.
const BODIES: [&str; 3] = [
    "{\"model\":\"gpt\"}",
    "f\r\n{\"model\":\"gpt\"}\r\n0\r\n\r\n",
    "0\r\n\r\n",
];

fn head_with(lines: &str) -> String {
    let key = NY_TRADER.key();
    format!("POST {CHAT} HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\n{lines}")
}

/// Sends bytes with a request behind them: there is one answer, 400, then the connection closes and nothing has gone on.
async fn check_refused(world: &World, provider: &Provider, bytes: &str) {
    let answer = raw(world, format!("{bytes}{}", smuggled()).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{bytes:?}: {answer:?}");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{bytes:?}: {answer}");
    assert_eq!(provider.got().len(), 0, "{bytes:?}");
}

/// Acceptance A32: lengths, codings and line ends on which readers differ; obsolete folding; spaces before colons.
#[tokio::test]
async fn bodies_that_two_readers_could_frame_differently_are_refused_and_nothing_goes_on() {
    let (world, provider) = world().await;
    for framing in FRAMINGS {
        for body in BODIES {
            check_refused(
                &world,
                &provider,
                &format!("{}{body}", head_with(&format!("{framing}\r\n\r\n"))),
            )
            .await;
        }
    }
    assert_eq!(world.caller(NY_TRADER).get("/healthz").await.status, 200);
}

/// Acceptance A32: heads of which a line, or all, end in a lone line feed or carriage return.
#[tokio::test]
async fn a_head_whose_lines_end_otherwise_is_refused() {
    let (world, provider) = world().await;
    let head = head_with("content-length: 15\r\n\r\n");
    let ends: Vec<usize> = head.match_indices("\r\n").map(|(at, _)| at).collect();
    for end in ["\n", "\r", "\n\r", "\r\r\n", "\0\r\n", "\u{b}\r\n", "\u{85}\n"] {
        for at in &ends {
            let (before, behind) = head.split_at(*at);
            let changed = format!("{before}{end}{}", behind.replacen("\r\n", "", 1));
            check_refused(&world, &provider, &format!("{changed}{}", BODIES[0])).await;
        }
        let all = head.replace("\r\n", end);
        check_refused(&world, &provider, &format!("{all}{}", BODIES[0])).await;
    }
    let old = head_with("transfer-encoding: chunked\r\n\r\n").replace("HTTP/1.1", "HTTP/1.0");
    check_refused(&world, &provider, &format!("{old}{}", BODIES[1])).await;
}

/// Acceptance A32: chunks.
#[tokio::test]
async fn chunks_that_two_readers_could_read_differently_are_refused() {
    let (world, provider) = world().await;
    let json = BODIES[0];
    for chunks in [
        format!("-f\r\n{json}\r\n0\r\n\r\n"),
        format!("0xf\r\n{json}\r\n0\r\n\r\n"),
        format!("+f\r\n{json}\r\n0\r\n\r\n"),
        format!("g\r\n{json}\r\n0\r\n\r\n"),
        format!("ffffffffffffffffff\r\n{json}\r\n0\r\n\r\n"),
        format!("1000000000000000f\r\n{json}\r\n0\r\n\r\n"),
        format!("f f\r\n{json}\r\n0\r\n\r\n"),
        format!("f \r\n{json}\r\n0\r\n\r\n"),
        format!(" f\r\n{json}\r\n0\r\n\r\n"),
        format!("f\r\n{json}more\r\n0\r\n\r\n"),
        format!("f\r\n{json}0\r\n\r\n"),
        format!("\r\nf\r\n{json}\r\n0\r\n\r\n"),
        format!("f\n{json}\n0\n\n"),
        format!("f\r\n{json}\n0\r\n\r\n"),
        format!("f\r\n{json}\r\n0\n\r\n"),
        format!("f\r\n{json}\r\n0\r\n\n"),
        format!("f;\n{json}\r\n0\r\n\r\n"),
        format!("f;a\nb\r\n{json}\r\n0\r\n\r\n"),
        format!("f;a\rb\r\n{json}\r\n0\r\n\r\n"),
        format!("f;a\0b\r\n{json}\r\n0\r\n\r\n"),
        format!("f\r{json}\r\n0\r\n\r\n"),
        format!("f\r\n{json}\r\n0\r\nContent-Length: 5\r\n\r\n"),
        format!("f\r\n{json}\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        format!("f\r\n{json}\r\n0\r\nX: a\nY: b\r\n\r\n"),
        format!("f\r\n{json}\r\n0\r\n X: a\r\n\r\n"),
        format!("f\r\n{json}\r\n0\r\nX\r\n\r\n"),
    ] {
        let head = head_with("transfer-encoding: chunked\r\n\r\n");
        check_refused(&world, &provider, &format!("{head}{chunks}")).await;
    }
}

/// Acceptance A32: of two requests on one connection the first is clear, and the second is no better for that.
#[tokio::test]
async fn behind_a_clear_request_an_unclear_one_is_refused_all_the_same() {
    let (world, provider) = world().await;
    for first in [
        format!("{}{}", head_with("content-length: 15\r\n\r\n"), BODIES[0]),
        format!("{}{}", head_with("transfer-encoding: chunked\r\n\r\n"), BODIES[1]),
    ] {
        for framing in FRAMINGS.into_iter().step_by(5).chain([FRAMINGS[59]]) {
            let before = provider.got().len();
            let second = format!("{}{}", head_with(&format!("{framing}\r\n\r\n")), BODIES[1]);
            let answer = raw(&world, format!("{first}{second}{}", smuggled()).as_bytes()).await;
            let status: Vec<&str> = answer
                .split("HTTP/1.1 ")
                .skip(1)
                .map(|rest| rest.split_at(3).0)
                .collect();
            assert_eq!(status, ["200", "400"], "{framing:?}: {answer}");
            assert_eq!(provider.got().len(), before + 1, "{framing:?}");
        }
    }
    let clear = format!("{}{}", head_with("Transfer-Encoding: Chunked\r\n\r\n"), BODIES[1]);
    let last = clear.replacen("host: a", "host: a\r\nconnection: close", 1);
    let mut stream = Caller::new(world.address, NY_TRADER.office).connect().await;
    stream
        .write_all(format!("{clear}{clear}{last}").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3, "{answer}");
}

/// Acceptance A32: first lines.
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

/// Acceptance A33: whoever asks for another protocol is answered once, and what lies behind is nothing at all.
#[tokio::test]
async fn there_is_no_tunnel_and_nothing_behind_a_request_for_one_is_taken_for_one() {
    let (world, provider) = world().await;
    let key = NY_TRADER.key();
    let upgrades = [
        "websocket",
        "h2c\r\nhttp2-settings: AAMAAABk",
        "foo",
        "",
        "WebSocket, h2c",
        "TLS/1.0",
    ];
    let mut heads = vec![
        format!("CONNECT a:443 HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\n\r\n"),
        format!("CONNECT {CHAT} HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\n\r\n"),
        "CONNECT 127.0.0.1:1 HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(),
        format!("CONNECT a:443 HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\ncontent-length: 2\r\n\r\nab"),
    ];
    for upgrade in upgrades {
        for line in [
            &format!("GET {CHAT}"),
            "GET /v1/responses",
            "GET /v1/realtime",
            "OPTIONS *",
            "GET /healthz",
        ] {
            heads.push(format!(
                "{line} HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\nconnection: upgrade\r\nupgrade: {upgrade}\r\n\r\n"
            ));
        }
    }
    for head in heads {
        let answer = raw(&world, format!("{head}{}", smuggled()).as_bytes()).await;
        let is_probe = head.starts_with("GET /healthz");
        let expected = if is_probe { "HTTP/1.1 200 " } else { "HTTP/1.1 4" };
        assert!(answer.starts_with(expected), "{head}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{head}: {answer}");
        assert_eq!(provider.got().len(), 0, "{head}");
    }
    // a client that would rather speak HTTP/2 is served as it is, once
    let rather = head_with("connection: upgrade\r\nupgrade: h2c\r\ncontent-length: 15\r\n\r\n");
    let answer = raw(&world, format!("{rather}{}{}", BODIES[0], smuggled()).as_bytes()).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("connection: close\r\n"),
        "{answer}"
    );
    assert_eq!(
        (answer.matches("HTTP/1.1 ").count(), provider.got().len()),
        (1, 1),
        "{answer}"
    );
}

/// Acceptance A34: letters that end lines or texts, at any place of a header, of a model's name, of an id.
#[tokio::test]
async fn control_letters_anywhere_are_refused() {
    let (world, provider) = world().await;
    let mut dice = Dice::new(34);
    let letters: Vec<char> = (0..0x20).chain([0x7f]).filter_map(char::from_u32).collect();
    for header in [
        "bailiwick-purpose: coding",
        "x-api-key: a",
        "accept: text/event-stream",
        "x-other: a, b",
    ] {
        for letter in letters.iter().filter(|letter| **letter != '\t') {
            let at = dice.below(header.len() + 1);
            let (before, behind) = header.split_at(at);
            let head = head_with(&format!("{before}{letter}{behind}\r\ncontent-length: 15\r\n\r\n"));
            check_refused(&world, &provider, &format!("{head}{}", BODIES[0])).await;
        }
    }
    for letter in &letters {
        let code = u32::from(*letter);
        for name in ["gpt", "claude-sonnet", "no-such"] {
            let (before, behind) = name.split_at(dice.below(name.len() + 1));
            // as it is, which no reader of JSON takes, and escaped
            for written in [letter.to_string(), format!("\\u{code:04x}")] {
                for path in [
                    CHAT,
                    "/v1/messages",
                    "/v1/responses",
                    "/v1/embeddings",
                    "/v1/messages/count_tokens",
                ] {
                    let body = format!("{{\"model\":\"{before}{written}{behind}\"}}");
                    let answer = world.caller(NY_TRADER).post(path, &body).await;
                    assert_eq!(answer.status, 400, "{path} {body:?}");
                }
            }
            for (method, path) in [
                (
                    "POST",
                    format!("/v1beta/models/{before}%{code:02x}{behind}:generateContent"),
                ),
                ("GET", format!("/v1/models/{before}%{code:02X}{behind}")),
                ("GET", format!("/why/00ff%{code:02x}")),
                ("GET", format!("/v1/files/file%{code:02x}X:1")),
                ("DELETE", format!("/v1/responses/%{code:02x}")),
            ] {
                let answer = world.caller(NY_TRADER).ask(method, &path, b"{}").await;
                assert_eq!((answer.status, answer.header("x")), (400, ""), "{method} {path}");
            }
        }
    }
    assert_eq!(provider.got().len(), 0);
}

/// Acceptance A34: what is refused comes back in no header either.
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
    for (id, expected) in [("%0d%0aX:1", 400), ("%00", 400), ("..%2f", 404), ("\\", 404)] {
        let answer = world.caller(NY_TRADER).get(&format!("/why/{id}")).await;
        assert_eq!(answer.status, expected, "{id}");
    }
    assert_eq!(provider.got().len(), 0);
}
