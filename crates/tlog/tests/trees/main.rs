//! Trees against other people's: roots and proofs as `ct-merkle` makes them, checked by `sigstore-merkle`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic here is the failure itself, and helpers stand outside of test functions"
)]

mod exhaustive;
mod memory;
mod others;
mod ranges;
