//! People who signed in here: how a coding tool without a browser gets a token for them, renews it and loses it.
//!
//! A tool asks for a *device authorization* (RFC 8628) and shows its code; the person types the code into a page,
//! signs in at the firm's provider and approves; the tool fetches its tokens. From then on there is a *session*, kept
//! under hashes of what the tool holds.
//!
//! An *access token* says itself for whom it was made and until when, under a key that is derived from the secret of the
//! installation: each replica takes it at once, and so does one that was just started, without asking the store. What
//! ends a session is brought to every replica as a revocation, by the same list that holds what providers take back.
//! A service that acts for people gets such tokens too, in exchange for theirs, and none to renew them.
//! A *refresh token* is good once, and for a few seconds gives the same successor to a tool that races itself; whoever
//! uses one after that ends the session, because then two hold what one should.
//!
//! Nothing here listens or reads a clock. [`SignedIn`] is the desk; what it keeps goes through [`SessionStore`].
//!
//! [`SessionStore`]: crate::kept::SessionStore

mod access;
mod acting;
mod browser;
mod code;
mod device;
mod error;
mod limits;
mod names;
mod refresh;
mod session;
mod stored;

pub use access::AccessKey;
pub use browser::Confirmation;
pub use code::UserCode;
pub use device::{Authorization, Standing};
pub use error::{GrantError, SignedInError};
pub use limits::{Allowance, Polls};
pub use session::Granted;

use crate::kept::SessionStore;
use crate::tokens::{Issuers, VerifiedToken};
use register::model::Instant;
use std::sync::Arc;

/// How long things last, in seconds, and what sessions are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInSettings {
    /// An access token.
    pub access: i64,
    /// A session from its beginning to its end, however often it is renewed.
    pub session: i64,
    /// The application of the register that signed-in tools stand for; `None`: each person's own.
    pub application: Option<String>,
}

impl Default for SignedInSettings {
    fn default() -> Self {
        Self {
            access: 3600,
            session: 12 * 3600,
            application: None,
        }
    }
}

/// The desk at which people sign in.
pub struct SignedIn {
    settings: SignedInSettings,
    key: AccessKey,
    store: Arc<dyn SessionStore>,
    issuers: Arc<Issuers>,
    polls: Polls,
}

impl SignedIn {
    /// A desk whose tokens stand under this key; sessions are kept in the store, and end with sign-ins at the issuers.
    pub fn new(
        settings: SignedInSettings,
        key: AccessKey,
        store: Arc<dyn SessionStore>,
        issuers: Arc<Issuers>,
    ) -> Self {
        Self {
            settings,
            key,
            store,
            issuers,
            polls: Polls::default(),
        }
    }

    /// Whether a text has the form of an access token of ours; a key or a provider's token never has.
    pub fn is_token(text: &str) -> bool {
        AccessKey::has_form(text)
    }

    /// Verifies an access token of ours at an instant.
    ///
    /// # Errors
    /// When it is not ours, is over, or its session has ended.
    pub fn verify(&self, token: &str, at: Instant) -> Result<Arc<VerifiedToken>, SignedInError> {
        let verified = self.key.verify(token, at)?;
        match self.issuers.revocations().stands(&verified) {
            true => Ok(Arc::new(verified)),
            false => Err(SignedInError::Ended),
        }
    }
}

#[cfg(test)]
mod tests;
