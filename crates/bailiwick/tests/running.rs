//! The program as a server: it starts, answers over HTTP, records, and ends cleanly when it is told to.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;

/// A server that was started, and what it said when it was ready.
struct Running {
    process: Child,
    ready: Value,
}

type Failure = Box<dyn std::error::Error>;

impl Running {
    fn start(arguments: &[&str], folder: &Path) -> Result<Self, Failure> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_bailiwick"))
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let out = process.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        Ok(Self {
            ready: serde_json::from_str(&line)?,
            process,
        })
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.ready.pointer(pointer)?.as_str()
    }

    fn address(&self) -> Result<SocketAddr, Failure> {
        let url = self.text("/base_url").ok_or("no address")?;
        Ok(url.trim_start_matches("http://").parse()?)
    }

    fn key(&self, persona: &str) -> &str {
        self.text(&format!("/personas/{persona}/key")).unwrap_or_default()
    }

    /// Asks it to end, as an init system does.
    fn stop(mut self) -> Result<ExitStatus, Failure> {
        Command::new("kill")
            .arg("-TERM")
            .arg(self.process.id().to_string())
            .status()?;
        Ok(self.process.wait()?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // has ended already, unless a test failed
        let _killed = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// One call from an address of this machine; the status, and the whole answer.
fn exchange(address: SocketAddr, from: &str, text: &str) -> Result<(u16, String), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer: Result<String, Failure> = runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(from.parse::<IpAddr>()?, 0))?;
        let mut stream = socket.connect(address).await?;
        stream.write_all(text.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    });
    let answer = answer?;
    let status = answer.split_whitespace().nth(1).ok_or("no status")?.parse()?;
    Ok((status, answer))
}

fn get(server: &Running, from: &str, path: &str, key: &str) -> Result<(u16, String), Failure> {
    let text =
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\r\n");
    exchange(server.address()?, from, &text)
}

fn post(server: &Running, from: &str, path: &str, key: &str, model: &str) -> Result<(u16, String), Failure> {
    let body = json!({"model": model, "max_tokens": 20, "messages": [{"role": "user", "content": "Hello"}]})
        .to_string();
    let text = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: {key}\r\ncontent-type: application/json\r\n\
         anthropic-version: 2023-06-01\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(server.address()?, from, &text)
}

const NOWHERE: &str = "127.0.0.1";
const HONG_KONG: &str = "127.0.2.1";
const LONDON: &str = "127.0.3.1";

#[test]
fn the_demonstration_plays_the_world_on_one_machine() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "demo",
        "--stand-in-only",
        "--json",
        "--port",
        "0",
        "--data-dir",
        "data",
        "--at",
        "2026-07-15T09:00:00Z",
    ];
    let demo = Running::start(&arguments, folder.path()).unwrap();
    assert_eq!(demo.ready["personas"]["hk-analyst"]["place"], "HK");
    assert_eq!(demo.ready["console_url"], Value::Null);
    let analyst = demo.key("hk-analyst").to_owned();

    let (status, list) = get(&demo, NOWHERE, "/v1/models", &analyst).unwrap();
    assert!(
        status == 200 && list.contains("\"gpt-5\"") && !list.contains("claude"),
        "{list}"
    );
    let (status, refusal) = post(&demo, HONG_KONG, "/v1/messages", &analyst, "claude-sonnet").unwrap();
    assert!(
        status == 451 && refusal.contains("anthropic-2024 2.3"),
        "{refusal}"
    );
    let (status, answer) = post(&demo, LONDON, "/v1/messages", &analyst, "claude-sonnet").unwrap();
    assert!(status == 200 && answer.contains("stand-in"), "{answer}");
    let (status, _) = get(&demo, NOWHERE, "/v1/models", "bw_not_a_key").unwrap();
    assert_eq!(status, 401);

    let ledger = demo.ready["ledger_dir"].as_str().unwrap().to_owned();
    assert!(demo.stop().unwrap().success());
    let segment = folder.path().join(ledger).join("segment-00000001.jsonl");
    let entries = std::fs::read_to_string(segment).unwrap();
    let intents = entries.lines().filter(|line| line.contains("\"intent\"")).count();
    let outcomes = entries
        .lines()
        .filter(|line| line.contains("\"outcome\""))
        .count();
    assert_eq!((intents, outcomes), (2, 1), "{entries}");
    assert!(
        !entries.contains("hk-analyst") && !entries.contains("Hello"),
        "{entries}"
    );

    let again = Running::start(&arguments, folder.path()).unwrap();
    assert_eq!(again.key("hk-analyst"), analyst, "one data folder, one key");
    assert!(again.stop().unwrap().success());
}

#[test]
fn what_is_no_small_model_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "demo",
        "--port",
        "0",
        "--data-dir",
        "data",
        "--model-python",
        "false",
        "--model-file",
        "none",
    ];
    let output = Command::new(env!("CARGO_BIN_EXE_bailiwick"))
        .args(arguments)
        .current_dir(folder.path())
        .output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the small model did not start"));
}

#[test]
fn a_new_register_is_served_to_whom_it_gives_keys() {
    let folder = tempfile::tempdir().unwrap();
    let bailiwick = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_bailiwick"))
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .output()
    };
    assert!(bailiwick(&["init", "."]).unwrap().status.success());
    let config = folder.path().join("bailiwick.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("127.0.0.1:8080", "127.0.0.1:0")).unwrap();
    let made = bailiwick(&["keys", "new", "--person", "us-engineer"]).unwrap();
    let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let listed = String::from_utf8(bailiwick(&["keys", "list"]).unwrap().stdout).unwrap();
    assert!(
        listed.contains("us-engineer") && !listed.contains(&key),
        "{listed}"
    );
    assert_eq!(
        bailiwick(&["keys", "new", "--person", "nobody"])
            .unwrap()
            .status
            .code(),
        Some(2)
    );

    let server = Running::start(&["serve", "--json"], folder.path()).unwrap();
    let (status, list) = get(&server, NOWHERE, "/v1/models", &key).unwrap();
    assert!(status == 200 && list.contains("example-model"), "{list}");
    // nobody listens where the configuration says that the provider is
    let (status, _) = post(&server, NOWHERE, "/v1/chat/completions", &key, "example-model").unwrap();
    assert_eq!(status, 502);
    assert!(server.stop().unwrap().success());
}

#[test]
fn what_cannot_be_carried_or_does_not_hold_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let bailiwick = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_bailiwick"))
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .output()
    };
    assert!(bailiwick(&["init", "."]).unwrap().status.success());
    let check = |file: &str, from: &str, to: &str, words: &str| {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let output = bailiwick(&["serve"]).unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(words), "{said}");
        std::fs::write(&path, text).unwrap();
    };
    let connector = "dialect = \"openai\"";
    let config = "bailiwick.toml";
    check(
        config,
        connector,
        "dialect = \"openai\"\nproxy = \"http://proxy\"",
        "names `proxy`, which this version",
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
