//! The decision: may this person, here, now, use this model for this request, under which clauses?
//!
//! [`snapshot::Snapshot`] is a register compiled once, immutable, named by the digest of its content. [`facts::Facts`]
//! say who asks, from where, for what. [`decide`] puts the two together at two instants: *at*, the instant that texts
//! must be valid at, and *known at*, the instant whose knowledge counts. It is pure and total: there is no error that
//! could drop a denial and no early exit, so every reason is found every time.
//!
//! How it works. Time is cut into segments in which nothing in the register changes; for each segment an
//! *epoch* holds every clause as it stands then, its sets of places as masks over the places that the snapshot tells
//! apart. A *plan* per deployment lists the clauses that apply to it. Deciding walks one plan: for each clause a few
//! bit tests. Facts are *bound* to a snapshot first, so that the walk touches no text.
//!
//! [`permit::admit`] is the only way to a [`permit::Permit`], and forwarding code takes nothing else.

pub mod cases;
pub mod explain;
pub mod facts;
pub mod permit;
pub mod snapshot;
pub mod verdict;
pub mod weight;

mod bound;
mod choose;
mod evaluate;
#[cfg(feature = "mutations")]
pub mod mutation;
#[cfg(not(feature = "mutations"))]
mod mutation;
mod presence;
#[cfg(test)]
mod testing;

pub use bound::Bound;
pub use explain::{Explanation, explain};
pub use facts::{
    Claim, ClaimSource, Entitlement, Facts, NamedUser, PersonFacts, RequestFacts, Screening, ScreeningResult,
    Trip,
};
pub use permit::{Permit, Refusal, SealedFacts, admit, admit_among};
pub use snapshot::{CompileError, Snapshot};
pub use verdict::{
    Basis, ClauseIndex, Decision, DeploymentIndex, LiftUsed, ModelIndex, Obligations, Positive, Reason,
    State, Verdict,
};

use register::model::Instant;

/// The instant that knows everything in the register.
pub const LATEST: Instant = Instant(i64::MAX);

/// Decides about one deployment. Fills the caller's buffer; allocates only to bind the facts.
pub fn decide(
    snapshot: &Snapshot,
    facts: &Facts,
    at: Instant,
    known_at: Instant,
    deployment: DeploymentIndex,
    into: &mut Decision,
) {
    let bound = snapshot.bind(facts, at, known_at);
    snapshot.decide(&bound, deployment, into);
}
