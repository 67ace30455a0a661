//! Trips from a feed: who is where from which day to which.

use super::rows::{Fields, read};
use super::{FeedError, FeedFormat};
use crate::places::trips::{TripEntry, TripSource};
use decision::Trip;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use register::model::Instant;

/// Reads a feed of trips: `person`, `place`, and `from`, `to`, `zone`, `id`, which may be absent.
///
/// Days begin and end in the time zone that `zone` names (`Asia/Hong_Kong`), else in UTC; `to` is the last day. Instants
/// may be written in place of days, and then `to` is the first instant after the trip. A trip without `from` has
/// begun, one without `to` is open.
///
/// # Errors
/// With everything that is wrong; nothing of the feed is to be used then.
pub fn read_trips(text: &str, format: FeedFormat) -> Result<Vec<TripEntry>, FeedError> {
    let known = ["id", "person", "place", "from", "to", "zone"];
    let mut trips = read(text, format, &known, |fields| {
        let (person, place) = (fields.id("person"), fields.place("place"));
        let zone = zone(fields);
        let (from, to) = (bound(fields, "from", &zone, 0), bound(fields, "to", &zone, 1));
        let id = fields.optional_id("id").unwrap_or_default();
        let days = Trip { from: from?, to: to? };
        if let (Some(from), Some(to)) = (days.from, days.to)
            && to <= from
        {
            fields.note(fields.column("to"), "the trip ends before it begins".to_owned());
            return None;
        }
        Some(TripEntry {
            id,
            person: person?,
            place: place?,
            days,
            source: TripSource::Feed,
        })
    })?;
    for (at, trip) in trips.iter_mut().enumerate() {
        if trip.id.is_empty() {
            trip.id = format!("feed-{}", at.saturating_add(1));
        }
    }
    Ok(trips)
}

fn zone(fields: &Fields<'_>) -> TimeZone {
    let Some(name) = fields.text("zone") else {
        return TimeZone::UTC;
    };
    TimeZone::get(name).unwrap_or_else(|_| {
        let message = "`zone` must be a time zone such as `Asia/Hong_Kong`".to_owned();
        fields.note(fields.column("zone"), message);
        TimeZone::UTC
    })
}

/// An end of a trip: outside `None`: wrong; inside: not given. `days` are added to a day.
fn bound(fields: &Fields<'_>, name: &str, zone: &TimeZone, days: i32) -> Option<Option<Instant>> {
    let Some(text) = fields.text(name) else {
        return Some(None);
    };
    let instant = match text.parse::<Date>() {
        Ok(date) if text.len() == 10 => start_of(date, days, zone),
        _ => Instant::parse(text).ok(),
    };
    if instant.is_none() {
        let message = format!("`{name}` must be a day such as `2026-07-15`, or an instant");
        fields.note(fields.column(name), message);
    }
    instant.map(Some)
}

fn start_of(date: Date, days: i32, zone: &TimeZone) -> Option<Instant> {
    let date = date.checked_add(jiff::Span::new().days(days)).ok()?;
    let start = date.to_zoned(zone.clone()).ok()?.timestamp();
    Some(Instant(start.as_second()))
}
