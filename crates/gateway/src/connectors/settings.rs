//! One connector, checked when it is made.

use super::grant::Grant;
use super::held::{Health, Held};
use super::line::{HttpClient, Line};
use super::names::{Lookup, Names};
use super::{ConnectorError, ConnectorOptions, Credential};
use hyper::Uri;
use hyper::body::Body;
use hyper::http::uri::{Authority, Scheme};
use register::model::{Deployment, Instant};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
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
    /// What else there is to say.
    pub options: ConnectorOptions,
}

/// A way to a provider, checked.
pub struct Connector {
    id: String,
    scheme: Scheme,
    authority: Authority,
    path: String,
    credential: Held,
    protocol: Protocol,
    is_stand_in: bool,
    options: ConnectorOptions,
    line: Line,
}

impl Connector {
    /// Checks the settings and takes the credential, if it is at hand; `environment` looks up a variable.
    ///
    /// # Errors
    /// When the address is none or not secure, the credential is not there, or the protocol lacks something.
    pub fn open(
        settings: &ConnectorSettings,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectorError> {
        let (scheme, authority, path) = address(settings)?;
        let host = authority.host();
        let (id, protocol, options) = (settings.id.clone(), settings.protocol, settings.options.clone());
        options.check(&id, protocol, host)?;
        let used = (settings.credential.clone(), options.auth.clone());
        Ok(Self {
            credential: Held::open(&id, protocol, used, options.refresh, &environment)?,
            line: Line::open(&id, &options, &environment)?,
            id,
            scheme,
            authority,
            path,
            protocol,
            is_stand_in: settings.is_stand_in,
            options,
        })
    }

    /// The same, where the addresses of names are found by something else than the system.
    #[must_use]
    pub fn finding(self, lookup: Arc<dyn Lookup>) -> Self {
        let line = self.line.finding(Names::of(lookup));
        Self { line, ..self }
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

    /// Whether there is a credential to send requests with. Without one nothing is sent, by this connector or, in its
    /// place, by another.
    pub fn health(&self) -> Health {
        self.credential.health()
    }

    /// Why the credential in use could not be renewed, and when it ends.
    pub(crate) fn trouble(&self) -> Option<(String, Option<Instant>)> {
        self.credential.trouble()
    }

    /// What a request carries so that the provider takes it; `None`: nothing may be sent.
    pub(super) fn grant(&self, now: Instant) -> Option<Grant> {
        self.credential.grant(now)
    }

    /// What the installation says beyond the address.
    pub(super) const fn options(&self) -> &ConnectorOptions {
        &self.options
    }

    /// Fetches the credential, if that is due.
    pub(super) async fn renew(&self, clock: fn() -> Instant) {
        self.credential.renew(&self.line, clock).await;
    }

    /// A client with a pool of its own.
    pub(super) fn client<B>(&self, connect: Duration) -> HttpClient<B>
    where
        B: Body + Send,
        B::Data: Send,
    {
        self.line.client(connect)
    }

    /// The address of a call: path and query, with more for the query.
    pub(super) fn uri(&self, path: &str, query: &str) -> Result<Uri, hyper::http::Error> {
        let joint = match (query.is_empty(), path.contains('?')) {
            (true, _) => "",
            (false, true) => "&",
            (false, false) => "?",
        };
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{}{path}{joint}{query}", self.path))
            .build()
    }

    /// The host as it stands in the header `host`: with its port, unless that is the scheme's own.
    pub(super) fn host(&self) -> String {
        let own = if self.scheme == Scheme::HTTPS { 443 } else { 80 };
        match self.authority.port_u16() {
            Some(port) if port != own => format!("{}:{port}", self.authority.host()),
            _ => self.authority.host().to_owned(),
        }
    }

    /// Host and port that calls go to.
    pub(crate) fn reached_at(&self) -> (String, u16) {
        let own = if self.scheme == Scheme::HTTPS { 443 } else { 80 };
        let port = self.authority.port_u16().unwrap_or(own);
        (self.authority.host().to_owned(), port)
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

    /// Whether the wire of a deployment's channel is the one that is spoken here.
    pub(super) fn check_wire(&self, deployment: &Deployment, wire: &str) -> Result<(), ConnectorError> {
        let speaks = self.protocol.wire();
        if speaks == wire {
            return Ok(());
        }
        Err(ConnectorError::OtherWire {
            connector: self.id.clone(),
            speaks: speaks.to_owned(),
            deployment: deployment.id.clone(),
            wire: wire.to_owned(),
        })
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("id", &self.id)
            .field("host", &self.authority)
            .field("protocol", &self.protocol)
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

/// Scheme, host and path before the protocol's own, if all of them are safe.
fn address(settings: &ConnectorSettings) -> Result<(Scheme, Authority, String), ConnectorError> {
    let connector = || settings.id.clone();
    let no_url = || ConnectorError::Url {
        connector: connector(),
        url: settings.base_url.clone(),
    };
    let uri: Uri = settings.base_url.parse().map_err(|_| no_url())?;
    let parts = uri.into_parts();
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
    Ok((scheme, authority, path))
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
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
        let settings = ConnectorSettings {
            id: "anthropic".to_owned(),
            base_url: base_url.to_owned(),
            credential,
            protocol: Protocol::Anthropic,
            is_stand_in,
            options: ConnectorOptions::default(),
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
        let check = |base: &str, path: &str, query: &str, expected: &str| {
            let connector = open(base, false, Credential::None).unwrap();
            assert_eq!(connector.uri(path, query).unwrap().to_string(), expected);
        };
        let api = "https://api.anthropic.com";
        let messages = "/v1/messages";
        check(api, messages, "", "https://api.anthropic.com/v1/messages");
        check(
            &format!("{api}/"),
            messages,
            "beta=true",
            "https://api.anthropic.com/v1/messages?beta=true",
        );
        check(api, "/x?a=1", "b=2", "https://api.anthropic.com/x?a=1&b=2");
        check(
            "https://host:8443/a/b/",
            messages,
            "",
            "https://host:8443/a/b/v1/messages",
        );
        check(
            "http://127.0.0.1:9",
            messages,
            "",
            "http://127.0.0.1:9/v1/messages",
        );
        check("http://[::1]:9", messages, "", "http://[::1]:9/v1/messages");
    }

    #[test]
    fn the_host_is_written_as_it_is_sent() {
        let check = |base: &str, expected: &str| {
            assert_eq!(open(base, false, Credential::None).unwrap().host(), expected);
        };
        check("https://api.anthropic.com", "api.anthropic.com");
        check("https://api.anthropic.com:443", "api.anthropic.com");
        check("https://api.anthropic.com:8443/a", "api.anthropic.com:8443");
        check("http://127.0.0.1:80", "127.0.0.1");
        check("http://[::1]:9", "[::1]:9");
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
    fn credentials_are_taken_and_never_shown() {
        let connector = open("https://host", false, Credential::Env("KEY".to_owned())).unwrap();
        let Some(Grant::Header(name, value)) = connector.grant(Instant(0)) else {
            panic!("nothing is held");
        };
        assert_eq!(
            (name.as_str(), value.as_bytes()),
            ("x-api-key", b"sk-canary".as_slice())
        );
        assert!(!format!("{connector:?}").contains("canary"));
        let missing = open("https://host", false, Credential::Env("OTHER".to_owned())).unwrap_err();
        assert!(missing.to_string().contains("the variable `OTHER`"));
        let unusable = open("https://host", false, Credential::Literal("a\nb".to_owned())).unwrap_err();
        assert!(unusable.to_string().contains("cannot be sent in a header"));
        let empty = open("https://host", false, Credential::Literal(" ".to_owned())).unwrap_err();
        assert!(matches!(empty, ConnectorError::NoCredential { .. }));
    }
}
