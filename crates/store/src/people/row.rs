//! A person between row and record.

use crate::database::{Kind, UNIT};
use crate::sealing::Sealer;
use crate::stored::{Document, FIELDS, REVISION, Texts};
use identity::KeepError;
use identity::directory::PersonRecord;
use register::model::Instant;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// The columns of a person, in the order in which they are written.
pub(crate) const COLUMNS: &str = "id, source, version, created, modified, active, user_name, user_name_key, \
    external_id, display_key, revision, document, citizenships, us_status, screening";

/// Reads people, in the order of columns that [`PersonRow::read`] expects.
pub(crate) const fn select(kind: Kind) -> [&'static str; 3] {
    [
        "select p.id, p.source, p.version, p.created, p.modified, p.active, p.user_name, p.external_id, \
         p.revision, p.document, p.citizenships, p.us_status, p.screening, ",
        kind.names_of_groups(),
        " from people p",
    ]
}

/// A person as the database has them.
pub(crate) struct PersonRow {
    id: String,
    source: String,
    version: i64,
    created: i64,
    modified: i64,
    active: bool,
    user_name: String,
    external_id: Option<String>,
    revision: i64,
    document: String,
    sealed: [Vec<u8>; 3],
    groups: Option<String>,
}

impl PersonRow {
    pub(crate) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            source: row.try_get(1)?,
            version: row.try_get(2)?,
            created: row.try_get(3)?,
            modified: row.try_get(4)?,
            active: row.try_get::<i64, _>(5)? != 0,
            user_name: row.try_get(6)?,
            external_id: row.try_get(7)?,
            revision: row.try_get(8)?,
            document: row.try_get(9)?,
            sealed: [row.try_get(10)?, row.try_get(11)?, row.try_get(12)?],
            groups: row.try_get(13)?,
        })
    }

    /// The person, opened.
    pub(crate) fn record(self, sealer: &Sealer) -> Result<PersonRecord, KeepError> {
        let damaged = |reason: String| KeepError::Damaged {
            what: "person",
            id: self.id.clone(),
            reason,
        };
        if self.revision > REVISION {
            return Err(damaged(format!(
                "it was written by a later version, in revision {}",
                self.revision
            )));
        }
        let document: Document = serde_json::from_str(&self.document)
            .map_err(|_| damaged("its document is no document".to_owned()))?;
        let mut texts: [String; 3] = Default::default();
        for ((text, field), sealed) in texts.iter_mut().zip(FIELDS).zip(&self.sealed) {
            let opened = sealer.open(&self.id, field, sealed);
            *text = opened.map_err(|error| damaged(format!("its `{field}`: {error}")))?;
        }
        let attested = Texts(texts).attested();
        let attested =
            attested.map_err(|_| damaged("a protected field is not what was sealed".to_owned()))?;
        let mut profile = document.profile();
        profile.user_name = self.user_name;
        profile.external_id = self.external_id;
        profile.active = self.active;
        profile.attested = attested;
        let groups = self.groups.unwrap_or_default();
        let mut groups: Vec<String> = groups
            .split(UNIT)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        groups.sort();
        Ok(PersonRecord {
            id: self.id,
            source: self.source,
            version: u64::try_from(self.version).unwrap_or_default(),
            created: Instant(self.created),
            modified: Instant(self.modified),
            profile,
            groups,
        })
    }
}
