//! Keys that change while tokens are verified, and providers that do not answer. Time is the runtime's, and is not waited
//! for.

use super::provider::{claims, header, settings, with};
use super::*;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant as Moment, sleep};

/// Seconds since the beginning of the test, for the one clock that a test has.
static SINCE: AtomicI64 = AtomicI64::new(0);

fn clock() -> Instant {
    NOW.plus(SINCE.load(Ordering::SeqCst))
}

struct World {
    provider: Arc<Provider>,
    issuers: Arc<Issuers>,
    began: Moment,
    _tending: JoinSet<()>,
}

impl World {
    async fn new(keys: serde_json::Value) -> Self {
        let provider = Provider::new(keys);
        let issuers = Arc::new(Issuers::new(vec![settings()], Arc::default()).unwrap());
        let mut tending = JoinSet::new();
        let fetch = Arc::clone(&provider);
        tending.spawn(Arc::clone(&issuers).tend(move |_| Arc::clone(&fetch) as _, clock));
        let world = Self {
            provider,
            issuers,
            began: Moment::now(),
            _tending: tending,
        };
        world.pass(Duration::from_millis(1)).await;
        world
    }

    async fn pass(&self, time: Duration) {
        sleep(time).await;
        let since = self.began.elapsed().as_secs();
        SINCE.store(i64::try_from(since).unwrap(), Ordering::SeqCst);
    }

    /// As a request does: look, wait if that may help, look again.
    async fn ask(&self, token: &str) -> Result<Arc<VerifiedToken>, TokenError> {
        match self.issuers.verify(token, clock()) {
            Err(error) if error.may_change() => {
                self.issuers.wait_for_keys(token, clock).await;
                self.issuers.verify(token, clock())
            }
            other => other,
        }
    }
}

