//! Statements that a named system signed: JSON Web Signatures in the compact form, with a claim set inside.
//!
//! Who may sign, for whom, and how is configured, and nothing in a statement changes it: the algorithm is pinned to the
//! key, and keys or addresses of keys in the head are not looked at. A statement holds for a short time after it was
//! made, so that one that was overheard is soon worth nothing.

mod key;

pub use key::{Algorithm, KeyFileError, PublicKey, Verify};

use crate::strict_json::{self, Object};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use register::model::Instant;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// Longest statement in bytes; feeds that are pushed are larger than what is in a header.
const STATEMENT: usize = 4 * 1024 * 1024;

/// How far the clocks of two systems may be apart, in seconds.
const SKEW: i64 = 60;

/// A system whose statements are believed.
#[derive(Clone)]
pub struct Issuer {
    /// What it calls itself, `iss`.
    pub name: String,
    /// What it calls us, `aud`.
    pub audience: String,
    /// Its key.
    pub key: Arc<dyn Verify>,
    /// For how many seconds a statement holds after it was made.
    pub window: i64,
}

/// Why a statement is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Not three parts, not base64url, not JSON, too long, or a name that occurs twice.
    #[error("the statement cannot be read")]
    Unreadable,
    /// Another algorithm than that of the key, or something that must be understood and is not.
    #[error("the statement is signed in a way that is not accepted")]
    Algorithm,
    /// The signature is not the issuer's.
    #[error("the signature is not that of the issuer")]
    Signature,
    /// Somebody else made it.
    #[error("the statement is by another issuer")]
    Issuer,
    /// It was made for somebody else.
    #[error("the statement is for another audience")]
    Audience,
    /// It does not hold any more.
    #[error("the statement is too old")]
    TooOld,
    /// It does not hold yet.
    #[error("the statement is from the future")]
    Future,
    /// Something is missing in it, or of the wrong kind.
    #[error("the statement lacks something that it must say")]
    Incomplete,
    /// It was received before.
    #[error("the statement was received before")]
    Replayed,
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("name", &self.name)
            .field("audience", &self.audience)
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

/// A statement that is believed.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    claims: Object,
    /// When it was made.
    pub made: Instant,
    /// The first instant at which it holds no more.
    pub until: Instant,
}

impl Statement {
    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A claim, whatever it is.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// A claim that is a number of seconds since 1970.
    pub fn instant(&self, name: &str) -> Option<Instant> {
        seconds(self.claims.get(name)?)
    }
}

impl Issuer {
    /// Believes a statement at an instant, or says why not.
    ///
    /// # Errors
    /// When anything about it is not as it must be; nothing of it is to be used then.
    pub fn believe(&self, compact: &str, at: Instant) -> Result<Statement, StatementError> {
        let [head, body, signature] = parts(compact)?;
        let of_head: Object = read(head)?;
        let is_pinned = of_head.get("alg").and_then(Value::as_str) == Some(self.key.algorithm().as_str());
        if !is_pinned || of_head.contains_key("crit") || of_head.contains_key("b64") {
            return Err(StatementError::Algorithm);
        }
        let signed = compact
            .get(..head.len().saturating_add(1).saturating_add(body.len()))
            .ok_or(StatementError::Unreadable)?;
        if !self.key.verify(signed.as_bytes(), &decode(signature)?) {
            return Err(StatementError::Signature);
        }
        // only what is signed is read any further
        let claims: Object = read(body)?;
        self.check(claims, at)
    }

    fn check(&self, claims: Object, at: Instant) -> Result<Statement, StatementError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("iss") != Some(self.name.as_str()) {
            return Err(StatementError::Issuer);
        }
        if !self.is_for_us(claims.get("aud")) {
            return Err(StatementError::Audience);
        }
        let instant = |name: &str| match claims.get(name) {
            None => Ok(None),
            Some(value) => seconds(value).map(Some).ok_or(StatementError::Incomplete),
        };
        let made = instant("iat")?.ok_or(StatementError::Incomplete)?;
        let (expires, begins) = (instant("exp")?, instant("nbf")?);
        let latest = made.plus(self.window).plus(1);
        let until = expires.map_or(latest, |expires| latest.min(expires));
        if at >= until {
            return Err(StatementError::TooOld);
        }
        if begins.unwrap_or(made).max(made) > at.plus(SKEW) {
            return Err(StatementError::Future);
        }
        Ok(Statement { claims, made, until })
    }

    fn is_for_us(&self, audience: Option<&Value>) -> bool {
        let is_ours = |value: &Value| value.as_str() == Some(self.audience.as_str());
        match audience {
            Some(Value::Array(several)) => several.iter().any(is_ours),
            Some(one) => is_ours(one),
            None => false,
        }
    }
}

/// The three parts of a statement, none of them empty.
fn parts(compact: &str) -> Result<[&str; 3], StatementError> {
    let mut parts = compact.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(head), Some(body), Some(signature), None)
            if compact.len() <= STATEMENT && [head, body, signature].iter().all(|part| !part.is_empty()) =>
        {
            Ok([head, body, signature])
        }
        _ => Err(StatementError::Unreadable),
    }
}

fn decode(part: &str) -> Result<Vec<u8>, StatementError> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| StatementError::Unreadable)
}

fn read(part: &str) -> Result<Object, StatementError> {
    strict_json::object(&decode(part)?).ok_or(StatementError::Unreadable)
}

/// Whole seconds since 1970, as a statement says them.
fn seconds(value: &Value) -> Option<Instant> {
    strict_json::whole_seconds(value).map(Instant)
}

#[cfg(test)]
pub(super) mod tests;
