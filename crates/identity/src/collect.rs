//! Puts together the facts of one request, and seals them.
//!
//! Claims are handed on as their sources make them, each with its time of observation. Whether one is fresh, credible or
//! contradicted is the decision's business.

use crate::tokens::Revocations;
use crate::{Caller, Directory, DirectoryEntry, KeyHolder, Origin, PlaceSources, Zones};
use decision::{Claim, Entitlement, Facts, NamedUser, PersonFacts, RequestFacts, SealedFacts};
use register::model::{Application, Instant, PlaceFact, Register, Worker};
use std::collections::HashMap;
use std::sync::Arc;

/// Collects facts.
pub struct FactCollector {
    directory: Arc<dyn Directory>,
    zones: Zones,
    places: Arc<PlaceSources>,
    applications: HashMap<String, Application>,
    egress: Vec<(String, PlaceFact)>,
    revocations: Option<Arc<Revocations>>,
    /// Seconds for which an observation is fresh.
    presence: i64,
}

/// What a request says about itself. It may only choose among what its application allows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<'a> {
    /// Purpose; `None`: the application's first.
    pub purpose: Option<&'a str>,
    /// Data class; `None`: the application's first.
    pub data: Option<&'a str>,
}

/// Facts, and the application that they were collected for.
#[derive(Clone, Debug)]
pub struct Collected {
    /// The facts.
    pub facts: SealedFacts,
    /// Id of the application.
    pub application: String,
    /// Who in the firm pays for it, as the directory has it of the person.
    pub cost_centre: Option<Arc<str>>,
}

/// Why the facts of a request cannot be collected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectError {
    /// The store of the directory has not answered for too long.
    #[error(
        "what is known of people and keys is of {since}: the store has not answered since, and what was revoked is not seen"
    )]
    OutOfSight {
        /// When it last did.
        since: Instant,
    },
    /// The holder of the key is in no directory.
    #[error("the key belongs to `{person}`, whom the directory does not know")]
    UnknownPerson {
        /// The holder.
        person: String,
    },
    /// Neither the key nor the person has an application.
    #[error("no application is set for `{person}`, so nothing says what the request is for")]
    NoApplication {
        /// The holder.
        person: String,
    },
    /// The register has no such application.
    #[error("the register has no application `{application}`")]
    UnknownApplication {
        /// The application of the key or of the person.
        application: String,
    },
    /// The application allows no purpose, or no data class, at all.
    #[error("application `{application}` allows no {what}")]
    NothingAllowed {
        /// The application.
        application: String,
        /// `purpose` or `data class`.
        what: &'static str,
    },
    /// The sign-in behind the request was ended.
    #[error("the sign-in of `{person}` was ended")]
    SignedOut {
        /// Who had signed in.
        person: String,
    },
    /// A service acts for somebody, and the register does not say that it may.
    #[error("`{service}` may not act for others by application `{application}`")]
    MayNotAct {
        /// The service account.
        service: String,
        /// The application.
        application: String,
    },
    /// The request chooses what its application does not allow.
    #[error("application `{application}` does not allow {what} `{asked}`; it allows {allowed}")]
    NotAllowed {
        /// The application.
        application: String,
        /// `purpose` or `data class`.
        what: &'static str,
        /// What the request asked for.
        asked: String,
        /// What it may ask for.
        allowed: String,
    },
}

impl FactCollector {
    /// Collects from a directory, for the applications of a register and the zones of its sites.
    pub fn new(register: &Register, zones: Zones, directory: Arc<dyn Directory>) -> Self {
        let applications = register
            .applications
            .iter()
            .map(|app| (app.id.clone(), app.clone()))
            .collect();
        Self {
            directory,
            zones,
            places: Arc::default(),
            applications,
            egress: Vec::new(),
            revocations: None,
            presence: register.limits.presence,
        }
    }

    /// The same, asking each time whether the sign-in behind a request still stands.
    #[must_use]
    pub fn with_revocations(mut self, revocations: Arc<Revocations>) -> Self {
        self.revocations = Some(revocations);
        self
    }

    /// The same, with the places where calls of connectors leave this installation, where they differ from what the
    /// register says.
    #[must_use]
    pub fn with_egress(mut self, egress: Vec<(String, PlaceFact)>) -> Self {
        self.egress = egress;
        self
    }

    /// The same, with these sources of place claims besides the networks of offices and the directory.
    #[must_use]
    pub fn with_places(mut self, places: Arc<PlaceSources>) -> Self {
        self.places = places;
        self
    }

    /// Whether the directory has somebody.
    pub fn knows(&self, person: &str) -> bool {
        self.directory.person(person).is_some()
    }

    /// The sources of place claims.
    pub const fn places(&self) -> &Arc<PlaceSources> {
        &self.places
    }

    /// Has the sources of place claims take up files that have changed; whether something else is known of somebody now.
    /// It reads files, so no request should wait for it.
    pub fn renew_places(&self, at: Instant) -> bool {
        self.places.renew(&self.zones, at)
    }

