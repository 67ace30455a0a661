//! Documents of sign-in providers: fetched as a connector would call, with a trust and a proxy of their own.

use super::address::escape;
use super::error::ConnectorError;
use super::line::Line;
use super::options::ConnectorOptions;
use super::token::may_be_asked;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request};
use identity::tokens::{Fetch, FetchError, Fetching, LARGEST_DOCUMENT};
use std::time::Duration;

/// How long one document may take.
const LIMIT: Duration = Duration::from_secs(5);

/// What proves who asks.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// Nothing does.
    None,
    /// The name and secret of a client.
    Client(&'a str, &'a str),
    /// A token.
    Bearer(&'a str),
}

impl Proof<'_> {
    fn header(self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Bearer(token) => Some(format!("Bearer {token}")),
            Self::Client(name, secret) => {
                // each is escaped as in a form before they are joined (RFC 6749, section 2.3.1)
                let joined = format!("{}:{}", escape(name), escape(secret));
                Some(format!("Basic {}", STANDARD.encode(joined)))
            }
        }
    }
}

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

    /// Sends a form, or asks for a document where there is none; gives the status and what came with it.
    ///
    /// # Errors
    /// When nothing is sent to such an address, nobody answers in time, or the answer is too large.
    pub async fn ask(
        &self,
        url: &str,
        proof: Proof<'_>,
        form: Option<&[(&'static str, String)]>,
    ) -> Result<(u16, Vec<u8>), FetchError> {
        let asked = tokio::time::timeout(LIMIT, self.exchange(request(url, proof, form)?));
        asked
            .await
            .unwrap_or_else(|_| Err(FetchError::new("the provider did not answer in time")))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<(u16, Vec<u8>), FetchError> {
        let answer = self.line.client(LIMIT).request(request).await;
        let answer = answer.map_err(|_| FetchError::new("the provider could not be reached"))?;
        let status = answer.status().as_u16();
        #[expect(clippy::disallowed_methods, reason = "the body is limited, and its time too")]
        let body = Limited::new(answer.into_body(), LARGEST_DOCUMENT).collect().await;
        let body = body.map_err(|_| FetchError::new("the answer was too large or broke off"))?;
        Ok((status, body.to_bytes().to_vec()))
    }

    async fn fetch(
        &self,
        url: &str,
        proof: Proof<'_>,
        form: Option<&[(&'static str, String)]>,
    ) -> Result<Vec<u8>, FetchError> {
        let (status, bytes) = self.ask(url, proof, form).await?;
        match status {
            200 => Ok(bytes),
            _ => Err(FetchError::new(format!("the provider answered {status}"))),
        }
    }
}

fn request(
    url: &str,
    proof: Proof<'_>,
    form: Option<&[(&'static str, String)]>,
) -> Result<Request<Full<Bytes>>, FetchError> {
    if !may_be_asked(url) {
        return Err(FetchError::new("the address is not reached by https"));
    }
    let fields = form.unwrap_or_default().iter();
    let fields: Vec<_> = fields
        .map(|(name, value)| format!("{name}={}", escape(value)))
        .collect();
    let mut request = Request::new(Full::from(fields.join("&")));
    *request.uri_mut() = url.parse().map_err(|_| FetchError::new("the address is none"))?;
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(text) = proof.header() {
        let value = HeaderValue::from_str(&text);
        let mut value = value.map_err(|_| FetchError::new("the proof of who asks cannot be sent"))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    if form.is_some() {
        let sort = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, sort);
        *request.method_mut() = Method::POST;
    }
    Ok(request)
}

impl Fetch for Documents {
    fn get<'a>(&'a self, url: &'a str) -> Fetching<'a> {
        Box::pin(self.fetch(url, Proof::None, None))
    }

    fn post<'a>(
        &'a self,
        url: &'a str,
        client: Option<(&'a str, &'a str)>,
        form: &'a [(&'static str, String)],
    ) -> Fetching<'a> {
        let proof = client.map_or(Proof::None, |(name, secret)| Proof::Client(name, secret));
        Box::pin(self.fetch(url, proof, Some(form)))
    }
}
