//! Packs, made from logs on disk and checked with nothing but the pack and the public key.
#![expect(
    clippy::unwrap_used,
    reason = "a panic here is the failure itself, and helpers stand outside of test functions"
)]

mod hostile;
mod kept;
mod licensor;
mod others;
mod scope;
mod tampering;
