//! The log of a replica: with real files, and with a medium that fails when it is told to.

use super::*;
use crate::content::tests::{event_of, intent_of, outcome_of, permit_of};
use crate::reading::{Entries, Follower};
use crate::segment::Header;
use crate::walk::Walk;
use crate::{CHECKPOINT, Kind, Leaf, Receipt, SealingKey};
use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;
use writer::Segment;

const NOW: Instant = Instant(1_784_106_000);

fn identity() -> LogIdentity {
    LogIdentity::new(
        "ledger.larkmoor.example/1",
        &[[3; 32]],
        SealingKey::from_bytes([4; 32]),
    )
    .unwrap()
}

fn quick() -> FileSettings {
    FileSettings {
        deadline: Duration::from_secs(60),
        publish_every: Duration::from_millis(5),
        ..FileSettings::default()
    }
}

fn open(folder: &Path) -> Result<FileDevice, OpenError> {
    FileDevice::open(folder, &identity(), NOW, quick())
}

/// Every entry of a log with its values, one object each.
fn opened(folder: &Path) -> Vec<serde_json::Value> {
    let people = PersonKeys::read(&folder::people(folder).unwrap(), identity().sealing()).unwrap();
    let entries = Entries::open(folder, 0, u64::MAX).unwrap();
    entries
        .map(|entry| entry.unwrap().open(identity().sealing(), &people).unwrap().json())
        .collect()
}

#[tokio::test]
async fn entries_are_kept_in_order_and_receipts_say_where() {
    let folder = tempfile::tempdir().unwrap();
    let device = open(folder.path()).unwrap();
    let first = device.intent(permit_of(1)).await.unwrap();
    let second = device.outcome(outcome_of(1, 0)).await.unwrap();
    assert_eq!((first.entry, second.entry), (0, 1));
    assert_ne!(first.leaf, second.leaf);
    assert!(
        first.to_string().starts_with("ledger.larkmoor.example/1#0 "),
        "{first}"
    );
    drop(device);
    let kept = opened(folder.path());
    assert_eq!(kept.len(), 2);
    assert_eq!(
        (&kept[0]["kind"], &kept[0]["place"]),
        (&"intent".into(), &vec!["HK"].into())
    );
    assert_eq!(
        (&kept[1]["kind"], &kept[1]["intent"]),
        (&"outcome".into(), &0.into())
    );
    assert_eq!(kept[1]["used"]["tokens_read"], 12_000);
}

#[tokio::test]
async fn a_new_start_goes_on_with_the_same_tree() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..3 {
        let device = open(folder.path()).unwrap();
        assert_eq!(device.intent(intent_of(1)).await.unwrap().entry, number);
    }
    assert_eq!(opened(folder.path()).len(), 3);
}

#[tokio::test]
async fn entries_lie_in_several_segments_and_are_read_across_them() {
    let folder = tempfile::tempdir().unwrap();
    let settings = FileSettings {
        segment_bytes: 4000,
        ..quick()
    };
    let device = FileDevice::open(folder.path(), &identity(), NOW, settings).unwrap();
    for number in 0..20 {
        assert_eq!(
            device.intent(intent_of(number)).await.unwrap().entry,
            u64::from(number)
        );
    }
    drop(device);
    assert!(folder::segments(folder.path()).unwrap().len() > 5);
    let numbers: Vec<_> = opened(folder.path())
        .iter()
        .map(|entry| entry["entry"].clone())
        .collect();
    assert_eq!(numbers, (0..20).collect::<Vec<_>>());
    let from = Entries::open(folder.path(), 7, 9).unwrap();
    assert_eq!(
        from.map(|entry| entry.unwrap().number).collect::<Vec<_>>(),
        [7, 8]
    );
}

/// A permit that was open when the program ended gets an outcome at the next start, once.
#[tokio::test]
async fn open_permits_are_closed_as_interrupted_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let device = open(folder.path()).unwrap();
    let permits: Vec<_> = (1..=3).map(|number| device.intent(permit_of(number))).collect();
    for permit in permits {
        permit.await.unwrap();
    }
    device.outcome(outcome_of(2, 1)).await.unwrap();
    drop(device);
    for _ in 0..2 {
        drop(open(folder.path()).unwrap());
        let kept = opened(folder.path());
        let interrupted = kept.iter().filter(|entry| entry["ended"] == "interrupted");
        let of: Vec<_> = interrupted
            .map(|entry| (entry["intent"].clone(), entry["model"].clone()))
            .collect();
        let model = || serde_json::Value::from("claude-sonnet");
        assert_eq!(of, [(0.into(), model()), (2.into(), model())]);
    }
}

