//! Signing in to the console, and what must not lead to a session.

use super::provider::{header, settings};
use super::*;
use crate::tokens::console::{Attempt, Begun, Session, SignInError};
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

static KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::p256);

const BACK: &str = "https://console.larkmoor.example/sign-in/back";

fn issuers() -> Arc<Issuers> {
    let mut settings = settings();
    settings.client_id = Some("console".to_owned());
    provider::issuers(settings, &Provider::new(json!([KEY.published("k1")])))
}

fn discovery() -> Discovery {
    Discovery {
        jwks_uri: Provider::KEYS.to_owned(),
        authorization_endpoint: Some("https://login.larkmoor.example/auth?p=1".to_owned()),
        token_endpoint: None,
        end_session_endpoint: None,
    }
}

fn begin(then: &str) -> Result<Begun, SignInError> {
    Attempt::begin(&issuers(), ISSUER, &discovery(), BACK, then, NOW)
}

/// The parameters of the address that the browser is sent to.
fn sent(begun: &Begun) -> HashMap<String, String> {
    let (_, query) = begun.address.split_once('?').unwrap();
    let one = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.replace("%3A", ":").replace("%2F", "/"))
    };
    query.split('&').map(one).collect()
}

fn back(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn identity_token(nonce: &str) -> Value {
    json!({
        "iss": ISSUER, "sub": "hk-analyst", "aud": "console", "iat": NOW.0, "exp": NOW.0 + 300,
        "nonce": nonce, "sid": "s-1", "auth_time": NOW.0,
    })
}

fn signed(claims: &Value) -> String {
    KEY.token(&json!({"alg": "ES256", "kid": "k1"}), claims)
}

#[test]
fn the_way_there_and_back() {
    let begun = begin("/impact?id=5").unwrap();
    assert!(
        begun
            .address
            .starts_with("https://login.larkmoor.example/auth?p=1&response_type=code&")
    );
    let sent = sent(&begun);
    assert_eq!(
        (sent["client_id"].as_str(), sent["code_challenge_method"].as_str()),
        ("console", "S256")
    );
    assert_eq!(sent["redirect_uri"], BACK);
    let parameters = back(&[("code", "c-1"), ("state", &sent["state"]), ("iss", ISSUER)]);
    let cookie = begun.cookie.reveal();
    let exchange = begun.attempt.returned(Some(cookie), &parameters, NOW).unwrap();
    let form: HashMap<_, _> = exchange.form.iter().cloned().collect();
    assert_eq!(
        (form["code"].as_str(), form["redirect_uri"].as_str()),
        ("c-1", BACK)
    );
    // what was sent first is the digest of what is sent now, and the latter was never shown before
    let challenge = provider::encode(digest(&SHA256, form["code_verifier"].as_bytes()));
    assert_eq!(challenge, sent["code_challenge"]);
    assert!(!begun.address.contains(&form["code_verifier"]));

    let issuers = issuers();
    let token = signed(&identity_token(&sent["nonce"]));
    let (session, ticket) = begun.attempt.clone().complete(&issuers, &token, NOW).unwrap();
    assert_eq!(
        (session.person.as_str(), session.issuer.as_str()),
        ("hk-analyst", ISSUER)
    );
    // the browser holds something new, so that nobody can have given it to them before
    assert_ne!(ticket.reveal(), cookie);
    assert!(session.is_good(ticket.reveal(), &issuers, NOW));
    assert!(!session.is_good(cookie, &issuers, NOW));
    assert!(!session.is_good("", &issuers, NOW));
    assert!(session.is_good(ticket.reveal(), &issuers, NOW.plus(3599)));
    assert!(!session.is_good(ticket.reveal(), &issuers, NOW.plus(3600)));
    assert!(!session.is_good(ticket.reveal(), &issuers, NOW.plus(-1)));
    let used = Session {
        used_at: NOW.plus(12 * 3600 - 10),
        ..session.clone()
    };
    assert!(used.is_good(ticket.reveal(), &issuers, NOW.plus(12 * 3600 - 1)));
    assert!(!used.is_good(ticket.reveal(), &issuers, NOW.plus(12 * 3600)));
    // an end of the sign-in ends it
    issuers
        .revocations()
        .revoke(ISSUER, &Name::Session("s-1".to_owned()), NOW);
    assert!(!session.is_good(ticket.reveal(), &issuers, NOW));
    let shown = format!("{session:?} {:?} {exchange:?} {ticket:?}", begun.attempt);
    for secret in [
        ticket.reveal(),
        cookie,
        &sent["state"],
        &sent["nonce"],
        &form["code_verifier"],
        "c-1",
    ] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn whatever_else_comes_back_leads_nowhere() {
    let begun = begin("/").unwrap();
    let sent = sent(&begun);
    let (state, cookie) = (sent["state"].as_str(), begun.cookie.reveal());
    let check = |cookie: Option<&str>, pairs: &[(&str, &str)], after: i64, expected: SignInError| {
        let found = begun.attempt.returned(cookie, &back(pairs), NOW.plus(after));
        assert_eq!(found, Err(expected), "{pairs:?}");
    };
    let fine = [("code", "c"), ("state", state)];
    assert!(
        begun
            .attempt
            .returned(Some(cookie), &back(&fine), NOW.plus(599))
            .is_ok()
    );
    check(Some(cookie), &fine, 600, SignInError::Over);
    check(None, &fine, 0, SignInError::Over);
    check(Some("x"), &fine, 0, SignInError::Over);
    check(Some(cookie), &[("code", "c")], 0, SignInError::Mismatch);
    check(
        Some(cookie),
        &[("code", "c"), ("state", "x")],
        0,
        SignInError::Mismatch,
    );
    check(
        Some(cookie),
        &[("code", "c"), ("state", state), ("state", state)],
        0,
        SignInError::Mismatch,
    );
    check(Some(cookie), &[("state", state)], 0, SignInError::Mismatch);
    check(
        Some(cookie),
        &[("code", ""), ("state", state)],
        0,
        SignInError::Mismatch,
    );
    check(
        Some(cookie),
        &[("code", "c"), ("code", "d"), ("state", state)],
        0,
        SignInError::Mismatch,
    );
    let other = [("code", "c"), ("state", state), ("iss", "https://evil.example")];
    check(Some(cookie), &other, 0, SignInError::Mismatch);
    check(
        Some(cookie),
        &[("error", "access_denied"), ("state", state)],
        0,
        SignInError::Refused,
    );
    check(
        Some(cookie),
        &[("error", "access_denied")],
        0,
        SignInError::Mismatch,
    );
}

#[test]
fn only_the_token_of_this_attempt_makes_a_session() {
    let begun = begin("/").unwrap();
    let nonce = sent(&begun)["nonce"].clone();
    let issuers = issuers();
    let check = |name: &str, value: Value| {
        let mut claims = identity_token(&nonce);
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        let found = begun.attempt.clone().complete(&issuers, &signed(&claims), NOW);
        assert!(matches!(found, Err(SignInError::Token(_))), "{name}: {found:?}");
    };
    check("nonce", json!("other"));
    check("nonce", json!(null));
    check("aud", json!(AUDIENCE));
    check("aud", json!(["console", "other"]));
    check("azp", json!("other"));
    check("iss", json!("https://evil.example"));
    check("exp", json!(NOW.0 - 60));
    check("iat", json!(NOW.0 + 61));
    check("sub", json!(null));
    check("events", json!({}));
    let access = KEY.token(&header(&KEY), &identity_token(&nonce));
    assert!(begun.attempt.clone().complete(&issuers, &access, NOW).is_err());
    let fine = signed(&identity_token(&nonce));
    let late = begun.attempt.clone().complete(&issuers, &fine, NOW.plus(600));
    assert_eq!(late.err(), Some(SignInError::Over));
    issuers
        .revocations()
        .revoke(ISSUER, &Name::Subject("hk-analyst".to_owned()), NOW);
    assert!(begun.attempt.complete(&issuers, &fine, NOW).is_err());
}

#[test]
fn afterwards_comes_a_page_of_the_console() {
    for page in ["/", "/impact", "/a/b?c=d&e=f"] {
        assert!(begin(page).is_ok(), "{page}");
    }
    for page in [
        "",
        "impact",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/a b",
        "/a\nb",
        "/é",
    ] {
        assert_eq!(begin(page).err(), Some(SignInError::Elsewhere), "{page}");
    }
}

#[test]
fn nobody_signs_in_where_the_console_is_not_known() {
    let none = provider::issuers(settings(), &Provider::new(json!([KEY.published("k1")])));
    let found = Attempt::begin(&none, ISSUER, &discovery(), BACK, "/", NOW);
    assert_eq!(found.err(), Some(SignInError::NotForPeople));
    let other = Attempt::begin(&issuers(), "https://other.example", &discovery(), BACK, "/", NOW);
    assert_eq!(other.err(), Some(SignInError::NotForPeople));
}

#[test]
fn cookies_stay_with_this_host_and_away_from_scripts() {
    let begun = begin("/").unwrap();
    let set = Session::set_cookie(&begun.cookie);
    for part in ["__Host-", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(
            set.contains(part) && Session::clear_cookie().contains(part),
            "{part}"
        );
    }
    assert!(!set.contains("Domain") && Session::clear_cookie().contains("Max-Age=0"));
    assert_ne!(begin("/").unwrap().cookie.reveal(), begun.cookie.reveal());
}
