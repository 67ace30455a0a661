//! Tests and invariants.

use super::Reader;
use crate::diagnose::{Diagnostic, quoted};
use crate::glob;
use crate::model::{
    Case, DataClass, ExceptionApproval, Expectation, ExpectedMissing, ExpectedState, Given, GivenScreening,
    Never, Origin, OriginSource, Pattern, Purpose,
};
use crate::tree::{Entry, Value};

const HOUR: i64 = 3600;

impl<'a> Reader<'a> {
    pub(super) fn case(&self, entry: &Entry<'a>) -> Option<Case> {
        let person = self.person_named(entry.text("person")?);
        let model = self.model_named(entry.text("model")?);
        let expect = self.expectation(&entry.entry("expect")?, entry)?;
        Some(Case {
            person,
            model,
            from: self.origins(entry, "from"),
            given: entry
                .entry("given")
                .map(|given| self.given(&given))
                .unwrap_or_default(),
            at: self.start(entry, "at"),
            known_at: self.start(entry, "known_at"),
            purpose: entry.word("purpose", Purpose::parse),
            data: entry.word("data", DataClass::parse),
            expect,
            position: entry.spot().position(),
        })
    }

    fn expectation(&self, at: &Entry<'a>, case: &Entry<'a>) -> Option<Expectation> {
        let clause_under = |key: &str| {
            at.text(key)
                .and_then(|word| self.clause_named(word, self.scope(case)))
        };
        if at.has("state") && !at.has("clause") {
            let message = "`state` is that of a clause, and none is named";
            let error = Diagnostic::error("state-of-nothing", at.spot_of("state").position(), message);
            self.sink.report(error.help("say of which with `clause`"));
        }
        let decision = at.string("decision")?;
        if decision.starts_with("permit") {
            self.no_reasons(at, &decision);
        }
        Some(Expectation {
            decision,
            clause: clause_under("clause"),
            state: at.word("state", ExpectedState::parse),
            missing: at.word("missing", ExpectedMissing::parse),
            lift: clause_under("lift"),
            alternatives: self.all_named(at, "alternatives", Self::model_named),
            obligations: at.strings("obligations"),
        })
    }

    /// Reports keys that expect a reason of a decision that has none.
    fn no_reasons(&self, at: &Entry<'a>, decision: &str) {
        for key in ["state", "missing"].into_iter().filter(|key| at.has(key)) {
            let message = format!(
                "`{key}` is about a reason, and {} has no reasons",
                quoted(decision)
            );
            let error = Diagnostic::error("idle-key", at.spot_of(key).position(), message);
            self.sink
                .report(error.help("expect `deny` or `review`, or leave it out"));
        }
    }

    /// Claims about the place of the person: texts stand for what a network zone sees.
    fn origins(&self, entry: &Entry<'a>, key: &str) -> Vec<Origin> {
        let Some(value) = entry.get(key) else {
            return Vec::new();
        };
        let values = match value.value.as_array() {
            Some(_) => value.items(),
            None => vec![value],
        };
        let origin = |value: Value<'a>| match value.entry() {
            Some(entry) => self.origin(&entry),
            None => value.word().map(|word| Origin::zone(self.fact(word))),
        };
        values.into_iter().filter_map(origin).collect()
    }

    fn origin(&self, at: &Entry<'a>) -> Option<Origin> {
        let source = at.word("source", OriginSource::parse)?;
        let is_trip = source == OriginSource::Trip;
        let (foreign, why) = if is_trip {
            (
                ["age_hours", "marked"],
                "a trip has days instead, `since` and `until`",
            )
        } else {
            (["since", "until"], "only a trip has days")
        };
        for key in foreign.into_iter().filter(|key| at.has(key)) {
            let message = format!(
                "`{key}` says nothing about a claim of source {}",
                quoted(source.as_str())
            );
            let error = Diagnostic::error("idle-key", at.spot_of(key).position(), message);
            self.sink.report(error.help(why));
        }
        Some(Origin {
            source,
            place: self.fact_of(at, "place"),
            age: hours(at, "age_hours"),
            site: at.text("site").map(|word| self.site_named(word)),
            marked: at.flag("marked").unwrap_or(false),
            days: self.utc_days(at, "since", "until"),
        })
    }

    fn given(&self, at: &Entry<'a>) -> Given {
        let facts = |key: &str| at.has(key).then(|| self.facts(at, key));
        let fact = |key: &str| at.has(key).then(|| self.fact_of(at, key));
        let screening = at.word("screening", GivenScreening::parse);
        if screening == Some(GivenScreening::Never) && at.has("screening_age_hours") {
            let message = "a screening that never was has no age";
            let position = at.spot_of("screening_age_hours").position();
            let error = Diagnostic::error("idle-key", position, message);
            self.sink.report(
                error.help(
                    "leave one of the two out: without `screening` it is clean, and as old as this says",
                ),
            );
        }
        Given {
            patterns: at.words("patterns", Pattern::parse),
            side_call: at.string("side_call"),
            exception: at.word("exception", ExceptionApproval::parse),
            resale: at.flag("resale"),
            beneficiary: fact("beneficiary"),
            human_review: at.flag("human_review"),
            registered: at.flag("registered"),
            screening,
            screening_age: hours(at, "screening_age_hours"),
            end_users: facts("end_users"),
            output_to: facts("output_to"),
            residency: self.set_of(at, "residency"),
            egress: fact("egress"),
        }
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

/// Whole hours under a key, in seconds; none where it is not there.
fn hours(at: &Entry<'_>, key: &str) -> i64 {
    let hours = at.count(key).unwrap_or_default();
    i64::try_from(hours).unwrap_or(i64::MAX).saturating_mul(HOUR)
}
