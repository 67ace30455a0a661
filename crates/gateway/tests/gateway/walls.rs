//! There is no way around: not by another spelling of a path, not by a route that was forgotten, not by code that sends.

use crate::provider::Provider;
use crate::world::{HK_ANALYST, NY_TRADER, Persona, World};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::Surface;

/// Spellings tried of each protected route.
const SPELLINGS: usize = 300;

/// The table of routes as it is written.
fn table() -> &'static str {
    let source = include_str!("../../src/routes.rs");
    let begin = source.split("pub(crate) static ROUTES").nth(1).unwrap();
    begin.split("];\n").next().unwrap()
}

/// Method and path of every route in the table that needs a key, read out of the source.
fn protected() -> Vec<(&'static str, String)> {
    let mut routes = Vec::new();
    for row in table().split("\n    ").map(str::trim) {
        let literal = row.split('"').nth(1).map(|path| path.replace("{id}", "gemini"));
        let by_surface = Surface::ALL
            .into_iter()
            .find(|surface| row.starts_with(&format!("call(Surface::{surface:?})")));
        let method = if row.contains("Method::GET") {
            "GET"
        } else {
            "POST"
        };
        if row.contains("Check::Open") {
            continue;
        } else if let Some(surface) = by_surface {
            routes.push(("POST", surface.path().to_owned()));
        } else if let Some(path) = literal {
            routes.push((method, path));
        }
    }
    routes
}

/// Other spellings of a path, as attackers write them, and the path itself.
fn spellings(path: &str) -> BTreeSet<String> {
    let mut spellings = BTreeSet::from([path.to_owned()]);
    let slashes: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
    let insertions = [
        "/",
        "//",
        "/./",
        "/../",
        "/x/../",
        "/%2e/",
        "/%2e%2e/",
        "/.%2e/",
        "/;/",
        "/;a=b/",
        "/%2f",
        "/%5c",
        "/%00",
        "/ ".trim_end(),
        "/%20",
        "/..;/",
        "/%252e%252e/",
        "/%c0%ae/",
        "/%u002e/",
    ];
    for at in &slashes {
        for insertion in insertions {
            let (before, behind) = path.split_at(*at);
            spellings.insert(format!("{before}{insertion}{}", behind.trim_start_matches('/')));
        }
    }
    for ending in [
        "/", "//", "/.", "/..", ";", ";a=b", "%20", "%00", "%2f", "?", "?a=b", "?key=x", "#", ".json", "/x",
        "%0d%0a", ":", "~",
    ] {
        let spelled = format!("{path}{ending}");
        spellings.insert(spelled.trim_end_matches('#').to_owned());
    }
    for (at, letter) in path
        .char_indices()
        .filter(|(_, letter)| letter.is_ascii_alphabetic())
    {
        let (before, behind) = (path.split_at(at).0, path.split_at(at + 1).1);
        spellings.insert(format!("{before}{}{behind}", letter.to_ascii_uppercase()));
        spellings.insert(format!("{before}%{:02x}{behind}", u32::from(letter)));
        spellings.insert(format!("{before}%25{:02x}{behind}", u32::from(letter)));
    }
    for start in [
        "/v2",
        "/api",
        "/openai",
        "/proxy",
        "/anthropic",
        "/v1/v1",
        "/public",
        "/healthz/..",
        "/api/hello/..",
        "/%2e",
    ] {
        spellings.insert(format!("{start}{path}"));
    }
    for host in [
        "http://gateway.test",
        "http://localhost",
        "https://elsewhere.example:8443",
        "http://127.0.0.1",
    ] {
        spellings.insert(format!("{host}{path}"));
        spellings.insert(format!("{host}/healthz/..{path}"));
    }
    spellings
}

