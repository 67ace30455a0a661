//! Keys, of which only keyed hashes come here.

use crate::Store;
use crate::database::away;
use crate::feed::note;
use crate::people::Sql;
use crate::stored::REVISION;
use identity::KeepError;
use identity::kept::{Keeping, Sort};
use identity::keys::{Bound, KeyHash, KeyHolder, KeyRecord, KeyStore, StoredKey};
use register::model::Instant;
use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction};

const WHAT: &str = "key";

const SELECT: &str = "select id, hash, person, application, bound, created, expires, revoked, replaced_by, last_used, \
    revision from api_keys";

impl KeyStore for Store {
    fn add_key<'a>(&'a self, key: &'a KeyRecord) -> Keeping<'a, ()> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            insert(&mut change, key).await?;
            change.commit().await.map_err(away)
        })
    }

    fn key<'a>(&'a self, id: &'a str) -> Keeping<'a, Option<KeyRecord>> {
        Box::pin(async move {
            let mut sql = Sql::new([SELECT, " where id = "]);
            let row = sql
                .bind(id.to_owned())
                .query()
                .fetch_optional(&self.database.read)
                .await;
            row.map_err(away)?.as_ref().map(record).transpose()
        })
    }

    fn keys<'a>(&'a self, person: Option<&'a str>) -> Keeping<'a, Vec<KeyRecord>> {
        Box::pin(async move {
            let mut sql = Sql::new(SELECT);
            if let Some(person) = person {
                sql.push(" where person = ").bind(person.to_owned());
            }
            sql.push(" order by id");
            let rows = sql.query().fetch_all(&self.database.read).await.map_err(away)?;
            rows.iter().map(record).collect()
        })
    }

    fn replace_key<'a>(&'a self, id: &'a str, by: &'a KeyRecord, until: Instant) -> Keeping<'a, KeyRecord> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            let mut former = inside(&mut change, id).await?;
            if former.revoked.is_some() || former.replaced_by.is_some() {
                return Err(KeepError::Refused {
                    reason: format!("key `{id}` is revoked, or has been replaced already"),
                });
            }
            insert(&mut change, by).await?;
            let until = former.stored.expires.map_or(until, |expires| expires.min(until));
            let update = sqlx::query("update api_keys set expires = $1, replaced_by = $2 where id = $3");
            let update = update
                .bind(until.0)
                .bind(by.stored.id.clone())
                .bind(id.to_owned());
            update.execute(&mut *change).await.map_err(away)?;
            note(&mut change, Sort::Key, id).await?;
            change.commit().await.map_err(away)?;
            former.stored.expires = Some(until);
            former.replaced_by = Some(by.stored.id.clone());
            Ok(former)
        })
    }

    fn revoke_key<'a>(&'a self, id: &'a str, at: Instant) -> Keeping<'a, bool> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            if inside(&mut change, id).await?.revoked.is_some() {
                return Ok(false);
            }
            let update = sqlx::query("update api_keys set revoked = $1 where id = $2");
            let update = update.bind(at.0).bind(id.to_owned());
            update.execute(&mut *change).await.map_err(away)?;
            note(&mut change, Sort::Key, id).await?;
            change.commit().await.map_err(away)?;
            Ok(true)
        })
    }

    /// Not told in the feed: nothing is decided by it.
    fn note_uses<'a>(&'a self, uses: &'a [(String, Instant)]) -> Keeping<'a, ()> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            for (id, at) in uses {
                let update = sqlx::query(
                    "update api_keys set last_used = $1 where id = $2 and (last_used is null or last_used < $1)",
                );
                let update = update.bind(at.0).bind(id.clone());
                update.execute(&mut *change).await.map_err(away)?;
            }
            change.commit().await.map_err(away)
        })
    }
}

async fn insert(change: &mut Transaction<'static, Any>, key: &KeyRecord) -> Result<(), KeepError> {
    let stored = &key.stored;
    let taken = sqlx::query("select 1 from api_keys where id = $1").bind(stored.id.clone());
    if taken.fetch_optional(&mut **change).await.map_err(away)?.is_some() {
        return Err(KeepError::Taken {
            attribute: "public part of a key",
            value: stored.id.clone(),
        });
    }
    let insert = sqlx::query(
        "insert into api_keys (id, hash, person, application, bound, created, expires, revoked, replaced_by, \
         last_used, revision) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    );
    let insert = insert
        .bind(stored.id.clone())
        .bind(stored.hash.as_bytes().to_vec())
        .bind(stored.holder.person.clone())
        .bind(stored.holder.application.clone())
        .bind(key.bound.as_str())
        .bind(key.created.0)
        .bind(stored.expires.map(|at| at.0))
        .bind(key.revoked.map(|at| at.0))
        .bind(key.replaced_by.clone())
        .bind(key.last_used.map(|at| at.0))
        .bind(REVISION);
    insert.execute(&mut **change).await.map_err(away)?;
    note(change, Sort::Key, &stored.id).await
}

async fn inside(change: &mut Transaction<'static, Any>, id: &str) -> Result<KeyRecord, KeepError> {
    let mut sql = Sql::new([SELECT, " where id = "]);
    let row = sql
        .bind(id.to_owned())
        .query()
        .fetch_optional(&mut **change)
        .await;
    let row = row.map_err(away)?.ok_or_else(|| KeepError::Missing {
        what: WHAT,
        id: id.to_owned(),
    })?;
    record(&row)
}

fn record(row: &AnyRow) -> Result<KeyRecord, KeepError> {
    let id: String = row.try_get(0).map_err(away)?;
    let damaged = |reason: &str| KeepError::Damaged {
        what: WHAT,
        id: id.clone(),
        reason: reason.to_owned(),
    };
    if row.try_get::<i64, _>(10).map_err(away)? > REVISION {
        return Err(damaged("it was written by a later version"));
    }
    let hash: Vec<u8> = row.try_get(1).map_err(away)?;
    let hash = <[u8; 32]>::try_from(hash).map_err(|_| damaged("its hash is none"))?;
    let bound: String = row.try_get(4).map_err(away)?;
    let bound = Bound::parse(&bound).ok_or_else(|| damaged("nobody knows to what it is bound"))?;
    let instant = |column| -> Result<Option<Instant>, KeepError> {
        let seconds: Option<i64> = row.try_get(column).map_err(away)?;
        Ok(seconds.map(Instant))
    };
    Ok(KeyRecord {
        bound,
        created: Instant(row.try_get(5).map_err(away)?),
        revoked: instant(7)?,
        replaced_by: row.try_get(8).map_err(away)?,
        last_used: instant(9)?,
        stored: StoredKey {
            hash: KeyHash::from_bytes(hash),
            holder: KeyHolder {
                person: row.try_get(2).map_err(away)?,
                application: row.try_get(3).map_err(away)?,
            },
            expires: instant(6)?,
            id,
        },
    })
}
