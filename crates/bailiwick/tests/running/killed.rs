//! A server that is killed in the middle of its work, again and again: nothing that it has answered is missing from its
//! record, and nothing is left open.

use crate::beginning::{Beginning, CHAT, provider, recorded};
use crate::server::{NOWHERE, Running, post};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// Kills in the short form, and with `BAILIWICK_LONG`.
const KILLS: (u64, u64) = (4, 30);
/// Callers at once.
const CALLERS: usize = 8;

/// What a caller got: the number of the entry, and the decision.
pub(crate) type Journal = Vec<(u64, String)>;

/// Acceptance R04: killed at any moment under load. Whatever was answered has its intent, every permit one outcome.
#[test]
fn what_was_answered_is_recorded_and_what_was_open_is_closed() {
    let (runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let kills = if testkit::is_long() { KILLS.1 } else { KILLS.0 };
    let mut journal = Journal::new();
    for kill in 0..kills {
        let server = beginning.serve();
        let lived = Duration::from_millis(40 + kill * 137 % 400);
        let (serving, begun) = (&server, &beginning);
        std::thread::scope(|scope| {
            let callers: Vec<_> = (0..CALLERS)
                .map(|number| scope.spawn(move || asking(serving, begun, number % 2 == 0)))
                .collect();
            runtime.block_on(async { tokio::time::sleep(lived).await });
            assert!(server.signal("-KILL").unwrap().success());
            for caller in callers {
                journal.append(&mut caller.join().unwrap());
            }
        });
    }
    assert!(beginning.serve().stop().unwrap().success());
    check(&recorded(&beginning.folder.path().join("data")), &journal);
}

/// Asks until there is no answer any more.
fn asking(server: &Running, beginning: &Beginning, is_permitted: bool) -> Journal {
    let key = if is_permitted {
        &beginning.engineer
    } else {
        &beginning.analyst
    };
    let mut journal = Journal::new();
    while let Ok((status, answer)) = post(server, NOWHERE, CHAT, key, "example-model") {
        let expected = if is_permitted { 200 } else { 400 };
        // an answer that was cut off has a status and may lack the rest
        let Some(receipt) = receipt_of(&answer) else {
            break;
        };
        assert_eq!(status, expected, "{answer}");
        journal.push(receipt);
    }
    journal
}

/// The entry and the decision that an answer names, if it does.
pub(crate) fn receipt_of(answer: &str) -> Option<(u64, String)> {
    let header = |name: &str| {
        let line = answer.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().to_owned())
    };
    let (receipt, decision) = header("bailiwick-receipt:").zip(header("bailiwick-decision:"))?;
    let (_, entry) = receipt.split_once('#').unwrap();
    Some((entry.split(' ').next().unwrap().parse().unwrap(), decision))
}

/// Whatever was answered has its intent, every permit one outcome.
#[track_caller]
pub(crate) fn check(recorded: &[Value], journal: &Journal) {
    assert!(!journal.is_empty());
    for (entry, decision) in journal {
        let kept = &recorded[usize::try_from(*entry).unwrap()];
        assert_eq!(
            (&kept["kind"], &kept["decision"]),
            (&"intent".into(), &decision.as_str().into())
        );
    }
    let mut outcomes: BTreeMap<u64, usize> = BTreeMap::new();
    for entry in recorded.iter().filter(|entry| entry["kind"] == "outcome") {
        *outcomes.entry(entry["intent"].as_u64().unwrap()).or_default() += 1;
    }
    let permits = recorded.iter().filter(|entry| entry["verdict"] == "permit");
    for permit in permits {
        let number = permit["entry"].as_u64().unwrap();
        assert_eq!(outcomes.remove(&number), Some(1), "{permit}");
    }
    assert!(outcomes.is_empty(), "{outcomes:?}");
}
