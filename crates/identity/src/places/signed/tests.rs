//! Statements that are believed, and a corpus of those that are not.

use super::*;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use proptest::prelude::*;
use serde_json::json;

pub(in crate::places) const NOW: Instant = Instant(1_784_106_000);

/// Signs as an issuer would.
pub(in crate::places) enum Signer {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(Box<RsaKeyPair>),
}

impl Signer {
    pub(in crate::places) fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn ed_dsa() -> Self {
        Self::EdDsa(Ed25519KeyPair::generate().unwrap())
    }

    fn rs256() -> Self {
        Self::Rs256(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256(_) => Algorithm::Es256,
            Self::EdDsa(_) => Algorithm::EdDsa,
            Self::Rs256(_) => Algorithm::Rs256,
        }
    }

    fn der(&self) -> Vec<u8> {
        match self {
            Self::Es256(pair) => pair.public_key().as_der().unwrap().as_ref().to_vec(),
            Self::EdDsa(pair) => pair.public_key().as_der().unwrap().as_ref().to_vec(),
            Self::Rs256(pair) => pair.public_key().as_der().unwrap().as_ref().to_vec(),
        }
    }

    fn pem(&self) -> String {
        let body = base64::engine::general_purpose::STANDARD.encode(self.der());
        let lines: Vec<&str> = body
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            lines.join("\n")
        )
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    /// A statement with any head and body at all.
    fn sign_text(&self, head: &str, body: &str) -> String {
        let message = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(head),
            URL_SAFE_NO_PAD.encode(body)
        );
        let signature = URL_SAFE_NO_PAD.encode(self.signature(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// A statement with these claims.
    pub(in crate::places) fn sign(&self, claims: &Value) -> String {
        let head = json!({"alg": self.algorithm().as_str(), "typ": "JWT"});
        self.sign_text(&head.to_string(), &claims.to_string())
    }
}

pub(in crate::places) fn issuer(signer: &Signer, window: i64) -> Issuer {
    Issuer {
        name: "device-management".to_owned(),
        audience: "bailiwick".to_owned(),
        key: Arc::new(PublicKey::from_pem(signer.algorithm(), &signer.pem()).unwrap()),
        window,
    }
}

fn claims() -> Value {
    json!({"iss": "device-management", "aud": "bailiwick", "iat": NOW.0, "sub": "hk-analyst"})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

#[test]
fn each_algorithm_is_checked_by_its_own_key_only() {
    let signers = [Signer::es256(), Signer::ed_dsa(), Signer::rs256()];
    for signer in &signers {
        let text = signer.sign(&claims());
        for other in &signers {
            let believed = issuer(other, 300).believe(&text, NOW);
            if std::ptr::eq(signer, other) {
                assert_eq!(believed.unwrap().text("sub"), Some("hk-analyst"));
            } else {
                assert_eq!(believed.unwrap_err(), StatementError::Algorithm);
                let key = PublicKey::from_pem(other.algorithm(), &signer.pem());
                assert_eq!(
                    key.unwrap_err(),
                    KeyFileError::OtherAlgorithm {
                        algorithm: other.algorithm()
                    }
                );
            }
        }
    }
    let stranger = Signer::es256();
    assert_eq!(
        issuer(&stranger, 300).believe(&signers[0].sign(&claims()), NOW),
        Err(StatementError::Signature)
    );
    for pem in [
        "",
        "-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA",
    ] {
        assert_eq!(
            PublicKey::from_pem(Algorithm::Es256, pem).unwrap_err(),
            KeyFileError::NoPem
        );
    }
}

#[test]
fn a_statement_holds_from_when_it_was_made_and_for_a_while() {
    let signer = Signer::es256();
    let issuer = issuer(&signer, 300);
    let check = |claims: &Value, at: i64, expected: Option<StatementError>| {
        assert_eq!(
            issuer.believe(&signer.sign(claims), NOW.plus(at)).err(),
            expected,
            "{claims} {at}"
        );
    };
    check(&claims(), 0, None);
    check(&claims(), 300, None);
    check(&claims(), 301, Some(StatementError::TooOld));
    check(&claims(), -60, None);
    check(&claims(), -61, Some(StatementError::Future));
    check(&with("exp", json!(NOW.0 + 10)), 9, None);
    check(&with("exp", json!(NOW.0 + 10)), 10, Some(StatementError::TooOld));
    check(
        &with("exp", json!(NOW.0 + 9000)),
        301,
        Some(StatementError::TooOld),
    );
    check(&with("nbf", json!(NOW.0 + 100)), 0, Some(StatementError::Future));
    check(&with("iat", json!(NOW.0 as f64 + 0.5)), 0, None);
    for wrong in [json!("now"), json!(null), json!(1e300), json!([1])] {
        for name in ["iat", "exp", "nbf"] {
            check(&with(name, wrong.clone()), 0, Some(StatementError::Incomplete));
        }
    }
}

#[test]
fn a_statement_is_by_one_issuer_for_one_audience() {
    let signer = Signer::es256();
    let issuer = issuer(&signer, 300);
    let believed = |claims: &Value| issuer.believe(&signer.sign(claims), NOW).err();
    assert_eq!(
        believed(&with("iss", json!("somebody"))),
        Some(StatementError::Issuer)
    );
    assert_eq!(
        believed(&with("iss", json!(["device-management"]))),
        Some(StatementError::Issuer)
    );
    for other in [
        json!("other"),
        json!(["other"]),
        json!([]),
        json!(null),
        json!("Bailiwick"),
    ] {
        assert_eq!(believed(&with("aud", other)), Some(StatementError::Audience));
    }
    assert_eq!(believed(&with("aud", json!(["other", "bailiwick"]))), None);
}

#[test]
fn tricks_with_the_head_do_not_help() {
    let signer = Signer::es256();
    let issuer = issuer(&signer, 300);
    let body = claims().to_string();
    let believed = |head: &str| issuer.believe(&signer.sign_text(head, &body), NOW).err();
    for head in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"NONE"}"#,
        r#"{"alg":"es256"}"#,
        r#"{"alg":"HS256"}"#,
        r#"{"alg":["ES256"]}"#,
        r#"{"typ":"JWT"}"#,
        r#"{"alg":"ES256","crit":["exp"]}"#,
        r#"{"alg":"ES256","b64":false,"crit":["b64"]}"#,
    ] {
        assert_eq!(believed(head), Some(StatementError::Algorithm), "{head}");
    }
    for head in [r#"{"alg":"none","alg":"ES256"}"#, "[]", "", "{"] {
        assert_eq!(believed(head), Some(StatementError::Unreadable), "{head}");
    }
    // keys and their addresses in the head are not looked at
    let head = r#"{"alg":"ES256","jku":"https://example.com/keys","jwk":{"kty":"EC"},"x5u":"https://example.com","kid":"../../etc"}"#;
    assert_eq!(believed(head), None);
    let unsigned = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
        URL_SAFE_NO_PAD.encode(&body)
    );
    assert_eq!(issuer.believe(&unsigned, NOW), Err(StatementError::Unreadable));
}

