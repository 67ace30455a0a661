//! The right to forward one request, as a value.
//!
//! Nothing outside this crate can make a [`Permit`], and it can be neither copied nor stored. It binds what may be
//! sent: which deployment, under whose account, hosted where, with which provider-side tools. Forwarding code takes it
//! by value, wrapped by the ledger in a proof that it was recorded.

use crate::LATEST;
use crate::explain::Explanation;
use crate::facts::Facts;
use crate::snapshot::Snapshot;
use crate::verdict::{Decision, DeploymentIndex};
use register::model::{Deployment, Instant};
use std::sync::Arc;

/// Facts that were collected and vouched for by the identity layer.
#[derive(Clone, Debug)]
pub struct SealedFacts(Facts);

impl SealedFacts {
    /// Vouches for facts. Called by `identity` only; a lint bans it elsewhere.
    pub const fn seal(facts: Facts) -> Self {
        Self(facts)
    }

    /// The facts.
    pub const fn facts(&self) -> &Facts {
        &self.0
    }
}

/// The right to forward one request to one deployment, until it expires.
#[derive(Debug)]
pub struct Permit {
    snapshot: Arc<Snapshot>,
    deployment: DeploymentIndex,
    decision: Decision,
}

impl Permit {
    /// The deployment to which the request may go, and nothing else.
    pub fn deployment(&self) -> Option<&Deployment> {
        self.snapshot.deployment(self.deployment)
    }

    /// The decision behind it.
    pub const fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The snapshot that decided.
    pub const fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Whether it still holds at the instant.
    pub fn holds_at(&self, at: Instant) -> bool {
        self.decision.valid_until.is_none_or(|until| at < until)
    }
}

/// Why a request was not admitted, with everything that a refusal shows.
#[derive(Debug)]
pub struct Refusal {
    /// The snapshot that decided.
    pub snapshot: Arc<Snapshot>,
    /// The decision about the deployment with the nearest cure; `None`: the model is not on the register at all.
    pub decision: Option<Decision>,
    /// In words.
    pub explanation: Box<Explanation>,
}

/// Decides about a model for sealed facts, at an instant and with all that the snapshot knows, and makes the permit or
/// the refusal.
pub fn admit(
    snapshot: &Arc<Snapshot>,
    facts: &SealedFacts,
    model: &str,
    at: Instant,
) -> Result<Permit, Refusal> {
    admit_among(snapshot, facts, model, at, |_| true)
}

/// The same, as if the model had those deployments only for which `may` is true: to find another one for a request
/// whose first has failed, or to ask whether the one in use is still permitted. Every answer is a decision of its own.
///
/// # Errors
/// The refusal, when none of them permits. It names no deployment where there is none to choose from.
pub fn admit_among(
    snapshot: &Arc<Snapshot>,
    facts: &SealedFacts,
    model: &str,
    at: Instant,
    may: impl Fn(&Deployment) -> bool,
) -> Result<Permit, Refusal> {
    let bound = snapshot.bind(facts.facts(), at, LATEST);
    match snapshot.model_index(model) {
        Some(index) => {
            let decision = snapshot.decide_among(&bound, index, may);
            match decision.deployment {
                Some(deployment) if decision.verdict.permits() => Ok(Permit {
                    snapshot: Arc::clone(snapshot),
                    deployment,
                    decision,
                }),
                _ => Err(refuse(snapshot, facts.facts(), model, decision, at)),
            }
        }
        None => Err(Refusal {
            snapshot: Arc::clone(snapshot),
            decision: None,
            explanation: Box::new(crate::explain::unknown_model(snapshot, facts.facts(), model, at)),
        }),
    }
}

fn refuse(snapshot: &Arc<Snapshot>, facts: &Facts, model: &str, decision: Decision, at: Instant) -> Refusal {
    let explanation = Box::new(crate::explain::explain(
        snapshot, facts, model, &decision, at, LATEST,
    ));
    Refusal {
        snapshot: Arc::clone(snapshot),
        decision: Some(decision),
        explanation,
    }
}
