//! Keeps the sources of place claims in step with their files, beside the requests.

use crate::clock;
use crate::data::DataDir;
use crate::exit::UsageError;
use gateway::Switch;
use identity::PlaceSources;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

/// How often files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Looks between two clearings of what is too old to matter.
const TIDY: u32 = 1800;

/// How many seconds may pass before a changed file is noticed: two looks, since a change is taken up at the second.
pub(crate) const DELAY: i64 = 4;

/// Looks between two times that it is written down where people were seen.
const KEEP: u32 = 150;

/// Takes up what was written down of where people were seen.
///
/// # Errors
/// When it cannot be read: without it, somebody who was seen elsewhere of late would be taken to be at their place of work.
pub(crate) fn restore(places: &PlaceSources, data: &DataDir) -> Result<(), UsageError> {
    let refuse = |error: &dyn std::fmt::Display| {
        UsageError::new(
            format!("what was seen of people cannot be read from `seen.jsonl` in the data folder: {error}"),
            "bring it back from a copy; or take it away, and send the feeds of the last seven days again"
                .to_owned(),
        )
    };
    let text = data.seen().map_err(|error| refuse(&error))?;
    let restored = text.map(|text| places.restore_seen(&text, clock::now()));
    match restored {
        Some(Err(error)) => Err(refuse(&error)),
        Some(Ok(_)) | None => Ok(()),
    }
}

/// Writes down where people were seen, if that has changed.
pub(crate) fn keep(switch: &Switch, data: &DataDir) {
    let seen = switch.load().collector().places().write_seen();
    if let Some(seen) = seen
        && let Err(error) = data.keep_seen(&seen)
    {
        tracing::error!(%error, "where people were seen is not kept; a restart would forget it");
    }
}

/// Takes up changed files for ever, and has open answers decided about once more when something new is known. Where people
/// were seen is written down into the folder, if there is one.
pub(crate) async fn tend(switch: Arc<Switch>, data: Option<DataDir>) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count: u32 = 0;
    loop {
        looks.tick().await;
        count = count.wrapping_add(1);
        let is_tidying = count.is_multiple_of(TIDY);
        let keeping = data.clone().filter(|_| count.is_multiple_of(KEEP));
        let looking = Arc::clone(&switch);
        let looked = spawn_blocking(move || {
            if let Some(data) = &keeping {
                keep(&looking, data);
            }
            look(&looking, is_tidying)
        });
        match looked.await {
            Ok(true) => switch.reconsider(),
            Ok(false) => {}
            // what was known before is still known; the panic itself has been told
            Err(_) => tracing::error!("a look at the sources of place claims broke off"),
        }
    }
}

fn look(switch: &Switch, is_tidying: bool) -> bool {
    let (in_force, now) = (switch.load(), clock::now());
    if is_tidying {
        in_force.collector().places().tidy(now);
    }
    in_force.collector().renew_places(now)
}
