//! Addresses and amounts that a request asks for, in every form that some reader takes for one.

use crate::provider::Provider;
use crate::streams::{CHAT, MESSAGES};
use crate::world::{NY_TRADER, World};
use serde_json::{Value, json};
use tokio::net::TcpListener;

async fn quiet() -> (World, Provider) {
    let provider = Provider::answering("200 OK", "{}").await;
    (World::with(provider.address).await, provider)
}

/// Addresses of the inside in every spelling that some reader of addresses takes.
fn inside(port: u16) -> Vec<String> {
    let hosts = [
        "127.0.0.1",
        "127.1",
        "127.0.0.2",
        "0.0.0.0",
        "0",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "127.0.0.1.",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "metadata.google.internal",
        "169.254.170.2",
        "100.100.100.200",
        "2852039166",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "198.18.0.1",
        "[fc00::1]",
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "224.0.0.1",
        "255.255.255.255",
        "printer",
        "wiki.corp",
        "gateway.local",
        "user@127.0.0.1",
        "example.com@127.0.0.1",
        "127.0.0.1%00.example.com",
        "\u{2460}27.0.0.1",
        "127\u{3002}0\u{3002}0\u{3002}1",
    ];
    let mut all: Vec<String> = hosts
        .iter()
        .map(|host| format!("http://{host}:{port}/a.png"))
        .collect();
    all.extend(
        [
            "file:///etc/passwd",
            "ftp://example.com/a",
            "gopher://127.0.0.1/",
            "//127.0.0.1/a",
            "/etc/passwd",
            "http:/127.0.0.1/",
        ]
        .map(str::to_owned),
    );
    all.push(format!("hTTps:\\\\127.0.0.1:{port}/a"));
    all.push(format!("http://\t127.0.0.1:{port}/a"));
    all
}

/// Acceptance A42: addresses of the inside are not sent on, in whatever part of a request, and nobody here follows any.
#[tokio::test]
async fn addresses_of_the_inside_reach_nobody() {
    let canary = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (world, provider) = quiet().await;
    let caller = world.caller(NY_TRADER);
    let part = |model: &str, key: &str, part: Value| json!({ "model": model, key: [{ "role": "user", "content": [part] }] });
    for url in inside(canary.local_addr().unwrap().port()) {
        let url = url.as_str();
        let bodies = [
            (
                CHAT,
                part(
                    "gpt",
                    "messages",
                    json!({ "type": "image_url", "image_url": { "url": url } }),
                ),
            ),
            (
                CHAT,
                part(
                    "gpt",
                    "messages",
                    json!({ "type": "image_url", "image_url": url }),
                ),
            ),
            (
                "/v1/responses",
                part("gpt", "input", json!({ "type": "input_image", "image_url": url })),
            ),
            (
                "/v1/responses",
                part("gpt", "input", json!({ "type": "input_file", "file_url": url })),
            ),
            (
                MESSAGES,
                part(
                    "claude-sonnet",
                    "messages",
                    json!({ "type": "image", "source": { "type": "url", "url": url } }),
                ),
            ),
            (
                MESSAGES,
                part(
                    "claude-sonnet",
                    "messages",
                    json!({ "type": "document", "source": { "type": "url", "url": url } }),
                ),
            ),
            (
                "/v1beta/models/gemini:generateContent",
                json!({ "contents": [{ "parts": [{ "fileData": { "fileUri": url, "mimeType": "image/png" } }] }] }),
            ),
            (
                "/v1beta/models/gemini:generateContent",
                json!({ "contents": [{ "parts": [{ "file_data": { "file_uri": url } }] }] }),
            ),
        ];
        for (path, body) in bodies {
            let answer = caller.post(path, &body.to_string()).await;
            let code = answer.header("bailiwick-code");
            assert_eq!(code, "address_not_permitted", "{path} {body}: {}", answer.text());
            assert!([400, 403, 451].contains(&answer.status), "{path} {body}");
        }
    }
    assert!(provider.got().is_empty());
    let called = tokio::time::timeout(std::time::Duration::from_millis(50), canary.accept()).await;
    assert!(called.is_err(), "somebody followed an address");
}

