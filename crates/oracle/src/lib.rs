//! A second opinion on every decision, by other means.
//!
//! The evaluator in `decision` compiles a register into masks and walks them. This crate reads the same parsed
//! register again, shares no step with that evaluator, and writes every clause down as Cedar policies: up to three
//! per clause, for *met*, *unknown* and *unclear*, over one broad permit. Cedar's own authoriser then answers, and both
//! answers, verdict and full set of reasons, must agree. The policies are also what an auditor reads: the places, the
//! purposes and what an exception needs stand in them in plain sight.
//!
//! **How.** [`Edition`] reads the register at two instants, writes schema and policies, and has Cedar validate them
//! strictly. A request is then worked into plain values: which claims are credible, what the agreements stand on, who
//! owns whom. That is all that is computed outside Cedar, because Cedar can neither recurse nor count days. [`Library`]
//! keeps the editions of one register, since its text changes seldom.
//!
//! **Errors are defects.** Cedar skips a policy that fails, so that a failing `forbid` would turn into a permit. Every
//! request is checked against the schema beforehand, and any error at all is an [`OracleError`], never an opinion.
//!
//! Nothing here is on the path of a request.

mod edition;
mod error;
mod given;
mod library;
mod places;
mod policy;
mod request;
mod schema;
mod text;

pub use edition::{Edition, Export, Opinion};
pub use error::OracleError;
pub use library::Library;

use decision::Facts;
use register::model::{Instant, Register};

/// The second opinion about one request, from the parsed register.
///
/// # Errors
/// [`OracleError::NoDeployment`] when the register has no such deployment; anything else is a defect of the generator.
pub fn opinion(
    register: &Register,
    facts: &Facts,
    deployment: &str,
    at: Instant,
    known_at: Instant,
) -> Result<Opinion, OracleError> {
    Edition::new(register, at, known_at)?.opinion(register, facts, deployment, at, known_at)
}

/// The register's text at two instants as Cedar schema and policies, strictly validated.
///
/// # Errors
/// [`OracleError::Schema`] or [`OracleError::Policies`] when Cedar refuses what was generated.
pub fn export(register: &Register, at: Instant, known_at: Instant) -> Result<Export, OracleError> {
    Ok(Edition::new(register, at, known_at)?.export().clone())
}
