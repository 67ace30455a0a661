//! Tests of deciding through the public functions alone, most of them over the demo bank.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a panic is the failure itself, in its helpers too"
)]

mod bank;
mod golden_matrix;
mod kinds;
mod known;
mod laws;
mod leaks;
mod matrix;
#[cfg(feature = "mutations")]
mod mutations;
mod properties;
mod requests;
