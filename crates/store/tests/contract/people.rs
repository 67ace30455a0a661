//! People and groups, one by one.

use crate::world::{NOW, SOURCE, feed_person, own, profile};
use identity::KeepError;
use identity::directory::{
    Comparison, DirectoryStore as _, GroupFilter, GroupProfile, Kept, Load, MemberChange, Page, PageFrom,
    PersonFilter, PersonKey, PersonRecord, Profile, TextAttribute,
};
use register::model::{Instant, PlaceFact};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Store;

pub(crate) async fn create(store: &Store, id: &str) -> PersonRecord {
    store
        .create_person(id.to_owned(), SOURCE.to_owned(), profile(id), NOW)
        .await
        .unwrap()
}

async fn rename(
    store: &Store,
    id: &str,
    version: Option<u64>,
    to: &str,
    at: Instant,
) -> Result<PersonRecord, KeepError> {
    let change = Box::new(|profile: &mut Profile| {
        to.clone_into(&mut profile.user_name);
        Ok(())
    });
    store.change_person(own(id, version), change, at).await
}

async fn everybody(store: &Store) -> BTreeMap<String, Option<PersonRecord>> {
    let mut all = BTreeMap::new();
    store
        .each_person(&mut |kept| match kept {
            Kept::Person(record) => {
                all.insert(record.id.clone(), Some(*record));
            }
            Kept::Ended(id) => {
                all.insert(id, None);
            }
        })
        .await
        .unwrap();
    all
}

pub(crate) async fn what_is_kept_is_read_back(store: Arc<Store>) {
    let made = create(&store, "a").await;
    assert_eq!((made.version, made.created, made.modified), (1, NOW, NOW));
    assert_eq!(made.profile, profile("a"));
    assert_eq!(store.person_record("a").await.unwrap(), Some(made.clone()));
    assert_eq!(store.person_record("A").await.unwrap(), None);
    let by = |key| store.person_by(key);
    let name = PersonKey::UserName("A@LARKMOOR.EXAMPLE".to_owned());
    assert_eq!(by(name).await.unwrap(), Some(made.clone()));
    let external = |source: &str| PersonKey::ExternalId {
        source: source.to_owned(),
        id: "x of a".to_owned(),
    };
    assert_eq!(by(external(SOURCE)).await.unwrap(), Some(made.clone()));
    assert_eq!(by(external("other")).await.unwrap(), None);

    let empty = Profile {
        user_name: "empty".to_owned(),
        ..Profile::default()
    };
    let empty = store
        .create_person("e".into(), "other".into(), empty, NOW)
        .await
        .unwrap();
    assert_eq!(store.person_record("e").await.unwrap(), Some(empty.clone()));
    let both = BTreeMap::from([("a".to_owned(), Some(made)), ("e".to_owned(), Some(empty))]);
    assert_eq!(everybody(&store).await, both);
}

pub(crate) async fn a_change_is_made_from_the_version_that_it_was_made_for(store: Arc<Store>) {
    create(&store, "a").await;
    let later = NOW.plus(60);
    let changed = rename(&store, "a", Some(1), "new", later).await.unwrap();
    assert_eq!(
        (changed.version, changed.created, changed.modified),
        (2, NOW, later)
    );
    assert_eq!(store.person_record("a").await.unwrap(), Some(changed.clone()));
    let stale = rename(&store, "a", Some(1), "newer", later).await.unwrap_err();
    let expected = KeepError::Changed {
        what: "person",
        id: "a".to_owned(),
        expected: 1,
        found: 2,
    };
    assert_eq!(stale, expected);
    let number = store_number(&store).await;
    assert_eq!(
        rename(&store, "a", None, "new", later.plus(1)).await.unwrap(),
        changed
    );
    assert_eq!(
        store_number(&store).await,
        number,
        "a change that changes nothing is none"
    );
    let edit: identity::directory::ProfileChange<'_> = Box::new(|_| Err("it cannot be so".to_owned()));
    let refused = store
        .change_person(own("a", None), edit, later)
        .await
        .unwrap_err();
    assert_eq!(refused.to_string(), "it cannot be so");
    let missing = rename(&store, "b", None, "b", later).await.unwrap_err();
    assert_eq!(missing.to_string(), "there is no person `b`");
}

