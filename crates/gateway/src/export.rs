//! Telemetry for a collector of the firm: traces and metrics of OpenTelemetry, sent by OTLP over HTTP.
//!
//! A request notes what happens to it in memory of its own (`notes`). When the last of it is gone, its answer's last
//! byte included, the notes are handed to one task (`Exporter`) through a queue with a bound; if that is full they are
//! dropped and counted. Only that task counts (`series`), makes spans (`spans`) and talks to the collector (`post`), so
//! a collector that is slow, or away, costs requests nothing, and their runtimes never wait for it.
//!
//! What is exported has the names of OpenTelemetry's conventions for HTTP and for generative AI, and, under
//! `bailiwick.`, what was decided. Models, deployments and clauses are named as the register names them; a name that the
//! register does not have becomes `_OTHER`. No prompt, no answer, no key, no person and no fact about one is ever noted
//! here, so none can be sent. No variable of the environment is read.

mod exporter;
mod notes;
mod post;
mod series;
mod spans;
mod trace;
mod words;

pub use exporter::Exporter;
use notes::Finished;
pub(crate) use notes::{Attempt, Mark, Notes, Recording};

use crate::connectors::{ConnectorOptions, Credential};
use crate::{ConnectorError, Proxy};
use post::Post;
use prometheus_client::metrics::counter::Counter;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;

/// Requests that wait to be counted; more are dropped.
const WAITING: usize = 8_192;

/// How and where telemetry is sent.
#[derive(Clone, Debug)]
pub struct ExportSettings {
    /// Base address of the collector, such as `https://collector.larkmoor.example:4318`; `/v1/traces` and `/v1/metrics`
    /// are added.
    pub endpoint: String,
    /// Headers that the collector asks for, each by name and where its value comes from: a variable or a file.
    pub headers: Vec<(String, Credential)>,
    /// Certificate authorities to trust in the place of those of the web.
    pub ca: Option<PathBuf>,
    /// The proxy to go through.
    pub proxy: Option<Proxy>,
    /// Share of traces that are exported, from 0 to 1. Metrics have all requests.
    pub sampling: f64,
    /// `service.name`.
    pub service_name: String,
    /// `service.instance.id`; `None`: left out.
    pub service_instance: Option<String>,
    /// `service.version`.
    pub service_version: String,
    /// Time between two sendings.
    pub interval: Duration,
    /// Whether providers get the trace's id with each call.
    pub passes_on: bool,
    /// Whether callers come by https.
    pub is_secure: bool,
    /// The time of day; nothing else here tells it.
    pub wall: fn() -> SystemTime,
}

/// Why telemetry cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The address is none.
    #[error("`{endpoint}` is not the address of a collector, such as `https://collector.example:4318`")]
    Endpoint {
        /// As written.
        endpoint: String,
    },
    /// A header would be sent in the clear to another machine.
    #[error("the collector on `{host}` must be reached by https, because headers are sent to it")]
    InTheClear {
        /// Host.
        host: String,
    },
    /// A header cannot be sent.
    #[error("the header `{name}` for the collector {reason}")]
    Header {
        /// Its name.
        name: String,
        /// What is wrong, without a word of its value.
        reason: String,
    },
    /// The way there cannot be used.
    #[error(transparent)]
    Way(#[from] ConnectorError),
}

/// Where requests hand over what was noted of them.
#[derive(Clone, Debug)]
pub struct Export {
    queue: mpsc::Sender<Box<Finished>>,
    /// Requests, and spans, that were dropped.
    pub(crate) dropped: Dropped,
    /// Traces whose number is below are exported.
    threshold: u64,
    passes_on: bool,
    wall: fn() -> SystemTime,
}

/// What was dropped, by sort.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dropped {
    /// Requests of which nothing was counted.
    pub(crate) requests: Counter,
    /// Spans that were not sent.
    pub(crate) spans: Counter,
}

impl Export {
    /// Checks the settings; `environment` looks up a variable. The exporter is to be [run](Exporter::run).
    ///
    /// # Errors
    /// When the collector has no address, or what it needs is not there.
    pub fn open(
        settings: &ExportSettings,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<(Self, Exporter), ExportError> {
        let options = ConnectorOptions {
            ca: settings.ca.clone(),
            proxy: settings.proxy.clone(),
            ..ConnectorOptions::default()
        };
        let post = Post::open(settings, &options, environment)?;
        let (queue, waiting) = mpsc::channel(WAITING);
        let export = Self {
            queue,
            dropped: Dropped::default(),
            threshold: trace::threshold(settings.sampling),
            passes_on: settings.passes_on,
            wall: settings.wall,
        };
        let exporter = Exporter::new(settings, post, waiting, export.dropped.clone());
        Ok((export, exporter))
    }

    /// Hands over a request that is over.
    fn hand_over(&self, finished: Box<Finished>) {
        if self.queue.try_send(finished).is_err() {
            self.dropped.requests.inc();
        }
    }

    /// Nanoseconds since 1970.
    fn now(&self) -> u64 {
        nanoseconds(self.wall)
    }
}

/// Nanoseconds since 1970; a clock before that is read as 1970.
fn nanoseconds(wall: fn() -> SystemTime) -> u64 {
    let since = wall().duration_since(UNIX_EPOCH).unwrap_or_default();
    in_nanoseconds(since)
}

fn in_nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings that say nothing more than an address.
    pub(super) fn settings(endpoint: &str) -> ExportSettings {
        ExportSettings {
            endpoint: endpoint.to_owned(),
            headers: Vec::new(),
            ca: None,
            proxy: None,
            sampling: 1.0,
            service_name: "bailiwick".to_owned(),
            service_instance: None,
            service_version: "0".to_owned(),
            interval: Duration::from_secs(3_600),
            passes_on: false,
            is_secure: false,
            wall: || UNIX_EPOCH + Duration::from_secs(7),
        }
    }

    #[tokio::test]
    async fn nobody_waits_for_a_full_queue_and_what_is_dropped_is_counted() {
        // nothing takes from the queue
        let (export, _exporter) = Export::open(&settings("http://127.0.0.1:9"), |_| None).unwrap();
        for _ in 0..WAITING + 3 {
            export.hand_over(Box::default());
        }
        assert_eq!((export.dropped.requests.get(), export.now()), (3, 7_000_000_000));
    }
}
