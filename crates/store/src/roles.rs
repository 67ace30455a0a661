//! Roles that were granted to people.

use crate::Store;
use crate::database::away;
use crate::stored::REVISION;
use identity::kept::{Keeping, RoleGrant, RoleStore};
use register::model::Instant;
use sqlx::Row as _;
use sqlx::any::AnyRow;

impl RoleStore for Store {
    fn grant_role<'a>(&'a self, grant: &'a RoleGrant) -> Keeping<'a, bool> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            let insert = sqlx::query(
                "insert into role_grants (person, role, granted_by, at, revision) values ($1, $2, $3, $4, $5) \
                 on conflict (person, role) do nothing",
            );
            let insert = insert
                .bind(grant.person.clone())
                .bind(grant.role.clone())
                .bind(grant.granted_by.clone())
                .bind(grant.at.0)
                .bind(REVISION);
            let done = insert.execute(&mut *change).await.map_err(away)?;
            change.commit().await.map_err(away)?;
            Ok(done.rows_affected() > 0)
        })
    }

    fn withdraw_role<'a>(&'a self, person: &'a str, role: &'a str) -> Keeping<'a, bool> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            let query = sqlx::query("delete from role_grants where person = $1 and role = $2");
            let query = query.bind(person.to_owned()).bind(role.to_owned());
            let done = query.execute(&mut *change).await.map_err(away)?;
            change.commit().await.map_err(away)?;
            Ok(done.rows_affected() > 0)
        })
    }

    fn role_grants<'a>(&'a self, person: Option<&'a str>) -> Keeping<'a, Vec<RoleGrant>> {
        Box::pin(async move {
            let query = match person {
                Some(person) => sqlx::query(
                    "select person, role, granted_by, at from role_grants where person = $1 order by role",
                )
                .bind(person.to_owned()),
                None => {
                    sqlx::query("select person, role, granted_by, at from role_grants order by person, role")
                }
            };
            let rows = query.fetch_all(&self.database.read).await.map_err(away)?;
            let grant = |row: &AnyRow| -> Result<RoleGrant, sqlx::Error> {
                Ok(RoleGrant {
                    person: row.try_get(0)?,
                    role: row.try_get(1)?,
                    granted_by: row.try_get(2)?,
                    at: Instant(row.try_get(3)?),
                })
            };
            rows.iter().map(grant).collect::<Result<_, _>>().map_err(away)
        })
    }
}
