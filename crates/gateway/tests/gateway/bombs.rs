//! Few bytes that stand for many, on their way to a provider and on their way back.

use crate::client::Caller;
use crate::provider::{Got, Provider as Plain};
use crate::streams::{MESSAGES, outcomes};
use crate::wires::{WIRES, ends_in_error};
use crate::world::{NY_TRADER, World};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::json;
use std::io::Write as _;
use testkit::{Provider, Script, is_long};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Zeroes in one piece of a bomb.
const PIECE: usize = 8 << 20;

/// What the pieces together stand for: ten gigabytes, or less if it may not take long.
fn pieces() -> usize {
    let all: usize = if is_long() { 10 << 30 } else { 256 << 20 };
    all / PIECE
}

fn zeroes() -> Vec<u8> {
    vec![b' '; PIECE]
}

/// One member behind the other, which readers of gzip take for one text.
fn gzip() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&zeroes()).unwrap();
    encoder.finish().unwrap().repeat(pieces())
}

fn deflate() -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let piece = zeroes();
    for _ in 0..pieces().min(64) {
        encoder.write_all(&piece).unwrap();
    }
    encoder.finish().unwrap()
}

/// A head with a window of a megabyte, and blocks that say the same byte 128 KB long.
fn zstd() -> Vec<u8> {
    let mut bomb = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50];
    let block: u32 = (128 << 10) << 3 | 1 << 1;
    for _ in 0..pieces() * (PIECE >> 17) {
        bomb.extend(&block.to_le_bytes()[..3]);
        bomb.push(b' ');
    }
    bomb
}

/// Acceptance A38: requests. Each is refused, however it is compressed, and nothing goes on. Of brotli a bomb stands
/// beside the code that unpacks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_explodes_is_refused() {
    let provider = Plain::answering("200 OK", "{}").await;
    let world = World::with(provider.address).await;
    for (coding, bomb) in [("gzip", gzip()), ("deflate", deflate()), ("zstd", zstd())] {
        let caller = world.caller(NY_TRADER).with("content-encoding", coding);
        let answer = caller.ask("POST", MESSAGES, &bomb).await;
        assert_eq!(
            (answer.status, answer.header("bailiwick-code")),
            (413, "body_too_large"),
            "{coding}: {}",
            answer.text()
        );
    }
    assert!(provider.got().iter().all(|got: &Got| got.body.is_empty()));
    assert_eq!(world.caller(NY_TRADER).get("/healthz").await.status, 200);
}

fn packed(coding: &str, plain: &[u8]) -> Vec<u8> {
    if coding == "gzip" {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        return encoder.finish().unwrap();
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// Acceptance A38: answers that nobody asked to be compressed come in plain, as they come, in every protocol.
#[tokio::test]
async fn a_compressed_answer_comes_in_plain() {
    for wire in WIRES {
        let provider = Provider::start().await.unwrap();
        let world = World::with(provider.address()).await;
        let caller = world.caller(NY_TRADER);
        for is_stream in [true, false] {
            let plain = wire.ask(&caller, is_stream).await;
            provider.next(Script::stand_in().gzip());
            let unpacked = wire.ask(&caller, is_stream).await;
            assert_eq!(unpacked.text(), plain.text(), "{wire:?}");
            assert_eq!(unpacked.header("content-encoding"), "");
            assert_eq!(unpacked.header("content-type"), plain.header("content-type"));
        }
        let entries = world.entries().await;
        assert!(
            outcomes(&entries)
                .iter()
                .all(|outcome| outcome["ended"] == "completed")
        );
    }
    let provider = Provider::start().await.unwrap();
    let world = World::with(provider.address()).await;
    provider.next(Script::answer(200, packed("deflate", b"{\"x\":1}")).header("content-encoding", "deflate"));
    let answer = world
        .caller(NY_TRADER)
        .post(MESSAGES, "{\"model\":\"claude-sonnet\"}")
        .await;
    assert_eq!(answer.text(), "{\"x\":1}");
    provider.next(Script::stand_in().gzip());
    let body = json!({ "model": "gpt", "max_tokens": 9, "stream": true, "messages": [{ "role": "user", "content": "a" }] });
    let translated = world.caller(NY_TRADER).post(MESSAGES, &body.to_string()).await;
    assert!(
        translated.text().contains("event: message_stop"),
        "{}",
        translated.text()
    );
}

/// Acceptance A38: answers that explode, are torn, or are compressed in a way that is not read, break off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_explodes_breaks_off() {
    let torn = packed("gzip", &[b'x'; 5000]);
    let torn = torn.split_at(torn.len() / 2).0.to_vec();
    let cases = [
        ("gzip", gzip()),
        ("deflate", deflate()),
        ("zstd", zstd()),
        ("gzip", b"no such thing".to_vec()),
        ("gzip", torn),
        ("gzip, gzip", packed("gzip", &packed("gzip", b"{}"))),
        ("compress", b"{}".to_vec()),
    ];
    for (coding, bomb) in cases {
        for wire in WIRES {
            let provider = Provider::start().await.unwrap();
            let world = World::with(provider.address()).await;
            let answer = Script::answer(200, bomb.clone()).header("content-encoding", coding);
            provider.next(answer.clone());
            let mut stream = Caller::new(world.address, NY_TRADER.office).connect().await;
            let asking = wire.written(&NY_TRADER.key());
            stream.write_all(asking.as_bytes()).await.unwrap();
            let mut got = Vec::new();
            // a reset is an end too
            let _ = stream.read_to_end(&mut got).await;
            let is_whole = got.ends_with(b"\r\n0\r\n\r\n");
            assert!(
                !is_whole && got.len() <= 8 << 20,
                "{coding} {wire:?}: {} bytes",
                got.len()
            );
            provider.next(answer.header("content-type", "text/event-stream"));
            let text = wire.ask(&world.caller(NY_TRADER), true).await.text();
            let last = text.split_at(text.find(['d', 'e']).unwrap_or(text.len())).1;
            assert!(
                ends_in_error(wire.dialect, &format!("\n\n{last}")),
                "{coding} {wire:?}: {last}"
            );
            let entries = world.entries().await;
            let ended = outcomes(&entries);
            assert!(
                ended.iter().all(|outcome| outcome["ended"] == "upstream_cut"),
                "{ended:?}"
            );
        }
    }
}
