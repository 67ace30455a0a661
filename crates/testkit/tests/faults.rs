//! The scriptable provider and the network that fails, as their callers see them: byte by byte over a socket.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use testkit::{FaultProxy, NetworkFault, Provider, Script, error_event};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::Dialect;

const PATH: &str = "/v1/chat/completions";

/// Long enough that a test which waits for it has failed.
const EVER: Duration = Duration::from_secs(600);

fn request(path: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: a\r\nX-Mixed: Case\r\ncontent-length: {length}\r\n\r\n{body}")
}

async fn open(address: SocketAddr, path: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request(path, body).as_bytes()).await.unwrap();
    stream
}

/// Everything that comes until the connection ends, and whether it ended by a reset.
async fn all(mut stream: TcpStream) -> (String, bool) {
    let mut bytes = Vec::new();
    loop {
        match stream.read_buf(&mut bytes).await {
            Ok(0) => return (String::from_utf8_lossy(&bytes).into_owned(), false),
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                return (String::from_utf8_lossy(&bytes).into_owned(), true);
            }
        }
    }
}

/// What comes until the caller has said that it sends no more.
async fn answered(address: SocketAddr, path: &str, body: &str) -> String {
    let mut stream = open(address, path, body).await;
    stream.shutdown().await.unwrap();
    let (text, is_reset) = all(stream).await;
    assert!(!is_reset);
    text
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

/// The content of a body in chunks, as far as they came.
fn unchunked(mut body: &str) -> String {
    let mut content = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        content.push_str(rest.get(..size).unwrap_or(rest));
        body = rest.get(size + 2..).unwrap_or_default();
    }
    content
}

