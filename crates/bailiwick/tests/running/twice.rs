//! One ledger started twice: from a copy of its folder, beside the store that both share.

use crate::beginning::{Beginning, CHAT, edit, provider, recorded, verified};
use crate::server::{NOWHERE, Running, exchange, post};
use std::path::Path;
use std::process::Command;

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").args(["-a", "-T"]).arg(from).arg(to).status();
    let _ = copied.unwrap(); // what is tidied away in between is missed by nobody
}

fn is_ready(server: &Running) -> bool {
    let request = "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    exchange(server.address().unwrap(), NOWHERE, request).unwrap().0 == 200
}

/// Entries under the last checkpoint.
fn signed(folder: &Path) -> u64 {
    let text = std::fs::read_to_string(folder.join("data/ledger/checkpoint")).unwrap_or_default();
    text.lines().nth(1).map_or(0, |size| size.parse().unwrap())
}

/// Acceptance R15: the one that was started first signs nothing more and serves nobody; the other goes on, and no two
/// checkpoints disagree.
#[test]
fn of_two_servers_with_one_ledger_the_later_alone_goes_on() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let folder = beginning.folder.path();
    let shared = tempfile::tempdir().unwrap();
    let store = shared.path().join("store.sqlite");
    std::fs::rename(folder.join("data/store.sqlite"), &store).unwrap();
    let kept = format!("[store]\nsqlite = \"{}\"\n\n[data]", store.display());
    edit(folder, "bailiwick.toml", "[data]", &kept);
    let asks = |server: &Running| post(server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();

    let first = beginning.serve();
    assert_eq!(asks(&first).0, 200);
    while signed(folder) < 2 {}
    assert!(first.stop().unwrap().success());
    let yesterday = tempfile::tempdir().unwrap();
    copy(folder, yesterday.path());

    let first = beginning.serve();
    let other = tempfile::tempdir().unwrap();
    copy(folder, other.path());
    let second = Running::start(&["serve", "--json"], other.path()).unwrap();
    while is_ready(&first) {}
    let answered = provider.answered();
    let (status, answer) = asks(&first);
    assert_eq!(status, 503, "{answer}");
    assert!(answer.contains("audit_unavailable"), "{answer}");
    assert_eq!(provider.answered(), answered);
    assert!(beginning.log().contains("another process signs for this ledger"));
    for _ in 0..3 {
        assert_eq!(asks(&second).0, 200);
    }
    assert!(first.stop().unwrap().success());
    assert!(second.stop().unwrap().success());
    let size = signed(folder);
    assert!(size < signed(other.path()));
    assert!(verified(&other.path().join("data")).0);
    let (ours, theirs) = (
        recorded(&folder.join("data")),
        recorded(&other.path().join("data")),
    );
    let common = usize::try_from(size).unwrap();
    assert_eq!(ours[..common], theirs[..common]);

    // and what lay somewhere since yesterday is not gone on with
    let started = Running::start(&["serve", "--json"], yesterday.path());
    let said = started.err().unwrap().to_string();
    assert!(said.contains("so this is an older copy"), "{said}");
}
