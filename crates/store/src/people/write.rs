//! One person made, changed or deleted.

use super::filter::{Sql, insert};
use super::row::{PersonRow, select};
use crate::Store;
use crate::database::away;
use crate::feed::note;
use crate::stored::{Document, FIELDS, REVISION, Texts};
use identity::KeepError;
use identity::directory::{PersonRecord, ProfileChange, Whose};
use identity::kept::Sort;
use register::model::Instant;
use sqlx::{Any, Row as _, Transaction};

const WHAT: &str = "person";

impl Store {
    pub(super) async fn insert_person(&self, record: PersonRecord) -> Result<PersonRecord, KeepError> {
        let mut change = self.database.begin().await?;
        let taken = |attribute, value: &str| KeepError::Taken {
            attribute,
            value: value.to_owned(),
        };
        if self.person_inside(&mut change, &record.id).await?.is_some() {
            return Err(taken("id", &record.id));
        }
        self.check_names(&mut change, &record).await?;
        revive(&mut change, &record.source, vec![record.id.clone()]).await?;
        let mut sql = insert();
        self.push_person(&mut sql, &record)?;
        sql.query().execute(&mut *change).await.map_err(away)?;
        note(&mut change, Sort::Person, &record.id).await?;
        change.commit().await.map_err(away)?;
        Ok(record)
    }

    pub(super) async fn update_person(
        &self,
        whose: Whose<'_>,
        edit: ProfileChange<'_>,
        at: Instant,
    ) -> Result<PersonRecord, KeepError> {
        let mut change = self.database.begin().await?;
        let before = self.person_inside(&mut change, whose.id).await?;
        let mut record = own(before, whose)?;
        let before = record.profile.clone();
        edit(&mut record.profile).map_err(|reason| KeepError::Refused { reason })?;
        if record.profile == before {
            return Ok(record);
        }
        record.version = record.version.saturating_add(1);
        record.modified = at;
        self.check_names(&mut change, &record).await?;
        self.overwrite(&mut change, &[&record]).await?;
        note(&mut change, Sort::Person, whose.id).await?;
        change.commit().await.map_err(away)?;
        Ok(record)
    }

    pub(super) async fn remove_person(&self, whose: Whose<'_>, at: Instant) -> Result<(), KeepError> {
        let mut change = self.database.begin().await?;
        own(self.person_inside(&mut change, whose.id).await?, whose)?;
        for statement in [
            "delete from members where person_id = $1",
            "delete from people where id = $1",
            "delete from sessions where person = $1",
            // whoever comes back under the id is not what they were by that
            "delete from role_grants where person = $1",
        ] {
            let statement = sqlx::query(statement).bind(whose.id.to_owned());
            statement.execute(&mut *change).await.map_err(away)?;
        }
        end(&mut change, whose.id, Some(whose.source), at).await?;
        note(&mut change, Sort::Person, whose.id).await?;
        change.commit().await.map_err(away)
    }

    async fn person_inside(
        &self,
        change: &mut Transaction<'static, Any>,
        id: &str,
    ) -> Result<Option<PersonRecord>, KeepError> {
        let mut sql = Sql::new(select(self.database.kind));
        sql.push(" where p.id = ").bind(id.to_owned());
        let row = sql.query().fetch_optional(&mut **change).await.map_err(away)?;
        row.map(|row| PersonRow::read(&row).map_err(away)?.record(&self.sealer))
            .transpose()
    }

    /// Fails if somebody else has the user name or the external id.
    async fn check_names(
        &self,
        change: &mut Transaction<'static, Any>,
        record: &PersonRecord,
    ) -> Result<(), KeepError> {
        let name = sqlx::query("select id from people where user_name_key = $1 and id <> $2")
            .bind(record.profile.user_name.to_lowercase())
            .bind(record.id.clone());
        if name.fetch_optional(&mut **change).await.map_err(away)?.is_some() {
            return Err(KeepError::Taken {
                attribute: "user name",
                value: record.profile.user_name.clone(),
            });
        }
        let Some(external) = &record.profile.external_id else {
            return Ok(());
        };
        let query = sqlx::query("select id from people where source = $1 and external_id = $2 and id <> $3")
            .bind(record.source.clone())
            .bind(external.clone())
            .bind(record.id.clone());
        match query.fetch_optional(&mut **change).await.map_err(away)? {
            None => Ok(()),
            Some(_) => Err(KeepError::Taken {
                attribute: "external id",
                value: external.clone(),
            }),
        }
    }

    /// Writes records over those with the same ids, or as new ones.
    pub(crate) async fn overwrite(
        &self,
        change: &mut Transaction<'static, Any>,
        records: &[&PersonRecord],
    ) -> Result<(), KeepError> {
        if records.is_empty() {
            return Ok(());
        }
        let mut sql = insert();
        for (index, record) in records.iter().enumerate() {
            if index > 0 {
                sql.push(", ");
            }
            self.push_person(&mut sql, record)?;
        }
        sql.push(
            " on conflict (id) do update set version = excluded.version, modified = excluded.modified, \
             active = excluded.active, user_name = excluded.user_name, user_name_key = excluded.user_name_key, \
             external_id = excluded.external_id, display_key = excluded.display_key, \
             revision = excluded.revision, document = excluded.document, \
             citizenships = excluded.citizenships, us_status = excluded.us_status, \
             screening = excluded.screening",
        );
        sql.query().execute(&mut **change).await.map_err(away)?;
        Ok(())
    }

