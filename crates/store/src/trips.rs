//! Trips of people.

use crate::Store;
use crate::database::away;
use crate::feed::{note, note_everything};
use crate::stored::{REVISION, place, place_text};
use decision::Trip;
use identity::KeepError;
use identity::kept::{Keeping, Sort, TripList, TripRecord, TripStore};
use register::model::Instant;
use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction};
use std::collections::BTreeSet;

impl TripStore for Store {
    fn keep_trip<'a>(&'a self, trip: &'a TripRecord) -> Keeping<'a, ()> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            put(&mut change, trip).await?;
            note(&mut change, Sort::Trip, &trip.person).await?;
            change.commit().await.map_err(away)
        })
    }

    fn forget_trip<'a>(&'a self, source: &'a str, id: &'a str) -> Keeping<'a, bool> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            let query = sqlx::query("delete from trips where source = $1 and id = $2 returning person");
            let query = query.bind(source.to_owned()).bind(id.to_owned());
            let Some(row) = query.fetch_optional(&mut *change).await.map_err(away)? else {
                return Ok(false);
            };
            let person: String = row.try_get(0).map_err(away)?;
            note(&mut change, Sort::Trip, &person).await?;
            change.commit().await.map_err(away)?;
            Ok(true)
        })
    }

    fn trips_of<'a>(&'a self, person: &'a str) -> Keeping<'a, Vec<TripRecord>> {
        Box::pin(async move {
            let query = sqlx::query(
                "select source, id, person, place, begins, ends from trips where person = $1 \
                 order by coalesce(begins, 0), source, id",
            );
            let rows = query.bind(person.to_owned()).fetch_all(&self.database.read).await;
            records(&rows.map_err(away)?)
        })
    }

    fn trips(&self) -> Keeping<'_, Vec<TripRecord>> {
        Box::pin(async move {
            let query = sqlx::query(
                "select source, id, person, place, begins, ends from trips \
                 order by person, coalesce(begins, 0), source, id",
            );
            records(&query.fetch_all(&self.database.read).await.map_err(away)?)
        })
    }

    fn replace_trips<'a>(&'a self, list: &'a TripList, at: Instant) -> Keeping<'a, bool> {
        Box::pin(self.put_list(list, at))
    }

    fn trips_received<'a>(&'a self, source: &'a str) -> Keeping<'a, Option<Instant>> {
        Box::pin(async move {
            let query = sqlx::query("select at from pushes where source = $1").bind(source.to_owned());
            let row = query.fetch_optional(&self.database.read).await.map_err(away)?;
            let at: Option<i64> = row.map(|row| row.try_get(0)).transpose().map_err(away)?;
            Ok(at.map(Instant))
        })
    }
}

/// Changes of one list that are told one by one; more are told as everything.
const TOLD: usize = 1_000;

impl Store {
    async fn put_list(&self, list: &TripList, at: Instant) -> Result<bool, KeepError> {
        let mut change = self.database.begin().await?;
        let source = &list.source;
        let known = sqlx::query("select made from pushes where source = $1").bind(source.clone());
        let known = known.fetch_optional(&mut *change).await.map_err(away)?;
        let known: Option<i64> = known.map(|row| row.try_get(0)).transpose().map_err(away)?;
        if known.is_some_and(|known| list.made.0 < known) {
            return Ok(false);
        }
        let upsert = sqlx::query(
            "insert into pushes (source, made, at) values ($1, $2, $3) on conflict (source) do update set \
             made = excluded.made, at = excluded.at",
        );
        let upsert = upsert.bind(source.clone()).bind(list.made.0).bind(at.0);
        upsert.execute(&mut *change).await.map_err(away)?;
        let before = sqlx::query(
            "select source, id, person, place, begins, ends from trips where source = $1 order by id",
        );
        let before = before.bind(source.clone()).fetch_all(&mut *change).await;
        let before = records(&before.map_err(away)?)?;
        let clear = sqlx::query("delete from trips where source = $1").bind(source.clone());
        clear.execute(&mut *change).await.map_err(away)?;
        for trip in &list.trips {
            let trip = TripRecord {
                source: source.clone(),
                ..trip.clone()
            };
            put(&mut change, &trip).await?;
        }
        let touched: BTreeSet<&str> = before
            .iter()
            .chain(&list.trips)
            .map(|trip| trip.person.as_str())
            .collect();
        match touched.len() > TOLD {
            true => note_everything(&mut change).await?,
            false => {
                for person in touched {
                    note(&mut change, Sort::Trip, person).await?;
                }
            }
        }
        note(&mut change, Sort::Sync, source).await?;
        change.commit().await.map_err(away)?;
        Ok(true)
    }
}

async fn put(change: &mut Transaction<'static, Any>, trip: &TripRecord) -> Result<(), KeepError> {
    let upsert = sqlx::query(
        "insert into trips (source, id, person, place, begins, ends, revision) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (source, id) do update set \
         person = excluded.person, place = excluded.place, begins = excluded.begins, ends = excluded.ends, \
         revision = excluded.revision",
    );
    let upsert = upsert
        .bind(trip.source.clone())
        .bind(trip.id.clone())
        .bind(trip.person.clone())
        .bind(place_text(&trip.place))
        .bind(trip.days.from.map(|at| at.0))
        .bind(trip.days.to.map(|at| at.0))
        .bind(REVISION);
    upsert.execute(&mut **change).await.map_err(away)?;
    Ok(())
}

fn records(rows: &[AnyRow]) -> Result<Vec<TripRecord>, KeepError> {
    let record = |row: &AnyRow| -> Result<TripRecord, sqlx::Error> {
        let written: Option<String> = row.try_get(3)?;
        Ok(TripRecord {
            source: row.try_get(0)?,
            id: row.try_get(1)?,
            person: row.try_get(2)?,
            place: place(written.as_deref()),
            days: Trip {
                from: row.try_get::<Option<i64>, _>(4)?.map(Instant),
                to: row.try_get::<Option<i64>, _>(5)?.map(Instant),
            },
        })
    };
    rows.iter().map(record).collect::<Result<_, _>>().map_err(away)
}
