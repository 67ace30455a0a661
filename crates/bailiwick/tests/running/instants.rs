//! A clause that begins at an instant, on several servers at once.

use crate::beginning::{Beginning, CHAT, edit, recorded};
use crate::server::{NOWHERE, Running, exchange, post};
use register::model::Instant;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use testkit::{Provider, Script};
use tokio::runtime::Runtime;

const REPLICAS: usize = 3;

/// Seconds until the clause begins; a machine that is too busy for the first has the next.
const LEADS: [i64; 3] = [5, 15, 45];

/// Seconds that a busy machine may take to end an answer, besides the one that it should.
const SLACK: i64 = 3;

fn now() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "the program that is tested has a clock of its own"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Instant(i64::try_from(now.as_secs()).unwrap())
}

/// The register with its clause on territory in force from an instant on.
fn write(beginning: &Beginning, original: &str, from: Instant) {
    let clause = "ref = \"2.3\"\n";
    let path = "register/instruments/licensor-2026.toml";
    let later = original.replacen(clause, &format!("{clause}effective = {from}\n"), 1);
    assert_ne!(later, original);
    std::fs::write(beginning.folder.path().join(path), later).unwrap();
}

/// Has every server take up the register; the instant at which the clause begins, with time left before it.
fn activate(replicas: &[(Beginning, Running)], original: &str) -> Instant {
    for lead in LEADS {
        let begins = now().plus(lead);
        for (beginning, server) in replicas {
            let before = server.digest().unwrap();
            write(beginning, original, begins);
            assert!(server.signal("-HUP").unwrap().success());
            while server.digest().unwrap() == before {}
        }
        if now() < begins.plus(-2) {
            return begins;
        }
    }
    panic!("the machine is too busy to show anything");
}

/// An answer that comes in pieces for longer than the clause takes to begin.
fn long_answer(server: &Running, key: &str) -> String {
    let asked = [json!({ "role": "user", "content": "Hello" })];
    let body = json!({ "model": "example-model", "stream": true, "messages": asked }).to_string();
    let head = format!("POST {CHAT} HTTP/1.0\r\nhost: x\r\nx-api-key: {key}\r\n");
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    exchange(server.address().unwrap(), NOWHERE, &request).unwrap().1
}

/// Asks until the answer is a refusal; how often it was permitted before.
fn permits(server: &Running, key: &str) -> usize {
    let mut permits = 0;
    loop {
        let (status, answer) = post(server, NOWHERE, CHAT, key, "example-model").unwrap();
        match status {
            200 => permits += 1,
            400 => {
                assert!(answer.contains("licensor-2026 2.3"), "{answer}");
                return permits;
            }
            _ => panic!("{answer}"),
        }
    }
}

fn entries(beginning: &Beginning) -> Vec<Value> {
    recorded(&beginning.folder.path().join("data"))
}

/// Acceptance R29: a clause begins at T. What each of three servers decides before T is permitted, from T on it is refused,
/// by the time that its own record has; answers on their way across T end in an error, each with a record that names the
/// clause.
#[test]
fn a_clause_counts_from_its_instant_on_every_server() {
    let runtime = Runtime::new().unwrap();
    let provider = runtime.block_on(Provider::start()).unwrap();
    let events: Vec<String> = (0..600)
        .map(|event| format!("data: {{\"event\":{event}}}\n\n"))
        .collect();
    let is_stream = |got: &testkit::Got| got.body.windows(13).any(|part| part == b"\"stream\":true");
    provider.deciding(move |got| match is_stream(got) {
        true => Script::events(events.clone()).pausing(Duration::from_millis(200)),
        false => Script::stand_in(),
    });
    let beginnings = (0..REPLICAS).map(|_| Beginning::new(provider.address()));
    let replicas: Vec<(Beginning, Running)> = beginnings
        .map(|beginning| {
            let expected = "expect = { decision = \"deny\", clause = \"licensor-2026 2.3\" }";
            beginning.edit(expected, "expect = { decision = \"permit\" }");
            let never = "[[never]]\npermit = { model = \"*\", person_in = \"licensor-2026/greater-china\" }";
            edit(
                beginning.folder.path(),
                "register/instruments/house.toml",
                never,
                "",
            );
            write(&beginning, &agreement(&beginning), Instant(4_000_000_000));
            let server = beginning.serve();
            (beginning, server)
        })
        .collect();
    let original =
        agreement(&replicas[0].0).replacen(&format!("effective = {}\n", Instant(4_000_000_000)), "", 1);
    let begins = activate(&replicas, &original);
    std::thread::scope(|scope| {
        for (beginning, server) in &replicas {
            let cut = scope.spawn(|| long_answer(server, &beginning.analyst));
            scope.spawn(|| {
                assert!(permits(server, &beginning.analyst) > 0);
                let cut = cut.join().unwrap();
                assert!(
                    cut.contains("\"event\":0") && !cut.contains("\"event\":599"),
                    "{cut}"
                );
                assert!(
                    cut.contains("data: {\"error\"") && cut.contains("licensor-2026 2.3"),
                    "{cut}"
                );
            });
        }
    });
    for (beginning, server) in replicas {
        assert!(server.stop().unwrap().success());
        check(&entries(&beginning), begins);
    }
}

fn agreement(beginning: &Beginning) -> String {
    let path = "register/instruments/licensor-2026.toml";
    std::fs::read_to_string(beginning.folder.path().join(path)).unwrap()
}

/// Every decision is what it has to be at its time, and the answer that was cut has been decided about in time.
#[track_caller]
fn check(entries: &[Value], begins: Instant) {
    let at = |entry: &Value| Instant::parse(entry["time"].as_str().unwrap()).unwrap();
    let intents: Vec<&Value> = entries.iter().filter(|entry| entry["kind"] == "intent").collect();
    for intent in &intents {
        let is_permit = intent["verdict"] == "permit";
        assert_eq!(is_permit, at(intent) < begins, "{begins}: {intent}");
    }
    let cut: Vec<&Value> = entries
        .iter()
        .filter(|entry| entry["ended"] == "withdrawn")
        .collect();
    // a short call may be on its way at that moment too
    assert!((1..=2).contains(&cut.len()), "{cut:?}");
    for cut in cut {
        assert!(
            at(cut) >= begins && at(cut) <= begins.plus(1 + SLACK),
            "{begins}: {cut}"
        );
    }
    let refused = intents.iter().filter(|intent| intent["verdict"] == "deny");
    assert!(
        refused.count() >= 2,
        "of the answer that was cut, and of the call after it"
    );
}
