//! A log that holds, and what somebody might do to it.

use super::*;
use crate::CHECKPOINT;
use crate::content::tests::{event_of, outcome_of, permit_of};
use crate::{AuditDevice, FileDevice, FileSettings, LogIdentity, SealingKey};
use register::model::Instant;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use tlog::{Checkpoint, SignedCheckpoint, bundle};

fn identity() -> LogIdentity {
    LogIdentity::new(
        "ledger.larkmoor.example",
        &[[3; 32]],
        SealingKey::from_bytes([4; 32]),
    )
    .unwrap()
}

/// A log of 600 entries, the first two a permit and its outcome.
async fn log() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let now = Instant(1_784_106_000);
    let device = FileDevice::open(folder.path(), &identity(), now, FileSettings::default()).unwrap();
    device.intent(permit_of(1)).await.unwrap();
    device.outcome(outcome_of(1, 0)).await.unwrap();
    let answers: Vec<_> = (2..600).map(|number| device.event(event_of(number))).collect();
    for answer in answers {
        answer.await.unwrap();
    }
    drop(device);
    folder
}

fn checked(folder: &Path) -> Result<Verified, String> {
    super::folder(folder, &identity().verifier_keys(), |_| {}).map_err(|error| error.to_string())
}

/// The tree of these entries, written over the one that is there as somebody would who has no key.
fn rewritten(folder: &Path, entries: &[Vec<u8>]) -> Tiles {
    let mut tiles = Tiles::new();
    for entry in entries {
        tiles.push(leaf_hash(entry), &mut |at, bytes| put(folder, &at.path(), bytes));
    }
    tiles
        .partial()
        .for_each(|(at, bytes)| put(folder, &at.path(), bytes));
    let size = entries.len() as u64;
    let bundles = BundleCoordinate::of_tree(size);
    bundles.zip(entries.chunks(256)).for_each(|(at, entries)| {
        put(folder, &at.path(), &bundle::encode(entries).unwrap());
    });
    tiles
}

fn put(folder: &Path, path: &str, bytes: &[u8]) {
    let target: PathBuf = folder.join(path);
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::write(target, bytes).unwrap();
}

fn entries(folder: &Path) -> Vec<Vec<u8>> {
    let entries = crate::Entries::open(folder, 0, u64::MAX).unwrap();
    entries.map(|entry| entry.unwrap().leaf).collect()
}

#[tokio::test]
async fn a_log_that_nobody_touched_holds() {
    let log = log().await;
    let verified = checked(log.path()).unwrap();
    assert_eq!(
        (verified.size, verified.origin.as_str()),
        (600, "ledger.larkmoor.example")
    );
    assert_eq!(
        (verified.intents, verified.outcomes, verified.events),
        (1, 1, 598)
    );
    let other = LogIdentity::new(
        "ledger.larkmoor.example",
        &[[9; 32]],
        SealingKey::from_bytes([4; 32]),
    );
    let error = super::folder(log.path(), &other.unwrap().verifier_keys(), |_| {}).unwrap_err();
    assert!(
        error.to_string().starts_with("the checkpoint does not hold"),
        "{error}"
    );
}

/// Acceptance A51: an entry is changed, alone or with the tiles above it.
#[tokio::test]
async fn a_changed_entry_is_named() {
    let log = log().await;
    let original = entries(log.path());
    for at in [0, 1, 255, 256, 511, 599] {
        let mut changed = original.clone();
        changed[at] = String::from_utf8(changed[at].clone())
            .unwrap()
            .replace("09:00", "09:01")
            .into_bytes();
        let bundle = BundleCoordinate::containing(at as u64, 600).unwrap();
        let first = at / 256 * 256;
        let same = &changed[first..(first + 256).min(600)];
        put(log.path(), &bundle.path(), &bundle::encode(same).unwrap());
        assert_eq!(
            checked(log.path()),
            Err(format!("entry {at} is not the one that was recorded"))
        );
        // whoever makes the tiles fit is left with another root
        rewritten(log.path(), &changed);
        assert_eq!(
            checked(log.path()),
            Err("the 600 entries give another root than the checkpoint has".to_owned())
        );
        rewritten(log.path(), &original);
        assert!(checked(log.path()).is_ok());
    }
}

