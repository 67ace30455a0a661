//! Sessions, trips, the feed of changes, and memory that follows it.

use crate::keys::issue;
use crate::people::create;
use crate::world::{NOW, SOURCE, own};
use decision::Trip;
use identity::directory::{Directory as _, DirectoryStore, People, ProfileChange};
use identity::kept::{ChangeFeed as _, SessionRecord, SessionStore as _, Sort, TripRecord, TripStore as _};
use identity::keys::{KeyStore, LiveKeys};
use identity::{Follower, KeyHasher, Keys as _};
use register::model::PlaceFact;
use std::sync::Arc;
use store::Store;

pub(crate) async fn sessions_begin_and_end(store: Arc<Store>) {
    let session = |number, person: &str| SessionRecord {
        id_hash: [number; 32],
        person: person.to_owned(),
        created: NOW,
        expires: NOW.plus(60),
        data: "{\"a\": 1}".to_owned(),
    };
    for one in [session(1, "a"), session(2, "a"), session(3, "b"), session(3, "c")] {
        store.keep_session(&one).await.unwrap();
    }
    let found = async |number, at| store.session(&[number; 32], at).await.unwrap();
    assert_eq!(found(3, NOW).await, Some(session(3, "c")));
    assert_eq!(found(3, NOW.plus(60)).await, None);
    assert!(store.end_session(&[3; 32]).await.unwrap() && !store.end_session(&[3; 32]).await.unwrap());
    assert_eq!(store.end_sessions_of("a").await.unwrap(), 2);
    assert_eq!(found(1, NOW).await, None);
    store.keep_session(&session(4, "a")).await.unwrap();
    assert_eq!(store.forget_sessions(NOW.plus(60)).await.unwrap(), 0);
    assert_eq!(store.forget_sessions(NOW.plus(61)).await.unwrap(), 1);
    let told = store.changes_since(0).await.unwrap().records;
    assert_eq!(
        told,
        [(Sort::Session, "c".to_owned()), (Sort::Session, "a".to_owned())]
    );
    sessions_change_once(&store, session(5, "d")).await;
    let shown = format!("{:?}", session(1, "a"));
    assert!(!shown.contains("[1") && !shown.contains("data"), "{shown}");
}

/// Of two who change what they read, one does; and all sessions are shown, or those of one person.
async fn sessions_change_once(store: &Store, before: SessionRecord) {
    let seen = store.last_change().await.unwrap();
    store.keep_session(&before).await.unwrap();
    let with = |data: &str| SessionRecord {
        data: data.to_owned(),
        ..before.clone()
    };
    assert!(store.change_session(&before, &with("1"), false).await.unwrap());
    assert!(!store.change_session(&before, &with("2"), true).await.unwrap());
    assert_eq!(store.changes_since(seen).await.unwrap().records, []);
    assert!(store.change_session(&with("1"), &with("3"), true).await.unwrap());
    let told = store.changes_since(seen).await.unwrap().records;
    assert_eq!(told, [(Sort::Session, "d".to_owned())]);
    let other = SessionRecord {
        id_hash: [6; 32],
        person: "e".to_owned(),
        ..with("4")
    };
    store.keep_session(&other).await.unwrap();
    for (person, expected) in [
        (None, vec![with("3"), other.clone()]),
        (Some("e"), vec![other]),
        (Some("f"), vec![]),
    ] {
        let mut found = Vec::new();
        store
            .each_session(person, &mut |session| found.push(session))
            .await
            .unwrap();
        assert_eq!(found, expected);
    }
}

