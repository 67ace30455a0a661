//! Reports of a server that serves: packs that hold without it, and what a provider counted that it did not see.

use crate::beginning::{Beginning, CHAT, bailiwick, recorded};
use crate::server::{NOWHERE, Running, post};
use report::visible::acts;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Output;
use testkit::Provider;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

/// Runs a command in a folder; its exit code, and the JSON that it printed.
fn told(folder: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let Output {
        status,
        stdout,
        stderr,
    } = bailiwick(folder, arguments).unwrap();
    let text = String::from_utf8_lossy(&stdout);
    let value = serde_json::from_str(&text);
    (
        status.code(),
        value.unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&stderr))),
    )
}

/// What the provider counted, as it would export it.
fn export(provider: &Provider, day: &str) -> String {
    let mut counted = std::collections::BTreeMap::new();
    for got in provider.got() {
        let body: Value = serde_json::from_slice(&got.body).unwrap();
        *counted
            .entry(body["model"].as_str().unwrap().to_owned())
            .or_insert(0) += 1;
    }
    let lines = counted
        .iter()
        .map(|(model, requests)| format!("{day},{model},{requests}\n"));
    format!("day,model,requests\n{}", lines.collect::<String>())
}

/// One request to the provider that no gateway sees.
async fn past_the_gateway(provider: &Provider, model: &str) {
    let body = json!({"model": model, "messages": [{"role": "user", "content": "Hello"}]}).to_string();
    let length = body.len();
    let text = format!("POST {CHAT} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{body}");
    let so_far = provider.got().len();
    let mut stream = TcpStream::connect(provider.address()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    provider.requests(so_far + 1).await;
}

/// Acceptance A56: a provider counted a request that the log does not have. The comparison says so, by day and model.
#[test]
fn what_went_past_the_gateway_shows_in_the_providers_count() {
    let runtime = Runtime::new().unwrap();
    let provider = runtime.block_on(Provider::start()).unwrap();
    let beginning = Beginning::new(provider.address());
    let folder = beginning.folder.path();
    let server = beginning.serve();
    for _ in 0..3 {
        let (status, answer) = post(&server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();
        assert_eq!(status, 200, "{answer}");
    }
    assert!(server.stop().unwrap().success());
    let outcomes = recorded(&folder.join("data"));
    let outcome = outcomes.iter().find(|entry| entry["kind"] == "outcome").unwrap();
    let day = outcome["time"]
        .as_str()
        .unwrap()
        .split('T')
        .next()
        .unwrap()
        .to_owned();
    let compare = || {
        std::fs::write(folder.join("usage.csv"), export(&provider, &day)).unwrap();
        told(folder, &["report", "reconcile", "--usage", "usage.csv", "--json"])
    };
    let (code, agrees) = compare();
    assert_eq!(
        (code, &agrees["explained"]),
        (Some(0), &json!(true)),
        "{agrees:#}"
    );
    assert_eq!(agrees["tables"]["days"][0]["finding"], "agrees", "{agrees:#}");

    let body: Value = serde_json::from_slice(&provider.got()[0].body).unwrap();
    runtime.block_on(past_the_gateway(&provider, body["model"].as_str().unwrap()));
    let (code, differs) = compare();
    assert_eq!(
        (code, &differs["explained"]),
        (Some(3), &json!(false)),
        "{differs:#}"
    );
    let row = &differs["tables"]["days"][0];
    assert_eq!(
        (&row["requests"], &row["answered"], &row["difference"]),
        (&json!(4), &json!(3), &json!(1)),
        "{row:#}"
    );
    assert!(
        row["finding"] == "more at the provider"
            && differs["answer"].to_string().contains("beside this gateway"),
        "{row:#}"
    );
}

/// Waits until so many entries are published.
fn published(data: &Path, count: usize) {
    while recorded(data).len() < count {}
}

fn ask(server: &Running, beginning: &Beginning) {
    for (key, status) in [(&beginning.engineer, 200), (&beginning.analyst, 400)] {
        assert_eq!(
            post(server, NOWHERE, CHAT, key, "example-model").unwrap().0,
            status
        );
    }
}

/// Packs of all three sorts are made beside a server that serves, and hold in an empty folder, with program and key alone.
#[test]
fn packs_hold_without_the_installation_that_made_them() {
    let runtime = Runtime::new().unwrap();
    let provider = runtime.block_on(Provider::start()).unwrap();
    let beginning = Beginning::new(provider.address());
    let (folder, elsewhere) = (beginning.folder.path(), tempfile::tempdir().unwrap());
    let server = beginning.serve();
    ask(&server, &beginning);
    published(&folder.join("data"), 3);
    let period = ["--from", "2020-01-01", "--until", "2100-01-01"];
    let register = std::fs::read_to_string(folder.join("register/models.toml")).unwrap();
    let licensor = register
        .lines()
        .find_map(|line| line.strip_prefix("provider = \""))
        .unwrap()
        .trim_end_matches('"');
    let key = bailiwick(folder, &["ledger", "key"]).unwrap().stdout;
    std::fs::write(elsewhere.path().join("key"), key).unwrap();
    let reports: [&[&str]; 3] = [
        &[
            "report",
            "licensor",
            licensor,
            "--territory",
            "HK",
            "--territory",
            "US",
        ],
        &["report", "regulator", "--open", "person"],
        &["report", "person", "hk-analyst"],
    ];
    for (number, report) in reports.into_iter().enumerate() {
        let (pack, preview) = (
            format!("pack-{number}"),
            [report, &period, &["--preview", "--json"]].concat(),
        );
        let (code, previewed) = told(folder, &preview);
        assert!(code == Some(0) && !folder.join(&pack).exists(), "{previewed:#}");
        assert!(
            !previewed["preview"]["opened"].as_array().unwrap().is_empty(),
            "{previewed:#}"
        );
        let (code, made) = told(folder, &[report, &period, &["--out", &pack, "--json"]].concat());
        assert_eq!(code, Some(0), "{made:#}");
        ask(&server, &beginning);
        std::fs::rename(folder.join(&pack), elsewhere.path().join(&pack)).unwrap();
        let (code, checked) = told(elsewhere.path(), &["verify", &pack, "--key", "key", "--json"]);
        assert_eq!((code, &checked["holds"]), (Some(0), &json!(true)), "{checked:#}");
        assert_eq!(checked["answer"], made["answer"]);
        let evidence = elsewhere.path().join(&pack).join("evidence.jsonl");
        let text = std::fs::read_to_string(&evidence).unwrap();
        std::fs::write(&evidence, text.replacen("intent", "indent", 1)).unwrap();
        let (code, checked) = told(elsewhere.path(), &["verify", &pack, "--key", "key", "--json"]);
        assert_eq!(code, Some(3), "{checked:#}");
        assert_eq!(
            checked["problem"],
            "`evidence.jsonl` is not the file that was signed"
        );
    }
    assert!(server.stop().unwrap().success());
    let slip = bailiwick(
        folder,
        &[
            "report",
            "licensor",
            "Exampel Licensor",
            "--from",
            "2020-01-01",
            "--until",
            "2100-01-01",
            "--preview",
        ],
    );
    let slip = slip.unwrap();
    assert_eq!(slip.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&slip.stderr).contains("neither the register nor the ledger has a licensor")
    );
}

/// Acceptance A57: a caller's name for a model reaches ledger and terminal, and does nothing there.
#[test]
fn what_callers_call_a_model_does_nothing_on_a_terminal() {
    let runtime = Runtime::new().unwrap();
    let provider = runtime.block_on(Provider::start()).unwrap();
    let beginning = Beginning::new(provider.address());
    let (folder, server) = (beginning.folder.path(), beginning.serve());
    let name = "\u{202e}gnp.exe\u{2066}=1+1\u{feff}";
    for name in [name, "\u{9b}2J", "\u{1b}[31m"] {
        let (status, answer) = post(&server, NOWHERE, CHAT, &beginning.engineer, name).unwrap();
        assert!((400..500).contains(&status), "{answer}");
    }
    assert!(server.stop().unwrap().success());
    let period = ["--from", "2020-01-01", "--until", "2100-01-01", "--preview"];
    for command in [
        &["ledger", "tail", "--from", "0"][..],
        &[&["report", "regulator"][..], &period].concat(),
    ] {
        let shown = bailiwick(folder, command).unwrap();
        let text = String::from_utf8(shown.stdout).unwrap();
        assert!(text.contains("\\u{202e}gnp.exe"), "{text:?}");
        assert!(
            !text.contains(|letter| acts(letter) && letter != '\n'),
            "{text:?}"
        );
    }
}
