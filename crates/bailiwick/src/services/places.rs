//! Keeps the sources of place claims in step with their files, beside the requests.

use crate::clock;
use gateway::Switch;
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

/// Takes up changed files for ever, and has open answers decided about once more when something new is known.
pub(crate) async fn tend(switch: Arc<Switch>) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count: u32 = 0;
    loop {
        looks.tick().await;
        count = count.wrapping_add(1);
        let is_tidying = count.is_multiple_of(TIDY);
        let looking = Arc::clone(&switch);
        match spawn_blocking(move || look(&looking, is_tidying)).await {
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
