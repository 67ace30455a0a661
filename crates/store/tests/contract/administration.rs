//! Roles, disputes, lists of trips, and everything about a person taken away.

use crate::keys::issue;
use crate::people::create;
use crate::world::{NOW, own};
use decision::Trip;
use identity::directory::{DirectoryStore as _, ProfileChange};
use identity::kept::{
    ChangeFeed as _, DECLARED, DisputeRecord, DisputeStore as _, Erased, ErasureStore as _, PUSHED,
    RoleGrant, RoleStore as _, SessionRecord, SessionStore as _, SettledDispute, Sort, TripList, TripRecord,
    TripStore as _,
};
use identity::keys::KeyStore as _;
use identity::{KeepError, Protected};
use register::model::PlaceFact;
use std::sync::Arc;
use store::Store;

fn grant(person: &str, role: &str) -> RoleGrant {
    RoleGrant {
        person: person.to_owned(),
        role: role.to_owned(),
        granted_by: (role != "administrator").then(|| "root".to_owned()),
        at: NOW,
    }
}

fn dispute(id: &str, person: &str) -> DisputeRecord {
    DisputeRecord {
        id: id.to_owned(),
        person: person.to_owned(),
        fact: "citizenships".to_owned(),
        words: Protected::new("I am a citizen of Ruritania".to_owned()),
        created: NOW,
        settled: None,
    }
}

fn trip(id: &str, person: &str, source: &str) -> TripRecord {
    TripRecord {
        id: id.to_owned(),
        person: person.to_owned(),
        place: PlaceFact::read("SG"),
        days: Trip::default(),
        source: source.to_owned(),
    }
}

pub(crate) async fn roles_are_granted_and_withdrawn(store: Arc<Store>) {
    let (first, other) = (grant("a", "administrator"), grant("b", "privacy"));
    for one in [&other, &first] {
        assert!(store.grant_role(one).await.unwrap());
    }
    let again = RoleGrant {
        at: NOW.plus(60),
        ..first.clone()
    };
    assert!(!store.grant_role(&again).await.unwrap());
    let all = [first.clone(), other];
    assert_eq!(store.role_grants(None).await.unwrap(), all);
    assert_eq!(store.role_grants(Some("a")).await.unwrap(), [first]);
    assert!(store.withdraw_role("a", "administrator").await.unwrap());
    assert!(!store.withdraw_role("a", "administrator").await.unwrap());
    assert_eq!(store.role_grants(Some("a")).await.unwrap(), []);
    create(&store, "b").await;
    store.delete_person(own("b", None), NOW).await.unwrap();
    assert_eq!(store.role_grants(None).await.unwrap(), []);
}

pub(crate) async fn disputes_are_settled_once(store: Arc<Store>) {
    store.add_dispute(&dispute("1", "a")).await.unwrap();
    store.add_dispute(&dispute("2", "b")).await.unwrap();
    assert_eq!(store.dispute("1").await.unwrap(), Some(dispute("1", "a")));
    assert_eq!(store.disputes(Some("b")).await.unwrap(), [dispute("2", "b")]);
    assert_eq!(store.disputes(None).await.unwrap().len(), 2);
    let settled = SettledDispute {
        by: "c".to_owned(),
        at: NOW.plus(60),
        outcome: "corrected".to_owned(),
        note: Some(Protected::new("mended at the source".to_owned())),
    };
    assert!(store.settle_dispute("1", &settled).await.unwrap());
    let other = SettledDispute {
        outcome: "stands".to_owned(),
        note: None,
        ..settled.clone()
    };
    assert!(!store.settle_dispute("1", &other).await.unwrap());
    let expected = DisputeRecord {
        settled: Some(settled),
        ..dispute("1", "a")
    };
    assert_eq!(store.dispute("1").await.unwrap(), Some(expected.clone()));
    assert_eq!(store.disputes(None).await.unwrap(), [dispute("2", "b")]);
    let missing = store.settle_dispute("3", &other).await;
    assert!(matches!(missing, Err(KeepError::Missing { .. })));
    assert!(!format!("{expected:?}").contains("Ruritania"));
}

