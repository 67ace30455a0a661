//! A server whose clock jumps.

use crate::beginning::{Beginning, CHAT, provider, recorded};
use crate::server::{NOWHERE, Running, post};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Where the library lies that stands between a program and its clock.
const LIBRARIES: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
];

fn library() -> &'static str {
    let found = LIBRARIES.into_iter().find(|path| Path::new(path).exists());
    found.unwrap_or_else(|| panic!("libfaketime is missing: install the package faketime"))
}

/// Sets the clock of a server that reads it from this file.
fn jump(clock: &Path, by: &str) {
    let aside = clock.with_extension("new");
    std::fs::write(&aside, by).unwrap();
    std::fs::rename(aside, clock).unwrap();
}

/// Acceptance R28: an hour ahead, and four hundred days back.
#[test]
fn a_clock_that_is_set_back_permits_nothing_until_it_is_right() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let clock = beginning.folder.path().join("clock");
    jump(&clock, "+0");
    let variables = [
        ("LD_PRELOAD", library()),
        ("FAKETIME_TIMESTAMP_FILE", clock.to_str().unwrap()),
        ("FAKETIME_NO_CACHE", "1"),
        ("DONT_FAKE_MONOTONIC", "1"),
    ];
    let folder = beginning.folder.path();
    let server = Running::start_with(&["serve", "--json"], folder, &variables).unwrap();
    let asks = || post(&server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();
    let becomes = |status: u16| while asks().0 != status {};
    becomes(200);
    jump(&clock, "+1h");
    becomes(200);
    // a jump is seen within the request after it, and counts as soon as something is recorded under it
    let hour = |entry: &Value| {
        entry["time"]
            .as_str()
            .unwrap()
            .chars()
            .take(13)
            .collect::<String>()
    };
    let hours = || {
        recorded(&folder.join("data"))
            .iter()
            .map(hour)
            .collect::<BTreeSet<_>>()
    };
    while hours().len() < 2 {
        becomes(200);
    }
    jump(&clock, "-400d");
    becomes(503);
    let (answered, refused) = (provider.answered(), asks());
    // people and keys were seen at an instant that has not come yet, and so was the ledger's newest entry
    let reasons = ["directory_unavailable", "audit_unavailable"];
    assert!(
        reasons.iter().any(|reason| refused.1.contains(reason)),
        "{}",
        refused.1
    );
    assert_eq!(provider.answered(), answered, "nothing reaches a provider");
    jump(&clock, "+1h");
    becomes(200);
    assert!(server.stop().unwrap().success());

    jump(&clock, "-400d");
    let started = Command::new(env!("CARGO_BIN_EXE_bailiwick"))
        .args(["serve", "--json"])
        .current_dir(folder)
        .env_clear()
        .envs(variables)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&started.stderr).into_owned();
    assert!(!started.status.success());
    assert!(
        said.contains("the clock stands behind the newest entry"),
        "{said}"
    );
}
