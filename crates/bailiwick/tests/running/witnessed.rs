//! A ledger among its witnesses: read and verified over HTTP by everybody concerned, and what becomes of it when
//! somebody puts another in its place.

use crate::beginning::{Beginning, CHAT, bailiwick, edit, provider};
use crate::server::{NOWHERE, Running, exchange, post};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A witness of the ledger of a beginning, in a folder of its own.
struct Witness {
    folder: TempDir,
    running: Option<Running>,
    address: SocketAddr,
    keys: String,
}

const NO_WITNESS: &str = "[data]";

fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = bailiwick(folder, arguments).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// What the program says where something does not hold.
fn refused(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = bailiwick(folder, arguments).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    said
}

impl Witness {
    fn of(beginning: &Beginning) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = done(beginning.folder.path(), &["ledger", "--data-dir", "data", "key"]);
        fs::write(folder.path().join("ledger.pub"), key).unwrap();
        let keys = done(
            folder.path(),
            &["witness", "key", "--data", "w", "--name", "witness.example"],
        );
        fs::write(beginning.folder.path().join("witness.pub"), &keys).unwrap();
        let mut witness = Self {
            folder,
            running: None,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            keys,
        };
        witness.start();
        witness
    }

    fn start(&mut self) {
        let address = self.address.to_string();
        let line = [
            "witness",
            "serve",
            "--json",
            "--listen",
            &address,
            "--data",
            "w",
            "--log",
            "ledger.pub",
        ];
        let running = Running::start(&line, self.folder.path()).unwrap();
        self.address = running.text("/address").unwrap().parse().unwrap();
        self.running = Some(running);
    }

    fn stop(&mut self) {
        assert!(self.running.take().unwrap().stop().unwrap().success());
    }

    /// What the configuration says of it.
    fn section(&self) -> String {
        let key = self.keys.lines().next().unwrap();
        format!(
            "[ledger]\npublic = true\nwitnesses = [{{ url = \"http://{}\", key = \"{key}\" }}]\n\n[data]",
            self.address
        )
    }

    /// Brings the ledger of a beginning to it, or takes it away.
    fn introduce(&self, beginning: &Beginning, is_there: bool) {
        let (from, to) = match is_there {
            true => (NO_WITNESS.to_owned(), self.section()),
            false => (self.section(), NO_WITNESS.to_owned()),
        };
        edit(beginning.folder.path(), "bailiwick.toml", &from, &to);
    }
}

/// Serves so many requests, two entries each, and ends.
fn run(beginning: &Beginning, requests: usize) {
    let server = beginning.serve();
    ask(&server, beginning, requests);
    assert!(server.stop().unwrap().success());
}