/// What else may be varied in a head: the host, and what proxies say about addresses.
const HEADS: [&str; 12] = [
    "host: gateway.test\r\n",
    "host: localhost\r\n",
    "host: gateway.test/healthz\r\n",
    "host: gateway.test:0\r\n",
    "host: \r\n",
    "host: gateway.test\r\nx-forwarded-host: localhost\r\nx-original-url: /healthz\r\n",
    "host: gateway.test\r\nx-rewrite-url: /healthz\r\nx-forwarded-prefix: /healthz\r\n",
    "host: gateway.test\r\nx-forwarded-for: 127.0.0.1\r\nforwarded: for=127.0.0.1\r\n",
    "host: gateway.test\r\nx-http-method-override: HEAD\r\nx-method: HEAD\r\n",
    "host: gateway.test\r\nauthorization: Basic YTpi\r\ncookie: session=1\r\n",
    "host: gateway.test\r\nauthorization: Bearer\r\nx-api-key:\r\n",
    "host: gateway.test\r\nbailiwick-decision: 00ff\r\nbailiwick-model: gpt\r\n",
];

/// Sends a request line with headers on an open connection; gives the status.
async fn status(stream: &mut TcpStream, method: &str, target: &str, headers: &str) -> u16 {
    let request = format!("{method} {target} HTTP/1.1\r\n{headers}content-length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .to_lowercase()
                .split("content-length: ")
                .nth(1)
                .map_or(0, |rest| rest.lines().next().unwrap().parse::<usize>().unwrap());
            if body.len() >= length {
                return head.split(' ').nth(1).unwrap().parse().unwrap();
            }
        }
        if stream.read_buf(&mut bytes).await.unwrap() == 0 {
            panic!("{method} {target}: the connection closed behind {text:?}");
        }
    }
}

/// Acceptance A20: hosts, absolute forms, escapes, doubled and dotted segments, parameters, letter case.
#[tokio::test]
async fn no_spelling_of_a_protected_route_passes_without_a_key() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = World::with(provider.address).await;
    let caller = world.caller(NY_TRADER);
    let mut stream = caller.connect().await;
    let routes = protected();
    assert!(routes.len() >= 17, "{routes:?}");
    for (method, path) in routes {
        let spellings = spellings(&path);
        let mut tried = 0;
        for (at, target) in spellings
            .iter()
            .cycle()
            .enumerate()
            .take(SPELLINGS.max(spellings.len()))
        {
            let head = HEADS[(at + at / spellings.len()) % HEADS.len()];
            let found = status(&mut stream, method, target, head).await;
            assert_eq!(found, 401, "{method} {target} with {head:?}");
            tried += 1;
        }
        assert!(tried >= SPELLINGS, "{path}: {tried}");
    }
    assert!(provider.got().is_empty());
}

/// Acceptance A41: every path that the source has, listed or not; each refusal is counted.
#[tokio::test]
async fn every_route_of_the_source_needs_a_key() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = World::with(provider.address).await;
    let bare = crate::client::Caller::new(world.address, NY_TRADER.office);
    // every path that occurs anywhere in the source, in the table or not
    let mut paths: BTreeSet<String> = sources().iter().flat_map(|(_, text)| literals(text)).collect();
    paths.extend(Surface::ALL.into_iter().map(|surface| surface.path().to_owned()));
    paths.retain(|path| path.starts_with('/') && !path.contains([' ', '{', '\\', '\n']));
    let open = ["/", "/api/hello", "/healthz", "/readyz"];
    assert!(paths.len() > 12, "{paths:?}");
    let mut refused = 0;
    for path in paths.iter().filter(|path| !open.contains(&path.as_str())) {
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
            assert_eq!(bare.ask(method, path, b"").await.status, 401, "{method} {path}");
            refused += 1;
        }
    }
    let numbers = world.numbers().await;
    let counted = numbers
        .lines()
        .filter(|line| line.starts_with("bailiwick_requests_total{") && line.contains("status=\"4xx\""))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap());
    assert_eq!(counted.sum::<usize>(), refused, "{numbers}");
    assert!(provider.got().is_empty());
    let entries = world.entries().await;
    let recorded = entries.iter().filter(|entry| entry["event"] == "unauthenticated");
    let recorded = recorded.map(|entry| entry["requests"].as_u64().unwrap());
    assert_eq!(recorded.sum::<u64>(), refused as u64, "{entries:?}");
}

/// The source of the gateway, without its tests.
fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
                files.push((path, text));
            }
        }
    }
    files
}

fn literals(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines
        .flat_map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned))
        .collect()
}

