//! Feeds that another system pushes: the same rows as in a file, signed, each statement once.

use super::evidence::PlaceSources;
use super::feedfiles::{FeedFileError, FeedSource, events};
use super::feeds::{FeedFormat, read_badges, read_sessions, read_trips};
use super::signed::StatementError;
use super::trips::{TRIPS_OF_PERSON, TripEntry, TripSource};
use super::zones::Zones;
use register::model::Instant;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// Statements that are remembered, so that none is taken twice; more are refused until some hold no more.
const REMEMBERED: usize = 100_000;

/// Longest id of a statement in bytes.
const ID: usize = 256;

/// Which feed is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// Building access.
    Badges,
    /// Sign-ins to the VPN or the zero-trust broker.
    Sessions,
    /// Trips: the whole list each time.
    Trips,
}

/// Ids of statements that were taken over, each until it holds no more.
#[derive(Debug, Default)]
pub(super) struct Taken(Mutex<HashMap<String, Instant>>);

impl Taken {
    /// Notes a statement as taken, if it was not before.
    fn note(&self, id: &str, until: Instant, now: Instant) -> Result<(), FeedFileError> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() >= REMEMBERED {
            taken.retain(|_, until| now < *until);
        }
        if taken.len() >= REMEMBERED {
            return Err(FeedFileError::TooLarge);
        }
        match taken.insert(id.to_owned(), until) {
            Some(_) => Err(StatementError::Replayed.into()),
            None => Ok(()),
        }
    }

    fn has(&self, id: &str) -> bool {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.contains_key(id)
    }
}

/// What was pushed, and what vouches for it.
#[derive(Clone, Copy, Debug)]
pub enum Given<'a> {
    /// A statement of the issuer that the feed is configured with.
    Statement(&'a str),
    /// Rows as in a file, from somebody who has shown the token of the feed.
    Rows(&'a str, FeedFormat),
}

/// A complete list of trips that was pushed, to be kept in place of the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedTrips {
    /// The trips.
    pub trips: Vec<TripEntry>,
    /// When the list was made.
    pub made: Instant,
}

/// Rows that may be taken over, and the statement that is used up by it.
struct Rows {
    text: String,
    format: FeedFormat,
    made: Instant,
    statement: Option<(String, Instant)>,
}

impl Pushed {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Badges, Self::Sessions, Self::Trips];

    /// Its word in paths and in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Badges => "badges",
            Self::Sessions => "sessions",
            Self::Trips => "trips",
        }
    }
}

impl PlaceSources {
    /// Takes over what another system observed of badges or sessions. A statement needs an id, `jti`, by which it is taken
    /// once. Says whether anything is known now that was not.
    ///
    /// # Errors
    /// When nobody may push this feed, the statement is not believed or was taken before, or its rows have mistakes;
    /// nothing is taken over then. Mistakes of somebody who may push show as the state of the source.
    pub fn receive(
        &self,
        what: Pushed,
        given: Given<'_>,
        zones: &Zones,
        at: Instant,
    ) -> Result<bool, FeedFileError> {
        let (feed, rows) = self.rows(what, given, at)?;
        let taken = self.take_over(what, &rows, zones, at);
        match &taken {
            Ok(_) => feed.was_fed(at),
            Err(error) => feed.was_refused(error),
        }
        taken
    }

    /// Reads a complete list of trips; whoever keeps trips puts it in place, and then says that it
    /// [was pushed](Self::was_pushed).
    ///
    /// # Errors
    /// As above.
    pub fn receive_trips(&self, given: Given<'_>, at: Instant) -> Result<PushedTrips, FeedFileError> {
        let (feed, rows) = self.rows(Pushed::Trips, given, at)?;
        let trips = read_list(&rows).and_then(|trips| {
            self.use_up(&rows, at)?;
            Ok(PushedTrips {
                trips,
                made: rows.made,
            })
        });
        if let Err(error) = &trips {
            feed.was_refused(error);
        }
        trips
    }

