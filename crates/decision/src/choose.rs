//! Which deployment of a model answers, and, where none may, which refusal is shown.

use crate::bound::Bound;
use crate::snapshot::Snapshot;
use crate::verdict::{Basis, Decision, DeploymentIndex, ModelIndex, Positive, Reason, State};
use register::model::{Deployment, Family, Kind};

/// Who could cure a reason, nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CuredBy {
    /// The person, by asking otherwise: another purpose, a review, the gateway instead of a side way.
    You,
    /// Better evidence: a badge, a zone, a corrected record.
    YourEvidence,
    /// Somebody of the firm who may approve or grant.
    Approver,
    /// A change of the agreement.
    Contract,
    /// Nobody at the firm: law.
    Nobody,
}

impl CuredBy {
    /// Name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::YourEvidence => "your evidence",
            Self::Approver => "approver",
            Self::Contract => "contract",
            Self::Nobody => "nobody",
        }
    }
}

impl Snapshot {
    /// Decides about a model: the first deployment that permits, else the refusal with the nearest cure.
    pub fn decide_model(&self, bound: &Bound, model: ModelIndex) -> Decision {
        self.decide_among(bound, model, |_| true)
    }

    /// Decides about a model as if it had those deployments only for which `may` is true.
    pub fn decide_among(
        &self,
        bound: &Bound,
        model: ModelIndex,
        may: impl Fn(&Deployment) -> bool,
    ) -> Decision {
        let mut best: Option<((usize, CuredBy), Decision)> = None;
        let among = |index: &&DeploymentIndex| self.deployment(**index).is_some_and(&may);
        for deployment in self.deployments_of(model).iter().filter(among) {
            let mut decision = Decision::default();
            self.decide(bound, *deployment, &mut decision);
            if decision.verdict.permits() {
                return decision;
            }
            let distance = (decision.reasons.len(), self.cured_by(&decision));
            if best.as_ref().is_none_or(|(nearest, _)| distance < *nearest) {
                best = Some((distance, decision));
            }
        }
        best.map_or_else(not_deployed, |(_, decision)| decision)
    }

    /// Who could cure a refusal: whoever could cure the hardest of its reasons.
    pub fn cured_by(&self, decision: &Decision) -> CuredBy {
        decision
            .reasons
            .iter()
            .map(|reason| self.reason_cured_by(reason))
            .max()
            .unwrap_or(CuredBy::You)
    }

    fn reason_cured_by(&self, reason: &Reason) -> CuredBy {
        match reason.basis {
            Basis::Missing(Positive::Place) => CuredBy::YourEvidence,
            Basis::Missing(Positive::Approval | Positive::Entitlement) => CuredBy::Approver,
            Basis::Missing(Positive::Agreement) => CuredBy::Contract,
            Basis::Clause(_) if reason.state == State::Unknown => CuredBy::YourEvidence,
            Basis::Clause(_) if reason.state == State::Unclear => CuredBy::Approver,
            Basis::Clause(clause) => self
                .clause(clause)
                .and_then(|(_, clause)| clause.kind)
                .map_or(CuredBy::Approver, kind_cured_by),
        }
    }
}

fn kind_cured_by(kind: Kind) -> CuredBy {
    match kind.family() {
        Family::Evidence => CuredBy::YourEvidence,
        Family::Control | Family::Resale | Family::Extract => CuredBy::You,
        Family::Use | Family::Distill => CuredBy::You,
        Family::Tier | Family::Users => CuredBy::Approver,
        Family::Export | Family::Sanctions | Family::Local => CuredBy::Nobody,
        _ => CuredBy::Contract,
    }
}

fn not_deployed() -> Decision {
    let reason = Reason {
        basis: Basis::Missing(Positive::Agreement),
        state: State::Met,
    };
    Decision {
        reasons: vec![reason],
        ..Decision::default()
    }
}