/// Acceptance A41: whoever puts a request on a connection to a provider holds the proof that it was permitted and
/// recorded.
///
/// The type says most of it: only the ledger makes a `Recorded<Permit>`, and sending takes one by value. This says that
/// nothing else in the gateway sends.
#[test]
fn only_code_that_holds_a_recorded_permit_sends() {
    let holds = |text: &str, words: &[&str]| {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code: Vec<&str> = code.collect();
        let code = code.join("\n");
        words.iter().any(|words| code.contains(words))
    };
    // one place puts requests on connections; credentials are fetched before there is any request, from addresses of
    // the configuration; telemetry goes to the collector of the configuration, made of notes and never of a request
    let connected: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| holds(text, &["client.request(", ".send_request("]))
        .filter(|(path, _)| !path.ends_with("connectors/token.rs") && !path.ends_with("export/post.rs"))
        .map(|(path, _)| path)
        .collect();
    assert!(
        connected
            .iter()
            .all(|path| path.ends_with("connectors/upstream.rs"))
            && connected.len() == 1,
        "{connected:?}"
    );
    let senders: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| holds(text, &["upstream.send("]))
        .collect();
    assert!(!senders.is_empty());
    for (path, text) in senders {
        assert!(
            text.contains("Recorded<Permit>"),
            "{} sends without a recorded permit",
            path.display()
        );
    }
}

/// Acceptance A40: no header, query or key of a body leads anywhere.
#[tokio::test]
async fn no_address_of_a_request_is_ever_called() {
    let canary = Provider::answering("200 OK", "{}").await;
    let provider = Provider::answering("200 OK", "{}").await;
    let world = World::with(provider.address).await;
    let url = format!("http://{}/", canary.address);
    let mut caller = world.caller(NY_TRADER);
    for name in [
        "x-portkey-custom-host",
        "helicone-target-url",
        "x-target-url",
        "x-upstream",
        "x-forwarded-host",
        "origin",
        "referer",
    ] {
        caller = caller.with(name, &url);
    }
    let keys = [
        "api_base",
        "base_url",
        "custom_host",
        "endpoint",
        "endpoint_url",
        "target_url",
        "azure_endpoint",
        "proxy",
        "fallbacks",
        "provider",
        "metadata",
        "unknown_key",
        "callback_url",
        "webhook",
    ];
    for key in keys {
        let body = serde_json::json!({ "model": "gpt", key: url }).to_string();
        caller.post("/v1/chat/completions", &body).await;
        caller.post("/v1/responses", &body).await;
        caller
            .post(
                &format!("/v1/chat/completions?{key}={url}"),
                "{\"model\":\"gpt\"}",
            )
            .await;
    }
    let part = |part: serde_json::Value| {
        serde_json::json!({ "model": "claude-sonnet", "messages": [{ "content": [part] }] }).to_string()
    };
    for kind in ["image", "document"] {
        let source = serde_json::json!({ "type": kind, "source": { "type": "url", "url": url } });
        let answer = caller.post("/v1/messages", &part(source)).await;
        assert_eq!(answer.header("bailiwick-code"), "address_not_permitted");
    }
    // a public address goes on for the provider to fetch; nobody here looks it up
    let public = serde_json::json!({ "type": "image", "source": { "type": "url", "url": "https://canary.example/a.png" } });
    assert_eq!(caller.post("/v1/messages", &part(public)).await.status, 200);
    let mut stream = caller.connect().await;
    let key = format!("host: {}\r\nx-api-key: {}\r\n", canary.address, NY_TRADER.key());
    for target in [url.clone(), format!("{url}v1/models"), "/v1/models".to_owned()] {
        status(&mut stream, "GET", &target, &key).await;
    }
    assert!(canary.got().is_empty());
    assert!(
        provider
            .got()
            .iter()
            .all(|got| got.header("host") == Some(&provider.address.to_string()))
    );
}