pub(crate) async fn trips_are_kept_by_source(store: Arc<Store>) {
    let trip = |id: &str, source: &str, place, from: Option<i64>| TripRecord {
        id: id.to_owned(),
        person: "a".to_owned(),
        place,
        days: Trip {
            from: from.map(|seconds| NOW.plus(seconds)),
            to: None,
        },
        source: source.to_owned(),
    };
    let open = trip(
        "1",
        "declared",
        PlaceFact::Unrecognised("Ruritania".to_owned()),
        None,
    );
    let later = trip("1", "travel", PlaceFact::read("HK"), Some(60));
    let moved = trip("1", "travel", PlaceFact::Unknown, Some(90));
    for one in [&later, &open, &moved] {
        store.keep_trip(one).await.unwrap();
    }
    let both = [open.clone(), moved];
    assert_eq!(store.trips_of("a").await.unwrap(), both);
    assert_eq!(store.trips().await.unwrap(), both);
    assert_eq!(store.trips_of("b").await.unwrap(), []);
    assert!(store.forget_trip("travel", "1").await.unwrap());
    assert!(!store.forget_trip("travel", "1").await.unwrap());
    assert_eq!(store.trips_of("a").await.unwrap(), [open]);
    assert_eq!(
        store.changes_since(0).await.unwrap().records,
        [(Sort::Trip, "a".to_owned())]
    );
}

pub(crate) async fn changes_are_numbered_in_their_order(store: Arc<Store>) {
    assert_eq!(store.last_change().await.unwrap(), 0);
    create(&store, "a").await;
    let (_, key) = issue("a", None);
    store.add_key(&key).await.unwrap();
    store.mark_complete(SOURCE.to_owned(), NOW).await.unwrap();
    store.delete_person(own("a", None), NOW).await.unwrap();
    let changes = store.changes_since(0).await.unwrap();
    let expected = [
        (Sort::Key, key.stored.id),
        (Sort::Sync, SOURCE.to_owned()),
        (Sort::Person, "a".to_owned()),
    ];
    assert_eq!((changes.until, changes.records.as_slice()), (4, &expected[..]));
    assert_eq!(store.changes_since(3).await.unwrap().records, expected[2..]);
    assert_eq!(store.changes_since(4).await.unwrap().records, []);
    assert!(store.changes_since(9).await.unwrap().everything);
}

pub(crate) async fn memory_follows_what_is_kept(store: Arc<Store>) {
    create(&store, "a").await;
    let people = Arc::new(People::default());
    let keys = Arc::new(LiveKeys::new(KeyHasher::new(&[3; 32])));
    let follower = Follower::new(
        Arc::clone(&store) as Arc<dyn DirectoryStore>,
        Arc::clone(&store) as Arc<dyn KeyStore>,
        Arc::clone(&people),
        Arc::clone(&keys),
    );
    assert_eq!(follower.begin().await.unwrap().records, 1);
    assert!(people.person("a").is_some());
    assert_eq!(follower.look().await.unwrap().records, 0);

    create(&store, "b").await;
    let (key, record) = issue("a", None);
    store.add_key(&record).await.unwrap();
    store.mark_complete(SOURCE.to_owned(), NOW).await.unwrap();
    assert_eq!(follower.look().await.unwrap().records, 3);
    assert!(people.person("b").is_some() && keys.verify(key.reveal(), NOW).is_some());
    assert_eq!(people.synced_at(), Some(NOW));
    assert_eq!(follower.note_uses().await.unwrap(), 1);
    assert_eq!(store.key(key.id()).await.unwrap().unwrap().last_used, Some(NOW));

    let leave: ProfileChange<'_> = Box::new(|profile| {
        profile.active = false;
        Ok(())
    });
    store.change_person(own("a", None), leave, NOW).await.unwrap();
    store.delete_person(own("b", None), NOW).await.unwrap();
    store.revoke_key(key.id(), NOW).await.unwrap();
    assert_eq!(follower.look().await.unwrap().records, 3);
    assert!(people.person("a").is_none() && people.person("b").is_none());
    assert!(
        people.standing("b").is_some(),
        "an id that has ended is known as such"
    );
    assert!(keys.verify(key.reveal(), NOW).is_none());
}

pub(crate) async fn writers_wait_for_each_other(store: Arc<Store>) {
    let writers = (0..20).map(|number| {
        let store = Arc::clone(&store);
        async move { create(&store, &format!("p{number}")).await }
    });
    let mut all = tokio::task::JoinSet::new();
    writers.for_each(|writer| {
        all.spawn(writer);
    });
    while let Some(ended) = all.join_next().await {
        assert_eq!(ended.unwrap().version, 1);
    }
    let changes = store.changes_since(0).await.unwrap();
    assert_eq!((changes.until, changes.records.len()), (20, 20));
}
