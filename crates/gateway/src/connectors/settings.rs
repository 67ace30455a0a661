//! One connector, checked when it is made.

use super::Credential;
use super::held::{CredentialHeader, Held};
use hyper::Uri;
use hyper::http::uri::{Authority, Scheme};
use register::model::Deployment;
use std::net::IpAddr;
use std::sync::Arc;
use wire::Protocol;

/// A connector as configuration has it.
#[derive(Clone, Debug)]
pub struct ConnectorSettings {
    /// Id, by which deployments name it.
    pub id: String,
    /// What stands before the path of the protocol: `https://api.anthropic.com` stands before `/v1/messages`.
    pub base_url: String,
    /// Where its credential comes from.
    pub credential: Credential,
    /// The protocol that is spoken there.
    pub protocol: Protocol,
    /// Whether a labelled stand-in answers in place of the provider. It must be on loopback, and every answer says so in
    /// a header.
    pub is_stand_in: bool,
}

/// A way to a provider, checked and with its credential fetched.
#[derive(Debug)]
pub struct Connector {
    id: String,
    scheme: Scheme,
    authority: Authority,
    path: String,
    credential: Held,
    protocol: Protocol,
    is_stand_in: bool,
}

/// Why a connector cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    /// The address is none.
    #[error("`{url}` of connector `{connector}` is not an address such as `https://api.anthropic.com`")]
    Url {
        /// Connector.
        connector: String,
        /// As written.
        url: String,
    },
    /// The address would send credential and prompts in the clear.
    #[error("connector `{connector}` must use https, because `{host}` is another machine")]
    InTheClear {
        /// Connector.
        connector: String,
        /// Host.
        host: String,
    },
    /// A stand-in on another machine.
    #[error("connector `{connector}` is a stand-in, so it must be on loopback, not on `{host}`")]
    StandInElsewhere {
        /// Connector.
        connector: String,
        /// Host.
        host: String,
    },
    /// Two connectors with one id.
    #[error("there are two connectors `{connector}`")]
    Twice {
        /// Connector.
        connector: String,
    },
    /// The credential is not there.
    #[error(
        "the credential of connector `{connector}` is to come from {source_of_it}, which does not give it"
    )]
    NoCredential {
        /// Connector.
        connector: String,
        /// Where it should come from.
        source_of_it: String,
    },
    /// The credential has characters that no header can have.
    #[error("the credential of connector `{connector}` cannot be sent in a header")]
    UnusableCredential {
        /// Connector.
        connector: String,
    },
    /// The register pins a deployment to other hosts.
    #[error(
        "connector `{connector}` goes to `{host}`, and the register pins deployment `{deployment}` to {pinned}"
    )]
    OutsidePin {
        /// Connector.
        connector: String,
        /// Its host.
        host: String,
        /// Deployment that it carries.
        deployment: String,
        /// Hosts that the register allows.
        pinned: String,
    },
}

impl Connector {
    /// Checks the settings and fetches the credential; `environment` looks up a variable.
    ///
    /// # Errors
    /// When the address is none or not secure, or the credential is not there.
    pub fn open(
        settings: &ConnectorSettings,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectorError> {
        let connector = || settings.id.clone();
        let no_url = || ConnectorError::Url {
            connector: connector(),
            url: settings.base_url.clone(),
        };
        let parts = settings
            .base_url
            .parse::<Uri>()
            .map_err(|_| no_url())?
            .into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(no_url());
        };
        let path = parts
            .path_and_query
            .map(|path| path.as_str().trim_end_matches('/').to_owned());
        let path = path.unwrap_or_default();
        let is_http = scheme == Scheme::HTTP || scheme == Scheme::HTTPS;
        if !is_http || authority.as_str().contains('@') || path.contains('?') {
            return Err(no_url());
        }
        let host = authority.host().to_owned();
        let is_loopback = is_loopback(&host);
        if settings.is_stand_in && !is_loopback {
            return Err(ConnectorError::StandInElsewhere {
                connector: connector(),
                host,
            });
        }
        if scheme == Scheme::HTTP && !is_loopback {
            return Err(ConnectorError::InTheClear {
                connector: connector(),
                host,
            });
        }
        let (id, protocol, is_stand_in) = (connector(), settings.protocol, settings.is_stand_in);
        let credential = Held::open(settings.credential.clone(), &id, protocol, environment)?;
        Ok(Self {
            id,
            scheme,
            authority,
            path,
            credential,
            protocol,
            is_stand_in,
        })
    }

    /// Id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The protocol that is spoken there.
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Whether a labelled stand-in answers in place of the provider.
    pub const fn is_stand_in(&self) -> bool {
        self.is_stand_in
    }

    /// The header that carries the credential.
    pub(crate) fn credential(&self) -> Option<Arc<CredentialHeader>> {
        self.credential.header()
    }

