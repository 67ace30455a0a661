//! `bench/gateway` as an outside harness starts it: two variables, one key, one word.

use crate::beginning::{CHAT, provider};
use crate::server::{LOG, NOWHERE, Running, post};
use std::path::Path;

const KEY: &str = "bw_bench_0000000000000000";

/// A copy, so that the ledger of a test is not written into the repository.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true if entry.file_name() != "ledger" => copy(&entry.path(), &target),
            true => {}
            false => {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}

#[test]
fn the_benchmarks_gateway_serves_its_model_to_its_key() {
    let (_runtime, provider) = provider();
    let folder = tempfile::tempdir().unwrap();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/gateway"),
        folder.path(),
    );
    let upstream = format!("http://{}", provider.address());
    let variables = [("UPSTREAM_URL", upstream.as_str()), ("PORT", "0")];
    let arguments = ["serve", "--config", "bailiwick.toml", "--json"];
    let server = Running::start_with(&arguments, folder.path(), &variables).unwrap();
    let (status, answer) = post(&server, NOWHERE, CHAT, KEY, "mock-model").unwrap();
    assert_eq!(status, 200, "{answer}");
    let (status, answer) = post(&server, NOWHERE, "/v1/messages", KEY, "mock-model").unwrap();
    assert_eq!(status, 200, "{answer}");
    let (status, _) = post(&server, NOWHERE, CHAT, "bw_bench_0000000000000001", "mock-model").unwrap();
    assert_eq!(status, 401);
    let said = std::fs::read_to_string(folder.path().join(LOG)).unwrap();
    assert!(said.contains("ready"), "{said}");
    assert!(server.stop().unwrap().success());
}