/// A token that lives for the whole test.
fn token(key: &SigningKey, id: &str, name: &str) -> String {
    let mut head = header(key);
    head["kid"] = id.into();
    let mut claims = with("jti", json!(name));
    claims["exp"] = json!(NOW.0 + 1_000_000);
    claims["iat"] = json!(NOW.0 + 40);
    key.token(&head, &claims)
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_fetched_when_its_first_token_comes_and_no_request_is_lost() {
    let (old, new) = (SigningKey::p256(), SigningKey::p256());
    let world = World::new(json!([old.published("k1")])).await;
    assert!(world.ask(&token(&old, "k1", "a")).await.is_ok());
    assert_eq!(world.provider.asked_for_keys(), 1);
    world.pass(Duration::from_secs(60)).await;
    world
        .provider
        .publish(json!([old.published("k1"), new.published("k2")]));
    for number in 0..200 {
        let name = number.to_string();
        assert!(world.ask(&token(&old, "k1", &name)).await.is_ok());
        assert!(world.ask(&token(&new, "k2", &name)).await.is_ok());
    }
    assert_eq!(world.provider.asked_for_keys(), 2);
    // a key that is no longer published is no longer taken, by tokens that were seen before either
    let seen = token(&old, "k1", "0");
    assert!(world.issuers.verify(&seen, clock()).is_ok());
    world.provider.publish(json!([new.published("k2")]));
    world.pass(Duration::from_secs(301)).await;
    assert_eq!(world.ask(&seen).await, Err(TokenError::UnknownKey));
    assert!(world.ask(&token(&new, "k2", "b")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_rotation_just_after_a_refresh_waits_for_its_turn() {
    let (old, new) = (SigningKey::p256(), SigningKey::p256());
    let world = World::new(json!([old.published("k1")])).await;
    world.pass(Duration::from_secs(3)).await;
    world.provider.publish(json!([new.published("k2")]));
    let asked = Moment::now();
    assert!(world.ask(&token(&new, "k2", "a")).await.is_ok());
    assert!(asked.elapsed() >= Duration::from_secs(6), "{:?}", asked.elapsed());
    assert_eq!(world.provider.asked_for_keys(), 2);
}

/// Acceptance A14: 2,000 unknown keys in five seconds.
#[tokio::test(start_paused = true)]
async fn strangers_cause_one_fetch_in_ten_seconds_and_disturb_nobody() {
    let (own, strange) = (SigningKey::p256(), SigningKey::p256());
    let world = Arc::new(World::new(json!([own.published("k1")])).await);
    world.pass(Duration::from_secs(60)).await;
    let before = world.provider.asked_for_keys();
    let known = token(&own, "k1", "known");
    let flood = |world: Arc<World>, strange: &SigningKey| {
        let tokens: Vec<_> = (0..20)
            .map(|number| token(strange, &format!("k-{number}-{:?}", Moment::now()), "x"))
            .collect();
        let mut asking = JoinSet::new();
        for token in tokens {
            let world = Arc::clone(&world);
            asking.spawn(async move { world.ask(&token).await });
        }
        asking
    };
    // 2,000 in five seconds
    for _ in 0..100 {
        let asking = flood(Arc::clone(&world), &strange);
        assert!(world.ask(&known).await.is_ok());
        for answer in asking.join_all().await {
            assert_eq!(answer, Err(TokenError::UnknownKey));
        }
        world.pass(Duration::from_millis(50)).await;
    }
    assert_eq!(world.provider.asked_for_keys() - before, 1);
    // and for a minute more: never two within ten seconds
    for _ in 0..600 {
        flood(Arc::clone(&world), &strange).join_all().await;
        world.pass(Duration::from_millis(100)).await;
    }
    let fetches = world.provider.asked_for_keys() - before;
    assert!((2..=7).contains(&fetches), "{fetches}");
}

/// Acceptance A15: an endpoint that is away, empty, poisoned or answers something else.
#[tokio::test(start_paused = true)]
async fn keys_that_cannot_be_fetched_again_are_used_for_a_day_and_no_longer() {
    let key = SigningKey::p256();
    for document in [
        None,
        Some(b"".to_vec()),
        Some(b"{\"keys\":[]}".to_vec()),
        Some(b"<html>sign in</html>".to_vec()),
        Some(vec![b' '; 300_000]),
        Some(
            json!({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}]})
                .to_string()
                .into_bytes(),
        ),
    ] {
        SINCE.store(0, Ordering::SeqCst);
        let world = World::new(json!([key.published("k1")])).await;
        world.provider.serve(Provider::KEYS, document);
        let token = token(&key, "k1", "a");
        world.pass(Duration::from_secs(3600)).await;
        assert!(world.ask(&token).await.is_ok());
        let [health] = world.issuers.health(clock()).try_into().unwrap();
        assert!(health.is_usable && health.failure.is_some());
        world.pass(Duration::from_secs(23 * 3600 + 400)).await;
        let [health] = world.issuers.health(clock()).try_into().unwrap();
        assert!(!health.is_usable);
        assert_eq!(world.ask(&token).await, Err(TokenError::NoKeys));
        world.provider.publish(json!([key.published("k1")]));
        world.pass(Duration::from_secs(20)).await;
        // by now the token is too old, whatever its keys
        assert_eq!(world.ask(&token).await, Err(TokenError::Expired));
        let [health] = world.issuers.health(clock()).try_into().unwrap();
        assert!(health.is_usable && health.failure.is_none());
    }
}

/// Acceptance A15: an endpoint that never answers.
#[tokio::test(start_paused = true)]
async fn a_silent_provider_holds_nobody_for_long() {
    let (own, strange) = (SigningKey::p256(), SigningKey::p256());
    let world = World::new(json!([own.published("k1")])).await;
    world.provider.is_silent.store(true, Ordering::SeqCst);
    world.pass(Duration::from_secs(60)).await;
    let began = Moment::now();
    assert_eq!(
        world.ask(&token(&strange, "k9", "x")).await,
        Err(TokenError::UnknownKey)
    );
    assert!(
        began.elapsed() <= Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    assert!(world.ask(&token(&own, "k1", "a")).await.is_ok());
    // from then on it is known that there is nothing to wait for
    world.pass(Duration::from_secs(1)).await;
    let began = Moment::now();
    assert!(world.ask(&token(&strange, "k10", "x")).await.is_err());
    assert!(began.elapsed() <= Duration::from_secs(9), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_before_the_first_keys_waits_for_them() {
    let key = SigningKey::p256();
    let provider = Provider::new(json!([key.published("k1")]));
    let issuers = Arc::new(Issuers::new(vec![settings()], Arc::default()).unwrap());
    let token = key.token(&header(&key), &claims());
    assert_eq!(issuers.verify(&token, NOW), Err(TokenError::NoKeys));
    let mut tending = JoinSet::new();
    tending.spawn(Arc::clone(&issuers).tend(move |_| Arc::clone(&provider) as _, || NOW));
    issuers.wait_for_keys(&token, || NOW).await;
    assert!(issuers.verify(&token, NOW).is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_token_otherwise_causes_no_fetch() {
    let key = SigningKey::p256();
    let world = World::new(json!([key.published("k1")])).await;
    let before = world.provider.asked_for_keys();
    world.pass(Duration::from_secs(60)).await;
    let strange = SigningKey::p256();
    for wrong in [
        token(&strange, "k1", "a"),
        key.token(&header(&key), &with("iss", json!("https://evil.example"))),
        key.token(&header(&key), &with("aud", json!("x"))),
        "a.b.c".to_owned(),
    ] {
        assert!(world.ask(&wrong).await.is_err());
        world.issuers.wait_for_keys(&wrong, clock).await;
    }
    assert_eq!(world.provider.asked_for_keys(), before);
}

/// Acceptance A16: 10,000 pairs that begin or end alike are never taken for one another.
#[tokio::test(start_paused = true)]
async fn tokens_that_begin_or_end_alike_are_remembered_apart() {
    let key = SigningKey::ed25519();
    let world = World::new(json!([key.published("k1")])).await;
    let make = |number: usize| {
        let mut claims = with("sub", json!(format!("person-{number:05}")));
        claims["exp"] = json!(NOW.0 + 1_000_000);
        key.token(&header(&key), &claims)
    };
    let mut before = make(0);
    for number in 1..=10_000 {
        let token = make(number);
        // the end of the one before in place of its own
        let (head, _) = token.rsplit_once('.').unwrap();
        let (_, tail) = before.rsplit_once('.').unwrap();
        assert_eq!(
            world.issuers.verify(&format!("{head}.{tail}"), NOW),
            Err(TokenError::Signature)
        );
        let subject = world.issuers.verify(&token, NOW).unwrap().subject.clone();
        assert_eq!(subject, format!("person-{number:05}"));
        assert_eq!(world.issuers.verify(&token, NOW).unwrap().subject, subject);
        before = token;
    }
}

#[tokio::test(start_paused = true)]
async fn two_tokens_that_begin_or_end_alike_are_two() {
    let key = SigningKey::p256();
    let world = World::new(json!([key.published("k1")])).await;
    let make = |subject: &str| {
        let mut claims = with("sub", json!(subject));
        claims["exp"] = json!(NOW.0 + 1_000_000);
        key.token(&header(&key), &claims)
    };
    let (one, two) = (make("hk-analyst"), make("ny-trader"));
    let begin = |token: &str| token.chars().take(40).collect::<String>();
    assert_eq!(begin(&one), begin(&two));
    assert_eq!(world.ask(&one).await.unwrap().subject, "hk-analyst");
    assert_eq!(world.ask(&two).await.unwrap().subject, "ny-trader");
    // the beginning of the one with the end of the other
    let (head, _) = one.rsplit_once('.').unwrap();
    let (_, tail) = two.rsplit_once('.').unwrap();
    assert_eq!(
        world.ask(&format!("{head}.{tail}")).await,
        Err(TokenError::Signature)
    );
}