    /// The facts of a request that the holder of a key makes from somewhere at an instant.
    ///
    /// # Errors
    /// When holder or application is not known, or the request chooses what the application does not allow.
    pub fn collect(
        &self,
        holder: &KeyHolder,
        origin: impl Into<Origin>,
        choice: Choice<'_>,
        at: Instant,
    ) -> Result<Collected, CollectError> {
        self.collect_for(&Caller::from(holder.clone()), origin, choice, at)
    }

    /// The facts of a request that somebody makes from an address at an instant, by a key or by a token.
    ///
    /// # Errors
    /// As above; and when the sign-in was ended, or a service acts for somebody for whom it may not act.
    pub fn collect_for(
        &self,
        caller: &Caller,
        origin: impl Into<Origin>,
        choice: Choice<'_>,
        at: Instant,
    ) -> Result<Collected, CollectError> {
        if let Some(since) = self.directory.lost_since(at) {
            return Err(CollectError::OutOfSight { since });
        }
        self.check_standing(caller)?;
        let (application, entry) = self.application_of(&caller.holder)?;
        let mut request = request(application, &entry, choice)?;
        self.join_end_user(caller, application, &mut request, at)?;
        let mut facts = Facts {
            claims: self.claims(&entry, &origin.into(), at),
            entity: entry.entity.to_string(),
            engaging_entity: entry.engaging_entity.to_string(),
            person: self.person(&entry),
            request,
            egress: self.egress.clone(),
        };
        if let Some(groups) = caller.groups() {
            facts.person.groups = groups.to_vec();
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that vouches for facts"
        )]
        let facts = SealedFacts::seal(facts);
        Ok(Collected {
            facts,
            application: application.id.clone(),
            cost_centre: entry.cost_centre.clone(),
        })
    }

    /// The application by which somebody asks, and what the directory says of them.
    fn application_of(
        &self,
        holder: &KeyHolder,
    ) -> Result<(&Application, Arc<DirectoryEntry>), CollectError> {
        let person = || holder.person.clone();
        let entry = self.directory.person(&holder.person);
        let entry = entry.ok_or_else(|| CollectError::UnknownPerson { person: person() })?;
        let id = holder.application.as_deref().or(entry.application.as_deref());
        let id = id.ok_or_else(|| CollectError::NoApplication { person: person() })?;
        match self.applications.get(id) {
            Some(application) => Ok((application, entry)),
            None => Err(CollectError::UnknownApplication {
                application: id.to_owned(),
            }),
        }
    }

    fn claims(&self, entry: &DirectoryEntry, origin: &Origin, at: Instant) -> Vec<Claim> {
        let ground = (&self.zones, self.presence);
        let mut claims = self.places.claims(ground, &entry.id, origin, at);
        claims.extend(self.directory_claim(entry));
        claims
    }

    fn person(&self, entry: &DirectoryEntry) -> PersonFacts {
        let named = match &*entry.named_in {
            [] => NamedUser::OfNone,
            instruments => NamedUser::Of(instruments.to_vec()),
        };
        PersonFacts {
            id: entry.id.to_string(),
            worker: entry.worker,
            citizenships: entry.citizenships.reveal().to_vec(),
            us_status: *entry.us_status.reveal(),
            groups: entry.groups.to_vec(),
            named,
            residence: entry.residence.clone(),
            assigned_site: entry.site.as_deref().map(str::to_owned),
            entitlement: Entitlement::ByRegister,
            screening: self.directory.screening(&entry.id),
        }
    }
}

fn request(
    application: &Application,
    entry: &DirectoryEntry,
    choice: Choice<'_>,
) -> Result<RequestFacts, CollectError> {
    let is_service = entry.worker == Worker::Service;
    Ok(RequestFacts {
        purpose: choose(application, "purpose", &application.purposes, choice.purpose)?,
        data: choose(application, "data class", &application.data, choice.data)?,
        end_users: (is_service && !entry.end_users.is_empty()).then(|| entry.end_users.to_vec()),
        residency: application.residency.clone(),
        output_to: application.output_to.clone(),
        beneficiary: None,
        human_review: application.human_review,
        registered_application: application.registered,
        patterns: Vec::new(),
        resale: application.resale,
        exception: None,
        side_call: None,
    })
}

fn choose<T: Copy + ToString>(
    application: &Application,
    what: &'static str,
    allowed: &[T],
    asked: Option<&str>,
) -> Result<T, CollectError> {
    let id = || application.id.clone();
    let Some(asked) = asked else {
        return allowed
            .first()
            .copied()
            .ok_or_else(|| CollectError::NothingAllowed {
                application: id(),
                what,
            });
    };
    allowed
        .iter()
        .copied()
        .find(|word| word.to_string() == asked)
        .ok_or_else(|| {
            let words: Vec<_> = allowed
                .iter()
                .map(|word| format!("`{}`", word.to_string()))
                .collect();
            let (asked, allowed) = (asked.to_owned(), words.join(", "));
            CollectError::NotAllowed {
                application: id(),
                what,
                asked,
                allowed,
            }
        })
}

mod known;
mod on_behalf;

pub use known::Known;

#[cfg(test)]
mod tests;
