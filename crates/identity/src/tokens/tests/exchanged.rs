//! Services that ask for a token to act for somebody.

use super::provider::{claims, header, settings};
use super::*;
use crate::tokens::ActorProof;
use crate::tokens::exchange::{ACCESS_TOKEN, Actor, Delegation, ExchangeError, ExchangeRequest, GRANT_TYPE};
use std::sync::LazyLock;

static KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::p256);

fn issuers() -> Arc<Issuers> {
    provider::issuers(settings(), &Provider::new(json!([KEY.published("k1")])))
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

fn granted(request: &ExchangeRequest) -> Result<Delegation, ExchangeError> {
    let issuers = issuers();
    let verify = |whose, token: &str| {
        let verified = issuers.verify(token, NOW);
        verified.map_err(|error| ExchangeError::Token {
            whose,
            reason: error.to_string(),
        })
    };
    let actor = match &request.actor_token {
        Some(token) => Actor::by_token(&*verify("actor", token)?)?,
        None => Actor {
            service: "summary-account".to_owned(),
            proof: ActorProof::Key("0123456789".to_owned()),
            expires: None,
        },
    };
    actor.acting_for(&*verify("subject", &request.subject_token)?, NOW)
}

#[test]
fn what_is_granted_names_both_and_ends_with_the_first_of_them() {
    let request = parse(&parameters(&person(), &service())).unwrap();
    let found = granted(&request).unwrap();
    assert_eq!(
        (found.service.as_str(), found.person.as_str()),
        ("summary-account", "hk-analyst")
    );
    assert_eq!(found.expires, NOW.plus(560));
    let of = |id: &str| Name::Subject(id.to_owned());
    assert_eq!(found.issuer, ISSUER);
    assert!(found.names.contains(&of("hk-analyst")), "{found:?}");
    assert!(
        matches!(&found.proof, ActorProof::SignIn { issuer, names, .. }
            if issuer == ISSUER && names.contains(&of("summary-account"))),
        "{found:?}"
    );
    assert!(!format!("{request:?}").contains("eyJ"));
    let lives = |subject: i64, actor: i64| {
        let (subject, actor) = (
            token("hk-analyst", "coding-cli", subject),
            token("summary-account", "summaries", actor),
        );
        granted(&parse(&parameters(&subject, &actor)).unwrap())
            .unwrap()
            .expires
    };
    assert_eq!(lives(90_000, 90_000), NOW.plus(900));
    assert_eq!(lives(90_000, 100), NOW.plus(160));
    let mut by_key = parameters(&person(), "");
    by_key.retain(|(name, _)| !name.starts_with("actor"));
    let found = granted(&parse(&by_key).unwrap()).unwrap();
    assert_eq!(found.proof, ActorProof::Key("0123456789".to_owned()));
}

#[test]
fn whoever_may_not_act_is_told() {
    let check = |subject: String, actor: String, words: &str, code: &str| {
        let error = granted(&parse(&parameters(&subject, &actor)).unwrap()).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.code(), code);
    };
    let own = |lives| token("summary-account", "summaries", lives);
    check(own(500), service(), "for themselves", "invalid_request");
    check(person(), own(-61), "actor token", "invalid_request");
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
    assert_eq!(set("scope", "all"), Err(ExchangeError::Scope));
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
