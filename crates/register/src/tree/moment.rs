//! Dates and instants as they are written.

use crate::model::Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use toml::de::DeValue;

/// A point in time as written: a whole day, in a time zone still to be named, or an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A day.
    Day(Date),
    /// An instant.
    Exact(Instant),
}

impl Moment {
    /// Reads a TOML local date, an offset date-time, or either in quotes; otherwise says what is wrong with it.
    pub(crate) fn of(value: &DeValue<'_>) -> Result<Self, &'static str> {
        const NOT_A_DATE: &str = "is not a date or an instant";
        match value {
            DeValue::String(text) => Self::of_text(text).ok_or(NOT_A_DATE),
            DeValue::Datetime(written) => match (written.date, written.time, written.offset) {
                (Some(_), Some(_), None) => Err("has a time of day but no offset from UTC"),
                (Some(_), _, _) => Self::of_text(&written.to_string()).ok_or(NOT_A_DATE),
                (None, _, _) => Err(NOT_A_DATE),
            },
            _ => Err(NOT_A_DATE),
        }
    }

    fn of_text(text: &str) -> Option<Self> {
        if text.len() == 10 {
            return text.parse().ok().map(Self::Day);
        }
        Instant::parse(text).ok().map(Self::Exact)
    }

    /// The first instant inside: 00:00 of a day.
    pub(crate) fn start(self, zone: &TimeZone) -> Option<Instant> {
        match self {
            Self::Exact(instant) => Some(instant),
            Self::Day(day) => midnight(day, zone),
        }
    }

    /// The first instant after: 00:00 of the day after. `None` where the calendar ends: such a span is open.
    pub(crate) fn end(self, zone: &TimeZone) -> Option<Instant> {
        match self {
            Self::Exact(instant) => Some(instant),
            Self::Day(day) => midnight(day.tomorrow().ok()?, zone),
        }
    }
}

fn midnight(day: Date, zone: &TimeZone) -> Option<Instant> {
    day.to_zoned(zone.clone())
        .ok()
        .map(|zoned| Instant(zoned.timestamp().as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_the_next_midnight_of_its_zone() {
        let hong_kong = jiff::tz::TimeZoneDatabase::bundled()
            .get("Asia/Hong_Kong")
            .unwrap();
        let day = Moment::of_text("2026-07-14").unwrap();
        assert_eq!(day.start(&hong_kong), Instant::parse("2026-07-13T16:00:00Z").ok());
        assert_eq!(day.end(&hong_kong), Instant::parse("2026-07-14T16:00:00Z").ok());
        assert_eq!(Moment::of_text("9999-12-31").unwrap().end(&TimeZone::UTC), None);
    }

    #[test]
    fn what_is_no_moment_says_why() {
        let check = |toml: &str, expected: Result<Moment, &'static str>| {
            let value = DeValue::parse(toml).unwrap();
            assert_eq!(Moment::of(value.get_ref()), expected, "{toml}");
        };
        check(
            "2026-07-15T09:00:00Z",
            Ok(Moment::Exact(Instant::parse("2026-07-15T09:00:00Z").unwrap())),
        );
        check("'2026-07-15'", Ok(Moment::Day("2026-07-15".parse().unwrap())));
        check(
            "2026-07-15T09:00:00",
            Err("has a time of day but no offset from UTC"),
        );
        check("09:00:00", Err("is not a date or an instant"));
        check("'15.07.2026'", Err("is not a date or an instant"));
        check("20260715", Err("is not a date or an instant"));
    }
}
