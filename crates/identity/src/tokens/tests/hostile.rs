//! What somebody would send who wants to be taken for somebody else.

use super::provider::{claims, encode, header, rsa_numbers, settings, sign_pss, with, with_key};
use super::*;
use aws_lc_rs::hmac;
use proptest::prelude::*;
use std::sync::LazyLock;

static KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::p256);

fn verify(token: &str) -> Result<Arc<VerifiedToken>, TokenError> {
    with_key(&KEY).verify(token, NOW)
}

fn check_claims(claims: &serde_json::Value, expected: Result<(), TokenError>) {
    let found = verify(&KEY.token(&header(&KEY), claims)).map(|_| ());
    assert_eq!(found, expected, "{claims}");
}

#[test]
fn a_token_of_the_issuer_is_taken_whatever_the_sort_of_its_key() {
    for key in [
        SigningKey::Rsa,
        SigningKey::p256(),
        SigningKey::p384(),
        SigningKey::ed25519(),
    ] {
        let verified = with_key(&key)
            .verify(&key.token(&header(&key), &claims()), NOW)
            .unwrap();
        assert_eq!(verified.subject, "hk-analyst");
        assert_eq!(verified.application, "coding");
        assert_eq!(verified.session.as_deref(), Some("s-1"));
        assert_eq!(verified.issued_at, NOW.plus(-100));
        assert_eq!(verified.expires, NOW.plus(560));
        assert_eq!((&verified.acts_for, &verified.groups), (&None, &None));
    }
    let signed = format!(
        "{}.{}",
        encode(json!({"alg": "PS256", "kid": "k1", "typ": "at+jwt"}).to_string()),
        encode(claims().to_string())
    );
    let token = format!("{signed}.{}", encode(sign_pss(signed.as_bytes())));
    assert!(with_key(&SigningKey::Rsa).verify(&token, NOW).is_ok());
}

/// Acceptance A10: no algorithm at all, in any spelling.
#[test]
fn no_algorithm_but_those_with_public_keys() {
    let claims = encode(claims().to_string());
    let check = |head: serde_json::Value, signature: &str, expected: TokenError| {
        let token = format!("{}.{claims}.{signature}", encode(head.to_string()));
        assert_eq!(verify(&token), Err(expected), "{head}");
    };
    for name in [
        "none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "hs256", "RSA-OAEP",
    ] {
        check(
            json!({"alg": name, "kid": "k1", "typ": "at+jwt"}),
            "",
            TokenError::Algorithm,
        );
        check(
            json!({"alg": name, "kid": "k1", "typ": "at+jwt"}),
            "AAAA",
            TokenError::Algorithm,
        );
    }
    check(
        json!({"alg": "ES256", "kid": "k1", "typ": "at+jwt"}),
        "",
        TokenError::Signature,
    );
    check(
        json!({"alg": ["ES256"], "kid": "k1"}),
        "AAAA",
        TokenError::Algorithm,
    );
}

/// Acceptance A10: a public key used as a shared secret.
#[test]
fn a_public_key_is_no_shared_secret() {
    let (n, e) = rsa_numbers();
    let published = SigningKey::Rsa.published("k1");
    let issuers = with_key(&SigningKey::Rsa);
    for secret in [
        n.clone(),
        e,
        published.to_string().into_bytes(),
        published["n"].as_str().unwrap().into(),
    ] {
        for (name, algorithm) in [("HS256", hmac::HMAC_SHA256), ("HS512", hmac::HMAC_SHA512)] {
            let head = json!({"alg": name, "kid": "k1", "typ": "at+jwt"});
            let signed = format!("{}.{}", encode(head.to_string()), encode(claims().to_string()));
            let tag = hmac::sign(&hmac::Key::new(algorithm, &secret), signed.as_bytes());
            let token = format!("{signed}.{}", encode(tag));
            assert_eq!(issuers.verify(&token, NOW), Err(TokenError::Algorithm));
        }
    }
}

#[test]
fn an_algorithm_that_is_not_pinned_is_not_taken_though_its_signature_holds() {
    let mut only_rsa = settings();
    only_rsa.authority.algorithms = vec![Algorithm::Rs256];
    let issuers = provider::issuers(only_rsa, &Provider::new(json!([KEY.published("k1")])));
    let found = issuers.verify(&KEY.token(&header(&KEY), &claims()), NOW);
    assert_eq!(found, Err(TokenError::Algorithm));
}

