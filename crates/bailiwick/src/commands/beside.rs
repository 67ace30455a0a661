//! What an installation knows beside a decision that is made again: which facts of the person are disputed, and how soon
//! each source is heard. Without a configuration there is nothing of either.

use crate::arguments::Global;
use crate::config::{Config, KeptIn};
use crate::data::DataDir;
use crate::screen::Screen;
use crate::services::keeping;
use identity::kept::DisputeStore as _;
use register::model::Instant;

/// Seconds within which a changed file is taken up.
const FILES: i64 = crate::services::FILES_DELAY;

/// What is known beside the decision.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// Words of sources, with their possible delay in seconds.
    delays: Vec<(&'static str, i64)>,
    /// Facts that are disputed, and since when.
    disputes: Vec<(String, Instant)>,
}

impl Beside {
    /// What the installation of the configuration knows, if there is one. Disputes that cannot be read are said to be.
    pub(super) fn of(global: &Global, person: &str, screen: &mut Screen) -> anyhow::Result<Self> {
        let Ok(Some(config)) = Config::find(global.config.as_deref()) else {
            return Ok(Self::default());
        };
        let disputes = match disputes(&config, person) {
            Ok(disputes) => disputes,
            Err(error) => {
                screen.say(format_args!("disputes cannot be read: {error:#}"))?;
                Vec::new()
            }
        };
        Ok(Self {
            delays: delays(&config),
            disputes,
        })
    }

    /// Where a fact comes from, how old it is, how soon its source is heard, and whether it is disputed.
    pub(super) fn told(&self, source: &str, age: Option<i64>) -> String {
        let mut told = source.to_owned();
        if let Some(age) = age.filter(|age| *age > 0) {
            told.push_str(&format!(", {} old", duration(age)));
        }
        if let Some(delay) = self.delay(source) {
            told.push_str(&format!(", known within {delay} s"));
        }
        if let Some(since) = self.disputed_since(source) {
            told.push_str(&format!(", disputed since {since}"));
        }
        told
    }

    /// Seconds that may pass between a change at this source and a decision that knows of it.
    pub(super) fn delay(&self, source: &str) -> Option<i64> {
        let mut delays = self.delays.iter();
        delays.find(|(name, _)| *name == source).map(|(_, delay)| *delay)
    }

    /// Since when what this source says is disputed.
    pub(super) fn disputed_since(&self, source: &str) -> Option<Instant> {
        let mut disputes = self.disputes.iter();
        disputes.find(|(fact, _)| fact == source).map(|(_, since)| *since)
    }
}

/// Open disputes of a person, where a store is at hand. None is made for that.
fn disputes(config: &Config, person: &str) -> anyhow::Result<Vec<(String, Instant)>> {
    let Some(folder) = config.data.as_deref().filter(|folder| folder.is_dir()) else {
        return Ok(Vec::new());
    };
    let data = DataDir::open(folder)?;
    let is_there = match &config.store.kept_in {
        KeptIn::Data => data.store().is_file(),
        KeptIn::Sqlite(path) => path.is_file(),
        KeptIn::Postgres(_) => true,
    };
    if !is_there {
        return Ok(Vec::new());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let store = keeping::open(&data, &config.store).await?;
        let all = store.disputes(Some(person)).await?;
        store.close().await;
        let open = all.into_iter().filter(|dispute| dispute.settled.is_none());
        Ok(open.map(|dispute| (dispute.fact, dispute.created)).collect())
    })
}

fn delays(config: &Config) -> Vec<(&'static str, i64)> {
    let places = &config.places;
    let files = [
        ("geoip", places.geoip.is_some()),
        ("badge", places.badges.is_some()),
        ("session", places.sessions.is_some()),
        ("trip", places.trips.is_some()),
    ];
    let set_up = files.into_iter().filter(|(_, is_set_up)| *is_set_up);
    let mut delays: Vec<_> = set_up.map(|(name, _)| (name, FILES)).collect();
    // the people of a register change with its files
    delays.push(("directory", FILES));
    delays
}

fn duration(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_told_with_what_is_known_beside_it() {
        let nothing = Beside::default();
        assert_eq!(nothing.told("badge", None), "badge");
        assert_eq!(nothing.told("badge", Some(0)), "badge");
        assert_eq!(nothing.told("badge", Some(90)), "badge, 90 s old");
        let beside = Beside {
            delays: vec![("directory", 1)],
            disputes: vec![("directory".to_owned(), Instant(1_784_106_000))],
        };
        assert_eq!(
            beside.told("directory", Some(3 * 86_400)),
            "directory, 3 d old, known within 1 s, disputed since 2026-07-15T09:00:00Z"
        );
        let ages = [119, 120, 7_199, 7_200, 172_799].map(duration);
        assert_eq!(ages, ["119 s", "2 min", "119 min", "2 h", "47 h"]);
    }
}
