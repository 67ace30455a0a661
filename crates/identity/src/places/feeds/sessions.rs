//! What the VPN or the zero-trust broker observed: a sign-in, with the outer address that it came from.

use super::rows::read;
use super::{FeedError, FeedFormat};
use register::model::Instant;
use std::net::IpAddr;

/// Somebody signed in from an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEvent {
    /// The person.
    pub person: String,
    /// The outer address: that of the person's own connection, not the one that the VPN gave them.
    pub address: IpAddr,
    /// When.
    pub at: Instant,
}

/// Reads a feed of sign-ins: `person`, `address`, `at`.
///
/// # Errors
/// With everything that is wrong; nothing of the feed is to be used then.
pub fn read_sessions(text: &str, format: FeedFormat) -> Result<Vec<SessionEvent>, FeedError> {
    read(text, format, &["person", "address", "at"], |fields| {
        let (person, address, at) = (
            fields.id("person"),
            fields.address("address"),
            fields.instant("at"),
        );
        Some(SessionEvent {
            person: person?,
            address: address?,
            at: at?,
        })
    })
}
