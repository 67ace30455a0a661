//! Entries of the ledger are found by the index, which follows the ledger and can be made anew.

use crate::beginning::{Beginning, CHAT, bailiwick, provider};
use crate::server::{NOWHERE, post};
use serde_json::Value;
use std::path::Path;

fn found(folder: &Path, asked: &[&str]) -> Vec<Value> {
    let arguments = [&["ledger", "find", "--json"], asked].concat();
    let output = bailiwick(folder, &arguments).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_index_follows_the_ledger_and_can_be_made_anew() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let server = beginning.serve();
    let asks = |key: &str| post(&server, NOWHERE, CHAT, key, "example-model").unwrap().0;
    assert_eq!(asks(&beginning.engineer), 200);
    assert_eq!(asks(&beginning.analyst), 400);
    assert_eq!(asks(&beginning.analyst), 400);
    let folder = beginning.folder.path();
    // a permit, its outcome, two refusals
    while found(folder, &[]).len() < 4 {}
    assert!(server.stop().unwrap().success());

    let check = || {
        assert_eq!(found(folder, &["--verdict", "deny"]).len(), 2);
        assert_eq!(found(folder, &["--person", "hk-analyst"]).len(), 2);
        assert_eq!(found(folder, &["--person", "us-engineer"]).len(), 1);
        assert_eq!(found(folder, &["--person", "nobody"]).len(), 0);
        assert_eq!(found(folder, &["--clause", "licensor-2026 2.3"]).len(), 2);
        assert_eq!(found(folder, &["--place", "HK", "--limit", "1"]).len(), 1);
        assert_eq!(found(folder, &["--since", "2999-01-01"]).len(), 0);
        let permit = found(folder, &["--verdict", "permit"]).remove(0);
        assert_eq!(permit["model"], "example-model");
        let decision = permit["decision"].as_str().unwrap();
        let both = found(folder, &["--decision", decision]);
        assert_eq!(
            (&both[0]["kind"], &both[1]["kind"]),
            (&"intent".into(), &"outcome".into())
        );
        assert_eq!(both[1]["ended"], "completed");
    };
    check();
    let again = bailiwick(folder, &["ledger", "reindex"]).unwrap();
    assert!(again.status.success());
    let said = String::from_utf8(again.stdout).unwrap();
    assert!(said.contains("all that are published"), "{said}");
    check();
}
