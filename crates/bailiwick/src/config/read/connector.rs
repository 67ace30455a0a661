//! The part of the configuration that says how providers are reached.

use super::super::Connector;
use super::super::credential::Credential;
use super::Reader;
use gateway::{Auth, ConnectorOptions, EntraClient, Proxy};
use register::model::PlaceFact;
use std::ops::Range;
use std::time::Duration;
use territory::Place;
use toml::de::DeTable;
use wire::Protocol;

/// Keys of a connector.
const KEYS: [&str; 18] = [
    "id",
    "url",
    "credential",
    "protocol",
    "egress",
    "proxy",
    "proxy_credential",
    "ca",
    "auth",
    "refresh",
    "region",
    "project",
    "location",
    "api_version",
    "tenant",
    "client_id",
    "scope",
    "token_url",
];

/// Keys that say something to Entra.
const OF_ENTRA: [&str; 4] = ["tenant", "client_id", "scope", "token_url"];

impl Reader<'_> {
    pub(super) fn connectors(&self, root: &DeTable<'_>) -> Vec<Connector> {
        let all = self.sections(root, "connector", |table, span| self.connector(table, span));
        for (index, connector) in all.iter().enumerate() {
            if all.iter().take(index).any(|earlier| earlier.id == connector.id) {
                let span = connector.position.start..connector.position.end;
                self.report(
                    "duplicate-id",
                    span,
                    format!("there are two connectors `{}`", connector.id),
                    None,
                );
            }
        }
        all
    }

    fn connector(&self, table: &DeTable<'_>, span: Range<usize>) -> Option<Connector> {
        self.known_keys(table, &KEYS);
        let id = self.needed(table, &span, "id");
        let url = self
            .needed(table, &span, "url")
            .filter(|(url, at)| self.is_url(url, at));
        let protocol = self
            .needed(table, &span, "protocol")
            .and_then(|(text, at)| self.protocol(text, at));
        let egress = self
            .text(table, "egress")
            .and_then(|(text, at)| self.place(text, at));
        let credential = self.credential(table, "credential");
        let options = self.options(table, &span);
        Some(Connector {
            id: id?.0.to_owned(),
            url: url?.0.trim_end_matches('/').to_owned(),
            credential,
            protocol: protocol?,
            egress,
            options: options?,
            position: self.position(span),
        })
    }

    fn options(&self, table: &DeTable<'_>, span: &Range<usize>) -> Option<ConnectorOptions> {
        let owned = |key| self.text(table, key).map(|(text, _)| text.to_owned());
        Some(ConnectorOptions {
            region: owned("region"),
            project: owned("project"),
            location: owned("location"),
            api_version: owned("api_version"),
            refresh: self
                .text(table, "refresh")
                .and_then(|(text, at)| self.duration(text, at)),
            ca: self.path(table, "ca"),
            proxy: self.proxy(table),
            auth: self.auth(table, span)?,
        })
    }

    pub(super) fn proxy(&self, table: &DeTable<'_>) -> Option<Proxy> {
        let url = self.text(table, "proxy").filter(|(url, at)| self.is_url(url, at));
        let credential = self.credential(table, "proxy_credential");
        if table.get("proxy").is_none()
            && let Some((_, at)) = self.text(table, "proxy_credential")
        {
            self.alone("proxy_credential", at, "`proxy`");
        }
        Some(Proxy {
            url: url?.0.to_owned(),
            credential: Credential::handed_on(credential.as_ref()),
        })
    }

    fn auth(&self, table: &DeTable<'_>, span: &Range<usize>) -> Option<Auth> {
        let (word, at) = self.text(table, "auth").unwrap_or(("key", 0..0));
        if word == "entra" {
            return self.entra(table, span);
        }
        for key in OF_ENTRA {
            if let Some((_, at)) = self.text(table, key) {
                self.alone(key, at, "`auth = \"entra\"`");
            }
        }
        match word {
            "key" => Some(Auth::Key),
            "bearer" => Some(Auth::Bearer),
            "aws" => Some(Auth::Aws),
            "google" => Some(Auth::Google),
            _ => {
                let help = "it is `key`, `bearer`, `aws`, `google` or `entra`".to_owned();
                let message = format!("`{word}` is no way to use a credential");
                self.report("auth", at, message, Some(help));
                None
            }
        }
    }

    fn entra(&self, table: &DeTable<'_>, span: &Range<usize>) -> Option<Auth> {
        let text = |key| self.text(table, key).map(|(text, _)| text);
        let client_id = self.needed(table, span, "client_id");
        let token_url = match (text("token_url"), text("tenant")) {
            (Some(url), _) => Some(url.to_owned()),
            (None, Some(tenant)) => Some(EntraClient::token_url(tenant)),
            (None, None) => {
                let message = "`tenant` or `token_url` is missing".to_owned();
                self.report("missing-key", span.clone(), message, None);
                None
            }
        };
        Some(Auth::Entra(EntraClient {
            token_url: token_url?,
            client_id: client_id?.0.to_owned(),
            scope: text("scope").unwrap_or(EntraClient::SCOPE).to_owned(),
        }))
    }

    /// A key that says nothing by itself.
    fn alone(&self, key: &str, at: Range<usize>, with: &str) {
        self.report("alone", at, format!("`{key}` goes with {with} only"), None);
    }

    pub(super) fn duration(&self, text: &str, at: Range<usize>) -> Option<Duration> {
        let units = [("s", 1), ("m", 60), ("h", 3600)];
        let found = units.iter().find_map(|(unit, seconds)| {
            let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
            number.checked_mul(*seconds).filter(|seconds| *seconds > 0)
        });
        if found.is_none() {
            let help = "write a number and `s`, `m` or `h`, such as `15m`".to_owned();
            self.report("time", at, format!("`{text}` is not a time"), Some(help));
        }
        found.map(Duration::from_secs)
    }

    fn protocol(&self, text: &str, at: Range<usize>) -> Option<Protocol> {
        let found = Protocol::of_word(text);
        if found.is_none() {
            let known: Vec<&str> = Protocol::ALL.iter().map(|protocol| protocol.as_str()).collect();
            let help = format!("it is `{}`", known.join("` or `"));
            self.report("protocol", at, format!("`{text}` is not a protocol"), Some(help));
        }
        found
    }

    fn place(&self, text: &str, at: Range<usize>) -> Option<PlaceFact> {
        match Place::parse(text) {
            Ok(place) => Some(PlaceFact::Known(place)),
            Err(error) => {
                self.report("place", at, error.to_string(), error.help());
                None
            }
        }
    }

    /// The text is not repeated in the message: whoever writes the secret itself here should not find it in a log.
    pub(super) fn credential(&self, table: &DeTable<'_>, key: &str) -> Option<Credential> {
        let (text, at) = self.text(table, key)?;
        let credential = Credential::parse(text, self.folder);
        if credential.is_none() {
            let message = "this does not say where the credential is found".to_owned();
            let help = "write `env:NAME`, `file:PATH` or `exec:COMMAND`, never the secret itself".to_owned();
            self.report("credential", at, message, Some(help));
        }
        credential
    }
}
