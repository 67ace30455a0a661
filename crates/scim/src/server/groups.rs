//! Groups, one by one.

use super::people::{of_change, whose};
use super::{Client, Method, Request, Response, Server, new_id, object, shown, unchanged};
use crate::Object;
use crate::canonical::canonical;
use crate::error::{ScimError, ScimType};
use crate::mapping::group_resource;
use crate::patch::{self, GroupEdit};
use crate::schema::Kind;
use identity::directory::{GroupChange, GroupProfile, GroupRecord, MemberChange};
use serde_json::Value;

const WHAT: &str = "group";

/// Members in one answer.
pub(super) const MEMBERS: usize = 100_000;

/// Members that are read at once.
const AT_ONCE: u32 = 5_000;

impl Server {
    pub(super) async fn create_group(
        &self,
        client: &Client,
        request: &Request<'_>,
    ) -> Result<Response, ScimError> {
        let shown = shown(request)?;
        let sent = canonical(object(request.body)?, Kind::Group)?;
        let (profile, members) = read(&sent)?;
        let made =
            self.store
                .create_group_with(new_id()?, client.source.clone(), profile, members, self.now());
        let made = made.await.map_err(|error| ScimError::of_store(&error))?;
        let resource = self
            .shown_group(&made, shown.shows(Kind::Group, "members"))
            .await?;
        Ok(Response::resource(201, &resource, Kind::Group, &shown))
    }

    pub(super) async fn group(
        &self,
        client: &Client,
        id: &str,
        method: Method,
        request: &Request<'_>,
    ) -> Result<Response, ScimError> {
        let shown = shown(request)?;
        let found = self.store.group(id).await;
        let found = found.map_err(|error| ScimError::of_store(&error))?;
        let found = found.filter(|record| record.source == client.source);
        let record = found.ok_or_else(|| ScimError::missing(WHAT, id))?;
        let with_members = shown.shows(Kind::Group, "members");
        match method {
            Method::Get => {
                let resource = self.shown_group(&record, with_members).await?;
                let answer = Response::resource(200, &resource, Kind::Group, &shown);
                Ok(unchanged(request, &answer).unwrap_or(answer))
            }
            Method::Put => {
                let sent = canonical(object(request.body)?, Kind::Group)?;
                let (profile, members) = read(&sent)?;
                let change = GroupChange {
                    profile: Some(profile),
                    members: Some(MemberChange::Exactly(members)),
                };
                let changed = self.change_group(client, id, request, change).await?;
                let resource = self.shown_group(&changed, with_members).await?;
                Ok(Response::resource(200, &resource, Kind::Group, &shown))
            }
            Method::Patch => {
                let operations = patch::read(object(request.body)?)?;
                let before = group_resource(&record, None, "");
                let GroupEdit { resource, members } = patch::group_edit(&before, &operations)?;
                let (profile, _) = read(&resource)?;
                let change = GroupChange {
                    profile: (profile != record.profile).then_some(profile),
                    members,
                };
                let changed = self.change_group(client, id, request, change).await?;
                // everybody in it again, only for whoever asks for it
                if !request
                    .query
                    .iter()
                    .any(|(name, _)| name.to_ascii_lowercase().ends_with("attributes"))
                {
                    let tag = group_resource(&changed, None, &self.base);
                    return Ok(Response {
                        tag: Response::resource(200, &tag, Kind::Group, &shown).tag,
                        ..Response::empty()
                    });
                }
                let resource = self.shown_group(&changed, with_members).await?;
                Ok(Response::resource(200, &resource, Kind::Group, &shown))
            }
            Method::Delete => {
                let deleted = self
                    .store
                    .delete_group(whose(client, id, request)?, self.now())
                    .await;
                deleted.map_err(|error| of_change(&error, id))?;
                Ok(Response::empty())
            }
            Method::Post => Err(ScimError::status(405, "a group is made at `/Groups`")),
        }
    }

    async fn change_group(
        &self,
        client: &Client,
        id: &str,
        request: &Request<'_>,
        change: GroupChange,
    ) -> Result<GroupRecord, ScimError> {
        let changed = self
            .store
            .change_group(whose(client, id, request)?, change, self.now())
            .await;
        changed.map_err(|error| of_change(&error, id))
    }

    /// A group as a canonical resource, with its members if they are to be shown.
    pub(super) async fn shown_group(
        &self,
        record: &GroupRecord,
        with_members: bool,
    ) -> Result<Object, ScimError> {
        if !with_members {
            return Ok(group_resource(record, None, &self.base));
        }
        let mut members: Vec<String> = Vec::new();
        loop {
            let after = members.last().map(String::as_str);
            let more = self.store.members(&record.id, after, AT_ONCE).await;
            let more = more.map_err(|error| ScimError::of_store(&error))?;
            if more.is_empty() {
                return Ok(group_resource(record, Some(&members), &self.base));
            }
            members.extend(more);
            if members.len() > MEMBERS {
                let detail =
                    format!("a group has more than {MEMBERS} members: ask with `excludedAttributes=members`");
                return Err(ScimError::bad(ScimType::TooMany, detail));
            }
        }
    }
}

/// What is kept of a canonical group, and who is in it.
fn read(resource: &Object) -> Result<(GroupProfile, Vec<String>), ScimError> {
    let text = |name: &str| resource.get(name).and_then(Value::as_str).map(str::to_owned);
    let profile = GroupProfile {
        name: text("displayName").unwrap_or_default(),
        external_id: text("externalId"),
    };
    let members = resource.get("members").cloned().unwrap_or(Value::Null);
    Ok((profile, patch::ids_of(members)?))
}
