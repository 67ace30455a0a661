//! What others get of a log that grows, and what they do not get.

use super::*;
use crate::content::tests::event_of;
use crate::{AuditDevice as _, FileDevice, FileSettings, LogIdentity, SealingKey};
use register::model::Instant;
use std::time::Duration;
use tempfile::TempDir;
use tlog::leaf_hash;
use tlog::proof::Trust;

fn identity() -> LogIdentity {
    LogIdentity::new(
        "ledger.larkmoor.example",
        &[[3; 32]],
        SealingKey::from_bytes([4; 32]),
    )
    .unwrap()
}

/// Adds so many entries to the log in a folder.
async fn grow(folder: &Path, entries: u16) {
    let settings = FileSettings {
        deadline: Duration::from_secs(60),
        ..FileSettings::default()
    };
    let device = FileDevice::open(folder, &identity(), Instant(1_784_106_000), settings).unwrap();
    let answers: Vec<_> = (0..entries)
        .map(|number| device.event(event_of(number)))
        .collect();
    for answer in answers {
        answer.await.unwrap();
    }
}

async fn log(entries: u16) -> (TempDir, PublishedLog) {
    let folder = tempfile::tempdir().unwrap();
    grow(folder.path(), entries).await;
    let log = PublishedLog::new(folder.path());
    (folder, log)
}

fn lasting(log: &PublishedLog, path: &str) -> Vec<u8> {
    match log.at(path).unwrap() {
        Some(Published::Lasting(bytes)) => bytes,
        found => panic!("{path}: {found:?}"),
    }
}

#[tokio::test]
async fn what_has_grown_is_given_as_it_was() {
    let (folder, log) = log(10).await;
    let paths = ["tile/0/000.p/10", "tile/entries/000.p/10", "tile/0/000.p/3"];
    let before = paths.map(|path| lasting(&log, path));
    grow(folder.path(), 100).await;
    assert_eq!(paths.map(|path| lasting(&log, path)), before);
    grow(folder.path(), 400).await;
    assert_eq!(paths.map(|path| lasting(&log, path)), before);
    assert_eq!(lasting(&log, "tile/0/000").len(), 256 * 32);
    assert_eq!(log.at("tile/0/001.p/255").unwrap(), None);
    assert_eq!(log.at("tile/entries/001.p/255").unwrap(), None);
    assert_eq!(log.at("tile/entries/009").unwrap(), None);
    assert!(matches!(
        log.at("checkpoint").unwrap(),
        Some(Published::Checkpoint(_))
    ));
    assert_eq!(log.at("checkpoint.witnessed").unwrap(), None);
}

#[tokio::test]
async fn no_path_leads_elsewhere() {
    let (folder, log) = log(3).await;
    std::fs::write(folder.path().join("secret"), "x").unwrap();
    for path in [
        "",
        "secret",
        "people.keys",
        "segment-00000001.log",
        "lock",
        "./checkpoint",
        "checkpoint/",
        "/checkpoint",
        "tile/../secret",
        "tile/0/../../secret",
        "tile/0/000.p/../../../secret",
        "tile/0/x000/../000.p/3",
        "tile//0/000.p/3",
        "tile/0/000.p/03",
        "tile/0/000.p/256",
        "tile/64/000",
        "tile/0/%2e%2e",
        "tile/entries/../../people.keys",
        "tile/0/000.p/3\0",
        "tile/0/000.p",
        "tile",
        "..",
    ] {
        assert_eq!(log.at(path).unwrap(), None, "{path}");
    }
}

#[tokio::test]
async fn a_proof_is_of_the_entry_that_it_carries() {
    let (_folder, log) = log(300).await;
    let keys = identity().verifier_keys();
    let trust = Trust {
        origin: "ledger.larkmoor.example",
        log: &keys,
        witnesses: &[],
        quorum: 0,
    };
    for entry in [0, 1, 255, 256, 299] {
        let text = log.proof(entry).unwrap().unwrap().to_string();
        let mut proof = Proof::parse(text.as_bytes()).unwrap();
        assert_eq!(proof.index, entry);
        proof.check(leaf_hash(&proof.extra), &trust).unwrap();
        proof.extra.push(b' ');
        assert!(proof.check(leaf_hash(&proof.extra), &trust).is_err());
    }
    for entry in [300, u64::MAX] {
        assert_eq!(log.proof(entry).unwrap(), None);
    }
    let nothing = tempfile::tempdir().unwrap();
    assert_eq!(PublishedLog::new(nothing.path()).proof(0).unwrap(), None);
}