async fn store_number(store: &Store) -> u64 {
    use identity::kept::ChangeFeed as _;
    store.last_change().await.unwrap()
}

pub(crate) async fn only_its_source_changes_a_record(store: Arc<Store>) {
    create(&store, "a").await;
    let mut whose = own("a", None);
    whose.source = "other";
    let edit: identity::directory::ProfileChange<'_> = Box::new(|profile| {
        profile.active = false;
        Ok(())
    });
    let error = store.change_person(whose, edit, NOW).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "person `a` is kept by `hr`, which alone changes it"
    );
    assert!(store.delete_person(whose, NOW).await.is_err());
    assert!(store.person_record("a").await.unwrap().unwrap().profile.active);
}

pub(crate) async fn names_are_given_once(store: Arc<Store>) {
    create(&store, "a").await;
    create(&store, "b").await;
    let taken = |attribute, value: &str| KeepError::Taken {
        attribute,
        value: value.to_owned(),
    };
    let again = store
        .create_person("a".into(), SOURCE.into(), profile("c"), NOW)
        .await;
    assert_eq!(again.unwrap_err(), taken("id", "a"));
    let error = rename(&store, "b", None, "A@larkmoor.EXAMPLE", NOW)
        .await
        .unwrap_err();
    assert_eq!(error, taken("user name", "A@larkmoor.EXAMPLE"));
    let mut same = profile("c");
    same.external_id = Some("x of a".to_owned());
    let error = store
        .create_person("c".into(), SOURCE.into(), same.clone(), NOW)
        .await;
    assert_eq!(error.unwrap_err(), taken("external id", "x of a"));
    assert!(
        store
            .create_person("c".into(), "other".into(), same, NOW)
            .await
            .is_ok()
    );
}

pub(crate) async fn whoever_is_deleted_has_ended(store: Arc<Store>) {
    create(&store, "a").await;
    let wrong = store.delete_person(own("a", Some(7)), NOW).await;
    assert!(matches!(wrong, Err(KeepError::Changed { .. })));
    store.delete_person(own("a", Some(1)), NOW).await.unwrap();
    assert_eq!(store.person_record("a").await.unwrap(), None);
    assert!(store.has_ended("a").await.unwrap() && !store.has_ended("b").await.unwrap());
    assert_eq!(everybody(&store).await, BTreeMap::from([("a".to_owned(), None)]));
    // an id that another source ended is nobody else's, by whatever way it comes
    let other = store
        .create_person("a".to_owned(), "entra".to_owned(), profile("a"), NOW)
        .await;
    let taken = KeepError::Taken {
        attribute: "id",
        value: "a".to_owned(),
    };
    assert_eq!(other, Err(taken.clone()));
    let load = Load {
        source: "entra".to_owned(),
        complete: false,
        dry_run: false,
        at: NOW,
    };
    let feed = Box::new([feed_person("b", None), feed_person("a", None)].into_iter());
    assert_eq!(store.load(load, feed, &|_| {}).await, Err(taken));
    assert!(store.has_ended("a").await.unwrap() && store.person_record("b").await.unwrap().is_none());
    create(&store, "a").await;
    assert!(!store.has_ended("a").await.unwrap());
}

