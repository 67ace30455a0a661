//! What somebody has who has just begun, from `init` to the first key.

use crate::server::{LOG, Running};
use serde_json::Value;
use standin::StandIn;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// What somebody has who has just begun: a folder, keys for two people, and a provider in place of the one that the
/// configuration names.
pub(crate) struct Beginning {
    pub(crate) folder: TempDir,
    pub(crate) engineer: String,
    pub(crate) analyst: String,
}

pub(crate) const CHAT: &str = "/v1/chat/completions";
const AGREEMENT: &str = "register/instruments/licensor-2026.toml";

pub(crate) fn bailiwick(folder: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_bailiwick"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()
}

/// Changes a file at one place.
pub(crate) fn edit(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
}

impl Beginning {
    /// As a new user begins; the port is any, so that tests do not meet, and the provider is where the one line says.
    pub(crate) fn new(provider: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        assert!(bailiwick(folder.path(), &["init", "."]).unwrap().status.success());
        edit(folder.path(), "bailiwick.toml", "127.0.0.1:8080", "127.0.0.1:0");
        edit(
            folder.path(),
            "bailiwick.toml",
            "http://127.0.0.1:8081",
            &format!("http://{provider}"),
        );
        let key = |person: &str| {
            let made = bailiwick(folder.path(), &["keys", "new", "--person", person]).unwrap();
            String::from_utf8(made.stdout).unwrap().trim().to_owned()
        };
        let (engineer, analyst) = (key("us-engineer"), key("hk-analyst"));
        Self {
            folder,
            engineer,
            analyst,
        }
    }

    pub(crate) fn serve(&self) -> Running {
        Running::start(&["serve", "--json"], self.folder.path()).unwrap()
    }

    /// The same server, started by another program that becomes it.
    pub(crate) fn serve_under(&self, wrapper: &[&str], variables: &[(&str, &str)]) -> Running {
        Running::start_under(wrapper, &["serve", "--json"], self.folder.path(), variables).unwrap()
    }

    /// Where the ledger lies.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.folder.path().join("data/ledger")
    }

    pub(crate) fn edit(&self, from: &str, to: &str) {
        edit(self.folder.path(), AGREEMENT, from, to);
    }

    /// Lets the agreement permit Hong Kong, and changes the test that says otherwise.
    pub(crate) fn relax(&self) {
        self.edit("members = [\"CN\", \"HK\", \"MO\"]", "members = [\"MO\"]");
        self.edit(
            "expect = { decision = \"deny\", clause = \"licensor-2026 2.3\" }",
            "expect = { decision = \"permit\" }",
        );
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join(LOG)).unwrap()
    }
}

/// A provider that answers anything, as long as both live.
pub(crate) fn provider() -> (Runtime, StandIn) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let stand_in =
        runtime.block_on(async { standin::serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap() });
    (runtime, stand_in)
}

/// What `bailiwick verify` says of the ledger in a data folder.
pub(crate) fn verified(data: &Path) -> (bool, String) {
    let data_dir = data.to_str().unwrap();
    let key = bailiwick(data, &["ledger", "--data-dir", data_dir, "key"]).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), key.stdout).unwrap();
    let ledger = data.join("ledger");
    let arguments = [
        "verify",
        ledger.to_str().unwrap(),
        "--key",
        file.path().to_str().unwrap(),
    ];
    let output = bailiwick(data, &arguments).unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.success(), text)
}

/// What the ledger of a data folder holds, as the program shows it.
pub(crate) fn recorded(data: &Path) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_bailiwick"))
        .args(["ledger", "--json", "--data-dir"])
        .arg(data)
        .args(["tail", "--from", "0"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = String::from_utf8(output.stdout).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
