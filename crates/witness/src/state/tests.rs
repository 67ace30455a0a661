//! A witness that is shown what it may believe and what it must not, and that is started again.

use super::*;
use std::collections::BTreeMap as Map;
use tempfile::TempDir;
use tlog::note::Signer;
use tlog::{Checkpoint, TileCoordinate, TileReader, Tiles, leaf_hash, prove_consistency};

pub(crate) const ORIGIN: &str = "ledger.larkmoor.example";

pub(crate) fn keys() -> WitnessKeys {
    WitnessKeys::from_seed("witness.example", &[9; 32]).unwrap()
}

/// A log in memory.
pub(crate) struct Log {
    pub(crate) tiles: Tiles,
    full: Map<String, Vec<u8>>,
    pub(crate) signer: Signer,
}

impl Log {
    pub(crate) fn of(entries: &[&str]) -> Self {
        let mut log = Self {
            tiles: Tiles::new(),
            full: Map::new(),
            signer: Signer::from_seed(ORIGIN, &[3; 32]).unwrap(),
        };
        entries.iter().for_each(|entry| log.push(entry));
        log
    }

    pub(crate) fn push(&mut self, entry: &str) {
        let full = &mut self.full;
        self.tiles.push(leaf_hash(entry.as_bytes()), &mut |at, bytes| {
            full.insert(at.path(), bytes.to_vec());
        });
    }

    pub(crate) fn signed(&self) -> SignedCheckpoint {
        let edge = self.tiles.edge();
        let checkpoint = Checkpoint::new(ORIGIN, edge.size(), edge.root()).unwrap();
        checkpoint.sign(&[&self.signer]).unwrap()
    }

    pub(crate) fn from(&self, old: u64) -> String {
        let size = self.tiles.edge().size();
        let request = Request {
            old,
            proof: prove_consistency(old, size, self).unwrap(),
            checkpoint: self.signed(),
        };
        request.to_string()
    }
}

impl TileReader for Log {
    type Error = io::Error;

