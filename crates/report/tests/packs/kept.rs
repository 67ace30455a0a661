//! A log on disk with entries about two licensors, an unknown model and acts of administration.

use decision::{State, Verdict};
use ledger::{
    Act, AuditDevice as _, ClauseState, DecisionId, Done, Ended, Event, FileDevice, FileSettings, Happening,
    Intent, LogIdentity, Outcome, Pseudonyms, Reader, SealingKey, Subject,
};
use register::model::Instant;
use report::asked::{Asked, Moment, Territory, What};
use report::{Log, Made, MakeError, PackError, Verified};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tlog::note::Signer;

const NAME: &str = "ledger.larkmoor.example/1";
/// 2026-07-15T09:00:00Z.
pub(crate) const NOW: Instant = Instant(1_784_106_000);
pub(crate) const HERE: &str = "bailiwick 0";

/// A log, and a folder for packs beside it.
pub(crate) struct Kept {
    folder: TempDir,
    pub(crate) reader: Reader,
}

/// An entry to be kept.
pub(crate) enum Entry {
    Intent(Box<Intent>),
    Outcome(Outcome),
    Event(Event),
}

pub(crate) fn names() -> Pseudonyms {
    Pseudonyms::new(&[7; 32])
}

pub(crate) fn signer() -> Signer {
    Signer::from_seed(NAME, &[3; 32]).unwrap()
}

fn identity() -> LogIdentity {
    LogIdentity::new(NAME, &[[3; 32]], SealingKey::from_bytes([4; 32])).unwrap()
}

/// A decision about a model of a licensor, by default a permit.
pub(crate) fn decided(at: Instant, licensor: &str, places: &[&str]) -> Intent {
    Intent {
        decision: DecisionId::from_bytes([9; 16]),
        at,
        snapshot: "sha256:00".to_owned(),
        person: names().towards("hk-analyst", licensor),
        key: names().of("hk-analyst"),
        entity: format!("entity-for-{licensor}"),
        application: Some(format!("application-for-{licensor}")),
        cost_centre: Some("4711".to_owned()),
        purpose: "coding",
        data: "internal",
        asked: format!("asked-of-{licensor}"),
        model: Some(format!("model-of-{licensor}")),
        deployment: Some(format!("deployment-of-{licensor}")),
        licensor: Some(licensor.to_owned()),
        hosting: vec!["US".to_owned()],
        verdict: Verdict::Permit,
        clauses: Vec::new(),
        missing: Vec::new(),
        lifts: Vec::new(),
        obligations: Vec::new(),
        places: places.iter().map(|place| (*place).to_owned()).collect(),
        evidence: vec!["zone"],
        facts: br#"{"claims":[{"observed_at":1784105900,"place":{"place":"HK"},"source":"zone"}],"person":{"citizenships":["FR"]}}"#
            .to_vec(),
        valid_until: None,
    }
}

/// A refusal by these clauses.
pub(crate) fn refused(at: Instant, licensor: &str, places: &[&str], clauses: &[&str]) -> Intent {
    let clauses = clauses.iter().map(|clause| ClauseState {
        clause: (*clause).to_owned(),
        state: State::Met,
    });
    Intent {
        verdict: Verdict::Deny,
        clauses: clauses.collect(),
        ..decided(at, licensor, places)
    }
}

pub(crate) fn ended(at: Instant, intent: u64, licensor: &str, tokens: u64) -> Outcome {
    Outcome {
        intent,
        decision: DecisionId::from_bytes([9; 16]),
        of: Subject {
            model: Some(format!("model-of-{licensor}")),
            deployment: Some(format!("deployment-of-{licensor}")),
            licensor: Some(licensor.to_owned()),
        },
        at,
        ended: Ended::Completed,
        status: Some(200),
        bytes_sent: 100,
        bytes_received: 100,
        tokens_read: tokens,
        tokens_written: tokens * 2,
        stop: Some("end_turn".to_owned()),
        served_in: Some("us".to_owned()),
    }
}

pub(crate) fn act(at: Instant) -> Event {
    let what = Happening::Administered(Act {
        done: Done::RoleGranted { role: "auditor" },
        by: Some(names().of("london-model-owner")),
        person: names().of("hk-analyst"),
    });
    Event { at, what }
}

/// The same at so many seconds after the first entry of the usual log.
pub(crate) fn after(seconds: i64) -> Instant {
    NOW.plus(seconds)
}

