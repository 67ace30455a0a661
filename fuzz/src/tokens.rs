//! Tokens and statements: any text, and any claims under a signature that holds.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::tokens::signals::{Delivery, Signals, TransmitterSettings};
use identity::tokens::{
    Algorithm, Authority, Described, Dialect, Discovery, Fetch, Fetching, IssuerSettings, Issuers, KeySet,
};
use register::model::Instant;
use std::sync::{Arc, LazyLock};

const ISSUER: &str = "https://login.larkmoor.example";
const NOW: Instant = Instant(1_784_106_000);

/// What knows one key, and the key.
struct World {
    key: Ed25519KeyPair,
    issuers: Arc<Issuers>,
    signals: Arc<Signals>,
    runtime: tokio::runtime::Runtime,
}

static WORLD: LazyLock<World> = LazyLock::new(World::new);

struct Published(Vec<u8>);

impl Fetch for Published {
    fn get<'a>(&'a self, _: &'a str) -> Fetching<'a> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

impl World {
    fn new() -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a seed is a key");
        let x = URL_SAFE_NO_PAD.encode(key.public_key().as_ref());
        let keys = serde_json::json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x}]}).to_string();
        let fetch: Arc<dyn Fetch> = Arc::new(Published(keys.into_bytes()));
        let mut settings = IssuerSettings::new(ISSUER, vec!["a".to_owned()], Dialect::Standard);
        settings.authority.jwks_uri = Some(ISSUER.to_owned());
        settings.authority.algorithms = Algorithm::ALL.to_vec();
        settings.applications = [("c".to_owned(), "coding".to_owned())].into();
        settings.groups = Some("groups".to_owned());
        settings.client_id = Some("console".to_owned());
        let mut authority = Authority::new(ISSUER, vec!["a".to_owned()], Described::SharedSignals);
        authority.jwks_uri = Some(ISSUER.to_owned());
        authority.algorithms = Algorithm::ALL.to_vec();
        let transmitter = TransmitterSettings { authority, speaks_of: vec![ISSUER.to_owned()] };
        let issuers = Arc::new(Issuers::new(vec![settings], Arc::default()).expect("settings"));
        let signals = Signals::new(vec![transmitter], Arc::default()).expect("settings");
        let signals = Arc::new(signals);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let fetch = || Arc::clone(&fetch);
            let tending = async {
                let sign_in = Arc::clone(&issuers).tend(|_| fetch(), || NOW);
                tokio::join!(sign_in, Arc::clone(&signals).tend(|_| fetch(), || NOW));
            };
            let fetched = async {
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! { _ = tending => {}, () = fetched => {} }
        });
        assert!(issuers.health(NOW).iter().all(|health| health.is_usable));
        Self { key, issuers, signals, runtime }
    }

    fn sign(&self, sort: &str, claims: &[u8]) -> String {
        let head = format!(r#"{{"alg":"EdDSA","typ":"{sort}"}}"#);
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

/// A token that is taken names everybody, is remembered as the same and ends.
pub fn token(bytes: &[u8]) {
    let world = &*WORLD;
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(world.issuers.verify(text, NOW).is_err(), "taken, though nobody signed it");
    }
    let _ = KeySet::parse(bytes);
    let _ = Discovery::parse(bytes, ISSUER);
    let signed = world.sign("at+jwt", bytes);
    if let Ok(taken) = world.issuers.verify(&signed, NOW) {
        assert!(!taken.subject.is_empty() && taken.application == "coding");
        assert_eq!(world.issuers.verify(&signed, NOW).as_ref(), Ok(&taken));
        assert!(world.issuers.verify(&signed, taken.expires).is_err());
        assert!(taken.issued_at <= NOW.plus(60) && taken.expires > NOW);
    }
    let _ = world.issuers.logout(&world.sign("logout+jwt", bytes), NOW);
}

/// A statement has no effect twice.
pub fn statement(bytes: &[u8]) {
    let world = &*WORLD;
    let receive = |text: &str| {
        let received = world.signals.receive(Some("application/secevent+jwt"), text.as_bytes(), || NOW);
        world.runtime.block_on(received)
    };
    let signed = world.sign("secevent+jwt", bytes);
    if matches!(receive(&signed), Delivery::Taken(_)) {
        assert_eq!(receive(&signed), Delivery::Repeated);
    }
}
