//! A log among witnesses that answer, do not, and know better.

use super::*;
use crate::content::tests::{event_of, intent_of};
use crate::file::Outside;
use crate::{AuditDevice as _, AuditError, FileDevice, FileSettings, SealingKey};
use register::model::Instant;
use std::collections::BTreeMap;
use std::sync::Mutex;
use tlog::cosignature::Cosigner;
use tlog::note::VerifierKey;
use tlog::witness::{Answer, Request, Seen, judge};

const NOW: Instant = Instant(1_784_106_000);

fn identity() -> LogIdentity {
    LogIdentity::new(
        "ledger.larkmoor.example/1",
        &[[3; 32]],
        SealingKey::from_bytes([4; 32]),
    )
    .unwrap()
}

/// A witness in memory.
struct Friend {
    cosigner: Cosigner,
    seen: Mutex<BTreeMap<String, Seen>>,
    is_away: Mutex<bool>,
    asked: Mutex<usize>,
    keys: Vec<VerifierKey>,
}

/// The line to it.
struct Line(Arc<Friend>);

impl Friend {
    fn new(number: u8) -> Arc<Self> {
        Arc::new(Self {
            cosigner: Cosigner::from_seed(&format!("w{number}.example"), &[number; 32]).unwrap(),
            seen: Mutex::default(),
            is_away: Mutex::new(false),
            asked: Mutex::new(0),
            keys: identity().verifier_keys(),
        })
    }

    fn witness(self: &Arc<Self>) -> Witness {
        Witness::new(self.cosigner.verifier_key(), Box::new(Line(Arc::clone(self))))
    }

    fn is_away(&self, is_away: bool) {
        *self.is_away.lock().unwrap() = is_away;
    }

    fn seen(&self) -> u64 {
        let seen = self.seen.lock().unwrap();
        seen.values().next().map_or(0, |seen| seen.size)
    }
}

impl WitnessLine for Line {
    fn ask(&self, request: &Request) -> Result<Answer, WitnessAway> {
        let friend = &self.0;
        *friend.asked.lock().unwrap() += 1;
        if *friend.is_away.lock().unwrap() {
            return Err(WitnessAway("asleep".to_owned()));
        }
        // as it comes over the wire
        let request = Request::parse(request.to_string().as_bytes()).unwrap();
        let checkpoint = request.checkpoint.checkpoint();
        let mut seen = friend.seen.lock().unwrap();
        let before = seen.get(checkpoint.origin()).copied();
        let keys: &[VerifierKey] = match checkpoint.origin() == &*identity().origin() {
            true => &friend.keys,
            false => &[],
        };
        Ok(match judge(before, &request, keys) {
            Ok(now) => {
                seen.insert(checkpoint.origin().to_owned(), now);
                Answer::Cosigned(vec![friend.cosigner.cosign(checkpoint, 7).unwrap()])
            }
            Err(refusal) => refusal.answer(),
        })
    }
}

fn quick() -> FileSettings {
    FileSettings {
        deadline: Duration::from_secs(60),
        publish_every: Duration::from_millis(2),
        witness_every: Duration::from_millis(2),
        ..FileSettings::default()
    }
}

fn open(folder: &Path, friends: &[Arc<Friend>]) -> Result<FileDevice, OpenError> {
    let witnesses = friends.iter().map(Friend::witness).collect();
    let outside = Outside {
        witnesses,
        sight: None,
    };
    FileDevice::open_outside(folder, &identity(), NOW, quick(), outside)
}

async fn grow(device: &FileDevice, entries: u16) {
    let answers: Vec<_> = (0..entries)
        .map(|number| device.event(event_of(number)))
        .collect();
    for answer in answers {
        answer.await.unwrap();
    }
}

/// A log of so many entries, published, without witnesses.
async fn grown(folder: &Path, entries: u16) {
    grow(&open(folder, &[]).unwrap(), entries).await;
}

