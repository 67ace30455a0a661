//! What tests and benchmarks share: a made-up world of any size, a provider that follows a script, a network that
//! fails, and a collector of telemetry. Never part of the program.

mod collector;
mod dice;
mod fault_proxy;
mod mmdb;
mod population;
mod provider;
mod world;

pub use collector::{Attributes, Collector, Span, attributes};
pub use dice::Dice;
pub use fault_proxy::{FaultProxy, NetworkFault};
pub use mmdb::mmdb;
pub use population::people;
pub use provider::{Got, Provider, Script, error_event};
pub use world::{WorldSize, register};

/// Whether tests may take as long as their recipe says; they run a short form of it otherwise. `make test-long` sets the
/// variable `BAILIWICK_LONG`.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says how long they may take"
)]
pub fn is_long() -> bool {
    std::env::var_os("BAILIWICK_LONG").is_some()
}
