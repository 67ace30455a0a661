//! What other systems push of where people are: badges, sign-ins, trips.
//!
//! Either the body is a statement that the source's issuer signed, or the request carries the token of the source and
//! the body has rows as in a file. A body is taken over as a whole or not at all.

use crate::client::{ClientError, Secret};
use crate::problem::{Problem, read_whole};
use crate::shared::Shared;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use identity::kept::{PUSHED, TripList, TripRecord};
use identity::{FeedFileError, FeedFormat, Given, Pushed, PushedTrips, StatementError, TripEntry};
use serde_json::{Value, json};
use std::fmt;

/// Largest body in bytes.
const LARGEST: usize = 4 * 1024 * 1024;

/// Bodies in memory at a time.
pub(crate) const AT_ONCE: usize = 4;

/// A system that pushes rows under a token of its own.
pub struct Pusher {
    what: Pushed,
    secret: Secret,
}

impl Pusher {
    /// One whose token is at hand.
    ///
    /// # Errors
    /// When the token is too short.
    pub fn with_token(what: Pushed, token: &str) -> Result<Self, ClientError> {
        let secret = Secret::of_token(what.as_str(), token)?;
        Ok(Self { what, secret })
    }

    /// One of whose token only the digest is known.
    ///
    /// # Errors
    /// When it is no digest.
    pub fn with_digest(what: Pushed, digest: &str) -> Result<Self, ClientError> {
        let secret = Secret::of_digest(what.as_str(), digest)?;
        Ok(Self { what, secret })
    }
}

impl Pusher {
    /// Takes this token in place of the one before; whether it is another.
    pub(crate) fn renew(&self, what: Pushed, token: &str) -> Result<bool, ClientError> {
        match self.what == what {
            true => self.secret.renew(what.as_str(), token),
            false => Ok(false),
        }
    }
}

/// Without the digest.
impl fmt::Debug for Pusher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pusher({})", self.what.as_str())
    }
}

/// How the body is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Statement,
    Rows(FeedFormat),
}

impl Shared {
    /// Takes over what is pushed.
    pub(crate) async fn push(
        &self,
        what: Pushed,
        token: Option<&str>,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Value, Problem> {
        let sort = self.sort(what, token, headers)?;
        let busy = || Problem::new(503, "busy", "too much is being pushed; try again");
        let _place = self.pushing.try_acquire().map_err(|_| busy())?;
        let bytes = read_whole(body, LARGEST).await?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Problem::wrong("the body is not UTF-8 text"))?;
        let given = match sort {
            Sort::Statement => Given::Statement(text.trim()),
            Sort::Rows(format) => Given::Rows(text, format),
        };
        let is_new = match what {
            Pushed::Badges | Pushed::Sessions => self.sightings(what, given),
            Pushed::Trips => self.trip_list(given).await,
        }?;
        if is_new {
            self.in_force.reconsider();
        }
        tracing::info!(source = what.as_str(), is_new, "places were pushed");
        Ok(json!({"source": what.as_str(), "new": is_new}))
    }

    /// Whoever shows the token of the source sends rows; anybody else must have signed what they send.
    fn sort(&self, what: Pushed, token: Option<&str>, headers: &HeaderMap) -> Result<Sort, Problem> {
        let content = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content = content
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        let is_signed = ["application/jose", "application/jwt"].contains(&content);
        let Some(token) = token else {
            return match is_signed {
                true => Ok(Sort::Statement),
                false => Err(self.stranger()),
            };
        };
        let is_theirs = |pusher: &&Pusher| pusher.what == what && pusher.secret.is(token.as_bytes());
        if self.pushers.iter().filter(is_theirs).count() == 0 {
            return Err(self.stranger());
        }
        match content {
            "text/csv" => Ok(Sort::Rows(FeedFormat::Csv)),
            "application/x-ndjson" | "application/jsonl" | "application/json" => {
                Ok(Sort::Rows(FeedFormat::JsonLines))
            }
            _ => {
                let detail = "rows are sent as `text/csv` or as `application/x-ndjson`, one object a line";
                Err(Problem::new(415, "content_type", detail))
            }
        }
    }

    fn stranger(&self) -> Problem {
        self.note_stranger();
        let detail = "what is pushed is signed by the source's issuer, or sent with the token of the source";
        Problem::new(401, "unauthenticated", detail)
    }

    fn sightings(&self, what: Pushed, given: Given<'_>) -> Result<bool, Problem> {
        let (now, mut taken) = ((self.clock)(), Ok(false));
        self.in_force
            .look(&mut |collector, _| taken = collector.receive(what, given, now));
        taken.map_err(|error| self.refused(&error))
    }

    async fn trip_list(&self, given: Given<'_>) -> Result<bool, Problem> {
        let now = (self.clock)();
        let mut read = Err(FeedFileError::Nonsense);
        self.in_force
            .look(&mut |collector, _| read = collector.places().receive_trips(given, now));
        let PushedTrips { trips, made } = read.map_err(|error| self.refused(&error))?;
        let list = TripList {
            source: PUSHED.to_owned(),
            made,
            trips: trips.into_iter().map(record).collect(),
        };
        if !self.store.replace_trips(&list, now).await? {
            let detail = "a list that was made later was received before";
            return Err(Problem::new(409, "outdated", detail));
        }
        self.in_force
            .look(&mut |collector, _| collector.places().was_pushed(Pushed::Trips, now));
        // memory follows the store, and has open answers decided about once more itself
        Ok(true)
    }

    fn refused(&self, error: &FeedFileError) -> Problem {
        match error {
            FeedFileError::Statement(StatementError::Replayed) => {
                Problem::new(409, "replayed", error.to_string())
            }
            FeedFileError::Statement(_) => {
                self.note_stranger();
                Problem::new(401, "not_believed", error.to_string())
            }
            FeedFileError::Feed(feed) => {
                let mistake = |one: &identity::FeedMistake| json!({"line": one.line, "column": one.column, "message": one.message});
                let detail = "there are mistakes in it, so nothing of it was taken over";
                Problem {
                    mistakes: feed.mistakes.iter().map(mistake).collect(),
                    ..Problem::new(422, "mistakes", detail)
                }
            }
            FeedFileError::NoText | FeedFileError::TooLarge | FeedFileError::Nonsense => {
                Problem::new(422, "mistakes", error.to_string())
            }
        }
    }
}

/// A trip as it is kept: its id is unique for its person only, and is made unique for all.
fn record(trip: TripEntry) -> TripRecord {
    TripRecord {
        id: format!("{}:{}", trip.person, trip.id),
        person: trip.person,
        place: trip.place,
        days: trip.days,
        source: PUSHED.to_owned(),
    }
}
