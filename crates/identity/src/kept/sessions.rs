//! Sessions of people who signed in, as kept.

use super::Keeping;
use register::model::Instant;

/// A session. Whoever holds its secret is the person, so that only a hash of the secret is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// SHA-256 of the secret.
    pub id_hash: [u8; 32],
    /// Who signed in.
    pub person: String,
    /// When.
    pub created: Instant,
    /// First instant at which it is over.
    pub expires: Instant,
    /// What else belongs to it, as JSON of its owner.
    pub data: String,
}

impl std::fmt::Debug for SessionRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SessionRecord(of {}, until {})", self.person, self.expires)
    }
}

/// Keeps sessions.
pub trait SessionStore: Send + Sync {
    /// Keeps a session in place of one with the same hash.
    fn keep_session<'a>(&'a self, session: &'a SessionRecord) -> Keeping<'a, ()>;

    /// The session of this hash, unless it is over at the instant.
    fn session<'a>(&'a self, id_hash: &'a [u8; 32], at: Instant) -> Keeping<'a, Option<SessionRecord>>;

    /// Ends one session; true: there was one.
    fn end_session<'a>(&'a self, id_hash: &'a [u8; 32]) -> Keeping<'a, bool>;

    /// Ends every session of a person; how many there were.
    fn end_sessions_of<'a>(&'a self, person: &'a str) -> Keeping<'a, u64>;

    /// Keeps a session in place of the same one, if that is still as it was read; false: it is not, and nothing has
    /// changed. Where `is_told`, whoever follows the feed of changes looks at this person's sessions.
    fn change_session<'a>(
        &'a self,
        before: &'a SessionRecord,
        after: &'a SessionRecord,
        is_told: bool,
    ) -> Keeping<'a, bool>;

    /// Shows the sessions of a person, or everybody's, in no order, without holding up anybody who writes.
    fn each_session<'a>(
        &'a self,
        person: Option<&'a str>,
        see: &'a mut (dyn FnMut(SessionRecord) + Send),
    ) -> Keeping<'a, ()>;

    /// Every session of a person that is not over at the instant, in the order in which they began.
    fn sessions_of<'a>(&'a self, person: &'a str, at: Instant) -> Keeping<'a, Vec<SessionRecord>>;

    /// Forgets sessions that were over before the instant; how many there were.
    fn forget_sessions(&self, before: Instant) -> Keeping<'_, u64>;
}
