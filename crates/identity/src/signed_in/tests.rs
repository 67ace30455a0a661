//! Codes, tokens and sessions: what is good once, what ends what, and clocks.

use super::*;
use crate::kept::{KeepError, Keeping, SessionRecord};
use crate::tokens::console::Session;
use crate::tokens::{Name, Revocations};
use crate::{Caller, KeyHasher, KeyRing, Keys as _, SignIns};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Mutex;

const NOW: Instant = Instant(1_784_106_000);
const ISSUER: &str = "https://login.larkmoor.example";

/// A store in memory, which counts what it tells of.
#[derive(Default)]
struct Memory {
    sessions: Mutex<HashMap<[u8; 32], SessionRecord>>,
    told: Mutex<Vec<String>>,
}

impl Memory {
    fn with<T>(&self, change: impl FnOnce(&mut HashMap<[u8; 32], SessionRecord>) -> T) -> T {
        change(&mut self.sessions.lock().unwrap())
    }
}

fn at_once<'a, T: Send + 'a>(value: T) -> Keeping<'a, T> {
    Box::pin(async move { Ok::<T, KeepError>(value) })
}

impl SessionStore for Memory {
    fn keep_session<'a>(&'a self, session: &'a SessionRecord) -> Keeping<'a, ()> {
        self.with(|all| all.insert(session.id_hash, session.clone()));
        at_once(())
    }

    fn session<'a>(&'a self, id_hash: &'a [u8; 32], at: Instant) -> Keeping<'a, Option<SessionRecord>> {
        Box::pin(async move {
            let found = self.with(|all| all.get(id_hash).cloned());
            // whoever asks at the same time has read the same when the first writes
            tokio::task::yield_now().await;
            Ok(found.filter(|session| session.expires > at))
        })
    }

    fn end_session<'a>(&'a self, id_hash: &'a [u8; 32]) -> Keeping<'a, bool> {
        at_once(self.with(|all| all.remove(id_hash).is_some()))
    }

    fn end_sessions_of<'a>(&'a self, _: &'a str) -> Keeping<'a, u64> {
        panic!("nothing here ends all sessions of somebody")
    }

    fn sessions_of<'a>(&'a self, _: &'a str, _: Instant) -> Keeping<'a, Vec<SessionRecord>> {
        panic!("nothing here lists the sessions of somebody")
    }

    fn change_session<'a>(
        &'a self,
        before: &'a SessionRecord,
        after: &'a SessionRecord,
        is_told: bool,
    ) -> Keeping<'a, bool> {
        let is_same = self.with(|all| {
            let is_same = all.get(&before.id_hash) == Some(before);
            if is_same {
                all.insert(after.id_hash, after.clone());
            }
            is_same
        });
        if is_same && is_told {
            self.told.lock().unwrap().push(after.person.clone());
        }
        at_once(is_same)
    }

    fn each_session<'a>(
        &'a self,
        person: Option<&'a str>,
        see: &'a mut (dyn FnMut(SessionRecord) + Send),
    ) -> Keeping<'a, ()> {
        let all = self.with(|all| all.values().cloned().collect::<Vec<_>>());
        all.into_iter()
            .filter(|session| person.is_none_or(|person| session.person == person))
            .for_each(see);
        at_once(())
    }

    fn forget_sessions(&self, before: Instant) -> Keeping<'_, u64> {
        self.with(|all| all.retain(|_, session| session.expires >= before));
        at_once(0)
    }
}

/// A replica: its own memory of what was ended, over a store that others share.
fn replica(store: &Arc<Memory>) -> Arc<SignedIn> {
    let issuers = Issuers::new(Vec::new(), Arc::new(Revocations::default())).unwrap();
    Arc::new(SignedIn::new(
        SignedInSettings::default(),
        AccessKey::derive(&[7; 32]),
        Arc::clone(store) as Arc<dyn SessionStore>,
        Arc::new(issuers),
    ))
}

fn desk() -> (Arc<Memory>, Arc<SignedIn>) {
    let store = Arc::new(Memory::default());
    let desk = replica(&store);
    (store, desk)
}

fn names() -> Vec<Name> {
    vec![
        Name::Subject("sub-1".to_owned()),
        Name::Email("ada@larkmoor.example".to_owned()),
        Name::Person("ada".to_owned()),
    ]
}

/// A browser in which somebody has signed in, with what its cookie is.
fn in_browser(cookie: &str, at: Instant) -> Session {
    Session {
        browser: crate::tokens::sha256(cookie),
        person: "ada".to_owned(),
        issuer: ISSUER.to_owned(),
        issued_at: at,
        names: names(),
        expires: at.plus(3600),
        used_at: at,
    }
}