    /// Reads the credential again if its file has changed.
    pub(super) fn refresh(&self) {
        self.credential.refresh(&self.id, self.protocol);
    }

    /// The address of a call.
    pub(crate) fn uri(&self, path: &str, query: &str) -> Result<Uri, hyper::http::Error> {
        let question = if query.is_empty() { "" } else { "?" };
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{}{path}{question}{query}", self.path))
            .build()
    }

    /// Whether the register lets a deployment be carried by this connector.
    pub(crate) fn check(&self, deployment: &Deployment) -> Result<(), ConnectorError> {
        let host = self.authority.host();
        let pinned = &deployment.hosts;
        if pinned.iter().any(|pin| pin.eq_ignore_ascii_case(host)) {
            return Ok(());
        }
        let words: Vec<_> = pinned.iter().map(|pin| format!("`{pin}`")).collect();
        Err(ConnectorError::OutsidePin {
            connector: self.id.clone(),
            host: host.to_owned(),
            deployment: deployment.id.clone(),
            pinned: if words.is_empty() {
                "no host at all".to_owned()
            } else {
                words.join(", ")
            },
        })
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    address.map_or(host.eq_ignore_ascii_case("localhost"), |address| {
        address.is_loopback()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(base_url: &str, is_stand_in: bool, credential: Credential) -> Result<Connector, ConnectorError> {
        let id = "anthropic".to_owned();
        let settings = ConnectorSettings {
            id,
            base_url: base_url.to_owned(),
            credential,
            protocol: Protocol::Anthropic,
            is_stand_in,
        };
        Connector::open(&settings, |name| {
            (name == "KEY").then(|| " sk-canary\n".to_owned())
        })
    }

    fn check_refused(base_url: &str, is_stand_in: bool, words: &str) {
        let error = open(base_url, is_stand_in, Credential::None)
            .unwrap_err()
            .to_string();
        assert!(error.contains(words), "{base_url}: {error}");
    }

    #[test]
    fn addresses_are_joined_with_the_path_of_the_protocol() {
        let check = |base: &str, query: &str, expected: &str| {
            let connector = open(base, false, Credential::None).unwrap();
            assert_eq!(
                connector.uri("/v1/messages", query).unwrap().to_string(),
                expected
            );
        };
        check(
            "https://api.anthropic.com",
            "",
            "https://api.anthropic.com/v1/messages",
        );
        check(
            "https://api.anthropic.com/",
            "beta=true",
            "https://api.anthropic.com/v1/messages?beta=true",
        );
        check("https://host:8443/a/b/", "", "https://host:8443/a/b/v1/messages");
        check("http://127.0.0.1:9", "", "http://127.0.0.1:9/v1/messages");
        check("http://[::1]:9", "", "http://[::1]:9/v1/messages");
    }

    #[test]
    fn what_is_no_safe_address_is_refused() {
        for url in [
            "",
            "api.anthropic.com",
            "/v1",
            "ftp://host",
            "https://user:secret@host",
            "https://host/?a=b",
        ] {
            check_refused(url, false, "is not an address");
        }
        check_refused("http://api.anthropic.com", false, "must use https");
        check_refused("https://api.anthropic.com", true, "must be on loopback");
    }

    #[test]
    fn credentials_are_fetched_and_never_shown() {
        let connector = open("https://host", false, Credential::Env("KEY".to_owned())).unwrap();
        let credential = connector.credential().unwrap();
        let (name, value) = &*credential;
        assert_eq!(
            (name.as_str(), value.as_bytes()),
            ("x-api-key", b"sk-canary".as_slice())
        );
        assert!(!format!("{connector:?}").contains("canary"));
        assert!(!format!("{:?}", Credential::Literal("canary".to_owned())).contains("canary"));
        let missing = open("https://host", false, Credential::Env("OTHER".to_owned())).unwrap_err();
        assert!(missing.to_string().contains("the variable `OTHER`"));
        let unusable = open("https://host", false, Credential::Literal("a\nb".to_owned())).unwrap_err();
        assert!(matches!(unusable, ConnectorError::UnusableCredential { .. }));
        let empty = open("https://host", false, Credential::Literal(" ".to_owned())).unwrap_err();
        assert!(matches!(empty, ConnectorError::NoCredential { .. }));
    }

    #[test]
    fn credentials_are_written_by_where_they_come_from() {
        assert_eq!(
            Credential::parse("env:KEY"),
            Some(Credential::Env("KEY".to_owned()))
        );
        assert_eq!(
            Credential::parse("file:a/b"),
            Some(Credential::File("a/b".into()))
        );
        assert_eq!(Credential::parse("none"), Some(Credential::None));
        for text in ["", "sk-secret", "env:", "file:", "exec:a", "literal:a"] {
            assert_eq!(Credential::parse(text), None, "{text}");
        }
    }
}