#[test]
fn what_is_no_statement_is_not_read() {
    let signer = Signer::es256();
    let issuer = issuer(&signer, 300);
    let good = signer.sign(&claims());
    assert!(issuer.believe(&good, NOW).is_ok());
    let twice = r#"{"iss":"device-management","aud":"bailiwick","iat":1784106000,"iat":1784106000}"#;
    for text in [
        String::new(),
        "a.b".to_owned(),
        "a.b.c.d".to_owned(),
        format!("{good}="),
        format!(" {good}"),
        format!("{good}.{good}"),
        good.replace('.', ".."),
        signer.sign_text(r#"{"alg":"ES256"}"#, twice),
        signer.sign_text(r#"{"alg":"ES256"}"#, "[]"),
        "a".repeat(STATEMENT + 1),
    ] {
        let short: String = text.chars().take(80).collect();
        assert_eq!(
            issuer.believe(&text, NOW),
            Err(StatementError::Unreadable),
            "{short}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_changed_statement_is_believed(at in 0..400_usize, letter in "[A-Za-z0-9_.-]") {
        let signer = Signer::ed_dsa();
        let issuer = issuer(&signer, 300);
        let good = signer.sign(&claims());
        let at = at % good.len();
        let mut changed = good.clone();
        changed.replace_range(at..=at, &letter);
        prop_assert_eq!(issuer.believe(&changed, NOW).is_ok(), changed == good);
    }

    #[test]
    fn any_text_is_refused(text in "[ -~]{0,200}") {
        prop_assert!(issuer(&Signer::ed_dsa(), 300).believe(&text, NOW).is_err());
    }
}
