//! Groups, and who is in them.
//!
//! Who comes or goes is told in the feed as a change of that person, since it is people whom requests ask about.

use crate::Store;
use crate::database::{UNIT, away};
use crate::feed::{note, note_everything};
use crate::people::Sql;
use crate::people::filter::group_condition;
use crate::people::write::may_change;
use identity::KeepError;
use identity::directory::{
    GroupChange, GroupFilter, GroupProfile, GroupRecord, MemberChange, Page, Pages, Whose,
};
use identity::kept::Sort;
use register::model::Instant;
use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction};
use std::collections::BTreeSet;

const WHAT: &str = "group";

/// People of whom each is told in the feed; of more, everything is.
const TOLD: usize = 1_000;

/// Rows that are written in one statement.
const AT_ONCE: usize = 500;

const SELECT: &str =
    "select g.id, g.source, g.version, g.created, g.modified, g.name, g.external_id from people_groups g";

impl Store {
    pub(crate) async fn read_group(&self, id: &str) -> Result<Option<GroupRecord>, KeepError> {
        let mut sql = Sql::new(SELECT);
        sql.push(" where g.id = ").bind(id.to_owned());
        let row = sql
            .query()
            .fetch_optional(&self.database.read)
            .await
            .map_err(away)?;
        row.as_ref().map(record).transpose().map_err(away)
    }

    pub(crate) async fn read_groups(
        &self,
        filter: GroupFilter,
        page: Page,
    ) -> Result<Pages<GroupRecord>, KeepError> {
        let mut count = Sql::new("select count(*) from people_groups g where ");
        group_condition(&mut count, &filter);
        let total: i64 = count
            .query()
            .fetch_one(&self.database.read)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(away)?;
        let mut sql = Sql::new([SELECT, " where "]);
        group_condition(&mut sql, &filter);
        sql.page("g.id", &page);
        let rows = sql.query().fetch_all(&self.database.read).await.map_err(away)?;
        Ok(Pages {
            records: rows.iter().map(record).collect::<Result<_, _>>().map_err(away)?,
            total: u64::try_from(total).unwrap_or_default(),
        })
    }

    pub(crate) async fn read_members(
        &self,
        group: &str,
        after: Option<&str>,
        most: u32,
    ) -> Result<Vec<String>, KeepError> {
        let query = sqlx::query(
            "select person_id from members where group_id = $1 and person_id > $2 order by person_id limit $3",
        );
        let query = query
            .bind(group.to_owned())
            .bind(after.unwrap_or_default().to_owned())
            .bind(i64::from(most));
        let rows = query.fetch_all(&self.database.read).await.map_err(away)?;
        rows.iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()
            .map_err(away)
    }

    /// Keeps a new group with its first members.
    pub(crate) async fn insert_group(
        &self,
        group: GroupRecord,
        members: Vec<String>,
    ) -> Result<GroupRecord, KeepError> {
        let mut change = self.database.begin().await?;
        if group_inside(&mut change, &group.id).await?.is_some() {
            return Err(KeepError::Taken {
                attribute: "id",
                value: group.id,
            });
        }
        check_names(&mut change, &group).await?;
        insert(&mut change, &group).await?;
        move_members(&mut change, &group.id, MemberChange::Exactly(members)).await?;
        change.commit().await.map_err(away)?;
        Ok(group)
    }

    /// Changes what is said about a group, and who is in it, as one; a change that changes nothing makes no version.
    pub(crate) async fn update_group(
        &self,
        whose: Whose<'_>,
        wanted: GroupChange,
        at: Instant,
    ) -> Result<GroupRecord, KeepError> {
        let mut change = self.database.begin().await?;
        let mut group = own(&mut change, whose).await?;
        let new = wanted.profile.filter(|profile| group.profile != *profile);
        let is_renamed = new.as_ref().is_some_and(|new| new.name != group.profile.name);
        let is_moved = match wanted.members {
            Some(members) => move_members(&mut change, &group.id, members).await?,
            None => false,
        };
        if new.is_none() && !is_moved {
            return Ok(group);
        }
        group.profile = new.unwrap_or(group.profile);
        group.version = group.version.saturating_add(1);
        group.modified = at;
        check_names(&mut change, &group).await?;
        overwrite(&mut change, &group).await?;
        if is_renamed {
            let members = members_inside(&mut change, &group.id).await?;
            tell(&mut change, &members).await?;
        }
        change.commit().await.map_err(away)?;
        Ok(group)
    }

