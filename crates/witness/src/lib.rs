//! A witness: somebody outside who has seen how far a log was, and says so.
//!
//! A log can prove that it only grew, but whoever holds its key can write a second one. So a log shows each checkpoint to
//! witnesses, with a proof from the tree that they saw last; a witness that finds it so keeps what it has seen now, and
//! then signs it ([`State`]). It takes nobody's word for anything, and sees sizes and hashes, never an entry.
//!
//! The protocol is `add-checkpoint` of [C2SP](https://c2sp.org) `tlog-witness`, served by [`Server`] and asked by
//! [`WitnessAt`]. Everything that this witness has cosigned stands in a log of its own, the *root log*, which it serves
//! under `/root`: whoever watches that watches all the logs that it knows, one for each replica of an installation.
//!
//! [`RemoteLog`] reads a log over HTTP, so that `ledger::verify` can check it from afar.

mod address;
mod client;
mod handle;
mod keys;
mod remote;
mod root;
mod serve;
mod state;

pub use address::{Address, AddressError};
pub use client::{ClientError, Trusted};
pub use keys::WitnessKeys;
pub use remote::{RemoteLog, WitnessAt};
pub use serve::{ROOT, Server};
pub use state::{Logs, State, StateError};
