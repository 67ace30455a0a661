//! The form of a key: `bw_`, a public part, a secret, and a checksum that finds typing errors and leaks.
//!
//! A key that somebody chose, for an installation that must have the same key each time (a benchmark, a test bed), has a
//! public part that no key made here can have and no checksum. It is hashed and compared like any other, and no command
//! makes one: whoever wants one writes its hash.

use aws_lc_rs::{digest, rand};
use data_encoding::HEXLOWER;
use std::fmt;

/// What every key begins with, so that a scanner for secrets can find one in a file.
const PREFIX: &str = "bw_";
const ID_DIGITS: usize = 10;
const SECRET_DIGITS: usize = 40;
const CHECK_DIGITS: usize = 8;
/// Bounds of a chosen key: what its public part may be at most, and its secret at least and at most.
const CHOSEN_ID: usize = 32;
const CHOSEN_SECRET: std::ops::RangeInclusive<usize> = 16..=128;

/// A key in the clear. It is shown once, when it is made; it has no `Display` and hides from `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    text: String,
}

/// Why a text is no key, or no key could be made. The text is never repeated: it may be a key with a typing error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It does not have the form of a key.
    #[error("this is not a key: a key is `bw_`, 10 digits, `_` and 48 digits, all hexadecimal in lower case")]
    Form,
    /// The checksum does not fit.
    #[error("the checksum of this key does not fit; a character is wrong or missing")]
    Checksum,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for a key")]
    NoRandomness,
}

impl ApiKey {
    /// A new key.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = [0; (ID_DIGITS + SECRET_DIGITS) / 2];
        rand::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
        Ok(Self::from_bytes(bytes))
    }

    /// The key made of these bytes, 5 for the public part and 20 for the secret. The same bytes give the same key.
    pub fn from_bytes(bytes: [u8; (ID_DIGITS + SECRET_DIGITS) / 2]) -> Self {
        let mut text = PREFIX.to_owned();
        for (at, byte) in bytes.iter().enumerate() {
            if at == ID_DIGITS / 2 {
                text.push('_');
            }
            HEXLOWER.encode_append(&[*byte], &mut text);
        }
        let check = checksum(&text);
        text.push_str(&check);
        Self { text }
    }

    /// Reads a key.
    ///
    /// # Errors
    /// When the text has not the form of a key, or its checksum does not fit.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (id, secret) = text
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('_'))
            .ok_or(KeyError::Form)?;
        let is_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if id.len() != ID_DIGITS
            || secret.len() != SECRET_DIGITS + CHECK_DIGITS
            || !is_hex(id)
            || !is_hex(secret)
        {
            return Err(KeyError::Form);
        }
        let (before, check) = text
            .split_at_checked(text.len() - CHECK_DIGITS)
            .ok_or(KeyError::Form)?;
        if checksum(before) != check {
            return Err(KeyError::Checksum);
        }
        Ok(Self {
            text: text.to_owned(),
        })
    }

    /// Reads a key that is presented: one made here, or one that somebody chose.
    ///
    /// # Errors
    /// When the text has the form of neither.
    pub fn parse_presented(text: &str) -> Result<Self, KeyError> {
        Self::parse(text).or_else(|error| Self::chosen(text).ok_or(error))
    }

    fn chosen(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let is_word = |part: &str| {
            part.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let is_made_here = id.len() == ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let fits = !id.is_empty() && id.len() <= CHOSEN_ID && CHOSEN_SECRET.contains(&secret.len());
        (fits && is_word(id) && is_word(secret) && !is_made_here).then(|| Self {
            text: text.to_owned(),
        })
    }

    /// The public part, by which the key is looked up and named.
    pub fn id(&self) -> &str {
        let rest = self.text.strip_prefix(PREFIX).unwrap_or_default();
        rest.split_once('_').map_or("", |(id, _)| id)
    }

    /// The whole key in the clear.
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({PREFIX}{}_…)", self.id())
    }
}

/// First digits of the SHA-256 of what stands before them.
fn checksum(before: &str) -> String {
    let mut check = HEXLOWER.encode(digest::digest(&digest::SHA256, before.as_bytes()).as_ref());
    check.truncate(CHECK_DIGITS);
    check
}
