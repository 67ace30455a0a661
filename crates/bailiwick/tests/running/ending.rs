//! The end of a server with two hundred answers on their way.

use crate::beginning::{Beginning, CHAT, edit, recorded};
use crate::server::{NOWHERE, exchange};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use testkit::{Got, Provider, Script};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Answers on their way.
const STREAMS: usize = 200;

/// How long the server lets them go on.
const GRACE: Duration = Duration::from_secs(10);

/// Between two events of an answer.
const PACE: Duration = Duration::from_millis(250);

/// What a busy machine may take longer, or an answer may begin later.
const SLACK: Duration = Duration::from_secs(3);

/// The events of an answer that takes from one second to twenty.
fn events(number: usize) -> Vec<String> {
    let count = 4 + number * 76 / STREAMS;
    let mut events: Vec<String> = (0..count)
        .map(|event| format!("data: {{\"stream\":{number},\"event\":{event}}}\n\n"))
        .collect();
    events.push("data: [DONE]\n\n".to_owned());
    events
}

/// The number that a request asks for an answer by.
fn number(got: &Got) -> usize {
    let body: Value = serde_json::from_slice(&got.body).unwrap();
    body["messages"][0]["content"].as_str().unwrap().parse().unwrap()
}

/// Begins an answer; without the framing of chunks, which the first version of HTTP has not.
async fn begin(server: SocketAddr, key: String, number: usize) -> (TcpStream, Vec<u8>) {
    let asked = [json!({ "role": "user", "content": number.to_string() })];
    let body = json!({ "model": "example-model", "stream": true, "messages": asked }).to_string();
    let head = format!("POST {CHAT} HTTP/1.0\r\nhost: x\r\nx-api-key: {key}\r\n");
    let mut stream = TcpStream::connect(server).await.unwrap();
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.windows(10).any(|ten| ten == b"\"event\":0}") {
        assert!(stream.read_buf(&mut answer).await.unwrap() > 0);
    }
    (stream, answer)
}

/// Acceptance R06: SIGTERM with 200 streams of one to twenty seconds and ten seconds of grace. Nobody new is taken and
/// nobody is told that it is ready; what fits ends byte for byte; the rest ends in an error event; each has its record,
/// and the program has ended in time.
#[test]
fn what_fits_the_grace_ends_whole_and_the_rest_is_told() {
    let runtime = Runtime::new().unwrap();
    let provider = runtime.block_on(Provider::start()).unwrap();
    provider.deciding(|got| Script::events(events(number(got))).pausing(PACE));
    let beginning = Beginning::new(provider.address());
    let telemetry = "[telemetry]\nlisten = \"127.0.0.1:0\"\n\n[data]";
    edit(beginning.folder.path(), "bailiwick.toml", "[data]", telemetry);
    let mut server = beginning.serve();
    let address = server.address().unwrap();
    let told_at: SocketAddr = server.text("/telemetry").unwrap().parse().unwrap();
    let is_ready = || {
        let request = "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        exchange(told_at, NOWHERE, request).is_ok_and(|(status, _)| status == 200)
    };
    assert!(is_ready());
    let mut beginnings = JoinSet::new();
    for number in 0..STREAMS {
        let key = beginning.engineer.clone();
        beginnings.spawn_on(
            async move { (number, begin(address, key, number).await, Instant::now()) },
            runtime.handle(),
        );
    }
    let begun = runtime.block_on(beginnings.join_all());
    let stopped = Instant::now();
    assert!(server.signal("-TERM").unwrap().success());
    while is_ready() {
        assert!(stopped.elapsed() < SLACK, "it still says that it is ready");
    }
    while std::net::TcpStream::connect(address).is_ok() {
        assert!(stopped.elapsed() < SLACK, "it still takes connections");
    }
    let mut endings = JoinSet::new();
    for (number, (mut stream, mut answer), began) in begun {
        endings.spawn_on(
            async move {
                // a reset is an end too, and what came before it tells which
                let _ = stream.read_to_end(&mut answer).await;
                (number, began, String::from_utf8(answer).unwrap())
            },
            runtime.handle(),
        );
    }
    let ended = runtime.block_on(endings.join_all());
    assert!(server.wait().unwrap().success());
    assert!(
        stopped.elapsed() < GRACE + Duration::from_secs(1) + SLACK,
        "{:?}",
        stopped.elapsed()
    );

    let (mut whole, mut told) = (0, 0);
    for (number, began, answer) in ended {
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let events = events(number);
        let (expected, takes) = (events.concat(), PACE * u32::try_from(events.len()).unwrap());
        let ends = (began + takes).saturating_duration_since(stopped);
        if body == expected {
            whole += 1;
            assert!(ends < GRACE + SLACK, "{number}");
            continue;
        }
        told += 1;
        assert!(
            ends + SLACK > GRACE,
            "{number} was cut although there was time: {body}"
        );
        let (passed, error) = body.split_at(body.find("data: {\"error\"").unwrap());
        assert!(expected.starts_with(passed), "{number}: {body}");
        assert!(error.contains("\"code\":\"stopping\""), "{number}: {error}");
    }
    assert!(
        whole > STREAMS / 4 && told > STREAMS / 4,
        "{whole} whole, {told} told"
    );
    let entries = recorded(&beginning.folder.path().join("data"));
    let count = |field: &str, word: &str| entries.iter().filter(|entry| entry[field] == word).count();
    assert_eq!(
        (count("ended", "completed"), count("ended", "stopped")),
        (whole, told)
    );
    assert_eq!(count("kind", "intent"), STREAMS);
}
