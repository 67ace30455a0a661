//! The demonstration, as somebody meets it who tries the program for the first time.

use crate::beginning::recorded;
use crate::server::{HONG_KONG, LONDON, NOWHERE, Running, get, post};
use serde_json::Value;
use std::process::Command;

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
    let ledger = folder.path().join(ledger);
    let entries = recorded(ledger.parent().unwrap());
    let count = |kind: &str| entries.iter().filter(|entry| entry["kind"] == kind).count();
    assert_eq!((count("intent"), count("outcome")), (2, 1), "{entries:?}");
    for file in std::fs::read_dir(&ledger).unwrap() {
        let path = file.unwrap().path();
        let bytes = if path.is_file() {
            std::fs::read(path).unwrap()
        } else {
            Vec::new()
        };
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("hk-analyst") && !text.contains("Hello"), "{text}");
    }

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
