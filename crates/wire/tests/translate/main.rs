//! Translation between protocols as the gateway sees it: bodies and streams in, bodies and streams out.
//!
//! The requests have the shapes that real programs send; the answers have those that providers give. What a validator
//! and a gatherer of each protocol's streams make of the result stands in place of the programs that would read it.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod gather;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod roundtrip;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod validate;