    pub(crate) async fn remove_group(&self, whose: Whose<'_>, _: Instant) -> Result<(), KeepError> {
        let mut change = self.database.begin().await?;
        let group = own(&mut change, whose).await?;
        let members = members_inside(&mut change, &group.id).await?;
        for statement in [
            "delete from members where group_id = $1",
            "delete from people_groups where id = $1",
        ] {
            let statement = sqlx::query(statement).bind(group.id.clone());
            statement.execute(&mut *change).await.map_err(away)?;
        }
        tell(&mut change, &members).await?;
        change.commit().await.map_err(away)
    }
}

/// Has people come and go, and tells it; whether anybody did.
async fn move_members(
    change: &mut Transaction<'static, Any>,
    group: &str,
    wanted: MemberChange,
) -> Result<bool, KeepError> {
    let (come, go) = difference(change, group, wanted).await?;
    if come.is_empty() && go.is_empty() {
        return Ok(false);
    }
    check_kept(change, &come).await?;
    for some in chunks(&go) {
        let mut sql = Sql::new("delete from members where group_id = ");
        sql.bind(group.to_owned())
            .push(" and person_id in ")
            .list(some.to_vec());
        sql.query().execute(&mut **change).await.map_err(away)?;
    }
    let pairs: Vec<(String, String)> = come.iter().map(|id| (id.clone(), group.to_owned())).collect();
    add_members(change, &pairs).await?;
    tell(change, &come.union(&go).cloned().collect()).await?;
    Ok(true)
}

/// Writes what has changed of a group.
async fn overwrite(change: &mut Transaction<'static, Any>, group: &GroupRecord) -> Result<(), KeepError> {
    let update = sqlx::query(
        "update people_groups set version = $1, modified = $2, name = $3, name_key = $4, external_id = $5 \
         where id = $6",
    );
    let update = update
        .bind(i64::try_from(group.version).unwrap_or(i64::MAX))
        .bind(group.modified.0)
        .bind(group.profile.name.clone())
        .bind(group.profile.name.to_lowercase())
        .bind(group.profile.external_id.clone())
        .bind(group.id.clone());
    update.execute(&mut **change).await.map_err(away)?;
    Ok(())
}

/// Who has to come and who has to go for a change.
async fn difference(
    change: &mut Transaction<'static, Any>,
    group: &str,
    wanted: MemberChange,
) -> Result<(BTreeSet<String>, BTreeSet<String>), KeepError> {
    let before = members_inside(change, group).await?;
    let after: BTreeSet<String> = match wanted {
        MemberChange::Exactly(members) => members.into_iter().collect(),
        MemberChange::Some { add, remove } => {
            let mut after = before.clone();
            after.extend(add);
            remove.iter().for_each(|id| {
                after.remove(id);
            });
            after
        }
    };
    Ok((
        after.difference(&before).cloned().collect(),
        before.difference(&after).cloned().collect(),
    ))
}

/// Fails if somebody of these is not kept.
async fn check_kept(
    change: &mut Transaction<'static, Any>,
    people: &BTreeSet<String>,
) -> Result<(), KeepError> {
    for some in chunks(people) {
        let mut sql = Sql::new("select id from people where id in ");
        sql.list(some.to_vec());
        let rows = sql.query().fetch_all(&mut **change).await.map_err(away)?;
        let found: Result<BTreeSet<String>, _> = rows.iter().map(|row| row.try_get(0)).collect();
        let found = found.map_err(away)?;
        if let Some(missing) = some.iter().find(|id| !found.contains(*id)) {
            return Err(KeepError::Missing {
                what: "person",
                id: missing.clone(),
            });
        }
    }
    Ok(())
}

fn chunks(ids: &BTreeSet<String>) -> Vec<Vec<String>> {
    let ids: Vec<String> = ids.iter().cloned().collect();
    ids.chunks(AT_ONCE).map(<[String]>::to_vec).collect()
}

async fn members_inside(
    change: &mut Transaction<'static, Any>,
    group: &str,
) -> Result<BTreeSet<String>, KeepError> {
    let query = sqlx::query("select person_id from members where group_id = $1").bind(group.to_owned());
    let rows = query.fetch_all(&mut **change).await.map_err(away)?;
    rows.iter()
        .map(|row| row.try_get(0))
        .collect::<Result<_, _>>()
        .map_err(away)
}

