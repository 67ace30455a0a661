//! What building access observed: a person at a door of a site.

use super::rows::read;
use super::{FeedError, FeedFormat};
use register::model::Instant;

/// Somebody at a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadgeEvent {
    /// The person.
    pub person: String,
    /// The site, by its id in the register.
    pub site: String,
    /// When.
    pub at: Instant,
    /// Which way. Either way the person was there then.
    pub direction: Direction,
}

/// Which way somebody went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// In, or nobody said.
    #[default]
    In,
    /// Out.
    Out,
}

/// Reads a feed of badges: `person`, `site`, `at`, and `direction` (`in` or `out`), which may be absent.
///
/// # Errors
/// With everything that is wrong; nothing of the feed is to be used then.
pub fn read_badges(text: &str, format: FeedFormat) -> Result<Vec<BadgeEvent>, FeedError> {
    let known = ["person", "site", "at", "direction"];
    let directions = [("in", Direction::In), ("out", Direction::Out)];
    read(text, format, &known, |fields| {
        // each is asked for, so that each mistake is noted
        let (person, site) = (fields.id("person"), fields.id("site"));
        let (at, direction) = (fields.instant("at"), fields.word("direction", &directions));
        Some(BadgeEvent {
            person: person?,
            site: site?,
            at: at?,
            direction: direction.unwrap_or_default(),
        })
    })
}