async fn decide(desk: &SignedIn, code: &UserCode, cookie: &str, approves: bool, at: Instant) -> bool {
    desk.ask(&in_browser(cookie, at), code, at).await.unwrap();
    desk.answered(cookie, approves, at).await.unwrap()
}

async fn signed_in(desk: &SignedIn, at: Instant) -> Granted {
    let begun = desk.begin("claude_code", at).await.unwrap();
    assert!(decide(desk, &begun.user_code, "c", true, at).await);
    desk.redeem(&begun.device_code, at).await.unwrap()
}

fn knows(_: &str) -> bool {
    true
}

#[tokio::test]
async fn from_a_code_to_a_token_and_no_second_time() {
    let (_, desk) = desk();
    let begun = desk.begin("claude_code", NOW).await.unwrap();
    let redeem = async |after| desk.redeem(&begun.device_code, NOW.plus(after)).await;
    assert_eq!(redeem(0).await, Err(GrantError::Pending));
    assert_eq!(redeem(1).await, Err(GrantError::SlowDown));
    desk.ask(&in_browser("c", NOW), &begun.user_code, NOW)
        .await
        .unwrap();
    let asked = desk.asked("c", NOW).await.unwrap().unwrap();
    assert_eq!(
        (asked.person.as_str(), asked.surface.as_str()),
        ("ada", "claude_code")
    );
    assert_eq!(asked.email.as_deref(), Some("ada@larkmoor.example"));
    assert_eq!(desk.asked("d", NOW).await, Ok(None));
    assert!(desk.answered("c", true, NOW).await.unwrap());
    assert!(!desk.answered("c", true, NOW).await.unwrap());
    let granted = redeem(2).await.unwrap();
    assert_eq!((granted.person.as_str(), granted.expires_in), ("ada", 3600));
    assert_eq!(redeem(3).await, Err(GrantError::Over));
    // nor does another approval bring it back
    assert!(!decide(&desk, &begun.user_code, "e", true, NOW.plus(4)).await);
    assert_eq!(redeem(5).await, Err(GrantError::Over));
}

#[tokio::test]
async fn what_leads_to_no_token() {
    let (_, desk) = desk();
    let begun = desk.begin("tool", NOW).await.unwrap();
    assert!(decide(&desk, &begun.user_code, "c", false, NOW).await);
    assert_eq!(
        desk.redeem(&begun.device_code, NOW).await,
        Err(GrantError::Denied)
    );
    let late = desk.begin("tool", NOW).await.unwrap();
    assert_eq!(
        desk.redeem(&late.device_code, NOW.plus(600)).await,
        Err(GrantError::Expired)
    );
    assert_eq!(
        desk.standing(&late.user_code, NOW.plus(600)).await,
        Ok((Standing::Nothing, String::new()))
    );
    // who knows the code of the page has not the one of the tool
    let guessed = format!("bwd_{}_{}", late.user_code.letters(), "A".repeat(43));
    for text in [
        guessed.as_str(),
        "",
        "bwd_",
        "bwd_BCDFGHJK",
        late.device_code.strip_prefix("b").unwrap(),
    ] {
        assert_eq!(desk.redeem(text, NOW).await, Err(GrantError::Over), "{text}");
    }
    // a sign-in that ends between the page and the tool
    let ended = desk.begin("tool", NOW).await.unwrap();
    assert!(decide(&desk, &ended.user_code, "d", true, NOW).await);
    let revocations = desk.issuers.revocations();
    revocations.revoke(ISSUER, &Name::Subject("sub-1".to_owned()), NOW);
    assert_eq!(desk.redeem(&ended.device_code, NOW).await, Err(GrantError::Over));
}

#[tokio::test]
async fn a_token_is_good_until_its_end_and_only_as_it_was_made() {
    let (store, desk) = desk();
    let granted = signed_in(&desk, NOW).await;
    let token = granted.access_token.as_str();
    let verified = desk.verify(token, NOW.plus(3599)).unwrap();
    assert_eq!((verified.subject.as_str(), verified.issued_at), ("ada", NOW));
    assert_eq!(desk.verify(token, NOW.plus(3600)), Err(SignedInError::Expired));
    // another replica takes it without having heard of it; one with another secret does not
    assert!(replica(&store).verify(token, NOW).is_ok());
    assert_eq!(
        AccessKey::derive(&[8; 32]).verify(token, NOW),
        Err(SignedInError::NotOurs)
    );
    for at in 0..token.len() {
        let mut changed = token.to_owned();
        let other = if changed.as_bytes()[at] == b'A' { "B" } else { "A" };
        changed.replace_range(at..=at, other);
        // the last letter has bits that stand for nothing, which are refused too
        assert_eq!(desk.verify(&changed, NOW), Err(SignedInError::NotOurs), "{at}");
        assert!(desk.verify(token.get(..at).unwrap(), NOW).is_err(), "{at}");
    }
    let shown = format!("{granted:?} {:?}", desk.key);
    assert!(
        !shown.contains(token.get(4..40).unwrap())
            && !shown.contains(granted.refresh_token.get(4..20).unwrap()),
        "{shown}"
    );
    // nothing of either is kept as it is
    for session in store.sessions.lock().unwrap().values() {
        assert!(!session.data.contains(&granted.refresh_token) && !session.data.contains(token));
    }
}

