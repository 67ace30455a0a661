//! Instants in whole seconds, and half-open spans between them.
//!
//! A date without a time begins at 00:00 and, as the end of a span, includes its day, in the time zone of its
//! instrument. The reader resolves that, so that nothing after it knows of time zones.

use std::fmt;

/// A point in time: whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

/// Why a text is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an instant such as `2026-07-15T09:00:00Z` or a date such as `2026-07-15`")]
pub struct TimeError {
    /// What was written.
    pub text: String,
}

impl Instant {
    /// Seconds in a day.
    pub const DAY: i64 = 86_400;

    /// Reads an RFC 3339 instant, or a date, which means its 00:00 UTC.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let error = || TimeError {
            text: text.to_owned(),
        };
        if let Ok(date) = text.parse::<jiff::civil::Date>()
            && text.len() == 10
        {
            let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| error())?;
            return Ok(Self(zoned.timestamp().as_second()));
        }
        text.parse::<jiff::Timestamp>()
            .map(|t| Self(t.as_second()))
            .map_err(|_| error())
    }

    /// The instant `seconds` later; saturates at the ends of time.
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Number of whole UTC days since 1970-01-01.
    pub const fn utc_day(self) -> i64 {
        self.0.div_euclid(Self::DAY)
    }

    /// 00:00 UTC of the day `day` days after 1970-01-01.
    pub const fn of_utc_day(day: i64) -> Self {
        Self(day.saturating_mul(Self::DAY))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(timestamp) => write!(f, "{timestamp}"),
            Err(_) => write!(f, "{} s", self.0),
        }
    }
}

/// A half-open span of time: from (included) to (excluded); an absent end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First instant inside, or open.
    pub from: Option<Instant>,
    /// First instant after, or open.
    pub to: Option<Instant>,
}

impl Span {
    /// The span that holds every instant.
    pub const ALWAYS: Self = Self { from: None, to: None };

    /// Whether the instant lies inside.
    pub fn contains(&self, at: Instant) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }

    /// The span inside both.
    pub fn and(&self, other: &Self) -> Self {
        let to = match (self.to, other.to) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self {
            from: self.from.max(other.from),
            to,
        }
    }

    /// The two ends that exist.
    pub fn boundaries(&self) -> impl Iterator<Item = Instant> {
        self.from.into_iter().chain(self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_midnight() {
        assert_eq!(Instant::parse("1970-01-02"), Ok(Instant(86_400)));
        assert_eq!(Instant::parse("1970-01-01T00:00:05Z"), Ok(Instant(5)));
        assert!(Instant::parse("1970-13-01").is_err());
        assert_eq!(Instant(5).to_string(), "1970-01-01T00:00:05Z");
    }

    #[test]
    fn spans_are_half_open() {
        let span = Span {
            from: Some(Instant(10)),
            to: Some(Instant(20)),
        };
        assert!(!span.contains(Instant(9)) && span.contains(Instant(10)));
        assert!(span.contains(Instant(19)) && !span.contains(Instant(20)));
        assert!(Span::ALWAYS.contains(Instant(0)));
    }
}
