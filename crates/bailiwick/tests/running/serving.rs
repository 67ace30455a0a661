//! `bailiwick serve`, as a new user would.

use crate::beginning::{Beginning, CHAT, bailiwick, edit, provider};
use crate::server::{NOWHERE, exchange, get, post};

#[test]
fn a_new_register_is_served_to_whom_it_gives_keys() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let (folder, key) = (beginning.folder.path(), &beginning.engineer);
    let listed = String::from_utf8(bailiwick(folder, &["keys", "list"]).unwrap().stdout).unwrap();
    assert!(
        listed.contains("us-engineer") && !listed.contains(key),
        "{listed}"
    );
    let nobody = bailiwick(folder, &["keys", "new", "--person", "nobody"]).unwrap();
    assert_eq!(nobody.status.code(), Some(2));

    let server = beginning.serve();
    let (status, list) = get(&server, NOWHERE, "/v1/models", key).unwrap();
    assert!(status == 200 && list.contains("example-model"), "{list}");
    let (status, answer) = post(&server, NOWHERE, CHAT, key, "example-model").unwrap();
    assert!(status == 200 && answer.contains("stand-in"), "{answer}");
    let (status, list) = get(&server, NOWHERE, "/v1/models", &beginning.analyst).unwrap();
    assert!(status == 200 && !list.contains("example-model"), "{list}");
    let (status, refusal) = post(&server, NOWHERE, CHAT, &beginning.analyst, "example-model").unwrap();
    assert!(
        status == 400
            && refusal.contains("licensor-2026 2.3")
            && refusal.contains("mailto:ai-desk@firm.example"),
        "{refusal}"
    );
    assert!(server.stop().unwrap().success());
    let ledger = folder.join("data/ledger/segment-00000001.jsonl");
    let entries = std::fs::read_to_string(ledger).unwrap();
    assert_eq!(entries.matches("\"intent\"").count(), 2, "{entries}");
}

#[test]
fn those_who_run_it_are_told_on_a_socket_of_its_own() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let telemetry = "[telemetry]\nlisten = \"127.0.0.1:0\"\n\n[data]";
    edit(beginning.folder.path(), "bailiwick.toml", "[data]", telemetry);
    let server = beginning.serve();
    let (engineer, analyst) = (&beginning.engineer, &beginning.analyst);
    for (key, expected) in [(engineer, 200), (analyst, 400), (analyst, 400)] {
        let (status, _) = post(&server, NOWHERE, CHAT, key, "example-model").unwrap();
        assert_eq!(status, expected);
    }
    let told_at = server.text("/telemetry").unwrap().parse().unwrap();
    let ask = |path: &str| {
        let text = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        exchange(told_at, NOWHERE, &text).unwrap()
    };
    let (status, numbers) = ask("/metrics");
    assert_eq!(status, 200);
    for line in [
        "bailiwick_requests_total{route=\"/v1/chat/completions\",verdict=\"permit\",status=\"2xx\"} 1",
        "bailiwick_requests_total{route=\"/v1/chat/completions\",verdict=\"deny\",status=\"4xx\"} 2",
        "bailiwick_connector_healthy{connector=\"licensor-api\"} 1",
    ] {
        assert!(numbers.contains(line), "{line} is not in {numbers}");
    }
    assert_eq!((ask("/readyz").0, ask("/v1/models").0), (200, 404));
    assert!(server.stop().unwrap().success());
}

#[test]
fn a_provider_that_is_away_is_a_502() {
    // bound and never listening, so that nobody else listens there either
    let nowhere = tokio::net::TcpSocket::new_v4().unwrap();
    nowhere.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let beginning = Beginning::new(nowhere.local_addr().unwrap());
    let server = beginning.serve();
    let (status, _) = post(&server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();
    assert_eq!(status, 502);
    assert!(server.stop().unwrap().success());
}

#[test]
fn what_cannot_be_carried_or_does_not_hold_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    assert!(bailiwick(folder.path(), &["init", "."]).unwrap().status.success());
    let check = |file: &str, from: &str, to: &str, words: &str| {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let output = bailiwick(folder.path(), &["serve"]).unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(words), "{said}");
        std::fs::write(&path, text).unwrap();
    };
    let connector = "protocol = \"openai\"";
    let config = "bailiwick.toml";
    check(
        config,
        connector,
        "protocol = \"openai\"\nproxy = \"http://proxy\"",
        "the proxy of connector `licensor-api` must be `http://`, a host and a port",
    );
    check(
        config,
        connector,
        "protocol = \"openai\"\nca = \"none.pem\"",
        "the certificate authorities of connector `licensor-api` cannot be used",
    );
    check(
        config,
        connector,
        "protocol = \"openai\"\nregion = \"eu-west-1\"",
        "which does nothing with `region`",
    );
    check(
        config,
        connector,
        "protocol = \"anthropic\"",
        "has the wire `openai`",
    );
    check(
        config,
        "http://127.0.0.1:8081",
        "https://provider.example",
        "pins deployment `example-model-direct`",
    );
    check(
        "register/instruments/licensor-2026.toml",
        "\"HK\", ",
        "",
        "so it is not served",
    );
    check(
        "register/instruments/licensor-2026.toml",
        "kind =",
        "kid =",
        "has errors",
    );
}
