//! The keys of one issuer: kept, fetched again, and given up when they are too old.
//!
//! One task fetches, so there is never more than one fetch at a time, and never one within [`REST`] of the one before. A
//! request whose key is unknown asks and waits; if the last fetch was already for somebody's unknown key, it is told no
//! at once, so that strangers with made-up keys cause one fetch in that time and wait for none. Whether a fetch brought
//! anything makes no difference to that.

use super::TokenError;
use super::discovery::Discovery;
use super::fetch::{Fetch, FetchError};
use super::key_set::KeySet;
use super::settings::Authority;
use arc_swap::ArcSwapOption;
use register::model::Instant;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep_until, timeout};

/// Least time between the beginnings of two fetches.
pub(super) const REST: Duration = Duration::from_secs(10);

/// How long a fetch may take, the issuer's description included.
const LIMIT: Duration = Duration::from_secs(8);

/// How long the address of the keys is believed.
const BELIEVED: Duration = Duration::from_secs(3600);

/// Most requests that wait for keys at a time.
const WAITERS: usize = 256;

/// Keys that were fetched.
pub(super) struct Known {
    pub set: KeySet,
    pub fetched_at: Instant,
    /// Another number for other keys.
    pub generation: u64,
}

/// The keys of one issuer.
pub(super) struct Published {
    known: ArcSwapOption<Known>,
    state: Mutex<State>,
    wake: Notify,
    fetched: watch::Sender<u64>,
    waiters: AtomicUsize,
}

/// How fetching stands.
struct State {
    /// When the last fetch began, and whether it had been asked for.
    last: Option<(tokio::time::Instant, bool)>,
    is_fetching: bool,
    is_asked: bool,
    /// Why the last fetch failed, if it did.
    failure: Option<String>,
}

/// A request's place among those that wait.
struct Place<'p>(&'p AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Default for Published {
    fn default() -> Self {
        Self {
            known: ArcSwapOption::empty(),
            state: Mutex::new(State {
                last: None,
                // the first fetch begins with the task that fetches
                is_fetching: true,
                is_asked: false,
                failure: None,
            }),
            wake: Notify::new(),
            fetched: watch::Sender::new(0),
            waiters: AtomicUsize::new(0),
        }
    }
}

impl Published {
    /// The keys, if they were fetched and are not too old.
    pub(super) fn usable(&self, authority: &Authority, at: Instant) -> Result<Arc<Known>, TokenError> {
        let known = self.known.load_full().ok_or(TokenError::NoKeys)?;
        let age = at.0.saturating_sub(known.fetched_at.0);
        // keys from the future were fetched by a clock that was wrong, and nobody knows how old they are
        match (authority.skew.saturating_neg()..=authority.keys_max_age).contains(&age) {
            true => Ok(known),
            false => Err(TokenError::NoKeys),
        }
    }

    /// When the keys were fetched, and why they could not be fetched again.
    pub(super) fn told(&self) -> (Option<Instant>, Option<String>) {
        let fetched_at = self.known.load().as_ref().map(|known| known.fetched_at);
        (fetched_at, self.state().failure.clone())
    }

    /// Waits for the next fetch, if there is to be one for those that ask.
    pub(super) async fn wait(&self) {
        // subscribed before it is asked, so that no fetch is missed
        let mut fetched = self.fetched.subscribe();
        let Some(_place) = self.take_place() else {
            return;
        };
        if self.ask() {
            // whether it came or not, the caller looks again
            let _came = timeout(REST + LIMIT, fetched.changed()).await;
        }
    }