/// Acceptance R05: what was torn by a loss of power is passed over; what was acknowledged and is missing or changed stops the
/// start.
#[tokio::test]
async fn a_torn_end_is_passed_over_and_damage_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let device = open(folder.path()).unwrap();
    for number in 0..5 {
        device.intent(intent_of(number)).await.unwrap();
    }
    drop(device);
    let segment = folder::segment(folder.path(), 1);
    let whole = std::fs::read(&segment).unwrap();
    let checkpoint = std::fs::read(folder.path().join(CHECKPOINT)).unwrap();
    let start = |bytes: &[u8], has_checkpoint: bool| {
        let copy = tempfile::tempdir().unwrap();
        std::fs::write(folder::segment(copy.path(), 1), bytes).unwrap();
        std::fs::copy(folder.path().join("people.keys"), copy.path().join("people.keys")).unwrap();
        if has_checkpoint {
            std::fs::write(copy.path().join(CHECKPOINT), &checkpoint).unwrap();
        }
        open(copy.path()).map(drop).map(|()| opened(copy.path()).len())
    };
    assert_eq!(start(&whole, true).unwrap(), 5);
    for cut in (1..700).step_by(23) {
        // nobody was told of them, as far as anything here shows
        assert!(
            start(&whole[..whole.len() - cut], false).unwrap() >= 4 - cut / 700,
            "{cut}"
        );
        if cut > 53 {
            // the checkpoint knows better
            let error = start(&whole[..whole.len() - cut], true).unwrap_err();
            assert!(matches!(error, OpenError::Damaged { .. }), "{cut}: {error}");
        }
    }
    for place in 0..50 {
        let at = whole.len() * place / 50;
        let mut changed = whole.clone();
        changed[at] ^= 1 << (place % 8);
        let copies_left = start(&changed, true);
        // one of the two copies of a seal may turn without harm, everything else is named
        match copies_left {
            Ok(entries) => assert_eq!(entries, 5, "{at}"),
            Err(error) => assert!(error.to_string().contains("damaged"), "{at}: {error}"),
        }
    }
}

#[tokio::test]
async fn what_is_published_is_signed_and_holds_every_entry() {
    let folder = tempfile::tempdir().unwrap();
    let device = open(folder.path()).unwrap();
    let answers: Vec<Answer> = (0..600_u16)
        .map(|number| device.event(event_of(number)))
        .collect();
    for answer in answers {
        answer.await.unwrap();
    }
    drop(device);
    let note = std::fs::read(folder.path().join(CHECKPOINT)).unwrap();
    let signed = tlog::SignedCheckpoint::parse(&note).unwrap();
    assert_eq!(signed.verified_by(&identity().verifier_keys()).unwrap().len(), 1);
    assert_eq!(signed.checkpoint().size(), 600);
    for (path, entries) in [
        ("tile/entries/000", 256),
        ("tile/entries/001", 256),
        ("tile/entries/002.p/88", 88),
    ] {
        let bundle = std::fs::read(folder.path().join(path)).unwrap();
        assert_eq!(
            tlog::bundle::decode(&bundle, entries).unwrap().len(),
            usize::from(entries)
        );
    }
    let reader = publish::Published(folder.path());
    assert_eq!(
        tlog::Tiles::from_reader(600, &reader).unwrap().edge().root(),
        signed.checkpoint().root()
    );
    // and after another start it goes on, though what was not full is lost
    std::fs::remove_dir_all(folder.path().join("tile/1")).unwrap();
    drop(open(folder.path()).unwrap());
    let device = open(folder.path()).unwrap();
    device.event(event_of(600)).await.unwrap();
    drop(device);
    let note = std::fs::read(folder.path().join(CHECKPOINT)).unwrap();
    let checkpoint = tlog::SignedCheckpoint::parse(&note).unwrap().checkpoint().clone();
    let root = tlog::Tiles::from_reader(601, &reader).unwrap().edge().root();
    assert_eq!((checkpoint.size(), checkpoint.root()), (601, root));
}

