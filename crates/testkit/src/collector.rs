//! A collector of OpenTelemetry: takes traces and metrics by OTLP over HTTP and keeps all it got.
//!
//! It stands on the scriptable provider, so it can be late, refuse, or never answer. What it got is decoded by the
//! messages that OpenTelemetry publishes, so what is sent is read by somebody else than who wrote it.

use crate::{Got, Provider, Script};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::metrics::v1::{HistogramDataPoint, Metric};
use opentelemetry_proto::tonic::resource::v1::Resource;
pub use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use std::collections::BTreeMap;
use std::io;

/// Attributes by name, every value as text.
pub type Attributes = BTreeMap<String, String>;

/// A collector at work.
pub struct Collector {
    provider: Provider,
}

impl Collector {
    /// A collector on a free port of this machine that takes everything. To be called inside a tokio runtime.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> io::Result<Self> {
        let provider = Provider::start().await?;
        provider.always(Script::answer(200, Vec::new()));
        Ok(Self { provider })
    }

    /// Its address, as it is configured.
    pub fn url(&self) -> String {
        self.provider.url()
    }

    /// What to do to every message from now on.
    pub fn always(&self, script: Script) {
        self.provider.always(script);
    }

    /// What to do to the next message; called again, to the one after it.
    pub fn next(&self, script: Script) {
        self.provider.next(script);
    }

    /// Every message as it came.
    pub fn got(&self) -> Vec<Got> {
        self.provider.got()
    }

    /// Waits until something can be found in what came.
    pub async fn until<T>(&self, find: impl Fn(&Self) -> Option<T>) -> T {
        loop {
            let count = self.provider.got().len();
            if let Some(found) = find(self) {
                return found;
            }
            self.provider.requests(count + 1).await;
        }
    }

    /// Every span that came.
    pub fn spans(&self) -> Vec<Span> {
        let requests = self.decoded::<ExportTraceServiceRequest>("/v1/traces");
        let resources = requests.into_iter().flat_map(|request| request.resource_spans);
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    /// Waits for a span of this name.
    pub async fn span(&self, name: &str) -> Span {
        let named = |span: &Span| span.name == name;
        self.until(|this| this.spans().into_iter().find(named)).await
    }

    /// The names and values of what sends.
    pub fn resource(&self) -> Attributes {
        let requests = self.decoded::<ExportTraceServiceRequest>("/v1/traces");
        let mut resources = requests.into_iter().flat_map(|request| request.resource_spans);
        let resource: Option<Resource> = resources.next_back().and_then(|spans| spans.resource);
        attributes(&resource.unwrap_or_default().attributes)
    }

    /// The metrics as they came last.
    pub fn metrics(&self) -> Vec<Metric> {
        let requests = self.decoded::<ExportMetricsServiceRequest>("/v1/metrics");
        let resources = requests.into_iter().next_back().into_iter();
        let resources = resources.flat_map(|request| request.resource_metrics);
        let scopes = resources.flat_map(|resource| resource.scope_metrics);
        scopes.flat_map(|scope| scope.metrics).collect()
    }

    /// The points of a histogram as they came last.
    pub fn histogram(&self, name: &str) -> Vec<(Attributes, HistogramDataPoint)> {
        let found = self.metrics().into_iter().find(|metric| metric.name == name);
        match found.and_then(|metric| metric.data) {
            Some(Data::Histogram(histogram)) => {
                let points = histogram.data_points.into_iter();
                points
                    .map(|point| (attributes(&point.attributes), point))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The points of a sum as they came last.
    pub fn sum(&self, name: &str) -> Vec<(Attributes, i64)> {
        let found = self.metrics().into_iter().find(|metric| metric.name == name);
        match found.and_then(|metric| metric.data) {
            Some(Data::Sum(sum)) => {
                let whole = |value| match value {
                    Some(Number::AsInt(number)) => number,
                    Some(Number::AsDouble(_)) | None => -1,
                };
                let points = sum.data_points.into_iter();
                points
                    .map(|point| (attributes(&point.attributes), whole(point.value)))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn decoded<M: Message + Default>(&self, path: &str) -> Vec<M> {
        let got = self.provider.got();
        let of_path = got.iter().filter(|got| got.target == path);
        of_path
            .filter_map(|got| M::decode(got.body.as_slice()).ok())
            .collect()
    }
}

/// Attributes as they came, every value as text.
pub fn attributes(came: &[KeyValue]) -> Attributes {
    let text = |value: Option<Value>| match value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(truth)) => truth.to_string(),
        other => format!("{other:?}"),
    };
    came.iter()
        .map(|one| (one.key.clone(), text(one.value.clone().and_then(|any| any.value))))
        .collect()
}
