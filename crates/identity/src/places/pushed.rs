//! Feeds that another system pushes: the same rows as in a file, signed, each statement once.

use super::evidence::PlaceSources;
use super::feedfiles::{FeedFileError, events};
use super::feeds::FeedFormat;
use super::signed::StatementError;
use super::zones::Zones;
use register::model::Instant;
use std::collections::HashMap;
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

impl PlaceSources {
    /// Takes over what another system pushes: a statement of the issuer that the feed is configured with, with an id,
    /// `jti`, by which it is taken once. Says whether anything is known now that was not.
    ///
    /// # Errors
    /// When nobody may push this feed, the statement is not believed or was taken before, or its rows have mistakes;
    /// nothing is taken over then.
    pub fn receive(
        &self,
        what: Pushed,
        compact: &str,
        zones: &Zones,
        at: Instant,
    ) -> Result<bool, FeedFileError> {
        let feed = self.feed(what).ok_or(StatementError::Issuer)?;
        let issuer = feed.issuer().ok_or(StatementError::Issuer)?;
        let statement = issuer.believe(compact, at)?;
        let id = statement
            .text("jti")
            .filter(|id| !id.is_empty() && id.len() <= ID)
            .ok_or(StatementError::Incomplete)?;
        if self.taken.has(id) {
            return Err(StatementError::Replayed.into());
        }
        let rows = events(&statement)?;
        // one with mistakes is not used up by them
        let check = |text: &str| match what {
            Pushed::Badges => super::feeds::read_badges(text, FeedFormat::JsonLines).map(drop),
            Pushed::Sessions => super::feeds::read_sessions(text, FeedFormat::JsonLines).map(drop),
        };
        check(&rows)?;
        self.taken.note(id, statement.until, at)?;
        let is_new = match what {
            Pushed::Badges => self.take_badges(&rows, FeedFormat::JsonLines, at),
            Pushed::Sessions => self.take_sessions(&rows, FeedFormat::JsonLines, zones, at),
        }?;
        feed.was_fed(at);
        Ok(is_new)
    }
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
                path: "nowhere.jws".into(),
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
        let receive = |text: &str, at| sources.receive(Pushed::Badges, text, &Zones::default(), at);
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
    fn who_is_not_named_pushes_nothing() {
        let signer = Signer::es256();
        let good = statement(&signer, json!("a"), "hong-kong", EARLIER);
        let receive = |sources: &PlaceSources, what| sources.receive(what, &good, &Zones::default(), NOW);
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
