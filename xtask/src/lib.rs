//! What this repository checks about itself.
//!
//! A limit that no tool checks is not kept. So the promises that a reader of ARCHITECTURE.md and
//! CONTRIBUTING.md relies on are measured here, in five checks that can be read one at a time:
//!
//! | check | holds |
//! |---|---|
//! | [`layers`] | a crate uses lower layers only, and the pure crates never reach a runtime, a database or a socket |
//! | [`style`] | files and functions stay short, every file begins by saying what it is for |
//! | [`words`] | no machine paths, no registry hosts, and *place* or *territory* where the law's word is meant |
//! | [`decisions`] | every dependency has one line that says why it was chosen |
//! | [`acceptance`] | every fault and attack of the table has the tests that it names |
//!
//! Each takes the [`workspace::Repository`], returns an [`outcome::Outcome`] and is pure behind a first
//! step that reads files, so that its own tests show it failing on made-up input. `tests/repository.rs`
//! runs all five on the real tree; `cargo run -p xtask` prints the figures.

pub mod acceptance;
pub mod decisions;
pub mod layers;
pub mod outcome;
pub mod style;
pub mod words;
pub mod workspace;
