//! Sessions of people who signed in.

use crate::Store;
use crate::database::away;
use crate::feed::note;
use crate::stored::REVISION;
use identity::KeepError;
use identity::kept::{Keeping, SessionRecord, SessionStore, Sort};
use register::model::Instant;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// Sessions that are read at once.
const AT_ONCE: i64 = 1_000;

impl SessionStore for Store {
    fn keep_session<'a>(&'a self, session: &'a SessionRecord) -> Keeping<'a, ()> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            let upsert = sqlx::query(
                "insert into sessions (id_hash, person, created, expires, data, revision) \
                 values ($1, $2, $3, $4, $5, $6) on conflict (id_hash) do update set person = excluded.person, \
                 created = excluded.created, expires = excluded.expires, data = excluded.data, \
                 revision = excluded.revision",
            );
            let upsert = upsert
                .bind(session.id_hash.to_vec())
                .bind(session.person.clone())
                .bind(session.created.0)
                .bind(session.expires.0)
                .bind(session.data.clone())
                .bind(REVISION);
            upsert.execute(&mut *change).await.map_err(away)?;
            change.commit().await.map_err(away)
        })
    }

    fn session<'a>(&'a self, id_hash: &'a [u8; 32], at: Instant) -> Keeping<'a, Option<SessionRecord>> {
        Box::pin(async move {
            let query = sqlx::query(
                "select person, created, expires, data from sessions where id_hash = $1 and expires > $2",
            );
            let query = query.bind(id_hash.to_vec()).bind(at.0);
            let row = query.fetch_optional(&self.database.read).await.map_err(away)?;
            let session = row.map(|row| {
                Ok(SessionRecord {
                    id_hash: *id_hash,
                    person: row.try_get(0)?,
                    created: Instant(row.try_get(1)?),
                    expires: Instant(row.try_get(2)?),
                    data: row.try_get(3)?,
                })
            });
            session.transpose().map_err(away)
        })
    }

    fn end_session<'a>(&'a self, id_hash: &'a [u8; 32]) -> Keeping<'a, bool> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            let query = sqlx::query("delete from sessions where id_hash = $1 returning person");
            let row = query.bind(id_hash.to_vec()).fetch_optional(&mut *change).await;
            let Some(row) = row.map_err(away)? else {
                return Ok(false);
            };
            let person: String = row.try_get(0).map_err(away)?;
            note(&mut change, Sort::Session, &person).await?;
            change.commit().await.map_err(away)?;
            Ok(true)
        })
    }

    fn end_sessions_of<'a>(&'a self, person: &'a str) -> Keeping<'a, u64> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            let query = sqlx::query("delete from sessions where person = $1").bind(person.to_owned());
            let ended = query.execute(&mut *change).await.map_err(away)?.rows_affected();
            note(&mut change, Sort::Session, person).await?;
            change.commit().await.map_err(away)?;
            Ok(ended)
        })
    }

    fn change_session<'a>(
        &'a self,
        before: &'a SessionRecord,
        after: &'a SessionRecord,
        is_told: bool,
    ) -> Keeping<'a, bool> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            let query = sqlx::query(
                "update sessions set person = $1, expires = $2, data = $3, revision = $4 \
                 where id_hash = $5 and data = $6",
            );
            let query = query
                .bind(after.person.clone())
                .bind(after.expires.0)
                .bind(after.data.clone())
                .bind(REVISION)
                .bind(before.id_hash.to_vec())
                .bind(before.data.clone());
            let done = query.execute(&mut *change).await.map_err(away)?;
            if done.rows_affected() == 0 {
                return Ok(false);
            }
            if is_told {
                note(&mut change, Sort::Session, &after.person).await?;
            }
            change.commit().await.map_err(away)?;
            Ok(true)
        })
    }

    fn each_session<'a>(
        &'a self,
        person: Option<&'a str>,
        see: &'a mut (dyn FnMut(SessionRecord) + Send),
    ) -> Keeping<'a, ()> {
        Box::pin(async move {
            // no digest is shorter, so the first page begins behind nothing
            let mut after: Vec<u8> = Vec::new();
            loop {
                let query = sqlx::query(
                    "select id_hash, person, created, expires, data from sessions \
                     where id_hash > $1 and (person = $2 or $3 = 1) order by id_hash limit $4",
                );
                let query = query
                    .bind(after.clone())
                    .bind(person.unwrap_or_default().to_owned())
                    .bind(i64::from(person.is_none()))
                    .bind(AT_ONCE);
                let rows = query.fetch_all(&self.database.read).await.map_err(away)?;
                for row in &rows {
                    let session = read(row).map_err(away)?;
                    after = session.id_hash.to_vec();
                    see(session);
                }
                if i64::try_from(rows.len()).is_ok_and(|rows| rows < AT_ONCE) {
                    return Ok(());
                }
            }
        })
    }

    fn sessions_of<'a>(&'a self, person: &'a str, at: Instant) -> Keeping<'a, Vec<SessionRecord>> {
        Box::pin(async move {
            let query = sqlx::query(
                "select id_hash, person, created, expires, data from sessions where person = $1 and expires > $2 \
                 order by created, id_hash",
            );
            let query = query.bind(person.to_owned()).bind(at.0);
            let rows = query.fetch_all(&self.database.read).await.map_err(away)?;
            rows.iter().map(read).collect::<Result<_, _>>().map_err(away)
        })
    }

    fn forget_sessions(&self, before: Instant) -> Keeping<'_, u64> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            let query = sqlx::query("delete from sessions where expires < $1").bind(before.0);
            let done = query.execute(&mut *change).await.map_err(away)?;
            change.commit().await.map_err(away)?;
            Ok::<u64, KeepError>(done.rows_affected())
        })
    }
}

fn read(row: &AnyRow) -> Result<SessionRecord, sqlx::Error> {
    let id: Vec<u8> = row.try_get(0)?;
    let id_hash = id
        .try_into()
        .map_err(|_| sqlx::Error::Decode("a digest has 32 bytes".into()))?;
    Ok(SessionRecord {
        id_hash,
        person: row.try_get(1)?,
        created: Instant(row.try_get(2)?),
        expires: Instant(row.try_get(3)?),
        data: row.try_get(4)?,
    })
}