#[test]
fn a_key_goes_with_its_own_algorithm_only() {
    // a header that names another sort than the key of that id has
    let head = json!({"alg": "RS256", "kid": "k1", "typ": "at+jwt"});
    assert_eq!(verify(&KEY.token(&head, &claims())), Err(TokenError::UnknownKey));
    let head = json!({"alg": "ES384", "kid": "k1", "typ": "at+jwt"});
    assert_eq!(verify(&KEY.token(&head, &claims())), Err(TokenError::UnknownKey));
    // a key that says of itself that it is for another algorithm
    let mut published = SigningKey::Rsa.published("k1");
    published["alg"] = "PS256".into();
    let issuers = provider::issuers(settings(), &Provider::new(json!([published])));
    let found = issuers.verify(&SigningKey::Rsa.token(&header(&SigningKey::Rsa), &claims()), NOW);
    assert_eq!(found, Err(TokenError::UnknownKey));
}

/// Acceptance A13: keys and addresses in a header, and nothing is fetched for them.
#[test]
fn keys_that_a_token_brings_along_are_not_looked_at() {
    let own = SigningKey::p256();
    let provider = Provider::new(json!([KEY.published("k1")]));
    let issuers = provider::issuers(settings(), &provider);
    let before = (
        provider.asked_for_keys(),
        provider.others.load(std::sync::atomic::Ordering::SeqCst),
    );
    for (name, value) in [
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/chain")),
        ("jwk", own.published("k1")),
        ("x5c", json!(["MIIB"])),
    ] {
        for id in ["k1", "evil"] {
            let mut head = header(&own);
            head["kid"] = id.into();
            head[name] = value.clone();
            let found = issuers.verify(&own.token(&head, &claims()), NOW).unwrap_err();
            assert!(
                matches!(found, TokenError::Signature | TokenError::UnknownKey),
                "{name}: {found:?}"
            );
        }
        // beside the right key it does no harm either
        let mut head = header(&KEY);
        head[name] = value;
        assert!(
            issuers.verify(&KEY.token(&head, &claims()), NOW).is_ok(),
            "{name}"
        );
    }
    let after = (
        provider.asked_for_keys(),
        provider.others.load(std::sync::atomic::Ordering::SeqCst),
    );
    assert_eq!(before, after, "something was fetched for a token");
}

#[test]
fn ids_of_keys_are_names_and_nothing_else() {
    for id in [
        "../../../../dev/null",
        "/etc/passwd",
        "k1' OR '1'='1",
        "k1; cat /etc/passwd",
        "https://evil.example/k1",
        "K1",
        "k1 ",
        "{{7*7}}",
    ] {
        let mut head = header(&KEY);
        head["kid"] = id.into();
        assert_eq!(
            verify(&KEY.token(&head, &claims())),
            Err(TokenError::UnknownKey),
            "{id}"
        );
    }
    for id in [
        json!(""),
        json!(null),
        json!(1),
        json!({"a": 1}),
        json!("a\0b"),
        json!("x".repeat(600)),
    ] {
        let mut head = header(&KEY);
        head["kid"] = id.clone();
        assert!(verify(&KEY.token(&head, &claims())).is_err(), "{id}");
    }
}

#[test]
fn a_token_without_a_key_id_is_taken_where_there_is_one_key_only() {
    let head = json!({"alg": "ES256", "typ": "at+jwt"});
    let token = KEY.token(&head, &claims());
    assert!(verify(&token).is_ok());
    let two = json!([KEY.published("k1"), SigningKey::p256().published("k2")]);
    let issuers = provider::issuers(settings(), &Provider::new(two));
    assert_eq!(issuers.verify(&token, NOW), Err(TokenError::UnknownKey));
}

/// Acceptance A11: another audience, another issuer.
#[test]
fn audience_and_issuer_are_ours_letter_by_letter() {
    for audience in [json!(AUDIENCE), json!([AUDIENCE]), json!(["x", AUDIENCE])] {
        check_claims(&with("aud", audience), Ok(()));
    }
    for audience in [
        json!(null),
        json!(""),
        json!([]),
        json!("https://ai.larkmoor.example/"),
        json!("https://AI.larkmoor.example"),
        json!("https://ai.larkmoor.example.evil.example"),
        json!(["other"]),
        json!([AUDIENCE, 1]),
        json!({"a": AUDIENCE}),
        json!("coding-cli"),
    ] {
        check_claims(&with("aud", audience), Err(TokenError::Audience));
    }
    for issuer in [
        json!(null),
        json!("https://login.larkmoor.example/"),
        json!("https://login.larkmoor.example.evil.example"),
        json!([ISSUER]),
        json!(1),
    ] {
        check_claims(&with("iss", issuer), Err(TokenError::UnknownIssuer));
    }
}