    fn rows(
        &self,
        what: Pushed,
        given: Given<'_>,
        at: Instant,
    ) -> Result<(&FeedSource, Rows), FeedFileError> {
        let feed = self.feed(what).ok_or(StatementError::Issuer)?;
        let compact = match given {
            Given::Rows(text, format) => {
                let rows = Rows {
                    text: text.to_owned(),
                    format,
                    made: at,
                    statement: None,
                };
                return Ok((feed, rows));
            }
            Given::Statement(compact) => compact,
        };
        let issuer = feed.issuer().ok_or(StatementError::Issuer)?;
        let statement = issuer.believe(compact, at)?;
        let id = statement
            .text("jti")
            .filter(|id| !id.is_empty() && id.len() <= ID)
            .ok_or(StatementError::Incomplete)?;
        if self.taken.has(id) {
            return Err(StatementError::Replayed.into());
        }
        let rows = Rows {
            text: events(&statement)?,
            format: FeedFormat::JsonLines,
            made: statement.made,
            statement: Some((id.to_owned(), statement.until)),
        };
        Ok((feed, rows))
    }

    /// Notes that a statement was taken; one with mistakes is not used up by them.
    fn use_up(&self, rows: &Rows, at: Instant) -> Result<(), FeedFileError> {
        match &rows.statement {
            Some((id, until)) => self.taken.note(id, *until, at),
            None => Ok(()),
        }
    }

    fn take_over(
        &self,
        what: Pushed,
        rows: &Rows,
        zones: &Zones,
        at: Instant,
    ) -> Result<bool, FeedFileError> {
        let (text, format) = (rows.text.as_str(), rows.format);
        match what {
            Pushed::Badges => {
                read_badges(text, format)?;
                self.use_up(rows, at)?;
                self.take_badges(text, format, at)
            }
            Pushed::Sessions => {
                read_sessions(text, format)?;
                self.use_up(rows, at)?;
                self.take_sessions(text, format, zones, at)
            }
            // they are kept elsewhere first
            Pushed::Trips => Err(FeedFileError::Nonsense),
        }
    }
}

/// The trips of a list, in which nobody has too many and none stands twice.
fn read_list(rows: &Rows) -> Result<Vec<TripEntry>, FeedFileError> {
    let mut trips = read_trips(&rows.text, rows.format)?;
    let mut of_person: HashMap<String, usize> = HashMap::new();
    let mut seen: HashSet<(String, String)> = HashSet::new();
    for trip in &mut trips {
        trip.source = TripSource::Api;
        let count = of_person.entry(trip.person.clone()).or_default();
        *count = count.saturating_add(1);
        if *count > TRIPS_OF_PERSON || !seen.insert((trip.person.clone(), trip.id.clone())) {
            return Err(FeedFileError::Nonsense);
        }
    }
    Ok(trips)
}

#[cfg(test)]
mod tests {
    use super::super::feedfiles::FeedFile;
    use super::super::settings::PlaceSettings;
    use super::super::signed::tests::{NOW, Signer, issuer};
    use super::super::sources::SourceHealth;
    use super::super::trips::TripsInMemory;
    use super::*;
    use decision::ClaimSource;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn sources(signer: Option<&Signer>) -> PlaceSources {
        let settings = PlaceSettings {
            badges: Some(FeedFile {
                path: None,
                format: FeedFormat::JsonLines,
                limit: None,
                issuer: signer.map(|signer| issuer(signer, 300)),
            }),
            ..PlaceSettings::default()
        };
        PlaceSources::new(settings, Arc::new(TripsInMemory::default()))
    }

    fn statement(signer: &Signer, id: Value, site: &str, at: &str) -> String {
        let events = json!([{"person": "hk-analyst", "site": site, "at": at}]);
        signer.sign(&json!({
            "iss": "device-management", "aud": "bailiwick", "iat": NOW.0, "jti": id, "events": events,
        }))
    }

    const EARLIER: &str = "2026-07-15T08:00:00Z";

    #[test]
    fn a_statement_is_taken_once_and_one_with_mistakes_not_at_all() {
        let signer = Signer::es256();
        let sources = sources(Some(&signer));
        let receive =
            |text: &str, at| sources.receive(Pushed::Badges, Given::Statement(text), &Zones::default(), at);
        let good = statement(&signer, json!("a"), "hong-kong", EARLIER);
        let wrong = statement(&signer, json!("a"), "hong-kong", "soon");
        assert!(matches!(receive(&wrong, NOW), Err(FeedFileError::Feed(_))));
        assert_eq!(receive(&good, NOW), Ok(true));
        assert_eq!(receive(&good, NOW), Err(StatementError::Replayed.into()));
        assert_eq!(receive(&good, NOW.plus(301)), Err(StatementError::TooOld.into()));
        let again = statement(&signer, json!("b"), "hong-kong", EARLIER);
        assert_eq!(receive(&again, NOW), Ok(false), "nothing is new in it");
        for id in [json!(""), json!(1), json!("a".repeat(ID + 1)), Value::Null] {
            let nameless = statement(&signer, id, "hong-kong", EARLIER);
            assert_eq!(receive(&nameless, NOW), Err(StatementError::Incomplete.into()));
        }
        let status = sources.status(NOW).into_iter();
        let badges = status.filter(|status| status.source == ClaimSource::Badge);
        let shown: Vec<_> = badges.map(|status| (status.health, status.as_of)).collect();
        assert_eq!(shown, [(SourceHealth::Healthy, Some(NOW))]);
    }

