//! Puts one request to both and compares.

use decision::{Basis, Decision, Facts, Snapshot, Verdict};
use oracle::{Library, Opinion, OracleError};
use register::model::{Instant, Register};

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) facts: Facts,
    pub(crate) deployment: String,
    pub(crate) at: Instant,
    pub(crate) known_at: Instant,
}

/// Where the two part.
#[derive(Debug)]
pub(crate) struct Disagreement {
    pub(crate) engine: Opinion,
    pub(crate) oracle: Result<Opinion, OracleError>,
}

/// The engine's answer in the oracle's words.
pub(crate) fn engine(snapshot: &Snapshot, question: &Question) -> Opinion {
    let mut decision = Decision::default();
    let deployment = snapshot
        .deployment_index(&question.deployment)
        .expect("a deployment of the register");
    decision::decide(
        snapshot,
        &question.facts,
        question.at,
        question.known_at,
        deployment,
        &mut decision,
    );
    let name = |basis: &Basis| match basis {
        Basis::Clause(index) => {
            let (instrument, clause) = snapshot.clause(*index).expect("a clause of the snapshot");
            format!("{} {}", instrument.id, clause.reference)
        }
        Basis::Missing(positive) => format!("missing:{}", positive.as_str()),
    };
    Opinion {
        verdict: decision.verdict,
        reasons: decision
            .reasons
            .iter()
            .map(|reason| (name(&reason.basis), reason.state))
            .collect(),
        obligations: decision
            .obligations
            .iter()
            .map(|one| one.as_str().to_owned())
            .collect(),
    }
}

/// Both answers, if they differ.
pub(crate) fn compare(
    snapshot: &Snapshot,
    library: &mut Library,
    question: &Question,
) -> Option<Disagreement> {
    let engine = engine(snapshot, question);
    let oracle = library.opinion(
        &question.facts,
        &question.deployment,
        question.at,
        question.known_at,
    );
    let agree = matches!(&oracle, Ok(opinion) if *opinion == engine);
    (!agree).then_some(Disagreement { engine, oracle })
}

/// Both answers from scratch, if they differ; `None` too where the register is refused.
pub(crate) fn fresh(register: &Register, question: &Question) -> Option<Disagreement> {
    let snapshot = Snapshot::compile_untested(register.clone(), "sha256:random").ok()?;
    compare(&snapshot, &mut Library::new(register), question)
}

/// How often each verdict came, so that a run shows what it covered.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) permit: usize,
    pub(crate) obliged: usize,
    pub(crate) review: usize,
    pub(crate) deny: usize,
}

impl Tally {
    pub(crate) fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Permit => self.permit += 1,
            Verdict::PermitWithObligations => self.obliged += 1,
            Verdict::Review => self.review += 1,
            Verdict::Deny => self.deny += 1,
        }
    }
}