/// Filters of every sort, small enough to try each.
fn filters() -> Vec<PersonFilter> {
    let texts = [
        "",
        "a",
        "A",
        "x of a",
        "ÜNAL of ab",
        "%",
        "_",
        "' or 1=1 --",
        "hr",
        "b@larkmoor.example",
    ];
    let mut filters = vec![
        PersonFilter::All,
        PersonFilter::Active(true),
        PersonFilter::Active(false),
        PersonFilter::ModifiedFrom(NOW.plus(1)),
        PersonFilter::MemberOf("g".to_owned()),
        PersonFilter::MemberOf("none".to_owned()),
        PersonFilter::Every(Vec::new()),
        PersonFilter::Any(Vec::new()),
    ];
    for attribute in TextAttribute::ALL {
        filters.push(PersonFilter::Has(*attribute));
        for comparison in Comparison::ALL {
            filters.extend(texts.map(|text| PersonFilter::Text(*attribute, *comparison, text.to_owned())));
        }
    }
    let mut joined = Vec::new();
    for (one, other) in filters.iter().zip(filters.iter().rev()) {
        joined.push(PersonFilter::Not(Box::new(one.clone())));
        let either = PersonFilter::Any(vec![one.clone(), other.clone()]);
        joined.push(PersonFilter::Not(Box::new(PersonFilter::Every(vec![
            one.clone(),
            either,
        ]))));
        joined.push(PersonFilter::Every(vec![
            one.clone(),
            PersonFilter::Not(Box::new(other.clone())),
        ]));
        joined.push(PersonFilter::Any(vec![one.clone(), other.clone()]));
    }
    filters.extend(joined);
    filters
}

pub(crate) async fn filters_mean_what_they_say(store: Arc<Store>) {
    for id in ["a", "ab", "B", "c"] {
        create(&store, id).await;
    }
    let mut bare = profile("d");
    (bare.external_id, bare.names.display, bare.active) = (None, None, false);
    store
        .create_person("d".into(), "other".into(), bare, NOW)
        .await
        .unwrap();
    rename(&store, "c", None, "100%", NOW.plus(5)).await.unwrap();
    let group = GroupProfile {
        name: "Desk".to_owned(),
        external_id: None,
    };
    store
        .create_group("g".into(), SOURCE.into(), group, NOW)
        .await
        .unwrap();
    let members = vec!["a".to_owned(), "c".to_owned()];
    store
        .change_members(own("g", None), MemberChange::Exactly(members.clone()), NOW)
        .await
        .unwrap();
    let all: Vec<PersonRecord> = everybody(&store).await.into_values().flatten().collect();
    for filter in filters() {
        let mut expected: Vec<&str> = all
            .iter()
            .filter(|record| filter.matches(record, &|group| group == "g" && members.contains(&record.id)))
            .map(|record| record.id.as_str())
            .collect();
        expected.sort_unstable();
        let found = store.people(filter.clone(), Page::first(100)).await.unwrap();
        let ids: Vec<&str> = found.records.iter().map(|record| record.id.as_str()).collect();
        assert_eq!(ids, expected, "{filter:?}");
        assert_eq!(found.total, expected.len() as u64, "{filter:?}");
    }
}

pub(crate) async fn pages_neither_slip_nor_repeat(store: Arc<Store>) {
    let ids = ["C", "a", "a-1", "aB", "b", "é"];
    for id in ids.iter().rev() {
        create(&store, id).await;
    }
    let page = async |from, most| {
        let found = store
            .people(PersonFilter::All, Page { from, most })
            .await
            .unwrap();
        assert_eq!(found.total, ids.len() as u64);
        let ids = found.records.into_iter().map(|record| record.id);
        ids.collect::<Vec<String>>()
    };
    assert_eq!(page(PageFrom::Skip(0), 100).await, ids);
    assert_eq!(page(PageFrom::Skip(2), 2).await, ids[2..4]);
    assert_eq!(page(PageFrom::Skip(9), 2).await, [""; 0]);
    assert_eq!(page(PageFrom::After("a-1".to_owned()), 2).await, ids[3..5]);
    assert_eq!(page(PageFrom::After("aA".to_owned()), 1).await, ids[3..4]);
    assert_eq!(page(PageFrom::Skip(0), 0).await, [""; 0]);
}

pub(crate) async fn nothing_protected_lies_open(store: Arc<Store>) {
    let made = create(&store, "a").await;
    let shown = format!("{made:?}");
    assert!(shown.contains("<protected>") && !shown.contains("KP"), "{shown}");
    assert_eq!(
        made.profile.attested.citizenships.reveal()[0],
        PlaceFact::read("KP")
    );
    let error = store
        .create_person("a".into(), SOURCE.into(), profile("a"), NOW)
        .await
        .unwrap_err();
    assert!(!format!("{error:?} {error}").contains("KP"));
}