/// A clock that was set back is noticed, and nothing is recorded by it.
#[tokio::test]
async fn a_clock_that_was_set_back_records_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let device = open(folder.path()).unwrap();
    let at = |seconds: i64| Intent {
        at: NOW.plus(seconds),
        ..intent_of(1)
    };
    assert!(device.intent(at(0)).await.is_ok());
    assert!(device.intent(at(-299)).await.is_ok());
    assert_eq!(device.intent(at(-301)).await, Err(AuditError::ClockSetBack));
    assert_eq!(
        device.intent(at(-400 * 86_400)).await,
        Err(AuditError::ClockSetBack)
    );
    assert!(device.intent(at(3600)).await.is_ok());
    assert_eq!(device.intent(at(0)).await, Err(AuditError::ClockSetBack));
}

#[test]
fn two_writers_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path()).unwrap();
    assert!(matches!(open(folder.path()), Err(OpenError::InUse)));
    drop(first);
    assert!(open(folder.path()).is_ok());
}

#[test]
fn a_folder_that_cannot_be_one_is_refused_without_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let error = open(&file).unwrap_err();
    assert!(!error.to_string().contains("a-file"), "{error}");
}

/// A medium in memory. Each append and each synchronisation takes the next fault, if one is left.
#[derive(Clone, Default)]
struct Faulty {
    faults: Arc<Mutex<VecDeque<Fault>>>,
    segments: Arc<Mutex<Vec<Option<Vec<u8>>>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Torn,
    NotSynchronised,
    Blocked,
}

struct FaultySegment {
    medium: Faulty,
    number: usize,
    fault: Fault,
}

impl Medium for Faulty {
    fn begin(&mut self, number: u64) -> io::Result<Box<dyn Segment>> {
        let number = usize::try_from(number).unwrap() - 1;
        self.segments.lock().unwrap().resize(number + 1, None);
        self.segments.lock().unwrap()[number] = Some(Vec::new());
        Ok(Box::new(FaultySegment {
            medium: self.clone(),
            number,
            fault: Fault::None,
        }))
    }

    fn discard(&mut self, number: u64) -> io::Result<()> {
        self.segments.lock().unwrap()[usize::try_from(number).unwrap() - 1] = None;
        Ok(())
    }

    fn keep_keys(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

impl Segment for FaultySegment {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.fault = self
            .medium
            .faults
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or(Fault::None);
        let kept = if self.fault == Fault::Torn {
            &bytes[..bytes.len() / 2]
        } else {
            bytes
        };
        let mut segments = self.medium.segments.lock().unwrap();
        segments[self.number].as_mut().unwrap().extend_from_slice(kept);
        if self.fault == Fault::Torn {
            Err(io::ErrorKind::StorageFull.into())
        } else {
            Ok(())
        }
    }

    fn synchronise(&mut self) -> io::Result<()> {
        while self.fault == Fault::Blocked {
            let left = self.medium.faults.lock().unwrap().pop_front();
            match left {
                Some(fault) => self.fault = fault,
                None => std::thread::yield_now(),
            }
        }
        if self.fault == Fault::NotSynchronised {
            Err(io::Error::other("EIO"))
        } else {
            Ok(())
        }
    }
}

impl Faulty {
    fn device(&self, faults: &[Fault]) -> FileDevice {
        self.with(faults, quick())
    }

    fn with(&self, faults: &[Fault], settings: FileSettings) -> FileDevice {
        self.faults.lock().unwrap().extend(faults);
        let people = PersonKeys::read(&[], identity().sealing()).unwrap();
        let maker = Arc::new(Maker::new(identity().sealing(), people).unwrap());
        FileDevice::start(self.clone(), Found::nothing(), maker, &identity(), settings, None).unwrap()
    }

