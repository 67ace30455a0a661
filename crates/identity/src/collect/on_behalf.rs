//! Services that ask for somebody, and sign-ins that were ended.
//!
//! A service account that asks for a person must be the one that the register names for its application. The place of
//! that person joins those of the end users that the service declares, each of which must be allowed: asking for somebody
//! never permits more than asking for nobody.

use super::{CollectError, FactCollector};
use crate::Caller;
use decision::RequestFacts;
use register::model::{Application, Instant, PlaceFact};

/// How long what the directory says of a place is good, in seconds since it was last in step.
const FRESH: i64 = 24 * 3600;

impl FactCollector {
    /// Whether the sign-in behind a request still stands.
    pub(super) fn check_standing(&self, caller: &Caller) -> Result<(), CollectError> {
        let Some(token) = &caller.token else {
            return Ok(());
        };
        let stands = self
            .revocations
            .as_ref()
            .is_none_or(|revocations| revocations.stands(token));
        match stands {
            true => Ok(()),
            false => Err(CollectError::SignedOut {
                person: caller.holder.person.clone(),
            }),
        }
    }

    /// Lets the place of the person for whom a service asks join those of its end users.
    pub(super) fn join_end_user(
        &self,
        caller: &Caller,
        application: &Application,
        request: &mut RequestFacts,
        at: Instant,
    ) -> Result<(), CollectError> {
        let Some(person) = caller.acts_for() else {
            return Ok(());
        };
        let service = &caller.holder.person;
        if application.service.as_ref() != Some(service) {
            return Err(CollectError::MayNotAct {
                service: service.clone(),
                application: application.id.clone(),
            });
        }
        let end_user = self.directory.person(person);
        let end_user = end_user.ok_or_else(|| CollectError::UnknownPerson {
            person: person.to_owned(),
        })?;
        let age = self
            .directory
            .synced_at()
            .map(|synced_at| at.0.saturating_sub(synced_at.0));
        let place = match age {
            Some(age) if (0..=FRESH).contains(&age) => end_user.place.clone(),
            Some(_) | None => PlaceFact::Unknown,
        };
        let places = request.end_users.get_or_insert_default();
        if !places.contains(&place) {
            places.push(place);
        }
        Ok(())
    }
}
