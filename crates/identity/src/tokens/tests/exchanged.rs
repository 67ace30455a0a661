//! Services that ask for a token to act for somebody.

use super::provider::{claims, header, settings};
use super::*;
use crate::tokens::exchange::{ACCESS_TOKEN, ExchangeError, ExchangeRequest, GRANT_TYPE};
use register::model::{Application, Register};
use std::sync::LazyLock;

static KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::p256);

fn issuers() -> Arc<Issuers> {
    provider::issuers(settings(), &Provider::new(json!([KEY.published("k1")])))
}

/// The one application by which a service may act for others.
fn register() -> Register {
    let application = Application {
        id: "summary-service".to_owned(),
        name: "Summaries".to_owned(),
        purposes: Vec::new(),
        data: Vec::new(),
        output_to: Vec::new(),
        residency: None,
        registered: true,
        human_review: false,
        resale: false,
        service: Some("summary-account".to_owned()),
        substitution: false,
        position: Default::default(),
    };
    Register {
        applications: vec![application],
        ..Register::default()
    }
}

fn token(subject: &str, client: &str, lives: i64) -> String {
    let mut claims = claims();
    claims["sub"] = subject.into();
    claims["client_id"] = client.into();
    claims["exp"] = (NOW.0 + lives).into();
    KEY.token(&header(&KEY), &claims)
}

fn person() -> String {
    token("hk-analyst", "coding-cli", 500)
}

fn service() -> String {
    token("summary-account", "summaries", 9000)
}

fn parameters(subject: &str, actor: &str) -> Vec<(String, String)> {
    [
        ("grant_type", GRANT_TYPE),
        ("subject_token", subject),
        ("subject_token_type", ACCESS_TOKEN),
        ("actor_token", actor),
        ("actor_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ("audience", AUDIENCE),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn parse(parameters: &[(String, String)]) -> Result<ExchangeRequest, ExchangeError> {
    ExchangeRequest::parse(parameters, &[AUDIENCE.to_owned()])
}

#[test]
fn a_service_that_the_register_names_may_act() {
    let request = parse(&parameters(&person(), &service())).unwrap();
    let found = request.check(&issuers(), &register(), NOW).unwrap();
    assert_eq!(
        (found.service.as_str(), found.person.as_str()),
        ("summary-account", "hk-analyst")
    );
    assert_eq!(found.application, "summary-service");
    // no longer than the shorter of the two
    assert_eq!(found.expires, NOW.plus(560));
    assert!(
        found
            .names
            .contains(&(ISSUER.to_owned(), Name::Subject("hk-analyst".to_owned())))
    );
    assert!(
        found
            .names
            .contains(&(ISSUER.to_owned(), Name::Subject("summary-account".to_owned())))
    );
    assert!(!format!("{request:?}").contains("eyJ"));
    let long = parse(&parameters(
        &token("hk-analyst", "coding-cli", 90_000),
        &service(),
    ))
    .unwrap();
    assert_eq!(
        long.check(&issuers(), &register(), NOW).unwrap().expires,
        NOW.plus(3600)
    );
}

#[test]
fn whoever_may_not_act_is_told() {
    let check = |subject: String, actor: String, words: &str, code: &str| {
        let request = parse(&parameters(&subject, &actor)).unwrap();
        let error = request.check(&issuers(), &register(), NOW).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.code(), code);
    };
    check(
        person(),
        token("other-account", "summaries", 500),
        "may not act",
        "unauthorized_client",
    );
    check(
        person(),
        token("summary-account", "coding-cli", 500),
        "may not act",
        "unauthorized_client",
    );
    check(
        token("summary-account", "coding-cli", 500),
        service(),
        "for themselves",
        "invalid_request",
    );
    check(
        person(),
        token("summary-account", "summaries", -61),
        "actor token",
        "invalid_request",
    );
    check(
        token("hk-analyst", "coding-cli", -61),
        service(),
        "subject token",
        "invalid_request",
    );
    check("a.b.c".to_owned(), service(), "subject token", "invalid_request");
    let mut acting = claims();
    acting["act"] = json!({"sub": "summary-account"});
    let acting = KEY.token(&header(&KEY), &acting);
    check(acting.clone(), service(), "already acts", "invalid_request");
    check(person(), acting, "already acts", "invalid_request");
}

#[test]
fn a_request_says_everything_once() {
    let fine = || parameters("a", "b");
    assert!(parse(&fine()).is_ok());
    let set = |name: &str, value: &str| {
        let mut all = fine();
        all.retain(|(other, _)| other != name);
        all.push((name.to_owned(), value.to_owned()));
        parse(&all)
    };
    for (name, value) in [
        ("subject_token", ""),
        ("actor_token", ""),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"),
        ("actor_token_type", "urn:ietf:params:oauth:token-type:saml2"),
        (
            "requested_token_type",
            "urn:ietf:params:oauth:token-type:refresh_token",
        ),
    ] {
        assert!(
            matches!(set(name, value), Err(ExchangeError::Parameter { .. })),
            "{name}"
        );
    }
    assert_eq!(
        set("grant_type", "client_credentials"),
        Err(ExchangeError::UnsupportedGrant)
    );
    assert_eq!(
        set("audience", "https://other.example"),
        Err(ExchangeError::Target)
    );
    assert_eq!(
        set("resource", "https://other.example"),
        Err(ExchangeError::Target)
    );
    for position in 0..5 {
        let mut all = fine();
        all.push(all[position].clone());
        assert!(parse(&all).is_err(), "{:?} twice", all[position]);
        let mut all = fine();
        all.remove(position);
        assert!(parse(&all).is_err());
    }
}
