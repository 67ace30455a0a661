//! Documents of sign-in providers: fetched as a connector would call, with a trust and a proxy of their own.

use super::error::ConnectorError;
use super::line::Line;
use super::options::ConnectorOptions;
use super::token::may_be_asked;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{ACCEPT, HeaderValue};
use hyper::{Request, StatusCode};
use identity::tokens::{Fetch, FetchError, Fetching, LARGEST_DOCUMENT};
use std::time::Duration;

/// How long one document may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Fetches documents over a line of its own. Redirections are not followed, and nothing but 200 is an answer.
pub struct Documents {
    line: Line,
}

impl Documents {
    /// A line with this trust and this proxy; `environment` looks up a variable.
    ///
    /// # Errors
    /// When the authorities cannot be read, or the proxy's address or credential cannot be used.
    pub fn open(
        name: &str,
        options: &ConnectorOptions,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectorError> {
        Line::open(name, options, environment).map(|line| Self { line })
    }

    async fn fetch(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        if !may_be_asked(url) {
            return Err(FetchError::new("the address is not reached by https"));
        }
        let mut request = Request::new(Full::<Bytes>::default());
        *request.uri_mut() = url.parse().map_err(|_| FetchError::new("the address is none"))?;
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(ACCEPT, json);
        let answer = self.line.client(LIMIT).request(request).await;
        let answer = answer.map_err(|_| FetchError::new("the provider could not be reached"))?;
        if answer.status() != StatusCode::OK {
            let status = answer.status().as_u16();
            return Err(FetchError::new(format!("the provider answered {status}")));
        }
        #[expect(clippy::disallowed_methods, reason = "the body is limited, and its time too")]
        let body = Limited::new(answer.into_body(), LARGEST_DOCUMENT).collect().await;
        let body = body.map_err(|_| FetchError::new("the answer was too large or broke off"))?;
        Ok(body.to_bytes().to_vec())
    }
}

impl Fetch for Documents {
    fn get<'a>(&'a self, url: &'a str) -> Fetching<'a> {
        Box::pin(async move {
            let fetched = tokio::time::timeout(LIMIT, self.fetch(url)).await;
            fetched.unwrap_or_else(|_| Err(FetchError::new("the provider did not answer in time")))
        })
    }
}
