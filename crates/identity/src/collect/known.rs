//! What is known of somebody, without a request of theirs: for themself, and for those who may look.

use super::{CollectError, FactCollector};
use crate::places::{FeedFileError, Given, Pushed};
use crate::{Caller, DirectoryEntry};
use decision::{Claim, ClaimSource, Screening};
use register::model::{Instant, PlaceFact};
use std::sync::Arc;

/// What is known of somebody.
#[derive(Clone, Debug)]
pub struct Known {
    /// What the directory says.
    pub entry: Arc<DirectoryEntry>,
    /// Who says where they are, as at a request, but for what only a request tells.
    pub claims: Vec<Claim>,
    /// When the source of the directory was last completely in step; `None`: never.
    pub synced_at: Option<Instant>,
    /// What sanctions screening found.
    pub screening: Screening,
}

impl FactCollector {
    /// Whoever asks with this key or token, if the sign-in behind it stands and the directory knows them.
    ///
    /// # Errors
    /// When it does not.
    pub fn standing_of(&self, caller: &Caller) -> Result<Arc<DirectoryEntry>, CollectError> {
        self.check_standing(caller)?;
        let person = &caller.holder.person;
        self.directory
            .person(person)
            .ok_or_else(|| CollectError::UnknownPerson {
                person: person.clone(),
            })
    }

    /// What is known of a person at an instant; `None`: the directory does not know them as somebody who may act.
    pub fn known(&self, person: &str, at: Instant) -> Option<Known> {
        let entry = self.directory.person(person)?;
        let synced_at = self.directory.synced_for(&entry);
        let ground = (&self.zones, self.presence);
        let mut claims = self.places.known_claims(ground, &entry.id, at);
        claims.extend(self.directory_claim(&entry));
        Some(Known {
            claims,
            synced_at,
            screening: self.directory.screening(&entry.id),
            entry,
        })
    }

    /// What the directory says of where somebody is, as old as the last time that its source was in step.
    pub(super) fn directory_claim(&self, entry: &DirectoryEntry) -> Option<Claim> {
        let synced_at = self.directory.synced_for(entry)?;
        Some(Claim {
            source: ClaimSource::Directory,
            place: Some(entry.place.clone()).filter(|place| *place != PlaceFact::Unknown),
            site: entry.site.as_deref().map(str::to_owned),
            marked: false,
            observed_at: synced_at,
            trip: None,
        })
    }

    /// Takes over what another system observed of badges or sessions, by the offices of this register.
    ///
    /// # Errors
    /// As [`crate::PlaceSources::receive`].
    pub fn receive(&self, what: Pushed, given: Given<'_>, at: Instant) -> Result<bool, FeedFileError> {
        self.places.receive(what, given, &self.zones, at)
    }
}
