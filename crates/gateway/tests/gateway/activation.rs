//! Another register takes over, as a whole, from the next request on; what it means for answers on their way is tested
//! with streams.

use crate::client::Caller;
use crate::provider::Provider;
use crate::world::{HK_ANALYST, NOW, NY_TRADER, Plan, SECRET, World, changed, in_force};
use gateway::Credential;
use register::model::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// Two registers, each of which permits; the clauses of one and the offices of the other would refuse.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_sees_two_registers() {
    let provider = quiet().await;
    let world = World::with(provider.address).await;
    let mirrored = changed(&[
        ("[\"CN\", \"HK\", \"MO\"]", "[\"US\"]"),
        ("Pearl Street\"\nplace = \"US\"", "Pearl Street\"\nplace = \"HK\""),
    ]);
    let enough = Arc::new(AtomicBool::new(false));
    let (switch, stop) = (Arc::clone(&world.switch), Arc::clone(&enough));
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
    enough.store(true, Ordering::Relaxed);
    swapping.await.unwrap();
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
