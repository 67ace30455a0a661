//! Sign-in: whose token is this, and is it still good?
//!
//! An *issuer* is a provider of sign-in that the installation names, with all that is taken from it: algorithms, sorts of
//! token, audiences, clients. A token is taken apart ([`compact`]), found to be an issuer's, checked with a key that this
//! issuer publishes ([`key_set`]) and with the clock, and becomes a [`VerifiedToken`]: a person or service account by
//! their id in the directory, and an application of the register. Nothing of it is an authority by itself: what the
//! person may do is decided from the directory and the register, as with a key.
//!
//! Keys are fetched beside the requests ([`Issuers::tend`]), never by one; a request whose key is not known yet may wait
//! for the next fetch, of which strangers can cause one in ten seconds and no more. Where keys cannot be had the last
//! ones are used for a while, then nothing from that issuer is taken.
//!
//! *Revocations* are consulted for every token, remembered ones too. They come as signed events ([`signals`]), as logouts
//! of the provider, and from the installation itself.

mod algorithm;
mod cache;
mod claims;
mod compact;
pub mod console;
mod discovery;
mod error;
pub mod exchange;
mod fetch;
mod identity_token;
mod issuer;
mod issuers;
mod json;
mod key_set;
mod logout;
mod published;
mod revocations;
mod settings;
pub mod signals;
mod verified;

pub use algorithm::Algorithm;
pub use discovery::{Discovery, DiscoveryError};
pub use error::TokenError;
pub use fetch::{Fetch, FetchError, Fetching, LARGEST_DOCUMENT};
pub(crate) use issuers::sha256;
pub use issuers::{IssuerHealth, Issuers};
pub use key_set::{KeySet, KeySetError};
pub use logout::Logout;
pub use revocations::{Revocations, RevocationsError};
pub use settings::{Authority, Described, Dialect, IssuerSettings, SettingsError, Sort};
pub use verified::{ActorProof, Name, VerifiedToken};

#[cfg(test)]
mod tests;