fn ask(server: &Running, beginning: &Beginning, requests: usize) {
    for _ in 0..requests {
        let answer = post(server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();
        assert_eq!(answer.0, 200, "{}", answer.1);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// Puts a copy in the place of the ledger.
fn put_back(copied: &Path, beginning: &Beginning) {
    let ledger = beginning.folder.path().join("data/ledger");
    fs::remove_dir_all(&ledger).unwrap();
    copy(copied, &ledger);
}

/// What `GET` answers: the status, and what came after the head.
fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let text = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let (status, answer) = exchange(address, NOWHERE, &text).unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    (status, body)
}

/// Puts the files of a store in the place of those that are there.
fn copy_store(from: &Path, to: &Path) {
    let files = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let is_of_store = |path: &PathBuf| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("store.sqlite")
        };
        entries.filter(is_of_store).collect::<Vec<_>>()
    };
    files(to).iter().for_each(|path| fs::remove_file(path).unwrap());
    for path in files(from) {
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// Acceptance A54: a history that was written anew from an entry on, with the key of the ledger. The witness answers
/// 422: the program does not start, and one that runs stops and alarms within the ten seconds between two offers.
#[test]
fn a_history_written_anew_is_refused_by_the_witness() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let ledger = beginning.folder.path().join("data/ledger");
    let forked = tempfile::tempdir().unwrap();
    run(&beginning, 1);
    copy(&ledger, forked.path());
    let store = tempfile::tempdir().unwrap();
    copy_store(&beginning.folder.path().join("data"), store.path());
    let mut witness = Witness::of(&beginning);
    witness.introduce(&beginning, true);
    run(&beginning, 2);
    // a start shows what was published last
    run(&beginning, 0);

    witness.introduce(&beginning, false);
    put_back(forked.path(), &beginning);
    // whoever writes the ledger anew has the store's word changed too
    copy_store(store.path(), &beginning.folder.path().join("data"));
    run(&beginning, 4);
    witness.introduce(&beginning, true);
    let said = refused(beginning.folder.path(), &["serve"], 1);
    assert!(
        said.contains("`witness.example` has seen other entries") && said.contains("written anew"),
        "{said}"
    );

    witness.stop();
    let server = beginning.serve();
    let address = server.address().unwrap();
    ask(&server, &beginning, 1);
    assert_eq!(get(address, "/readyz").0, 200);
    let before = fs::read(ledger.join("checkpoint")).unwrap();
    witness.start();
    while get(address, "/readyz").0 == 200 {}
    let (status, answer) = post(&server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();
    assert!(status == 503 && answer.contains("audit_unavailable"), "{answer}");
    assert!(server.stop().unwrap().success());
    assert!(
        beginning.log().contains("has seen other entries"),
        "{}",
        beginning.log()
    );
    assert_eq!(fs::read(ledger.join("checkpoint")).unwrap(), before);
}

/// Acceptance R37: the folder of yesterday is put back. The program does not start, and says how much the witness has
/// seen; nothing is signed over it.
#[test]
fn the_folder_of_yesterday_does_not_start() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let witness = Witness::of(&beginning);
    witness.introduce(&beginning, true);
    run(&beginning, 1);
    let yesterday = tempfile::tempdir().unwrap();
    let ledger = beginning.folder.path().join("data/ledger");
    copy(&ledger, yesterday.path());
    run(&beginning, 2);
    run(&beginning, 0);
    let today = tempfile::tempdir().unwrap();
    copy(&ledger, today.path());

    put_back(yesterday.path(), &beginning);
    let before = fs::read(ledger.join("checkpoint")).unwrap();
    let said = refused(beginning.folder.path(), &["serve"], 1);
    let size = |folder: &Path| {
        let text = fs::read_to_string(folder.join("checkpoint")).unwrap();
        text.lines().nth(1).unwrap().to_owned()
    };
    let (seen, has) = (size(today.path()), size(yesterday.path()));
    let words = format!("`witness.example` has seen {seen} entries of this ledger, and {has} are here");
    assert!(
        said.contains(&words) && said.contains("put the newest copy"),
        "{said}"
    );
    assert_eq!(fs::read(ledger.join("checkpoint")).unwrap(), before);

    put_back(today.path(), &beginning);
    run(&beginning, 1);
}

/// Everything that somebody outside does with a ledger, over HTTP: read it, hold it against an earlier checkpoint and the
/// witness, keep a copy, prove one entry, and watch the log of the witness.
#[test]
fn a_ledger_is_verified_from_outside() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let folder = beginning.folder.path();
    run(&beginning, 1);
    fs::copy(folder.join("data/ledger/checkpoint"), folder.join("earlier")).unwrap();
    let witness = Witness::of(&beginning);
    fs::copy(
        witness.folder.path().join("ledger.pub"),
        folder.join("ledger.pub"),
    )
    .unwrap();
    witness.introduce(&beginning, true);
    edit(
        folder,
        "bailiwick.toml",
        "[data]",
        "[control]\nlisten = \"127.0.0.1:0\"\n\n[data]",
    );
    run(&beginning, 150);
    let server = beginning.serve();
    let control = server
        .text("/control")
        .unwrap()
        .trim_end_matches("/scim/v2")
        .to_owned();
    let address: SocketAddr = control.trim_start_matches("http://").parse().unwrap();
    let url = format!("{control}/ledger");
    let line = ["verify", &url, "--key", "ledger.pub"];
    let with = |more: &[&'static str]| [&line[..], more].concat();

    let all = [
        "--since",
        "earlier",
        "--witness",
        "witness.pub",
        "--save",
        "copied",
        "--json",
    ];
    let shown: serde_json::Value = serde_json::from_str(&done(folder, &with(&all))).unwrap();
    assert_eq!(shown["holds"], true, "{shown}");
    let entries = shown["entries"].as_u64().unwrap();
    assert!(entries > 256 && shown["since"].as_u64().unwrap() >= 2, "{shown}");
    let witnessed = shown["witnessed"]["entries"].as_u64().unwrap();
    assert!(witnessed > 256 && witnessed <= entries, "{shown}");
    // the copy is a ledger by itself
    done(
        folder,
        &["verify", "copied", "--key", "ledger.pub", "--since", "earlier"],
    );

    let (status, proof) = get(address, "/ledger/proof/1");
    assert_eq!(status, 200, "{proof}");
    fs::write(folder.join("one.tlog-proof"), &proof).unwrap();
    let by = [
        "verify",
        "one.tlog-proof",
        "--key",
        "ledger.pub",
        "--witness",
        "witness.pub",
    ];
    let shown = done(folder, &by);
    assert!(shown.contains("#1 is in the log of "), "{shown}");
    let other = proof.replacen("index 1\n", "index 2\n", 1);
    fs::write(folder.join("one.tlog-proof"), other).unwrap();
    let said = refused(folder, &by, 3);
    assert!(said.contains("not shown to be in the log"), "{said}");

    // the log of the witness, by the witness's keys
    let root = format!("http://{}/root", witness.address);
    let shown = done(folder, &["verify", &root, "--key", "witness.pub", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        (&shown["holds"], &shown["origin"]),
        (&true.into(), &"witness.example/root".into())
    );
    assert!(shown["checkpoints"].as_u64().unwrap() >= 2, "{shown}");

    // whose key it is not, or who has not cosigned
    let said = refused(folder, &["verify", &url, "--key", "witness.pub"], 3);
    assert!(said.contains("of which no key is known"), "{said}");
    done(folder, &["witness", "key", "--data", "stranger"]);
    let stranger = done(folder, &["witness", "key", "--data", "stranger"]);
    fs::write(folder.join("stranger.pub"), stranger).unwrap();
    let said = refused(
        folder,
        &with(&["--witness", "witness.pub", "--witness", "stranger.pub"]),
        3,
    );
    assert!(
        said.contains("bailiwick-witness/") && said.contains("no known key has signed"),
        "{said}"
    );
    assert!(server.stop().unwrap().success());
}

/// A ledger that is not open to anybody is shown to whoever has the role, by a token that the command line never has.
#[test]
fn a_ledger_that_is_not_open_asks_for_a_token() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let folder = beginning.folder.path();
    let key = done(folder, &["ledger", "--data-dir", "data", "key"]);
    fs::write(folder.join("ledger.pub"), key).unwrap();
    let control =
        "[control]\nlisten = \"127.0.0.1:0\"\n\n[control.roles]\nauditor = [\"all-staff\"]\n\n[data]";
    edit(folder, "bailiwick.toml", "[data]", control);
    fs::write(
        folder.join("people.csv"),
        "id,worker,entity,place,citizenships,groups,application\n\
         auditor,employee,firm-us,US,US,all-staff,editor\n",
    )
    .unwrap();
    done(folder, &["directory", "import", "people.csv", "--complete"]);
    let token = done(folder, &["keys", "new", "--person", "auditor"]);
    let server = beginning.serve();
    ask(&server, &beginning, 1);
    let url = server.text("/control").unwrap().replace("/scim/v2", "/ledger");
    while !folder.join("data/ledger/checkpoint").exists() {}
    let said = refused(folder, &["verify", &url, "--key", "ledger.pub"], 3);
    assert!(said.contains("the server answered 401"), "{said}");
    let verify = |variables: &[(&str, &str)], url: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_bailiwick"));
        command.args(["verify", url, "--key", "ledger.pub", "--bearer-env", "TOKEN"]);
        let command = command.current_dir(folder).env_clear();
        command.envs(variables.iter().copied()).output().unwrap()
    };
    let shown = verify(&[("TOKEN", token.trim())], &url);
    assert!(
        shown.status.success(),
        "{}",
        String::from_utf8_lossy(&shown.stderr)
    );
    assert_eq!(verify(&[], &url).status.code(), Some(1));
    let elsewhere = verify(&[("TOKEN", "hush")], "http://ledger.example");
    assert_eq!(elsewhere.status.code(), Some(2), "it would pass unencrypted");
    assert!(server.stop().unwrap().success());
}
