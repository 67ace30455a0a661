//! Vertex: a token for a statement that the account's key signed; model, place and version where Google wants them.

use super::service::{Got, Service, json};
use super::{CLAUDE, CLAUDE_STREAM, MESSAGES, named, plan};
use crate::world::{NOW, NY_TRADER, Plan};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use gateway::{Auth, Credential};
use register::model::Instant;
use serde_json::{Value, json as value};
use std::path::Path;
use wire::Protocol;

/// The file of a service account.
fn account(key: &KeyPair, token_url: &str) -> String {
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = key.as_der().unwrap();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der.as_ref())
    );
    let account = value!({
        "type": "service_account", "client_email": "bailiwick@larkmoor.example", "private_key_id": "k1",
        "private_key": pem, "token_uri": token_url,
    });
    account.to_string()
}

/// Reads a statement as Google does: signature, audience, times.
fn check_statement(got: &Got, key: &[u8], token_url: &str, at: Instant) {
    assert_eq!(got.header("content-type"), "application/x-www-form-urlencoded");
    let form = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
    let statement = got.text().strip_prefix(form).unwrap();
    let (said, signature) = statement.rsplit_once('.').unwrap();
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
    public.verify(said.as_bytes(), &decode(signature)).unwrap();
    let (head, claims) = said.split_once('.').unwrap();
    let read = |text: &str| serde_json::from_slice::<Value>(&decode(text)).unwrap();
    assert_eq!(read(head), value!({ "alg": "RS256", "typ": "JWT", "kid": "k1" }));
    let expected = value!({
        "iss": "bailiwick@larkmoor.example", "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": token_url, "iat": at.0, "exp": at.0 + 3600,
    });
    assert_eq!(read(claims), expected);
}

fn vertex(service: &Service, account: &Path) -> Plan {
    let account = account.to_owned();
    let mut plan = plan(service, "anthropic-api", move |settings| {
        settings.protocol = Protocol::Vertex;
        settings.credential = Credential::File(account.clone());
        settings.options.auth = Auth::Google;
        settings.options.project = Some("larkmoor-1".to_owned());
        settings.options.location = Some("europe-west1".to_owned());
    });
    plan.sources = named("claude@2026");
    plan
}

#[tokio::test]
async fn a_signed_statement_brings_a_token_and_the_token_goes_along() {
    let tokens = Service::plain(|got| {
        assert!(got.path == "/token");
        json(
            200,
            "{\"access_token\":\"token-canary\",\"expires_in\":3600,\"token_type\":\"Bearer\"}",
        )
    })
    .await;
    let (key, folder) = (
        KeyPair::generate(KeySize::Rsa2048).unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let (url, file) = (
        format!("{}/token", tokens.url("127.0.0.1")),
        folder.path().join("account.json"),
    );
    std::fs::write(&file, account(&key, &url)).unwrap();
    let service = Service::plain(|_| json(200, "{}")).await;
    let world = vertex(&service, &file).start().await;
    world.connectors.refresh(|| NOW).await;
    let caller = world.caller(NY_TRADER);
    let caller = caller.with(
        "anthropic-beta",
        "interleaved-thinking-2025-05-14,effort-2025-11-24",
    );
    let answer = caller.post(MESSAGES, CLAUDE).await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-left-out")),
        (200, "effort-2025-11-24")
    );
    assert_eq!(caller.post(MESSAGES, CLAUDE_STREAM).await.status, 200);
    check_statement(&tokens.got()[0], key.public_key().as_ref(), &url, NOW);
    let models = "/v1/projects/larkmoor-1/locations/europe-west1/publishers/anthropic/models/claude%402026";
    let [whole, stream] = service.got().try_into().unwrap();
    assert_eq!(whole.path, format!("{models}:rawPredict"));
    assert_eq!(stream.path, format!("{models}:streamRawPredict"));
    assert_eq!(whole.header("authorization"), "Bearer token-canary");
    assert_eq!(
        (whole.header("anthropic-beta"), whole.header("anthropic-version")),
        ("interleaved-thinking-2025-05-14", "")
    );
    let expected = r#"{"anthropic_version":"vertex-2023-10-16","max_tokens":1.0e2,"stream":false}"#;
    assert_eq!(whole.text(), expected);
    // four fifths of its life later it is fetched anew, and not earlier
    world.connectors.refresh(|| NOW.plus(2879)).await;
    assert_eq!(tokens.got().len(), 1);
    world.connectors.refresh(|| NOW.plus(2880)).await;
    check_statement(&tokens.got()[1], key.public_key().as_ref(), &url, NOW.plus(2880));
}
