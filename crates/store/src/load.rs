//! People of one source loaded in bulk: all of them, or none.
//!
//! Records that say what they said before are left alone, version and all, so that a feed that comes every night costs
//! replicas nothing but what has changed. A complete feed ends whoever it does not list.

use crate::Store;
use crate::database::away;
use crate::feed::note;
use crate::groups;
use crate::people::write::{revive, set_synced};
use crate::people::{PersonRow, Sql, select};
use identity::KeepError;
use identity::directory::{
    FeedPerson, GroupProfile, GroupRecord, Load, Loaded, PersonRecord, Profile, Progress,
};
use identity::kept::Sort;
use sqlx::{Any, Row as _, Transaction};
use std::collections::{BTreeSet, HashMap, HashSet};

/// People who are read, compared and written in one go.
const BATCH: usize = 500;

/// A load under way.
struct Loading<'s> {
    store: &'s Store,
    load: Load,
    change: Transaction<'static, Any>,
    done: Loaded,
    /// Groups by their name in lower case.
    groups: HashMap<String, (String, String)>,
    touched: BTreeSet<String>,
    changed: BTreeSet<String>,
    listed: HashSet<String>,
}

impl Store {
    pub(crate) async fn load_people(
        &self,
        load: Load,
        mut people: Box<dyn Iterator<Item = FeedPerson> + Send + '_>,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Loaded, KeepError> {
        let mut change = self.database.begin().await?;
        let groups = known_groups(&mut change).await?;
        let mut loading = Loading {
            store: self,
            load,
            change,
            done: Loaded::default(),
            groups,
            touched: BTreeSet::new(),
            changed: BTreeSet::new(),
            listed: HashSet::new(),
        };
        let mut done: u64 = 0;
        loop {
            let batch: Vec<FeedPerson> = people.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            done = done.saturating_add(u64::try_from(batch.len()).unwrap_or_default());
            loading.batch(batch).await?;
            progress(Progress { done });
        }
        loading.finish().await
    }
}

