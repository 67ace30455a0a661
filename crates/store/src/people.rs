//! People as rows: read, found and changed one by one. Many at once stand in [`crate::load`].

pub(crate) mod filter;
mod row;
pub(crate) mod write;

pub(crate) use filter::Sql;
pub(crate) use row::{PersonRow, select};

use crate::Store;
use crate::database::away;
use crate::feed::note;
use filter::condition;
use identity::KeepError;
use identity::directory::{
    DirectoryStore, FeedPerson, GroupChange, GroupFilter, GroupProfile, GroupRecord, Kept, Load, Loaded,
    MemberChange, Page, Pages, PersonFilter, PersonKey, PersonRecord, Profile, ProfileChange, Progress,
    Synced, Whose,
};
use identity::kept::{Keeping, Sort};
use register::model::Instant;
use sqlx::Row as _;

/// People who are read in one go where all of them are.
const AT_ONCE: i64 = 2_000;

impl DirectoryStore for Store {
    fn person_record<'a>(&'a self, id: &'a str) -> Keeping<'a, Option<PersonRecord>> {
        Box::pin(self.read_person("p.id = $1", vec![id.to_owned()]))
    }

    fn person_by(&self, key: PersonKey) -> Keeping<'_, Option<PersonRecord>> {
        Box::pin(async move {
            match key {
                PersonKey::UserName(name) => {
                    self.read_person("p.user_name_key = $1", vec![name.to_lowercase()])
                        .await
                }
                PersonKey::ExternalId { source, id } => {
                    self.read_person("p.source = $1 and p.external_id = $2", vec![source, id])
                        .await
                }
            }
        })
    }

    fn people(&self, filter: PersonFilter, page: Page) -> Keeping<'_, Pages<PersonRecord>> {
        Box::pin(self.read_people(filter, page))
    }

    fn create_person(
        &self,
        id: String,
        source: String,
        profile: Profile,
        at: Instant,
    ) -> Keeping<'_, PersonRecord> {
        Box::pin(self.insert_person(PersonRecord::first(id, source, profile, at)))
    }

    fn change_person<'a>(
        &'a self,
        whose: Whose<'a>,
        change: ProfileChange<'a>,
        at: Instant,
    ) -> Keeping<'a, PersonRecord> {
        Box::pin(self.update_person(whose, change, at))
    }

    fn delete_person<'a>(&'a self, whose: Whose<'a>, at: Instant) -> Keeping<'a, ()> {
        Box::pin(self.remove_person(whose, at))
    }

    fn each_person<'a>(&'a self, see: &'a mut (dyn FnMut(Kept) + Send)) -> Keeping<'a, ()> {
        Box::pin(self.show_people(see))
    }

    fn has_ended<'a>(&'a self, id: &'a str) -> Keeping<'a, bool> {
        Box::pin(async move {
            let query = sqlx::query("select 1 from ended where id = $1").bind(id);
            let found = query.fetch_optional(&self.database.read).await.map_err(away)?;
            Ok(found.is_some())
        })
    }

    fn group<'a>(&'a self, id: &'a str) -> Keeping<'a, Option<GroupRecord>> {
        Box::pin(self.read_group(id))
    }

    fn groups(&self, filter: GroupFilter, page: Page) -> Keeping<'_, Pages<GroupRecord>> {
        Box::pin(self.read_groups(filter, page))
    }

    fn members<'a>(&'a self, group: &'a str, after: Option<&'a str>, most: u32) -> Keeping<'a, Vec<String>> {
        Box::pin(self.read_members(group, after, most))
    }

    fn create_group(
        &self,
        id: String,
        source: String,
        profile: GroupProfile,
        at: Instant,
    ) -> Keeping<'_, GroupRecord> {
        Box::pin(self.insert_group(GroupRecord::first(id, source, profile, at), Vec::new()))
    }

    fn create_group_with(
        &self,
        id: String,
        source: String,
        profile: GroupProfile,
        members: Vec<String>,
        at: Instant,
    ) -> Keeping<'_, GroupRecord> {
        Box::pin(self.insert_group(GroupRecord::first(id, source, profile, at), members))
    }

    fn change_group<'a>(
        &'a self,
        whose: Whose<'a>,
        change: GroupChange,
        at: Instant,
    ) -> Keeping<'a, GroupRecord> {
        Box::pin(self.update_group(whose, change, at))
    }

    fn replace_group<'a>(
        &'a self,
        whose: Whose<'a>,
        profile: GroupProfile,
        at: Instant,
    ) -> Keeping<'a, GroupRecord> {
        let change = GroupChange {
            profile: Some(profile),
            members: None,
        };
        Box::pin(self.update_group(whose, change, at))
    }

    fn change_members<'a>(
        &'a self,
        whose: Whose<'a>,
        change: MemberChange,
        at: Instant,
    ) -> Keeping<'a, GroupRecord> {
        let change = GroupChange {
            profile: None,
            members: Some(change),
        };
        Box::pin(self.update_group(whose, change, at))
    }

    fn delete_group<'a>(&'a self, whose: Whose<'a>, at: Instant) -> Keeping<'a, ()> {
        Box::pin(self.remove_group(whose, at))
    }

    fn load<'a>(
        &'a self,
        load: Load,
        people: Box<dyn Iterator<Item = FeedPerson> + Send + 'a>,
        progress: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> Keeping<'a, Loaded> {
        Box::pin(self.load_people(load, people, progress))
    }

    fn mark_complete(&self, source: String, at: Instant) -> Keeping<'_, ()> {
        Box::pin(async move {
            let mut change = self.database.begin().await?;
            write::set_synced(&mut change, &source, at).await?;
            note(&mut change, Sort::Sync, &source).await?;
            change.commit().await.map_err(away)
        })
    }

    fn synced(&self) -> Keeping<'_, Vec<Synced>> {
        Box::pin(async move {
            let query = sqlx::query("select source, at from syncs order by source");
            let rows = query.fetch_all(&self.database.read).await.map_err(away)?;
            let synced = rows.iter().map(|row| {
                Ok(Synced {
                    source: row.try_get(0)?,
                    at: Instant(row.try_get(1)?),
                })
            });
            synced.collect::<Result<_, sqlx::Error>>().map_err(away)
        })
    }
}

