//! A request as Cedar sees it: person, their entities, deployment and circumstances.

mod context;
mod entities;
mod reach;
mod values;

pub(crate) use context::context;
pub(crate) use entities::entities;
pub(crate) use values::{ACTION, uid};

use crate::given::{Agreements, Evidence};
use crate::policy::Needs;
use crate::text::Text;
use decision::Facts;
use register::model::Deployment;

/// Everything that one request is made of.
pub(crate) struct Asked<'a> {
    /// The text at the two instants.
    pub(crate) text: &'a Text<'a>,
    /// The facts.
    pub(crate) facts: &'a Facts,
    /// The deployment.
    pub(crate) deployment: &'a Deployment,
    /// What the policies need.
    pub(crate) needs: &'a Needs,
    /// Where the person is.
    pub(crate) evidence: Evidence,
    /// What applies to the deployment.
    pub(crate) agreements: Agreements,
}

impl<'a> Asked<'a> {
    /// Weighs evidence and agreements.
    pub(crate) fn new(
        text: &'a Text<'a>,
        facts: &'a Facts,
        deployment: &'a Deployment,
        needs: &'a Needs,
    ) -> Self {
        let evidence = Evidence::weigh(facts, &text.register.limits, text.at);
        let agreements = Agreements::of(deployment, text);
        Self {
            text,
            facts,
            deployment,
            needs,
            evidence,
            agreements,
        }
    }
}
