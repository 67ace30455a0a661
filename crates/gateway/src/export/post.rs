//! Brings telemetry to the collector: OTLP over HTTP, as protobuf, over connections of its own.

use super::{ExportError, ExportSettings};
use crate::connectors::{ConnectorOptions, Credential, HttpClient, Line};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request, StatusCode, Uri};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use std::time::Duration;
use tokio::time::timeout;

/// For a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// For one message and its answer.
const LIMIT: Duration = Duration::from_secs(10);

/// Largest answer that is read, in bytes.
const LARGEST: usize = 64 * 1024;

/// What stands for the connector in what is said of the way there.
const NAME: &str = "telemetry.otlp";

/// A way to the collector.
#[derive(Clone)]
pub(super) struct Post {
    client: HttpClient<Full<Bytes>>,
    traces: Uri,
    metrics: Uri,
    /// Headers whose value does not change.
    fixed: HeaderMap,
    /// Those that are read anew for each message, since their file may change.
    read: Vec<(HeaderName, Credential)>,
}

/// Why something did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// It may be sent again.
    ForNow,
    /// The collector does not want it.
    ForGood,
}

impl Post {
    pub(super) fn open(
        settings: &ExportSettings,
        options: &ConnectorOptions,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ExportError> {
        let wrong = || ExportError::Endpoint {
            endpoint: settings.endpoint.clone(),
        };
        let base = settings.endpoint.trim_end_matches('/');
        let at = |path: &str| format!("{base}{path}").parse::<Uri>().map_err(|_| wrong());
        let (traces, metrics) = (at("/v1/traces")?, at("/v1/metrics")?);
        let host = traces.host().unwrap_or_default().to_owned();
        let has_name = traces
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'));
        let is_http = matches!(traces.scheme_str(), Some("http" | "https"));
        if host.is_empty() || has_name || !is_http || base.contains(['?', '#']) {
            return Err(wrong());
        }
        let is_clear = traces.scheme_str() == Some("http") && !crate::connectors::is_loopback(&host);
        if is_clear && !settings.headers.is_empty() {
            return Err(ExportError::InTheClear { host });
        }
        let (fixed, read) = headers(settings, &environment)?;
        Ok(Self {
            client: Line::open(NAME, options, environment)?.client(CONNECT),
            traces,
            metrics,
            fixed,
            read,
        })
    }

    /// Sends spans; how many of them the collector did not want.
    pub(super) async fn traces(&self, request: &ExportTraceServiceRequest) -> Result<u64, Lost> {
        let answer = self.send(&self.traces, request.encode_to_vec()).await?;
        let refused = ExportTraceServiceResponse::decode(answer)
            .ok()
            .and_then(|answer| answer.partial_success)
            .map(|partial| partial.rejected_spans);
        Ok(refused
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or_default())
    }

    /// Sends metrics.
    pub(super) async fn metrics(&self, request: &ExportMetricsServiceRequest) -> Result<(), Lost> {
        self.send(&self.metrics, request.encode_to_vec()).await.map(drop)
    }

    async fn send(&self, to: &Uri, message: Vec<u8>) -> Result<Bytes, Lost> {
        timeout(LIMIT, self.exchange(to, message))
            .await
            .unwrap_or(Err(Lost::ForNow))
    }

    async fn exchange(&self, to: &Uri, message: Vec<u8>) -> Result<Bytes, Lost> {
        let mut request = Request::new(Full::from(message));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = to.clone();
        *request.headers_mut() = self.headers().await?;
        let answer = self.client.request(request).await.map_err(|_| Lost::ForNow)?;
        let status = answer.status();
        #[expect(clippy::disallowed_methods, reason = "the body is limited, and its time too")]
        let body = Limited::new(answer.into_body(), LARGEST).collect().await;
        match status {
            StatusCode::OK => Ok(body.map(|body| body.to_bytes()).unwrap_or_default()),
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Err(Lost::ForNow),
            _ => Err(Lost::ForGood),
        }
    }

    async fn headers(&self) -> Result<HeaderMap, Lost> {
        let mut headers = self.fixed.clone();
        for (name, source) in &self.read {
            let secret = source.fetch().await.ok().flatten().ok_or(Lost::ForNow)?;
            headers.insert(name.clone(), value(secret.text()).ok_or(Lost::ForNow)?);
        }
        Ok(headers)
    }
}

/// The headers of every message, and those that are read for each.
fn headers(
    settings: &ExportSettings,
    environment: &impl Fn(&str) -> Option<String>,
) -> Result<(HeaderMap, Vec<(HeaderName, Credential)>), ExportError> {
    let mut fixed = HeaderMap::new();
    let mut read = Vec::new();
    for (name, source) in &settings.headers {
        let wrong = |reason: &str| ExportError::Header {
            name: name.clone(),
            reason: reason.to_owned(),
        };
        if matches!(source, Credential::Exec(_) | Credential::None) {
            return Err(wrong("comes from a variable or a file"));
        }
        let header =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("has no name that a header has"))?;
        let secret = source
            .at_hand(NAME, environment)?
            .ok_or_else(|| wrong("is not there"))?;
        let value = value(secret.text()).ok_or_else(|| wrong("cannot be sent in a header"))?;
        match source.file() {
            Some(_) => read.push((header, source.clone())),
            None => drop(fixed.insert(header, value)),
        }
    }
    let agent = concat!("bailiwick/", env!("CARGO_PKG_VERSION"));
    fixed.insert(USER_AGENT, HeaderValue::from_static(agent));
    fixed.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
    Ok((fixed, read))
}