#[test]
fn only_access_tokens_are_taken() {
    let check = |sort: serde_json::Value, expected: Result<(), TokenError>| {
        let mut head = header(&KEY);
        head["typ"] = sort.clone();
        assert_eq!(
            verify(&KEY.token(&head, &claims())).map(|_| ()),
            expected,
            "{sort}"
        );
    };
    for sort in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        check(json!(sort), Ok(()));
    }
    for sort in [
        "JWT",
        "jwt",
        "logout+jwt",
        "secevent+jwt",
        "dpop+jwt",
        "id+jwt",
        "at+jwt ",
        "x",
    ] {
        check(json!(sort), Err(TokenError::Sort));
    }
    let no_sort = KEY.token(&json!({"alg": "ES256", "kid": "k1"}), &claims());
    assert_eq!(verify(&no_sort), Err(TokenError::Sort));
    check_claims(&with("events", json!({})), Err(TokenError::Sort));
}

#[test]
fn times_are_held_against_the_clock_to_the_second() {
    let skew = 60;
    let now = NOW.0;
    check_claims(&with("exp", json!(now - skew + 1)), Ok(()));
    check_claims(&with("exp", json!(now - skew)), Err(TokenError::Expired));
    check_claims(&with("exp", json!(now - skew - 1)), Err(TokenError::Expired));
    check_claims(&with("nbf", json!(now + skew)), Ok(()));
    check_claims(&with("nbf", json!(now + skew + 1)), Err(TokenError::NotYet));
    check_claims(&with("iat", json!(now + skew)), Ok(()));
    check_claims(&with("iat", json!(now + skew + 1)), Err(TokenError::NotYet));
    check_claims(&with("iat", json!(now - 24 * 3600 - skew + 1)), Ok(()));
    check_claims(
        &with("iat", json!(now - 24 * 3600 - skew)),
        Err(TokenError::TooOld),
    );
    let no = |name: &str| {
        Err(TokenError::NoClaim {
            name: name.to_owned(),
        })
    };
    check_claims(&with("exp", json!(null)), no("exp"));
    check_claims(&with("iat", json!(null)), no("iat"));
    for (name, value) in [
        ("exp", json!("9999999999")),
        ("exp", json!(1e300)),
        ("iat", json!(-5)),
        ("nbf", json!({})),
    ] {
        check_claims(&with(name, value), Err(TokenError::claim(name)));
    }
}

#[test]
fn a_remembered_token_still_ends() {
    let issuers = with_key(&KEY);
    let token = KEY.token(&header(&KEY), &claims());
    assert!(issuers.verify(&token, NOW).is_ok());
    assert!(issuers.verify(&token, NOW.plus(559)).is_ok());
    assert_eq!(issuers.verify(&token, NOW.plus(560)), Err(TokenError::Expired));
    issuers
        .revocations()
        .revoke(ISSUER, &Name::Session("s-1".to_owned()), NOW);
    assert_eq!(issuers.verify(&token, NOW), Err(TokenError::Revoked));
    let newer = KEY.token(&header(&KEY), &with("iat", json!(NOW.0 + 1)));
    assert!(issuers.verify(&newer, NOW.plus(1)).is_ok());
}

#[test]
fn clients_and_people_are_named_or_the_token_is_not_taken() {
    check_claims(&with("client_id", json!("other")), Err(TokenError::UnknownClient));
    let no = |name: &str| {
        Err(TokenError::NoClaim {
            name: name.to_owned(),
        })
    };
    check_claims(&with("client_id", json!(null)), no("client_id"));
    check_claims(&with("sub", json!(null)), no("sub"));
    for subject in [
        json!(""),
        json!(1),
        json!("a\nb"),
        json!("x".repeat(600)),
        json!(["hk-analyst"]),
    ] {
        check_claims(&with("sub", subject), Err(TokenError::claim("sub")));
    }
}

