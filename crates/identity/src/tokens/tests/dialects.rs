//! Tokens in the shapes that providers give them.

use super::provider::issuers;
use super::*;
use serde_json::Value;

const TENANT: &str = "5e1c9a3b-0000-4000-8000-0000000000aa";
const OBJECT: &str = "9f0e8d7c-0000-4000-8000-0000000000bb";

struct Case {
    dialect: Dialect,
    header: Value,
    claims: Value,
    client: &'static str,
    groups: Option<&'static str>,
}

impl Case {
    /// As Entra writes version 2 of its access tokens.
    fn entra() -> Self {
        Self {
            dialect: Dialect::Entra,
            header: json!({"typ": "JWT", "alg": "RS256", "kid": "k1", "x5t": "k1"}),
            claims: json!({
                "aud": AUDIENCE, "iss": ISSUER, "iat": NOW.0 - 10, "nbf": NOW.0 - 10, "exp": NOW.0 + 4000,
                "aio": "x", "azp": "11111111-0000-4000-8000-000000000001", "azpacr": "0", "name": "A person",
                "oid": OBJECT, "preferred_username": "a@larkmoor.example", "rh": "0.x", "scp": "models.use",
                "sid": "s-9", "sub": "pairwise", "tid": TENANT, "uti": "u", "ver": "2.0",
            }),
            client: "11111111-0000-4000-8000-000000000001",
            groups: Some("groups"),
        }
    }

    /// As an authorization server of Okta writes them.
    fn okta() -> Self {
        Self {
            dialect: Dialect::Okta,
            header: json!({"kid": "k1", "alg": "RS256"}),
            claims: json!({
                "ver": 1, "jti": "AT.x", "iss": ISSUER, "aud": AUDIENCE, "iat": NOW.0 - 10, "exp": NOW.0 + 3600,
                "cid": "0oa1", "uid": "00u1", "scp": ["openid", "models"], "auth_time": NOW.0 - 500,
                "sub": "a@larkmoor.example",
            }),
            client: "0oa1",
            groups: Some("groups"),
        }
    }

    /// As Keycloak writes them.
    fn keycloak() -> Self {
        Self {
            dialect: Dialect::Keycloak,
            header: json!({"alg": "RS256", "typ": "JWT", "kid": "k1"}),
            claims: json!({
                "exp": NOW.0 + 300, "iat": NOW.0 - 10, "jti": "x", "iss": ISSUER, "aud": [AUDIENCE, "account"],
                "sub": "f:1:a", "typ": "Bearer", "azp": "cli", "sid": "s-1", "acr": "1",
                "realm_access": {"roles": ["x"]}, "scope": "openid", "email_verified": false,
            }),
            client: "cli",
            groups: None,
        }
    }

    fn verify(&self) -> Result<VerifiedToken, TokenError> {
        let mut settings = IssuerSettings::new(ISSUER, vec![AUDIENCE.to_owned()], self.dialect);
        settings.applications = [(self.client.to_owned(), "coding".to_owned())].into();
        settings.groups = self.groups.map(str::to_owned);
        let key = SigningKey::Rsa;
        let issuers = issuers(settings, &Provider::new(json!([key.published("k1")])));
        issuers
            .verify(&key.token(&self.header, &self.claims), NOW)
            .map(|token| (*token).clone())
    }

    fn with(mut self, name: &str, value: Value) -> Self {
        self.claims[name] = value;
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.claims.as_object_mut().unwrap().remove(name);
        self
    }
}

#[test]
fn entra_names_people_by_tenant_and_object() {
    let token = Case::entra().verify().unwrap();
    assert_eq!(token.subject, format!("{TENANT}:{OBJECT}"));
    assert_eq!((token.application.as_str(), token.groups), ("coding", None));
    assert!(Case::entra().without("oid").verify().is_err());
    let other = Case::entra().with("oid", json!("a:b")).verify();
    assert_eq!(other, Err(TokenError::claim("oid")));
}

