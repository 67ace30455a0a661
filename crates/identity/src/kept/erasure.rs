//! Everything that is kept about a person, taken away.

use super::Keeping;
use register::model::Instant;

/// How much was taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Records of the directory: one or none.
    pub records: u64,
    /// Keys.
    pub keys: u64,
    /// Sessions.
    pub sessions: u64,
    /// Trips.
    pub trips: u64,
    /// Disputes.
    pub disputes: u64,
    /// Roles.
    pub roles: u64,
}

/// Takes away what is kept about a person.
pub trait ErasureStore: Send + Sync {
    /// Takes away everything about a person but their id, which has ended then, so that nobody else comes alive under
    /// it. Whom a source still holds to be active is refused: the source would bring them back.
    fn erase_person<'a>(&'a self, person: &'a str, at: Instant) -> Keeping<'a, Erased>;
}
