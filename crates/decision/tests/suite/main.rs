//! Tests of deciding through the public functions alone, most of them over the demo bank.

mod bank;
mod golden_matrix;
mod known;
mod laws;
mod matrix;
mod properties;
mod requests;
