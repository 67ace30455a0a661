//! Recording decisions: what the record says is what was decided, and what was not recorded is gone.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of tests fails by panicking"
)]

use decision::{SealedFacts, Snapshot, State, Verdict, admit};
use identity::{Choice, FactCollector, KeyHolder, RegisterDirectory, Zones};
use ledger::{
    Answer, AuditDevice, AuditError, Call, ClauseState, DecisionId, Event, FileDevice, FileSettings, Intent,
    LogIdentity, Outcome, Pseudonyms, Reader, Receipt, Recorder, ReplayError, SealingKey,
};
use register::model::{Instant, Register};
use register::source::Source;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

const NOW: Instant = Instant(1_784_106_000);

const REGISTER: &str = r#"
    [instrument]
    id = "licence"
    layer = "agreement"
    licensor = "Northlight"
    covers = ["small", "large"]
    effective = 2024-01-01
    [[clause]]
    ref = "4"
    plain = "Not for use in Hong Kong."
    kind = "territory.user_location"
    for = { models = ["large"] }
    deny = { in = ["HK"] }
    [[entity]]
    id = "bank"
    name = "Larkmoor Bank"
    incorporated = "HK"
    [[channel]]
    id = "self-host"
    name = "Own machines"
    wire = "openai"
    [[model]]
    id = "small"
    name = "Small"
    provider = "Northlight"
    modality = "text"
    aliases = ["tiny"]
    entitled = ["all-staff"]
    approval = { owner = "owner", tier = "standard" }
    [[deployment]]
    id = "small-local"
    model = "small"
    channel = "self-host"
    agreements = ["licence"]
    inference = ["HK"]
    [[model]]
    id = "large"
    name = "Large"
    provider = "Northlight"
    modality = "text"
    entitled = ["research"]
    approval = { owner = "owner", tier = "standard" }
    [[deployment]]
    id = "large-local"
    model = "large"
    channel = "self-host"
    agreements = ["licence"]
    inference = ["HK"]
    [[application]]
    id = "assistant"
    name = "Assistant"
    purposes = ["summarise"]
    data = ["internal"]
    [[person]]
    id = "hk-analyst"
    name = "Analyst"
    worker = "employee"
    entity = "bank"
    place = "HK"
    groups = ["all-staff"]
    application = "assistant"
"#;

/// Keeps intents in memory, or fails.
#[derive(Default)]
struct Memory {
    kept: Mutex<Vec<Intent>>,
    fails: bool,
}

impl AuditDevice for Memory {
    fn intent(&self, intent: Intent) -> Answer {
        if self.fails {
            return Box::pin(async { Err(AuditError::Deadline) });
        }
        self.kept.lock().unwrap().push(intent);
        Box::pin(async {
            Ok(Receipt {
                origin: "log".into(),
                entry: 1,
                leaf: tlog::Hash::from_bytes([0; 32]),
            })
        })
    }

    fn outcome(&self, _: Outcome) -> Answer {
        Box::pin(async { Err(AuditError::Closed) })
    }

    fn event(&self, _: Event) -> Answer {
        Box::pin(async { Err(AuditError::Closed) })
    }

    fn is_healthy(&self) -> bool {
        !self.fails
    }
}

struct World {
    snapshot: Arc<Snapshot>,
    facts: SealedFacts,
    device: Arc<Memory>,
    recorder: Recorder,
}

fn register_of(text: &str) -> Register {
    let source = Source {
        path: "register.toml".to_owned(),
        text: text.to_owned(),
    };
    let outcome = register::parse(&[source]);
    let register = outcome.register;
    register.unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics))
}

fn world(fails: bool) -> World {
    let register = register_of(REGISTER);
    let directory = Arc::new(RegisterDirectory::of(&register, NOW));
    let collector = FactCollector::new(&register, Zones::default(), directory);
    let holder = KeyHolder {
        person: "hk-analyst".to_owned(),
        application: None,
    };
    let facts = collector
        .collect(&holder, IpAddr::from([127, 0, 0, 1]), Choice::default(), NOW)
        .unwrap()
        .facts;
    let device = Arc::new(Memory {
        fails,
        ..Memory::default()
    });
    let recorder = Recorder::new(
        Arc::clone(&device) as Arc<dyn AuditDevice>,
        Pseudonyms::new(&[1; 32]),
    );
    let snapshot = Arc::new(Snapshot::compile(register, "sha256:test", NOW).unwrap());
    World {
        snapshot,
        facts,
        device,
        recorder,
    }
}

fn call<'a>(world: &'a World, asked: &'a str) -> Call<'a> {
    let decision = DecisionId::from_bytes([9; 16]);
    Call {
        decision,
        at: NOW,
        asked,
        application: Some("assistant"),
        cost_centre: Some("4711"),
        facts: &world.facts,
    }
}

