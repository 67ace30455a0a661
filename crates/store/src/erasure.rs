//! Everything that is kept about a person, taken away in one change.

use crate::Store;
use crate::database::away;
use crate::feed::note;
use crate::people::write::end;
use identity::KeepError;
use identity::kept::{Erased, ErasureStore, Keeping, Sort};
use register::model::Instant;
use sqlx::{Any, Row as _, Transaction};

impl ErasureStore for Store {
    fn erase_person<'a>(&'a self, person: &'a str, at: Instant) -> Keeping<'a, Erased> {
        Box::pin(self.erase(person, at))
    }
}

impl Store {
    async fn erase(&self, person: &str, at: Instant) -> Result<Erased, KeepError> {
        let mut change = self.database.begin().await?;
        let query = sqlx::query("select source, active from people where id = $1").bind(person.to_owned());
        let row = query.fetch_optional(&mut *change).await.map_err(away)?;
        let mut source: Option<String> = None;
        if let Some(row) = row {
            let owner: String = row.try_get(0).map_err(away)?;
            if row.try_get::<i64, _>(1).map_err(away)? != 0 {
                return Err(KeepError::Refused {
                    reason: format!("`{person}` is active in `{owner}`, which would bring them back"),
                });
            }
            source = Some(owner);
        }
        let keys = sqlx::query("select id from api_keys where person = $1").bind(person.to_owned());
        for row in keys.fetch_all(&mut *change).await.map_err(away)? {
            let key: String = row.try_get(0).map_err(away)?;
            note(&mut change, Sort::Key, &key).await?;
        }
        remove(&mut change, "delete from members where person_id = $1", person).await?;
        let erased = Erased {
            records: remove(&mut change, "delete from people where id = $1", person).await?,
            keys: remove(&mut change, "delete from api_keys where person = $1", person).await?,
            sessions: remove(&mut change, "delete from sessions where person = $1", person).await?,
            trips: remove(&mut change, "delete from trips where person = $1", person).await?,
            disputes: remove(&mut change, "delete from disputes where person = $1", person).await?,
            roles: remove(&mut change, "delete from role_grants where person = $1", person).await?,
        };
        if source.is_some() {
            end(&mut change, person, source.as_deref(), at).await?;
        }
        for sort in [Sort::Session, Sort::Person, Sort::Erased] {
            note(&mut change, sort, person).await?;
        }
        change.commit().await.map_err(away)?;
        Ok(erased)
    }
}

/// Rows of a person, gone; how many there were.
async fn remove(
    change: &mut Transaction<'static, Any>,
    statement: &'static str,
    person: &str,
) -> Result<u64, KeepError> {
    let done = sqlx::query(statement)
        .bind(person.to_owned())
        .execute(&mut **change)
        .await;
    Ok(done.map_err(away)?.rows_affected())
}
