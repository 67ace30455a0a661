//! Where the credential of a connector comes from, and the credential itself.

use super::ConnectorError;
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use std::fmt;
use std::path::{Path, PathBuf};
use wire::Protocol;

/// Where the credential of a connector comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// The provider asks for none.
    None,
    /// A variable of the environment, by its name.
    Env(String),
    /// A file that holds it and nothing else.
    File(PathBuf),
    /// The credential itself, already fetched: for sources that the caller reads, and for tests.
    Literal(String),
}

impl Credential {
    /// Reads `none`, `env:NAME` or `file:PATH`; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "none" => Some(Self::None),
            Some(("env", name)) if !name.is_empty() => Some(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Some(Self::File(PathBuf::from(path))),
            _ => None,
        }
    }

    /// The file that it comes from, if it comes from one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::None | Self::Env(_) | Self::Literal(_) => None,
        }
    }

    /// Fetches the credential as the header that the protocol wants it in.
    pub(super) fn header(
        &self,
        connector: &str,
        protocol: Protocol,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<(HeaderName, HeaderValue)>, ConnectorError> {
        let missing = |source| ConnectorError::NoCredential {
            connector: connector.to_owned(),
            source_of_it: source,
        };
        let secret = match self {
            Self::None => return Ok(None),
            Self::Env(name) => environment(name).ok_or_else(|| missing(format!("the variable `{name}`")))?,
            Self::File(path) => {
                let read = std::fs::read_to_string(path);
                read.map_err(|error| missing(format!("its file ({})", error.kind())))?
            }
            Self::Literal(secret) => secret.clone(),
        };
        let secret = secret.trim();
        if secret.is_empty() {
            return Err(missing("a source that is empty".to_owned()));
        }
        let (name, text) = match protocol {
            Protocol::Anthropic => (HeaderName::from_static("x-api-key"), secret.to_owned()),
            Protocol::AzureOpenAi => (HeaderName::from_static("api-key"), secret.to_owned()),
            Protocol::Gemini => (HeaderName::from_static("x-goog-api-key"), secret.to_owned()),
            Protocol::OpenAi | Protocol::OpenAiCompatible | Protocol::Bedrock | Protocol::Vertex => {
                (AUTHORIZATION, format!("Bearer {secret}"))
            }
        };
        let unusable = || ConnectorError::UnusableCredential {
            connector: connector.to_owned(),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| unusable())?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(_) => f.write_str("file:…"),
            Self::Literal(_) => f.write_str("(kept back)"),
        }
    }
}
