//! How the sources of place claims are, for probes and numbers: none of it names a person, a file or an address.

use crate::Switch;
use crate::metrics::Metrics;
use identity::SourceHealth;

/// A line about each source.
pub(crate) fn lines(switch: &Switch) -> String {
    let in_force = switch.load();
    let sources = in_force.collector().places().latest_status();
    sources
        .iter()
        .map(|source| format!("{}\n", source.line()))
        .collect()
}

/// Notes how the sources are that the installation has.
pub(crate) fn note(switch: &Switch, metrics: &Metrics) {
    let in_force = switch.load();
    for status in in_force.collector().places().latest_status() {
        if status.health != SourceHealth::Off {
            let is_healthy = status.health == SourceHealth::Healthy;
            metrics.place_source(status.source.as_str(), is_healthy);
        }
    }
}
