//! What providers say of sign-ins: events that are pushed here, and logouts.

use super::provider::{claims, encode, header, settings, with};
use super::*;
use crate::tokens::signals::{Delivery, Signal, SignalKind, Signals, TransmitterSettings};
use serde_json::Value;
use std::sync::LazyLock;
use tokio::runtime::Runtime;

static KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::p256);

const TRANSMITTER: &str = "https://events.larkmoor.example/t";
const RECEIVER: &str = "https://ai.larkmoor.example/signals";
const REVOKED: &str = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
const MEDIA_TYPE: &str = "application/secevent+jwt";

/// Sign-in and signals that share what was taken back.
struct World {
    runtime: Runtime,
    issuers: Arc<Issuers>,
    signals: Arc<Signals>,
}

fn transmitter() -> TransmitterSettings {
    TransmitterSettings {
        authority: Authority::new(TRANSMITTER, vec![RECEIVER.to_owned()], Described::SharedSignals),
        speaks_of: vec![ISSUER.to_owned()],
    }
}

impl World {
    fn new() -> Self {
        let mut settings = settings();
        settings.client_id = Some("console".to_owned());
        let provider = Provider::new(json!([KEY.published("k1")]));
        let described = json!({"issuer": TRANSMITTER, "jwks_uri": Provider::KEYS});
        let address = "https://events.larkmoor.example/.well-known/ssf-configuration/t";
        provider.serve(address, Some(described.to_string().into_bytes()));
        let issuers = provider::issuers(settings, &provider);
        let signals = Signals::new(vec![transmitter()], Arc::clone(issuers.revocations())).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .unwrap();
        let signals = Arc::new(signals);
        runtime.spawn(Arc::clone(&signals).tend(move |_| Arc::clone(&provider) as _, || NOW));
        Self {
            runtime,
            issuers,
            signals,
        }
    }

    fn push(&self, statement: &str) -> Delivery {
        self.push_as(Some(MEDIA_TYPE), statement)
    }

    fn push_as(&self, media_type: Option<&str>, statement: &str) -> Delivery {
        self.runtime
            .block_on(self.signals.receive(media_type, statement.as_bytes(), || NOW))
    }

    /// Whether the usual token is still taken.
    fn stands(&self) -> bool {
        let token = KEY.token(&header(&KEY), &claims());
        self.issuers.verify(&token, NOW).is_ok()
    }
}

fn statement(kind: &str, subject: &Value) -> Value {
    json!({
        "iss": TRANSMITTER, "aud": RECEIVER, "iat": NOW.0 - 5, "jti": "e-1",
        "sub_id": subject, "events": {kind: {"event_timestamp": NOW.0 - 7}},
    })
}

fn person() -> Value {
    json!({"format": "iss_sub", "iss": ISSUER, "sub": "hk-analyst"})
}

fn signed(claims: &Value) -> String {
    KEY.token(
        &json!({"alg": "ES256", "kid": "k1", "typ": "secevent+jwt"}),
        claims,
    )
}

#[test]
fn an_event_ends_what_was_signed_in_before_it() {
    let world = World::new();
    assert!(world.stands());
    let delivery = world.push(&signed(&statement(REVOKED, &person())));
    let expected = Signal {
        kind: SignalKind::SessionRevoked,
        issuers: vec![ISSUER.to_owned()],
        names: vec![Name::Subject("hk-analyst".to_owned())],
        at: NOW.plus(-5),
    };
    assert_eq!(delivery, Delivery::Taken(vec![expected]));
    assert!(!world.stands());
    let later = KEY.token(&header(&KEY), &with("iat", json!(NOW.0 - 4)));
    assert!(world.issuers.verify(&later, NOW).is_ok());
}

