//! Disputes of people about what is known of them. What they write is sealed like any protected attribute.

use crate::Store;
use crate::database::away;
use crate::stored::REVISION;
use identity::KeepError;
use identity::Protected;
use identity::kept::{DisputeRecord, DisputeStore, Keeping, SettledDispute};
use register::model::Instant;
use sqlx::Row as _;
use sqlx::any::AnyRow;

const WHAT: &str = "dispute";

/// The names under which the two texts are sealed, with the id of their dispute.
const WORDS: &str = "dispute";
const NOTE: &str = "dispute note";

const SELECT: &str =
    "select id, person, fact, created, settled, settled_by, outcome, words, note from disputes";

impl Store {
    fn seal_text(&self, dispute: (&str, &str), field: &str, text: &str) -> Result<Vec<u8>, KeepError> {
        let (id, person) = dispute;
        let sealed = self.sealer.seal(person, &format!("{field} {id}"), text);
        sealed.map_err(|error| KeepError::Refused {
            reason: format!("{WHAT} `{id}`: {error}"),
        })
    }

    fn open_dispute(&self, row: &AnyRow) -> Result<DisputeRecord, KeepError> {
        let read = DisputeRow::read(row).map_err(away)?;
        let open = |field: &str, sealed: &[u8]| {
            let opened = self
                .sealer
                .open(&read.person, &format!("{field} {}", read.id), sealed);
            let opened = opened.map_err(|error| KeepError::Damaged {
                what: WHAT,
                id: read.id.clone(),
                reason: error.to_string(),
            });
            opened.map(Protected::new)
        };
        let note = read
            .note
            .as_deref()
            .map(|sealed| open(NOTE, sealed))
            .transpose()?;
        let settled = match (read.settled, &read.settled_by, &read.outcome) {
            (Some(at), Some(by), Some(outcome)) => Some(SettledDispute {
                by: by.clone(),
                at: Instant(at),
                outcome: outcome.clone(),
                note,
            }),
            _ => None,
        };
        Ok(DisputeRecord {
            words: open(WORDS, &read.words)?,
            created: Instant(read.created),
            settled,
            id: read.id,
            person: read.person,
            fact: read.fact,
        })
    }
}

/// A dispute as the database has it.
struct DisputeRow {
    id: String,
    person: String,
    fact: String,
    created: i64,
    settled: Option<i64>,
    settled_by: Option<String>,
    outcome: Option<String>,
    words: Vec<u8>,
    note: Option<Vec<u8>>,
}

impl DisputeRow {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            person: row.try_get(1)?,
            fact: row.try_get(2)?,
            created: row.try_get(3)?,
            settled: row.try_get(4)?,
            settled_by: row.try_get(5)?,
            outcome: row.try_get(6)?,
            words: row.try_get(7)?,
            note: row.try_get(8)?,
        })
    }
}

impl DisputeStore for Store {
    fn add_dispute<'a>(&'a self, dispute: &'a DisputeRecord) -> Keeping<'a, ()> {
        Box::pin(async move {
            let words = self.seal_text((&dispute.id, &dispute.person), WORDS, dispute.words.reveal())?;
            let mut change = self.database.begin().await?;
            let insert = sqlx::query(
                "insert into disputes (id, person, fact, created, words, revision) values ($1, $2, $3, $4, $5, $6)",
            );
            let insert = insert
                .bind(dispute.id.clone())
                .bind(dispute.person.clone())
                .bind(dispute.fact.clone())
                .bind(dispute.created.0)
                .bind(words)
                .bind(REVISION);
            insert.execute(&mut *change).await.map_err(away)?;
            change.commit().await.map_err(away)
        })
    }

    fn dispute<'a>(&'a self, id: &'a str) -> Keeping<'a, Option<DisputeRecord>> {
        Box::pin(async move {
            let query =
                sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} where id = $1"))).bind(id.to_owned());
            let row = query.fetch_optional(&self.database.read).await.map_err(away)?;
            row.map(|row| self.open_dispute(&row)).transpose()
        })
    }

    fn disputes<'a>(&'a self, person: Option<&'a str>) -> Keeping<'a, Vec<DisputeRecord>> {
        Box::pin(async move {
            let condition = match person {
                Some(_) => "person = $1",
                None => "settled is null",
            };
            let text = format!("{SELECT} where {condition} order by created, id");
            let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
            if let Some(person) = person {
                query = query.bind(person.to_owned());
            }
            let rows = query.fetch_all(&self.database.read).await.map_err(away)?;
            rows.iter().map(|row| self.open_dispute(row)).collect()
        })
    }

    fn settle_dispute<'a>(&'a self, id: &'a str, settled: &'a SettledDispute) -> Keeping<'a, bool> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            let query = sqlx::query("select person from disputes where id = $1").bind(id.to_owned());
            let row = query.fetch_optional(&mut *change).await.map_err(away)?;
            let missing = || KeepError::Missing {
                what: WHAT,
                id: id.to_owned(),
            };
            let person: String = row.ok_or_else(missing)?.try_get(0).map_err(away)?;
            let note = settled.note.as_ref();
            let note = note.map(|note| self.seal_text((id, &person), NOTE, note.reveal()));
            let update = sqlx::query(
                "update disputes set settled = $1, settled_by = $2, outcome = $3, note = $4 \
                 where id = $5 and settled is null",
            );
            let update = update
                .bind(settled.at.0)
                .bind(settled.by.clone())
                .bind(settled.outcome.clone())
                .bind(note.transpose()?)
                .bind(id.to_owned());
            let done = update.execute(&mut *change).await.map_err(away)?;
            change.commit().await.map_err(away)?;
            Ok(done.rows_affected() > 0)
        })
    }
}
