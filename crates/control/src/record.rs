//! The ledger as others read it: checkpoint, tiles, bundles of entries and proofs, under the paths of `tlog-tiles`.
//!
//! Entries hold commitments and no values, so that they can be shown; but how many there are, and when each was made,
//! shows too. So it is for those who may read the record, unless the configuration opens it to anybody.

use crate::problem::Problem;
use crate::role::Roles;
use crate::routes::{Route, Work};
use crate::shared::Shared;
use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::response::Response;
use ledger::{Published, PublishedError, PublishedLog};
use tokio::task::spawn_blocking;

/// What is shown of the ledger.
#[derive(Clone, Debug)]
pub struct ShownLedger {
    /// Where it is read.
    pub log: PublishedLog,
    /// Anybody may read it, and not only those who have a role for that.
    pub to_anybody: bool,
}

/// What does not change is kept for a year.
const fn lasting(is_open: bool) -> &'static str {
    match is_open {
        false => "private, max-age=31536000, immutable",
        true => "public, max-age=31536000, immutable",
    }
}
const CHANGING: &str = "no-cache";
const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain; charset=utf-8";

impl Shared {
    /// A request for something of the ledger.
    pub(crate) async fn of_reader(
        &self,
        route: &Route,
        roles: Roles,
        params: Vec<String>,
        request: Request,
    ) -> Result<Response, Problem> {
        let is_open = self.ledger.as_ref().is_some_and(|ledger| ledger.to_anybody);
        if !is_open {
            self.with_role(request.headers(), roles).await?;
        }
        let shown = self.ledger.clone().ok_or_else(Problem::missing)?;
        let (work, part) = (route.work, params.into_iter().next().unwrap_or_default());
        let read = spawn_blocking(move || read(&shown.log, work, &part)).await;
        let read = read.map_err(|_| unreadable("a panic"))?;
        let found = read.map_err(|error| unreadable(&error.to_string()))?;
        let found = found.ok_or_else(Problem::missing)?;
        Ok(answer(found, is_open))
    }
}

/// What was asked for, by the paths of the log and nothing else.
fn read(log: &PublishedLog, work: Work, part: &str) -> Result<Option<Published>, PublishedError> {
    match work {
        Work::Checkpoint => log.at(ledger::CHECKPOINT),
        Work::WitnessedCheckpoint => log.at(ledger::WITNESSED),
        Work::Tile => log.at(&format!("tile/{part}")),
        Work::Proof => {
            // one spelling: digits, none of them before the first that counts
            let entry = part.parse::<u64>().ok().filter(|entry| entry.to_string() == part);
            let proof = entry.map(|entry| log.proof(entry)).transpose()?.flatten();
            Ok(proof.map(|proof| Published::Checkpoint(proof.to_string().into_bytes())))
        }
        _ => Ok(None),
    }
}

fn answer(found: Published, is_open: bool) -> Response {
    let (bytes, sort, keep) = match found {
        Published::Checkpoint(bytes) => (bytes, TEXT, CHANGING),
        Published::Lasting(bytes) => (bytes, BYTES, lasting(is_open)),
    };
    let mut response = Response::new(Body::from(bytes));
    let mut say = |name: HeaderName, value| {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value))
    };
    say(CONTENT_TYPE, sort);
    say(CACHE_CONTROL, keep);
    say(X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn unreadable(reason: &str) -> Problem {
    tracing::error!(reason, "the ledger cannot be read");
    Problem::new(503, "unavailable", "the ledger cannot be read; try again")
}