#[test]
fn whoever_is_meant_is_found_by_any_of_their_names() {
    let check = |subject: Value, expected: bool| {
        let world = World::new();
        let delivery = world.push(&signed(&statement(REVOKED, &subject)));
        assert_eq!(!world.stands(), expected, "{subject}: {delivery:?}");
    };
    let session = json!({"format": "opaque", "id": "s-1"});
    check(json!({"format": "opaque", "id": "hk-analyst"}), true);
    check(
        json!({"subject_type": "iss_sub", "iss": ISSUER, "sub": "hk-analyst"}),
        true,
    );
    check(json!({"format": "complex", "session": session}), true);
    check(
        json!({"user": person(), "session": {"format": "opaque", "id": "s-2"}}),
        true,
    );
    check(
        json!({"user": {"format": "opaque", "id": "x"}, "session": session}),
        true,
    );
    check(
        json!({"format": "aliases", "identifiers": [{"format": "email", "email": "x@y"}, person()]}),
        true,
    );
    check(json!({"format": "opaque", "id": "s-1"}), false);
    check(json!({"format": "opaque", "id": "ny-trader"}), false);
    check(json!({"format": "phone_number", "phone_number": "+852"}), false);
    check(json!({}), false);
    check(json!({"user": {"user": person()}}), false);
    check(
        json!({"format": "aliases", "identifiers": [{"identifiers": [person()]}]}),
        false,
    );
}

#[test]
fn older_senders_name_the_subject_in_the_event() {
    let world = World::new();
    let mut claims = statement(REVOKED, &json!(null));
    claims.as_object_mut().unwrap().remove("sub_id");
    claims["events"][REVOKED]["subject"] = person();
    assert!(matches!(world.push(&signed(&claims)), Delivery::Taken(_)));
    assert!(!world.stands());
}

#[test]
fn each_kind_of_event_has_its_effect() {
    let check = |kind: &str, ends: bool| {
        let world = World::new();
        let delivery = world.push(&signed(&statement(kind, &person())));
        assert!(matches!(delivery, Delivery::Taken(_)), "{kind}: {delivery:?}");
        assert_eq!(!world.stands(), ends, "{kind}");
    };
    let of = |rest: &str| format!("https://schemas.openid.net/secevent/{rest}");
    for kind in ["session-revoked", "credential-change", "token-claims-change"] {
        check(&of(&format!("caep/event-type/{kind}")), true);
    }
    for kind in [
        "account-disabled",
        "account-purged",
        "sessions-revoked",
        "credential-compromise",
    ] {
        check(&of(&format!("risc/event-type/{kind}")), true);
    }
    check(&of("ssf/event-type/verification"), false);
    check(&of("caep/event-type/device-compliance-change"), false);
    check("https://evil.example/session-revoked", false);
}

/// Acceptance A23: forged, replayed, for somebody else, too old.
#[test]
fn what_is_forged_replayed_or_for_somebody_else_has_no_effect() {
    let world = World::new();
    let fine = statement(REVOKED, &person());
    let changed = |name: &str, value: Value| {
        let mut claims = fine.clone();
        claims["jti"] = format!("e-{name}").into();
        claims[name] = value;
        claims
    };
    let check = |statement: &str, code: &str| {
        match world.push(statement) {
            Delivery::Refused(error) => assert_eq!(error.code, code, "{error}"),
            other => panic!("{other:?}"),
        }
        assert!(world.stands(), "{statement}");
    };
    let head = |name: &str, value: Value| {
        let mut head = json!({"alg": "ES256", "kid": "k1", "typ": "secevent+jwt"});
        head[name] = value;
        head
    };
    // forged
    let stranger = SigningKey::p256();
    check(
        &stranger.token(&head("typ", json!("secevent+jwt")), &fine),
        "authentication_failed",
    );
    check(&stranger.token(&head("kid", json!("k9")), &fine), "invalid_key");
    check(
        &stranger.token(&head("jku", json!("https://evil.example/k")), &fine),
        "authentication_failed",
    );
    let none = encode(json!({"alg": "none", "typ": "secevent+jwt"}).to_string());
    check(&format!("{none}.{}.", encode(fine.to_string())), "invalid_key");
    // of another sort, though well signed
    for sort in ["JWT", "at+jwt", "logout+jwt"] {
        check(&KEY.token(&head("typ", json!(sort)), &fine), "invalid_request");
    }
    // for somebody else, of somebody else
    check(
        &signed(&changed("aud", json!("https://other.example"))),
        "invalid_audience",
    );
    check(
        &signed(&changed("iss", json!("https://evil.example"))),
        "invalid_issuer",
    );
    check(&signed(&changed("iss", json!(ISSUER))), "invalid_issuer");
    let other = json!({"format": "iss_sub", "iss": "https://other.example", "sub": "hk-analyst"});
    check(&signed(&changed("sub_id", other)), "access_denied");
    // at another time
    check(&signed(&changed("iat", json!(NOW.0 + 61))), "invalid_request");
    check(
        &signed(&changed("iat", json!(NOW.0 - 24 * 3600 - 60))),
        "invalid_request",
    );
    check(&signed(&changed("exp", json!(NOW.0 - 60))), "invalid_request");
    // in another form
    check(&signed(&changed("events", json!({}))), "invalid_request");
    check(&signed(&changed("events", json!([]))), "invalid_request");
    check(&signed(&changed("jti", json!(null))), "invalid_request");
    check("not a statement", "invalid_request");
    for media_type in [None, Some("application/json"), Some("application/jwt")] {
        assert!(matches!(
            world.push_as(media_type, &signed(&fine)),
            Delivery::Refused(_)
        ));
        assert!(world.stands());
    }
}

