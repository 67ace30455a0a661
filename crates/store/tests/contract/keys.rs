//! How a key lives, is replaced, and ends.

use crate::world::NOW;
use identity::keys::{Bound, KeyRecord, KeyStore as _};
use identity::{ApiKey, KeepError, KeyHasher, KeyHolder};
use register::model::Instant;
use std::sync::Arc;
use store::Store;

pub(crate) fn issue(person: &str, expires: Option<Instant>) -> (ApiKey, KeyRecord) {
    let holder = KeyHolder {
        person: person.to_owned(),
        application: Some("coding".to_owned()),
    };
    KeyRecord::issue(&KeyHasher::new(&[3; 32]), holder, Bound::Service, expires, NOW).unwrap()
}

pub(crate) async fn a_key_lives_and_ends(store: Arc<Store>) {
    let (_, key) = issue("a", Some(NOW.plus(60)));
    let (_, other) = issue("b", None);
    for one in [&key, &other] {
        store.add_key(one).await.unwrap();
    }
    let id = key.stored.id.as_str();
    assert_eq!(store.key(id).await.unwrap().as_ref(), Some(&key));
    assert_eq!(store.keys(Some("b")).await.unwrap(), std::slice::from_ref(&other));
    let mut all = [key.clone(), other];
    all.sort_by(|a, b| a.stored.id.cmp(&b.stored.id));
    assert_eq!(store.keys(None).await.unwrap(), all);
    assert!(matches!(store.add_key(&key).await, Err(KeepError::Taken { .. })));
    assert!(store.revoke_key(id, NOW.plus(5)).await.unwrap());
    assert!(!store.revoke_key(id, NOW.plus(9)).await.unwrap());
    assert_eq!(store.key(id).await.unwrap().unwrap().revoked, Some(NOW.plus(5)));
    assert!(matches!(
        store.revoke_key("none", NOW).await,
        Err(KeepError::Missing { .. })
    ));
    assert_eq!(store.key("none").await.unwrap(), None);
}

pub(crate) async fn a_key_is_replaced_with_an_overlap(store: Arc<Store>) {
    let check = async |expires, until, expected| {
        let (_, former) = issue("a", expires);
        let (_, new) = issue("a", None);
        store.add_key(&former).await.unwrap();
        let id = former.stored.id.as_str();
        let replaced = store.replace_key(id, &new, until).await.unwrap();
        assert_eq!(replaced.stored.expires, Some(expected));
        assert_eq!(replaced.replaced_by, Some(new.stored.id.clone()));
        assert_eq!(store.key(id).await.unwrap(), Some(replaced));
        assert_eq!(store.key(&new.stored.id).await.unwrap(), Some(new));
        let (_, newer) = issue("a", None);
        assert!(store.replace_key(id, &newer, until).await.is_err());
        assert_eq!(store.key(&newer.stored.id).await.unwrap(), None);
    };
    check(None, NOW.plus(60), NOW.plus(60)).await;
    check(Some(NOW.plus(30)), NOW.plus(60), NOW.plus(30)).await;
}

pub(crate) async fn uses_are_noted_and_never_go_back(store: Arc<Store>) {
    let (_, key) = issue("a", None);
    store.add_key(&key).await.unwrap();
    let id = key.stored.id;
    for at in [NOW.plus(9), NOW] {
        let uses = [(id.clone(), at), ("none".to_owned(), at)];
        store.note_uses(&uses).await.unwrap();
    }
    assert_eq!(
        store.key(&id).await.unwrap().unwrap().last_used,
        Some(NOW.plus(9))
    );
}
