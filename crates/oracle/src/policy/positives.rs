//! What a permit needs besides the absence of denying clauses, each absence a reason of its own.

use super::formula::Formula;
use super::print::{Block, Printed};
use super::{Scribe, scope};
use decision::State;
use register::model::{Effect, Test};

impl Scribe<'_, '_> {
    /// The policies of the four positives.
    pub(crate) fn positives(&self) -> Vec<Printed> {
        let is = |text: &str| Formula::Is(text.to_owned());
        let agreement =
            is("resource.forAnybody").or(is("resource.licensed.contains(principal.engaging.name)"));
        let listed = |list: &str, word: &str| {
            is(&format!("resource.{list}.isEmpty()")).or(is(&format!("resource.{list}.contains({word})")))
        };
        let approval = Formula::all([
            is("resource.approved"),
            listed("approvedPurposes", "context.purpose"),
            listed("approvedData", "context.data"),
        ]);
        let entitlement = Formula::any([
            is("principal.entitled"),
            is("principal.groups.containsAny(resource.entitledGroups)"),
            is("principal.grants.contains(resource.model)"),
        ]);
        let asked = Formula::any(
            self.live
                .iter()
                .filter(|live| {
                    let conditions = if let Effect::Conditions(all) = &live.clause.effect {
                        all.as_slice()
                    } else {
                        &[]
                    };
                    live.standing.valid && conditions.iter().any(|one| one.test == Test::EvidenceRequired)
                })
                .map(scope::applies),
        );
        let unless = |formula: Formula| vec![Block::unless(formula)];
        let unrecognised = || is("context.misnamed");
        let placeless = || vec![Block::when(is("context.placeless")), Block::unless(asked.clone())];
        let unknown = [placeless(), vec![Block::unless(unrecognised())]].concat();
        let unclear = [placeless(), vec![Block::when(unrecognised())]].concat();
        [
            Printed::missing("agreement", State::Met, unless(agreement)),
            Printed::missing("approval", State::Met, unless(approval)),
            Printed::missing("entitlement", State::Met, unless(entitlement)),
            Printed::missing("place", State::Unknown, unknown),
            Printed::missing("place", State::Unclear, unclear),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