#[test]
fn groups_are_in_the_token_or_in_the_directory() {
    let groups = |case: Case| case.verify().unwrap().groups;
    let listed = json!(["g1", "g2"]);
    let expected = Some(vec!["g1".to_owned(), "g2".to_owned()]);
    assert_eq!(groups(Case::entra().with("groups", listed.clone())), expected);
    assert_eq!(groups(Case::okta().with("groups", listed.clone())), expected);
    // so many that Entra leaves them out and says where they are, or that there are some
    let names = json!({"groups": "src1"});
    let overage = Case::entra().with("_claim_names", names.clone());
    let overage = overage.with(
        "_claim_sources",
        json!({"src1": {"endpoint": "https://graph.windows.net/x"}}),
    );
    assert_eq!(groups(overage), None);
    assert_eq!(groups(Case::entra().with("hasgroups", json!(true))), None);
    // both at once: the list is not the whole
    let both = Case::entra()
        .with("_claim_names", names)
        .with("groups", listed.clone());
    assert_eq!(groups(both), None);
    // listed, though nobody said that they count
    let mut unused = Case::entra().with("groups", listed);
    unused.groups = None;
    assert_eq!(groups(unused), None);
    let wrong = Case::entra().with("groups", json!([1])).verify();
    assert_eq!(wrong, Err(TokenError::claim("groups")));
}

#[test]
fn okta_names_people_by_what_never_changes() {
    let token = Case::okta().verify().unwrap();
    assert_eq!(token.subject, "00u1");
    assert_eq!(token.auth_time, Some(NOW.plus(-500)));
    assert!(Case::okta().without("uid").verify().is_err());
}

#[test]
fn keycloak_says_what_a_token_is_for() {
    assert_eq!(Case::keycloak().verify().unwrap().subject, "f:1:a");
    for sort in ["ID", "Refresh", "Offline", "Logout", "bearer"] {
        let found = Case::keycloak().with("typ", json!(sort)).verify();
        assert_eq!(found, Err(TokenError::Sort), "{sort}");
    }
}

/// Acceptance A11: an identity token in place of an access token.
#[test]
fn an_identity_token_is_no_access_token() {
    for case in [Case::entra, Case::okta, Case::keycloak] {
        for name in ["at_hash", "c_hash", "s_hash", "nonce"] {
            let found = case().with(name, json!("x")).verify();
            assert_eq!(found, Err(TokenError::Sort), "{name}");
        }
        let for_the_client = case().client;
        let found = case().with("aud", json!(for_the_client)).verify();
        assert_eq!(found, Err(TokenError::Audience));
    }
    // what Entra leaves out of identity tokens
    assert!(Case::entra().without("azp").verify().is_err());
}

#[test]
fn an_address_names_a_person_only_when_the_issuer_has_checked_it() {
    let check = |verified: Value, expected: Result<&str, TokenError>| {
        let mut settings = provider::settings();
        settings.person = vec!["email".to_owned()];
        let key = SigningKey::p256();
        let issuers = issuers(settings, &Provider::new(json!([key.published("k1")])));
        let mut claims = provider::with("email", json!("a@larkmoor.example"));
        claims["email_verified"] = verified.clone();
        let found = issuers.verify(&key.token(&provider::header(&key), &claims), NOW);
        assert_eq!(
            found.map(|token| token.subject.clone()),
            expected.map(str::to_owned),
            "{verified}"
        );
    };
    check(json!(true), Ok("a@larkmoor.example"));
    for other in [json!(false), json!("true"), json!(null), json!(1)] {
        check(other, Err(TokenError::claim("email_verified")));
    }
}

#[test]
fn settings_that_could_take_anything_are_refused() {
    let check = |change: &dyn Fn(&mut IssuerSettings), words: &str| {
        let mut settings = provider::settings();
        change(&mut settings);
        let found = Issuers::new(vec![settings], Arc::default())
            .err()
            .unwrap()
            .to_string();
        assert!(found.contains(words), "{found}");
    };
    check(
        &|s| s.authority.issuer = "http://login.larkmoor.example".to_owned(),
        "not reached by https",
    );
    check(
        &|s| s.authority.jwks_uri = Some("http://x/".to_owned()),
        "not reached by https",
    );
    check(&|s| s.authority.audiences.clear(), "has no audience");
    check(&|s| s.authority.algorithms.clear(), "has no algorithm");
    check(&|s| s.sorts.clear(), "has no sort of token");
    check(&|s| s.person.clear(), "has no claim that names the person");
    check(&|s| s.applications.clear(), "has no client");
    check(&|s| s.authority.skew = 301, "`clock_skew`");
    check(&|s| s.authority.max_age = 10, "`max_age`");
    check(&|s| s.authority.refresh = 1, "`refresh`");
    check(&|s| s.authority.keys_max_age = 10, "`keys_max_age`");
    let twice = vec![provider::settings(), provider::settings()];
    assert!(Issuers::new(twice, Arc::default()).is_err());
}
