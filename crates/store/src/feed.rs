//! The feed of changes.

use crate::Store;
use crate::database::away;
use identity::KeepError;
use identity::kept::{ChangeFeed, Changes, Keeping, Sort};
use sqlx::{Any, Row as _, Transaction};
use std::collections::HashSet;

/// Changes that are kept; whoever is further behind reads everything again.
const KEPT: i64 = 100_000;

/// Changes that are listed one by one; more are told as "everything".
const LISTED: i64 = 10_000;

/// Stands for a change of more than is worth listing.
const EVERYTHING: &str = "everything";

/// Numbers a change of one record. To be called inside the change.
pub(crate) async fn note(
    change: &mut Transaction<'static, Any>,
    sort: Sort,
    id: &str,
) -> Result<(), KeepError> {
    append(change, sort.as_str(), id).await
}

/// Numbers a change of many records.
pub(crate) async fn note_everything(change: &mut Transaction<'static, Any>) -> Result<(), KeepError> {
    append(change, EVERYTHING, "").await
}

async fn append(change: &mut Transaction<'static, Any>, sort: &str, id: &str) -> Result<(), KeepError> {
    let next = sqlx::query("update feed_head set last = last + 1 where one = 1 returning last");
    let number: i64 = next
        .fetch_one(&mut **change)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(away)?;
    let insert = sqlx::query("insert into feed (seq, sort, id) values ($1, $2, $3)");
    let insert = insert.bind(number).bind(sort).bind(id);
    insert.execute(&mut **change).await.map_err(away)?;
    if number % 1_000 == 0 {
        let trim = sqlx::query("delete from feed where seq <= $1").bind(number - KEPT);
        trim.execute(&mut **change).await.map_err(away)?;
    }
    Ok(())
}

impl ChangeFeed for Store {
    fn last_change(&self) -> Keeping<'_, u64> {
        Box::pin(async move {
            let query = sqlx::query("select last from feed_head");
            let last: i64 = query
                .fetch_one(&self.database.read)
                .await
                .and_then(|row| row.try_get(0))
                .map_err(away)?;
            Ok(u64::try_from(last).unwrap_or_default())
        })
    }

    fn changes_since(&self, number: u64) -> Keeping<'_, Changes> {
        Box::pin(async move {
            let from = i64::try_from(number).unwrap_or(i64::MAX);
            let query = sqlx::query("select seq, sort, id from feed where seq > $1 order by seq limit $2");
            let query = query.bind(from).bind(LISTED + 1);
            let rows = query.fetch_all(&self.database.read).await.map_err(away)?;
            let mut listed: Vec<(i64, String, String)> = Vec::with_capacity(rows.len());
            for row in &rows {
                let one = |error| away(error);
                listed.push((
                    row.try_get(0).map_err(one)?,
                    row.try_get(1).map_err(one)?,
                    row.try_get(2).map_err(one)?,
                ));
            }
            let last = i64::try_from(self.last_change().await?).unwrap_or(i64::MAX);
            Ok(told(from, last, listed))
        })
    }
}

/// What to tell about these rows after a number, where the last number was this a moment later.
fn told(from: i64, last: i64, rows: Vec<(i64, String, String)>) -> Changes {
    let reaches_back = match rows.first() {
        Some((first, _, _)) => *first == from.saturating_add(1),
        None => last == from,
    };
    let is_short = i64::try_from(rows.len()).is_ok_and(|rows| rows <= LISTED);
    let is_listed = reaches_back && is_short && rows.iter().all(|(_, sort, _)| sort != EVERYTHING);
    let until = rows.last().map_or(from, |(seq, _, _)| *seq);
    if !is_listed {
        return Changes {
            until: u64::try_from(rows.last().map_or(last, |_| last.max(until))).unwrap_or_default(),
            everything: true,
            records: Vec::new(),
        };
    }
    // each once, where it was changed last; a sort that we do not know is of a later version, which keeps it in memory
    let mut seen = HashSet::new();
    let mut records: Vec<(Sort, String)> = Vec::new();
    for (_, sort, id) in rows.into_iter().rev() {
        if let Some(sort) = Sort::parse(&sort)
            && seen.insert((sort, id.clone()))
        {
            records.push((sort, id));
        }
    }
    records.reverse();
    Changes {
        until: u64::try_from(until).unwrap_or_default(),
        everything: false,
        records,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(from: i64, changes: &[(&str, &str)]) -> Vec<(i64, String, String)> {
        let numbered = (from..).zip(changes);
        let rows = numbered.map(|(seq, (sort, id))| (seq, (*sort).to_owned(), (*id).to_owned()));
        rows.collect()
    }

    fn everything(until: u64) -> Changes {
        Changes {
            until,
            everything: true,
            records: Vec::new(),
        }
    }

    #[test]
    fn each_record_is_told_once_where_it_changed_last() {
        let all = rows(
            4,
            &[
                ("person", "a"),
                ("key", "a"),
                ("person", "b"),
                ("person", "a"),
                ("dream", "c"),
            ],
        );
        let records = [(Sort::Key, "a"), (Sort::Person, "b"), (Sort::Person, "a")];
        let expected = Changes {
            until: 8,
            everything: false,
            records: records.map(|(sort, id)| (sort, id.to_owned())).into(),
        };
        assert_eq!(told(3, 8, all), expected);
        assert_eq!(
            told(8, 8, Vec::new()),
            Changes {
                until: 8,
                ..Changes::default()
            }
        );
    }

    #[test]
    fn whoever_is_too_far_behind_reads_everything() {
        assert_eq!(told(3, 9, rows(5, &[("person", "a")])), everything(9));
        assert_eq!(told(3, 9, Vec::new()), everything(9));
        assert_eq!(
            told(3, 5, rows(4, &[("person", "a"), (EVERYTHING, "")])),
            everything(5)
        );
        // a store that was put back to an earlier state
        assert_eq!(told(9, 5, Vec::new()), everything(5));
        let many: Vec<_> = (0..=LISTED).map(|_| ("person", "a")).collect();
        assert!(told(0, LISTED + 1, rows(1, &many)).everything);
    }
}