    #[test]
    fn rows_with_mistakes_change_nothing_and_show_as_the_state_of_the_source() {
        let sources = sources(None);
        let state = || {
            let all = sources.status(NOW).into_iter();
            let badges = all.filter(|status| status.source == ClaimSource::Badge);
            badges
                .map(|status| (status.health, status.reason.unwrap_or_default()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            state(),
            [(SourceHealth::Degraded, "nothing has been pushed yet".to_owned())]
        );
        let push = |text: &str| {
            let given = Given::Rows(text, FeedFormat::Csv);
            sources.receive(Pushed::Badges, given, &Zones::default(), NOW)
        };
        assert!(push("person,site,at\nhk-analyst,hong-kong,soon\n").is_err());
        let reason = "the feed has a mistake in line 2, column 22, and 0 more".to_owned();
        assert_eq!(state(), [(SourceHealth::Degraded, reason)]);
        let claims = || sources.known_claims((&Zones::default(), 43_200), "hk-analyst", NOW);
        assert!(claims().is_empty());
        assert_eq!(
            push("person,site,at\nhk-analyst,hong-kong,2026-07-15T08:00:00Z\n"),
            Ok(true)
        );
        assert_eq!(state(), [(SourceHealth::Healthy, String::new())]);
        assert_eq!(claims().len(), 1);
    }

    #[test]
    fn a_list_of_trips_is_read_as_a_whole() {
        let settings = PlaceSettings {
            trips: Some(FeedFile {
                path: None,
                format: FeedFormat::JsonLines,
                limit: Some(60),
                issuer: None,
            }),
            ..PlaceSettings::default()
        };
        let sources = PlaceSources::new(settings, Arc::new(TripsInMemory::default()));
        let read = |text: &str| sources.receive_trips(Given::Rows(text, FeedFormat::Csv), NOW);
        let list = read("id,person,place\n1,a,SG\n1,b,SG\n").unwrap();
        assert_eq!((list.trips.len(), list.made), (2, NOW));
        assert!(list.trips.iter().all(|trip| trip.source == TripSource::Api));
        let twice = read("id,person,place\n1,a,SG\n1,a,GB\n");
        assert_eq!(twice, Err(FeedFileError::Nonsense));
        let many = "a,SG\n".repeat(TRIPS_OF_PERSON + 1);
        assert_eq!(
            read(&format!("person,place\n{many}")),
            Err(FeedFileError::Nonsense)
        );
        // until the list is kept, it is not heard: nobody's place of work counts
        let open = sources.known_claims((&Zones::default(), 43_200), "c", NOW);
        assert!(
            open.iter()
                .any(|claim| claim.trip == Some(decision::Trip::default()))
        );
        sources.was_pushed(Pushed::Trips, NOW);
        assert!(
            sources
                .known_claims((&Zones::default(), 43_200), "c", NOW)
                .is_empty()
        );
    }

    #[test]
    fn who_is_not_named_pushes_nothing() {
        let signer = Signer::es256();
        let good = statement(&signer, json!("a"), "hong-kong", EARLIER);
        let receive = |sources: &PlaceSources, what| {
            sources.receive(what, Given::Statement(&good), &Zones::default(), NOW)
        };
        let other = StatementError::Issuer.into();
        assert_eq!(receive(&sources(None), Pushed::Badges), Err(other));
        let other = StatementError::Issuer.into();
        assert_eq!(receive(&sources(Some(&signer)), Pushed::Sessions), Err(other));
        let other = StatementError::Signature.into();
        assert_eq!(
            receive(&sources(Some(&Signer::es256())), Pushed::Badges),
            Err(other)
        );
    }
}