#[tokio::test]
async fn whoever_holds_a_token_is_its_person() {
    let (_, desk) = desk();
    let granted = signed_in(&desk, NOW).await;
    let keys = KeyRing::new(KeyHasher::new(&[1; 32]), []);
    let issuers = Arc::clone(&desk.issuers);
    let sign_ins = SignIns::new(Arc::new(keys), issuers, || NOW).with_signed_in(Some(Arc::clone(&desk)));
    let caller: Caller = sign_ins.caller(&granted.access_token, NOW).unwrap();
    assert_eq!(
        (caller.holder.person.as_str(), caller.holder.application),
        ("ada", None)
    );
    assert!(sign_ins.lacking(&granted.access_token).is_none());
    assert_eq!(sign_ins.caller(&granted.refresh_token, NOW), None);
    desk.revoke(&granted.access_token, NOW).await.unwrap();
    assert_eq!(sign_ins.caller(&granted.access_token, NOW), None);
    let why = sign_ins.why_refused(&granted.access_token, NOW);
    assert_eq!(why.as_deref(), Some("the sign-in behind the token was ended"));
}

#[tokio::test]
async fn an_end_reaches_every_replica() {
    let (store, desk) = desk();
    let other = replica(&store);
    let (first, second) = (signed_in(&desk, NOW).await, signed_in(&desk, NOW).await);
    other.revoke(&first.refresh_token, NOW.plus(10)).await.unwrap();
    assert_eq!(*store.told.lock().unwrap(), ["ada"]);
    assert_eq!(
        other.verify(&first.access_token, NOW.plus(10)),
        Err(SignedInError::Ended)
    );
    // here nobody has heard of it yet
    assert!(desk.verify(&first.access_token, NOW.plus(10)).is_ok());
    desk.take_up(Some("ada")).await.unwrap();
    assert_eq!(
        desk.verify(&first.access_token, NOW.plus(10)),
        Err(SignedInError::Ended)
    );
    assert!(desk.verify(&second.access_token, NOW.plus(10)).is_ok());
    let changes = desk.issuers.revocations().changes();
    desk.take_up(None).await.unwrap();
    assert!(
        !changes.has_changed().unwrap(),
        "what is known makes nobody look again"
    );
    // a replica that starts later
    let late = replica(&store);
    late.take_up(None).await.unwrap();
    assert_eq!(
        late.verify(&first.access_token, NOW.plus(10)),
        Err(SignedInError::Ended)
    );
    assert!(late.verify(&second.access_token, NOW.plus(10)).is_ok());
}

