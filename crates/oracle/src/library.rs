//! Editions of one register, written once for every stretch of time in which its text does not change.

use crate::edition::{Edition, Opinion};
use crate::error::OracleError;
use crate::text::boundaries;
use decision::Facts;
use register::model::{Instant, Register};
use std::collections::{BTreeMap, BTreeSet};

/// The editions of one register that were asked for so far.
pub struct Library<'r> {
    register: &'r Register,
    boundaries: BTreeSet<Instant>,
    editions: BTreeMap<(usize, usize), Edition>,
}

impl<'r> Library<'r> {
    /// A library of one register, without any edition yet.
    #[must_use]
    pub fn new(register: &'r Register) -> Self {
        Self {
            register,
            boundaries: boundaries(register),
            editions: BTreeMap::new(),
        }
    }

    /// The second opinion about one request; see [`crate::opinion`].
    ///
    /// # Errors
    /// As [`crate::opinion`].
    pub fn opinion(
        &mut self,
        facts: &Facts,
        deployment: &str,
        at: Instant,
        known_at: Instant,
    ) -> Result<Opinion, OracleError> {
        let stretch = |instant: Instant| self.boundaries.range(..=instant).count();
        let key = (stretch(at), stretch(known_at));
        let edition = match self.editions.remove(&key) {
            Some(edition) => edition,
            None => Edition::new(self.register, at, known_at)?,
        };
        let opinion = edition.opinion(self.register, facts, deployment, at, known_at);
        self.editions.insert(key, edition);
        opinion
    }
}
