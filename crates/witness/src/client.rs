//! Requests to logs and witnesses: bounded in time and size, redirections not followed.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{AUTHORIZATION, HeaderValue};
use hyper::{Method, Request};
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// For a connection to stand.
const CONNECT: Duration = Duration::from_secs(5);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// What is to be trusted cannot be read.
    #[error("the certificates to trust cannot be used: {0}")]
    Trust(String),
    /// A token that cannot be sent in a header.
    #[error("the token cannot be sent in a header")]
    Token,
    /// Nobody answers.
    #[error("nobody answers: {0}")]
    Away(String),
    /// The answer takes too long.
    #[error("there was no whole answer in time")]
    Late,
    /// The answer is too large, or ends early.
    #[error("the answer was cut off, or is larger than what was asked for can be")]
    Body,
    /// The system gave no thread or no runtime.
    #[error("the system gave no thread")]
    Thread,
}

/// Whose certificates are believed: those that the web believes, or those of a file and no others.
#[derive(Clone)]
pub struct Trusted(Arc<ClientConfig>);

impl std::fmt::Debug for Trusted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Trusted")
    }
}

impl Trusted {
    /// Reads the file, if one is named.
    ///
    /// # Errors
    /// When it has no certificates that can be used.
    pub fn open(file: Option<&Path>) -> Result<Self, ClientError> {
        let trust = |error: &dyn std::fmt::Display| ClientError::Trust(error.to_string());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| trust(&error))?;
        let Some(file) = file else {
            return Ok(Self(Arc::new(builder.with_webpki_roots().with_no_client_auth())));
        };
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(file).map_err(|error| trust(&error))? {
            let certificate = certificate.map_err(|error| trust(&error))?;
            roots.add(certificate).map_err(|error| trust(&error))?;
        }
        if roots.is_empty() {
            return Err(trust(&"there is none in the file"));
        }
        Ok(Self(Arc::new(
            builder.with_root_certificates(roots).with_no_client_auth(),
        )))
    }
}

/// Asks.
pub(crate) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// What is asked.
pub(crate) struct Asked<'a> {
    pub(crate) url: &'a str,
    /// What is sent; `None`: something is fetched.
    pub(crate) body: Option<String>,
    pub(crate) token: Option<&'a str>,
    /// Bytes of an answer.
    pub(crate) most: usize,
    pub(crate) within: Duration,
}

impl Http {
    pub(crate) fn open(trusted: &Trusted) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(trusted.0.as_ref().clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        Self {
            client: Client::builder(TokioExecutor::new()).build(https),
        }
    }

    /// The status, and what came with it.
    pub(crate) async fn ask(&self, asked: Asked<'_>) -> Result<(u16, Vec<u8>), ClientError> {
        let within = asked.within;
        timeout(within, self.exchange(asked))
            .await
            .unwrap_or(Err(ClientError::Late))
    }

    async fn exchange(&self, asked: Asked<'_>) -> Result<(u16, Vec<u8>), ClientError> {
        let method = match asked.body {
            None => Method::GET,
            Some(_) => Method::POST,
        };
        let body = asked.body.map(Bytes::from).unwrap_or_default();
        let request = Request::builder().method(method).uri(asked.url);
        let mut request = request
            .body(Full::new(body))
            .map_err(|error| ClientError::Away(error.to_string()))?;
        if let Some(token) = asked.token {
            let mut value =
                HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| ClientError::Token)?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let answer = self.client.request(request).await;
        let answer = answer.map_err(|error| ClientError::Away(innermost(&error)))?;
        let status = answer.status().as_u16();
        #[expect(
            clippy::disallowed_methods,
            reason = "the body is limited to what was asked for, and the whole to its time"
        )]
        let body = Limited::new(answer.into_body(), asked.most).collect().await;
        let body = body.map_err(|_| ClientError::Body)?.to_bytes();
        Ok((status, body.to_vec()))
    }
}

/// The last of the causes, which says what has happened.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string().replace('\n', " ")
}
