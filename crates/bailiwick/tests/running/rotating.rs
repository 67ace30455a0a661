//! The keys that sign for the ledger change under load.

use crate::beginning::{Beginning, CHAT, bailiwick, provider, recorded};
use crate::server::{NOWHERE, Running, post};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = bailiwick(folder, arguments).unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Path, arguments: &[&str], words: &str) {
    let output = bailiwick(folder, arguments).unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains(words), "{said}");
}

/// Whether the ledger is verified by the keys in a file.
fn verifies(folder: &Path, keys: &str, more: &[&str]) -> bool {
    let arguments = [&["verify", "data/ledger", "--key", keys], more].concat();
    bailiwick(folder, &arguments).unwrap().status.success()
}

/// Keeps asking until it is told to stop.
fn load(server: &Running, beginning: &Beginning, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        let (status, answer) = post(server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();
        assert_eq!(status, 200, "{answer}");
    }
}

/// Acceptance R38: both keys sign for a while, each by itself verifies, and what was signed before still does.
#[test]
fn another_key_signs_first_beside_and_then_alone() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let folder = beginning.folder.path();
    let server = beginning.serve();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| load(&server, &beginning, &stop));
        let checkpoint = folder.join("data/ledger/checkpoint");
        let signatures = || {
            let text = std::fs::read_to_string(&checkpoint).unwrap_or_default();
            text.lines().filter(|line| line.starts_with('—')).count()
        };
        while signatures() != 1 {}
        std::fs::write(folder.join("first"), done(folder, &["ledger", "key"])).unwrap();
        std::fs::copy(&checkpoint, folder.join("earlier")).unwrap();
        refused(folder, &["ledger", "retire"], "only one key signs");

        let both = done(folder, &["ledger", "rotate"]);
        std::fs::write(folder.join("both"), &both).unwrap();
        std::fs::write(folder.join("second"), both.lines().next().unwrap()).unwrap();
        refused(
            folder,
            &["ledger", "rotate"],
            "two keys sign for the ledger already",
        );
        while signatures() != 2 {}
        // tiles that are not full are written anew as it grows, and the copy is read in between
        for keys in ["first", "second", "both"] {
            while !verifies(folder, keys, &[]) {}
        }
        done(folder, &["ledger", "retire"]);
        while signatures() != 1 {}
        stop.store(true, Ordering::SeqCst);
    });
    assert!(server.stop().unwrap().success());

    assert!(verifies(folder, "second", &[]));
    assert!(!verifies(folder, "first", &[]));
    assert!(verifies(folder, "both", &["--since", "earlier"]));
    assert_eq!(done(folder, &["ledger", "key", "--all"]).lines().count(), 2);
    let entries = recorded(&folder.join("data"));
    let changes = entries.iter().filter(|entry| entry["event"] == "signers_changed");
    let keys: Vec<_> = changes
        .map(|entry| entry["detail"]["keys"].as_array().unwrap().len())
        .collect();
    assert_eq!(keys, [2, 1]);
    let replayed = done(folder, &["replay", "--all"]);
    assert!(
        replayed.contains(" 0 different, 0 of people who were erased, 0 that cannot"),
        "{replayed}"
    );
    // and it starts again under the new key
    let server = beginning.serve();
    assert_eq!(
        post(&server, NOWHERE, CHAT, &beginning.engineer, "example-model")
            .unwrap()
            .0,
        200
    );
    assert!(server.stop().unwrap().success());
    assert!(verifies(folder, "second", &[]));
}
