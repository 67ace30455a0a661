//! The one task that counts, keeps spans for a while, and sends.
//!
//! It never waits for the collector: a sending runs beside it, one at a time. What comes in the meantime is counted at
//! once; its spans are kept as far as there is room. Spans that did not arrive because the collector was away are kept
//! for the next sending, again as far as there is room; the rest is dropped and counted.

use super::notes::Finished;
use super::post::{Lost, Post};
use super::series::Series;
use super::words::{attribute, written};
use super::{Dropped, ExportSettings, nanoseconds, spans};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::metrics::v1::{Metric, ResourceMetrics, ScopeMetrics};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use std::pin::pin;
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// Spans that are kept until they are sent.
const KEPT: usize = 8_192;

/// As many are sent before their time has come.
const BATCH: usize = 512;

/// For the last sending, when the program ends.
const LAST: Duration = Duration::from_secs(3);

/// Counts what requests hand over, and sends it to the collector.
pub struct Exporter {
    waiting: mpsc::Receiver<Box<Finished>>,
    post: Post,
    resource: Resource,
    interval: Duration,
    wall: fn() -> SystemTime,
    series: Series,
    spans: Vec<Span>,
    dropped: Dropped,
    /// At most one.
    sending: JoinSet<Sent>,
    /// Whether the collector took what it got last.
    is_well: bool,
}

/// How a sending went.
struct Sent {
    is_well: bool,
    /// Spans that may be sent again.
    back: Vec<Span>,
}

impl Exporter {
    pub(super) fn new(
        settings: &ExportSettings,
        post: Post,
        waiting: mpsc::Receiver<Box<Finished>>,
        dropped: Dropped,
    ) -> Self {
        let mut attributes = vec![
            attribute("service.name", settings.service_name.clone()),
            attribute("service.version", settings.service_version.clone()),
        ];
        let instance = settings.service_instance.clone();
        attributes.extend(instance.map(|id| attribute("service.instance.id", id)));
        Self {
            waiting,
            post,
            resource: Resource {
                attributes: written(&attributes),
                ..Resource::default()
            },
            interval: settings.interval,
            wall: settings.wall,
            series: Series::new(settings.is_secure, dropped.clone(), nanoseconds(settings.wall)),
            spans: Vec::new(),
            dropped,
            sending: JoinSet::new(),
            is_well: true,
        }
    }

    /// Goes on until `stop` completes, then sends what is left, within a few seconds.
    pub async fn run(mut self, stop: impl Future<Output = ()> + Send) {
        let mut due = interval(self.interval);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some(finished) = self.waiting.recv() => self.take(&finished),
                _ = due.tick() => self.send(true),
                Some(sent) = self.sending.join_next() => self.sent(sent),
            }
        }
        while let Ok(finished) = self.waiting.try_recv() {
            self.take(&finished);
        }
        let _out_of_time = timeout(LAST, self.finish()).await;
    }

    async fn finish(&mut self) {
        while let Some(sent) = self.sending.join_next().await {
            self.sent(sent);
        }
        self.send(true);
        while let Some(sent) = self.sending.join_next().await {
            self.sent(sent);
        }
    }

    fn take(&mut self, finished: &Finished) {
        self.series.count(finished);
        if finished.is_sampled {
            self.keep(spans::spans(finished));
        }
        if self.spans.len() >= BATCH && self.is_well {
            self.send(false);
        }
    }

    fn keep(&mut self, spans: Vec<Span>) {
        let room = KEPT.saturating_sub(self.spans.len());
        let surplus = spans.len().saturating_sub(room);
        self.dropped.spans.inc_by(surplus as u64);
        self.spans.extend(spans.into_iter().take(room));
    }

    /// Begins to send, unless a sending is under way.
    fn send(&mut self, with_metrics: bool) {
        if !self.sending.is_empty() {
            return;
        }
        let now = nanoseconds(self.wall);
        let metrics = with_metrics.then(|| self.metrics(self.series.written(now)));
        let traces = (!self.spans.is_empty()).then(|| self.traces());
        let (post, dropped) = (self.post.clone(), self.dropped.clone());
        self.sending.spawn(deliver(post, metrics, traces, dropped));
    }

    fn sent(&mut self, sent: Result<Sent, JoinError>) {
        let Sent { is_well, back } = sent.unwrap_or_else(|_| Sent {
            is_well: false,
            back: Vec::new(),
        });
        self.keep(back);
        match (self.is_well, is_well) {
            (true, false) => tracing::warn!("the collector does not take telemetry; requests go on"),
            (false, true) => tracing::info!("the collector takes telemetry again"),
            _ => {}
        }
        self.is_well = is_well;
    }

    fn traces(&mut self) -> ExportTraceServiceRequest {
        ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                resource: Some(self.resource.clone()),
                scope_spans: vec![ScopeSpans {
                    scope: Some(scope()),
                    spans: std::mem::take(&mut self.spans),
                    ..ScopeSpans::default()
                }],
                ..ResourceSpans::default()
            }],
        }
    }

    fn metrics(&self, metrics: Vec<Metric>) -> ExportMetricsServiceRequest {
        ExportMetricsServiceRequest {
            resource_metrics: vec![ResourceMetrics {
                resource: Some(self.resource.clone()),
                scope_metrics: vec![ScopeMetrics {
                    scope: Some(scope()),
                    metrics,
                    ..ScopeMetrics::default()
                }],
                ..ResourceMetrics::default()
            }],
        }
    }
}

async fn deliver(
    post: Post,
    metrics: Option<ExportMetricsServiceRequest>,
    traces: Option<ExportTraceServiceRequest>,
    dropped: Dropped,
) -> Sent {
    let mut sent = Sent {
        is_well: true,
        back: Vec::new(),
    };
    if let Some(traces) = traces {
        match post.traces(&traces).await {
            Ok(refused) => drop(dropped.spans.inc_by(refused)),
            Err(lost) => {
                sent.is_well = false;
                let spans = traces.resource_spans.into_iter().flat_map(|all| all.scope_spans);
                let spans: Vec<Span> = spans.flat_map(|all| all.spans).collect();
                match lost {
                    Lost::ForNow => sent.back = spans,
                    Lost::ForGood => drop(dropped.spans.inc_by(spans.len() as u64)),
                }
            }
        }
    }
    if let Some(metrics) = metrics {
        sent.is_well &= post.metrics(&metrics).await.is_ok();
    }
    sent
}

fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "bailiwick".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    }
}
