//! Who may speak SCIM: clients by name, each known by the digest of its token; and tokens in general.

use arc_swap::ArcSwap;
use data_encoding::HEXLOWER_PERMISSIVE;
use register::model::Instant;
use scim::Client;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use subtle::ConstantTimeEq as _;

/// Characters of a token at least.
const SHORTEST: usize = 32;

/// Before the digest of a token.
const SHA_256: &str = "sha256:";

/// Seconds between two notes that a client is in step.
const NOTE: i64 = 60;

/// What says that the directory is completely in step with a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InStep {
    /// The client, by a request for just that.
    #[default]
    WhenTold,
    /// Each request of the client that succeeds.
    EachRequest,
}

/// A token, by its digest.
pub(crate) struct Secret(ArcSwap<[u8; 32]>);

impl Secret {
    /// The digest of a token that is at hand.
    pub(crate) fn of_token(name: &str, token: &str) -> Result<Self, ClientError> {
        match token.chars().count() < SHORTEST {
            true => Err(ClientError::Short {
                name: name.to_owned(),
            }),
            false => Ok(Self(ArcSwap::from_pointee(Sha256::digest(token).into()))),
        }
    }

    /// A digest: `sha256:` and its digits.
    pub(crate) fn of_digest(name: &str, digest: &str) -> Result<Self, ClientError> {
        let digits = digest.trim().strip_prefix(SHA_256);
        let bytes = digits.and_then(|digits| HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok());
        let digest: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
        let digest = digest.map(|digest| Self(ArcSwap::from_pointee(digest)));
        digest.ok_or_else(|| ClientError::NoDigest {
            name: name.to_owned(),
        })
    }

    /// Whether this is the token; it takes as long whichever it is.
    pub(crate) fn is(&self, token: &[u8]) -> bool {
        let digest: [u8; 32] = Sha256::digest(token).into();
        bool::from(digest.ct_eq(&**self.0.load()))
    }

    /// Takes this token in place of the one before; whether it is another.
    pub(crate) fn renew(&self, name: &str, token: &str) -> Result<bool, ClientError> {
        let next = Self::of_token(name, token)?.0.into_inner();
        let is_other = next != *self.0.load();
        if is_other {
            self.0.store(next);
        }
        Ok(is_other)
    }
}

/// A client.
pub struct ScimClient {
    client: Client,
    secret: Secret,
    in_step: InStep,
    noted: AtomicI64,
}

/// Why something is no client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The token could be guessed.
    #[error("the token of `{name}` is shorter than {SHORTEST} characters")]
    Short {
        /// The client.
        name: String,
    },
    /// The digest is none.
    #[error("the token_hash of `{name}` is not `sha256:` and 64 hexadecimal digits")]
    NoDigest {
        /// The client.
        name: String,
    },
}

impl ScimClient {
    /// A client whose token is at hand.
    ///
    /// # Errors
    /// When the token is too short.
    pub fn with_token(client: Client, token: &str, in_step: InStep) -> Result<Self, ClientError> {
        let secret = Secret::of_token(&client.source, token)?;
        Ok(Self::new(client, secret, in_step))
    }

    /// A client of whose token only the digest is known: `sha256:` and its digits.
    ///
    /// # Errors
    /// When it is no digest.
    pub fn with_digest(client: Client, digest: &str, in_step: InStep) -> Result<Self, ClientError> {
        let secret = Secret::of_digest(&client.source, digest)?;
        Ok(Self::new(client, secret, in_step))
    }

    fn new(client: Client, secret: Secret, in_step: InStep) -> Self {
        Self {
            client,
            secret,
            in_step,
            noted: AtomicI64::new(i64::MIN),
        }
    }

    /// Takes this token in place of the one before; whether it is another.
    pub(crate) fn renew(&self, token: &str) -> Result<bool, ClientError> {
        self.secret.renew(&self.client.source, token)
    }

    /// Who it is to the directory.
    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    /// Whether a request that succeeded now is to be noted as one that was in step; once a minute at most.
    pub(crate) fn is_to_be_noted(&self, now: Instant) -> bool {
        if self.in_step == InStep::WhenTold {
            return false;
        }
        let before = self.noted.load(Ordering::Relaxed);
        let is_due = now.0.saturating_sub(before) >= NOTE || now.0 < before;
        is_due
            && self
                .noted
                .compare_exchange(before, now.0, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// Without the digest.
impl fmt::Debug for ScimClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScimClient({})", self.client.source)
    }
}

/// The client of a token; every one is compared, and none for longer than another.
pub(crate) fn of_token<'c>(clients: &'c [ScimClient], token: &[u8]) -> Option<&'c ScimClient> {
    let mut found = None;
    for client in clients {
        if client.secret.is(token) {
            found = Some(client);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(source: &str) -> Client {
        Client {
            source: source.to_owned(),
            ids: scim::Ids::Random,
        }
    }

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_token_and_its_digest_are_the_same_client() {
        let digest = HEXLOWER_PERMISSIVE.encode(&Sha256::digest(TOKEN));
        let clients = [
            ScimClient::with_token(client("a"), &TOKEN.to_uppercase(), InStep::WhenTold).unwrap(),
            ScimClient::with_digest(client("b"), &format!("sha256:{digest}"), InStep::WhenTold).unwrap(),
        ];
        let name = |token: &str| of_token(&clients, token.as_bytes()).map(|one| one.client().source.clone());
        assert_eq!(name(TOKEN).as_deref(), Some("b"));
        assert_eq!(name(&TOKEN.to_uppercase()).as_deref(), Some("a"));
        assert_eq!((name(""), name("sha256:")), (None, None));
        assert_eq!(format!("{:?}", clients[1]), "ScimClient(b)");
    }

    #[test]
    fn a_token_is_replaced_by_one_that_is_a_secret() {
        let client = ScimClient::with_token(client("a"), TOKEN, InStep::WhenTold).unwrap();
        let clients = [client];
        let is_taken = |token: &str| of_token(&clients, token.as_bytes()).is_some();
        assert!(clients[0].renew("hush").is_err() && is_taken(TOKEN));
        assert_eq!(clients[0].renew(TOKEN), Ok(false));
        let other = TOKEN.to_uppercase();
        assert_eq!(clients[0].renew(&other), Ok(true));
        assert!(is_taken(&other) && !is_taken(TOKEN));
    }

    #[test]
    fn what_is_no_secret_is_refused_and_not_repeated() {
        let short = ScimClient::with_token(client("a"), "hush", InStep::WhenTold).unwrap_err();
        let none = ScimClient::with_digest(client("a"), "sha256:hush", InStep::WhenTold).unwrap_err();
        for error in [short.to_string(), none.to_string()] {
            assert!(error.contains("`a`") && !error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn being_in_step_is_noted_once_a_minute_and_only_where_each_request_says_so() {
        let told = ScimClient::with_token(client("a"), TOKEN, InStep::WhenTold).unwrap();
        assert!(!told.is_to_be_noted(Instant(1_000)));
        let each = ScimClient::with_token(client("a"), TOKEN, InStep::EachRequest).unwrap();
        let noted = [1_000, 1_000, 1_059, 1_060, 900].map(|at| each.is_to_be_noted(Instant(at)));
        assert_eq!(noted, [true, false, false, true, true]);
    }
}
