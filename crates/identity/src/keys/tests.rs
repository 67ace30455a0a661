//! Keys: their form, who is taken for their holder, and that nothing shows them.

use super::*;
use proptest::prelude::*;

const NOW: Instant = Instant(1_784_106_000);

fn holder(person: &str) -> KeyHolder {
    KeyHolder {
        person: person.to_owned(),
        application: Some("coding".to_owned()),
    }
}

fn bytes() -> [u8; 25] {
    std::array::from_fn(|at| u8::try_from(at).unwrap() * 7 + 1)
}

fn ring() -> (KeyRing, ApiKey) {
    let mut ring = KeyRing::new(KeyHasher::new(&[3; 32]), []);
    let key = ApiKey::from_bytes(bytes());
    ring.insert(&key, holder("hk-analyst"), None);
    (ring, key)
}

#[test]
fn the_holder_of_a_key_is_found_and_of_no_other() {
    let (ring, key) = ring();
    assert_eq!(ring.verify(key.reveal(), NOW), Some(holder("hk-analyst")));
    let mut bytes = bytes();
    bytes[24] = 8;
    let same_id = ApiKey::from_bytes(bytes);
    assert_eq!(same_id.id(), key.id());
    assert_eq!(ring.verify(same_id.reveal(), NOW), None);
    assert_eq!(ring.verify(ApiKey::from_bytes([9; 25]).reveal(), NOW), None);
    for text in [
        "",
        "bw_",
        "' OR 1=1 --",
        key.reveal().split_at(40).0,
        &key.reveal().to_uppercase(),
    ] {
        assert_eq!(ring.verify(text, NOW), None, "{text}");
    }
}

#[test]
fn a_chosen_key_is_taken_where_its_hash_is_kept() {
    let (mut ring, _) = ring();
    let text = "bw_bench_0000000000000000";
    assert_eq!(ring.verify(text, NOW), None);
    let key = ApiKey::parse_presented(text).unwrap();
    assert_eq!(key.id(), "bench");
    ring.insert(&key, holder("bench"), None);
    assert_eq!(ring.verify(text, NOW), Some(holder("bench")));
    assert_eq!(ring.verify("bw_bench_0000000000000001", NOW), None);
}

#[test]
fn a_chosen_key_is_never_one_made_here_with_an_error() {
    let key = ApiKey::from_bytes(bytes());
    let wrong = key.reveal().replacen('0', "8", 1);
    assert_eq!(ApiKey::parse_presented(&wrong), Err(KeyError::Checksum));
    for text in [
        "bw__0000000000000000",
        "bw_bench_000",
        "bw_Bench_0000000000000000",
        "sk_bench_0000000000000000",
    ] {
        assert_eq!(ApiKey::parse_presented(text), Err(KeyError::Form), "{text}");
    }
}

#[test]
fn a_key_under_another_secret_is_unknown() {
    let (ring, key) = ring();
    let stored: Vec<StoredKey> = ring.stored().into_iter().cloned().collect();
    let elsewhere = KeyRing::new(KeyHasher::new(&[4; 32]), stored.clone());
    assert_eq!(elsewhere.verify(key.reveal(), NOW), None);
    let again = KeyRing::new(KeyHasher::new(&[3; 32]), stored);
    assert!(again.verify(key.reveal(), NOW).is_some());
}

#[test]
fn a_key_ends_at_its_instant() {
    let (mut ring, key) = ring();
    ring.insert(&key, holder("hk-analyst"), Some(NOW));
    assert!(ring.verify(key.reveal(), NOW.plus(-1)).is_some());
    assert_eq!(ring.verify(key.reveal(), NOW), None);
}

#[test]
fn new_keys_differ_and_keep_their_form() {
    let (first, second) = (ApiKey::generate().unwrap(), ApiKey::generate().unwrap());
    assert_ne!(first, second);
    assert_eq!(ApiKey::parse(first.reveal()), Ok(first.clone()));
    assert_eq!(first.reveal().len(), 62);
}

#[test]
fn errors_of_typing_are_told_apart_from_other_texts() {
    let key = ApiKey::from_bytes(bytes());
    let wrong = key.reveal().replacen('0', "8", 1);
    assert_eq!(ApiKey::parse(&wrong), Err(KeyError::Checksum));
    assert_eq!(ApiKey::parse("sk-something-else"), Err(KeyError::Form));
    assert_eq!(ApiKey::parse("bw_é_"), Err(KeyError::Form));
}

#[test]
fn nothing_shows_a_key() {
    let (ring, key) = ring();
    let shown = format!("{ring:?} {key:?} {}", write_stored(ring.stored()));
    let (_, secret) = key.reveal().split_at(14);
    assert!(!shown.contains(secret.split_at(8).0), "{shown}");
    assert!(shown.contains(key.id()));
}

#[test]
fn what_is_kept_can_be_read_back() {
    let (mut ring, key) = ring();
    ring.insert(
        &key,
        KeyHolder {
            application: None,
            ..holder("ny-trader")
        },
        Some(NOW),
    );
    ring.insert(&ApiKey::from_bytes([1; 25]), holder("hk-analyst"), None);
    let text = write_stored(ring.stored());
    let read = read_stored(&text).unwrap();
    assert_eq!(read.iter().collect::<Vec<_>>(), ring.stored());
    let later = text.replacen("\"revision\": 1", "\"revision\": 2, \"more\": true", 1);
    assert_eq!(read_stored(&later), Err(StoredKeysError::Revision { found: 2 }));
    let with_more = text.replacen("\"revision\": 1", "\"revision\": 1, \"more\": true", 1);
    assert_eq!(read_stored(&with_more).as_ref(), Ok(&read));
    assert!(read_stored("{").is_err());
    assert!(read_stored(&text.replacen("\"hash\": \"", "\"hash\": \"x", 1)).is_err());
}

proptest! {
    #[test]
    fn no_text_is_taken_for_a_key_by_accident(text in "(bw_)?[0-9a-f_]{0,64}|.{0,70}") {
        prop_assert!(ApiKey::parse(&text).is_err());
    }

    #[test]
    fn every_key_can_be_read(bytes in any::<[u8; 25]>()) {
        let key = ApiKey::from_bytes(bytes);
        prop_assert_eq!(ApiKey::parse(key.reveal()), Ok(key));
    }
}