/// Acceptance A23: replayed.
#[test]
fn a_statement_is_taken_once() {
    let world = World::new();
    let statement = signed(&statement(
        REVOKED,
        &json!({"format": "opaque", "id": "somebody"}),
    ));
    assert!(matches!(world.push(&statement), Delivery::Taken(signals) if signals.len() == 1));
    // sent again, since the answer was lost on its way
    assert_eq!(world.push(&statement), Delivery::Repeated);
    // another one under the same id
    let mut other = self::statement(REVOKED, &person());
    other["txn"] = "x".into();
    let delivery = world.push(&signed(&other));
    assert!(
        matches!(&delivery, Delivery::Refused(error) if error.code == "invalid_request"),
        "{delivery:?}"
    );
    assert!(world.stands());
}

#[test]
fn the_sender_is_told_in_the_words_of_the_standard() {
    let world = World::new();
    let Delivery::Refused(error) = world.push("x") else {
        panic!()
    };
    let told: Value = serde_json::from_str(&error.to_json()).unwrap();
    assert_eq!(told["err"], "invalid_request");
    assert!(told["description"].is_string());
}

#[test]
fn a_transmitter_speaks_of_somebody() {
    let revocations = Arc::new(Revocations::default());
    let mut silent = transmitter();
    silent.speaks_of.clear();
    assert!(Signals::new(vec![silent], Arc::clone(&revocations)).is_err());
    assert!(Signals::new(vec![transmitter(), transmitter()], revocations).is_err());
}

/// A logout token as it should be.
fn logout() -> Value {
    json!({
        "iss": ISSUER, "aud": "console", "iat": NOW.0 - 1, "exp": NOW.0 + 100, "jti": "l-1", "sid": "s-1",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    })
}

fn logout_token(claims: &Value) -> String {
    KEY.token(&json!({"alg": "ES256", "kid": "k1", "typ": "logout+jwt"}), claims)
}

#[test]
fn a_logout_ends_the_session_once() {
    let world = World::new();
    let token = logout_token(&logout());
    let done = world.issuers.logout(&token, NOW).unwrap();
    assert_eq!(done.names, [Name::Session("s-1".to_owned())]);
    assert!(!world.stands());
    assert_eq!(world.issuers.logout(&token, NOW), Err(TokenError::Replayed));
}

#[test]
fn a_logout_that_is_none_ends_nothing() {
    let world = World::new();
    let check = |name: &str, value: Value| {
        let mut claims = logout();
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        let found = world.issuers.logout(&logout_token(&claims), NOW);
        assert!(found.is_err(), "{name}: {found:?}");
        assert!(world.stands());
    };
    check("aud", json!(AUDIENCE));
    check("iss", json!("https://evil.example"));
    check("nonce", json!("n"));
    check("events", json!({}));
    check(
        "events",
        json!({"http://schemas.openid.net/event/backchannel-logout": 1}),
    );
    check("events", json!(null));
    check("jti", json!(null));
    check("exp", json!(null));
    check("exp", json!(NOW.0 - 60));
    check("iat", json!(NOW.0 + 61));
    check("sid", json!(null));
    for sort in ["JWT", "at+jwt", "secevent+jwt"] {
        let token = KEY.token(&json!({"alg": "ES256", "kid": "k1", "typ": sort}), &logout());
        assert_eq!(world.issuers.logout(&token, NOW), Err(TokenError::Sort));
    }
    // and neither is an access token a logout, nor a logout an access token
    let access = KEY.token(&header(&KEY), &claims());
    assert!(world.issuers.logout(&access, NOW).is_err());
    assert!(world.issuers.verify(&logout_token(&logout()), NOW).is_err());
    assert!(world.stands());
}
