//! Bedrock: signatures that are computed anew, what moves from the body to the path, events out of binary messages.

use super::service::{Got, Service, json};
use super::{CLAUDE, CLAUDE_STREAM, MESSAGES, named, plan};
use crate::world::{NY_TRADER, Plan, World};
use bytes::Bytes;
use gateway::{Auth, Credential};
use http_body_util::Full;
use hyper::Response;
use sha2::{Digest, Sha256};
use wire::Protocol;
use wire::bedrock::Message;

const MODEL: &str = "eu.anthropic.claude-v1:0";
const KEYS: &str = r#"{"AccessKeyId":"AKID","SecretAccessKey":"aws-canary","SessionToken":"session-canary"}"#;

fn bedrock(service: &Service) -> Plan {
    let mut plan = plan(service, "anthropic-api", |settings| {
        settings.protocol = Protocol::Bedrock;
        settings.credential = Credential::Literal(KEYS.to_owned());
        settings.options.auth = Auth::Aws;
        settings.options.region = Some("eu-west-1".to_owned());
    });
    plan.sources = named(MODEL);
    plan
}

async fn asked(world: &World, body: &str) -> crate::client::Answer {
    let caller = world
        .caller(NY_TRADER)
        .with("anthropic-beta", "a-2025,effort-2025-11-24,context-1m-2025-08-07");
    caller
        .with("anthropic-version", "2023-06-01")
        .post("/v1/messages?beta=true", body)
        .await
}

/// Computes the signature as Amazon does, from what arrived and the secret that both know.
fn check_signature(got: &Got) {
    let authorization = got.header("authorization");
    let (begin, signature) = authorization.rsplit_once(", Signature=").unwrap();
    let scope = "20260715/eu-west-1/bedrock/aws4_request";
    let names = "content-type;host;x-amz-date;x-amz-security-token";
    assert_eq!(
        begin,
        format!("AWS4-HMAC-SHA256 Credential=AKID/{scope}, SignedHeaders={names}")
    );
    let headers: String = names
        .split(';')
        .map(|name| format!("{name}:{}\n", got.header(name)))
        .collect();
    let path = got.path.replace('%', "%25");
    let payload = hex(&Sha256::digest(&got.body));
    let canonical = format!("POST\n{path}\n\n{headers}\n{names}\n{payload}");
    let text = format!(
        "AWS4-HMAC-SHA256\n20260715T090000Z\n{scope}\n{}",
        hex(&Sha256::digest(canonical))
    );
    let mut key = b"AWS4aws-canary".to_vec();
    for step in scope.split('/').chain([text.as_str()]) {
        key = hmac(&key, step.as_bytes());
    }
    assert_eq!(signature, hex(&key));
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    assert!(key.len() <= 64);
    let padded = |pad: u8| {
        (0..64)
            .map(move |at| key.get(at).copied().unwrap_or(0) ^ pad)
            .collect::<Vec<_>>()
    };
    let inner = Sha256::digest([padded(0x36), text.to_vec()].concat());
    Sha256::digest([padded(0x5c), inner.to_vec()].concat()).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn chunk(event: &str) -> Bytes {
    use base64::Engine;
    let payload = format!(
        "{{\"bytes\":\"{}\"}}",
        base64::engine::general_purpose::STANDARD.encode(event)
    );
    Message::new(&[(":event-type", "chunk"), (":message-type", "event")], payload).to_bytes()
}

const START: &str = r#"{"type":"message_start","message":{"id":"m"}}"#;
const STOP: &str = r#"{"type":"message_stop"}"#;

/// A service that streams these messages.
async fn streaming(messages: Vec<u8>) -> Service {
    Service::plain(move |_| {
        let answer = Response::builder().header("content-type", "application/vnd.amazon.eventstream");
        answer.body(Full::from(messages.clone())).unwrap()
    })
    .await
}

#[tokio::test]
async fn requests_are_signed_and_name_the_model_in_the_path() {
    let service = Service::plain(|_| json(200, "{\"type\":\"message\"}")).await;
    let world = bedrock(&service).start().await;
    let answer = asked(&world, CLAUDE).await;
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (200, "{\"type\":\"message\"}")
    );
    assert_eq!(answer.header("bailiwick-left-out"), "a-2025");
    let got = &service.got()[0];
    check_signature(got);
    assert_eq!(got.path, "/model/eu.anthropic.claude-v1%3A0/invoke");
    let expected = r#"{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["effort-2025-11-24","context-1m-2025-08-07"],"max_tokens":1.0e2}"#;
    assert_eq!(got.text(), expected);
    assert_eq!(
        (got.header("anthropic-beta"), got.header("anthropic-version")),
        ("", "")
    );
    assert_eq!(got.header("x-amz-security-token"), "session-canary");
}

