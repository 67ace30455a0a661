//! What a feed changes, what it leaves alone, and when it changes nothing at all.

use crate::people::create;
use crate::world::{NOW, SOURCE, feed_person};
use identity::KeepError;
use identity::directory::{DirectoryStore as _, FeedPerson, GroupProfile, Load, Loaded, Synced};
use identity::kept::{ChangeFeed as _, Sort};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Store;

fn how(complete: bool) -> Load {
    Load {
        source: SOURCE.to_owned(),
        complete,
        dry_run: false,
        at: NOW,
    }
}

async fn load(store: &Store, how: Load, people: &[FeedPerson]) -> Result<Loaded, KeepError> {
    store.load(how, Box::new(people.iter().cloned()), &|_| {}).await
}

async fn groups(store: &Store, id: &str) -> Vec<String> {
    store.person_record(id).await.unwrap().unwrap().groups
}

pub(crate) async fn a_feed_is_loaded_and_loaded_again(store: Arc<Store>) {
    let many: Vec<FeedPerson> = (0..1_201)
        .map(|number| feed_person(&format!("p{number:04}"), Some(&["all-staff"])))
        .collect();
    let seen = AtomicU64::new(0);
    let progress = |progress: identity::directory::Progress| seen.store(progress.done, Ordering::Relaxed);
    let first = store
        .load(how(false), Box::new(many.clone().into_iter()), &progress)
        .await
        .unwrap();
    assert_eq!(
        (first.created, first.groups, seen.into_inner()),
        (1_201, 1, 1_201)
    );
    let number = store.last_change().await.unwrap();
    let again = load(&store, how(false), &many).await.unwrap();
    assert_eq!((again.unchanged, again.changed, again.created), (1_201, 0, 0));
    assert_eq!(store.last_change().await.unwrap(), number);
    let mut changed = many[7].clone();
    changed.profile.names.title = Some("director".to_owned());
    let some = load(&store, how(false), &[changed.clone(), many[8].clone()])
        .await
        .unwrap();
    assert_eq!((some.changed, some.unchanged), (1, 1));
    let record = store.person_record("p0007").await.unwrap().unwrap();
    assert_eq!((record.version, &record.profile), (2, &changed.profile));
    let changes = store.changes_since(number).await.unwrap();
    assert_eq!(changes.records, [(Sort::Person, "p0007".to_owned())]);
    assert_eq!(store.synced().await.unwrap(), []);
}

pub(crate) async fn a_complete_feed_ends_whom_it_leaves_out(store: Arc<Store>) {
    store
        .create_person("other".into(), "scim".into(), crate::world::profile("other"), NOW)
        .await
        .unwrap();
    let both = [feed_person("a", None), feed_person("b", None)];
    load(&store, how(true), &both).await.unwrap();
    let mut later = how(true);
    later.at = NOW.plus(60);
    let loaded = load(&store, later.clone(), &both[..1]).await.unwrap();
    assert_eq!((loaded.ended, loaded.unchanged), (1, 1));
    let active = async |id: &str| store.person_record(id).await.unwrap().unwrap().profile.active;
    assert!(active("a").await && !active("b").await && active("other").await);
    let synced = Synced {
        source: SOURCE.to_owned(),
        at: NOW.plus(60),
    };
    assert_eq!(store.synced().await.unwrap(), std::slice::from_ref(&synced));
    store.mark_complete(SOURCE.to_owned(), NOW).await.unwrap();
    assert_eq!(store.synced().await.unwrap(), [synced]);
    assert_eq!(load(&store, later, &both).await.unwrap().changed, 1);
    assert!(active("b").await);
}

pub(crate) async fn a_dry_run_and_a_failure_change_nothing(store: Arc<Store>) {
    let mut dry = how(true);
    dry.dry_run = true;
    let loaded = load(&store, dry, &[feed_person("a", Some(&["g"]))])
        .await
        .unwrap();
    assert_eq!((loaded.created, loaded.groups), (1, 1));
    assert_eq!(store.person_record("a").await.unwrap(), None);
    assert_eq!(
        (store.last_change().await.unwrap(), store.synced().await.unwrap()),
        (0, vec![])
    );

    store
        .create_person("x".into(), "scim".into(), crate::world::profile("x"), NOW)
        .await
        .unwrap();
    let number = store.last_change().await.unwrap();
    let mut thief = feed_person("t", None);
    thief.profile.user_name = "X@larkmoor.example".to_owned();
    let mut twin = feed_person("u", None);
    twin.profile.external_id = Some("x of a".to_owned());
    for (people, expected) in [
        (
            vec![feed_person("a", None), thief],
            "user name `X@larkmoor.example` is taken",
        ),
        (
            vec![feed_person("a", None), feed_person("x", None)],
            "person `x` is kept by `scim`, which alone changes it",
        ),
    ] {
        let error = load(&store, how(true), &people).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(store.person_record("a").await.unwrap(), None);
        assert_eq!(store.last_change().await.unwrap(), number);
    }
    load(&store, how(false), &[feed_person("a", None)]).await.unwrap();
    let error = load(&store, how(false), &[twin]).await.unwrap_err();
    assert_eq!(error.to_string(), "external id `x of a` is taken");
}

pub(crate) async fn groups_of_a_feed_are_its_own(store: Arc<Store>) {
    let group = |name: &str| GroupProfile {
        name: name.to_owned(),
        external_id: None,
    };
    load(
        &store,
        how(false),
        &[feed_person("a", Some(&["desk", "all-staff"]))],
    )
    .await
    .unwrap();
    assert_eq!(groups(&store, "a").await, ["all-staff", "desk"]);
    store
        .create_group("s".into(), "scim".into(), group("owners"), NOW)
        .await
        .unwrap();
    let members = identity::directory::MemberChange::Exactly(vec!["a".to_owned()]);
    let whose = identity::directory::Whose {
        id: "s",
        source: "scim",
        version: None,
    };
    store.change_members(whose, members, NOW).await.unwrap();
    let loaded = load(&store, how(false), &[feed_person("a", Some(&["DESK"]))])
        .await
        .unwrap();
    assert_eq!((loaded.changed, loaded.groups), (1, 0));
    assert_eq!(groups(&store, "a").await, ["desk", "owners"]);
    load(&store, how(false), &[feed_person("a", None)]).await.unwrap();
    assert_eq!(groups(&store, "a").await, ["desk", "owners"]);
    load(&store, how(false), &[feed_person("a", Some(&[]))])
        .await
        .unwrap();
    assert_eq!(groups(&store, "a").await, ["owners"]);
    let error = load(&store, how(false), &[feed_person("a", Some(&["owners"]))])
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "group `owners` is kept by `scim`, which alone changes it"
    );
}

pub(crate) async fn many_changes_are_told_as_everything(store: Arc<Store>) {
    create(&store, "first").await;
    let number = store.last_change().await.unwrap();
    let many: Vec<FeedPerson> = (0..1_001)
        .map(|number| feed_person(&format!("p{number}"), None))
        .collect();
    load(&store, how(false), &many).await.unwrap();
    let changes = store.changes_since(number).await.unwrap();
    assert!(changes.everything && changes.until == number + 1);
    assert!(!store.changes_since(changes.until).await.unwrap().everything);
}
