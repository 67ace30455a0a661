//! What is kept of each, as the JSON of a [`SessionRecord`](crate::kept::SessionRecord). Fields of a later version are
//! skipped; a record of another sort or a later revision is none.

use super::names::Written;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Revision of what is written here.
const REVISION: u32 = 1;

/// What sort of record it is, and what belongs to it.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    revision: u32,
    sort: String,
    #[serde(flatten)]
    what: T,
}

/// A sort of record.
pub(super) trait Record: Serialize + DeserializeOwned {
    /// Its name where it is kept.
    const SORT: &'static str;
}

/// A tool that waits to be approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptDevice {
    /// Digest of the device code, in hexadecimal.
    pub device: String,
    /// What the tool calls itself.
    pub surface: String,
    /// `pending`, `approved`, `denied`, `used`.
    pub standing: String,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<KeptPerson>,
}

/// Somebody who signed in at the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptPerson {
    pub person: String,
    pub issuer: String,
    /// When, in seconds since 1970.
    pub signed_in: i64,
    pub names: Vec<Written>,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptSession {
    pub session: String,
    pub surface: String,
    #[serde(flatten)]
    pub who: KeptPerson,
    /// Digest of the refresh token that is good, in hexadecimal.
    pub refresh: String,
    /// What its refresh tokens are made of; `None`: it began where they were made of nothing that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The number of that token.
    #[serde(default)]
    pub number: u64,
    /// Digest of the token before it, and when that was used, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<(String, i64)>,
    /// Since when it is over; `None`: it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
}

/// A browser in which somebody has signed in and is asked about a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptConfirmation {
    pub code: String,
    #[serde(flatten)]
    pub who: KeptPerson,
}

/// A browser that was sent to the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptAttempt {
    pub attempt: String,
}

impl Record for KeptDevice {
    const SORT: &'static str = "device";
}
impl Record for KeptSession {
    const SORT: &'static str = "session";
}
impl Record for KeptConfirmation {
    const SORT: &'static str = "confirmation";
}
impl Record for KeptAttempt {
    const SORT: &'static str = "attempt";
}

/// The JSON of a record.
pub(super) fn write<T: Record>(what: T) -> String {
    let kept = Kept {
        revision: REVISION,
        sort: T::SORT.to_owned(),
        what,
    };
    serde_json::to_string(&kept).unwrap_or_default()
}

/// The record of a JSON, if it is of this sort.
pub(super) fn read<T: Record>(text: &str) -> Option<T> {
    let kept: Kept<T> = serde_json::from_str(text).ok()?;
    (kept.sort == T::SORT && kept.revision <= REVISION).then_some(kept.what)
}
