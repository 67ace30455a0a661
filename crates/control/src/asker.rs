//! Who asks: a person of the directory, by a key of their own or by a token, and the roles they have.
//!
//! The same people whom the gateway accepts are accepted here, by the same keys and tokens. Three differences: a key
//! that was made for an application stands in the files of that application and administers nothing; a service account
//! has no role; and nobody acts here for somebody else.

use crate::problem::Problem;
use crate::role::{Role, Roles};
use crate::shared::Shared;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use identity::{Caller, DirectoryEntry, FactCollector};
use register::model::{Limits, Worker};
use std::sync::Arc;

/// What is in force, as far as administration asks about people.
pub trait InForce: Send + Sync {
    /// Shows what collects facts at this moment, and how old facts may be.
    fn look(&self, see: &mut dyn FnMut(&FactCollector, &Limits));

    /// Has everything that is on its way decided about once more: something else is known now.
    fn reconsider(&self);
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    /// Their id.
    pub(crate) person: String,
    /// What they may do.
    pub(crate) roles: Roles,
}

impl Shared {
    /// Who asks with the token of a request; `None`: nobody who is known and active.
    pub(crate) async fn asker(&self, headers: &HeaderMap) -> Result<Option<Asker>, Problem> {
        let Some(token) = bearer(headers) else {
            return Ok(None);
        };
        let mut caller = self.keys.caller(token, (self.clock)());
        if caller.is_none()
            && let Some(lacking) = self.keys.lacking(token)
        {
            lacking.await;
            caller = self.keys.caller(token, (self.clock)());
        }
        let Some(caller) = caller.filter(is_their_own) else {
            return Ok(None);
        };
        let mut found: Option<Arc<DirectoryEntry>> = None;
        self.in_force
            .look(&mut |collector, _| found = collector.standing_of(&caller).ok());
        let Some(entry) = found else {
            return Ok(None);
        };
        let roles = self.roles_of(&entry, caller.groups()).await?;
        Ok(Some(Asker {
            person: caller.holder.person,
            roles,
        }))
    }

    /// The roles of somebody whom the directory knows.
    async fn roles_of(
        &self,
        entry: &DirectoryEntry,
        signed_in_with: Option<&[String]>,
    ) -> Result<Roles, Problem> {
        if entry.worker == Worker::Service {
            return Ok(Roles::NONE);
        }
        let mut roles = self.groups.roles(signed_in_with.unwrap_or(&entry.groups));
        roles.add(Role::Staff);
        for grant in self.store.role_grants(Some(&entry.id)).await? {
            // what a later version calls a role gives nothing here
            if let Some(role) = Role::that_is_given(&grant.role) {
                roles.add(role);
            }
        }
        Ok(roles)
    }
}

/// Whether somebody asks for themself, with what is theirs.
fn is_their_own(caller: &Caller) -> bool {
    let is_of_application = caller.token.is_none() && caller.holder.application.is_some();
    caller.acts_for().is_none() && !is_of_application
}

/// The one bearer token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
