//! A service account of Google, and the signed statement for which tokens are granted.

use super::token;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use register::model::Instant;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use serde_json::json;

/// What the tokens are for.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Seconds for which a statement holds.
const HOLDS: i64 = 3600;

/// The file that Google gives out for a service account; what else stands in it is not needed.
#[derive(Deserialize)]
struct Written {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    token_uri: String,
}

/// A service account.
pub(super) struct ServiceAccount {
    written: Written,
    key: KeyPair,
}

impl ServiceAccount {
    /// Reads the JSON of a service account.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let written: Written =
            serde_json::from_str(text).map_err(|_| "is not the JSON of a service account".to_owned())?;
        if !token::may_be_asked(&written.token_uri) {
            return Err("names a token endpoint that is not reached by https".to_owned());
        }
        let unusable = || "has no private key in PKCS 8".to_owned();
        let der =
            PrivatePkcs8KeyDer::from_pem_slice(written.private_key.as_bytes()).map_err(|_| unusable())?;
        let key = KeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| unusable())?;
        Ok(Self { written, key })
    }

    /// Where tokens are granted.
    pub(super) fn token_url(&self) -> &str {
        &self.written.token_uri
    }

    /// What is sent there, but for the statement.
    pub(super) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    /// The signed statement.
    pub(super) fn assertion(&self, at: Instant) -> Result<String, String> {
        let mut head = json!({ "alg": "RS256", "typ": "JWT" });
        if let (Some(head), Some(id)) = (head.as_object_mut(), &self.written.private_key_id) {
            head.insert("kid".to_owned(), id.as_str().into());
        }
        let claims = json!({
            "iss": self.written.client_email,
            "scope": SCOPE,
            "aud": self.written.token_uri,
            "iat": at.0,
            "exp": at.0.saturating_add(HOLDS),
        });
        let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
        let statement = format!("{}.{}", encode(head.to_string()), encode(claims.to_string()));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                statement.as_bytes(),
                &mut signature,
            )
            .map_err(|_| "cannot sign".to_owned())?;
        Ok(format!("{statement}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