    fn tile(&self, at: TileCoordinate) -> io::Result<Vec<u8>> {
        let mut partial = self.tiles.partial();
        let partial = partial
            .find(|(found, _)| *found == at)
            .map(|(_, bytes)| bytes.to_vec());
        let found = partial.or_else(|| self.full.get(&at.path()).cloned());
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn open(folder: &Path) -> Result<State, StateError> {
    let log = Signer::from_seed(ORIGIN, &[3; 32]).unwrap().verifier_key();
    State::open(folder, keys(), Logs::of([log]))
}

pub(crate) fn opened() -> (TempDir, State) {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).unwrap();
    (folder, state)
}

/// What the witness's own log holds, checked by its keys.
fn verified(folder: &Path) -> Result<ledger::verify::Verified, ledger::verify::VerifyError> {
    ledger::verify::folder(folder, &keys().verifier_keys(), |_| {})
}

#[test]
fn it_follows_a_log_and_keeps_what_it_cosigns() {
    let (folder, state) = opened();
    let mut log = Log::of(&["one", "two", "three"]);
    let mut old = 0;
    for round in 0..300 {
        let answer = state
            .add_checkpoint(log.from(old).as_bytes(), 1000 + round)
            .unwrap();
        let Answer::Cosigned(lines) = answer else {
            panic!("{answer:?}");
        };
        let mut signed = log.signed();
        let by = [keys().cosigner.verifier_key()];
        let times = signed.add_verified(lines, &by).unwrap();
        assert_eq!(times[0].time, Some(1000 + round));
        old = log.tiles.edge().size();
        log.push("more");
    }
    let verified = verified(folder.path()).unwrap();
    assert_eq!((verified.size, verified.checkpoints), (300, 300));
    assert_eq!(verified.origin, "witness.example/root");
}

#[test]
fn it_says_what_the_protocol_says() {
    let (folder, state) = opened();
    let log = Log::of(&["one", "two", "three"]);
    let told = |body: &str| state.add_checkpoint(body.as_bytes(), 7).unwrap();
    assert_eq!(told("nothing"), Answer::Malformed);
    assert!(matches!(told(&log.from(0)), Answer::Cosigned(_)));
    // the same again is the same, and no second entry
    assert!(matches!(told(&log.from(3)), Answer::Cosigned(_)));
    assert_eq!(told(&log.from(0)), Answer::OtherSize(3));
    assert_eq!(told(&log.from(2)), Answer::OtherSize(3));
    let shorter = Log::of(&["one", "two"]);
    assert_eq!(told(&shorter.from(2)), Answer::OtherSize(3));
    // another history of the same size, and one that goes on from there
    assert_eq!(
        told(&Log::of(&["one", "2", "three"]).from(3)),
        Answer::Inconsistent
    );
    let longer = Log::of(&["one", "2", "three", "four"]);
    assert_eq!(told(&longer.from(3)), Answer::Inconsistent);
    let mut stranger = Log::of(&["one", "two", "three", "four"]);
    stranger.signer = Signer::from_seed(ORIGIN, &[4; 32]).unwrap();
    assert_eq!(told(&stranger.from(3)), Answer::Unsigned);
    let elsewhere = log.from(3).replace(ORIGIN, "elsewhere.example");
    assert_eq!(told(&elsewhere), Answer::UnknownLog);
    drop(state);
    assert_eq!(verified(folder.path()).unwrap().size, 1);
}

#[test]
fn it_remembers_and_only_one_of_it_runs() {
    let (folder, state) = opened();
    let mut log = Log::of(&["one"]);
    assert!(matches!(
        state.add_checkpoint(log.from(0).as_bytes(), 7).unwrap(),
        Answer::Cosigned(_)
    ));
    assert!(matches!(open(folder.path()), Err(StateError::InUse)));
    drop(state);
    let state = open(folder.path()).unwrap();
    log.push("two");
    assert_eq!(
        state.add_checkpoint(log.from(0).as_bytes(), 8).unwrap(),
        Answer::OtherSize(1)
    );
    assert!(matches!(
        state.add_checkpoint(log.from(1).as_bytes(), 8).unwrap(),
        Answer::Cosigned(_)
    ));
}

/// A state of ten entries, and the bytes of its file.
fn of_ten() -> (TempDir, Vec<u8>) {
    let (folder, state) = opened();
    let mut log = Log::of(&[]);
    for size in 0..10 {
        log.push("entry");
        let answer = state.add_checkpoint(log.from(size).as_bytes(), 7).unwrap();
        assert!(matches!(answer, Answer::Cosigned(_)));
    }
    drop(state);
    let bytes = fs::read(folder.path().join("entries.log")).unwrap();
    (folder, bytes)
}

#[test]
fn a_torn_end_is_cut_off_unless_it_was_published() {
    let (folder, bytes) = of_ten();
    let last = bytes.len() / 10;
    for cut in (1..last - 8).step_by(13) {
        fs::write(folder.path().join("entries.log"), &bytes[..bytes.len() - cut]).unwrap();
        // its own checkpoint knows that there was more
        let refused = open(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("has 10 entries, and 9 are there"), "{refused}");
    }
    fs::remove_file(folder.path().join("checkpoint")).unwrap();
    fs::write(folder.path().join("entries.log"), &bytes[..bytes.len() - 5]).unwrap();
    let state = open(folder.path()).unwrap();
    drop(state);
    let left = fs::read(folder.path().join("entries.log")).unwrap();
    assert!(bytes.starts_with(&left) && left.len() < bytes.len() - 5);
    assert_eq!(verified(folder.path()).unwrap().size, 9);
    // zeros after the end are what a file system leaves
    fs::write(folder.path().join("entries.log"), [&left[..], &[0; 700]].concat()).unwrap();
    drop(open(folder.path()).unwrap());
    assert_eq!(fs::read(folder.path().join("entries.log")).unwrap(), left);
}

#[test]
fn a_turned_bit_is_damage() {
    let (folder, bytes) = of_ten();
    for at in (0..bytes.len()).step_by(37) {
        let mut turned = bytes.clone();
        turned[at] ^= 4;
        fs::write(folder.path().join("entries.log"), turned).unwrap();
        assert!(
            matches!(open(folder.path()), Err(StateError::Damaged { .. })),
            "{at}"
        );
    }
}

/// What others read is made again from what is kept.
#[test]
fn what_is_published_is_made_again() {
    let (folder, _) = of_ten();
    fs::remove_dir_all(folder.path().join("tile")).unwrap();
    assert!(verified(folder.path()).is_err());
    drop(open(folder.path()).unwrap());
    assert_eq!(verified(folder.path()).unwrap().size, 10);
}
