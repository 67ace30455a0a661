//! Places, days and instants as the format writes them.

use super::cursor::{Reported, Value};
use register::model::{Instant, PlaceFact};
use territory::Place;

/// A place code as the format allows it; whether it means a place is for the decision to say.
pub(super) fn fact(value: &Value<'_>) -> Result<PlaceFact, Reported> {
    let text = value.text()?;
    if looks_like_a_code(&text) {
        Ok(PlaceFact::read(&text))
    } else {
        Err(value.wrong("a place code such as `HK` or `UA-43`"))
    }
}

/// A set of place codes.
pub(super) fn facts(value: &Value<'_>) -> Result<Vec<PlaceFact>, Reported> {
    value.each(fact)
}

/// A place that must exist.
pub(super) fn known(value: &Value<'_>) -> Result<Place, Reported> {
    Place::parse(&value.text()?).map_err(|_| value.wrong("the code of a place"))
}

/// Two capitals, and a subdivision of one to three capitals or digits where there is one.
pub(super) fn looks_like_a_code(text: &str) -> bool {
    let (whole, part) = text
        .split_once('-')
        .map_or((text, None), |(whole, part)| (whole, Some(part)));
    let capital = |byte: u8| byte.is_ascii_uppercase();
    whole.len() == 2
        && whole.bytes().all(capital)
        && part.is_none_or(|part| {
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| capital(byte) || byte.is_ascii_digit())
        })
}

/// A whole UTC day: the instant at which it begins.
pub(super) fn day(value: &Value<'_>) -> Result<Instant, Reported> {
    let text = value.text()?;
    let day = fits("dddd-dd-dd", &text)
        .then(|| Instant::parse(&text).ok())
        .flatten();
    day.ok_or_else(|| value.wrong("a day such as `2026-07-15`"))
}

/// A whole UTC day as the end of a span: the instant after it.
pub(super) fn day_after(value: &Value<'_>) -> Result<Instant, Reported> {
    day(value).map(|start| start.plus(Instant::DAY))
}

/// An instant.
pub(super) fn instant(value: &Value<'_>) -> Result<Instant, Reported> {
    let text = value.text()?;
    let instant = fits("dddd-dd-ddTdd:dd:ddZ", &text)
        .then(|| Instant::parse(&text).ok())
        .flatten();
    instant.ok_or_else(|| value.wrong("an instant such as `2026-07-15T09:00:00Z`"))
}

/// Whether each `d` of the pattern is a digit of the text, and everything else the same.
fn fits(pattern: &str, text: &str) -> bool {
    let same = |(p, t): (u8, u8)| if p == b'd' { t.is_ascii_digit() } else { p == t };
    pattern.len() == text.len() && pattern.bytes().zip(text.bytes()).all(same)
}
