//! What is counted, by the names and bounds of OpenTelemetry's conventions. One task does it, so nothing is locked.
//!
//! Sums are cumulative: what could not be sent is in what is sent next. Every attribute has a value from the register,
//! the configuration or a list of ours; should there be more series than [`MOST`] all the same, the rest are one.

use super::Dropped;
use super::notes::{Finished, Reached};
use super::words::{Attribute, attribute, written};
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Histogram, HistogramDataPoint, Metric, NumberDataPoint, Sum, metric::Data,
};
use std::collections::HashMap;
use std::time::Duration;

/// Series of one name; what comes later is counted together.
const MOST: usize = 2_000;

/// Bounds of how long requests take, in seconds.
const REQUEST: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// Bounds of how long providers take, in seconds.
const OPERATION: &[f64] = &[
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

/// Bounds of the time to a first chunk, in seconds.
const FIRST: &[f64] = &[
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// Bounds of counts of tokens.
const TOKENS: &[f64] = &[
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];

/// Everything that is counted.
#[derive(Debug)]
pub(super) struct Series {
    requests: Distribution,
    operations: Distribution,
    first: Distribution,
    tokens: Distribution,
    decisions: HashMap<Vec<Attribute>, u64>,
    scheme: &'static str,
    dropped: Dropped,
    /// Nanoseconds since 1970, from which all is counted.
    since: u64,
}

/// Values of one name, by series.
#[derive(Debug)]
struct Distribution {
    name: &'static str,
    unit: &'static str,
    about: &'static str,
    bounds: &'static [f64],
    points: HashMap<Vec<Attribute>, Point>,
}

#[derive(Clone, Debug, Default)]
struct Point {
    counts: Vec<u64>,
    count: u64,
    sum: f64,
    least: f64,
    most: f64,
}

impl Series {
    /// Numbers that begin at zero.
    pub(super) fn new(is_secure: bool, dropped: Dropped, since: u64) -> Self {
        let distribution = |name, unit, about, bounds| Distribution {
            name,
            unit,
            about,
            bounds,
            points: HashMap::new(),
        };
        Self {
            requests: distribution(
                "http.server.request.duration",
                "s",
                "Duration of requests, to the last byte of their answers",
                REQUEST,
            ),
            operations: distribution(
                "gen_ai.client.operation.duration",
                "s",
                "Duration of calls to providers",
                OPERATION,
            ),
            first: distribution(
                "gen_ai.client.operation.time_to_first_chunk",
                "s",
                "From a call to a provider to the first chunk of its stream",
                FIRST,
            ),
            tokens: distribution(
                "gen_ai.client.token.usage",
                "{token}",
                "Tokens read and written, as providers count them",
                TOKENS,
            ),
            decisions: HashMap::new(),
            scheme: if is_secure { "https" } else { "http" },
            dropped,
            since,
        }
    }

    /// Counts a request.
    pub(super) fn count(&mut self, of: &Finished) {
        let mut attributes = vec![
            attribute("http.request.method", of.method),
            attribute("url.scheme", self.scheme),
        ];
        attributes.extend(of.route.map(|route| attribute("http.route", route)));
        attributes.extend(
            of.status
                .map(|status| attribute("http.response.status_code", status)),
        );
        attributes.extend(of.error().map(|error| attribute("error.type", error)));
        self.requests.observe(attributes, of.lasted.as_secs_f64());
        for step in &of.steps {
            if let super::notes::What::Called(reached) = &step.what {
                self.called(of, reached, step.ended.saturating_sub(step.began));
            }
            if let Some(recording) = step.recording().filter(|recording| recording.decision.is_some()) {
                let mut attributes = vec![attribute("bailiwick.verdict", recording.verdict)];
                attributes.extend(recording.code.map(|code| attribute("bailiwick.code", code)));
                attributes.extend(
                    recording
                        .clause
                        .clone()
                        .map(|clause| attribute("bailiwick.clause", clause)),
                );
                let count = entry(&mut self.decisions, attributes);
                *count = count.saturating_add(1);
            }
        }
    }

    fn called(&mut self, of: &Finished, reached: &Reached, lasted: Duration) {
        let attributes = reached.attributes(of.call);
        for (kind, tokens) in [("input", reached.tokens.input), ("output", reached.tokens.output)] {
            if tokens > 0 {
                let mut attributes: Vec<_> = reached.attributes(of.call);
                attributes.retain(|(name, _)| *name != "error.type");
                attributes.push(attribute("gen_ai.token.type", kind));
                #[expect(clippy::cast_precision_loss, reason = "counts of tokens are far below 2^53")]
                self.tokens.observe(attributes, tokens as f64);
            }
        }
        let is_stream = of.call.is_some_and(|(_, is_stream)| is_stream);
        if let Some(first) = reached.first.filter(|_| is_stream) {
            self.first.observe(attributes.clone(), first.as_secs_f64());
        }
        self.operations.observe(attributes, lasted.as_secs_f64());
    }

    /// All of it, as of an instant.
    pub(super) fn written(&self, now: u64) -> Vec<Metric> {
        let distributions = [&self.requests, &self.operations, &self.first, &self.tokens];
        let mut metrics: Vec<_> = distributions
            .into_iter()
            .filter(|distribution| !distribution.points.is_empty())
            .map(|distribution| distribution.written(self.since, now))
            .collect();
        let decisions = self
            .decisions
            .iter()
            .map(|(attributes, count)| (attributes.as_slice(), *count));
        if !self.decisions.is_empty() {
            metrics.push(self.sum(
                "bailiwick.decisions",
                "{decision}",
                "Decisions recorded",
                decisions,
                now,
            ));
        }
        let dropped = [
            (
                [attribute("bailiwick.what", "requests")],
                self.dropped.requests.get(),
            ),
            ([attribute("bailiwick.what", "spans")], self.dropped.spans.get()),
        ];
        let dropped = dropped
            .iter()
            .map(|(attributes, count)| (attributes.as_slice(), *count));
        let about = "Telemetry that was not counted, or not sent";
        metrics.push(self.sum("bailiwick.telemetry.dropped", "{item}", about, dropped, now));
        metrics
    }

    fn sum<'a>(
        &self,
        name: &str,
        unit: &str,
        about: &str,
        points: impl Iterator<Item = (&'a [Attribute], u64)>,
        now: u64,
    ) -> Metric {
        let point = |(attributes, count): (&[Attribute], u64)| NumberDataPoint {
            attributes: written(attributes),
            start_time_unix_nano: self.since,
            time_unix_nano: now,
            value: Some(Value::AsInt(i64::try_from(count).unwrap_or(i64::MAX))),
            ..NumberDataPoint::default()
        };
        metric(
            (name, unit, about),
            Data::Sum(Sum {
                data_points: points.map(point).collect(),
                aggregation_temporality: AggregationTemporality::Cumulative.into(),
                is_monotonic: true,
            }),
        )
    }
}

impl Distribution {
    fn observe(&mut self, attributes: Vec<Attribute>, value: f64) {
        let bounds = self.bounds;
        let point = entry(&mut self.points, attributes);
        point.counts.resize(bounds.len() + 1, 0);
        // a value on a bound lies below it
        let at = bounds.iter().take_while(|bound| value > **bound).count();
        if let Some(count) = point.counts.get_mut(at) {
            *count = count.saturating_add(1);
        }
        let is_first = point.count == 0;
        point.least = if is_first { value } else { point.least.min(value) };
        point.most = if is_first { value } else { point.most.max(value) };
        point.count = point.count.saturating_add(1);
        point.sum += value;
    }

    fn written(&self, since: u64, now: u64) -> Metric {
        let point = |(attributes, point): (&Vec<Attribute>, &Point)| HistogramDataPoint {
            attributes: written(attributes),
            start_time_unix_nano: since,
            time_unix_nano: now,
            count: point.count,
            sum: Some(point.sum),
            bucket_counts: point.counts.clone(),
            explicit_bounds: self.bounds.to_vec(),
            min: Some(point.least),
            max: Some(point.most),
            ..HistogramDataPoint::default()
        };
        metric(
            (self.name, self.unit, self.about),
            Data::Histogram(Histogram {
                data_points: self.points.iter().map(point).collect(),
                aggregation_temporality: AggregationTemporality::Cumulative.into(),
            }),
        )
    }
}

fn metric((name, unit, about): (&str, &str, &str), data: Data) -> Metric {
    Metric {
        name: name.to_owned(),
        description: about.to_owned(),
        unit: unit.to_owned(),
        data: Some(data),
        ..Metric::default()
    }
}

/// The series of these attributes, or the one of all for which there is no room.
fn entry<T: Default>(series: &mut HashMap<Vec<Attribute>, T>, attributes: Vec<Attribute>) -> &mut T {
    let has_room = series.len() < MOST || series.contains_key(&attributes);
    let attributes = match has_room {
        true => attributes,
        false => vec![attribute("otel.metric.overflow", true)],
    };
    series.entry(attributes).or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distribution() -> Distribution {
        Distribution {
            name: "n",
            unit: "s",
            about: "",
            bounds: &[1.0, 10.0],
            points: HashMap::new(),
        }
    }

    #[test]
    fn values_fall_between_their_bounds() {
        let mut of = distribution();
        for value in [0.5, 1.0, 1.5, 10.0, 99.0] {
            of.observe(vec![attribute("a", "b")], value);
        }
        let Some(Data::Histogram(histogram)) = of.written(1, 2).data else {
            panic!("no histogram");
        };
        let point = &histogram.data_points[0];
        assert_eq!(point.bucket_counts, [2, 2, 1]);
        assert_eq!(
            (point.count, point.sum, point.min, point.max),
            (5, Some(112.0), Some(0.5), Some(99.0))
        );
        assert_eq!((point.start_time_unix_nano, point.time_unix_nano), (1, 2));
        assert_eq!(point.explicit_bounds, [1.0, 10.0]);
    }

    #[test]
    fn there_is_an_end_to_series() {
        let mut of = distribution();
        for number in 0..MOST as u64 + 10 {
            of.observe(vec![attribute("n", number)], 1.0);
        }
        of.observe(vec![attribute("n", 0_u64)], 1.0);
        assert_eq!(of.points.len(), MOST + 1);
        let rest = &of.points[&vec![attribute("otel.metric.overflow", true)]];
        assert_eq!(
            (rest.count, of.points[&vec![attribute("n", 0_u64)]].count),
            (10, 2)
        );
    }
}
