//! The people of a register, as a directory: for demonstration, for tests, and for service accounts that a firm would
//! rather write into its register than into its directory.

use super::{Directory, DirectoryEntry, Protected};
use decision::{Screening, ScreeningResult};
use register::model::{Instant, Person, PlaceFact, Register};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Who vouches for the people of a register.
pub(super) const SOURCE: &str = "register";

/// The people of a register.
#[derive(Debug)]
pub struct RegisterDirectory {
    people: HashMap<String, Arc<DirectoryEntry>>,
    synced_at: AtomicI64,
}

impl RegisterDirectory {
    /// The people of a register, in step with it at an instant.
    pub fn of(register: &Register, synced_at: Instant) -> Self {
        let people = register
            .people
            .iter()
            .map(|person| (person.id.clone(), Arc::new(entry(person))));
        Self {
            people: people.collect(),
            synced_at: AtomicI64::new(synced_at.0),
        }
    }

    /// Notes that the directory is in step with its source at a later instant too. A register in memory always is; its
    /// owner says so from time to time, or the places in it grow stale like those of any directory.
    pub fn mark_synced(&self, at: Instant) {
        self.synced_at.fetch_max(at.0, Ordering::Relaxed);
    }

    /// The ids of its people, in no order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.people.keys().map(String::as_str)
    }
}

impl Directory for RegisterDirectory {
    fn person(&self, id: &str) -> Option<Arc<DirectoryEntry>> {
        self.people.get(id).cloned()
    }

    fn synced_at(&self) -> Option<Instant> {
        Some(Instant(self.synced_at.load(Ordering::Relaxed)))
    }

    /// People of a register are made up, and so is their screening: clean, at each sync.
    fn screening(&self, _: &str) -> Screening {
        Screening {
            result: Some(ScreeningResult::Clean),
            screened_at: self.synced_at(),
        }
    }
}

fn entry(person: &Person) -> DirectoryEntry {
    let citizenships = person.citizenships.iter().copied().map(PlaceFact::Known);
    let never = Screening {
        result: None,
        screened_at: None,
    };
    DirectoryEntry {
        id: Arc::from(person.id.as_str()),
        source: Arc::from(SOURCE),
        user_name: Arc::from(person.id.to_lowercase()),
        external_id: None,
        worker: person.worker,
        entity: Arc::from(person.entity.as_str()),
        engaging_entity: Arc::from(person.engaging_entity.as_str()),
        place: person.place.clone(),
        site: person.site.as_deref().map(Arc::from),
        residence: person.residence.clone(),
        citizenships: Protected::new(citizenships.collect()),
        us_status: Protected::new(person.us_status),
        screening: Protected::new(never),
        groups: person.groups.clone().into(),
        named_in: person.named_in.clone().into(),
        end_users: person.end_users.clone().into(),
        application: person.application.as_deref().map(Arc::from),
        cost_centre: None,
    }
}
