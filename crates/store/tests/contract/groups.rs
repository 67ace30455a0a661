//! Groups with their people as one change, and how they are found.

use crate::world::{NOW, SOURCE, own, profile};
use identity::KeepError;
use identity::directory::{DirectoryStore as _, GroupChange, GroupFilter, GroupProfile, MemberChange, Page};
use identity::kept::ChangeFeed as _;
use std::sync::Arc;
use store::Store;

fn named(name: &str) -> GroupProfile {
    GroupProfile {
        name: name.to_owned(),
        external_id: None,
    }
}

fn exactly(ids: &[&str]) -> Option<MemberChange> {
    Some(MemberChange::Exactly(
        ids.iter().map(|id| (*id).to_owned()).collect(),
    ))
}

async fn made(store: &Store, id: &str, source: &str, members: &[&str]) -> Result<u64, KeepError> {
    let members = members.iter().map(|id| (*id).to_owned()).collect();
    let group = store.create_group_with(id.into(), source.into(), named(id), members, NOW);
    group.await.map(|group| group.version)
}

pub(crate) async fn groups_and_their_people_change_at_once_or_not_at_all(store: Arc<Store>) {
    for id in ["a", "b"] {
        let person = store.create_person(id.into(), SOURCE.into(), profile(id), NOW);
        person.await.unwrap();
    }
    let missing = made(&store, "desk", SOURCE, &["a", "nobody"]).await.unwrap_err();
    assert!(matches!(missing, KeepError::Missing { .. }), "{missing}");
    assert_eq!(store.group("desk").await.unwrap(), None);
    assert_eq!(made(&store, "desk", SOURCE, &["a"]).await, Ok(1));
    assert_eq!(made(&store, "other", "hr2", &["b"]).await, Ok(1));

    let change = |profile: Option<&str>, members| GroupChange {
        profile: profile.map(named),
        members,
    };
    let alter = async |change| store.change_group(own("desk", None), change, NOW.plus(1)).await;
    let members = async || store.members("desk", None, 9).await.unwrap();
    let before = store.last_change().await.unwrap();
    for refused in [
        change(Some("traders"), exactly(&["nobody"])),
        change(Some("other"), exactly(&["b"])),
    ] {
        assert!(alter(refused).await.is_err());
    }
    assert_eq!(
        (members().await, store.last_change().await.unwrap()),
        (vec!["a".to_owned()], before)
    );
    assert_eq!(
        alter(change(Some("desk"), exactly(&["a"])))
            .await
            .unwrap()
            .version,
        1
    );
    let changed = alter(change(Some("traders"), exactly(&["b"]))).await.unwrap();
    assert_eq!((changed.version, changed.profile.name.as_str()), (2, "traders"));
    assert_eq!(members().await, ["b"]);
    assert_eq!(
        store.person_record("b").await.unwrap().unwrap().groups,
        ["other", "traders"]
    );

    let found = async |filter| {
        let page = store.groups(filter, Page::first(9)).await.unwrap();
        let ids: Vec<String> = page.records.into_iter().map(|group| group.id).collect();
        assert_eq!(page.total, u64::try_from(ids.len()).unwrap());
        ids
    };
    let source = || GroupFilter::Source(SOURCE.into());
    assert_eq!(found(GroupFilter::Id("desk".into())).await, ["desk"]);
    assert_eq!(found(source()).await, ["desk"]);
    let holds = GroupFilter::Holds("b".into());
    assert_eq!(
        found(GroupFilter::Every(vec![holds.clone(), source()])).await,
        ["desk"]
    );
    assert_eq!(
        found(GroupFilter::Every(vec![holds, GroupFilter::Every(vec![])])).await,
        ["desk", "other"]
    );
    assert!(
        found(GroupFilter::Every(vec![
            source(),
            GroupFilter::Id("other".into())
        ]))
        .await
        .is_empty()
    );
}
