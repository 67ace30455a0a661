//! What is kept of one person: the attributes of SCIM's core user and enterprise extension, and our own.

use super::Protected;
use decision::Screening;
use register::model::{Instant, PlaceFact, UsStatus, Worker};
use std::collections::BTreeMap;

/// A person as kept.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonRecord {
    /// Identity, given once and never given again; what keys and decisions name.
    pub id: String,
    /// Which source sends this person: a SCIM client, a feed. Only that source changes them.
    pub source: String,
    /// Counts the changes, from 1; what SCIM shows as an ETag.
    pub version: u64,
    /// When the record was made.
    pub created: Instant,
    /// When it last changed.
    pub modified: Instant,
    /// What the source says.
    pub profile: Profile,
    /// Names of the groups that the person is in, sorted. Groups are changed as groups; here they are read.
    pub groups: Vec<String>,
}

/// Everything that a source may say about a person, and nothing that we add.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Name by which they sign in, unique without regard to case.
    pub user_name: String,
    /// Identity at the source, unique within it.
    pub external_id: Option<String>,
    /// Whether they may act at all. False ends every access at once.
    pub active: bool,
    /// Names for people.
    pub names: Names,
    /// Addresses.
    pub emails: Vec<Email>,
    /// SCIM's enterprise extension.
    pub enterprise: Enterprise,
    /// Where, how and for whom they work.
    pub work: Work,
    /// What is protected by law or by tact.
    pub attested: Attested,
    /// Further attributes as they came, by name; kept for the source, read by nothing.
    pub more: BTreeMap<String, serde_json::Value>,
}

/// Names for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The name to show.
    pub display: Option<String>,
    /// The whole name as it is written.
    pub formatted: Option<String>,
    /// Family name.
    pub family: Option<String>,
    /// Given name.
    pub given: Option<String>,
    /// Title of the position.
    pub title: Option<String>,
}

/// An address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Email {
    /// The address.
    pub value: String,
    /// `work`, `home` or another word of the source.
    pub sort: Option<String>,
    /// Whether it is the one to use.
    pub primary: bool,
}

/// SCIM's enterprise extension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enterprise {
    /// Number in the firm.
    pub employee_number: Option<String>,
    /// Cost centre.
    pub cost_center: Option<String>,
    /// Organisation.
    pub organization: Option<String>,
    /// Division.
    pub division: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Id of the manager.
    pub manager: Option<String>,
}

/// Where, how and for whom they work: our own extension, as far as it is not protected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// How they work for the firm; `None`: unknown, and then nothing is decided for them.
    pub worker: Option<Worker>,
    /// The entity that employs them; `None`: unknown, as above.
    pub entity: Option<String>,
    /// The entity that engages them, where it is another one.
    pub engaging_entity: Option<String>,
    /// Place of work.
    pub place: PlaceFact,
    /// Site to which they are assigned.
    pub site: Option<String>,
    /// Where they live.
    pub residence: PlaceFact,
    /// Instruments whose named user they are.
    pub named_in: Vec<String>,
    /// Places of the end users behind a service account.
    pub end_users: Vec<PlaceFact>,
    /// Application that is theirs by default.
    pub application: Option<String>,
}

/// What is read by the decision only, encrypted where it is kept, and shown to the person and to a named role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested {
    /// Citizenships; empty: unknown.
    pub citizenships: Protected<Vec<PlaceFact>>,
    /// Status in the United States, of someone who is no citizen.
    pub us_status: Protected<Option<UsStatus>>,
    /// What sanctions screening found, and when.
    pub screening: Protected<Screening>,
}

impl Default for Attested {
    fn default() -> Self {
        Self {
            citizenships: Protected::default(),
            us_status: Protected::default(),
            screening: Protected::new(Screening {
                result: None,
                screened_at: None,
            }),
        }
    }
}

impl PersonRecord {
    /// A new record of this person, at its first version.
    pub fn first(id: impl Into<String>, source: impl Into<String>, profile: Profile, at: Instant) -> Self {
        Self {
            id: id.into(),
            source: source.into(),
            version: 1,
            created: at,
            modified: at,
            profile,
            groups: Vec::new(),
        }
    }
}