pub(crate) async fn groups_hold_people(store: Arc<Store>) {
    for id in ["a", "b", "c"] {
        create(&store, id).await;
    }
    let named = |name: &str| GroupProfile {
        name: name.to_owned(),
        external_id: Some(format!("x-{name}")),
    };
    let desk = store
        .create_group("g".into(), SOURCE.into(), named("Desk"), NOW)
        .await
        .unwrap();
    store
        .create_group("h".into(), SOURCE.into(), named("all-staff"), NOW)
        .await
        .unwrap();
    assert_eq!(store.group("g").await.unwrap(), Some(desk));
    let change = async |group, change| store.change_members(own(group, None), change, NOW.plus(9)).await;
    let ids = |ids: &[&str]| -> Vec<String> { ids.iter().map(|id| (*id).to_owned()).collect() };
    change("g", MemberChange::Exactly(ids(&["c", "a", "a"])))
        .await
        .unwrap();
    change("h", MemberChange::Exactly(ids(&["a"]))).await.unwrap();
    let some = MemberChange::Some {
        add: ids(&["b", "c"]),
        remove: ids(&["c", "nobody"]),
    };
    let desk = change("g", some.clone()).await.unwrap();
    assert_eq!((desk.version, desk.modified), (3, NOW.plus(9)));
    assert_eq!(change("g", some).await.unwrap().version, 3);
    assert_eq!(store.members("g", None, 9).await.unwrap(), ["a", "b"]);
    assert_eq!(store.members("g", Some("a"), 9).await.unwrap(), ["b"]);
    let groups = async |id: &str| store.person_record(id).await.unwrap().unwrap().groups;
    assert_eq!(groups("a").await, ["Desk", "all-staff"]);
    assert_eq!(groups("c").await, [""; 0]);

    let find = async |filter| -> Vec<String> {
        let found = store.groups(filter, Page::first(9)).await.unwrap();
        assert_eq!(found.total, found.records.len() as u64);
        found.records.into_iter().map(|group| group.id).collect()
    };
    assert_eq!(find(GroupFilter::All).await, ["g", "h"]);
    assert_eq!(find(GroupFilter::Name("DESK".to_owned())).await, ["g"]);
    assert_eq!(
        find(GroupFilter::ExternalId("x-all-staff".to_owned())).await,
        ["h"]
    );
    assert_eq!(find(GroupFilter::Holds("b".to_owned())).await, ["g"]);

    store
        .replace_group(own("g", Some(3)), named("Trading"), NOW)
        .await
        .unwrap();
    assert_eq!(groups("b").await, ["Trading"]);
    store.delete_person(own("b", None), NOW).await.unwrap();
    assert_eq!(store.members("g", None, 9).await.unwrap(), ["a"]);
    store.delete_group(own("g", None), NOW).await.unwrap();
    assert_eq!(groups("a").await, ["all-staff"]);
}

pub(crate) async fn what_is_not_possible_changes_nothing(store: Arc<Store>) {
    create(&store, "a").await;
    let named = |name: &str| GroupProfile {
        name: name.to_owned(),
        external_id: None,
    };
    let create = async |id: &str, name: &str| {
        store
            .create_group(id.into(), SOURCE.into(), named(name), NOW)
            .await
    };
    create("g", "Desk").await.unwrap();
    assert!(create("g", "Other").await.is_err() && create("h", "dESK").await.is_err());
    assert!(create("h", " ").await.is_err() && create("h", "a\u{1f}b").await.is_err());
    let change = MemberChange::Exactly(vec!["a".to_owned(), "nobody".to_owned()]);
    let error = store
        .change_members(own("g", None), change, NOW)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "there is no person `nobody`");
    assert_eq!(store.members("g", None, 9).await.unwrap(), [""; 0]);
    assert!(store.delete_group(own("none", None), NOW).await.is_err());
}
