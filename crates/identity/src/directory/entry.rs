//! What requests see of one person.

use super::{PersonRecord, Protected};
use decision::Screening;
use register::model::{PlaceFact, UsStatus, Worker};
use std::sync::Arc;

/// What the directory knows of one person or service account, as far as decisions need it.
///
/// A large firm has hundreds of thousands of these in memory, and most of their texts are the same: entities, sites and
/// lists of groups are shared.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectoryEntry {
    /// Identity.
    pub id: Arc<str>,
    /// Which source vouches for it.
    pub source: Arc<str>,
    /// Name by which they sign in, in lower case.
    pub user_name: Arc<str>,
    /// Identity at the source.
    pub external_id: Option<Arc<str>>,
    /// How they work for the firm.
    pub worker: Worker,
    /// The entity that employs them.
    pub entity: Arc<str>,
    /// The entity of the firm that engages them.
    pub engaging_entity: Arc<str>,
    /// Place of work.
    pub place: PlaceFact,
    /// Site to which they are assigned.
    pub site: Option<Arc<str>>,
    /// Where they live.
    pub residence: PlaceFact,
    /// Citizenships; empty: unknown.
    pub citizenships: Protected<Arc<[PlaceFact]>>,
    /// Status in the United States, of someone who is no citizen.
    pub us_status: Protected<Option<UsStatus>>,
    /// What sanctions screening found.
    pub screening: Protected<Screening>,
    /// Groups.
    pub groups: Arc<[String]>,
    /// Instruments whose named user they are.
    pub named_in: Arc<[String]>,
    /// Places of the end users behind a service; empty: none declared.
    pub end_users: Arc<[PlaceFact]>,
    /// Application that is theirs by default.
    pub application: Option<Arc<str>>,
    /// Who in the firm pays for what they use.
    pub cost_centre: Option<Arc<str>>,
}

/// Shares equal texts and lists.
pub(super) trait Shares {
    /// One text for all that are equal.
    fn text(&mut self, text: &str) -> Arc<str>;
    /// One list of texts for all that are equal.
    fn texts(&mut self, texts: &[String]) -> Arc<[String]>;
    /// One list of places for all that are equal.
    fn places(&mut self, places: &[PlaceFact]) -> Arc<[PlaceFact]>;
}

impl DirectoryEntry {
    /// What requests see of a record; `None` where it lacks what no decision can do without: how the person works for
    /// the firm, and for which entity.
    pub(super) fn of(record: &PersonRecord, shares: &mut dyn Shares) -> Option<Self> {
        let (profile, work) = (&record.profile, &record.profile.work);
        let entity = work.entity.as_deref()?;
        let engaging = match work.worker? {
            Worker::Contractor => work.engaging_entity.as_deref()?,
            Worker::Employee | Worker::Service => work.engaging_entity.as_deref().unwrap_or(entity),
        };
        Some(Self {
            id: Arc::from(record.id.as_str()),
            source: shares.text(&record.source),
            user_name: Arc::from(profile.user_name.to_lowercase()),
            external_id: profile.external_id.as_deref().map(Arc::from),
            worker: work.worker?,
            entity: shares.text(entity),
            engaging_entity: shares.text(engaging),
            place: work.place.clone(),
            site: work.site.as_deref().map(|site| shares.text(site)),
            residence: work.residence.clone(),
            citizenships: Protected::new(shares.places(profile.attested.citizenships.reveal())),
            us_status: profile.attested.us_status,
            screening: profile.attested.screening,
            groups: shares.texts(&record.groups),
            named_in: shares.texts(&work.named_in),
            end_users: shares.places(&work.end_users),
            application: work.application.as_deref().map(|id| shares.text(id)),
            cost_centre: profile
                .enterprise
                .cost_center
                .as_deref()
                .map(|centre| shares.text(centre)),
        })
    }
}
