//! The policy administration point: what is changed in an installation from outside comes in here.
//!
//! It has a listener of its own, off unless it is asked for, so that whoever may reach the gateway does not thereby reach
//! this. Every route stands in one table with the check that it passes ([`routes`]); a request that passes none is
//! told nothing, not even whether its path exists.
//!
//! Three sorts of callers come here. Identity providers keep the directory by SCIM ([`scim`]), each known by a token of
//! which only the digest is held. Other systems push where people are, signed by the issuer of their source or under its
//! token. And people ask with the keys and tokens that the gateway takes too; what they may do follows from their roles
//! ([`Role`]), by groups or by grants. The first of them to administer has a code from the terminal of the server.
//!
//! The ledger is read here too, as the transparency log that it is ([`ShownLedger`]).
//!
//! What concerns somebody else is recorded in the ledger before it is done, and not done if that fails.

mod api;
mod asker;
mod client;
mod first;
mod handle;
mod openapi;
mod problem;
mod push;
mod record;
mod role;
pub mod routes;
mod schemas;
mod scim_work;
mod serve;
mod shared;
mod strangers;

pub use asker::InForce;
pub use client::{ClientError, InStep, ScimClient};
pub use first::{CODE_LIFE, FirstCode};
pub use handle::{Control, ControlSettings};
pub use push::Pusher;
pub use record::ShownLedger;
pub use role::{Role, RoleGroups, Roles};
pub use scim::{Client, Ids};
pub use serve::{Exposed, check_address};
pub use shared::AdministeredStore;
