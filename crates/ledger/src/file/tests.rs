//! The device with real files, and with a medium that fails when it is told to.

use super::*;
use crate::Receipt;
use crate::stored::tests::{intent_of, outcome_of};
use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;
use writer::Segment;

fn lines(folder: &Path) -> Vec<Vec<String>> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    let segments = names
        .iter()
        .filter(|name| name.extension().is_some_and(|ending| ending == "jsonl"));
    let text = segments.map(|name| std::fs::read_to_string(name).unwrap());
    text.map(|text| text.lines().map(str::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn entries_are_kept_in_order_and_receipts_say_where() {
    let folder = tempfile::tempdir().unwrap();
    let device = FileDevice::open(folder.path(), FileSettings::default()).unwrap();
    let first = device.intent(intent_of(1)).await.unwrap();
    let second = device.outcome(outcome_of(1)).await.unwrap();
    assert_eq!(
        (first.segment, first.entry, second.segment, second.entry),
        (1, 1, 1, 2)
    );
    assert_ne!(first.digest, second.digest);
    assert_eq!(first.to_string().split('.').next_back().unwrap().len(), 16);
    let kept = &lines(folder.path())[0];
    assert!(
        kept[0].contains("\"segment\":1")
            && kept[1].contains("\"intent\"")
            && kept[2].contains("\"outcome\"")
    );
    assert_eq!(kept.len(), 3);
}

#[tokio::test]
async fn a_new_start_begins_a_new_segment_and_keeps_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    for number in 1..=3 {
        let device = FileDevice::open(folder.path(), FileSettings::default()).unwrap();
        let receipt = device.intent(intent_of(1)).await.unwrap();
        assert_eq!((receipt.segment, receipt.entry), (number, 1));
    }
    assert_eq!(lines(folder.path()).len(), 3);
}

#[tokio::test]
async fn a_full_segment_is_followed_by_another() {
    let folder = tempfile::tempdir().unwrap();
    let settings = FileSettings {
        segment_bytes: 1000,
        ..FileSettings::default()
    };
    let device = FileDevice::open(folder.path(), settings).unwrap();
    let mut segments = Vec::new();
    for number in 0..6 {
        segments.push(device.intent(intent_of(number)).await.unwrap().segment);
    }
    assert_eq!(segments, [1, 1, 2, 2, 3, 3]);
}

#[test]
fn two_writers_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = FileDevice::open(folder.path(), FileSettings::default()).unwrap();
    assert!(matches!(
        FileDevice::open(folder.path(), FileSettings::default()),
        Err(OpenError::InUse)
    ));
    drop(first);
    assert!(FileDevice::open(folder.path(), FileSettings::default()).is_ok());
}

#[test]
fn a_folder_that_cannot_be_one_is_refused_without_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let error = FileDevice::open(&file, FileSettings::default()).unwrap_err();
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
        self.faults.lock().unwrap().extend(faults);
        FileDevice::start(
            self.clone(),
            1,
            FileSettings {
                deadline: Duration::from_secs(60),
                ..FileSettings::default()
            },
        )
        .unwrap()
    }

    fn text(&self, segment: usize) -> Option<String> {
        let segments = self.segments.lock().unwrap();
        segments
            .get(segment - 1)?
            .as_ref()
            .map(|bytes| String::from_utf8(bytes.clone()).unwrap())
    }
}

fn segment_of(kept: Result<Receipt, AuditError>) -> Option<u64> {
    kept.ok().map(|receipt| receipt.segment)
}

#[tokio::test]
async fn what_was_not_synchronised_is_not_acknowledged_and_its_segment_is_never_used_again() {
    let medium = Faulty::default();
    // the first line of segment 1, an entry, then one that fails
    let device = medium.device(&[Fault::None, Fault::None, Fault::NotSynchronised]);
    assert_eq!(segment_of(device.intent(intent_of(1)).await), Some(1));
    let failed = device.intent(intent_of(2)).await;
    assert!(matches!(failed, Err(AuditError::Failed { .. })), "{failed:?}");
    assert!(!device.is_healthy());
    let sealed = medium.text(1).unwrap();
    assert_eq!(segment_of(device.intent(intent_of(3)).await), Some(2));
    assert!(device.is_healthy());
    assert_eq!(medium.text(1).unwrap(), sealed);
    assert!(
        medium
            .text(2)
            .unwrap()
            .contains(&intent_of(3).decision.to_string())
    );
}

#[tokio::test]
async fn a_full_disk_refuses_until_there_is_space_and_leaves_no_empty_segments() {
    let medium = Faulty::default();
    let device = medium.device(&[Fault::None, Fault::Torn, Fault::Torn, Fault::None, Fault::Torn]);
    // segment 1 fails at its first entry, segment 2 at its first line, segment 3 at its first entry
    for number in 1..=3 {
        assert_eq!(segment_of(device.intent(intent_of(number)).await), None);
    }
    assert_eq!(segment_of(device.intent(intent_of(4)).await), Some(4));
    assert_eq!(
        (medium.text(1), medium.text(2), medium.text(3)),
        (None, None, None)
    );
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
    medium
        .faults
        .lock()
        .unwrap()
        .extend([Fault::None, Fault::Blocked]);
    let settings = FileSettings {
        deadline: Duration::from_millis(20),
        queue: 2,
        ..FileSettings::default()
    };
    let device = FileDevice::start(medium.clone(), 1, settings).unwrap();
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
async fn nobody_waits_for_an_intent_any_more_but_an_outcome_is_owed() {
    let medium = Faulty::default();
    let device = medium.device(&[Fault::None, Fault::Blocked]);
    let first = device.intent(intent_of(1));
    // let the writer take the first before the others are queued
    while medium.text(1).is_none_or(|text| text.lines().count() < 2) {
        tokio::task::yield_now().await;
    }
    drop(device.intent(intent_of(2)));
    drop(device.outcome(outcome_of(3)));
    medium.faults.lock().unwrap().push_back(Fault::None);
    assert!(first.await.is_ok());
    drop(device);
    let text = medium.text(1).unwrap();
    assert!(!text.contains(&intent_of(2).decision.to_string()), "{text}");
    assert!(text.contains(&outcome_of(3).decision.to_string()), "{text}");
}