/// Acceptance A29: two people, every family of ids, all told the same.
#[tokio::test]
async fn ids_of_what_a_provider_keeps_are_nobodys() {
    let provider = Provider::answering("200 OK", "{\"data\":\"another person's\"}").await;
    let world = World::with(provider.address).await;
    let ids = [
        "file-abc123",
        "batch_1",
        "resp_1",
        "conv_1",
        "vs_1",
        "thread_1",
        "msgbatch_1",
        "..",
        "%2e%2e",
        "1",
        "*",
    ];
    let families = [
        "files",
        "batches",
        "responses",
        "conversations",
        "vector_stores",
        "threads",
        "messages/batches",
        "containers",
    ];
    for family in families {
        for id in ids {
            for method in ["GET", "POST", "DELETE"] {
                let path = format!("/v1/{family}/{id}");
                let mut told = Vec::new();
                for persona in [NY_TRADER, HK_ANALYST] {
                    let answer = world.caller(persona).ask(method, &path, b"{}").await;
                    assert_eq!(answer.status, 404, "{method} {path}");
                    told.push(answer.text());
                }
                assert_eq!(told[0], told[1], "{method} {path}");
            }
        }
    }
    assert!(provider.got().is_empty());
}

/// Acceptance A24: names and aliases, in two territories and every protocol.
#[tokio::test]
async fn every_name_of_a_model_is_resolved_before_it_is_decided() {
    let provider = Provider::answering("200 OK", "{}").await;
    let world = World::with(provider.address).await;
    let ask = async |persona: Persona, name: &str| {
        let body = serde_json::json!({ "model": name }).to_string();
        world.caller(persona).post("/v1/messages", &body).await
    };
    for name in ["claude-sonnet", "sonnet"] {
        let refused = ask(HK_ANALYST, name).await;
        assert_eq!(
            (refused.status, refused.header("bailiwick-clause")),
            (451, "anthropic-2024 2.3"),
            "{name}"
        );
        let permitted = ask(NY_TRADER, name).await;
        assert_eq!(
            (permitted.status, permitted.header("bailiwick-model")),
            (200, "claude-sonnet"),
            "{name}"
        );
    }
    let others = [
        "*",
        "claude-*",
        "claude",
        "Sonnet",
        "CLAUDE-SONNET",
        " sonnet",
        "sonnet ",
        "sonnet:latest",
        "anthropic/claude-sonnet",
        "claude-sonnet@1",
        "claude\u{2010}sonnet",
        "claude-sonnet,gpt",
        "models/sonnet",
        "default",
        "auto",
        "claude-sonnet-direct",
        "anthropic-api",
        "null",
    ];
    for name in others {
        for persona in [HK_ANALYST, NY_TRADER] {
            let answer = ask(persona, name).await;
            assert_eq!(
                (answer.status, answer.header("bailiwick-code")),
                (451, "unknown_model"),
                "{name}"
            );
        }
    }
    assert_eq!(provider.got().len(), 2);
    // the same model by any spelling of JSON, in any protocol
    for body in [
        "{\"model\":\"s\\u006fnnet\"}",
        "{\"m\\u006fdel\":\"sonnet\"}",
        "{\"model\" : \"sonnet\"}",
        "{\"metadata\":{\"model\":\"gpt\"},\"model\":\"claude-sonnet\"}",
    ] {
        for path in [
            "/v1/messages",
            "/v1/chat/completions",
            "/v1/responses",
            "/v1/messages/count_tokens",
        ] {
            let refused = world.caller(HK_ANALYST).post(path, body).await;
            let clause = refused.header("bailiwick-clause");
            assert_eq!(clause, "anthropic-2024 2.3", "{path} {body}: {}", refused.text());
        }
    }
    for path in [
        "sonnet:generateContent",
        "claude-sonnet:streamGenerateContent",
        "s%6fnnet:countTokens",
    ] {
        let refused = world
            .caller(HK_ANALYST)
            .post(&format!("/v1beta/models/{path}"), "{}")
            .await;
        assert_eq!(refused.header("bailiwick-clause"), "anthropic-2024 2.3", "{path}");
    }
    assert_eq!(provider.got().len(), 2);
    let entries = world.entries().await;
    let of_alias = entries.iter().filter(|entry| entry["asked"] == "sonnet");
    assert!(of_alias.clone().count() > 2 && of_alias.clone().all(|entry| entry["model"] == "claude-sonnet"));
}
