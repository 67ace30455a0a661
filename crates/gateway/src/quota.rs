//! How many requests and tokens each person, group, model and agreement may have in a minute.
//!
//! Each has a measure that fills evenly and is drawn from. A request needs one whole request in it and any token at all:
//! how many tokens it takes is known when its answer has ended, so a measure may go below empty, and stays closed until
//! it has filled again. Counting tokens is free. Where several gateways share their measures, another [`Measures`] takes
//! the place of the one in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Measures that are kept at a time; those that are full again are forgotten first.
const KEPT: usize = 100_000;

/// Milliseconds in which a measure fills.
const MINUTE: i64 = 60_000;

/// What one of a kind may have in a minute; `None`: as many as it likes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Requests.
    pub requests: Option<u32>,
    /// Tokens, read and written.
    pub tokens: Option<u32>,
}

/// Rates by kind, each for every one of that kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// For each person.
    pub person: Rate,
    /// For each group, all its members together.
    pub group: Rate,
    /// For each model, all callers together.
    pub model: Rate,
    /// For each agreement, all callers together.
    pub agreement: Rate,
}

/// Whose measure it is, such as `person hk-analyst`, and what it may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Kind and id.
    pub whose: String,
    /// What it may have.
    pub rate: Rate,
}

/// A measure is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Empty {
    /// Whose.
    pub whose: String,
    /// Until it has what is needed.
    pub wait: Duration,
}

/// Keeps measures.
pub trait Measures: Send + Sync {
    /// Draws one request from each, or from none of them.
    ///
    /// # Errors
    /// When one of them is empty.
    fn draw(&self, measured: &[Measured], now: Instant) -> Result<(), Empty>;

    /// Draws tokens from each, below empty if need be.
    fn charge(&self, measured: &[Measured], tokens: u64, now: Instant);
}

/// Measures in memory.
pub struct MeasuresInMemory {
    began: Instant,
    levels: Mutex<HashMap<String, Levels>>,
}

/// What is missing from full, times a minute's milliseconds, and when that was written down.
#[derive(Clone, Copy, Default)]
struct Levels {
    requests: i64,
    tokens: i64,
    at: i64,
}

impl Rates {
    /// The measures that a request draws from.
    pub fn measured<'a>(
        &self,
        person: &str,
        groups: impl IntoIterator<Item = &'a String>,
        model: &str,
        agreements: impl IntoIterator<Item = &'a String>,
    ) -> Vec<Measured> {
        let measured = |kind: &str, id: &str, rate: Rate| {
            let whose = format!("{kind} `{id}`");
            (rate != Rate::default()).then_some(Measured { whose, rate })
        };
        let groups = groups
            .into_iter()
            .filter_map(|id| measured("group", id, self.group));
        let agreements = agreements
            .into_iter()
            .filter_map(|id| measured("agreement", id, self.agreement));
        let own = [
            measured("person", person, self.person),
            measured("model", model, self.model),
        ];
        own.into_iter()
            .flatten()
            .chain(groups)
            .chain(agreements)
            .collect()
    }
}

impl MeasuresInMemory {
    /// Measures that are all full.
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            levels: Mutex::default(),
        }
    }

    /// Each change is whole by itself.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Levels>> {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn at(&self, now: Instant) -> i64 {
        i64::try_from(now.duration_since(self.began).as_millis()).unwrap_or(i64::MAX)
    }
}

impl Default for MeasuresInMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl Levels {
    /// What has flowed in since is no longer missing.
    fn filled(self, rate: Rate, at: i64) -> Self {
        let passed = at.saturating_sub(self.at).max(0);
        let fill = |missing: i64, rate: Option<u32>| {
            missing
                .saturating_sub(passed.saturating_mul(rate.unwrap_or_default().into()))
                .max(0)
        };
        Self {
            requests: fill(self.requests, rate.requests),
            tokens: fill(self.tokens, rate.tokens),
            at,
        }
    }

    /// How long until one more can be drawn; zero: now.
    fn wait(self, rate: Rate) -> Duration {
        let until = |missing: i64, needed: i64, rate: Option<u32>| {
            let Some(rate) = rate.map(i64::from) else { return 0 };
            let over = missing + needed - rate * MINUTE;
            // a rate of none never fills
            if over <= 0 {
                0
            } else if rate == 0 {
                MINUTE
            } else {
                (over + rate - 1) / rate
            }
        };
        let requests = until(self.requests, MINUTE, rate.requests);
        let tokens = until(self.tokens, 1, rate.tokens);
        Duration::from_millis(requests.max(tokens).unsigned_abs())
    }
}