#[tokio::test]
async fn renewals_end_with_the_session_the_person_and_the_sign_in() {
    let (store, desk) = desk();
    let first = signed_in(&desk, NOW).await;
    let gone = desk.renew(&first.refresh_token, |_| false, NOW.plus(60)).await;
    assert_eq!(gone, Err(GrantError::Over));
    assert_eq!(
        desk.verify(&first.access_token, NOW.plus(60)),
        Err(SignedInError::Ended)
    );
    let mut tokens = signed_in(&desk, NOW).await;
    for hour in 1..12 {
        tokens = desk
            .renew(&tokens.refresh_token, knows, NOW.plus(hour * 3600))
            .await
            .unwrap();
    }
    let late = desk
        .renew(&tokens.refresh_token, knows, NOW.plus(12 * 3600 - 10))
        .await
        .unwrap();
    assert_eq!(late.expires_in, 10, "no token outlives its session");
    let over = desk.renew(&late.refresh_token, knows, NOW.plus(12 * 3600)).await;
    assert_eq!(over, Err(GrantError::Over));
    let third = signed_in(&desk, NOW).await;
    desk.issuers
        .revocations()
        .revoke(ISSUER, &Name::Email("ADA@larkmoor.example".to_owned()), NOW);
    assert_eq!(desk.verify(&third.access_token, NOW), Err(SignedInError::Ended));
    assert_eq!(
        desk.renew(&third.refresh_token, knows, NOW).await,
        Err(GrantError::Over)
    );
    // where that was not heard, the store says it now
    let other = replica(&store);
    other.take_up(None).await.unwrap();
    assert_eq!(other.verify(&third.access_token, NOW), Err(SignedInError::Ended));
    for text in ["", "bwr_", "bwr_a~b.c", &third.access_token] {
        assert_eq!(
            desk.renew(text, knows, NOW).await,
            Err(GrantError::Over),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_tool_that_races_itself_keeps_its_session() {
    let (store, desk) = desk();
    let other = replica(&store);
    let first = signed_in(&desk, NOW).await;
    let (one, two) = tokio::join!(
        desk.renew(&first.refresh_token, knows, NOW.plus(60)),
        other.renew(&first.refresh_token, knows, NOW.plus(59)),
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.refresh_token, two.refresh_token);
    assert_ne!(one.refresh_token, first.refresh_token);
    let third = replica(&store)
        .renew(&two.refresh_token, knows, NOW.plus(62))
        .await
        .unwrap();
    let late = desk.renew(&first.refresh_token, knows, NOW.plus(63)).await;
    assert_eq!(late, Err(GrantError::Over), "it is not the one before the newest");
    assert_eq!(
        desk.renew(&third.refresh_token, knows, NOW.plus(63)).await,
        Err(GrantError::Over)
    );
}

/// A session as a version kept it that made refresh tokens of nothing that was kept.
#[tokio::test]
async fn a_session_of_an_older_version_goes_on() {
    let (store, desk) = desk();
    let first = signed_in(&desk, NOW).await;
    store.with(|all| {
        for session in all.values_mut() {
            let mut kept: serde_json::Value = serde_json::from_str(&session.data).unwrap();
            let fields = kept.as_object_mut().unwrap();
            for name in ["secret", "number", "former"] {
                fields.remove(name);
            }
            session.data = kept.to_string();
        }
    });
    let second = desk
        .renew(&first.refresh_token, knows, NOW.plus(60))
        .await
        .unwrap();
    let again = desk
        .renew(&first.refresh_token, knows, NOW.plus(61))
        .await
        .unwrap();
    assert_eq!(second.refresh_token, again.refresh_token);
    assert!(
        desk.renew(&second.refresh_token, knows, NOW.plus(62))
            .await
            .is_ok()
    );
}

/// Runs what waits for nothing but memory.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

proptest! {
    /// Whatever is done with a code, and in whatever order, at most one token comes of it; and none before somebody has
    /// approved, or after somebody has denied.
    #[test]
    fn a_device_code_is_good_once(deeds in prop::collection::vec((0..4_u8, 0..120_i64), 1..24)) {
        let (_, desk) = desk();
        let (mut at, mut granted, mut approved, mut denied) = (NOW, 0, false, false);
        run(async {
            let begun = desk.begin("tool", NOW).await.unwrap();
            for (number, (deed, later)) in deeds.into_iter().enumerate() {
                at = at.plus(later);
                let cookie = format!("c{number}");
                match deed {
                    0 => approved |= decide(&desk, &begun.user_code, &cookie, true, at).await && !denied,
                    1 => denied |= decide(&desk, &begun.user_code, &cookie, false, at).await && !approved,
                    _ => granted += usize::from(desk.redeem(&begun.device_code, at).await.is_ok()),
                }
                assert!(granted <= usize::from(approved), "{granted} of {approved}");
                assert!(granted == 0 || at < NOW.plus(600) || granted == 1);
            }
        });
    }

    /// The newest refresh token renews, the one before it gives the same successor for ten seconds, and any other ends the
    /// session: from then on nothing of it is good.
    #[test]
    fn a_refresh_token_that_comes_twice_ends_its_session(
        deeds in prop::collection::vec((0..4_usize, prop_oneof![0..13_i64, 0..1200_i64]), 1..24),
    ) {
        let (_, desk) = desk();
        run(async {
            let mut all = vec![signed_in(&desk, NOW).await];
            let (mut at, mut is_over, mut used) = (NOW, false, NOW);
            for (back, later) in deeds {
                at = at.plus(later);
                let position = all.len().saturating_sub(1 + back.min(all.len() - 1));
                let is_newest = position == all.len() - 1;
                let renewed = desk.renew(&all[position].refresh_token, knows, at).await;
                let is_again = position + 2 == all.len() && at.0 - used.0 <= 10;
                is_over |= !(is_newest || is_again) || at >= NOW.plus(12 * 3600);
                assert_eq!(renewed.is_ok(), !is_over);
                if is_newest {
                    used = at;
                    all.extend(renewed.ok());
                } else if let Ok(renewed) = renewed {
                    assert_eq!(renewed.refresh_token, all[all.len() - 1].refresh_token);
                    assert!(desk.verify(&renewed.access_token, at).is_ok());
                }
                if is_over {
                    assert!(all.iter().all(|tokens| desk.verify(&tokens.access_token, at).is_err()));
                } else {
                    assert!(desk.verify(&all[all.len() - 1].access_token, at).is_ok());
                }
            }
        });
    }
}
