//! `bailiwick serve`, as a new user would.

use crate::beginning::{Beginning, CHAT, bailiwick, edit, provider, recorded};
use crate::server::{LOG, NOWHERE, Running, exchange, get, post};

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
    let entries = recorded(&folder.join("data"));
    let intents = entries.iter().filter(|entry| entry["kind"] == "intent");
    assert_eq!(intents.count(), 2, "{entries:?}");
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

/// Lines of the log of a server, each a JSON object.
fn log(folder: &std::path::Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(folder.join(LOG)).unwrap();
    let lines = text.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_collector_is_told_by_the_configuration_and_the_log_names_each_request() {
    let (runtime, provider) = provider();
    let collector = runtime.block_on(testkit::Collector::start()).unwrap();
    let beginning = Beginning::new(provider.address());
    let folder = beginning.folder.path();
    let telemetry = format!(
        "[log]\nformat = \"json\"\n\n[telemetry.otlp]\nendpoint = \"{}\"\nheaders = {{ x-scope = \"env:SCOPE\" }}\n\
         interval = \"1h\"\n\n[data]",
        collector.url()
    );
    edit(folder, "bailiwick.toml", "[data]", &telemetry);
    let variables = [
        ("SCOPE", "larkmoor"),
        ("BAILIWICK_LOG", "info"),
        // what libraries would take from the environment is not taken
        ("OTEL_SERVICE_NAME", "another"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=b"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-scope=another"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"),
        ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_TRACES_SAMPLER", "always_off"),
    ];
    let server = Running::start_with(&["serve", "--json"], folder, &variables).unwrap();
    let (status, answer) = post(&server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();
    assert_eq!(status, 200);
    let id = answer
        .lines()
        .find_map(|line| line.strip_prefix("x-request-id: "));
    let id = id.unwrap().to_owned();
    assert!(server.stop().unwrap().success());

    assert_eq!(collector.spans().len(), 4);
    let resource = collector.resource();
    assert_eq!(
        (resource.len(), resource["service.name"].as_str()),
        (2, "bailiwick")
    );
    assert!(
        collector
            .got()
            .iter()
            .all(|got| got.header("x-scope") == Some("larkmoor"))
    );
    let log = log(folder);
    let forwarded = log.iter().find(|line| line["message"] == "forwarded").unwrap();
    assert_eq!(forwarded["request_id"], id);
    let ready = log.iter().find(|line| line["message"] == "ready").unwrap();
    assert_eq!(ready.get("request_id"), None);

    // the same for people
    edit(folder, "bailiwick.toml", "\"json\"", "\"text\"");
    let server = Running::start_with(&["serve", "--json"], folder, &variables).unwrap();
    let (status, answer) = post(&server, NOWHERE, CHAT, &beginning.analyst, "example-model").unwrap();
    assert_eq!(status, 400);
    let id = answer
        .lines()
        .find_map(|line| line.strip_prefix("x-request-id: "));
    assert!(server.stop().unwrap().success());
    let log = std::fs::read_to_string(folder.join(LOG)).unwrap();
    let refused = log.lines().find(|line| line.contains("refused")).unwrap();
    assert!(
        refused.ends_with(&format!(" request_id={}", id.unwrap())),
        "{refused}"
    );
    assert!(
        log.lines()
            .any(|line| line.contains("ready") && !line.contains("request_id")),
        "{log}"
    );
}

#[test]
fn a_collector_that_cannot_be_told_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    assert!(bailiwick(folder.path(), &["init", "."]).unwrap().status.success());
    let telemetry = "[telemetry.otlp]\nendpoint = \"https://c\"\nheaders = { a = \"env:NO_SUCH\" }\n\n[data]";
    edit(folder.path(), "bailiwick.toml", "[data]", telemetry);
    for arguments in [&["serve"][..], &["config", "check"]] {
        let output = bailiwick(folder.path(), arguments).unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains("the variable `NO_SUCH`"),
            "{said}"
        );
    }
}