impl Loading<'_> {
    async fn batch(&mut self, batch: Vec<FeedPerson>) -> Result<(), KeepError> {
        let mut before = self.before(&batch).await?;
        let mut written: Vec<PersonRecord> = Vec::new();
        let mut regrouped: Vec<(PersonRecord, Vec<String>)> = Vec::new();
        for FeedPerson { id, profile, groups } in batch {
            if self.load.complete {
                self.listed.insert(id.clone());
            }
            let former = before.remove(&id);
            let (record, is_new) = self.merged(id, profile, former)?;
            let groups = match groups {
                Some(groups) => self.regrouped(&record, groups).await?,
                None => None,
            };
            let counted = match (is_new, groups.is_some()) {
                (Change::New, _) => &mut self.done.created,
                (Change::Other, _) | (Change::Same, true) => &mut self.done.changed,
                (Change::Same, false) => &mut self.done.unchanged,
            };
            *counted = counted.saturating_add(1);
            if is_new != Change::Same || groups.is_some() {
                self.changed.insert(record.id.clone());
            }
            if let Some(groups) = groups {
                regrouped.push((record.clone(), groups));
            }
            if is_new != Change::Same {
                written.push(record);
            }
        }
        self.check_names(&written).await?;
        let references: Vec<&PersonRecord> = written.iter().collect();
        self.store.overwrite(&mut self.change, &references).await?;
        self.revive(&written).await?;
        self.regroup(regrouped).await
    }

    /// The records of these people as they are.
    async fn before(&mut self, batch: &[FeedPerson]) -> Result<HashMap<String, PersonRecord>, KeepError> {
        let mut sql = Sql::new(select(self.store.database.kind));
        sql.push(" where p.id in ")
            .list(batch.iter().map(|person| person.id.clone()));
        let rows = sql.query().fetch_all(&mut *self.change).await.map_err(away)?;
        let mut before = HashMap::with_capacity(rows.len());
        for row in &rows {
            let record = PersonRow::read(row).map_err(away)?.record(&self.store.sealer)?;
            before.insert(record.id.clone(), record);
        }
        Ok(before)
    }

    /// What a person's record is after this feed.
    fn merged(
        &self,
        id: String,
        profile: Profile,
        former: Option<PersonRecord>,
    ) -> Result<(PersonRecord, Change), KeepError> {
        let Some(mut record) = former else {
            let record = PersonRecord::first(id, self.load.source.clone(), profile, self.load.at);
            return Ok((record, Change::New));
        };
        if record.source != self.load.source {
            return Err(KeepError::NotYours {
                what: "person",
                id,
                owner: record.source,
            });
        }
        if record.profile == profile {
            return Ok((record, Change::Same));
        }
        record.profile = profile;
        record.version = record.version.saturating_add(1);
        record.modified = self.load.at;
        Ok((record, Change::Other))
    }

    /// Fails with the name that somebody else has, rather than with whatever the database says of it.
    async fn check_names(&mut self, written: &[PersonRecord]) -> Result<(), KeepError> {
        if written.is_empty() {
            return Ok(());
        }
        let names: HashMap<String, &PersonRecord> = written
            .iter()
            .map(|record| (record.profile.user_name.to_lowercase(), record))
            .collect();
        let mut sql = Sql::new("select id, user_name_key from people where user_name_key in ");
        sql.list(names.keys().cloned().collect::<Vec<_>>());
        let rows = sql.query().fetch_all(&mut *self.change).await.map_err(away)?;
        for row in &rows {
            let (holder, name): (String, String) =
                (row.try_get(0).map_err(away)?, row.try_get(1).map_err(away)?);
            if let Some(record) = names.get(&name)
                && record.id != holder
            {
                return Err(KeepError::Taken {
                    attribute: "user name",
                    value: record.profile.user_name.clone(),
                });
            }
        }
        let mut external: HashMap<String, &str> = HashMap::new();
        for record in written {
            if let Some(id) = &record.profile.external_id {
                external.insert(id.clone(), &record.id);
            }
        }
        let mut sql = Sql::new("select id, external_id from people where source = ");
        sql.bind(self.load.source.clone()).push(" and external_id in ");
        sql.list(external.keys().cloned().collect::<Vec<_>>());
        let rows = sql.query().fetch_all(&mut *self.change).await.map_err(away)?;
        for row in &rows {
            let (holder, id): (String, String) =
                (row.try_get(0).map_err(away)?, row.try_get(1).map_err(away)?);
            if external.get(&id).is_some_and(|wanted| **wanted != holder) {
                return Err(KeepError::Taken {
                    attribute: "external id",
                    value: id,
                });
            }
        }
        Ok(())
    }

    async fn revive(&mut self, written: &[PersonRecord]) -> Result<(), KeepError> {
        let new: Vec<String> = written
            .iter()
            .filter(|record| record.version == 1)
            .map(|record| record.id.clone())
            .collect();
        revive(&mut self.change, &self.load.source, new).await
    }

    /// Ids of the groups of this source that a person is in from now on; `None`: as before. New groups are made.
    async fn regrouped(
        &mut self,
        record: &PersonRecord,
        wanted: Vec<String>,
    ) -> Result<Option<Vec<String>>, KeepError> {
        let mut ids = BTreeSet::new();
        for name in wanted {
            ids.insert(self.group(name).await?);
        }
        let mut before = BTreeSet::new();
        for name in &record.groups {
            if let Some((id, source)) = self.groups.get(&name.to_lowercase())
                && *source == self.load.source
            {
                before.insert(id.clone());
            }
        }
        if ids == before {
            return Ok(None);
        }
        self.touched.extend(ids.symmetric_difference(&before).cloned());
        Ok(Some(ids.into_iter().collect()))
    }

    /// The id of a group of this source, which is made if it is not there.
    async fn group(&mut self, name: String) -> Result<String, KeepError> {
        let key = name.to_lowercase();
        match self.groups.get(&key) {
            Some((id, source)) if *source == self.load.source => return Ok(id.clone()),
            Some((_, owner)) => {
                return Err(KeepError::NotYours {
                    what: "group",
                    id: name,
                    owner: owner.clone(),
                });
            }
            None => {}
        }
        let group = GroupRecord {
            id: format!("{}/{name}", self.load.source),
            source: self.load.source.clone(),
            version: 1,
            created: self.load.at,
            modified: self.load.at,
            profile: GroupProfile {
                name,
                external_id: None,
            },
        };
        groups::insert(&mut self.change, &group).await?;
        self.done.groups = self.done.groups.saturating_add(1);
        let id = group.id.clone();
        self.groups.insert(key, (group.id, group.source));
        Ok(id)
    }

    /// Puts these people into these groups of the source, and out of its others.
    async fn regroup(&mut self, people: Vec<(PersonRecord, Vec<String>)>) -> Result<(), KeepError> {
        let former: Vec<String> = people
            .iter()
            .filter(|(record, _)| !record.groups.is_empty())
            .map(|(record, _)| record.id.clone())
            .collect();
        if !former.is_empty() {
            let mut sql = Sql::new("delete from members where person_id in ");
            sql.list(former)
                .push(" and group_id in (select id from people_groups where source = ");
            sql.bind(self.load.source.clone()).push(")");
            sql.query().execute(&mut *self.change).await.map_err(away)?;
        }
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (record, groups) in people {
            pairs.extend(groups.into_iter().map(|group| (record.id.clone(), group)));
        }
        groups::add_members(&mut self.change, &pairs).await
    }

    async fn finish(mut self) -> Result<Loaded, KeepError> {
        let (at, source) = (self.load.at, self.load.source.clone());
        if self.load.complete {
            self.end_others().await?;
            set_synced(&mut self.change, &source, at).await?;
            note(&mut self.change, Sort::Sync, &source).await?;
        }
        groups::touch(&mut self.change, &self.touched, at).await?;
        groups::tell(&mut self.change, &self.changed).await?;
        let ended = match self.load.dry_run {
            true => self.change.rollback().await,
            false => self.change.commit().await,
        };
        ended.map_err(away)?;
        Ok(self.done)
    }

    /// Ends whoever is active and not listed.
    async fn end_others(&mut self) -> Result<(), KeepError> {
        let query = sqlx::query("select id from people where source = $1 and active = 1");
        let rows = query
            .bind(self.load.source.clone())
            .fetch_all(&mut *self.change)
            .await;
        let mut gone: Vec<String> = Vec::new();
        for row in &rows.map_err(away)? {
            let id: String = row.try_get(0).map_err(away)?;
            if !self.listed.contains(&id) {
                gone.push(id);
            }
        }
        for some in gone.chunks(BATCH) {
            let mut sql = Sql::new("update people set active = 0, version = version + 1, modified = ");
            sql.bind(self.load.at.0).push(" where id in ").list(some.to_vec());
            sql.query().execute(&mut *self.change).await.map_err(away)?;
        }
        self.done.ended = u64::try_from(gone.len()).unwrap_or_default();
        self.changed.extend(gone);
        Ok(())
    }
}

/// What becomes of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    New,
    Other,
    Same,
}

/// Every group by its name in lower case, with its id and source.
async fn known_groups(
    change: &mut Transaction<'static, Any>,
) -> Result<HashMap<String, (String, String)>, KeepError> {
    let query = sqlx::query("select name_key, id, source from people_groups");
    let rows = query.fetch_all(&mut **change).await.map_err(away)?;
    let mut groups = HashMap::with_capacity(rows.len());
    for row in &rows {
        let one = |error| away(error);
        groups.insert(
            row.try_get(0).map_err(one)?,
            (row.try_get(1).map_err(one)?, row.try_get(2).map_err(one)?),
        );
    }
    Ok(groups)
}