impl Store {
    async fn read_person(
        &self,
        condition: &str,
        values: Vec<String>,
    ) -> Result<Option<PersonRecord>, KeepError> {
        let mut sql = Sql::new(select(self.database.kind));
        sql.push(" where ").push(condition);
        values.into_iter().for_each(|value| sql.bound(value));
        let row = sql
            .query()
            .fetch_optional(&self.database.read)
            .await
            .map_err(away)?;
        row.map(|row| PersonRow::read(&row).map_err(away)?.record(&self.sealer))
            .transpose()
    }

    async fn read_people(&self, filter: PersonFilter, page: Page) -> Result<Pages<PersonRecord>, KeepError> {
        let kind = self.database.kind;
        let mut count = Sql::new("select count(*) from people p where ");
        condition(&mut count, kind, &filter);
        let total: i64 = count
            .query()
            .fetch_one(&self.database.read)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(away)?;
        let mut sql = Sql::new(select(kind));
        sql.push(" where ");
        condition(&mut sql, kind, &filter);
        sql.page("p.id", &page);
        let rows = sql.query().fetch_all(&self.database.read).await.map_err(away)?;
        let records = rows
            .iter()
            .map(|row| PersonRow::read(row).map_err(away)?.record(&self.sealer));
        Ok(Pages {
            records: records.collect::<Result<_, _>>()?,
            total: u64::try_from(total).unwrap_or_default(),
        })
    }

    async fn show_people(&self, see: &mut (dyn FnMut(Kept) + Send)) -> Result<(), KeepError> {
        let mut after = String::new();
        loop {
            let mut sql = Sql::new(select(self.database.kind));
            sql.push(" where p.id > ").bind(after.clone());
            sql.push(" order by p.id limit ").bind(AT_ONCE);
            let rows = sql.query().fetch_all(&self.database.read).await.map_err(away)?;
            for row in &rows {
                let record = PersonRow::read(row).map_err(away)?.record(&self.sealer)?;
                after.clone_from(&record.id);
                see(Kept::Person(Box::new(record)));
            }
            if rows.is_empty() {
                break;
            }
        }
        let ended = sqlx::query("select id from ended");
        let ended = ended.fetch_all(&self.database.read).await.map_err(away)?;
        for row in ended {
            see(Kept::Ended(row.try_get(0).map_err(away)?));
        }
        Ok(())
    }
}
