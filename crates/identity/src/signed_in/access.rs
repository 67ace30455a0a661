//! Access tokens of ours: what they say, under a message authentication code.
//!
//! `bwa_`, what the token says as JSON in base64url, a dot, the code in base64url. The form is none of a key and none of
//! a provider's token, so each is read by what made it only.

use super::acting::{self, Acting};
use super::error::SignedInError;
use super::names::{self, Written};
use crate::tokens::VerifiedToken;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use register::model::Instant;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What every access token begins with.
const PREFIX: &str = "bwa_";

/// Largest token that is read, in bytes.
const LARGEST: usize = 4096;

/// Revision of what tokens say.
const REVISION: u32 = 1;

/// The same of one by which a service acts for somebody: whoever does not know of such must not take it for the person's.
const ACTING: u32 = 2;

/// The key under which tokens stand.
pub struct AccessKey {
    access: hmac::Key,
    refresh: hmac::Key,
}

/// What a token says. A replica of another version may read it, so fields are added and never change their meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Said {
    pub revision: u32,
    pub session: String,
    pub person: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// Where the person signed in, when, and by which names.
    pub issuer: String,
    pub signed_in: i64,
    pub names: Vec<Written>,
    /// First second at which it is no longer taken.
    pub expires: i64,
    /// The service that acts for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Acting>,
}

impl AccessKey {
    /// The key that belongs to this secret of an installation.
    pub fn derive(secret: &[u8; 32]) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let of = |label: &str| {
            let derived = hmac::sign(&secret, label.as_bytes());
            hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref())
        };
        // no key of a person begins like these, so no hash of a key is ever one of them
        Self {
            access: of("bailiwick: access tokens of sign-ins"),
            refresh: of("bailiwick: refresh tokens of sign-ins"),
        }
    }

    /// Whether a text has the form of an access token.
    pub(super) fn has_form(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// Makes a token that says this.
    pub(super) fn sign(&self, said: &Said) -> String {
        let text = serde_json::to_string(said).unwrap_or_default();
        let body = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(text));
        let code = hmac::sign(&self.access, body.as_bytes());
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(code))
    }

    /// What a token says, if it stands under this key, whether it is over or not.
    pub(super) fn read(&self, token: &str) -> Result<Said, SignedInError> {
        let no = |()| SignedInError::NotOurs;
        let (body, code) = split(token, PREFIX, LARGEST).ok_or(()).map_err(no)?;
        hmac::verify(&self.access, body.as_bytes(), &code).map_err(|_| SignedInError::NotOurs)?;
        let text = body.strip_prefix(PREFIX).unwrap_or_default();
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SignedInError::NotOurs)?;
        let said: Said = serde_json::from_slice(&bytes).map_err(|_| SignedInError::NotOurs)?;
        match (said.revision, &said.act) {
            (REVISION, None) | (ACTING, Some(_)) => Ok(said),
            _ => Err(SignedInError::NotOurs),
        }
    }

    /// Verifies a token at an instant; whether its session still stands is asked elsewhere.
    pub(super) fn verify(&self, token: &str, at: Instant) -> Result<VerifiedToken, SignedInError> {
        let said = self.read(token)?;
        if said.expires <= at.0 {
            return Err(SignedInError::Expired);
        }
        let mut names = names::read(said.names).ok_or(SignedInError::NotOurs)?;
        if said.act.is_none() {
            names.push(names::of_session(&said.session));
        }
        let token = VerifiedToken {
            issuer: said.issuer,
            subject: said.person,
            acts_for: None,
            actor: None,
            client: "bailiwick".to_owned(),
            application: said.application.unwrap_or_default(),
            groups: None,
            issued_at: Instant(said.signed_in),
            auth_time: None,
            expires: Instant(said.expires),
            session: Some(said.session),
            id: None,
            names,
        };
        match said.act {
            None => Ok(token),
            Some(act) => acting::acting(token, act).ok_or(SignedInError::NotOurs),
        }
    }

    /// The code under a text that is handed out and comes back.
    pub(super) fn seal(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.refresh, text.as_bytes()))
    }

    /// The text before the code, if the code is ours.
    pub(super) fn sealed<'t>(&self, token: &'t str, prefix: &str) -> Option<&'t str> {
        let (body, code) = split(token, prefix, LARGEST)?;
        hmac::verify(&self.refresh, body.as_bytes(), &code).ok()?;
        body.strip_prefix(prefix)
    }
}

impl Said {
    /// The revision that is written here.
    pub(super) const REVISION: u32 = REVISION;
    /// The same for one by which a service acts.
    pub(super) const ACTING: u32 = ACTING;
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKey(kept back)")
    }
}

fn split<'t>(token: &'t str, prefix: &str, largest: usize) -> Option<(&'t str, Vec<u8>)> {
    if token.len() > largest || !token.starts_with(prefix) {
        return None;
    }
    let (body, code) = token.split_once('.')?;
    Some((body, URL_SAFE_NO_PAD.decode(code).ok()?))
}