/// Waits until something is so: as long as the runner of the tests does.
async fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn size(folder: &Path, file: &str) -> u64 {
    let read = std::fs::read(folder.join(file)).ok();
    let signed = read.map(|note| SignedCheckpoint::parse(&note).unwrap());
    signed.map_or(0, |signed| signed.checkpoint().size())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

#[tokio::test]
async fn what_is_published_is_cosigned_by_all() {
    let folder = tempfile::tempdir().unwrap();
    let friends = [Friend::new(1), Friend::new(2)];
    let device = open(folder.path(), &friends).unwrap();
    for entries in [3, 300, 1] {
        grow(&device, entries).await;
    }
    until(|| size(folder.path(), WITNESSED) == 304).await;
    assert!(friends.iter().all(|friend| friend.seen() == 304));
    drop(device);
    let keys = friends.each_ref().map(|friend| friend.cosigner.verifier_key());
    for file in [CHECKPOINT, WITNESSED] {
        let note = std::fs::read(folder.path().join(file)).unwrap();
        let signed = SignedCheckpoint::parse(&note).unwrap();
        assert_eq!(signed.verified_by(&keys).unwrap().len(), 2, "{file}");
        assert_eq!(signed.note().signatures().len(), 3, "{file}");
    }
    let wanted = crate::verify::Wanted {
        keys: &identity().verifier_keys(),
        since: None,
        witnesses: &keys,
    };
    let verified = crate::verify::log(&crate::verify::Folder(folder.path()), &wanted, |_| {}).unwrap();
    assert_eq!(verified.witnessed.unwrap().size, 304);
    // further starts add no lines
    for _ in 0..3 {
        drop(open(folder.path(), &friends).unwrap());
    }
    let device = open(folder.path(), &friends).unwrap();
    grow(&device, 1).await;
    until(|| size(folder.path(), WITNESSED) == 305).await;
    drop(device);
    let note = std::fs::read(folder.path().join(WITNESSED)).unwrap();
    assert_eq!(
        SignedCheckpoint::parse(&note).unwrap().note().signatures().len(),
        3
    );
}

#[tokio::test]
async fn nothing_is_signed_before_every_witness_has_answered() {
    let folder = tempfile::tempdir().unwrap();
    let friends = [Friend::new(1), Friend::new(2)];
    friends[1].is_away(true);
    let device = open(folder.path(), &friends).unwrap();
    assert!(device.is_healthy());
    grow(&device, 3).await;
    let asked = || *friends[1].asked.lock().unwrap();
    let before = asked();
    until(|| asked() > before + 5).await;
    assert!(!folder.path().join(CHECKPOINT).exists());
    friends[1].is_away(false);
    until(|| size(folder.path(), WITNESSED) == 3).await;
    // later on one that is away holds nothing up but its own cosignature
    friends[0].is_away(true);
    grow(&device, 2).await;
    until(|| size(folder.path(), CHECKPOINT) == 5 && friends[1].seen() == 5).await;
    assert_eq!(size(folder.path(), WITNESSED), 3);
    assert!(device.is_healthy());
    friends[0].is_away(false);
    until(|| size(folder.path(), WITNESSED) == 5).await;
}

/// The log of yesterday, put back: the witness says how far it was.
#[tokio::test]
async fn an_older_copy_does_not_start() {
    let (folder, copied) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let friends = [Friend::new(1)];
    grown(folder.path(), 3).await;
    copy(folder.path(), copied.path());
    let device = open(folder.path(), &friends).unwrap();
    grow(&device, 4).await;
    until(|| friends[0].seen() == 7).await;
    drop(device);
    let before = std::fs::read(copied.path().join(CHECKPOINT)).unwrap();
    let refused = open(copied.path(), &friends).unwrap_err().to_string();
    assert!(
        refused.contains("`w1.example` has seen 7 entries") && refused.contains("3 are here"),
        "{refused}"
    );
    assert_eq!(std::fs::read(copied.path().join(CHECKPOINT)).unwrap(), before);
    // with nothing left at all, it is the same
    let nothing = tempfile::tempdir().unwrap();
    let refused = open(nothing.path(), &friends).unwrap_err().to_string();
    assert!(refused.contains("has seen 7 entries"), "{refused}");
    assert!(!nothing.path().join(CHECKPOINT).exists());
    // the newest copy goes on, without its checkpoint too
    drop(open(folder.path(), &friends).unwrap());
    std::fs::remove_file(folder.path().join(CHECKPOINT)).unwrap();
    drop(open(folder.path(), &friends).unwrap());
}

/// The checkpoint that a loss of power took away was durable as entries: that is no older copy.
#[tokio::test]
async fn a_checkpoint_that_lags_behind_its_entries_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let friends = [Friend::new(1)];
    let device = open(folder.path(), &friends).unwrap();
    grow(&device, 3).await;
    until(|| friends[0].seen() == 3).await;
    let before = std::fs::read(folder.path().join(CHECKPOINT)).unwrap();
    grow(&device, 4).await;
    until(|| friends[0].seen() == 7).await;
    drop(device);
    std::fs::write(folder.path().join(CHECKPOINT), before).unwrap();
    let device = open(folder.path(), &friends).unwrap();
    grow(&device, 1).await;
    until(|| friends[0].seen() == 8).await;
    assert!(device.is_healthy());
}

