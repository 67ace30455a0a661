//! A key that is revoked ends what it was used for, also what is on its way.

use crate::provider::{Provider, Step};
use crate::streams::{CHAT, GPT, begin, outcomes};
use crate::world::{HK_ANALYST, NOW, NY_TRADER, Persona, Plan};
use identity::{ApiKey, Bound, KeyHasher, KeyHolder, KeyRecord, LiveKeys};
use std::sync::Arc;
use tokio::sync::Notify;

/// Keeps the key of somebody.
pub(crate) fn keep(keys: &LiveKeys, persona: Persona) -> KeyRecord {
    let key = ApiKey::parse(&persona.key()).unwrap();
    let holder = KeyHolder {
        person: persona.person.to_owned(),
        application: None,
    };
    let hash = keys.hasher().hash(&key);
    let record = KeyRecord::of(&key, hash, holder, Bound::Person, None, NOW);
    keys.put(record.clone());
    record
}

/// A stream begins, sent with the key of somebody else too; then its own is revoked.
async fn check(also: Option<Persona>) {
    let keys = Arc::new(LiveKeys::new(KeyHasher::new(&[5; 32])));
    let mut record = keep(&keys, NY_TRADER);
    let _other = also.map(|persona| keep(&keys, persona));
    let closed = Arc::new(Notify::new());
    let provider = Provider::start(vec![begin("data: 1\n\n"), Step::Silence(Arc::clone(&closed))]).await;
    let plan = Plan {
        keys: Some(Arc::clone(&keys) as _),
        ..Plan::new(provider.address)
    };
    let world = plan.start().await;
    let caller = match also {
        Some(persona) => world.caller(NY_TRADER).with("x-api-key", &persona.key()),
        None => world.caller(NY_TRADER),
    };
    let mut coming = caller.begin("POST", CHAT, GPT.as_bytes()).await;
    coming.next().await.unwrap().unwrap();
    record.revoked = Some(NOW);
    keys.put(record);
    world.switch.reconsider();
    let text = coming.whole().await.text();
    assert!(text.contains("has been revoked"), "{text}");
    closed.notified().await;
    assert_eq!(world.caller(NY_TRADER).post(CHAT, GPT).await.status, 401);
    let entries = world.entries().await;
    let outcomes = outcomes(&entries);
    assert_eq!(outcomes.len(), 1);
    assert_eq!(outcomes[0]["ended"], "withdrawn");
}

#[tokio::test]
async fn a_stream_ends_when_its_key_is_revoked() {
    check(None).await;
}

#[tokio::test]
async fn a_key_that_did_not_ask_keeps_no_stream_alive() {
    check(Some(HK_ANALYST)).await;
}
