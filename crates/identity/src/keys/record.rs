//! What is kept of a key over its life.

use super::{ApiKey, KeyError, KeyHash, KeyHasher, KeyHolder, StoredKey};
use register::model::Instant;

/// A key as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// Public part, keyed hash, holder and first instant at which it is no longer taken.
    pub stored: StoredKey,
    /// To what it was given.
    pub bound: Bound,
    /// When it was made.
    pub created: Instant,
    /// Since when it is revoked; `None`: it is not.
    pub revoked: Option<Instant>,
    /// Public part of the key that takes its place; `None`: none does.
    pub replaced_by: Option<String>,
    /// When it was last taken, to about a minute; `None`: never.
    pub last_used: Option<Instant>,
}

/// To what a key was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// To a person.
    Person,
    /// To an application, for which a service account stands.
    Application,
    /// To a service account.
    Service,
}

/// How a key stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStanding {
    /// It is taken.
    Valid,
    /// It is taken until its end, and another takes its place.
    Replaced,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

impl Bound {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Person, Self::Application, Self::Service];

    /// Its name where it is kept and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Application => "application",
            Self::Service => "service",
        }
    }

    /// The one of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|bound| bound.as_str() == text)
    }
}

impl KeyStanding {
    /// Its name where it is shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Replaced => "replaced",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// Whether such a key is taken.
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Valid | Self::Replaced)
    }
}

impl KeyRecord {
    /// A new key, and what is to be kept of it. The key itself is shown to its holder now and never again.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn issue(
        hasher: &KeyHasher,
        holder: KeyHolder,
        bound: Bound,
        expires: Option<Instant>,
        at: Instant,
    ) -> Result<(ApiKey, Self), KeyError> {
        let key = ApiKey::generate()?;
        let record = Self::of(&key, hasher.hash(&key), holder, bound, expires, at);
        Ok((key, record))
    }

    /// What is to be kept of a key that exists.
    pub fn of(
        key: &ApiKey,
        hash: KeyHash,
        holder: KeyHolder,
        bound: Bound,
        expires: Option<Instant>,
        at: Instant,
    ) -> Self {
        let id = key.id().to_owned();
        Self::of_stored(
            StoredKey {
                id,
                hash,
                holder,
                expires,
            },
            bound,
            at,
        )
    }

    /// The same for one of which the hash was kept already.
    pub const fn of_stored(stored: StoredKey, bound: Bound, at: Instant) -> Self {
        Self {
            stored,
            bound,
            created: at,
            revoked: None,
            replaced_by: None,
            last_used: None,
        }
    }

    /// How it stands at an instant.
    pub fn standing(&self, at: Instant) -> KeyStanding {
        if self.revoked.is_some() {
            KeyStanding::Revoked
        } else if self.stored.expires.is_some_and(|expires| expires <= at) {
            KeyStanding::Expired
        } else if self.replaced_by.is_some() {
            KeyStanding::Replaced
        } else {
            KeyStanding::Valid
        }
    }
}