#[tokio::test]
async fn binary_messages_come_back_as_events() {
    let service = streaming([chunk(START), chunk(STOP)].concat()).await;
    let world = bedrock(&service).start().await;
    let answer = asked(&world, CLAUDE_STREAM).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "text/event-stream")
    );
    let expected = format!("event: message_start\ndata: {START}\n\nevent: message_stop\ndata: {STOP}\n\n");
    assert_eq!(answer.text(), expected);
    let got = &service.got()[0];
    check_signature(got);
    assert_eq!(
        got.path,
        "/model/eu.anthropic.claude-v1%3A0/invoke-with-response-stream"
    );
    assert!(!got.text().contains("stream"), "{}", got.text());
    assert_eq!(world.entries().await[1]["ended"], "completed");
}

#[tokio::test]
async fn a_stream_that_ends_too_early_or_is_broken_ends_in_an_error_event() {
    let mut broken = chunk(STOP).to_vec();
    broken[20] ^= 1;
    let half = chunk(STOP);
    for rest in [Vec::new(), half[..30].to_vec(), broken] {
        let service = streaming([chunk(START).to_vec(), rest].concat()).await;
        let world = bedrock(&service).start().await;
        let answer = asked(&world, CLAUDE_STREAM).await;
        assert!(
            answer.text().contains("event: error\ndata: {\"type\":\"error\""),
            "{}",
            answer.text()
        );
        assert!(!answer.text().contains("message_stop"));
        assert_eq!(world.entries().await[1]["ended"], "upstream_cut");
    }
}

#[tokio::test]
async fn an_exception_in_the_stream_is_the_protocols_error() {
    let headers = [
        (":exception-type", "throttlingException"),
        (":message-type", "exception"),
    ];
    let exception = Message::new(&headers, "{\"message\":\"slow down\"}").to_bytes();
    let service = streaming([chunk(START), exception].concat()).await;
    let answer = asked(&bedrock(&service).start().await, CLAUDE_STREAM).await;
    let expected = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow down\"}}\n\n";
    assert!(answer.text().ends_with(expected), "{}", answer.text());
}

#[tokio::test]
async fn keys_for_bedrock_alone_are_bearer_tokens() {
    let service = Service::plain(|_| json(200, "{}")).await;
    let mut plan = plan(&service, "anthropic-api", |settings| {
        settings.protocol = Protocol::Bedrock;
        settings.credential = Credential::Literal("bedrock-key".to_owned());
        settings.options.region = Some("eu-west-1".to_owned());
    });
    plan.sources = named(MODEL);
    let world = plan.start().await;
    assert_eq!(asked(&world, CLAUDE).await.status, 200);
    assert_eq!(service.got()[0].header("authorization"), "Bearer bedrock-key");
    // what is tried out is read in the header, where it can be told apart, and nowhere else
    let body = CLAUDE.replace("\"max_tokens\"", "\"anthropic_beta\":[\"x\"],\"max_tokens\"");
    assert_eq!(world.caller(NY_TRADER).post(MESSAGES, &body).await.status, 400);
    assert_eq!(service.got().len(), 1);
}

#[tokio::test]
async fn errors_are_put_as_the_protocol_puts_them_and_tell_nothing_about_the_account() {
    for (status, said, class, expected) in [
        (
            400,
            "prompt is too long: 2 tokens > 1 maximum",
            "invalid_request_error",
            "prompt is too long: 2 tokens > 1 maximum",
        ),
        (
            403,
            "role canary is not authorized",
            "permission_error",
            "The provider does not let this account make the call.",
        ),
        (429, "slow down", "rate_limit_error", "slow down"),
    ] {
        let service = Service::plain(move |_| json(status, &format!("{{\"message\":\"{said}\"}}"))).await;
        let world = bedrock(&service).start().await;
        for body in [CLAUDE, CLAUDE_STREAM] {
            let answer = asked(&world, body).await;
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (status, "application/json")
            );
            let error = &answer.json()["error"];
            assert_eq!(
                (error["type"].as_str(), error["message"].as_str()),
                (Some(class), Some(expected))
            );
        }
    }
}
