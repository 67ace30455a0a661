//! Who goes dark, and when: facts grow old, and one that is older than its limit permits nothing.
//!
//! A directory that is not synced any more takes the place of work from everybody at one instant, and screening that is
//! not repeated takes people out one by one. From half of the limit on this is said, with the number of people and the
//! instant, so that somebody mends it before anybody notices.

use super::{People, Standing};
use register::model::{Instant, PlaceFact};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How old facts may be, in seconds; equal is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Since the last complete sync of the source.
    pub directory: i64,
    /// Since the last screening.
    pub screening: i64,
}

impl Default for Limits {
    /// A day for both.
    fn default() -> Self {
        Self {
            directory: Instant::DAY,
            screening: Instant::DAY,
        }
    }
}

/// Some people who lose a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Darkening {
    /// Which fact.
    pub dark: Dark,
    /// How many people have no fresher one.
    pub people: usize,
    /// The first instant at which it is stale: of the first of them, where they differ.
    pub from: Instant,
    /// Whether it is stale already.
    pub already: bool,
}

/// What is lost.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dark {
    /// Places of work that this source sent.
    Places(String),
    /// Places of work from a source that has never been complete.
    NeverComplete(String),
    /// Screening.
    Screening,
}

impl People {
    /// Who goes dark, of those for whom half of a limit has passed.
    pub fn darkness(&self, now: Instant, limits: Limits) -> Vec<Darkening> {
        let syncs = self.syncs();
        let mut found: BTreeMap<(bool, Dark), (usize, Instant)> = BTreeMap::new();
        let mut note = |already: bool, dark: Dark, from: Instant| {
            let (people, first) = found.entry((!already, dark)).or_insert((0, from));
            *people = people.saturating_add(1);
            *first = from.min(*first);
        };
        self.each(|_, standing| {
            let Standing::Active(entry) = standing else { return };
            if entry.place != PlaceFact::Unknown {
                let source = || Arc::clone(&entry.source).to_string();
                match syncs.get(&entry.source) {
                    None => note(true, Dark::NeverComplete(source()), now),
                    Some(synced) if is_due(*synced, limits.directory, now) => {
                        let from = synced.plus(limits.directory).plus(1);
                        note(from <= now, Dark::Places(source()), from);
                    }
                    Some(_) => {}
                }
            }
            if let Some(screened) = entry.screening.reveal().screened_at
                && is_due(screened, limits.screening, now)
            {
                let from = screened.plus(limits.screening).plus(1);
                note(from <= now, Dark::Screening, from);
            }
        });
        let found = found.into_iter();
        let darkening = found.map(|((later, dark), (people, from))| Darkening {
            dark,
            people,
            from,
            already: !later,
        });
        darkening.collect()
    }
}

fn is_due(since: Instant, limit: i64, now: Instant) -> bool {
    now.0.saturating_sub(since.0) >= limit / 2
}
