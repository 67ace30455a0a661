//! A feed as a file: read when it changes, as a whole or not at all, signed where that is asked for.

use super::feeds::{FeedError, FeedFormat};
use super::files::WatchedFile;
use super::signed::{Issuer, Statement, StatementError};
use super::sources::{SourceHealth, SourceStatus};
use decision::ClaimSource;
use register::model::Instant;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Mistakes of one feed that are logged; the rest is counted.
const LOGGED: usize = 20;

/// Stands for no time in [`FeedSource`].
const NEVER: i64 = i64::MIN;

/// A feed as a file.
#[derive(Clone, Debug)]
pub struct FeedFile {
    /// Where it is; `None`: it is pushed.
    pub path: Option<PathBuf>,
    /// How it is written, unless it is signed.
    pub format: FeedFormat,
    /// After how many seconds without a new file the source is degraded; `None`: never.
    pub limit: Option<i64>,
    /// Who must have signed it; then the file is one statement, with the rows as a list of objects, `events`.
    pub issuer: Option<Issuer>,
}

/// Why a feed is not taken over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedFileError {
    /// It is not text.
    #[error("the feed is not UTF-8 text")]
    NoText,
    /// It is not signed as it must be.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// It has mistakes.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// It has more people than can be kept.
    #[error("the feed has more people than can be kept")]
    TooLarge,
    /// It says something that makes no sense together.
    #[error("the feed has rows that make no sense together")]
    Nonsense,
}

impl FeedFileError {
    /// What is wrong, without a word of what the feed says: for whoever may not read it.
    fn short(&self) -> String {
        match self {
            Self::Feed(error) => match error.mistakes.first() {
                Some(first) => {
                    let more = error.mistakes.len().saturating_sub(1).saturating_add(error.more);
                    format!(
                        "the feed has a mistake in line {}, column {}, and {more} more",
                        first.line, first.column
                    )
                }
                None => "the feed cannot be read".to_owned(),
            },
            other => other.to_string(),
        }
    }
}

/// A feed that is watched.
#[derive(Debug)]
pub(super) struct FeedSource {
    source: ClaimSource,
    settings: FeedFile,
    /// When a file was last taken over, or [`NEVER`]. A request may look at it, and waits for nobody.
    taken_at: AtomicI64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: Option<WatchedFile>,
    wrong: Option<String>,
}

impl FeedSource {
    pub(super) fn new(source: ClaimSource, settings: FeedFile) -> Self {
        let file = settings.path.clone().map(WatchedFile::new);
        Self {
            source,
            settings,
            taken_at: AtomicI64::new(NEVER),
            state: Mutex::new(State { file, wrong: None }),
        }
    }

    /// Takes the file over by a function if it has changed; whether something was taken over.
    pub(super) fn renew(
        &self,
        at: Instant,
        take: impl FnOnce(&str, FeedFormat) -> Result<bool, FeedFileError>,
    ) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(read) = state.file.as_mut().and_then(WatchedFile::poll) else {
            return false;
        };
        let source = self.source.as_str();
        match read {
            Err(why) => {
                tracing::warn!(source, reason = why.words(), "a feed is not taken over");
                state.wrong = Some(why.words().to_owned());
                false
            }
            Ok(bytes) => match self.take(bytes, at, take) {
                Ok(is_new) => {
                    state.wrong = None;
                    self.taken_at.store(at.0, Ordering::Relaxed);
                    is_new
                }
                Err(error) => {
                    tell(source, &error);
                    state.wrong = Some(error.short());
                    false
                }
            },
        }
    }

    fn take(
        &self,
        bytes: Vec<u8>,
        at: Instant,
        take: impl FnOnce(&str, FeedFormat) -> Result<bool, FeedFileError>,
    ) -> Result<bool, FeedFileError> {
        let text = String::from_utf8(bytes).map_err(|_| FeedFileError::NoText)?;
        match &self.settings.issuer {
            None => take(&text, self.settings.format),
            Some(issuer) => {
                let statement = issuer.believe(text.trim(), at)?;
                take(&events(&statement)?, FeedFormat::JsonLines)
            }
        }
    }

    /// Who must sign.
    pub(super) const fn issuer(&self) -> Option<&Issuer> {
        self.settings.issuer.as_ref()
    }

    /// Notes that rows came by another way than the file, so that there need be none.
    pub(super) fn was_fed(&self, at: Instant) {
        self.taken_at.fetch_max(at.0, Ordering::Relaxed);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.wrong = None;
    }

    /// Notes that rows came by another way, from somebody who may send them, and were not taken over.
    pub(super) fn was_refused(&self, error: &FeedFileError) {
        tell(self.source.as_str(), error);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.wrong = Some(error.short());
    }

    fn taken_at(&self) -> Option<Instant> {
        let at = self.taken_at.load(Ordering::Relaxed);
        (at != NEVER).then_some(Instant(at))
    }

    /// Whether nothing new has come for longer than the limit.
    pub(super) fn is_overdue(&self, at: Instant) -> bool {
        let is_old = |limit: i64| {
            self.taken_at()
                .is_none_or(|taken| at.0.saturating_sub(taken.0) > limit)
        };
        self.settings.limit.is_some_and(is_old)
    }

    /// How it is.
    pub(super) fn status(&self, at: Instant, delay: i64) -> SourceStatus {
        let wrong = {
            let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.wrong.clone()
        };
        let overdue = || {
            let words = || "nothing new has come for longer than its limit".to_owned();
            self.is_overdue(at).then(words)
        };
        let nothing = || {
            let is_waiting = self.taken_at().is_none() && self.settings.path.is_none();
            is_waiting.then(|| "nothing has been pushed yet".to_owned())
        };
        let reason = wrong.or_else(nothing).or_else(overdue);
        let as_of = self.taken_at();
        let health = match (&reason, as_of) {
            (None, Some(_)) => SourceHealth::Healthy,
            _ => SourceHealth::Degraded,
        };
        SourceStatus {
            source: self.source,
            health,
            reason,
            as_of,
            delay,
        }
    }
}

/// Tells the log what is wrong with a feed, each of its first mistakes in a line.
fn tell(source: &str, error: &FeedFileError) {
    if let FeedFileError::Feed(feed) = error {
        for mistake in feed.mistakes.iter().take(LOGGED) {
            let (line, column) = (mistake.line, mistake.column);
            tracing::warn!(source, line, column, mistake = mistake.message, "a feed is wrong");
        }
    }
    let reason = error.short();
    tracing::warn!(source, reason, "a feed is not taken over");
}

/// The events of a signed feed, one JSON object a line.
///
/// # Errors
/// When the statement has no list of events.
pub(super) fn events(statement: &Statement) -> Result<String, StatementError> {
    let Some(Value::Array(events)) = statement.claim("events") else {
        return Err(StatementError::Incomplete);
    };
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    Ok(lines.join("\n"))
}
