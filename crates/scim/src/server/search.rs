//! Lists and searches: by the store where it can, page by page in memory where it cannot.

use super::groups::MEMBERS;
use super::{Client, Response, Server, list};
use crate::Object;
use crate::error::{ScimError, ScimType};
use crate::filter::{Pushed, pushed, pushed_group};
use crate::mapping::resource_of;
use crate::query::Query;
use crate::schema::Kind;
use identity::directory::{
    Comparison, GroupFilter, GroupRecord, Page, PageFrom, PersonFilter, TextAttribute,
};
use serde_json::Value;

/// Records that are looked through for one answer.
const LOOKED_THROUGH: u64 = 50_000;

/// Records that are read at once where they are looked through.
const AT_ONCE: u32 = 1_000;

/// Resources that were found, of so many.
struct Found {
    resources: Vec<Object>,
    total: u64,
}

impl Server {
    /// Resources of these kinds, one kind after the other.
    pub(super) async fn search(
        &self,
        client: &Client,
        kinds: &[Kind],
        query: &Query,
    ) -> Result<Response, ScimError> {
        let (mut skip, mut left, mut total) = (query.skip, query.count, 0u64);
        let mut resources: Vec<Value> = Vec::new();
        for kind in kinds {
            if let Some(filter) = &query.filter {
                filter.check(*kind)?;
            }
            let page = Query {
                skip,
                count: left,
                ..query.clone()
            };
            let found = match kind {
                Kind::User => self.people_found(client, &page).await?,
                Kind::Group => self.groups_found(client, &page).await?,
            };
            total = total.saturating_add(found.total);
            skip = skip.saturating_sub(found.total);
            left = left.saturating_sub(u64::try_from(found.resources.len()).unwrap_or(u64::MAX));
            let cut = found
                .resources
                .iter()
                .map(|resource| query.shown.cut(resource, *kind));
            resources.extend(cut.map(Value::Object));
        }
        Ok(Response::of(list(resources, total, query.skip.saturating_add(1))))
    }

    async fn people_found(&self, client: &Client, query: &Query) -> Result<Found, ScimError> {
        let own = PersonFilter::Text(TextAttribute::Source, Comparison::Equals, client.source.clone());
        let asked = query.filter.as_ref().map_or(
            Pushed {
                filter: PersonFilter::All,
                exact: true,
            },
            pushed,
        );
        let filter = PersonFilter::Every(vec![own, asked.filter]);
        if asked.exact {
            let found = self.store.people(filter, page(query)).await;
            let found = found.map_err(|error| ScimError::of_store(&error))?;
            return Ok(Found {
                resources: found
                    .records
                    .iter()
                    .map(|one| resource_of(one, &self.base, false))
                    .collect(),
                total: found.total,
            });
        }
        let mut looking = Looking::new(query);
        let mut from = PageFrom::Skip(0);
        loop {
            let page = Page { from, most: AT_ONCE };
            let found = self.store.people(filter.clone(), page).await;
            let found = found.map_err(|error| ScimError::of_store(&error))?;
            let Some(last) = found.records.last() else {
                return Ok(looking.found);
            };
            from = PageFrom::After(last.id.clone());
            for record in &found.records {
                looking.see(resource_of(record, &self.base, false), Kind::User)?;
            }
        }
    }

    async fn groups_found(&self, client: &Client, query: &Query) -> Result<Found, ScimError> {
        let own = GroupFilter::Source(client.source.clone());
        let asked = query.filter.as_ref().map_or(
            Pushed {
                filter: GroupFilter::All,
                exact: true,
            },
            pushed_group,
        );
        let filter = GroupFilter::Every(vec![own, asked.filter]);
        let mut budget = MEMBERS;
        let is_shown = query.shown.shows(Kind::Group, "members");
        if asked.exact {
            let found = self.store.groups(filter, page(query)).await;
            let found = found.map_err(|error| ScimError::of_store(&error))?;
            let mut resources = Vec::with_capacity(found.records.len());
            for record in &found.records {
                resources.push(self.counted_group(record, is_shown, &mut budget).await?);
            }
            let total = found.total;
            return Ok(Found { resources, total });
        }
        let is_needed = is_shown
            || query
                .filter
                .as_ref()
                .is_some_and(|filter| filter.mentions("members"));
        let mut looking = Looking::new(query);
        let mut from = PageFrom::Skip(0);
        loop {
            let page = Page { from, most: AT_ONCE };
            let found = self.store.groups(filter.clone(), page).await;
            let found = found.map_err(|error| ScimError::of_store(&error))?;
            let Some(last) = found.records.last() else {
                return Ok(looking.found);
            };
            from = PageFrom::After(last.id.clone());
            for record in &found.records {
                let resource = self.counted_group(record, is_needed, &mut budget).await?;
                looking.see(resource, Kind::Group)?;
            }
        }
    }

    /// A group, with its members as long as there are not too many in all.
    async fn counted_group(
        &self,
        record: &GroupRecord,
        with_members: bool,
        budget: &mut usize,
    ) -> Result<Object, ScimError> {
        let resource = self.shown_group(record, with_members).await?;
        let members = resource
            .get("members")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        match budget.checked_sub(members) {
            Some(left) => {
                *budget = left;
                Ok(resource)
            }
            None => {
                let detail = format!(
                    "these groups have more than {MEMBERS} members: ask with `excludedAttributes=members`"
                );
                Err(ScimError::bad(ScimType::TooMany, detail))
            }
        }
    }
}

fn page(query: &Query) -> Page {
    Page {
        from: PageFrom::Skip(query.skip),
        most: u32::try_from(query.count).unwrap_or(u32::MAX),
    }
}

/// Looks resources through one by one.
struct Looking<'q> {
    query: &'q Query,
    seen: u64,
    found: Found,
}

impl<'q> Looking<'q> {
    const fn new(query: &'q Query) -> Self {
        Self {
            query,
            seen: 0,
            found: Found {
                resources: Vec::new(),
                total: 0,
            },
        }
    }

    fn see(&mut self, resource: Object, kind: Kind) -> Result<(), ScimError> {
        self.seen = self.seen.saturating_add(1);
        if self.seen > LOOKED_THROUGH {
            let detail = format!(
                "more than {LOOKED_THROUGH} would have to be looked through: filter by `userName`, `externalId`, `id` or `displayName` too"
            );
            return Err(ScimError::bad(ScimType::TooMany, detail));
        }
        let is_meant = self
            .query
            .filter
            .as_ref()
            .is_none_or(|filter| filter.matches(&resource, kind));
        if !is_meant {
            return Ok(());
        }
        let position = self.found.total;
        self.found.total = position.saturating_add(1);
        let on_page = u64::try_from(self.found.resources.len()).is_ok_and(|len| len < self.query.count);
        if position >= self.query.skip && on_page {
            self.found.resources.push(resource);
        }
        Ok(())
    }
}
