//! Trips: those that people declare, shown beside those that others say.
//!
//! A declared trip is a place that the person is taken to be at from day to day, and the place of work is not, as for
//! any trip. It proves nothing about since when they travel, so that exceptions for the first days of a trip are had by
//! a feed alone.

use super::{Asked, Reply, new_id};
use crate::asker::Asker;
use crate::problem::Problem;
use crate::shared::Shared;
use decision::Trip;
use identity::kept::{DECLARED, TripRecord};
use identity::{TRIPS_OF_PERSON, TripEntry, TripSource};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use register::model::{Instant, PlaceFact};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    place: String,
    from: Option<String>,
    to: Option<String>,
    zone: Option<String>,
}

impl Shared {
    pub(super) async fn my_trips(&self, asked: Asked<'_>) -> Result<Reply, Problem> {
        let kept = self.store.trips_of(&asked.asker.person).await?;
        let mut trips: Vec<Value> = kept.iter().map(shown).collect();
        trips.extend(self.fed(asked.asker));
        Ok(Reply::ok(json!({"revision": 1, "trips": trips})))
    }

    /// Trips that a file of the travel desk says.
    fn fed(&self, asker: &Asker) -> Vec<Value> {
        let mut fed: Vec<TripEntry> = Vec::new();
        self.in_force.look(&mut |collector, _| {
            fed = collector.places().trips().of(&asker.person);
        });
        fed.retain(|trip| trip.source == TripSource::Feed);
        let record = |trip: TripEntry| TripRecord {
            id: trip.id,
            person: trip.person,
            place: trip.place,
            days: trip.days,
            source: "feed".to_owned(),
        };
        fed.into_iter().map(record).map(|trip| shown(&trip)).collect()
    }

    pub(super) async fn declare(&self, mut asked: Asked<'_>) -> Result<Reply, Problem> {
        let declared: Declared = asked.read().await?;
        let person = &asked.asker.person;
        let PlaceFact::Known(place) = PlaceFact::read(&declared.place) else {
            let shown: String = declared.place.chars().take(40).collect();
            return Err(Problem::wrong(format!("`{shown}` is not the code of a place"))
                .help("write an ISO 3166 code such as `SG` or `US-NY`"));
        };
        let days = days(&declared)?;
        let kept = self.store.trips_of(person).await?;
        if kept.len() >= TRIPS_OF_PERSON {
            let detail = format!("you have {TRIPS_OF_PERSON} trips, and more are not kept");
            return Err(Problem::new(409, "too_many", detail).help("take back those that are over"));
        }
        let trip = TripRecord {
            id: new_id()?,
            person: person.clone(),
            place: PlaceFact::Known(place),
            days,
            source: DECLARED.to_owned(),
        };
        self.store.keep_trip(&trip).await?;
        Ok(Reply::with(201, shown(&trip)))
    }

    pub(super) async fn take_back(&self, asked: Asked<'_>) -> Result<Reply, Problem> {
        let (person, id) = (&asked.asker.person, asked.id()?);
        let kept = self.store.trips_of(person).await?;
        let is_theirs = |trip: &TripRecord| trip.source == DECLARED && trip.id == id;
        if !kept.iter().any(is_theirs) {
            return Err(Problem::new(
                404,
                "not_found",
                "you have declared no trip of this id",
            ));
        }
        self.store.forget_trip(DECLARED, id).await?;
        Ok(Reply::done())
    }
}

fn days(declared: &Declared) -> Result<Trip, Problem> {
    let zone = match &declared.zone {
        None => TimeZone::UTC,
        Some(name) => TimeZone::get(name)
            .map_err(|_| Problem::wrong("`zone` must be a time zone such as `Asia/Hong_Kong`"))?,
    };
    let days = Trip {
        from: bound("from", declared.from.as_deref(), &zone, 0)?,
        to: bound("to", declared.to.as_deref(), &zone, 1)?,
    };
    match (days.from, days.to) {
        (Some(from), Some(to)) if to <= from => Err(Problem::wrong("the trip ends before it begins")),
        _ => Ok(days),
    }
}

/// The instant at which a day begins, so many days later.
fn bound(name: &str, text: Option<&str>, zone: &TimeZone, later: i64) -> Result<Option<Instant>, Problem> {
    let Some(text) = text else {
        return Ok(None);
    };
    let wrong = || Problem::wrong(format!("`{name}` must be a day such as `2026-07-15`"));
    let date: Date = text.parse().map_err(|_| wrong())?;
    let date = date
        .checked_add(jiff::Span::new().days(later))
        .map_err(|_| wrong())?;
    let start = date.to_zoned(zone.clone()).map_err(|_| wrong())?;
    Ok(Some(Instant(start.timestamp().as_second())))
}

pub(super) fn shown(trip: &TripRecord) -> Value {
    json!({
        "id": trip.id,
        "place": super::facts::place_text(&trip.place),
        "from": trip.days.from.map(|at| at.to_string()),
        "until": trip.days.to.map(|at| at.to_string()),
        "source": trip.source,
    })
}