fn value(secret: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(secret).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;
    use super::*;

    fn open(endpoint: &str, headers: &[(&str, Credential)]) -> Result<Post, String> {
        let owned = headers
            .iter()
            .map(|(name, source)| ((*name).to_owned(), source.clone()));
        let settings = ExportSettings {
            headers: owned.collect(),
            ..settings(endpoint)
        };
        let environment = |name: &str| match name {
            "TOKEN" => Some("Bearer canary".to_owned()),
            "LINES" => Some("ca\nnary".to_owned()),
            _ => None,
        };
        Post::open(&settings, &ConnectorOptions::default(), environment).map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_are_those_of_the_protocol() {
        for base in ["http://collector:4318", "http://collector:4318/"] {
            let post = open(base, &[]).ok().unwrap();
            assert_eq!(post.traces, "http://collector:4318/v1/traces");
            assert_eq!(post.metrics, "http://collector:4318/v1/metrics");
        }
        for bad in [
            "",
            "collector:4318",
            "ftp://collector",
            "https://a@b",
            "https://b/?c",
            "/v1",
        ] {
            let error = open(bad, &[]).err().unwrap();
            assert!(
                error.contains("is not the address of a collector"),
                "{bad}: {error}"
            );
        }
    }

    #[test]
    fn headers_are_secrets_and_go_nowhere_in_the_clear() {
        let env = |name: &str| Credential::Env(name.to_owned());
        let check = |endpoint: &str, name: &str, source, words: &str| {
            let error = open(endpoint, &[(name, source)]).err().unwrap();
            assert!(
                error.contains(words) && !error.contains("nary"),
                "{endpoint}: {error}"
            );
        };
        assert!(open("https://collector", &[("authorization", env("TOKEN"))]).is_ok());
        assert!(open("http://127.0.0.1:4318", &[("authorization", env("TOKEN"))]).is_ok());
        check("http://collector:4318", "authorization", env("TOKEN"), "by https");
        check(
            "https://collector",
            "authorization",
            env("NONE"),
            "the variable `NONE`",
        );
        check(
            "https://collector",
            "authorization",
            env("LINES"),
            "cannot be sent",
        );
        check("https://collector", "a b", env("TOKEN"), "no name");
        check(
            "https://collector",
            "a",
            Credential::Exec("x".to_owned()),
            "a variable or a file",
        );
    }
}
