//! States of clauses, and what follows from all of them.

use register::model::{Instant, Obligation};

/// State of a clause for given facts. The order is that of severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum State {
    /// Its condition does not hold.
    #[default]
    NotMet,
    /// A person must decide: admissible readings differ.
    Unclear,
    /// A fact that could change it is missing or stale.
    Unknown,
    /// Its condition holds.
    Met,
}

impl State {
    /// Name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotMet => "not met",
            Self::Unclear => "unclear",
            Self::Unknown => "unknown",
            Self::Met => "met",
        }
    }

    /// Whether it stands in the way of a permit.
    pub fn stops(self) -> bool {
        self != Self::NotMet
    }
}

/// What a decision says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Verdict {
    /// Yes.
    Permit,
    /// Yes, and something must be done along with it.
    PermitWithObligations,
    /// A person must decide; until then as `Deny`.
    Review,
    /// No.
    #[default]
    Deny,
}

impl Verdict {
    /// Name in records, files and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::PermitWithObligations => "permit_with_obligations",
            Self::Review => "review",
            Self::Deny => "deny",
        }
    }

    /// Whether the request may go ahead.
    pub const fn permits(self) -> bool {
        matches!(self, Self::Permit | Self::PermitWithObligations)
    }
}

/// Index of a clause in its snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClauseIndex(pub(crate) u32);

/// Index of a deployment in its snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeploymentIndex(pub(crate) u32);

/// Index of a model in its snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelIndex(pub(crate) u32);

/// What a permit needs besides the absence of denying clauses. Each that is missing is a reason of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Positive {
    /// An agreement in force that covers model, channel, licensee and entity.
    Agreement,
    /// The firm's own approval of the model, for this purpose and data class, now.
    Approval,
    /// The person's entitlement by group or grant.
    Entitlement,
    /// A usable place.
    Place,
}

impl Positive {
    /// Name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agreement => "agreement",
            Self::Approval => "approval",
            Self::Entitlement => "entitlement",
            Self::Place => "place",
        }
    }
}

/// Why a decision is not a permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// A clause.
    Clause(ClauseIndex),
    /// Something that a permit needs is missing.
    Missing(Positive),
}

/// One reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    /// The clause, or what is missing.
    pub basis: Basis,
    /// Its state; never `NotMet`.
    pub state: State,
}

/// An exception that made the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LiftUsed {
    /// The clause that lifts.
    pub by: ClauseIndex,
    /// The clause that it took away.
    pub lifted: ClauseIndex,
}

/// A set of obligations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Obligations(u16);

impl Obligations {
    /// The set with one more.
    #[must_use]
    pub fn with(self, obligation: Obligation) -> Self {
        let bit = Obligation::ALL.iter().position(|o| *o == obligation).unwrap_or(0);
        Self(self.0 | 1 << bit)
    }

    /// Everything in either.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The obligations, in the order of the vocabulary.
    pub fn iter(self) -> impl Iterator<Item = Obligation> {
        Obligation::ALL
            .iter()
            .copied()
            .enumerate()
            .filter(move |(bit, _)| self.0 >> bit & 1 == 1)
            .map(|(_, o)| o)
    }
}

/// One decision about one deployment. Owned by the caller and filled again and again, so that deciding allocates
/// nothing once its buffers have grown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// What it says.
    pub verdict: Verdict,
    /// The deployment decided about.
    pub deployment: Option<DeploymentIndex>,
    /// Every reason, in the order of the register's instruments and clauses, missing positives last.
    pub reasons: Vec<Reason>,
    /// Exceptions used.
    pub lifts: Vec<LiftUsed>,
    /// What must be done along with a permit.
    pub obligations: Obligations,
    /// First instant at which the same facts may be decided otherwise; `None`: never.
    pub valid_until: Option<Instant>,
}

impl Decision {
    /// Empties the buffers.
    pub(crate) fn clear(&mut self) {
        self.reasons.clear();
        self.lifts.clear();
        self.obligations = Obligations::default();
        self.valid_until = None;
        self.deployment = None;
        self.verdict = Verdict::Deny;
    }

    /// Sets the verdict from reasons and obligations.
    pub(crate) fn conclude(&mut self) {
        let worst = self
            .reasons
            .iter()
            .map(|reason| reason.state)
            .max()
            .unwrap_or_default();
        self.verdict = match worst {
            State::Met | State::Unknown => Verdict::Deny,
            State::Unclear => Verdict::Review,
            State::NotMet if self.obligations.is_empty() => Verdict::Permit,
            State::NotMet => Verdict::PermitWithObligations,
        };
        if !self.verdict.permits() {
            self.obligations = Obligations::default();
        }
    }
}
