//! A provider in memory: keys of all sorts, tokens signed with them, and documents that a script serves.

use crate::tokens::{Dialect, Fetch, FetchError, Fetching, IssuerSettings, Issuers, Revocations};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_SHA256, RSA_PSS_SHA256,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use register::model::Instant;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

pub(super) const ISSUER: &str = "https://login.larkmoor.example";
pub(super) const AUDIENCE: &str = "https://ai.larkmoor.example";
pub(super) const NOW: Instant = Instant(1_784_106_000);

/// The one RSA key of a run, since making one takes a while.
static RSA: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

/// A key that signs.
pub(super) enum SigningKey {
    Rsa,
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl SigningKey {
    pub(super) fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub(super) fn p384() -> Self {
        Self::P384(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap())
    }

    pub(super) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa => "RS256",
            Self::P256(_) => "ES256",
            Self::P384(_) => "ES384",
            Self::Ed25519(_) => "EdDSA",
        }
    }

    /// The public key as a provider publishes it.
    pub(super) fn published(&self, id: &str) -> Value {
        let point = |curve: &str, bytes: &[u8]| {
            let (x, y) = bytes[1..].split_at((bytes.len() - 1) / 2);
            json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)})
        };
        let mut key = match self {
            Self::Rsa => {
                let (n, e) = rsa_numbers();
                json!({"kty": "RSA", "n": encode(n), "e": encode(e)})
            }
            Self::P256(pair) => point("P-256", pair.public_key().as_ref()),
            Self::P384(pair) => point("P-384", pair.public_key().as_ref()),
            Self::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key().as_ref())})
            }
        };
        key["kid"] = id.into();
        key["use"] = "sig".into();
        key
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa => sign_rsa(&RSA_PKCS1_SHA256, message),
            Self::P256(pair) | Self::P384(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// A token with these parts.
    pub(super) fn token(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = encode(self.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

pub(super) fn sign_rsa(padding: &'static dyn aws_lc_rs::signature::RsaEncoding, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; RSA.public_modulus_len()];
    RSA.sign(padding, &SystemRandom::new(), message, &mut signature)
        .unwrap();
    signature
}

pub(super) fn sign_pss(message: &[u8]) -> Vec<u8> {
    sign_rsa(&RSA_PSS_SHA256, message)
}

/// Modulus and exponent, from the two numbers of the DER that is public.
pub(super) fn rsa_numbers() -> (Vec<u8>, Vec<u8>) {
    fn number(der: &[u8]) -> (Vec<u8>, &[u8]) {
        assert_eq!(der[0], 2);
        let (length, start) = length(&der[1..]);
        let bytes = &der[1 + start..][..length];
        let bytes = if bytes[0] == 0 { &bytes[1..] } else { bytes };
        (bytes.to_vec(), &der[1 + start + length..])
    }
    fn length(der: &[u8]) -> (usize, usize) {
        match der[0] {
            short @ 0..=127 => (usize::from(short), 1),
            long => {
                let count = usize::from(long & 127);
                let value = der[1..=count]
                    .iter()
                    .fold(0, |sum, byte| sum * 256 + usize::from(*byte));
                (value, 1 + count)
            }
        }
    }
    let der = RSA.public_key().as_ref();
    let (_, start) = length(&der[1..]);
    let (n, rest) = number(&der[1 + start..]);
    (n, number(rest).0)
}

/// What a provider serves at each address: a document, or a failure.
pub(super) struct Provider {
    documents: Mutex<HashMap<String, Option<Vec<u8>>>>,
    pub asked: AtomicUsize,
    pub others: AtomicUsize,
    /// Whether it never answers.
    pub is_silent: std::sync::atomic::AtomicBool,
}

impl Provider {
    pub(super) const KEYS: &str = "https://login.larkmoor.example/keys";

    pub(super) fn new(keys: Value) -> Arc<Self> {
        let provider = Self {
            documents: Mutex::default(),
            asked: AtomicUsize::new(0),
            others: AtomicUsize::new(0),
            is_silent: false.into(),
        };
        let described = json!({"issuer": ISSUER, "jwks_uri": Self::KEYS});
        let address = format!("{ISSUER}/.well-known/openid-configuration");
        provider.serve(&address, Some(described.to_string().into_bytes()));
        provider.publish(keys);
        Arc::new(provider)
    }

    pub(super) fn serve(&self, address: &str, document: Option<Vec<u8>>) {
        self.documents
            .lock()
            .unwrap()
            .insert(address.to_owned(), document);
    }

    pub(super) fn publish(&self, keys: Value) {
        self.serve(Self::KEYS, Some(json!({"keys": keys}).to_string().into_bytes()));
    }

    pub(super) fn asked_for_keys(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Fetch for Provider {
    fn get<'a>(&'a self, url: &'a str) -> Fetching<'a> {
        let counter = if url == Self::KEYS {
            &self.asked
        } else {
            &self.others
        };
        counter.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            if self.is_silent.load(Ordering::SeqCst) {
                return std::future::pending().await;
            }
            let found = self.documents.lock().unwrap().get(url).cloned();
            match found {
                Some(Some(bytes)) => Ok(bytes),
                _ => Err(FetchError::new("nothing there")),
            }
        })
    }
}

/// The usual settings: standard tokens of two clients, all algorithms.
pub(super) fn settings() -> IssuerSettings {
    let mut settings = IssuerSettings::new(ISSUER, vec![AUDIENCE.to_owned()], Dialect::Standard);
    settings.authority.algorithms = crate::tokens::Algorithm::ALL.to_vec();
    let applications = [("coding-cli", "coding"), ("summaries", "summary-service")];
    settings.applications = applications
        .map(|(client, application)| (client.to_owned(), application.to_owned()))
        .into();
    settings
}

/// Claims that are taken.
pub(super) fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "hk-analyst", "aud": AUDIENCE, "client_id": "coding-cli",
        "iat": NOW.0 - 100, "exp": NOW.0 + 500, "jti": "t-1", "sid": "s-1",
    })
}

/// The usual claims with one of them changed, or taken out where it is null.
pub(super) fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => {
            claims.as_object_mut().unwrap().remove(name);
        }
        value => claims[name] = value,
    }
    claims
}

/// The usual header for a key.
pub(super) fn header(key: &SigningKey) -> Value {
    json!({"alg": key.algorithm(), "kid": "k1", "typ": "at+jwt"})
}

/// Issuers that have fetched the keys of this provider.
pub(super) fn issuers(settings: IssuerSettings, provider: &Arc<Provider>) -> Arc<Issuers> {
    let issuers = Arc::new(Issuers::new(vec![settings], Arc::new(Revocations::default())).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let tending = Arc::clone(&issuers).tend(|_| Arc::clone(provider) as _, || NOW);
        let fetched = async {
            while issuers
                .health(NOW)
                .iter()
                .any(|health| health.fetched_at.is_none())
            {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! { () = tending => {}, () = fetched => {} }
    });
    issuers
}

/// Issuers that know this one key as `k1`.
pub(super) fn with_key(key: &SigningKey) -> Arc<Issuers> {
    issuers(settings(), &Provider::new(json!([key.published("k1")])))
}
