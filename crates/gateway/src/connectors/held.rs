//! A credential in use: fetched before it is needed, renewed before it ends, and missed at once when it is gone.
//!
//! Fetching touches files, starts programs and asks token endpoints, so it never happens on a request's path: a request
//! takes what is there, or fails. What has no stated life is in use as long as its source gives it; where the source
//! gives nothing, nothing is used. What was granted for a time stays in use for that time even if its renewal fails,
//! because whoever granted it says that it holds.

use super::credential::Secret;
use super::grant::{Grant, Granted};
use super::line::Line;
use super::options::Auth;
use super::{ConnectorError, Credential};
use arc_swap::ArcSwap;
use certificate::Stamp;
use register::model::Instant;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use wire::Protocol;

/// Seconds between two tries after one that failed.
const PAUSE: i64 = 5;

/// Whether a connector can be used, as far as its credential goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It can.
    Healthy,
    /// It cannot.
    Unhealthy {
        /// Since when; `None`: since the start, because nothing has been fetched yet.
        since: Option<Instant>,
        /// What is wrong, without a word of any secret.
        why: String,
    },
}

/// A credential in use.
pub(super) struct Held {
    connector: String,
    protocol: Protocol,
    auth: Auth,
    source: Credential,
    /// What was at hand when the connector was opened, of a source that never changes.
    fixed: Option<Secret>,
    /// Seconds for which what a program gives may be used; `None`: until the end.
    lifetime: Option<i64>,
    state: ArcSwap<State>,
    /// The file as it was when it was last read.
    seen: Mutex<Option<Stamp>>,
    /// One renewal at a time.
    renewing: tokio::sync::Mutex<()>,
}

/// How things stand.
enum State {
    /// Nothing has been fetched yet.
    Waiting,
    /// In use.
    Ready {
        granted: Granted,
        /// When the next is fetched; `None`: when its file changes.
        renew: Option<Instant>,
        /// Why it could not be renewed, since it could not.
        stale: Option<String>,
    },
    /// Gone.
    Gone {
        since: Instant,
        why: String,
        retry: Instant,
    },
}

impl Held {
    /// Takes what is at hand; what has to be fetched is fetched by the first renewal.
    pub(super) fn open(
        connector: &str,
        protocol: Protocol,
        (source, auth): (Credential, Auth),
        lifetime: Option<Duration>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectorError> {
        let unusable = |reason: String| ConnectorError::UnusableCredential {
            connector: connector.to_owned(),
            reason,
        };
        // before the text: a change in between is then read again, never missed
        let seen = source.file().and_then(Stamp::of);
        let secret = source.at_hand(connector, environment)?;
        let state = match &secret {
            None if source == Credential::None && auth == Auth::Key => State::Ready {
                granted: Granted {
                    grant: Grant::Nothing,
                    ends: None,
                },
                renew: None,
                stale: None,
            },
            None if source == Credential::None => {
                return Err(unusable(format!("is missing, and `{}` needs one", auth.as_str())));
            }
            None => State::Waiting,
            Some(secret) => match Granted::at_hand(&auth, protocol, secret).map_err(unusable)? {
                // of what ends, the clock has to say whether it has
                Some(granted) if granted.ends.is_none() => State::Ready {
                    granted,
                    renew: None,
                    stale: None,
                },
                _ => State::Waiting,
            },
        };
        let seconds = |lifetime: Duration| i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX).max(1);
        Ok(Self {
            connector: connector.to_owned(),
            protocol,
            auth,
            fixed: secret.filter(|_| source.file().is_none()),
            source,
            lifetime: lifetime.map(seconds),
            state: ArcSwap::from_pointee(state),
            seen: Mutex::new(seen),
            renewing: tokio::sync::Mutex::default(),
        })
    }

    /// What a request may carry now; `None`: nothing may be sent.
    pub(super) fn grant(&self, now: Instant) -> Option<Grant> {
        match &**self.state.load() {
            State::Ready { granted, .. } if granted.ends.is_none_or(|ends| now < ends) => {
                Some(granted.grant.clone())
            }
            _ => None,
        }
    }