/// Acceptance A65: amounts in every form that some reader takes for a number, above the caps of this gateway.
#[tokio::test]
async fn amounts_above_the_caps_are_not_sent_on() {
    let (world, provider) = quiet().await;
    let caller = world.caller(NY_TRADER);
    let numbers = [
        "128",
        "128.0",
        "1.28e2",
        "1e400",
        "99999999999999999999999",
        "\"128\"",
        "[128]",
        "{}",
        "true",
        "\"\\u0031\\u0032\\u0038\"",
    ];
    for key in ["n", "best_of"] {
        for number in numbers {
            let answer = caller
                .post(CHAT, &format!("{{\"model\":\"gpt\",\"{key}\":{number}}}"))
                .await;
            let code = answer.header("bailiwick-code").to_owned();
            assert_eq!(answer.status, 400, "{key} {number}");
            assert!(
                ["too_much", "invalid_request"].contains(&code.as_str()),
                "{key} {number}: {code}"
            );
        }
    }
    let huge = [
        "1000001",
        "1e7",
        "10000000000000000000000000",
        "\"1000001\"",
        "1e400",
        "[9]",
    ];
    for number in huge {
        for (path, body) in [
            (CHAT, format!("{{\"model\":\"gpt\",\"max_tokens\":{number}}}")),
            (
                CHAT,
                format!("{{\"model\":\"gpt\",\"max_completion_tokens\":{number}}}"),
            ),
            (
                "/v1/responses",
                format!("{{\"model\":\"gpt\",\"max_output_tokens\":{number}}}"),
            ),
            (
                MESSAGES,
                format!("{{\"model\":\"claude-sonnet\",\"max_tokens\":{number}}}"),
            ),
            (
                "/v1beta/models/gemini:generateContent",
                format!("{{\"generationConfig\":{{\"maxOutputTokens\":{number}}}}}"),
            ),
            (
                "/v1beta/models/gemini:generateContent",
                format!("{{\"generation_config\":{{\"max_output_tokens\":{number}}}}}"),
            ),
            (
                "/v1beta/models/gemini:generateContent",
                format!("{{\"generationConfig\":{{\"candidateCount\":{number}}}}}"),
            ),
        ] {
            let answer = caller.post(path, &body).await;
            assert!(
                [400, 403, 451].contains(&answer.status),
                "{path} {body}: {}",
                answer.status
            );
        }
    }
    let tools = |tool: &str| vec![tool; 10_000].join(",");
    let function = r#"{"type":"function","function":{"name":"f"}}"#;
    for (path, body) in [
        (
            CHAT,
            format!("{{\"model\":\"gpt\",\"tools\":[{}]}}", tools(function)),
        ),
        (
            CHAT,
            format!(
                "{{\"model\":\"gpt\",\"functions\":[{}]}}",
                tools("{\"name\":\"f\"}")
            ),
        ),
        (
            "/v1/responses",
            format!(
                "{{\"model\":\"gpt\",\"tools\":[{}]}}",
                tools("{\"type\":\"function\",\"name\":\"f\"}")
            ),
        ),
        (
            MESSAGES,
            format!(
                "{{\"model\":\"claude-sonnet\",\"tools\":[{}]}}",
                tools("{\"name\":\"f\",\"input_schema\":{}}")
            ),
        ),
        (
            "/v1beta/models/gemini:generateContent",
            format!(
                "{{\"tools\":[{{\"functionDeclarations\":[{}]}}]}}",
                tools("{\"name\":\"f\"}")
            ),
        ),
    ] {
        let answer = caller.post(path, &body).await;
        assert_eq!(answer.header("bailiwick-code"), "too_much", "{path}");
    }
    assert!(provider.got().is_empty());
    assert_eq!(
        caller
            .post(CHAT, "{\"model\":\"gpt\",\"n\":8,\"max_tokens\":1000000}")
            .await
            .status,
        200
    );
}
