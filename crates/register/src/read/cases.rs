//! Tests and invariants.

use super::Reader;
use crate::diagnose::{Diagnostic, quoted};
use crate::glob;
use crate::model::{Case, DataClass, Expectation, Never, Origin, Purpose};
use crate::tree::Entry;

impl<'a> Reader<'a> {
    pub(super) fn case(&self, entry: &Entry<'a>) -> Option<Case> {
        let person = self.person_named(entry.text("person")?);
        let model = self.model_named(entry.text("model")?);
        let expect = self.expectation(&entry.entry("expect")?, entry)?;
        Some(Case {
            person,
            model,
            from: self
                .facts(entry, "from")
                .into_iter()
                .map(|place| Origin { place })
                .collect(),
            at: self.start(entry, "at"),
            known_at: self.start(entry, "known_at"),
            purpose: entry.word("purpose", Purpose::parse),
            data: entry.word("data", DataClass::parse),
            expect,
            position: entry.spot().position(),
        })
    }

    fn expectation(&self, at: &Entry<'a>, case: &Entry<'a>) -> Option<Expectation> {
        let clause = at
            .text("clause")
            .and_then(|word| self.clause_named(word, self.scope(case)));
        Some(Expectation {
            decision: at.string("decision")?,
            clause,
            alternatives: self.all_named(at, "alternatives", Self::model_named),
            obligations: at.strings("obligations"),
        })
    }

    pub(super) fn never(&self, entry: &Entry<'a>) -> Option<Never> {
        let at = entry.entry("permit")?;
        let model = at.text("model")?;
        if !self.names.models.keys().any(|id| glob::matches(model.text, id)) {
            let message = format!(
                "no model is named {}, so this invariant says nothing",
                quoted(model.text)
            );
            self.sink.report(Diagnostic::warning(
                "never-matches",
                model.spot.position(),
                message,
            ));
        }
        Some(Never {
            model: model.text.to_owned(),
            person_in: self.set_of(&at, "person_in"),
            group_not: at.string("group_not"),
            span: self.span(&at, "from", "until"),
            position: entry.spot().position(),
        })
    }
}
