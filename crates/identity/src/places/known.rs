//! What the sources know of a person who has not just called: for whoever asks what is known of them.

use super::evidence::PlaceSources;
use super::pushed::Pushed;
use super::zones::Zones;
use decision::{Claim, ClaimSource};
use register::model::Instant;

impl PlaceSources {
    /// The claims about a person at an instant, without a request: what was observed of them, and is remembered.
    /// What was observed is fresh for `presence` seconds.
    pub fn known_claims(&self, (zones, presence): (&Zones, i64), person: &str, at: Instant) -> Vec<Claim> {
        let mut claims = Vec::new();
        if let Some((offices, networks)) = &self.seen_addresses {
            for (source, sightings) in [(ClaimSource::Zone, offices), (ClaimSource::GeoIp, networks)] {
                sightings.add(person, &mut claims, |seen| seen.claim(source));
            }
        }
        self.of_observers((zones, presence), person, at, &mut claims);
        claims
    }

    /// Notes that a source was heard, here or in another process of the installation.
    pub fn was_pushed(&self, what: Pushed, at: Instant) {
        if let Some(feed) = self.feed(what) {
            feed.was_fed(at);
        }
    }
}
