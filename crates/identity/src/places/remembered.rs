//! What was seen of people, written down and read back, so that a restart forgets nobody.
//!
//! Whoever was seen elsewhere in the last seven days is not taken to be at their place of work. If a restart lost that, it
//! would permit what was refused before it. One JSON object a line, of a form that later versions can still read.

use super::evidence::PlaceSources;
use super::sightings::{Sighting, Sightings};
use decision::ClaimSource;
use register::model::{Instant, PlaceFact};
use serde::{Deserialize, Serialize};

/// The form of a line.
const REVISION: u32 = 1;

/// What stands for a place that is somewhere, and nobody knows where.
const SOMEWHERE: &str = "?";

#[derive(Serialize, Deserialize)]
struct Line {
    revision: u32,
    source: String,
    person: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    #[serde(default)]
    marked: bool,
    /// Seconds since 1970.
    at: i64,
}

/// Why what was written down cannot be taken up. Nobody is named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeenError {
    /// A line is not one of ours.
    #[error("line {line} is not a sighting, or was changed")]
    Broken {
        /// Which, from 1.
        line: usize,
    },
    /// A line was written by a later version.
    #[error("line {line} was written by a later version, in revision {revision}")]
    Later {
        /// Which, from 1.
        line: usize,
        /// Its form.
        revision: u32,
    },
}

impl Line {
    fn of(source: ClaimSource, person: &str, seen: &Sighting) -> Self {
        let place = seen.place.as_ref().map(|place| match place {
            PlaceFact::Known(place) => place.code().to_owned(),
            PlaceFact::Unknown => SOMEWHERE.to_owned(),
            PlaceFact::Unrecognised(text) => text.clone(),
        });
        Self {
            revision: REVISION,
            source: source.as_str().to_owned(),
            person: person.to_owned(),
            place,
            site: seen.site.as_deref().map(str::to_owned),
            marked: seen.is_marked,
            at: seen.at.0,
        }
    }

    fn sighting(self) -> (String, Sighting) {
        let place = self.place.map(|text| match text.as_str() {
            SOMEWHERE => PlaceFact::Unknown,
            text => PlaceFact::read(text),
        });
        let sighting = Sighting {
            place,
            site: self.site.map(Into::into),
            is_marked: self.marked,
            at: Instant(self.at),
        };
        (self.person, sighting)
    }
}

impl PlaceSources {
    /// What was seen by each source that is remembered.
    pub(super) fn remembered(&self) -> impl Iterator<Item = (ClaimSource, &Sightings)> {
        let addresses = self
            .seen_addresses
            .iter()
            .flat_map(|(offices, networks)| [(ClaimSource::Zone, offices), (ClaimSource::GeoIp, networks)]);
        let others = [
            (ClaimSource::Badge, &self.badges),
            (ClaimSource::SessionFeed, &self.sessions),
            (ClaimSource::Device, &self.seen_devices),
        ];
        others.into_iter().chain(addresses)
    }

    /// Everything that was seen, to be kept; `None`: nothing has changed since this was last asked.
    pub fn write_seen(&self) -> Option<String> {
        // each is asked, so that none is told again what another has already said
        let changed = self.remembered().filter(|(_, seen)| seen.take_changed()).count();
        if changed == 0 {
            return None;
        }
        let mut text = String::new();
        for (source, sightings) in self.remembered() {
            sightings.each(|person, seen| {
                if let Ok(line) = serde_json::to_string(&Line::of(source, person, seen)) {
                    text.push_str(&line);
                    text.push('\n');
                }
            });
        }
        Some(text)
    }

    /// Takes up what was kept; how many sightings. What is too old to matter, or of a source that is not remembered any
    /// more, is left out.
    ///
    /// # Errors
    /// When a line cannot be read; those before it have been taken up.
    pub fn restore_seen(&self, text: &str, now: Instant) -> Result<usize, SeenError> {
        let mut restored = 0;
        for (number, line) in text.lines().enumerate() {
            let broken = |_| SeenError::Broken { line: number + 1 };
            let line: Line = serde_json::from_str(line).map_err(broken)?;
            if line.revision > REVISION {
                return Err(SeenError::Later {
                    line: number + 1,
                    revision: line.revision,
                });
            }
            let source = line.source.clone();
            let (person, sighting) = line.sighting();
            let mut remembered = self.remembered();
            if let Some((_, sightings)) = remembered.find(|(other, _)| other.as_str() == source) {
                restored += usize::from(sightings.note(&person, sighting, now));
            }
        }
        Ok(restored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::{FeedFormat, Origin, PlaceSettings, TripsInMemory, Zones};
    use std::sync::Arc;

    const NOW: Instant = Instant(1_784_106_000);

    fn sources(remembers: bool) -> PlaceSources {
        let settings = PlaceSettings {
            remembers,
            ..PlaceSettings::default()
        };
        PlaceSources::new(settings, Arc::new(TripsInMemory::default()))
    }

    fn claims(sources: &PlaceSources) -> String {
        let origin = Origin::from(std::net::IpAddr::from([127, 0, 0, 1]));
        format!(
            "{:?}",
            sources.claims((&Zones::default(), 43_200), "ada", &origin, NOW)
        )
    }

    #[test]
    fn what_was_seen_is_known_after_a_restart() {
        let before = sources(true);
        assert_eq!(before.write_seen(), None);
        let badges = "person,site,at\nada,hong-kong,2026-07-15T08:59:00Z\n";
        before.take_badges(badges, FeedFormat::Csv, NOW).unwrap();
        let sighting = |place, is_marked| Sighting {
            place,
            site: None,
            is_marked,
            at: NOW.plus(-60),
        };
        for (_, sightings) in before.remembered() {
            for place in [Some("HK"), Some("nowhere special"), None] {
                sightings.note("ada", sighting(place.map(PlaceFact::read), false), NOW);
            }
            sightings.note("ada", sighting(Some(PlaceFact::Unknown), true), NOW);
        }
        let kept = before.write_seen().unwrap();
        assert_eq!(before.write_seen(), None, "nothing has changed since");
        let after = sources(true);
        assert_eq!(after.restore_seen(&kept, NOW), Ok(21));
        assert_eq!(claims(&after), claims(&before));
        assert_eq!(
            sources(false).restore_seen(&kept, NOW),
            Ok(13),
            "addresses are not remembered"
        );
        let late = NOW.plus(8 * Instant::DAY);
        assert_eq!(
            sources(true).restore_seen(&kept, late),
            Ok(0),
            "it no longer matters"
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_line_and_names_nobody() {
        let good = r#"{"revision":1,"source":"badge","person":"ada","place":"HK","at":1784105000}"#;
        let check = |line: &str, expected: &str| {
            let error = sources(true)
                .restore_seen(&format!("{good}\n{line}\n"), NOW)
                .unwrap_err();
            assert!(error.to_string().starts_with(expected), "{error}");
            assert!(!error.to_string().contains("ada"), "{error}");
        };
        check("{\"person\":\"ada\"", "line 2 is not a sighting");
        check(&good.replace("\"at\"", "\"on\""), "line 2 is not a sighting");
        check(
            &good.replace(":1,", ":9,"),
            "line 2 was written by a later version",
        );
        let more = good.replace("}", ",\"of_a_later_version\":true}");
        assert_eq!(sources(true).restore_seen(&more, NOW), Ok(1));
    }
}