/// Acceptance A52: the end of the log, a bundle or a tile is taken away, in twenty ways; neither does the log start again.
#[tokio::test]
async fn what_is_taken_away_is_missed() {
    let log = log().await;
    let paths = [
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
        "tile/0/000",
        "tile/0/001",
    ];
    for path in paths
        .into_iter()
        .chain(["tile/0/002.p/88", "tile/1/000.p/2", CHECKPOINT])
    {
        let bytes = fs::read(log.path().join(path)).unwrap();
        fs::remove_file(log.path().join(path)).unwrap();
        let error = checked(log.path()).unwrap_err();
        assert!(error.contains(path), "{path}: {error}");
        put(log.path(), path, &bytes);
    }
    let segment = log.path().join("segment-00000001.log");
    let bytes = fs::read(&segment).unwrap();
    for part in 1..=12 {
        let left = bytes.len() * part / 13;
        fs::write(&segment, &bytes[..left]).unwrap();
        let start = FileDevice::open(
            log.path(),
            &identity(),
            Instant(1_784_106_100),
            FileSettings::default(),
        );
        assert!(start.is_err(), "{part}");
    }
    fs::write(&segment, &bytes).unwrap();
    assert!(checked(log.path()).is_ok());
}

#[tokio::test]
async fn no_intent_has_two_outcomes_and_no_outcome_is_of_nothing() {
    let log = log().await;
    let original = entries(log.path());
    let signer = tlog::note::Signer::from_seed("ledger.larkmoor.example", &[3; 32]).unwrap();
    let text = String::from_utf8(original[1].clone()).unwrap();
    for (intent, expected) in [
        (
            0,
            "entry 2 is an outcome of entry 0, which is no intent, or has an outcome already",
        ),
        (
            1,
            "entry 2 is an outcome of entry 1, which is no intent, or has an outcome already",
        ),
        (
            7,
            "entry 2 is an outcome of entry 7, which does not come before it",
        ),
    ] {
        let mut changed = original.clone();
        changed[2] = text
            .replace("\"intent\":0", &format!("\"intent\":{intent}"))
            .into_bytes();
        let tiles = rewritten(log.path(), &changed);
        // even where the log itself has signed it
        let checkpoint = Checkpoint::new("ledger.larkmoor.example", 600, tiles.edge().root()).unwrap();
        put(
            log.path(),
            CHECKPOINT,
            checkpoint.sign(&[&signer]).unwrap().to_string().as_bytes(),
        );
        assert_eq!(checked(log.path()), Err(expected.to_owned()));
    }
}

fn signer() -> tlog::note::Signer {
    tlog::note::Signer::from_seed("ledger.larkmoor.example", &[3; 32]).unwrap()
}

/// A checkpoint of a tree over the first of these entries, signed by the log.
fn signed(entries: &[Vec<u8>]) -> SignedCheckpoint {
    let mut tiles = Tiles::new();
    for entry in entries {
        tiles.push(leaf_hash(entry), &mut |_, _| {});
    }
    let edge = tiles.edge();
    let checkpoint = Checkpoint::new("ledger.larkmoor.example", edge.size(), edge.root()).unwrap();
    checkpoint.sign(&[&signer()]).unwrap()
}

#[tokio::test]
async fn an_earlier_checkpoint_is_where_the_log_begins() {
    let log = log().await;
    let original = entries(log.path());
    let since = |since: &SignedCheckpoint| {
        let wanted = Wanted {
            keys: &identity().verifier_keys(),
            since: Some(since),
            witnesses: &[],
        };
        let checked = super::log(&Folder(log.path()), &wanted, |_| {});
        checked
            .map(|verified| verified.since)
            .map_err(|error| error.to_string())
    };
    for size in [0, 1, 255, 256, 257, 512, 599, 600] {
        assert_eq!(since(&signed(&original[..size])), Ok(Some(size as u64)));
    }
    for (size, at) in [(1, 0), (300, 299), (512, 3), (600, 599)] {
        let mut other = original.clone();
        other[at] = b"{}".to_vec();
        let refused = since(&signed(&other[..size])).unwrap_err();
        let words = format!("the first {size} entries are not those that were under the earlier checkpoint");
        assert!(refused.starts_with(&words), "{refused}");
    }
    let longer = [&original[..], &[b"{}".to_vec()]].concat();
    assert_eq!(
        since(&signed(&longer)),
        Err("the log has 600 entries, and had 601 under the earlier checkpoint".to_owned())
    );
    let stranger = tlog::note::Signer::from_seed("ledger.larkmoor.example", &[5; 32]).unwrap();
    let forged = signed(&original[..3]).checkpoint().clone();
    let refused = since(&forged.sign(&[&stranger]).unwrap()).unwrap_err();
    assert!(refused.contains("no known key has signed"), "{refused}");
    let elsewhere = tlog::note::Signer::from_seed("elsewhere.example", &[3; 32]).unwrap();
    let of_other = Checkpoint::new("elsewhere.example", 0, Hash::EMPTY_TREE).unwrap();
    let refused = since(&of_other.sign(&[&elsewhere]).unwrap()).unwrap_err();
    assert!(refused.contains("of which no key is known"), "{refused}");
}

