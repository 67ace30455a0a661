//! The gateway as its callers and its providers see it: over sockets, with a small register, in one process.
//!
//! Nothing here is faked but the provider, and where it matters what exactly the provider got, the provider is a script
//! that writes down every byte.

#[cfg(test)]
mod abilities;
#[cfg(test)]
mod activation;
#[cfg(test)]
mod admission;
#[cfg(test)]
mod asked;
#[cfg(test)]
mod attacks;
#[cfg(test)]
mod bombs;
#[cfg(test)]
mod broken_off;
#[cfg(test)]
mod caps;
#[cfg(test)]
mod channels;
#[cfg(test)]
mod client;
#[cfg(test)]
mod explained;
#[cfg(test)]
mod exporting;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod ids;
#[cfg(test)]
mod injected;
#[cfg(test)]
mod leaks;
#[cfg(test)]
mod listening;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod panics;
#[cfg(test)]
mod passing;
#[cfg(test)]
mod places;
#[cfg(test)]
mod programs;
#[cfg(test)]
mod protocols;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod quotas;
#[cfg(test)]
mod reach;
#[cfg(test)]
mod revoked;
#[cfg(test)]
mod routing;
#[cfg(test)]
mod signing_in;
#[cfg(test)]
mod slow;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod surfaces;
#[cfg(test)]
mod telemetry;
#[cfg(test)]
mod translating;
#[cfg(test)]
mod troubled;
#[cfg(test)]
mod walls;
#[cfg(test)]
mod watched;
#[cfg(test)]
mod wires;
#[cfg(test)]
mod withdrawn;
#[cfg(test)]
mod world;
