//! What tests and benchmarks share: a made-up world of any size, a provider that follows a script, and a network that
//! fails. Never part of the program.

mod dice;
mod fault_proxy;
mod mmdb;
mod population;
mod provider;
mod world;

pub use dice::Dice;
pub use fault_proxy::{FaultProxy, NetworkFault};
pub use mmdb::mmdb;
pub use population::people;
pub use provider::{Got, Provider, Script, error_event};
pub use world::{WorldSize, register};
