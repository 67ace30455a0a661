//! What happens at the desk, for whoever keeps a record of it.
//!
//! A token is handed out when its beginning is on record, or not at all. An end happens whether or not it can be recorded:
//! nobody stays signed in because a record could not be made.

use std::pin::Pin;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening<'a> {
    /// Somebody signed in through a tool, which gets its first tokens now.
    SignedIn {
        /// By their id in the directory.
        person: &'a str,
    },
    /// A session was ended by whoever had a token of it.
    SignedOut {
        /// By their id in the directory.
        person: &'a str,
    },
    /// A service gets a token to act for somebody.
    Acting {
        /// The service account.
        service: &'a str,
        /// The person.
        person: &'a str,
        /// The application by which it acts.
        application: &'a str,
    },
}

/// Whether it is on record.
pub type Noted<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

/// Keeps a record.
pub trait Noting: Send + Sync {
    /// Records what happens.
    fn note<'a>(&'a self, what: Happening<'a>) -> Noted<'a>;
}