#[tokio::test]
async fn a_permit_is_recorded_as_it_is() {
    let world = world(false);
    let permit = admit(&world.snapshot, &world.facts, "tiny", NOW).unwrap();
    let recorded = world
        .recorder
        .record_permit(permit, &call(&world, "tiny"))
        .await
        .unwrap();
    assert_eq!(recorded.deployment().unwrap().id, "small-local");
    assert_eq!(
        recorded.receipt().to_string(),
        "log#1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    );
    let unsent = recorded.unsent(NOW);
    assert_eq!(
        (unsent.intent, unsent.of.licensor.as_deref()),
        (1, Some("Northlight"))
    );
    assert!(recorded.holds_at(NOW));
    let intent = world.device.kept.lock().unwrap().pop().unwrap();
    assert_eq!(
        (intent.verdict, intent.snapshot.as_str()),
        (Verdict::Permit, "sha256:test")
    );
    assert_eq!(
        (intent.asked.as_str(), intent.model.as_deref()),
        ("tiny", Some("small"))
    );
    assert_eq!((intent.purpose, intent.data), ("summarise", "internal"));
    assert_eq!(intent.valid_until, recorded.decision().valid_until);
    assert_eq!(
        (intent.places, intent.evidence),
        (vec!["HK".to_owned()], vec!["directory"])
    );
    assert_eq!(
        (intent.entity.as_str(), intent.hosting),
        ("bank", vec!["HK".to_owned()])
    );
    let facts = ledger::read_facts(&intent.facts, None).unwrap();
    assert_eq!(
        &facts,
        world.facts.facts(),
        "what was decided on can be decided on again"
    );
}

#[tokio::test]
async fn a_refusal_is_recorded_with_every_reason() {
    let world = world(false);
    let refusal = admit(&world.snapshot, &world.facts, "large", NOW).unwrap_err();
    world
        .recorder
        .record_refusal(&refusal, &call(&world, "large"))
        .await
        .unwrap();
    let intent = world.device.kept.lock().unwrap().pop().unwrap();
    assert_eq!(intent.verdict, Verdict::Deny);
    assert_eq!(
        intent.clauses,
        [ClauseState {
            clause: "licence 4".to_owned(),
            state: State::Met
        }]
    );
    assert_eq!(intent.missing, ["entitlement"]);
    assert_eq!(intent.deployment.as_deref(), Some("large-local"));
}

#[tokio::test]
async fn a_model_that_is_not_on_the_register_is_recorded_by_the_name_that_was_asked_for() {
    let world = world(false);
    let refusal = admit(&world.snapshot, &world.facts, "huge", NOW).unwrap_err();
    world
        .recorder
        .record_refusal(&refusal, &call(&world, "huge"))
        .await
        .unwrap();
    let intent = world.device.kept.lock().unwrap().pop().unwrap();
    assert_eq!(
        (intent.verdict, intent.asked.as_str(), intent.model),
        (Verdict::Deny, "huge", None)
    );
}

#[tokio::test]
async fn what_cannot_be_recorded_cannot_be_used() {
    let world = world(true);
    let permit = admit(&world.snapshot, &world.facts, "small", NOW).unwrap();
    let recorded = world.recorder.record_permit(permit, &call(&world, "small")).await;
    assert_eq!(recorded.err(), Some(AuditError::Deadline));
    assert!(!world.recorder.is_healthy());
}

#[tokio::test]
async fn a_decision_is_made_again_and_another_one_is_told_by_its_fields() {
    let World { snapshot, facts, .. } = world(false);
    let folder = tempfile::tempdir().unwrap();
    let sealing = SealingKey::from_bytes([4; 32]);
    let identity = LogIdentity::new("log", &[[3; 32]], sealing.clone()).unwrap();
    let device = FileDevice::open(folder.path(), &identity, NOW, FileSettings::default()).unwrap();
    let recorder = Recorder::new(Arc::new(device), Pseudonyms::new(&[1; 32]));
    for asked in ["tiny", "large", "huge"] {
        let call = Call {
            decision: DecisionId::from_bytes([9; 16]),
            at: NOW,
            asked,
            application: Some("assistant"),
            cost_centre: Some("4711"),
            facts: &facts,
        };
        match admit(&snapshot, &facts, asked, NOW) {
            Ok(permit) => drop(recorder.record_permit(permit, &call).await.unwrap()),
            Err(refusal) => drop(recorder.record_refusal(&refusal, &call).await.unwrap()),
        }
    }
    drop(recorder);
    let reader = Reader::open(folder.path(), &sealing).unwrap();
    let entries: Vec<_> = reader.entries(0, 9).unwrap().map(Result::unwrap).collect();
    let again = |number: usize, by: &Snapshot| {
        let again = entries[number].replay(by);
        again.map(|again| {
            again
                .differences
                .into_iter()
                .map(|one| one.field)
                .collect::<Vec<_>>()
        })
    };
    for number in 0..3 {
        assert_eq!(again(number, &snapshot).unwrap(), Vec::<String>::new());
    }
    let other = Snapshot::compile_untested(register_of(REGISTER), "sha256:other").unwrap();
    let digest = "sha256:test".to_owned();
    assert_eq!(again(0, &other), Err(ReplayError::OtherRegister { digest }));
    // a register under the name of another, as a program that decides otherwise would show
    let changed = REGISTER
        .replace("models = [\"large\"]", "models = [\"small\"]")
        .replace("\"HK\"]\n    [[model]]", "\"SG\"]\n    [[model]]");
    let changed = Snapshot::compile_untested(register_of(&changed), "sha256:test").unwrap();
    assert_eq!(again(0, &changed).unwrap(), ["clauses", "hosting", "verdict"]);
    assert_eq!(again(1, &changed).unwrap(), ["clauses"]);
    assert_eq!(again(2, &changed).unwrap(), Vec::<String>::new());
}
