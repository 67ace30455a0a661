//! The policy administration point: what is changed in an installation from outside comes in here.
//!
//! It has a listener of its own, off unless it is asked for, so that whoever may reach the gateway does not thereby reach
//! this. Every route stands in one table with the check that it passes ([`routes`]); a request that passes none is
//! told nothing, not even whether its path exists. At present there is one sort of caller, an identity provider that keeps
//! the directory by SCIM ([`scim`]), known by a token of which only the digest is held.

mod client;
mod handle;
pub mod routes;
mod serve;
mod strangers;
mod tls;

pub use client::{ClientError, InStep, ScimClient};
pub use handle::{Control, ControlSettings};
pub use scim::{Client, Ids};
pub use serve::{Exposed, check_address};
pub use tls::{Tls, TlsError};
