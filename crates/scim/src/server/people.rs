//! Users, one by one.

use super::{Client, Method, Request, Response, Server, object, shown, unchanged, version};
use crate::Object;
use crate::canonical::canonical;
use crate::error::ScimError;
use crate::mapping::{profile_of, resource_of};
use crate::patch;
use crate::schema::Kind;
use identity::directory::{PersonRecord, Profile, ProfileChange, Whose};
use identity::kept::KeepError;
use register::model::Instant;
use std::sync::{Mutex, PoisonError};

const WHAT: &str = "user";

impl Server {
    pub(super) async fn create_person(
        &self,
        client: &Client,
        request: &Request<'_>,
    ) -> Result<Response, ScimError> {
        let shown = shown(request)?;
        let sent = canonical(object(request.body)?, Kind::User)?;
        let profile = profile_of(&sent, None)?;
        let id = client.ids.of(profile.external_id.as_deref())?;
        let made = self
            .store
            .create_person(id, client.source.clone(), profile, self.now());
        let made = made.await.map_err(|error| ScimError::of_store(&error))?;
        Ok(Response::resource(
            201,
            &resource_of(&made, &self.base, false),
            Kind::User,
            &shown,
        ))
    }

    pub(super) async fn person(
        &self,
        client: &Client,
        id: &str,
        method: Method,
        request: &Request<'_>,
    ) -> Result<Response, ScimError> {
        let shown = shown(request)?;
        let found = self.store.person_record(id).await;
        let found = found.map_err(|error| ScimError::of_store(&error))?;
        let found = found.filter(|record| record.source == client.source);
        let record = found.ok_or_else(|| ScimError::missing(WHAT, id))?;
        let show = |record: &PersonRecord| {
            Response::resource(200, &resource_of(record, &self.base, false), Kind::User, &shown)
        };
        match method {
            Method::Get => {
                let answer = show(&record);
                Ok(unchanged(request, &answer).unwrap_or(answer))
            }
            Method::Put => {
                let sent = canonical(object(request.body)?, Kind::User)?;
                let change = |profile: &Profile| profile_of(&sent, Some(profile));
                Ok(show(&self.change_person(client, id, request, &change).await?))
            }
            Method::Patch => {
                let operations = patch::read(object(request.body)?)?;
                let change = |profile: &Profile| {
                    let resource = whole(id, profile);
                    profile_of(&patch::patched(&resource, &operations, Kind::User)?, None)
                };
                Ok(show(&self.change_person(client, id, request, &change).await?))
            }
            Method::Delete => {
                let whose = whose(client, id, request)?;
                let deleted = self.store.delete_person(whose, self.now()).await;
                deleted.map_err(|error| of_change(&error, id))?;
                Ok(Response::empty())
            }
            Method::Post => Err(ScimError::status(405, "a user is made at `/Users`")),
        }
    }

    async fn change_person(
        &self,
        client: &Client,
        id: &str,
        request: &Request<'_>,
        change: &(dyn Fn(&Profile) -> Result<Profile, ScimError> + Sync),
    ) -> Result<PersonRecord, ScimError> {
        // the store tells why a change was not possible as a text; the error itself takes this way
        let refused: Mutex<Option<ScimError>> = Mutex::new(None);
        let edit: ProfileChange<'_> = Box::new(|profile| match change(profile) {
            Ok(new) => {
                *profile = new;
                Ok(())
            }
            Err(error) => {
                let reason = error.detail.clone();
                *refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(reason)
            }
        });
        let changed = self
            .store
            .change_person(whose(client, id, request)?, edit, self.now())
            .await;
        changed.map_err(|error| {
            let refused = refused.lock().unwrap_or_else(PoisonError::into_inner).take();
            refused.unwrap_or_else(|| of_change(&error, id))
        })
    }
}

/// A person as they are changed, protected attributes and all.
fn whole(id: &str, profile: &Profile) -> Object {
    resource_of(
        &PersonRecord::first(id, "", profile.clone(), Instant(0)),
        "",
        true,
    )
}

pub(super) fn whose<'a>(
    client: &'a Client,
    id: &'a str,
    request: &Request<'_>,
) -> Result<Whose<'a>, ScimError> {
    Ok(Whose {
        id,
        source: &client.source,
        version: version(request)?,
    })
}

/// What the store says to a change of one resource.
pub(super) fn of_change(error: &KeepError, changed: &str) -> ScimError {
    match error {
        // somebody else deleted it a moment ago
        KeepError::Missing { what, id } if id == changed => ScimError::missing(what, id),
        error => ScimError::of_store(error),
    }
}
