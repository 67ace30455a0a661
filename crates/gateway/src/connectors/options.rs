//! What an installation may say of a connector beyond its address.

use super::Credential;
use super::error::ConnectorError;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use wire::Protocol;

/// What an installation may say of a connector beyond its address. The default says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectorOptions {
    /// How the credential is used.
    pub auth: Auth,
    /// Region of Bedrock, such as `eu-west-1`.
    pub region: Option<String>,
    /// Project of Vertex.
    pub project: Option<String>,
    /// Location of Vertex, such as `europe-west1`.
    pub location: Option<String>,
    /// Version of Azure's interface, such as `2024-10-21`; none: the one without versions.
    pub api_version: Option<String>,
    /// How long what a command gives may be used.
    pub refresh: Option<Duration>,
    /// Certificate authorities, in PEM; none: those of the web.
    pub ca: Option<PathBuf>,
    /// Proxy through which every call of this connector goes.
    pub proxy: Option<Proxy>,
}

/// How a credential is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// As the key of the protocol.
    #[default]
    Key,
    /// As a bearer token, whatever the protocol.
    Bearer,
    /// As keys of Amazon, by which every request is signed: JSON with `AccessKeyId` and `SecretAccessKey`.
    Aws,
    /// As the key of a Google service account, for which tokens are granted.
    Google,
    /// As the secret of an Entra application, for which tokens are granted.
    Entra(EntraClient),
}

/// An application that is known to Entra.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntraClient {
    /// Where tokens are asked for.
    pub token_url: String,
    /// Id of the application.
    pub client_id: String,
    /// What the tokens are for.
    pub scope: String,
}

impl EntraClient {
    /// What tokens for Azure's models are for.
    pub const SCOPE: &str = "https://cognitiveservices.azure.com/.default";

    /// Where a tenant's tokens are asked for.
    pub fn token_url(tenant: &str) -> String {
        format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token")
    }
}

/// An HTTP proxy.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Such as `http://proxy.larkmoor.example:3128`.
    pub url: String,
    /// Where name and password are found, as `name:password`.
    pub credential: Credential,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

impl Auth {
    /// Its word in configurations.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Bearer => "bearer",
            Self::Aws => "aws",
            Self::Google => "google",
            Self::Entra(_) => "entra",
        }
    }

    /// Whether providers of a protocol take it.
    const fn fits(&self, protocol: Protocol) -> bool {
        match self {
            Self::Key | Self::Bearer => true,
            Self::Aws => matches!(protocol, Protocol::Bedrock),
            Self::Google => matches!(protocol, Protocol::Vertex | Protocol::Gemini),
            Self::Entra(_) => !matches!(protocol, Protocol::Bedrock | Protocol::Vertex | Protocol::Gemini),
        }
    }
}

impl ConnectorOptions {
    /// Whether these options make sense for a protocol at a host.
    pub(super) fn check(
        &self,
        connector: &str,
        protocol: Protocol,
        host: &str,
    ) -> Result<(), ConnectorError> {
        for (key, value, users) in self.words() {
            check_word(connector, protocol, key, value, users)?;
        }
        if !self.auth.fits(protocol) {
            return Err(ConnectorError::NotUsed {
                connector: connector.to_owned(),
                protocol: protocol.as_str().to_owned(),
                key: format!("auth = {}", self.auth.as_str()),
            });
        }
        self.check_place(connector, protocol, host)
    }

