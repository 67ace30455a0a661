//! Another register takes over, as a whole, from the next request on; what it means for answers on their way is tested
//! with streams.

use crate::client::{Answer, Caller};
use crate::provider::Provider;
use crate::world::{HK_ANALYST, NOW, NY_TRADER, Persona, Plan, SECRET, World, changed, in_force};
use decision::Basis;
use gateway::{Credential, InForce};
use identity::{Choice, KeyHolder};
use register::model::Instant;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use testkit::is_long;
use tokio::task::JoinSet;

const MESSAGES: &str = "/v1/messages";
const CLAUDE: &str = "{\"model\":\"claude-sonnet\"}";

/// Greater China is Macao alone; Hong Kong would go on as a part of China if that stayed.
const RELAXED: (&str, &str) = ("[\"CN\", \"HK\", \"MO\"]", "[\"MO\"]");

async fn quiet() -> Provider {
    Provider::answering("200 OK", "{}").await
}

#[tokio::test]
async fn the_next_request_is_decided_by_what_was_activated() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let caller = world.caller(HK_ANALYST);
    assert_eq!(caller.post(MESSAGES, CLAUDE).await.status, 451);
    world.switch.activate(in_force(&changed(&[RELAXED])));
    assert_eq!(caller.post(MESSAGES, CLAUDE).await.status, 200);
    assert_eq!(caller.get("/v1/models").await.header("bailiwick-withheld"), "1");
    world.switch.activate(in_force(&changed(&[])));
    assert_eq!(caller.post(MESSAGES, CLAUDE).await.status, 451);
}

#[tokio::test]
async fn offices_people_and_applications_change_with_the_clauses() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let caller = world.caller(NY_TRADER);
    assert_eq!(caller.post(MESSAGES, CLAUDE).await.status, 200);
    let moved = changed(&[("127.0.4.0/24", "127.0.5.0/24"), ("127.0.2.0/24", "127.0.4.0/24")]);
    world.switch.activate(in_force(&moved));
    assert_eq!(
        caller.post(MESSAGES, CLAUDE).await.status,
        451,
        "the address is Hong Kong's now"
    );
    world.switch.activate(in_force(&changed(&[(
        "id = \"ny-trader\"",
        "id = \"other-trader\"",
    )])));
    let answer = caller.post(MESSAGES, CLAUDE).await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-code")),
        (403, "unknown_holder")
    );
    world
        .switch
        .activate(in_force(&changed(&[("\"coding\", \"summarise\"", "\"coding\"")])));
    let answer = caller
        .with("bailiwick-purpose", "summarise")
        .post(MESSAGES, CLAUDE)
        .await;
    assert_eq!(answer.header("bailiwick-code"), "not_of_application");
}

/// Says that the swapping is to end, also when what is tested fails.
struct Enough(Arc<AtomicBool>);

impl Drop for Enough {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Two registers, each of which permits; the clauses of one and the offices of the other would refuse.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_sees_two_registers() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let mirrored = changed(&[
        ("[\"CN\", \"HK\", \"MO\"]", "[\"US\"]"),
        ("Pearl Street\"\nplace = \"US\"", "Pearl Street\"\nplace = \"HK\""),
    ]);
    let enough = Enough(Arc::default());
    let (switch, stop) = (Arc::clone(&world.switch), Arc::clone(&enough.0));
    let swapping = tokio::task::spawn_blocking(move || {
        let mut swaps = 0;
        while swaps < 2 || !stop.load(Ordering::Relaxed) {
            switch.activate(in_force(&mirrored));
            switch.activate(in_force(&changed(&[])));
            swaps += 1;
        }
    });
    let caller = world.caller(NY_TRADER);
    for _ in 0..150 {
        let answer = caller.post(MESSAGES, CLAUDE).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let listed = caller.get("/v1/models").await;
        assert!(listed.text().contains("claude-sonnet"), "{}", listed.text());
    }
    drop(enough);
    swapping.await.unwrap();
}

/// What the ledger says of a decision: verdict, deployment and clauses with their states.
type Said = (String, Value, Value);

/// What a register decides about a person in their office, as the ledger would say it.
fn decided_again(in_force: &InForce, persona: Persona, model: &str) -> Said {
    let holder = KeyHolder {
        person: persona.person.to_owned(),
        application: None,
    };
    let (office, choice) = (persona.office.parse::<IpAddr>().unwrap(), Choice::default());
    let collected = in_force
        .collector()
        .collect(&holder, office, choice, NOW)
        .unwrap();
    let snapshot = in_force.snapshot();
    let (decision, verdict) = match decision::admit(snapshot, &collected.facts, model, NOW) {
        Ok(permit) => (permit.decision().clone(), "permit"),
        Err(refusal) => (refusal.decision.unwrap(), "deny"),
    };
    let deployment = decision.deployment.and_then(|index| snapshot.deployment(index));
    let clauses = decision.reasons.iter().filter_map(|reason| match reason.basis {
        Basis::Clause(index) => {
            let (instrument, clause) = snapshot.clause(index)?;
            let name = format!("{} {}", instrument.id, clause.reference);
            Some(json!({ "clause": name, "state": reason.state.as_str() }))
        }
        Basis::Missing(_) => None,
    });
    let deployment = deployment.map_or(Value::Null, |deployment| json!(deployment.id));
    (verdict.to_owned(), deployment, clauses.collect())
}

/// Callers at a time.
const WORKERS: usize = 15;

/// How often the register changes while it is asked for.
const CHANGES: u32 = 100;

