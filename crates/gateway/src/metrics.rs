//! Numbers about the work of a gateway, for whoever runs it.
//!
//! Every label has a value from a list that is known before anybody calls: routes of the table, codes, verdicts, ends of
//! answers, and the connectors of the configuration. So there are no more series than those lists allow, and nothing that
//! a caller or a provider wrote, nobody's name and no model asked for can become one.

mod seen;

pub(crate) use seen::{Counting, NO_ROUTE, Seen, Verdict};

use crate::Export;
use ledger::Ended;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::hash::Hash;
use std::time::Duration;
use wire::{DenialCode, FaultCode};

/// Upper bounds of the times that are told apart, in seconds.
const TIMES: [f64; 12] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
];

/// Codes of refusals.
const DENIALS: [DenialCode; 8] = [
    DenialCode::Clause,
    DenialCode::FactMissing,
    DenialCode::NeedsReview,
    DenialCode::NoAgreement,
    DenialCode::NotApproved,
    DenialCode::NotEntitled,
    DenialCode::NoPlace,
    DenialCode::UnknownModel,
];

/// Labels of one series: name and value.
type Labels<const N: usize> = [(&'static str, &'static str); N];

/// Labels of one series of a connector, whose id comes from the configuration.
type ConnectorLabels<const N: usize> = [(&'static str, String); N];

/// Makes the histogram of one series.
#[derive(Clone, Debug)]
struct Times;

impl MetricConstructor<Histogram> for Times {
    fn new_metric(&self) -> Histogram {
        Histogram::new(TIMES)
    }
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Requests or tokens by the minute, of a person, a group, a model or an agreement.
    Rate(&'static str),
    /// Connections of one address.
    ConnectionsOfAddress,
}

impl Limit {
    /// The limit of whom a measure belongs to, such as `person hk-analyst`: the kind, and never which.
    pub(crate) fn of(whose: &str) -> Self {
        let kinds = ["person", "group", "model", "agreement"];
        let kind = whose.split(' ').next();
        let kind = kinds.into_iter().find(|known| Some(*known) == kind);
        Self::Rate(kind.unwrap_or("other"))
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Rate(kind) => kind,
            Self::ConnectionsOfAddress => "connections_of_address",
        }
    }
}

/// Numbers about the work of the gateways of one process.
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels<3>, Counter>,
    refusals: Family<Labels<1>, Counter>,
    calls: Family<ConnectorLabels<3>, Counter>,
    streams: Gauge,
    cut: Family<Labels<1>, Counter>,
    limits: Family<Labels<1>, Counter>,
    decide: Family<Labels<1>, Histogram, Times>,
    added: Histogram,
    ledger_unhealthy: Gauge,
    connectors: Family<ConnectorLabels<1>, Gauge>,
    place_sources: Family<Labels<1>, Gauge>,
    export: Option<Export>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Numbers that begin at zero.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("bailiwick"),
            requests: Family::default(),
            refusals: Family::default(),
            calls: Family::default(),
            streams: Gauge::default(),
            cut: Family::default(),
            limits: Family::default(),
            decide: Family::new_with_constructor(Times),
            added: Times.new_metric(),
            ledger_unhealthy: Gauge::default(),
            connectors: Family::default(),
            place_sources: Family::default(),
            export: None,
        };
        metrics.register();
        metrics
    }

    /// The same, with requests handed to an exporter too.
    #[must_use]
    pub fn exporting(mut self, export: Export) -> Self {
        for (what, counter) in [
            ("requests", &export.dropped.requests),
            ("spans", &export.dropped.spans),
        ] {
            let help = format!("Exported telemetry that was dropped: {what}");
            let name = format!("telemetry_{what}_dropped");
            self.registry.register(name, help, counter.clone());
        }
        self.export = Some(export);
        self
    }

    /// Where requests are handed over, if anywhere.
    pub(crate) const fn export(&self) -> Option<&Export> {
        self.export.as_ref()
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let help = "Requests by route, verdict and class of the status";
        registry.register("requests", help, self.requests.clone());
        let help = "Requests refused or not served, and answers refused on their way, by code";
        registry.register("refusals", help, self.refusals.clone());
        let help = "Calls to providers by connector, how they ended, and class of the provider's status";
        registry.register("upstream_calls", help, self.calls.clone());
        let help = "Streams of events that are open";
        registry.register("streams_open", help, self.streams.clone());
        let help = "Streams of events that ended before their end, by reason";
        registry.register("streams_cut", help, self.cut.clone());
        let help = "Limits that were reached";
        registry.register("limits_reached", help, self.limits.clone());
        let help = "1 while the audit device cannot keep entries, so that nothing is served";
        registry.register("ledger_unhealthy", help, self.ledger_unhealthy.clone());
        let help = "1 while the credential of the connector can be used";
        registry.register("connector_healthy", help, self.connectors.clone());
        let help = "1 while the source of place claims can be relied on";
        registry.register("place_source_healthy", help, self.place_sources.clone());
        let help = "From a request that has been read to its recorded decision";
        registry.register_with_unit("decide_and_record", help, Unit::Seconds, self.decide.clone());
        let help = "What the gateway added to the time until an answer began, without the provider's share";
        registry.register_with_unit("added_to_first_byte", help, Unit::Seconds, self.added.clone());
    }

    /// A request was answered, or left by its caller before it was.
    fn request(&self, route: &'static str, verdict: &'static str, status: &'static str) {
        count(
            &self.requests,
            &[("route", route), ("verdict", verdict), ("status", status)],
        );
    }

    /// A request was refused or not served; or an answer was, on its way.
    pub(crate) fn refused(&self, code: &str) {
        count(&self.refusals, &[("code", known_code(code))]);
    }

    /// A call to a provider ended.
    pub(crate) fn called(&self, connector: &str, ended: Ended, status: Option<u16>) {
        let labels = [
            ("connector", connector.to_owned()),
            ("outcome", ended.as_str().to_owned()),
            ("status", class(status).to_owned()),
        ];
        count(&self.calls, &labels);
    }

    /// A stream of events begins.
    pub(crate) fn stream_opened(&self) {
        self.streams.inc();
    }

    /// A stream of events is over.
    pub(crate) fn stream_closed(&self, ended: Ended) {
        self.streams.dec();
        if ended != Ended::Completed {
            count(&self.cut, &[("reason", ended.as_str())]);
        }
    }

    /// A limit was reached.
    pub(crate) fn limit(&self, limit: Limit) {
        count(&self.limits, &[("limit", limit.as_str())]);
    }

    /// A decision was made and recorded.
    pub(crate) fn decided(&self, verdict: Verdict, took: Duration) {
        let labels = [("verdict", verdict.as_str())];
        self.decide.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// An answer of a provider began.
    pub(crate) fn began(&self, added: Duration) {
        self.added.observe(added.as_secs_f64());
    }

    /// Notes how the ledger is.
    pub(crate) fn ledger(&self, is_healthy: bool) {
        self.ledger_unhealthy.set(i64::from(!is_healthy));
    }

    /// Notes how a connector is.
    pub(crate) fn connector(&self, id: &str, is_healthy: bool) {
        let labels = [("connector", id.to_owned())];
        self.connectors.get_or_create(&labels).set(i64::from(is_healthy));
    }

    /// Notes how a source of place claims is.
    pub(crate) fn place_source(&self, source: &'static str, is_healthy: bool) {
        let labels = [("source", source)];
        self.place_sources
            .get_or_create(&labels)
            .set(i64::from(is_healthy));
    }

    /// All of it, as programs that collect such numbers read it; `None`: it cannot be written.
    pub(crate) fn text(&self) -> Option<String> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).ok()?;
        Some(text)
    }
}

