//! The firm's directory, as far as decisions need it.

use decision::{Screening, ScreeningResult};
use register::model::{Instant, Person, PlaceFact, Register, UsStatus, Worker};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Looks people up.
pub trait Directory: Send + Sync {
    /// The person or service account of this id.
    fn person(&self, id: &str) -> Option<Arc<DirectoryEntry>>;

    /// When the directory was last completely in step with its source; `None`: never, and then it knows no places.
    fn synced_at(&self) -> Option<Instant>;

    /// What sanctions screening found about the person of this id, and when.
    fn screening(&self, id: &str) -> Screening;
}

/// What the directory knows of one person or service account.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectoryEntry {
    /// Identity.
    pub id: String,
    /// How they work for the firm.
    pub worker: Worker,
    /// The entity that employs them.
    pub entity: String,
    /// The entity of the firm that engages them.
    pub engaging_entity: String,
    /// Place of work.
    pub place: PlaceFact,
    /// Site to which they are assigned.
    pub site: Option<String>,
    /// Where they live.
    pub residence: PlaceFact,
    /// Citizenships; empty: unknown.
    pub citizenships: Vec<PlaceFact>,
    /// Status in the United States, of someone who is no citizen.
    pub us_status: Option<UsStatus>,
    /// Groups.
    pub groups: Vec<String>,
    /// Instruments whose named user they are.
    pub named_in: Vec<String>,
    /// Places of the end users behind a service; empty: none declared.
    pub end_users: Vec<PlaceFact>,
    /// Application that is theirs by default.
    pub application: Option<String>,
}

/// The people of a register, as a directory: for demonstration and tests.
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
    DirectoryEntry {
        id: person.id.clone(),
        worker: person.worker,
        entity: person.entity.clone(),
        engaging_entity: person.engaging_entity.clone(),
        place: person.place.clone(),
        site: person.site.clone(),
        residence: person.residence.clone(),
        citizenships: person
            .citizenships
            .iter()
            .copied()
            .map(PlaceFact::Known)
            .collect(),
        us_status: person.us_status,
        groups: person.groups.clone(),
        named_in: person.named_in.clone(),
        end_users: person.end_users.clone(),
        application: person.application.clone(),
    }
}