/// Adds members, as (person, group).
pub(crate) async fn add_members(
    change: &mut Transaction<'static, Any>,
    pairs: &[(String, String)],
) -> Result<(), KeepError> {
    for some in pairs.chunks(AT_ONCE) {
        let mut sql = Sql::new("insert into members (person_id, group_id) values ");
        for (index, (person, group)) in some.iter().enumerate() {
            if index > 0 {
                sql.push(", ");
            }
            sql.list([person.clone(), group.clone()]);
        }
        sql.push(" on conflict (person_id, group_id) do nothing");
        sql.query().execute(&mut **change).await.map_err(away)?;
    }
    Ok(())
}

/// Counts a change of these groups.
pub(crate) async fn touch(
    change: &mut Transaction<'static, Any>,
    groups: &BTreeSet<String>,
    at: Instant,
) -> Result<(), KeepError> {
    for some in chunks(groups) {
        let mut sql = Sql::new("update people_groups set version = version + 1, modified = ");
        sql.bind(at.0).push(" where id in ").list(some);
        sql.query().execute(&mut **change).await.map_err(away)?;
    }
    Ok(())
}

/// Tells in the feed that these people have changed.
pub(crate) async fn tell(
    change: &mut Transaction<'static, Any>,
    people: &BTreeSet<String>,
) -> Result<(), KeepError> {
    if people.len() > TOLD {
        return note_everything(change).await;
    }
    for id in people {
        note(change, Sort::Person, id).await?;
    }
    Ok(())
}

async fn own(change: &mut Transaction<'static, Any>, whose: Whose<'_>) -> Result<GroupRecord, KeepError> {
    let found = group_inside(change, whose.id).await?;
    let group = found.ok_or_else(|| KeepError::Missing {
        what: WHAT,
        id: whose.id.to_owned(),
    })?;
    may_change(WHAT, whose, &group.source, group.version)?;
    Ok(group)
}

async fn group_inside(
    change: &mut Transaction<'static, Any>,
    id: &str,
) -> Result<Option<GroupRecord>, KeepError> {
    let mut sql = Sql::new(SELECT);
    sql.push(" where g.id = ").bind(id.to_owned());
    let row = sql.query().fetch_optional(&mut **change).await.map_err(away)?;
    row.as_ref().map(record).transpose().map_err(away)
}

/// Fails if the name is none, or another group has it or the external id.
async fn check_names(change: &mut Transaction<'static, Any>, group: &GroupRecord) -> Result<(), KeepError> {
    let name = &group.profile.name;
    if name.trim().is_empty() || name.contains(UNIT) {
        return Err(KeepError::Refused {
            reason: "a group needs a name without control characters".to_owned(),
        });
    }
    let query = sqlx::query("select 1 from people_groups where name_key = $1 and id <> $2");
    let query = query.bind(name.to_lowercase()).bind(group.id.clone());
    if query.fetch_optional(&mut **change).await.map_err(away)?.is_some() {
        return Err(KeepError::Taken {
            attribute: "name of a group",
            value: name.clone(),
        });
    }
    let Some(external) = &group.profile.external_id else {
        return Ok(());
    };
    let query =
        sqlx::query("select 1 from people_groups where source = $1 and external_id = $2 and id <> $3");
    let query = query
        .bind(group.source.clone())
        .bind(external.clone())
        .bind(group.id.clone());
    match query.fetch_optional(&mut **change).await.map_err(away)? {
        None => Ok(()),
        Some(_) => Err(KeepError::Taken {
            attribute: "external id of a group",
            value: external.clone(),
        }),
    }
}

/// Writes a new group.
pub(crate) async fn insert(
    change: &mut Transaction<'static, Any>,
    group: &GroupRecord,
) -> Result<(), KeepError> {
    let insert = sqlx::query(
        "insert into people_groups (id, source, version, created, modified, name, name_key, external_id) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    let insert = insert
        .bind(group.id.clone())
        .bind(group.source.clone())
        .bind(i64::try_from(group.version).unwrap_or(i64::MAX))
        .bind(group.created.0)
        .bind(group.modified.0)
        .bind(group.profile.name.clone())
        .bind(group.profile.name.to_lowercase())
        .bind(group.profile.external_id.clone());
    insert.execute(&mut **change).await.map_err(away)?;
    Ok(())
}

fn record(row: &AnyRow) -> Result<GroupRecord, sqlx::Error> {
    Ok(GroupRecord {
        id: row.try_get(0)?,
        source: row.try_get(1)?,
        version: u64::try_from(row.try_get::<i64, _>(2)?).unwrap_or_default(),
        created: Instant(row.try_get(3)?),
        modified: Instant(row.try_get(4)?),
        profile: GroupProfile {
            name: row.try_get(5)?,
            external_id: row.try_get(6)?,
        },
    })
}