#[test]
fn an_actor_is_the_one_who_asks_and_chains_of_them_are_not_taken() {
    let acting = |act: serde_json::Value| {
        let token = KEY.token(&header(&KEY), &with("act", act));
        verify(&token).map(|token| (token.subject.clone(), token.acts_for.clone()))
    };
    let found = acting(json!({"sub": "summary-service"}));
    assert_eq!(
        found,
        Ok(("summary-service".to_owned(), Some("hk-analyst".to_owned())))
    );
    let found = acting(json!({"sub": "summary-service", "iss": ISSUER}));
    assert!(found.is_ok());
    for act in [
        json!({}),
        json!("summary-service"),
        json!({"sub": ""}),
        json!({"sub": "summary-service", "iss": "https://evil.example"}),
        json!({"sub": "summary-service", "act": {"sub": "other-service"}}),
    ] {
        assert_eq!(acting(act.clone()), Err(TokenError::claim("act")), "{act}");
    }
}

#[test]
fn an_end_of_either_session_ends_what_is_done_for_another() {
    let issuers = with_key(&KEY);
    let token = KEY.token(&header(&KEY), &with("act", json!({"sub": "summary-service"})));
    assert!(issuers.verify(&token, NOW).is_ok());
    issuers
        .revocations()
        .revoke(ISSUER, &Name::Subject("summary-service".to_owned()), NOW);
    assert_eq!(issuers.verify(&token, NOW), Err(TokenError::Revoked));
}

#[test]
fn sets_of_keys_that_cannot_be_used() {
    let check = |keys: serde_json::Value, expected: Result<usize, KeySetError>| {
        let text = json!({"keys": keys}).to_string();
        let found = KeySet::parse(text.as_bytes()).map(|set| set.len());
        assert_eq!(found, expected, "{keys}");
    };
    let ec = SigningKey::p256().published("a");
    let changed = |name: &str, value: serde_json::Value| {
        let mut key = ec.clone();
        key[name] = value;
        json!([key])
    };
    check(json!([ec]), Ok(1));
    check(
        json!([ec, SigningKey::ed25519().published("b"), {"kty": "oct", "k": "AAAA"}, 5, {}]),
        Ok(2),
    );
    for keys in [
        json!([]),
        json!([{"kty": "oct", "k": "c2VjcmV0", "kid": "a", "alg": "HS256"}]),
        changed("use", json!("enc")),
        changed("key_ops", json!(["sign"])),
        changed("d", json!("AAAA")),
        changed("crv", json!("P-521")),
        changed("crv", json!("P-384")),
        changed("alg", json!("RS256")),
        changed("alg", json!("none")),
        changed("x", json!("AAAA")),
        changed("x", json!("!!")),
        changed("kid", json!(5)),
        json!([{"kty": "RSA", "n": encode([0xff; 128]), "e": "AQAB"}]),
        json!([{"kty": "RSA", "n": encode([0xff; 256]), "e": "AQ"}]),
        json!([{"kty": "RSA", "n": encode([0xff; 256]), "e": "Ag"}]),
    ] {
        check(keys, Err(KeySetError::NoKey));
    }
    check(
        json!([ec, SigningKey::p256().published("a")]),
        Err(KeySetError::Ambiguous),
    );
    check(json!([ec, SigningKey::Rsa.published("a")]), Ok(2));
    check(json!(vec![json!({}); 101]), Err(KeySetError::TooLarge));
    for text in [
        "",
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":[],"keys":[]}"#,
        "<html>",
    ] {
        assert_eq!(
            KeySet::parse(text.as_bytes()).err(),
            Some(KeySetError::NotASet),
            "{text}"
        );
    }
    assert_eq!(
        KeySet::parse(&vec![b' '; 300_000]).err(),
        Some(KeySetError::TooLarge)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No token with one character changed is taken, wherever it is.
    #[test]
    fn a_changed_token_is_never_taken(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]") {
        static FIXED: LazyLock<(Arc<Issuers>, String)> =
            LazyLock::new(|| (with_key(&KEY), KEY.token(&header(&KEY), &claims())));
        let (issuers, token) = &*FIXED;
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != *token);
        prop_assert!(issuers.verify(&changed, NOW).is_err());
    }

    /// Later is never better: what has expired or is taken back stays so.
    #[test]
    fn time_only_takes_away(first in 0..2000_i64, more in 0..2000_i64) {
        static FIXED: LazyLock<(Arc<Issuers>, String)> =
            LazyLock::new(|| (with_key(&KEY), KEY.token(&header(&KEY), &claims())));
        let (issuers, token) = &*FIXED;
        let at = |seconds: i64| issuers.verify(token, NOW.plus(seconds)).is_ok();
        prop_assert!(at(first) || !at(first + more));
    }
}