    fn take_place(&self) -> Option<Place<'_>> {
        let more = |waiting: usize| (waiting < WAITERS).then(|| waiting.saturating_add(1));
        let taken = self
            .waiters
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        taken.ok().map(|_| Place(&self.waiters))
    }

    /// Asks for a fetch; whether there will be one worth waiting for.
    fn ask(&self) -> bool {
        let mut state = self.state();
        if state.is_fetching || state.is_asked {
            return true;
        }
        let was_asked = |(at, was_asked): (tokio::time::Instant, bool)| was_asked && at.elapsed() < REST;
        if state.failure.is_some() || state.last.is_some_and(was_asked) {
            return false;
        }
        state.is_asked = true;
        self.wake.notify_one();
        true
    }

    /// Fetches for ever: at first, when asked, and from time to time.
    pub(super) async fn tend(&self, authority: &Authority, fetch: &dyn Fetch, clock: fn() -> Instant) {
        let mut described = Whereabouts::default();
        loop {
            let began = tokio::time::Instant::now();
            self.begin(began);
            let fetched = timeout(LIMIT, described.keys(authority, fetch)).await;
            let fetched = fetched.unwrap_or_else(|_| Err(FetchError::new("there was no answer in time")));
            let is_fine = self.settle(&authority.issuer, fetched, clock());
            let refresh = Duration::from_secs(authority.refresh.unsigned_abs());
            let pause = if is_fine { refresh } else { REST };
            // whether somebody asked or the time is over, it is time for the next
            let _asked = timeout(pause, self.asked()).await;
            sleep_until(began + REST).await;
        }
    }

    /// Completes when somebody has asked who has not been served.
    async fn asked(&self) {
        while !self.state().is_asked {
            self.wake.notified().await;
        }
    }

    fn begin(&self, now: tokio::time::Instant) {
        let mut state = self.state();
        state.last = Some((now, state.is_asked));
        state.is_fetching = true;
        // whoever asks from here on waits for this one too
        state.is_asked = false;
    }

    fn settle(&self, issuer: &str, fetched: Result<KeySet, FetchError>, at: Instant) -> bool {
        let failure = match fetched {
            Ok(set) => {
                self.take(set, at);
                None
            }
            Err(error) => Some(error.reason),
        };
        let is_fine = failure.is_none();
        let before = {
            let mut state = self.state();
            state.is_fetching = false;
            std::mem::replace(&mut state.failure, failure.clone())
        };
        // it is tried again every few seconds, which need not be said each time
        match (&before, &failure) {
            (Some(_), None) => tracing::info!(issuer, "the keys of an issuer can be fetched again"),
            (before, Some(reason)) if before.as_ref() != Some(reason) => {
                tracing::warn!(issuer, reason, "the keys of an issuer cannot be fetched");
            }
            _ => {}
        }
        self.fetched.send_modify(|count| *count = count.wrapping_add(1));
        is_fine
    }

    fn take(&self, set: KeySet, fetched_at: Instant) {
        let before = self.known.load_full();
        let generation = match &before {
            Some(before) if before.set.is_same(&set) => before.generation,
            Some(before) => before.generation.wrapping_add(1),
            None => 0,
        };
        self.known.store(Some(Arc::new(Known {
            set,
            fetched_at,
            generation,
        })));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the keys are, as the issuer last said.
#[derive(Default)]
struct Whereabouts(Option<(String, tokio::time::Instant)>);

impl Whereabouts {
    async fn keys(&mut self, authority: &Authority, fetch: &dyn Fetch) -> Result<KeySet, FetchError> {
        let address = self.address(authority, fetch).await?;
        let keys = match fetch.get(&address).await {
            Ok(bytes) => KeySet::parse(&bytes).map_err(|error| FetchError::new(error.to_string())),
            Err(error) => Err(error),
        };
        if keys.is_err() {
            // perhaps they have moved
            self.0 = None;
        }
        keys
    }

    async fn address(&mut self, authority: &Authority, fetch: &dyn Fetch) -> Result<String, FetchError> {
        if let Some(address) = &authority.jwks_uri {
            return Ok(address.clone());
        }
        if let Some((address, since)) = &self.0
            && since.elapsed() < BELIEVED
        {
            return Ok(address.clone());
        }
        let bytes = fetch
            .get(&Discovery::address(&authority.issuer, authority.described))
            .await?;
        let found = Discovery::parse(&bytes, &authority.issuer);
        let found = found.map_err(|error| FetchError::new(error.to_string()))?;
        self.0 = Some((found.jwks_uri.clone(), tokio::time::Instant::now()));
        Ok(found.jwks_uri)
    }
}