    /// How things stand, as of the last renewal.
    pub(super) fn health(&self) -> Health {
        let unhealthy = |since, why: &str| Health::Unhealthy {
            since,
            why: why.to_owned(),
        };
        match &**self.state.load() {
            State::Ready { .. } => Health::Healthy,
            State::Waiting => unhealthy(None, "nothing has been fetched yet"),
            State::Gone { since, why, .. } => unhealthy(Some(*since), why),
        }
    }

    /// Why what is in use could not be renewed, and when it ends; `None`: it was, or nothing is in use.
    pub(super) fn trouble(&self) -> Option<(String, Option<Instant>)> {
        match &**self.state.load() {
            State::Ready {
                granted,
                stale: Some(why),
                ..
            } => Some((why.clone(), granted.ends)),
            State::Ready { .. } | State::Waiting | State::Gone { .. } => None,
        }
    }

    /// Fetches the credential if that is due.
    pub(super) async fn renew(&self, line: &Line, clock: fn() -> Instant) {
        let Ok(_alone) = self.renewing.try_lock() else {
            return;
        };
        let has_changed = self.has_changed().await;
        let now = clock();
        let is_due = match &**self.state.load() {
            State::Waiting => true,
            State::Ready { granted, renew, .. } => {
                [granted.ends, *renew].iter().flatten().any(|due| *due <= now)
            }
            State::Gone { retry, .. } => *retry <= now,
        };
        if !is_due && !has_changed {
            return;
        }
        let fetched = self.fetch(line, now).await;
        let state = match fetched {
            Ok(granted) => self.ready(granted, now),
            Err(why) => self.failed(why, now),
        };
        self.state.store(Arc::new(state));
    }

    /// Whether the file has changed since it was last looked at.
    async fn has_changed(&self) -> bool {
        let Some(path) = self.source.file().map(Path::to_owned) else {
            return false;
        };
        let looking = tokio::task::spawn_blocking(move || Stamp::of(&path));
        let found = looking.await.unwrap_or_default();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *seen, found) != found
    }

    async fn fetch(&self, line: &Line, now: Instant) -> Result<Granted, String> {
        let secret = match &self.fixed {
            Some(secret) => secret.clone(),
            None => self.source.fetch().await?.ok_or("a source that gives nothing")?,
        };
        let mut granted = Granted::ask(&self.auth, self.protocol, &secret, line, now).await?;
        if let (Credential::Exec(_), Some(seconds)) = (&self.source, self.lifetime) {
            let ends = now.plus(seconds);
            granted.ends = Some(granted.ends.map_or(ends, |stated| stated.min(ends)));
        }
        Ok(granted)
    }

    /// A fifth of its life before it ends, the next one is fetched.
    fn ready(&self, granted: Granted, now: Instant) -> State {
        tracing::info!(connector = self.connector, "the credential was fetched");
        let renew = granted.ends.map(|ends| {
            let lives = ends.0.saturating_sub(now.0);
            ends.plus(-(lives / 5).max(1)).max(now.plus(1))
        });
        State::Ready {
            granted,
            renew,
            stale: None,
        }
    }

    fn failed(&self, why: String, now: Instant) -> State {
        let connector = &self.connector;
        match &**self.state.load() {
            State::Ready { granted, .. } if granted.ends.is_some_and(|ends| now < ends) => {
                tracing::warn!(
                    connector,
                    why,
                    "the credential was not renewed; what is held is not over yet"
                );
                State::Ready {
                    granted: granted.clone(),
                    renew: Some(now.plus(PAUSE)),
                    stale: Some(why),
                }
            }
            State::Gone { since, .. } => State::Gone {
                since: *since,
                why,
                retry: now.plus(PAUSE),
            },
            _ => {
                tracing::error!(
                    connector,
                    why,
                    "there is no credential; nothing is sent until there is"
                );
                State::Gone {
                    since: now,
                    why,
                    retry: now.plus(PAUSE),
                }
            }
        }
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

#[cfg(test)]
mod tests;
