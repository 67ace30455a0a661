//! Why a token is not taken, and why none is given.

use crate::kept::KeepError;

/// Why an access token of ours is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignedInError {
    /// It was not made here.
    #[error("the token was not made here")]
    NotOurs,
    /// Its time is over.
    #[error("the token has expired; renew it, or sign in again")]
    Expired,
    /// Its session has ended.
    #[error("the sign-in behind the token was ended")]
    Ended,
}

/// Why a tool gets no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// The person has not decided yet.
    #[error("the sign-in has not been approved yet")]
    Pending,
    /// The tool asks too often.
    #[error("the tool asks more often than it may")]
    SlowDown,
    /// The person said no.
    #[error("the sign-in was denied")]
    Denied,
    /// Nobody decided in time.
    #[error("the sign-in was not approved in time; begin once more")]
    Expired,
    /// It was used before, was ended, or was never given.
    #[error("the sign-in is over; sign in again")]
    Over,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for a token")]
    NoRandomness,
    /// The store does not answer.
    #[error(transparent)]
    Away(#[from] KeepError),
}