#[tokio::test]
async fn every_witness_that_is_named_must_have_cosigned() {
    let log = log().await;
    let original = entries(log.path());
    let witnesses = [1, 2].map(|seed| {
        let name = format!("w{seed}.example");
        tlog::cosignature::Cosigner::from_seed(&name, &[seed; 32]).unwrap()
    });
    let keys = witnesses.each_ref().map(|witness| witness.verifier_key());
    let check = |witnesses: &[VerifierKey]| {
        let wanted = Wanted {
            keys: &identity().verifier_keys(),
            since: None,
            witnesses,
        };
        let checked = super::log(&Folder(log.path()), &wanted, |_| {});
        checked
            .map(|verified| verified.witnessed.map_or(0, |cosigned| cosigned.size))
            .map_err(|error| error.to_string())
    };
    let cosigned = |entries: &[Vec<u8>], by: &[usize]| {
        let mut signed = signed(entries);
        for index in by {
            let line = witnesses[*index].cosign(signed.checkpoint(), 7).unwrap();
            signed.add(line);
        }
        signed.to_string()
    };
    let put = |file: &str, note: String| put(log.path(), file, note.as_bytes());
    assert!(check(&keys).unwrap_err().contains("no known key has signed"));
    // what both have seen earlier
    put(crate::WITNESSED, cosigned(&original[..300], &[0, 1]));
    assert_eq!(check(&keys), Ok(300));
    // one has seen the newest
    put(CHECKPOINT, cosigned(&original, &[0]));
    assert_eq!((check(&keys[..1]), check(&keys)), (Ok(600), Ok(300)));
    put(crate::WITNESSED, cosigned(&original[..300], &[0]));
    assert!(check(&keys).unwrap_err().contains("`w2.example`"));
    // what they have seen is no part of this log, or more than it has
    let mut other = original.clone();
    other[7] = b"{}".to_vec();
    put(crate::WITNESSED, cosigned(&other[..300], &[0, 1]));
    assert!(
        check(&keys)
            .unwrap_err()
            .contains("the first 300 entries are not those")
    );
    let longer = [&original[..], &[b"{}".to_vec()]].concat();
    put(crate::WITNESSED, cosigned(&longer, &[0, 1]));
    assert!(
        check(&keys)
            .unwrap_err()
            .contains("had 601 under what witnesses have seen")
    );
    // a cosignature of another checkpoint
    let mut signed = signed(&original);
    let of_other = SignedCheckpoint::parse(cosigned(&other, &[0]).as_bytes()).unwrap();
    signed.add(of_other.note().signatures()[1].clone());
    put(CHECKPOINT, signed.to_string());
    fs::remove_file(log.path().join(crate::WITNESSED)).unwrap();
    assert!(check(&keys[..1]).unwrap_err().contains("does not verify"));
}

/// What was not full under an earlier checkpoint is read out of what has taken its place.
#[tokio::test]
async fn what_has_grown_since_is_read_as_it_was() {
    let log = log().await;
    let original = entries(log.path());
    for size in [600, 599, 513, 500, 257, 256, 3] {
        let note = signed(&original[..size]).to_string();
        put(log.path(), CHECKPOINT, note.as_bytes());
        assert_eq!(checked(log.path()).unwrap().size, size as u64);
    }
}
