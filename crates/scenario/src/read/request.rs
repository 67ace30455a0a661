//! What is asked, with the defaults of the format: screening clean and fresh, an enterprise account, no resale, no
//! pattern, nobody named. Billing place and tier have no default and stay unknown.

use super::cursor::{Object, Reported, Value};
use super::places;
use crate::file::Request;
use decision::{Screening, ScreeningResult};
use register::model::{Account, DataClass, ExceptionApproval, Instant, Pattern, Purpose, Tier};

pub(super) fn read(value: &Value<'_>, at: Instant) -> Result<Request, Reported> {
    let mut fields = value.object()?;
    let purpose = fields
        .need("use")
        .and_then(|value| value.word(Purpose::ALL, Purpose::as_str));
    let data = fields
        .need("data")
        .and_then(|value| value.word(DataClass::ALL, DataClass::as_str));
    let end_users = fields.may("end_users", places::facts);
    let residency = fields.may("residency", Value::text);
    let output_to = fields.may("output_to", places::facts);
    let beneficiary = fields.may("beneficiary", places::fact);
    let billing = fields.may("billing_country", places::fact);
    let account = fields.may("account", |value| value.word(Account::ALL, Account::as_str));
    let tier = fields.may("tier", |value| value.word(Tier::ALL, Tier::as_str));
    let named = fields.flag("named");
    let groups = fields.may("groups", |value| value.each(Value::text));
    let human_review = fields.flag("human_review");
    let registered = fields.flag("registered_app");
    let patterns = fields.may("pattern", |value| {
        value.each(|v| v.word(Pattern::ALL, Pattern::as_str))
    });
    let resale = fields.flag("resale");
    let screening = screening(&mut fields, at);
    let exception = fields.may("exception", |value| {
        value.word(ExceptionApproval::ALL, ExceptionApproval::as_str)
    });
    let side_call = fields.may("side_call", Value::text);
    let stream_until = fields.may("stream_until", places::instant);
    fields.finish();
    Ok(Request {
        purpose: purpose?,
        data: data?,
        end_users: end_users?,
        residency: residency?,
        output_to: output_to?.unwrap_or_default(),
        beneficiary: beneficiary?,
        billing: billing?.unwrap_or_default(),
        account: account?.unwrap_or(Account::Enterprise),
        tier: tier?,
        named: named?,
        groups: groups?.unwrap_or_default(),
        human_review: human_review?,
        registered_application: registered?,
        patterns: patterns?.unwrap_or_default(),
        resale: resale?,
        screening: screening?,
        exception: exception?,
        side_call: side_call?,
        stream_until: stream_until?,
    })
}

/// Absent: clean, now. An explicit null is unknown: never screened, or nobody knows when.
fn screening(fields: &mut Object<'_>, at: Instant) -> Result<Screening, Reported> {
    const RESULTS: &[(&str, ScreeningResult)] =
        &[("clean", ScreeningResult::Clean), ("hit", ScreeningResult::Hit)];
    let result = match fields.get("screening").map(Value::unless_null) {
        None => Ok(Some(ScreeningResult::Clean)),
        Some(None) => Ok(None),
        Some(Some(value)) => value
            .word(RESULTS, |(word, _)| word)
            .map(|(_, result)| Some(result)),
    };
    let screened_at = match fields.get("screening_age_hours").map(Value::unless_null) {
        None => Ok(Some(at)),
        Some(None) => Ok(None),
        Some(Some(value)) => age(&value).map(|age| Some(at.plus(age.saturating_neg()))),
    };
    Ok(Screening {
        result: result?,
        screened_at: screened_at?,
    })
}

/// An age in hours, as whole seconds.
pub(super) fn age(value: &Value<'_>) -> Result<i64, Reported> {
    value
        .number()?
        .hours_as_seconds()
        .ok_or_else(|| value.wrong("an age in hours of reasonable size"))
}
