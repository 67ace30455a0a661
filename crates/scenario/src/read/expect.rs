//! What must come out of a scenario. Refusals name reasons, permits do not; only a permit with obligations has any.

use super::cursor::{Reported, Value};
use super::places;
use crate::error::ScenarioError;
use crate::file::{Expectation, ExpectedReason, KnownThen};
use decision::{State, Verdict};
use register::model::Obligation;

const VERDICTS: &[Verdict] = &[
    Verdict::Permit,
    Verdict::PermitWithObligations,
    Verdict::Deny,
    Verdict::Review,
];
const STATES: &[State] = &[State::Met, State::Unknown, State::Unclear];

/// Obligations that the format can expect.
const OBLIGATIONS: &[Obligation] = &[
    Obligation::FullCapture,
    Obligation::HumanReview,
    Obligation::AiDisclosure,
    Obligation::Record17a4,
    Obligation::Monitor,
];

pub(super) fn read(value: &Value<'_>) -> Result<Expectation, Reported> {
    let mut fields = value.object()?;
    let decision = fields.need("decision").and_then(|value| verdict(&value));
    let reasons = fields.get("reasons_any");
    let reasons_any = reasons.as_ref().map(|value| value.some_of(reason)).transpose();
    let alternatives = fields.may("alternatives", |value| value.some_of(Value::text));
    let obliged = fields.get("obligations");
    let obligations = obliged.as_ref().map(obligations).transpose();
    let stream_cut_at = fields.may("stream_cut_at", places::instant);
    let known_then = fields.may("known_then", known_then);
    let notes = [fields.may("remedy", Value::text), fields.may("note", Value::text)];
    fields.finish();
    for note in notes {
        note?;
    }
    let decision = decision?;
    only_for(&mut fields, "reasons_any", !decision.permits(), reasons)?;
    only_for(
        &mut fields,
        "obligations",
        decision == Verdict::PermitWithObligations,
        obliged,
    )?;
    Ok(Expectation {
        decision,
        reasons_any: reasons_any?.unwrap_or_default(),
        alternatives: alternatives?.unwrap_or_default(),
        obligations: obligations?.unwrap_or_default(),
        stream_cut_at: stream_cut_at?,
        known_then: known_then?,
        written: value.json().to_value(),
    })
}

/// The field is there if and only if the decision calls for it.
fn only_for(
    fields: &mut super::cursor::Object<'_>,
    key: &'static str,
    called_for: bool,
    field: Option<Value<'_>>,
) -> Result<(), Reported> {
    match field {
        Some(value) if !called_for => {
            let reason = "does not go with the decision expected";
            Err(value.report(|at| ScenarioError::Misplaced { at, reason }))
        }
        None if called_for => fields.need(key).map(drop),
        _ => Ok(()),
    }
}

fn verdict(value: &Value<'_>) -> Result<Verdict, Reported> {
    value.word(VERDICTS, Verdict::as_str)
}

fn reason(value: &Value<'_>) -> Result<ExpectedReason, Reported> {
    let mut fields = value.object()?;
    let clause = fields.need("clause").and_then(|value| value.text());
    let state = fields
        .need("state")
        .and_then(|value| value.word(STATES, State::as_str));
    fields.finish();
    Ok(ExpectedReason {
        clause: clause?,
        state: state?,
    })
}

fn obligations(value: &Value<'_>) -> Result<Vec<Obligation>, Reported> {
    let all = value.some_of(|value| value.word(OBLIGATIONS, Obligation::as_str))?;
    value.unique(&all, |obligation| obligation);
    Ok(all)
}

fn known_then(value: &Value<'_>) -> Result<KnownThen, Reported> {
    let mut fields = value.object()?;
    let known_at = fields.need("known_at").and_then(|value| places::instant(&value));
    let decision = fields.need("decision").and_then(|value| verdict(&value));
    fields.finish();
    Ok(KnownThen {
        known_at: known_at?,
        decision: decision?,
    })
}
