//! What is kept of ledgers: who signs for them, and the index.

use crate::databases::{Postgres, sealer};
use register::model::Instant;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use store::{Find, IndexedEntry, LedgerSight, Sighted, Store};

const LOG: &str = "bailiwick/0123456789abcdef";
const ALL: u32 = 100_000;

/// Deaths of a connection's server process, and with `BAILIWICK_LONG`.
const KILLS: (usize, usize) = (4, 50);

fn sight(size: u64, root: u8) -> LedgerSight {
    LedgerSight {
        size,
        root: [root; 32],
    }
}

pub(crate) async fn a_ledger_has_one_writer_and_never_becomes_smaller(store: Arc<Store>) {
    assert_eq!(store.ledger_sight(LOG).await.unwrap(), None);
    store.claim_ledger(LOG, "first", &sight(0, 0)).await.unwrap();
    let show = async |writer: &str, size, root| {
        let seen = store.show_ledger(LOG, writer, &sight(size, root)).await.unwrap();
        seen == Sighted::Seen
    };
    assert!(show("first", 10, 1).await);
    assert!(show("first", 10, 1).await);
    assert!(!show("first", 10, 2).await, "two roots of one size");
    assert!(!show("first", 9, 3).await);
    assert!(!show("second", 11, 4).await, "who has not claimed it");
    store.claim_ledger(LOG, "second", &sight(10, 1)).await.unwrap();
    assert!(!show("first", 12, 5).await);
    assert!(show("second", 11, 4).await);
    assert_eq!(store.ledger_sight(LOG).await.unwrap(), Some(sight(11, 4)));
    assert_eq!(store.ledger_sight("other").await.unwrap(), None);
}

fn entry(number: u64) -> IndexedEntry {
    IndexedEntry {
        entry: number,
        at: 1_784_106_000 + i64::try_from(number).unwrap(),
        kind: "intent".to_owned(),
        decision: Some(format!("{number:032x}")),
        verdict: Some(
            if number.is_multiple_of(2) {
                "permit"
            } else {
                "deny"
            }
            .to_owned(),
        ),
        person: Some(format!("p{}", number % 3)),
        model: Some("sonnet".to_owned()),
        places: vec!["HK".to_owned(), "US-NY".to_owned()],
        clauses: vec!["licence 2.3".to_owned()],
        tokens: Some(7),
        ..IndexedEntry::default()
    }
}

pub(crate) async fn an_index_has_each_entry_once_and_finds_it(store: Arc<Store>) {
    let entries: Vec<_> = (0..1200).map(entry).collect();
    assert_eq!(store.ledger_indexed(LOG).await.unwrap(), 0);
    store.index_ledger(LOG, &entries[..700]).await.unwrap();
    store.index_ledger(LOG, &entries[600..]).await.unwrap();
    store.index_ledger(LOG, &entries[..100]).await.unwrap();
    assert_eq!(store.ledger_indexed(LOG).await.unwrap(), 1200);
    let find = async |find: Find| -> Vec<u64> {
        let found = store.find_in_ledger(LOG, &find).await.unwrap();
        found.into_iter().map(|found| found.entry).collect()
    };
    let any = Find {
        limit: ALL,
        ..Find::default()
    };
    let whole = store.find_in_ledger(LOG, &any).await.unwrap();
    assert!(whole.iter().rev().eq(&entries));
    let some = |find: Find| Find { limit: 3, ..find };
    assert_eq!(find(some(Find::default())).await, [1199, 1198, 1197]);
    let before = Some(1197);
    assert_eq!(
        find(some(Find {
            before,
            ..any.clone()
        }))
        .await,
        [1196, 1195, 1194]
    );
    let people = vec!["p0".to_owned(), "p2".to_owned()];
    let verdicts = vec!["deny".to_owned()];
    let found = find(some(Find {
        people,
        verdicts,
        ..any.clone()
    }))
    .await;
    assert_eq!(found, [1199, 1197, 1193]);
    let span = Find {
        since: Some(Instant(1_784_106_005)),
        until: Some(Instant(1_784_106_007)),
        ..any.clone()
    };
    assert_eq!(find(span).await, [6, 5]);
    for (place, clause, count) in [
        ("HK", "licence 2.3", 1200),
        ("US", "licence 2.3", 0),
        ("US-NY", "licence 2", 0),
    ] {
        let (place, clause) = (Some(place.to_owned()), Some(clause.to_owned()));
        assert_eq!(
            find(Find {
                place,
                clause,
                ..any.clone()
            })
            .await
            .len(),
            count
        );
    }
    store.forget_ledger_index(LOG).await.unwrap();
    assert_eq!(find(any).await, [] as [u64; 0]);
    assert_eq!(store.ledger_indexed(LOG).await.unwrap(), 0);
}

/// Acceptance R14: the server's process of a connection is killed again and again in the middle of changes.
#[tokio::test]
async fn killed_in_the_middle_of_commits_the_index_has_no_gap_and_nothing_twice() {
    let Some(server) = Postgres::start().await else {
        return;
    };
    let location = server.database("killed");
    let store = Arc::new(Store::open(&location, sealer(1)).await.unwrap());
    let telling = Arc::clone(&store);
    let kills = if testkit::is_long() { KILLS.1 } else { KILLS.0 };
    let (stop, mut stopped) = tokio::sync::oneshot::channel();
    let mut told = tokio::task::JoinSet::new();
    told.spawn(async move {
        let mut failures = 0;
        while stopped.try_recv().is_err() {
            // what became of a change that failed is unknown, so the index itself says where to go on
            let told = match telling.ledger_indexed(LOG).await {
                Ok(next) => {
                    let some: Vec<_> = (next..next + 20).map(entry).collect();
                    telling.index_ledger(LOG, &some).await
                }
                Err(error) => Err(error),
            };
            if told.is_err() {
                failures += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        failures
    });
    for number in 0..kills {
        tokio::time::sleep(Duration::from_millis(150 + number as u64 % 7 * 20)).await;
        server.kill_a_connection();
        server.wait().await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.send(()).unwrap();
    let failures = told.join_next().await.unwrap().unwrap();
    assert!(failures >= kills / 2, "{failures} of {kills} were noticed");
    let mut next = store.ledger_indexed(LOG).await;
    while next.is_err() {
        next = store.ledger_indexed(LOG).await;
    }
    let next = next.unwrap();
    let all = Find {
        limit: ALL,
        ..Find::default()
    };
    let found = store.find_in_ledger(LOG, &all).await.unwrap();
    let numbers: BTreeSet<u64> = found.iter().map(|found| found.entry).collect();
    assert_eq!(numbers.len(), found.len());
    assert!(numbers.into_iter().eq(0..next), "{next}");
    store.close().await;
}
