//! Keeps memory in step with a store.

use super::trips::{DECLARED, PUSHED, TripRecord, TripStore};
use super::{KeepError, Sort};
use crate::directory::{DirectoryStore, Kept, People, PeopleBuilder};
use crate::keys::{KeyStore, LiveKeys};
use crate::places::{PlaceSources, Pushed, TripChange, TripEntry, TripSource};
use crate::signed_in::SignedIn;
use register::model::Instant;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// Changes from which on everything is read again rather than one record after the other.
const MANY: usize = 2_000;

/// Brings what changes in a store into memory: people, keys, and how old each source is. One at a time for each memory.
pub struct Follower {
    people_kept: Arc<dyn DirectoryStore>,
    keys_kept: Arc<dyn KeyStore>,
    people: Arc<People>,
    keys: Arc<LiveKeys>,
    signed_in: OnceLock<Arc<SignedIn>>,
    trips: Option<(Arc<dyn TripStore>, Arc<PlaceSources>)>,
    seen: AtomicU64,
}

/// What one look has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// How many records were put in place; what is decided from them may differ now.
    pub records: usize,
}

impl Follower {
    /// Follows a store into these; nothing is read yet.
    pub const fn new(
        people_kept: Arc<dyn DirectoryStore>,
        keys_kept: Arc<dyn KeyStore>,
        people: Arc<People>,
        keys: Arc<LiveKeys>,
    ) -> Self {
        Self {
            people_kept,
            keys_kept,
            people,
            keys,
            signed_in: OnceLock::new(),
            trips: None,
            seen: AtomicU64::new(0),
        }
    }

    /// Brings ends of these sessions along from now on, and those that are known already at once.
    ///
    /// # Errors
    /// When the store cannot be read; then some that have ended may not be known here.
    pub async fn follow_sessions(&self, signed_in: &Arc<SignedIn>) -> Result<(), KeepError> {
        // whoever is followed is followed for good
        let _first = self.signed_in.set(Arc::clone(signed_in));
        signed_in.take_up(None).await
    }

    /// The same, which brings the trips that are kept there to these sources of places, and has them forget whoever is
    /// erased.
    #[must_use]
    pub fn with_trips(self, kept: Arc<dyn TripStore>, places: Arc<PlaceSources>) -> Self {
        Self {
            trips: Some((kept, places)),
            ..self
        }
    }

    /// Reads everything.
    ///
    /// # Errors
    /// When the store cannot be read; memory is as it was then.
    pub async fn begin(&self) -> Result<Followed, KeepError> {
        // what changes while we read is read again by the next look
        let seen = self.people_kept.last_change().await?;
        let mut builder = PeopleBuilder::default();
        let mut records: usize = 0;
        self.people_kept
            .each_person(&mut |kept: Kept| {
                records = records.saturating_add(1);
                builder.add(&kept);
            })
            .await?;
        let synced = self.people_kept.synced().await?;
        let keys = self.keys_kept.keys(None).await?;
        records = records.saturating_add(keys.len());
        self.all_trips().await?;
        self.people.replace(builder);
        self.people.set_synced(synced);
        self.keys.replace(keys);
        if let Some(signed_in) = self.signed_in.get() {
            signed_in.take_up(None).await?;
        }
        self.seen.store(seen, Ordering::Relaxed);
        Ok(Followed { records })
    }

    /// Brings what has changed since the last look.
    ///
    /// # Errors
    /// When the store cannot be read; the next look tries the same again.
    pub async fn look(&self) -> Result<Followed, KeepError> {
        let seen = self.seen.load(Ordering::Relaxed);
        let last = self.people_kept.last_change().await?;
        if last == seen {
            return Ok(Followed::default());
        }
        let changes = self.people_kept.changes_since(seen).await?;
        if changes.everything || changes.records.len() > MANY {
            return self.begin().await;
        }
        let mut records: usize = 0;
        for (sort, id) in &changes.records {
            match sort {
                Sort::Person => self.person(id).await?,
                Sort::Key => match self.keys_kept.key(id).await? {
                    Some(key) => self.keys.put(key),
                    None => self.keys.forget(id),
                },
                Sort::Sync => {
                    self.people.set_synced(self.people_kept.synced().await?);
                    self.trips_received().await?;
                }
                Sort::Session => {
                    if let Some(signed_in) = self.signed_in.get() {
                        signed_in.take_up(Some(id)).await?;
                    }
                }
                Sort::Trip => self.trips_of(id).await?,
                Sort::Erased => {
                    if let Some((_, places)) = &self.trips {
                        places.forget(id);
                    }
                }
            }
            records = records.saturating_add(1);
        }
        self.seen.store(changes.until, Ordering::Relaxed);
        Ok(Followed { records })
    }

    async fn person(&self, id: &str) -> Result<(), KeepError> {
        match self.people_kept.person_record(id).await? {
            Some(record) => self.people.put(&record),
            None if self.people_kept.has_ended(id).await? => self.people.end(id),
            None => self.people.forget(id),
        }
        Ok(())
    }

    async fn all_trips(&self) -> Result<(), KeepError> {
        let Some((kept, places)) = &self.trips else {
            return Ok(());
        };
        let records = kept.trips().await?;
        for source in [TripSource::Declared, TripSource::Api] {
            let of_source = records.iter().map(entry).filter(|trip| trip.source == source);
            let trips = of_source.collect();
            let change = TripChange::ReplaceAll { source, trips };
            places
                .trips()
                .change(change)
                .map_err(|error| KeepError::Refused {
                    reason: error.to_string(),
                })?;
        }
        self.trips_received().await
    }

    async fn trips_of(&self, person: &str) -> Result<(), KeepError> {
        let Some((kept, places)) = &self.trips else {
            return Ok(());
        };
        let records = kept.trips_of(person).await?;
        let change = TripChange::ReplaceKept {
            person: person.to_owned(),
            trips: records.iter().map(entry).collect(),
        };
        places.trips().change(change).map_err(|error| KeepError::Refused {
            reason: error.to_string(),
        })
    }

    async fn trips_received(&self) -> Result<(), KeepError> {
        if let Some((kept, places)) = &self.trips
            && let Some(at) = kept.trips_received(PUSHED).await?
        {
            places.was_pushed(Pushed::Trips, at);
        }
        Ok(())
    }

    /// Writes down when keys were last taken.
    ///
    /// # Errors
    /// When the store cannot be written; these uses are lost, later ones are not.
    pub async fn note_uses(&self) -> Result<usize, KeepError> {
        let uses: Vec<(String, Instant)> = self.keys.uses();
        if !uses.is_empty() {
            self.keys_kept.note_uses(&uses).await?;
        }
        Ok(uses.len())
    }
}

fn entry(record: &TripRecord) -> TripEntry {
    TripEntry {
        id: record.id.clone(),
        person: record.person.clone(),
        place: record.place.clone(),
        days: record.days,
        source: match record.source.as_str() {
            DECLARED => TripSource::Declared,
            _ => TripSource::Api,
        },
    }
}