    /// The values of one row, in the order of the columns.
    fn push_person(&self, sql: &mut Sql, record: &PersonRecord) -> Result<(), KeepError> {
        let refused = |_| KeepError::Refused {
            reason: format!("person `{}` cannot be written down", record.id),
        };
        let profile = &record.profile;
        let document = Document::text_of(profile).map_err(refused)?;
        let Texts(texts) = Texts::of(&profile.attested).map_err(refused)?;
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        sql.push("(")
            .bind(record.id.clone())
            .push(", ")
            .bind(record.source.clone());
        for number in [
            number(record.version),
            record.created.0,
            record.modified.0,
            i64::from(profile.active),
        ] {
            sql.push(", ").bind(number);
        }
        sql.push(", ").bind(profile.user_name.clone());
        sql.push(", ").bind(profile.user_name.to_lowercase());
        sql.push(", ").bind(profile.external_id.clone());
        sql.push(", ")
            .bind(profile.names.display.as_ref().map(|name| name.to_lowercase()));
        sql.push(", ").bind(REVISION).push(", ").bind(document);
        for (field, text) in FIELDS.into_iter().zip(&texts) {
            let sealed = self.sealer.seal(&record.id, field, text);
            let sealed = sealed.map_err(|error| KeepError::Refused {
                reason: format!("`{field}` of person `{}`: {error}", record.id),
            })?;
            sql.push(", ").bind(sealed);
        }
        sql.push(")");
        Ok(())
    }
}

/// The record, if it may be changed so.
fn own(found: Option<PersonRecord>, whose: Whose<'_>) -> Result<PersonRecord, KeepError> {
    let record = found.ok_or_else(|| KeepError::Missing {
        what: WHAT,
        id: whose.id.to_owned(),
    })?;
    may_change(WHAT, whose, &record.source, record.version)?;
    Ok(record)
}

/// Whether a record of this source and version may be changed so.
pub(crate) fn may_change(
    what: &'static str,
    whose: Whose<'_>,
    owner: &str,
    found: u64,
) -> Result<(), KeepError> {
    if owner != whose.source {
        return Err(KeepError::NotYours {
            what,
            id: whose.id.to_owned(),
            owner: owner.to_owned(),
        });
    }
    match whose.version {
        Some(expected) if expected != found => Err(KeepError::Changed {
            what,
            id: whose.id.to_owned(),
            expected,
            found,
        }),
        _ => Ok(()),
    }
}

/// Ids that have ended, brought back by the source that ended them; one that another ended is taken for good.
pub(crate) async fn revive(
    change: &mut Transaction<'static, Any>,
    source: &str,
    ids: Vec<String>,
) -> Result<(), KeepError> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut others = Sql::new("select id from ended where (source is null or source <> ");
    others.bind(source.to_owned()).push(") and id in ");
    others.list(ids.clone());
    let other = others.query().fetch_optional(&mut **change).await.map_err(away)?;
    if let Some(row) = other {
        return Err(KeepError::Taken {
            attribute: "id",
            value: row.try_get(0).map_err(away)?,
        });
    }
    let mut sql = Sql::new("delete from ended where id in ");
    sql.list(ids);
    sql.query().execute(&mut **change).await.map_err(away)?;
    Ok(())
}

/// Notes that an id has ended, and which source may bring it back.
pub(crate) async fn end(
    change: &mut Transaction<'static, Any>,
    id: &str,
    source: Option<&str>,
    at: Instant,
) -> Result<(), KeepError> {
    let ended =
        sqlx::query("insert into ended (id, at, source) values ($1, $2, $3) on conflict (id) do nothing");
    let ended = ended
        .bind(id.to_owned())
        .bind(at.0)
        .bind(source.map(str::to_owned));
    ended.execute(&mut **change).await.map_err(away)?;
    Ok(())
}

/// Notes that a source is complete; never that it was at an earlier instant than the one known.
pub(crate) async fn set_synced(
    change: &mut Transaction<'static, Any>,
    source: &str,
    at: Instant,
) -> Result<(), KeepError> {
    let known = sqlx::query("select at from syncs where source = $1").bind(source.to_owned());
    let known = known.fetch_optional(&mut **change).await.map_err(away)?;
    let known: i64 = known.map_or(Ok(i64::MIN), |row| row.try_get(0)).map_err(away)?;
    let upsert = sqlx::query(
        "insert into syncs (source, at) values ($1, $2) on conflict (source) do update set at = excluded.at",
    );
    let upsert = upsert.bind(source.to_owned()).bind(known.max(at.0));
    upsert.execute(&mut **change).await.map_err(away)?;
    Ok(())
}
