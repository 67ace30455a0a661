//! How the sources of place claims are that the installation has set up, for probes and numbers: none of it names a
//! person, a file or an address.

use crate::Switch;
use crate::metrics::Metrics;
use identity::{SourceHealth, SourceStatus};

/// A line about each source.
pub(crate) fn lines(switch: &Switch) -> String {
    let line = |status: SourceStatus| format!("{}\n", status.line());
    set_up(switch).into_iter().map(line).collect()
}

/// Notes how the sources are.
pub(crate) fn note(switch: &Switch, metrics: &Metrics) {
    for status in set_up(switch) {
        let is_healthy = status.health == SourceHealth::Healthy;
        metrics.place_source(status.source.as_str(), is_healthy);
    }
}

fn set_up(switch: &Switch) -> Vec<SourceStatus> {
    let mut all = switch.load().collector().places().latest_status();
    all.retain(SourceStatus::is_set_up);
    all
}