#[tokio::test]
async fn without_a_script_it_answers_in_every_protocol_and_writes_down_what_it_got() {
    let provider = Provider::start().await.unwrap();
    for path in [
        PATH,
        "/v1/responses",
        "/v1/messages?beta=true",
        "/v1beta/models/m:generateContent",
    ] {
        let answer = answered(provider.address(), path, r#"{"model":"m"}"#).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let parsed: Value = serde_json::from_str(body(&answer)).unwrap();
        assert!(parsed.to_string().contains("stand-in provider"), "{parsed}");
    }
    let got = provider.got();
    assert_eq!(got.len(), 4);
    assert_eq!(
        (got[2].method.as_str(), got[2].target.as_str()),
        ("POST", "/v1/messages?beta=true")
    );
    assert_eq!(got[2].headers[1], ("X-Mixed".to_owned(), "Case".to_owned()));
    assert_eq!(
        (got[2].header("x-mixed"), got[2].header("none")),
        (Some("Case"), None)
    );
    assert_eq!(got[2].body, br#"{"model":"m"}"#);
}

#[tokio::test]
async fn a_connection_carries_several_requests_and_a_body_may_come_in_chunks() {
    let provider = Provider::start().await.unwrap();
    provider.always(Script::answer(200, "{}"));
    let mut stream = open(provider.address(), PATH, "one").await;
    let chunked = "POST /v1/messages HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\ntwo\r\n6;a=b\r\n words\r\n0\r\n\r\n";
    stream.write_all(chunked.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let (answers, _) = all(stream).await;
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 2);
    let bodies: Vec<_> = provider.got().into_iter().map(|got| got.body).collect();
    assert_eq!(bodies, [b"one".to_vec(), b"two words".to_vec()]);
}

#[tokio::test]
async fn the_next_requests_have_scripts_of_their_own_and_the_rest_share_one() {
    let provider = Provider::start().await.unwrap();
    provider.always(Script::answer(200, "{}").header("request-id", "r"));
    provider.next(Script::busy(529, Some(7)));
    provider.next(Script::redirect("http://elsewhere.test/"));
    provider.next(Script::raw("not HTTP"));
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(answered(provider.address(), PATH, "{}").await);
    }
    assert!(
        answers[0].starts_with("HTTP/1.1 529 ") && answers[0].contains("\r\nretry-after: 7\r\n"),
        "{}",
        answers[0]
    );
    assert!(
        answers[1].starts_with("HTTP/1.1 307 ")
            && answers[1].contains("\r\nlocation: http://elsewhere.test/\r\n"),
        "{}",
        answers[1]
    );
    assert_eq!(answers[2], "not HTTP");
    assert!(answers[3].contains("\r\nrequest-id: r\r\n"), "{}", answers[3]);
}

#[tokio::test]
async fn it_may_look_at_a_request_before_it_answers() {
    let provider = Provider::start().await.unwrap();
    provider.deciding(|got| match got.header("x-mixed") {
        Some("Case") if got.target == PATH => Script::answer(200, "known"),
        _ => Script::answer(401, "unknown"),
    });
    assert_eq!(body(&answered(provider.address(), PATH, "{}").await), "known");
    assert_eq!(
        body(&answered(provider.address(), "/other", "{}").await),
        "unknown"
    );
}

async fn check_cut(script: Script, expected: &str) {
    let provider = Provider::start().await.unwrap();
    provider.always(script);
    let (answer, is_reset) = all(open(provider.address(), PATH, "{}").await).await;
    assert!(is_reset, "{answer}");
    let content = body(&answer);
    let content = if answer.contains("chunked") {
        unchunked(content)
    } else {
        content.to_owned()
    };
    assert_eq!(content, expected);
}

#[tokio::test]
async fn a_cut_comes_after_exactly_so_many_bytes() {
    check_cut(Script::answer(200, "0123456789").cut_after(0), "").await;
    check_cut(Script::answer(200, "0123456789").cut_after(4), "0123").await;
    check_cut(Script::answer(200, "0123456789").cut_after(10), "0123456789").await;
    check_cut(Script::answer(200, "0123456789").cut_after(99), "0123456789").await;
    check_cut(Script::events(["0123", "4567"]).cut_after(6), "012345").await;
    check_cut(Script::events(["0123", "4567"]).cut_after(4), "0123").await;
}

#[tokio::test]
async fn an_error_inside_a_stream_is_its_last_event() {
    let provider = Provider::start().await.unwrap();
    for dialect in Dialect::ALL {
        let event = error_event(dialect, "overloaded_error", "Too much.");
        provider.next(Script::events(["one", "two", "three"]).error_after(2, &event));
        let answer = answered(provider.address(), PATH, "{}").await;
        assert_eq!(unchunked(body(&answer)), format!("onetwo{event}"));
        let data = event
            .lines()
            .find_map(|line| line.strip_prefix("data: "))
            .unwrap();
        let data: Value = serde_json::from_str(data).unwrap();
        assert!(data.to_string().contains("Too much."), "{data}");
    }
}

#[tokio::test]
async fn it_falls_silent_until_the_caller_goes_and_notices_that() {
    let provider = Provider::start().await.unwrap();
    let scripts = [
        Script::silence(),
        Script::events(["one", "two"]).stops_after(1),
        Script::events(["one", "two"]).pausing(EVER),
        Script::answer(200, "{}").after(EVER),
    ];
    for (script, left) in scripts.into_iter().zip(1..) {
        provider.next(script);
        let stream = open(provider.address(), PATH, "{}").await;
        provider.requests(left).await;
        drop(stream);
        provider.left(left).await;
    }
}

#[tokio::test]
async fn a_stream_that_stops_has_sent_what_it_should() {
    let provider = Provider::start().await.unwrap();
    provider.next(Script::events(["one", "two", "three"]).stops_after(2));
    let mut stream = open(provider.address(), PATH, "{}").await;
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"two\r\n") {
        assert!(
            stream.read_buf(&mut bytes).await.unwrap() > 0,
            "it closed instead of falling silent"
        );
    }
    assert!(!String::from_utf8(bytes).unwrap().contains("three"));
}

