//! What is kept of keys, as a JSON document. Keys that a later version adds to it are skipped.

use super::{KeyHash, KeyHolder};
use data_encoding::HEXLOWER;
use register::model::Instant;
use serde::{Deserialize, Serialize};

/// Revision of the documents written here.
const REVISION: u32 = 1;

/// What is kept of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// Public part.
    pub id: String,
    /// Keyed hash of the whole.
    pub hash: KeyHash,
    /// Whose it is.
    pub holder: KeyHolder,
    /// First instant at which it is no longer taken; `None`: never.
    pub expires: Option<Instant>,
}

/// Why a document of keys cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoredKeysError {
    /// It is not what was written.
    #[error("the list of keys cannot be read: {reason}")]
    Unreadable {
        /// What is wrong, and where.
        reason: String,
    },
    /// It is from a later version.
    #[error(
        "the list of keys has revision {found}, and revision {REVISION} is the last that can be read here"
    )]
    Revision {
        /// The revision found.
        found: u32,
    },
}

#[derive(Serialize, Deserialize)]
struct Document {
    revision: u32,
    keys: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    id: String,
    hash: String,
    person: String,
    application: Option<String>,
    /// Seconds since 1970.
    expires: Option<i64>,
}

/// Writes keys as a document.
pub fn write_stored<'a>(keys: impl IntoIterator<Item = &'a StoredKey>) -> String {
    let line = |key: &StoredKey| Line {
        id: key.id.clone(),
        hash: HEXLOWER.encode(&key.hash.0),
        person: key.holder.person.clone(),
        application: key.holder.application.clone(),
        expires: key.expires.map(|expires| expires.0),
    };
    let document = Document {
        revision: REVISION,
        keys: keys.into_iter().map(line).collect(),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// Reads keys from a document.
///
/// # Errors
/// When it is not a document of keys, or one of a later revision.
pub fn read_stored(text: &str) -> Result<Vec<StoredKey>, StoredKeysError> {
    let unreadable = |reason: String| StoredKeysError::Unreadable { reason };
    let document: Document = serde_json::from_str(text)
        .map_err(|error| unreadable(format!("line {}, column {}", error.line(), error.column())))?;
    if document.revision > REVISION {
        return Err(StoredKeysError::Revision {
            found: document.revision,
        });
    }
    let key = |line: Line| {
        let hash =
            read_hash(&line.hash).ok_or_else(|| unreadable(format!("the hash of key `{}`", line.id)))?;
        let holder = KeyHolder {
            person: line.person,
            application: line.application,
        };
        Ok(StoredKey {
            id: line.id,
            hash,
            holder,
            expires: line.expires.map(Instant),
        })
    };
    document.keys.into_iter().map(key).collect()
}

fn read_hash(text: &str) -> Option<KeyHash> {
    let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok().map(KeyHash)
}