/// A history written anew from entry 3 on, with the key of the log.
#[tokio::test]
async fn another_history_does_not_start_and_stops_one_that_runs() {
    let (folder, forked) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let friends = [Friend::new(1)];
    grown(folder.path(), 3).await;
    copy(folder.path(), forked.path());
    let device = open(folder.path(), &friends).unwrap();
    grow(&device, 4).await;
    until(|| friends[0].seen() == 7).await;
    drop(device);
    grown(forked.path(), 10).await;
    let refused = open(forked.path(), &friends).unwrap_err().to_string();
    assert!(refused.contains("has seen other entries"), "{refused}");

    friends[0].is_away(true);
    let device = open(forked.path(), &friends).unwrap();
    device.intent(intent_of(1)).await.unwrap();
    let before = std::fs::read(forked.path().join(CHECKPOINT)).unwrap();
    friends[0].is_away(false);
    until(|| !device.is_healthy()).await;
    let refused = device.intent(intent_of(1)).await.unwrap_err();
    assert!(matches!(refused, AuditError::Failed { .. }), "{refused}");
    // what has happened is kept all the same
    device.event(event_of(1)).await.unwrap();
    drop(device);
    assert_eq!(std::fs::read(forked.path().join(CHECKPOINT)).unwrap(), before);
    assert_eq!(friends[0].seen(), 7);
}

#[tokio::test]
async fn a_witness_that_does_not_know_the_log_is_no_trouble() {
    let folder = tempfile::tempdir().unwrap();
    let mut stranger = Friend::new(1);
    Arc::get_mut(&mut stranger).unwrap().keys.clear();
    let device = open(folder.path(), &[stranger]).unwrap();
    grow(&device, 3).await;
    until(|| size(folder.path(), CHECKPOINT) == 3).await;
    assert!(device.is_healthy());
    assert!(!folder.path().join(WITNESSED).exists());
}

/// A damaged tile proves nothing, to nobody's harm: it is not taken for another history.
#[tokio::test]
async fn a_damaged_tile_is_no_other_history() {
    let folder = tempfile::tempdir().unwrap();
    let friends = [Friend::new(1)];
    let device = open(folder.path(), &friends).unwrap();
    grow(&device, 3).await;
    until(|| friends[0].seen() == 3).await;
    drop(device);
    grown(folder.path(), 4).await;
    let tile = folder.path().join("tile/0/000.p/7");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    let device = open(folder.path(), &friends).unwrap();
    device.intent(intent_of(1)).await.unwrap();
    assert!(device.is_healthy());
    assert_eq!(friends[0].seen(), 3);
    drop(device);
    std::fs::remove_dir_all(folder.path().join("tile")).unwrap();
    std::fs::remove_file(folder.path().join(CHECKPOINT)).unwrap();
    let device = open(folder.path(), &friends).unwrap();
    until(|| friends[0].seen() == 8).await;
    drop(device);
    assert!(crate::verify::folder(folder.path(), &identity().verifier_keys(), |_| {}).is_ok());
}