/// The entries of a usual log, in which the first and the last are a day away from the others.
pub(crate) fn usual() -> Vec<Entry> {
    let unknown = Intent {
        licensor: None,
        model: None,
        deployment: None,
        ..refused(after(60), "nobody", &["Ruritania"], &[])
    };
    let all = [
        Entry::from(decided(after(-90_000), "Anthropic", &["HK"])),
        decided(after(0), "Anthropic", &["GB"]).into(),
        decided(after(1), "OpenAI", &["HK"]).into(),
        ended(after(2), 2, "OpenAI", 1000).into(),
        ended(after(3), 1, "Anthropic", 10).into(),
        refused(after(4), "Anthropic", &["HK"], &["anthropic-2024 2.3"]).into(),
        refused(after(5), "Anthropic", &["HK"], &["anthropic-2024 2.3", "house 7"]).into(),
        unknown.into(),
        act(after(70)).into(),
        decided(after(80), "Anthropic", &["GB", "HK"]).into(),
        ended(after(85), 9, "Anthropic", 10).into(),
        refused(after(90), "OpenAI", &["CN"], &["openai-2025 4.1"]).into(),
        ended(after(90_000), 0, "Anthropic", 5).into(),
    ];
    Vec::from(all)
}

impl From<Intent> for Entry {
    fn from(intent: Intent) -> Self {
        Self::Intent(Box::new(intent))
    }
}

impl From<Outcome> for Entry {
    fn from(outcome: Outcome) -> Self {
        Self::Outcome(outcome)
    }
}

impl From<Event> for Entry {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

/// Keeps these entries in the log of a folder.
fn keep(path: &Path, entries: Vec<Entry>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let settings = FileSettings {
            deadline: Duration::from_secs(60),
            ..FileSettings::default()
        };
        let device = FileDevice::open(path, &identity(), after(100_000), settings).unwrap();
        let kept = entries.into_iter().map(|entry| match entry {
            Entry::Intent(intent) => device.intent(*intent),
            Entry::Outcome(outcome) => device.outcome(outcome),
            Entry::Event(event) => device.event(event),
        });
        for kept in kept.collect::<Vec<_>>() {
            kept.await.unwrap();
        }
    });
}

impl Kept {
    pub(crate) fn usual() -> Self {
        Self::with(usual())
    }

    pub(crate) fn with(entries: Vec<Entry>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        keep(&path, entries);
        let reader = Reader::open(&path, identity().sealing()).unwrap();
        Self { folder, reader }
    }

    /// Goes on with these entries.
    pub(crate) fn grow(&self, entries: Vec<Entry>) {
        keep(&self.log(), entries);
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    pub(crate) fn pack(&self) -> PathBuf {
        self.folder.path().join("pack")
    }

    pub(crate) fn make(&self, asked: &Asked) -> Result<Made, MakeError> {
        let log = self.log();
        let log = Log {
            folder: &log,
            reader: &self.reader,
        };
        report::make(log, asked, &self.pack(), &signer())
    }

    pub(crate) fn preview(&self, asked: &Asked) -> report::Preview {
        let log = self.log();
        let log = Log {
            folder: &log,
            reader: &self.reader,
        };
        report::preview(log, asked, 3).unwrap()
    }

    /// Made, and checked from a copy of the pack alone.
    pub(crate) fn made_and_checked(&self, asked: &Asked) -> (serde_json::Value, Verified) {
        let made = self.make(asked).unwrap();
        let verified = verify(&self.pack()).unwrap();
        (serde_json::from_str(&made.json).unwrap(), verified)
    }
}

pub(crate) fn verify(pack: &Path) -> Result<Verified, PackError> {
    report::verify(pack, &[signer().verifier_key()], HERE)
}

pub(crate) fn asked(what: What) -> Asked {
    Asked {
        what,
        from: Moment(after(-10)),
        until: Moment(after(3600)),
        opened: Vec::new(),
        made_at: Moment(after(100_000)),
        made_by: HERE.to_owned(),
    }
}

pub(crate) fn for_anthropic() -> Asked {
    let place = |code: &str| Territory {
        name: code.to_owned(),
        places: vec![code.to_owned()],
        except: Vec::new(),
        disputed: Vec::new(),
    };
    asked(What::Licensor {
        licensor: "Anthropic".to_owned(),
        instruments: vec!["anthropic-2024".to_owned()],
        territories: vec![place("HK"), place("CN")],
    })
}