impl Measures for MeasuresInMemory {
    fn draw(&self, measured: &[Measured], now: Instant) -> Result<(), Empty> {
        let at = self.at(now);
        let mut levels = self.lock();
        let level = |levels: &HashMap<String, Levels>, one: &Measured| {
            levels
                .get(&one.whose)
                .copied()
                .unwrap_or_default()
                .filled(one.rate, at)
        };
        let waits = measured
            .iter()
            .map(|one| (one, level(&levels, one).wait(one.rate)));
        if let Some((one, wait)) = waits
            .max_by_key(|(_, wait)| *wait)
            .filter(|(_, wait)| !wait.is_zero())
        {
            let whose = one.whose.clone();
            return Err(Empty { whose, wait });
        }
        for one in measured {
            let mut drawn = level(&levels, one);
            drawn.requests += MINUTE;
            levels.insert(one.whose.clone(), drawn);
        }
        if levels.len() > KEPT {
            levels.retain(|_, level| at.saturating_sub(level.at) < MINUTE || level.tokens > 0);
        }
        Ok(())
    }

    fn charge(&self, measured: &[Measured], tokens: u64, now: Instant) {
        let at = self.at(now);
        let tokens = i64::try_from(tokens).unwrap_or(i64::MAX).saturating_mul(MINUTE);
        let mut levels = self.lock();
        for one in measured.iter().filter(|one| one.rate.tokens.is_some()) {
            let mut charged = levels
                .get(&one.whose)
                .copied()
                .unwrap_or_default()
                .filled(one.rate, at);
            charged.tokens = charged.tokens.saturating_add(tokens);
            levels.insert(one.whose.clone(), charged);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(whose: &str, requests: Option<u32>, tokens: Option<u32>) -> Measured {
        Measured {
            whose: whose.to_owned(),
            rate: Rate { requests, tokens },
        }
    }

    #[test]
    fn so_many_requests_then_one_each_time_it_has_filled() {
        let measures = MeasuresInMemory::new();
        let mut now = measures.began;
        let person = [one("a", Some(3), None)];
        for _ in 0..3 {
            measures.draw(&person, now).unwrap();
        }
        let empty = measures.draw(&person, now).unwrap_err();
        assert_eq!((empty.whose.as_str(), empty.wait), ("a", Duration::from_secs(20)));
        now += empty.wait - Duration::from_millis(1);
        assert!(measures.draw(&person, now).is_err());
        now += Duration::from_millis(1);
        measures.draw(&person, now).unwrap();
        assert!(measures.draw(&person, now).is_err());
        measures.draw(&[one("b", Some(3), None)], now).unwrap();
        measures.draw(&[one("nobody", None, None)], now).unwrap();
        assert_eq!(
            measures.draw(&[one("c", Some(0), None)], now).unwrap_err().wait,
            Duration::from_secs(60)
        );
    }

    #[test]
    fn who_is_refused_by_one_measure_draws_from_none() {
        let measures = MeasuresInMemory::new();
        let now = measures.began;
        let (all, person) = (one("all", Some(2), None), one("a", Some(1), None));
        measures.draw(&[all.clone(), person.clone()], now).unwrap();
        assert_eq!(measures.draw(&[all.clone(), person], now).unwrap_err().whose, "a");
        measures.draw(&[all], now).unwrap();
    }

    #[test]
    fn tokens_are_drawn_afterwards_and_have_to_fill_again() {
        let measures = MeasuresInMemory::new();
        let now = measures.began;
        let person = [one("a", None, Some(600))];
        measures.draw(&person, now).unwrap();
        measures.charge(&person, 599, now);
        measures.draw(&person, now).unwrap();
        measures.charge(&person, 601, now);
        let empty = measures.draw(&person, now).unwrap_err();
        assert!(
            empty.wait > Duration::from_secs(60) && empty.wait < Duration::from_secs(61),
            "{empty:?}"
        );
        measures.draw(&person, now + empty.wait).unwrap();
    }

    #[test]
    fn only_kinds_that_have_a_rate_are_measured() {
        let rate = Rate {
            requests: Some(1),
            tokens: None,
        };
        let rates = Rates {
            person: rate,
            group: rate,
            ..Rates::default()
        };
        let groups = ["x".to_owned(), "y".to_owned()];
        let measured = rates.measured("a", &groups, "m", &["g".to_owned()]);
        let whose: Vec<_> = measured.iter().map(|one| one.whose.as_str()).collect();
        assert_eq!(whose, ["person `a`", "group `x`", "group `y`"]);
    }
}
