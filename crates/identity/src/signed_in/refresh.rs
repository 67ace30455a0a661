//! Refresh tokens: `bwr_`, the session, a secret that is good once, and a code that tells ours from a guess.
//!
//! The secrets of a session follow from one that is kept with it and from their number, so that the successor of a token
//! is the same however often it is asked for: two requests of one tool that cross each other both get it.
//!
//! The code matters because a token that comes a second time ends its session: without one, anybody who has seen the id
//! of a session could end it.

use super::access::AccessKey;
use super::error::GrantError;
use crate::tokens::sha256;
use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What every refresh token begins with.
const PREFIX: &str = "bwr_";

/// The refresh token of this number of a session with this secret. Who knows the secret lacks the key, and the reverse.
pub(super) fn numbered(key: &AccessKey, session: &str, secret: &str, number: u64) -> String {
    let secret = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let own = hmac::sign(&secret, format!("refresh token {number}").as_bytes());
    let body = format!("{PREFIX}{session}~{}", URL_SAFE_NO_PAD.encode(own));
    let code = key.seal(&body);
    format!("{body}.{code}")
}

/// The session of a refresh token that was made here.
pub(super) fn session_of<'t>(key: &AccessKey, token: &'t str) -> Option<&'t str> {
    let body = key.sealed(token, PREFIX)?;
    body.split_once('~').map(|(session, _)| session)
}

/// What is kept in its place.
pub(super) fn digest(token: &str) -> [u8; 32] {
    sha256(&format!("refresh {token}"))
}

/// Random bytes in letters that need no escaping.
pub(super) fn random<const N: usize>() -> Result<String, GrantError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| GrantError::NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