    /// The leaves of what a segment holds whole.
    fn kept(&self, segment: usize) -> Option<Vec<Leaf>> {
        let segments = self.segments.lock().unwrap();
        let bytes = segments.get(segment - 1)?.as_ref()?;
        let (header, mut rest) = Header::read(bytes)?;
        let (mut walk, mut kept) = (Walk::after(&header).unwrap(), Vec::new());
        while let Some((group, own)) = walk.next(rest).unwrap() {
            rest = rest.get(own..).unwrap_or_default();
            kept.extend(
                group
                    .entries
                    .iter()
                    .map(|entry| Leaf::parse(&entry.leaf).unwrap()),
            );
        }
        Some(kept)
    }
}

fn entry_of(kept: Result<Receipt, AuditError>) -> Option<u64> {
    kept.ok().map(|receipt| receipt.entry)
}

#[tokio::test]
async fn what_was_not_synchronised_is_not_acknowledged_and_its_segment_is_never_used_again() {
    let medium = Faulty::default();
    // the first line of segment 1, an entry, then one that fails
    let device = medium.device(&[Fault::None, Fault::None, Fault::NotSynchronised]);
    assert_eq!(entry_of(device.intent(intent_of(1)).await), Some(0));
    let failed = device.intent(intent_of(2)).await;
    assert!(matches!(failed, Err(AuditError::Failed { .. })), "{failed:?}");
    assert!(!device.is_healthy());
    let sealed = medium.segments.lock().unwrap()[0].clone();
    // the number of the entry that failed is given again
    assert_eq!(entry_of(device.intent(intent_of(3)).await), Some(1));
    assert!(device.is_healthy());
    assert_eq!(medium.segments.lock().unwrap()[0], sealed);
    assert_eq!(medium.kept(2).unwrap().len(), 1);
}

#[tokio::test]
async fn a_full_disk_refuses_until_there_is_space_and_leaves_no_empty_segments() {
    let medium = Faulty::default();
    let device = medium.device(&[Fault::None, Fault::Torn, Fault::Torn, Fault::None, Fault::Torn]);
    // segment 1 fails at its first entry, segment 2 at its first line, segment 3 at its first entry
    for number in 1..=3 {
        assert_eq!(entry_of(device.intent(intent_of(number)).await), None);
    }
    assert_eq!(entry_of(device.intent(intent_of(4)).await), Some(0));
    assert_eq!(
        (medium.kept(1), medium.kept(2), medium.kept(3)),
        (None, None, None)
    );
    assert_eq!(medium.kept(4).unwrap().len(), 1);
}

#[tokio::test]
async fn entries_that_gather_share_one_synchronisation() {
    let medium = Faulty::default();
    let device = medium.device(&[Fault::None, Fault::Blocked]);
    let first = device.intent(intent_of(1));
    let others: Vec<Answer> = (2..=50).map(|number| device.intent(intent_of(number))).collect();
    // lets the first group go, then one more group pass, and fails a third
    medium
        .faults
        .lock()
        .unwrap()
        .extend([Fault::None, Fault::None, Fault::NotSynchronised]);
    assert!(first.await.is_ok());
    let mut kept = 0;
    for other in others {
        kept += u64::from(other.await.is_ok());
    }
    assert_eq!(
        kept, 49,
        "the rest gathered while the first group was held up, so a third group is not needed"
    );
}

#[tokio::test]
async fn a_slow_disk_is_answered_by_the_deadline_and_a_full_queue_at_once() {
    let medium = Faulty::default();
    let settings = FileSettings {
        deadline: Duration::from_millis(20),
        queue: 2,
        ..FileSettings::default()
    };
    let device = medium.with(&[Fault::None, Fault::Blocked], settings);
    assert_eq!(device.intent(intent_of(1)).await, Err(AuditError::Deadline));
    let answers: Vec<Answer> = (2..=10).map(|number| device.intent(intent_of(number))).collect();
    let mut full = 0;
    for answer in answers {
        let answer = answer.await;
        full += u64::from(answer == Err(AuditError::Full));
        assert!(answer.is_err());
    }
    assert!(full >= 7, "{full}");
    // let the writer go, so that it can end
    medium.faults.lock().unwrap().push_back(Fault::None);
}

#[tokio::test]
async fn what_waits_is_bounded_in_bytes_too() {
    let medium = Faulty::default();
    let settings = FileSettings {
        queue_bytes: 10_000,
        ..quick()
    };
    let device = medium.with(&[Fault::None, Fault::Blocked], settings);
    let mut answers: Vec<Answer> = (1..=10).map(|number| device.intent(intent_of(number))).collect();
    assert_eq!(answers.pop().unwrap().await, Err(AuditError::Full));
    medium.faults.lock().unwrap().push_back(Fault::None);
    assert!(answers.swap_remove(0).await.is_ok());
    // what was written takes no room any more
    while device.intent(intent_of(11)).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn nobody_waits_for_an_intent_any_more_but_an_outcome_is_owed() {
    let medium = Faulty::default();
    let device = medium.device(&[Fault::None, Fault::Blocked]);
    let first = device.intent(intent_of(1));
    // let the writer take the first before the others are queued
    while medium.kept(1).is_none_or(|kept| kept.is_empty()) {
        tokio::task::yield_now().await;
    }
    drop(device.intent(intent_of(2)));
    drop(device.outcome(outcome_of(3, 0)));
    medium.faults.lock().unwrap().push_back(Fault::None);
    assert!(first.await.is_ok());
    drop(device);
    let kinds: Vec<_> = medium.kept(1).unwrap().iter().map(|leaf| leaf.kind).collect();
    assert_eq!(kinds, [Kind::Intent, Kind::Outcome]);
}

/// Whoever was told that the record failed sends nothing; the permit that lies in the log all the same is closed.
#[tokio::test]
async fn a_permit_whose_asker_has_gone_is_closed_as_not_forwarded() {
    let medium = Faulty::default();
    let device = medium.device(&[Fault::None, Fault::Blocked]);
    let permit = device.intent(permit_of(1));
    while medium.kept(1).is_none_or(|kept| kept.is_empty()) {
        tokio::task::yield_now().await;
    }
    drop(permit);
    medium.faults.lock().unwrap().push_back(Fault::None);
    drop(device);
    let kept = medium.kept(1).unwrap();
    assert_eq!((kept[1].kind, kept[1].intent), (Kind::Outcome, Some(0)));
}

/// What has happened is not lost because the disk was full when it did.
#[tokio::test]
async fn an_outcome_that_cannot_be_kept_is_kept_later() {
    let medium = Faulty::default();
    let device = medium.device(&[Fault::None, Fault::None, Fault::NotSynchronised]);
    assert!(device.intent(permit_of(1)).await.is_ok());
    assert!(
        device.outcome(outcome_of(1, 0)).await.is_ok(),
        "by the next segment"
    );
    let kept = medium.kept(2).unwrap();
    assert_eq!((kept.len(), kept[0].intent), (1, Some(0)));
}

/// A reader beside the writer sees what was prepared for entries before they are there.
#[tokio::test]
async fn who_follows_sees_what_is_written_where_zeros_were_read() {
    let folder = tempfile::tempdir().unwrap();
    let device = open(folder.path()).unwrap();
    device.intent(intent_of(0)).await.unwrap();
    let mut follower = Follower::open(folder.path(), 0).unwrap();
    assert_eq!(follower.next(9).unwrap().map(|(number, _)| number), Some(0));
    assert!(follower.next(9).unwrap().is_none());
    for number in 1..9_u8 {
        device.intent(intent_of(number)).await.unwrap();
        assert_eq!(
            follower.next(9).unwrap().map(|(number, _)| number),
            Some(u64::from(number))
        );
    }
    let segment = folder::segment(folder.path(), 1);
    let prepared = std::fs::metadata(&segment).unwrap().len();
    drop(device);
    assert!(prepared > std::fs::metadata(&segment).unwrap().len());
}

/// Parts of tiles and bundles that no checkpoint speaks of are gone, those of earlier runs too.
#[tokio::test]
async fn of_what_grows_only_the_newest_part_stays() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        let device = open(folder.path()).unwrap();
        for number in 0..100_u8 {
            device.intent(intent_of(number)).await.unwrap();
        }
    }
    let mut parts = Vec::new();
    let mut folders = vec![folder.path().join("tile")];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.parent().unwrap().to_str().unwrap().ends_with(".p") {
                parts.push(
                    path.strip_prefix(folder.path())
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned(),
                );
            }
        }
    }
    parts.sort();
    assert_eq!(
        parts,
        ["tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"]
    );
}