#[tokio::test]
async fn what_is_late_is_whole() {
    let provider = Provider::start().await.unwrap();
    let short = Duration::from_millis(1);
    provider.next(Script::events(["one", "two"]).after(short).pausing(short));
    let answer = answered_slowly(&provider).await;
    assert_eq!(unchunked(body(&answer)), "onetwo");
    assert!(answer.ends_with("0\r\n\r\n"));
}

/// Reads to the end of the chunks, keeping its own side open as a caller does.
async fn answered_slowly(provider: &Provider) -> String {
    let mut stream = open(provider.address(), PATH, "{}").await;
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"0\r\n\r\n") {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0);
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn the_stand_ins_answer_may_be_changed_too() {
    let provider = Provider::start().await.unwrap();
    let asked = json!({ "model": "m", "stream": true, "messages": [] }).to_string();
    let event = error_event(Dialect::AnthropicMessages, "overloaded_error", "Too much.");
    provider.next(Script::stand_in().error_after(2, &event));
    let content = unchunked(body(&answered(provider.address(), "/v1/messages", &asked).await));
    let names: Vec<_> = content
        .lines()
        .filter_map(|line| line.strip_prefix("event: "))
        .collect();
    assert_eq!(names, ["message_start", "content_block_start", "error"]);
}

#[tokio::test]
async fn gzip_is_announced_and_begins_as_gzip_does() {
    let provider = Provider::start().await.unwrap();
    provider.next(Script::answer(200, "{}").gzip());
    let mut stream = open(provider.address(), PATH, "{}").await;
    stream.shutdown().await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let at = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let head = String::from_utf8(bytes[..at].to_vec()).unwrap();
    assert!(head.contains("\r\ncontent-encoding: gzip\r\n"), "{head}");
    let length = bytes.len() - at;
    assert!(
        head.contains(&format!("\r\ncontent-length: {length}\r\n")),
        "{head}"
    );
    assert_eq!(bytes[at..at + 3], [0x1f, 0x8b, 8]);
}

async fn through(fault: NetworkFault) -> (Provider, FaultProxy) {
    let provider = Provider::start().await.unwrap();
    provider.always(Script::answer(200, "0123456789"));
    let proxy = FaultProxy::before(provider.address()).await.unwrap();
    proxy.set(fault);
    (provider, proxy)
}

#[tokio::test]
async fn a_network_without_faults_and_a_slow_one_pass_everything() {
    for fault in [NetworkFault::None, NetworkFault::Delay(Duration::from_millis(1))] {
        let (provider, proxy) = through(fault).await;
        let answer = answered(proxy.address(), PATH, "{}").await;
        assert_eq!(body(&answer), "0123456789");
        assert_eq!(provider.got().len(), 1);
    }
}

#[tokio::test]
async fn a_network_cuts_after_exactly_so_many_bytes() {
    let (_provider, proxy) = through(NetworkFault::CutAnswer(20)).await;
    let (answer, is_reset) = all(open(proxy.address(), PATH, "{}").await).await;
    assert!(is_reset);
    assert_eq!(answer.len(), 20);

    let (provider, proxy) = through(NetworkFault::CutRequest(30)).await;
    let (answer, is_reset) = all(open(proxy.address(), PATH, "{}").await).await;
    assert_eq!((answer.as_str(), is_reset), ("", true));
    assert!(provider.got().is_empty());
}

#[tokio::test]
async fn a_network_may_close_at_once_and_recover() {
    let (_provider, proxy) = through(NetworkFault::Closed).await;
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    let mut bytes = Vec::new();
    // closed before anything was sent: no bytes
    assert_eq!(stream.read_buf(&mut bytes).await.unwrap(), 0);
    proxy.set(NetworkFault::None);
    assert_eq!(body(&answered(proxy.address(), PATH, "{}").await), "0123456789");
}