fn count<L: Clone + Hash + Eq + EncodeLabelSet>(family: &Family<L, Counter>, labels: &L) {
    family.get_or_create(labels).inc();
}

/// The class of a status.
const fn class(status: Option<u16>) -> &'static str {
    match status {
        Some(100..=199) => "1xx",
        Some(200..=299) => "2xx",
        Some(300..=399) => "3xx",
        Some(400..=499) => "4xx",
        Some(500..=599) => "5xx",
        Some(_) => "other",
        None => "none",
    }
}

/// A code as it stands in the lists of codes; whatever else it may be is not repeated.
fn known_code(code: &str) -> &'static str {
    let faults = FaultCode::ALL.into_iter().map(FaultCode::as_str);
    let denials = DENIALS.into_iter().map(DenialCode::as_str);
    faults
        .chain(denials)
        .find(|known| *known == code)
        .unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_becomes_a_label() {
        for code in DENIALS {
            assert_eq!(known_code(code.as_str()), code.as_str());
        }
        assert_eq!(known_code("limit_reached"), "limit_reached");
        assert_eq!(known_code("hk-analyst"), "other");
        assert_eq!(Limit::of("person `hk-analyst`"), Limit::Rate("person"));
        assert_eq!(Limit::of("agreement `a b`"), Limit::Rate("agreement"));
        assert_eq!(Limit::of("personal"), Limit::Rate("other"));
        let classes = [
            None,
            Some(99),
            Some(100),
            Some(204),
            Some(399),
            Some(451),
            Some(599),
        ]
        .map(class);
        assert_eq!(classes, ["none", "other", "1xx", "2xx", "3xx", "4xx", "5xx"]);
    }

    #[test]
    fn a_stream_is_open_until_it_is_closed_and_cut_unless_it_is_complete() {
        let metrics = Metrics::new();
        for ended in [Ended::Completed, Ended::Withdrawn, Ended::Withdrawn] {
            metrics.stream_opened();
            metrics.stream_closed(ended);
        }
        metrics.stream_opened();
        let text = metrics.text().unwrap();
        for line in [
            "bailiwick_streams_open 1\n",
            "bailiwick_streams_cut_total{reason=\"withdrawn\"} 2\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(!text.contains("completed") && text.ends_with("# EOF\n"), "{text}");
    }
}
