//! Who asks: the holder of a key, or somebody who has signed in, at a provider or through a tool here.
//!
//! [`SignIns`] takes all three. Which of them a text is follows from its form alone, so that a key is never read as a token
//! nor a token looked up as a key.

use crate::signed_in::{SignedIn, SignedInError};
use crate::tokens::{ActorProof, Issuers, TokenError, VerifiedToken};
use crate::{KeyHolder, Keys};
use register::model::Instant;
use std::pin::Pin;
use std::sync::Arc;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The person or service account, and the application.
    pub holder: KeyHolder,
    /// The token by which they ask; `None`: a key.
    pub token: Option<Arc<VerifiedToken>>,
}

impl Caller {
    /// The person on whose behalf a service account asks.
    pub fn acts_for(&self) -> Option<&str> {
        self.token.as_ref()?.acts_for.as_deref()
    }

    /// The groups that the sign-in lists, where they are to be used in place of the directory's.
    pub fn groups(&self) -> Option<&[String]> {
        self.token.as_ref()?.groups.as_deref()
    }
}

impl From<KeyHolder> for Caller {
    fn from(holder: KeyHolder) -> Self {
        Self { holder, token: None }
    }
}

impl From<Arc<VerifiedToken>> for Caller {
    fn from(token: Arc<VerifiedToken>) -> Self {
        Self {
            holder: KeyHolder {
                person: token.subject.clone(),
                // a token of our own may leave it to the person
                application: Some(token.application.clone()).filter(|id| !id.is_empty()),
            },
            token: Some(token),
        }
    }
}

/// Why a token is not taken.
#[derive(Debug, thiserror::Error)]
enum NotTaken {
    /// One of ours.
    #[error(transparent)]
    Own(SignedInError),
    /// One of ours by which a service acts, whose key is no longer taken.
    #[error("the key of the service that acts by the token was revoked or has expired")]
    KeyOfService,
    /// One of a provider.
    #[error(transparent)]
    OfIssuer(TokenError),
}

/// Keys and tokens of one installation.
pub struct SignIns {
    keys: Arc<dyn Keys>,
    issuers: Arc<Issuers>,
    signed_in: Option<Arc<SignedIn>>,
    clock: fn() -> Instant,
}

impl SignIns {
    /// Takes these keys, and tokens of these issuers.
    pub fn new(keys: Arc<dyn Keys>, issuers: Arc<Issuers>, clock: fn() -> Instant) -> Self {
        Self {
            keys,
            issuers,
            signed_in: None,
            clock,
        }
    }

    /// The same, which takes the tokens of those who signed in through a tool here too.
    #[must_use]
    pub fn with_signed_in(self, signed_in: Option<Arc<SignedIn>>) -> Self {
        Self { signed_in, ..self }
    }

    fn token(&self, presented: &str, at: Instant) -> Option<Result<Arc<VerifiedToken>, NotTaken>> {
        if let Some(signed_in) = &self.signed_in
            && SignedIn::is_token(presented)
        {
            let verified = signed_in.verify(presented, at).map_err(NotTaken::Own);
            return Some(
                verified.and_then(|token| match proof_stands(&*self.keys, &token, at) {
                    true => Ok(token),
                    false => Err(NotTaken::KeyOfService),
                }),
            );
        }
        Issuers::is_token(presented).then(|| self.issuers.verify(presented, at).map_err(NotTaken::OfIssuer))
    }
}

/// Whether the key is still taken by which a service has got the token by which it acts; true where it needed none.
pub fn proof_stands(keys: &dyn Keys, token: &VerifiedToken, at: Instant) -> bool {
    match &token.actor {
        Some(ActorProof::Key(id)) => keys
            .holder_of(id, at)
            .is_some_and(|holder| holder.person == token.subject),
        Some(ActorProof::SignIn { .. }) | None => true,
    }
}

impl Keys for SignIns {
    fn verify(&self, presented: &str, at: Instant) -> Option<KeyHolder> {
        self.caller(presented, at).map(|caller| caller.holder)
    }

    fn caller(&self, presented: &str, at: Instant) -> Option<Caller> {
        match self.token(presented, at) {
            None => self.keys.caller(presented, at),
            Some(Ok(token)) => Some(Caller::from(token)),
            Some(Err(error)) => {
                tracing::info!(%error, "a token was not taken");
                None
            }
        }
    }

    fn holder_of(&self, id: &str, at: Instant) -> Option<KeyHolder> {
        self.keys.holder_of(id, at)
    }

    fn lacking<'a>(&'a self, presented: &'a str) -> Option<Pin<Box<dyn Future<Output = ()> + Send + 'a>>> {
        match self.token(presented, (self.clock)()) {
            None => self.keys.lacking(presented),
            Some(Err(NotTaken::OfIssuer(error))) if error.may_change() => {
                Some(Box::pin(self.issuers.wait_for_keys(presented, self.clock)))
            }
            Some(Ok(_) | Err(_)) => None,
        }
    }

    fn why_refused(&self, presented: &str, at: Instant) -> Option<String> {
        match self.token(presented, at) {
            None => self.keys.why_refused(presented, at),
            Some(outcome) => outcome.err().map(|error| error.to_string()),
        }
    }
}