pub(crate) async fn a_list_of_trips_takes_the_place_of_the_one_before(store: Arc<Store>) {
    let list = |made: i64, people: &[&str]| TripList {
        source: PUSHED.to_owned(),
        made: NOW.plus(made),
        trips: people.iter().map(|person| trip(person, person, PUSHED)).collect(),
    };
    store.keep_trip(&trip("mine", "a", DECLARED)).await.unwrap();
    assert_eq!(store.trips_received(PUSHED).await.unwrap(), None);
    assert!(store.replace_trips(&list(0, &["a", "b"]), NOW).await.unwrap());
    assert_eq!(store.trips_of("a").await.unwrap().len(), 2);
    let seen = store.last_change().await.unwrap();
    assert!(
        store
            .replace_trips(&list(60, &["b", "c"]), NOW.plus(61))
            .await
            .unwrap()
    );
    let mut told: Vec<_> = ["a", "b", "c"]
        .map(|person| (Sort::Trip, person.to_owned()))
        .into();
    told.push((Sort::Sync, PUSHED.to_owned()));
    assert_eq!(store.changes_since(seen).await.unwrap().records, told);
    // what was made earlier and comes later says nothing new
    assert!(
        !store
            .replace_trips(&list(59, &["a"]), NOW.plus(99))
            .await
            .unwrap()
    );
    let left = store.trips().await.unwrap();
    let people: Vec<&str> = left.iter().map(|trip| trip.person.as_str()).collect();
    assert_eq!(people, ["a", "b", "c"]);
    assert_eq!(store.trips_of("a").await.unwrap(), [trip("mine", "a", DECLARED)]);
    assert_eq!(store.trips_received(PUSHED).await.unwrap(), Some(NOW.plus(61)));
}

pub(crate) async fn nothing_is_left_of_whoever_is_erased(store: Arc<Store>) {
    for person in ["a", "b"] {
        create(&store, person).await;
        store.add_key(&issue(person, None).1).await.unwrap();
        store.grant_role(&grant(person, "auditor")).await.unwrap();
        store.add_dispute(&dispute(person, person)).await.unwrap();
        store.keep_trip(&trip(person, person, DECLARED)).await.unwrap();
        let session = SessionRecord {
            id_hash: [person.as_bytes()[0]; 32],
            person: person.to_owned(),
            created: NOW,
            expires: NOW.plus(60),
            data: "{}".to_owned(),
        };
        store.keep_session(&session).await.unwrap();
    }
    let refused = store.erase_person("a", NOW).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`a` is active in `hr`, which would bring them back"
    );
    assert_eq!(store.sessions_of("a", NOW).await.unwrap().len(), 1);
    let leave: ProfileChange<'_> = Box::new(|profile| {
        profile.active = false;
        Ok(())
    });
    store.change_person(own("a", None), leave, NOW).await.unwrap();
    let one_of_each = Erased {
        records: 1,
        keys: 1,
        sessions: 1,
        trips: 1,
        disputes: 1,
        roles: 1,
    };
    assert_eq!(store.erase_person("a", NOW).await.unwrap(), one_of_each);
    assert_eq!(store.person_record("a").await.unwrap(), None);
    assert!(store.has_ended("a").await.unwrap());
    assert_eq!(store.keys(Some("a")).await.unwrap(), []);
    assert_eq!(store.disputes(Some("a")).await.unwrap(), []);
    assert_eq!(store.sessions_of("a", NOW).await.unwrap(), []);
    assert_eq!(store.keys(Some("b")).await.unwrap().len(), 1);
    assert_eq!(store.trips().await.unwrap(), [trip("b", "b", DECLARED)]);
    assert_eq!(store.role_grants(None).await.unwrap(), [grant("b", "auditor")]);
    let told = store.changes_since(0).await.unwrap().records;
    assert!(told.contains(&(Sort::Person, "a".to_owned())) && told.contains(&(Sort::Erased, "a".to_owned())));
    assert_eq!(
        store.erase_person("nobody", NOW).await.unwrap(),
        Erased::default()
    );
    assert!(!store.has_ended("nobody").await.unwrap());
}
