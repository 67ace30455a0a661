//! What the harnesses of transparency logs do with their input: each text has one spelling, and nobody forges.

use std::sync::LazyLock;
use tlog::cosignature::Cosigner;
use tlog::note::{Note, SignatureLine, Signer, VerifierKey};
use tlog::proof::{Proof, Trust};
use tlog::witness::{Answer, Request, Seen, judge};
use tlog::{BundleCoordinate, Checkpoint, SignedCheckpoint, TileCoordinate, bundle, leaf_hash};

/// The origin of the log of the seeds.
const ORIGIN: &str = "log.example";

/// The entries of the log of the seeds, which has signed its trees of two and of three.
const ENTRIES: [&[u8]; 3] = [b"one", b"two", b"three"];

/// The keys of the log and its witness; only the seeds have what is signed with them.
static KEYS: LazyLock<[VerifierKey; 2]> = LazyLock::new(|| {
    let log = Signer::from_seed(ORIGIN, &[7; 32]).expect("a seed is a key");
    let witness = Cosigner::from_seed("witness.example", &[8; 32]).expect("a seed is a key");
    [log.verifier_key(), witness.verifier_key()]
});

/// The tree of the first entries.
fn tree(size: usize) -> Seen {
    let mut edge = tlog::Edge::new();
    ENTRIES
        .iter()
        .take(size)
        .for_each(|entry| edge.push(leaf_hash(entry)));
    Seen {
        size: edge.size(),
        root: edge.root(),
    }
}

fn is_own(checkpoint: &Checkpoint) -> bool {
    let said = Seen {
        size: checkpoint.size(),
        root: checkpoint.root(),
    };
    checkpoint.origin() == ORIGIN && [tree(2), tree(3)].contains(&said) && checkpoint.extensions().is_empty()
}

/// Notes, checkpoints, lines of signatures, keys and paths: what is read is written the same again, and no text but
/// those of the seeds is signed.
pub fn note(bytes: &[u8]) {
    let same = |text: String| assert_eq!(text.as_bytes(), bytes, "another spelling was read");
    if let Ok(note) = Note::parse(bytes) {
        same(note.to_string());
        if note.verified_by(&*KEYS).is_ok() {
            assert!(
                Checkpoint::parse(note.text()).is_ok_and(|checkpoint| is_own(&checkpoint)),
                "a note was forged"
            );
        }
    }
    if let Ok(signed) = SignedCheckpoint::parse(bytes) {
        same(signed.to_string());
    }
    if let Ok(lines) = SignatureLine::parse_all(bytes) {
        same(lines.iter().map(|line| format!("{line}\n")).collect());
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        same(checkpoint.to_string());
    }
    if let Ok(key) = text.parse::<VerifierKey>() {
        same(key.to_string());
    }
    if let Ok(tile) = TileCoordinate::parse(text) {
        same(tile.path());
    }
    if let Ok(entries) = BundleCoordinate::parse(text) {
        same(entries.path());
    }
}

/// Bundles; the first byte says how many entries, less one.
pub fn entries(bytes: &[u8]) {
    let Some((last, bytes)) = bytes.split_first() else {
        return;
    };
    let width = u16::from(*last) + 1;
    if let Ok(entries) = bundle::decode(bytes, width) {
        assert_eq!(entries.len(), usize::from(width));
        assert_eq!(
            bundle::encode(entries).as_deref(),
            Ok(bytes),
            "another spelling was read"
        );
    }
}

/// Requests to a witness that has seen two entries or nothing, and its answers: only the trees that the log has signed
/// are cosigned, and only onwards.
pub fn witness(bytes: &[u8]) {
    if let Ok(request) = Request::parse(bytes) {
        assert_eq!(request.to_string().as_bytes(), bytes, "another spelling was read");
        for seen in [None, Some(tree(2)), Some(tree(3))] {
            match judge(seen, &request, &KEYS[..1]) {
                Ok(now) => {
                    assert!(is_own(request.checkpoint.checkpoint()), "a checkpoint was forged");
                    assert!(
                        [tree(2), tree(3)].contains(&now) && seen.is_none_or(|seen| seen.size <= now.size)
                    );
                }
                Err(refusal) => assert_ne!(refusal.answer().status(), 200),
            }
        }
    }
    for status in [200, 409] {
        if let Ok(answer) = Answer::parse(status, bytes) {
            assert_eq!(answer.body().as_bytes(), bytes, "another spelling was read");
        }
    }
}

/// Proofs: only entries of the log are proved, and only where they are.
pub fn proof(bytes: &[u8]) {
    let Ok(proof) = Proof::parse(bytes) else { return };
    assert_eq!(proof.to_string().as_bytes(), bytes, "another spelling was read");
    let trust = Trust {
        origin: ORIGIN,
        log: &KEYS[..1],
        witnesses: &KEYS[1..],
        quorum: 0,
    };
    for (index, entry) in (0..).zip(ENTRIES) {
        if proof.check(leaf_hash(entry), &trust).is_ok() {
            assert_eq!(proof.index, index, "an entry was proved where it is not");
        }
    }
    assert!(
        proof.check(leaf_hash(b"four"), &trust).is_err(),
        "an entry was proved that is not there"
    );
}

/// Whether what a seed says is believed: seeds that nobody believes would test refusals only.
#[must_use]
pub fn is_believed(bytes: &[u8]) -> bool {
    let trust = Trust {
        origin: ORIGIN,
        log: &KEYS[..1],
        witnesses: &KEYS[1..],
        quorum: 1,
    };
    let note = Note::parse(bytes).is_ok_and(|note| note.verified_by(&*KEYS).is_ok());
    let grown = Request::parse(bytes).is_ok_and(|request| judge(Some(tree(2)), &request, &KEYS[..1]).is_ok());
    let proved = Proof::parse(bytes).is_ok_and(|proof| proof.check(leaf_hash(b"two"), &trust).is_ok());
    note || grown || proved
}