    /// Settings that are plain words, with the protocol that uses each, and whether it needs it.
    fn words(&self) -> [(&'static str, Option<&str>, (Protocol, bool)); 4] {
        [
            ("region", self.region.as_deref(), (Protocol::Bedrock, true)),
            ("project", self.project.as_deref(), (Protocol::Vertex, true)),
            ("location", self.location.as_deref(), (Protocol::Vertex, true)),
            (
                "api_version",
                self.api_version.as_deref(),
                (Protocol::AzureOpenAi, false),
            ),
        ]
    }

    /// The place that a path or a signature names must be the one that the host stands for, since only the host is
    /// pinned by the register.
    fn check_place(&self, connector: &str, protocol: Protocol, host: &str) -> Result<(), ConnectorError> {
        let (key, value, belongs) = match (protocol, &self.region, &self.location) {
            (Protocol::Bedrock, Some(region), _) => ("region", region, lies_in_region(host, region)),
            (Protocol::Vertex, _, Some(location)) => ("location", location, lies_in_location(host, location)),
            _ => return Ok(()),
        };
        if belongs || super::settings::is_loopback(host) {
            return Ok(());
        }
        Err(ConnectorError::OtherPlace {
            connector: connector.to_owned(),
            key: key.to_owned(),
            value: value.clone(),
            host: host.to_owned(),
        })
    }
}

fn check_word(
    connector: &str,
    protocol: Protocol,
    key: &str,
    value: Option<&str>,
    (user, is_needed): (Protocol, bool),
) -> Result<(), ConnectorError> {
    let (connector, key) = (connector.to_owned(), key.to_owned());
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match value {
        Some(_) if protocol != user => Err(ConnectorError::NotUsed {
            connector,
            protocol: protocol.as_str().to_owned(),
            key,
        }),
        Some(word) if word.is_empty() || word.starts_with('.') || !word.bytes().all(is_word) => {
            Err(ConnectorError::Word { connector, key })
        }
        None if protocol == user && is_needed => Err(ConnectorError::Missing {
            connector,
            protocol: protocol.as_str().to_owned(),
            key,
        }),
        _ => Ok(()),
    }
}

/// Amazon's hosts have the region as one of their parts, and so must a name of the firm's own.
fn lies_in_region(host: &str, region: &str) -> bool {
    host.split('.').any(|part| part.eq_ignore_ascii_case(region))
}

/// Google's hosts begin with the location, or have it as a part; the host without one is the global location.
fn lies_in_location(host: &str, location: &str) -> bool {
    let host = host.to_ascii_lowercase();
    if host == "aiplatform.googleapis.com" {
        return location == "global";
    }
    let begins = host
        .split('.')
        .any(|part| part.strip_suffix("-aiplatform") == Some(location));
    begins || host.split('.').any(|part| part == location)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(protocol: Protocol, host: &str, options: &ConnectorOptions, expected: Option<&str>) {
        let found = options
            .check("c", protocol, host)
            .err()
            .map(|error| error.to_string());
        match (&found, expected) {
            (None, None) => {}
            (Some(found), Some(words)) if found.contains(words) => {}
            _ => panic!("{host}: {found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn the_region_must_be_that_of_the_host() {
        let region = |region: &str| ConnectorOptions {
            region: Some(region.to_owned()),
            auth: Auth::Aws,
            ..Default::default()
        };
        let of = |host: &str, name: &str, expected| check(Protocol::Bedrock, host, &region(name), expected);
        of("bedrock-runtime.eu-west-1.amazonaws.com", "eu-west-1", None);
        of(
            "vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com",
            "eu-west-1",
            None,
        );
        of("127.0.0.1", "eu-west-1", None);
        of(
            "bedrock-runtime.us-east-1.amazonaws.com",
            "eu-west-1",
            Some("does not belong to it"),
        );
        of(
            "bedrock-runtime.eu-west-11.amazonaws.com",
            "eu-west-1",
            Some("does not belong to it"),
        );
        of(
            "bedrock.eu-west-1.amazonaws.com",
            "eu west",
            Some("is not a word"),
        );
        check(
            Protocol::Bedrock,
            "h",
            &ConnectorOptions::default(),
            Some("`region` is needed"),
        );
        check(
            Protocol::OpenAi,
            "h",
            &region("a"),
            Some("does nothing with `region`"),
        );
    }

    #[test]
    fn the_location_must_be_that_of_the_host() {
        let of = |host: &str, location: &str, expected| {
            let options = ConnectorOptions {
                project: Some("p".to_owned()),
                location: Some(location.to_owned()),
                ..Default::default()
            };
            check(Protocol::Vertex, host, &options, expected);
        };
        of("europe-west1-aiplatform.googleapis.com", "europe-west1", None);
        of("aiplatform.googleapis.com", "global", None);
        of("aiplatform.eu.rep.googleapis.com", "eu", None);
        of(
            "aiplatform.googleapis.com",
            "europe-west1",
            Some("does not belong to it"),
        );
        of(
            "us-east5-aiplatform.googleapis.com",
            "europe-west1",
            Some("does not belong to it"),
        );
        of(
            "europe-west1-aiplatform.googleapis.com",
            "global",
            Some("does not belong to it"),
        );
        of("x", "../a", Some("is not a word"));
    }

    #[test]
    fn each_sort_of_credential_has_its_protocols() {
        let with = |auth| ConnectorOptions {
            auth,
            ..Default::default()
        };
        check(
            Protocol::Anthropic,
            "h",
            &with(Auth::Aws),
            Some("does nothing with `auth = aws`"),
        );
        check(Protocol::OpenAi, "h", &with(Auth::Google), Some("auth = google"));
        check(Protocol::Anthropic, "h", &with(Auth::Bearer), None);
    }
}
