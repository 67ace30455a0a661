//! Two processes with one log, and a log of yesterday.

use super::*;
use crate::content::tests::intent_of;
use crate::file::Outside;
use crate::{AuditDevice as _, AuditError, CHECKPOINT, FileDevice, FileSettings, LogIdentity, SealingKey};
use register::model::Instant;
use std::fs;
use std::sync::Mutex;
use std::time::Duration;

/// What a store keeps of one log.
#[derive(Default)]
struct Kept {
    seen: Option<(u64, Hash)>,
    writer: usize,
    is_away: bool,
}

/// One process's view of it.
struct View {
    kept: Arc<Mutex<Kept>>,
    writer: usize,
}

impl View {
    fn of(kept: &Arc<Mutex<Kept>>, writer: usize) -> Outside {
        let kept = Arc::clone(kept);
        Outside {
            sight: Some(Arc::new(Self { kept, writer })),
            witnesses: Vec::new(),
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Kept) -> T) -> Result<T, SightError> {
        let mut kept = self.kept.lock().unwrap();
        let reason = "away".to_owned();
        if kept.is_away {
            return Err(SightError { reason });
        }
        Ok(act(&mut kept))
    }
}

impl LogSight for View {
    fn last(&self) -> Result<Option<(u64, Hash)>, SightError> {
        self.with(|kept| kept.seen)
    }

    fn claim(&self, size: u64, root: Hash) -> Result<(), SightError> {
        self.with(|kept| {
            kept.writer = self.writer;
            kept.seen.get_or_insert((size, root));
        })
    }

    fn show(&self, size: u64, root: Hash) -> Result<bool, SightError> {
        self.with(|kept| {
            let grows = kept
                .seen
                .is_none_or(|(seen, known)| seen < size || (seen, known) == (size, root));
            let may = grows && kept.writer == self.writer;
            if may {
                kept.seen = Some((size, root));
            }
            may
        })
    }
}

fn open(folder: &Path, outside: Outside) -> Result<FileDevice, OpenError> {
    let identity = LogIdentity::new("log", &[[3; 32]], SealingKey::from_bytes([4; 32])).unwrap();
    let settings = FileSettings {
        deadline: Duration::from_secs(60),
        publish_every: Duration::from_millis(5),
        ..FileSettings::default()
    };
    FileDevice::open_outside(folder, &identity, Instant(1_784_106_000), settings, outside)
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => {
                fs::create_dir_all(&target).unwrap();
                copy(&path, &target);
            }
            // a part that was tidied away in between is one that nothing speaks of any more
            false => drop(fs::copy(&path, target)),
        }
    }
}

#[tokio::test]
async fn of_two_processes_with_one_log_the_later_signs_and_the_other_stops() {
    let kept = Arc::default();
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(open(first.path(), View::of(&kept, 1)).unwrap());
    copy(first.path(), second.path());
    let one = open(first.path(), View::of(&kept, 1)).unwrap();
    one.intent(intent_of(1)).await.unwrap();
    while kept.lock().unwrap().seen.is_none_or(|(size, _)| size < 1) {
        tokio::task::yield_now().await;
    }
    let older = open(second.path(), View::of(&kept, 2)).unwrap_err().to_string();
    assert!(
        older.contains("has seen 1 entries of this ledger, and 0 are here"),
        "{older}"
    );
    copy(first.path(), second.path());
    let two = open(second.path(), View::of(&kept, 2)).unwrap();
    while one.is_healthy() {
        tokio::task::yield_now().await;
    }
    assert!(matches!(
        one.intent(intent_of(2)).await,
        Err(AuditError::Failed { .. })
    ));
    two.intent(intent_of(3)).await.unwrap();
    drop((one, two));
    let size = |folder: &Path| {
        let text = fs::read_to_string(folder.join(CHECKPOINT)).unwrap();
        text.lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(
        (size(first.path()).as_str(), size(second.path()).as_str()),
        ("1", "2")
    );
    // and the one that stopped does not start any more
    let older = open(first.path(), View::of(&kept, 1)).unwrap_err().to_string();
    assert!(older.contains("so this is an older copy"), "{older}");
}

#[tokio::test]
async fn other_entries_than_were_seen_are_not_gone_on_with() {
    let kept: Arc<Mutex<Kept>> = Arc::default();
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (folder, kept) in [(&first, Arc::clone(&kept)), (&second, Arc::default())] {
        let device = open(folder.path(), View::of(&kept, 1)).unwrap();
        device.intent(intent_of(1)).await.unwrap();
    }
    let other = open(second.path(), View::of(&kept, 1)).unwrap_err().to_string();
    assert!(other.contains("are not those that the store has seen"), "{other}");
    assert!(open(first.path(), View::of(&kept, 1)).is_ok());
}

#[tokio::test]
async fn while_nobody_answers_entries_are_kept_and_nothing_is_signed() {
    let kept: Arc<Mutex<Kept>> = Arc::default();
    let folder = tempfile::tempdir().unwrap();
    let device = open(folder.path(), View::of(&kept, 1)).unwrap();
    kept.lock().unwrap().is_away = true;
    device.intent(intent_of(1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(device.is_healthy());
    let signed = || fs::read_to_string(folder.path().join(CHECKPOINT)).unwrap_or_default();
    assert!(!signed().starts_with("log\n1\n"));
    kept.lock().unwrap().is_away = false;
    while !signed().starts_with("log\n1\n") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    kept.lock().unwrap().is_away = true;
    drop(device);
    let away = open(folder.path(), View::of(&kept, 1)).unwrap_err().to_string();
    assert!(
        away.contains("does not say how far the ledger had come: away"),
        "{away}"
    );
}
