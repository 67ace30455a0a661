//! Laws of deciding, over the corpus of real terms: they hold for every register, so they hold for each scenario's.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a panic is the failure itself, in its helpers too"
)]

mod cases;
mod knowledge;
#[path = "../../../decision/tests/suite/known.rs"]
mod known;
#[path = "../../../decision/tests/suite/laws.rs"]
mod laws;
mod properties;
#[path = "../../../decision/tests/suite/requests.rs"]
mod requests;