/// Acceptance R08: a clause changes a hundred times under load, every tenth of a second if it may take long. There is no
/// answer but a permit or a refusal; each record names one of the two registers, and that register decides again as it
/// did.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_each_decision_is_that_of_the_one_register_that_it_names() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let registers = [in_force(&changed(&[])), in_force(&changed(&[RELAXED]))];
    let pause = Duration::from_millis(if is_long() { 100 } else { 20 });
    let asked = [
        (HK_ANALYST, MESSAGES, "claude-sonnet"),
        (NY_TRADER, MESSAGES, "claude-sonnet"),
        (HK_ANALYST, "/v1/chat/completions", "gpt"),
    ];
    let enough = Enough(Arc::default());
    let mut asking = JoinSet::new();
    // together 500 a second for as long as it changes
    for number in 0..WORKERS {
        let (persona, path, model) = asked[number % asked.len()];
        let (caller, stop) = (world.caller(persona), Arc::clone(&enough.0));
        asking.spawn(async move {
            let mut answers = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let answer = caller.post(path, &json!({ "model": model }).to_string()).await;
                answers.push((persona, answer));
                tokio::time::sleep(Duration::from_millis(2) * 15).await;
            }
            answers
        });
    }
    for change in 0..CHANGES {
        let switch = Arc::clone(&world.switch);
        let changing = tokio::task::spawn_blocking(move || {
            let relaxed = [RELAXED];
            let changes: &[_] = if change % 2 == 0 { &relaxed } else { &[] };
            switch.activate(in_force(&changed(changes)));
        });
        changing.await.unwrap();
        tokio::time::sleep(pause).await;
    }
    drop(enough);
    let answers: Vec<(Persona, Answer)> = asking.join_all().await.into_iter().flatten().collect();
    assert!(answers.len() > 300, "{}", answers.len());
    let entries = world.entries().await;
    let intents: HashMap<&str, &Value> = entries
        .iter()
        .filter(|entry| entry["kind"] == "intent")
        .map(|entry| (entry["decision"].as_str().unwrap(), entry))
        .collect();
    for (persona, answer) in &answers {
        assert!(
            [200, 451].contains(&answer.status),
            "{}: {}",
            answer.status,
            answer.text()
        );
        let intent = intents[answer.header("bailiwick-decision")];
        let is_permit = intent["verdict"] == "permit";
        assert_eq!(answer.status == 200, is_permit, "{}: {intent}", persona.person);
    }
    // more than answers: what changed between the record and the sending was decided about once more
    let mut seen = BTreeSet::new();
    for intent in intents.values() {
        let mut named = registers
            .iter()
            .filter(|register| intent["snapshot"] == register.snapshot().digest());
        let (register, none) = (named.next().unwrap(), named.next());
        assert!(none.is_none());
        let persona = match intent["place"][0].as_str().unwrap() {
            "HK" => HK_ANALYST,
            _ => NY_TRADER,
        };
        let model = intent["asked"].as_str().unwrap();
        let said = (
            intent["verdict"].as_str().unwrap().to_owned(),
            intent["deployment"].clone(),
            intent["clauses"].clone(),
        );
        assert_eq!(said, decided_again(register, persona, model), "{intent}");
        seen.insert((persona.person, model, intent["snapshot"].to_string(), said.0));
    }
    // the change has changed the one thing that it should
    assert_eq!(seen.len(), 6, "{seen:?}");
    let refused = seen.iter().filter(|(_, _, _, verdict)| verdict == "deny");
    assert_eq!(refused.count(), 1, "{seen:?}");
}

#[tokio::test]
async fn readiness_tells_what_is_in_force_and_whether_something_newer_was_refused() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let bare = Caller::new(world.address, NY_TRADER.office);
    assert_eq!(bare.get("/readyz").await.text(), "ok\n");
    let digest = world.switch.load().snapshot().digest().to_owned();
    let told = format!("ok\nregister in force: {digest} since 2026-07-15T09:00:00Z\n");
    assert_eq!(bare.get("/readyz?verbose").await.text(), told);
    world
        .switch
        .refuse(Instant::parse("2026-07-15T10:00:00Z").unwrap());
    let refused = bare.get("/readyz?verbose").await;
    assert_eq!(
        refused.text(),
        format!("{told}a newer register was refused at 2026-07-15T10:00:00Z\n")
    );
    assert_eq!(refused.status, 200, "what is in force still serves");
    world.switch.activate(in_force(&changed(&[RELAXED])));
    let activated = bare.get("/readyz?verbose").await.text();
    assert!(
        !activated.contains("refused") && !activated.contains(&digest),
        "{activated}"
    );
    assert_eq!(bare.get("/healthz?verbose").await.text(), "ok\n");
}

#[tokio::test]
async fn a_credential_that_was_replaced_is_sent_from_then_on() {
    let provider = quiet().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, SECRET).unwrap();
    let world = Plan {
        credential: Credential::File(file.clone()),
        ..Plan::new(provider.address)
    }
    .start()
    .await;
    let caller = world.caller(NY_TRADER);
    caller.post(MESSAGES, CLAUDE).await;
    std::fs::write(&file, "a-longer-credential-than-before").unwrap();
    caller.post(MESSAGES, CLAUDE).await;
    world.connectors.refresh(|| NOW).await;
    caller.post(MESSAGES, CLAUDE).await;
    let got = provider.got();
    let sent: Vec<_> = got.iter().map(|got| got.header("x-api-key").unwrap()).collect();
    assert_eq!(sent, [SECRET, SECRET, "a-longer-credential-than-before"]);
}
