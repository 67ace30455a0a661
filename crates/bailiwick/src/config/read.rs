//! Reading `bailiwick.toml` by hand over its spanned tree, so that all its mistakes are reported at once, each with its
//! line and, for a misspelt key, the one that was meant.

mod connector;
mod control;
mod issuer;
mod ledger;
mod places;
mod serving;
mod sign_in;
mod store;
mod telemetry;

use super::environment;
use super::{Config, Listener};
use crate::exit::nearest;
use ipnet::IpNet;
use register::diagnose::{Diagnostic, Diagnostics, Severity};
use register::source::{Position, Source};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// Reads a file; the configuration is `None` if anything is wrong with it. `variable` looks up what the environment says.
pub(super) fn read(
    source: &Source,
    folder: &Path,
    variable: &dyn Fn(&str) -> Option<String>,
) -> (Option<Config>, Diagnostics) {
    let reader = Reader {
        source,
        folder,
        found: RefCell::default(),
    };
    let (mut root, errors) = DeTable::parse_recoverable(&source.text);
    for error in errors {
        let message = error.message().replace('\n', " ");
        reader.report("syntax", error.span().unwrap_or(0..0), message, None);
    }
    environment::complete(root.get_mut(), variable, &mut |span, incomplete| {
        let (message, help) = incomplete.told();
        reader.report(environment::MISSING, span, message, Some(help));
    });
    let config = reader.config(root.get_ref());
    let mut found = reader.found.into_inner();
    found.sort_by_key(|diagnostic| diagnostic.position.start);
    // an address that could not be completed is no address either, which need not be said twice
    found.dedup_by(|later, first| {
        first.code == environment::MISSING && first.position.start == later.position.start
    });
    (found.is_empty().then_some(config), Diagnostics(found))
}

struct Reader<'s> {
    source: &'s Source,
    folder: &'s Path,
    found: RefCell<Vec<Diagnostic>>,
}

impl<'s> Reader<'s> {
    fn config(&self, root: &DeTable<'_>) -> Config {
        let known = [
            "register",
            "data",
            "listener",
            "connector",
            "issuer",
            "transmitter",
            "sign_in",
            "trusted_proxies",
            "tls",
            "limits",
            "places",
            "telemetry",
            "log",
            "store",
            "control",
            "ledger",
        ];
        self.known_keys(root, &known);
        Config {
            register: self.section(root, "register").and_then(|table| {
                self.known_keys(table, &["path"]);
                self.path(table, "path")
            }),
            data: self.section(root, "data").and_then(|table| {
                self.known_keys(table, &["dir"]);
                self.path(table, "dir")
            }),
            listeners: self.sections(root, "listener", |table, span| self.listener(table, span)),
            connectors: self.connectors(root),
            issuers: self.issuers(root),
            transmitters: self.transmitters(root),
            sign_in: self.sign_in(root),
            store: self.store(root),
            ledger: self.ledger(root),
            serving: self.serving(root),
            places: self.places(root),
            telemetry: self.telemetry(root),
            control: self.control(root),
            otlp: self.otlp(root),
            log: self.log(root),
        }
    }

    fn listener(&self, table: &DeTable<'_>, span: Range<usize>) -> Option<Listener> {
        self.known_keys(table, &["address", "public_url"]);
        let address = self.address(table, &span, "address")?;
        let public_url = self.text(table, "public_url").map(|(text, _)| text.to_owned());
        Some(Listener {
            address,
            public_url,
            position: self.position(span),
        })
    }

    /// The socket that a key names, which must be there.
    fn address(&self, table: &DeTable<'_>, span: &Range<usize>, key: &str) -> Option<SocketAddr> {
        let (text, at) = self.needed(table, span, key)?;
        let address = text.parse().ok();
        if address.is_none() {
            let help = "write an IP address and a port, such as `127.0.0.1:8080`".to_owned();
            let message = format!("`{text}` is not an address");
            self.report("address", at, message, Some(help));
        }
        address
    }

    fn is_url(&self, url: &str, at: &Range<usize>) -> bool {
        let host = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"));
        let is_url = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'));
        if !is_url {
            let help = "write it as `https://` and a host name".to_owned();
            self.report(
                "url",
                at.clone(),
                format!("`{url}` is not the address of a server"),
                Some(help),
            );
        }
        is_url
    }

    fn path(&self, table: &DeTable<'_>, key: &str) -> Option<PathBuf> {
        self.text(table, key).map(|(text, _)| self.folder.join(text))
    }

    /// A text that may be absent.
    fn text<'t>(&self, table: &'t DeTable<'_>, key: &str) -> Option<(&'t str, Range<usize>)> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some((text, value.span())),
            _ => {
                self.report("type", value.span(), format!("`{key}` is a text"), None);
                None
            }
        }
    }

    /// A text that must be there.
    fn needed<'t>(
        &self,
        table: &'t DeTable<'_>,
        span: &Range<usize>,
        key: &str,
    ) -> Option<(&'t str, Range<usize>)> {
        if table.get(key).is_none() {
            self.report("missing-key", span.clone(), format!("`{key}` is missing"), None);
        }
        self.text(table, key)
    }

    /// Networks, as many as are written; none where nothing is said.
    fn networks(&self, table: &DeTable<'_>, key: &str) -> Vec<IpNet> {
        let Some(value) = table.get(key) else {
            return Vec::new();
        };
        let wrong = |span: Range<usize>| {
            let help = "write networks, such as `[\"10.0.0.0/8\"]`".to_owned();
            self.report("type", span, format!("`{key}` is a list of networks"), Some(help));
        };
        let DeValue::Array(networks) = value.get_ref() else {
            wrong(value.span());
            return Vec::new();
        };
        let mut read = Vec::new();
        for network in networks.iter() {
            let text = match network.get_ref() {
                DeValue::String(text) => text.parse::<IpNet>().ok(),
                _ => None,
            };
            match text {
                Some(network) => read.push(network.trunc()),
                None => wrong(network.span()),
            }
        }
        read
    }

    /// Whether something is so; false where nothing is said.
    fn truth(&self, table: &DeTable<'_>, key: &str) -> bool {
        let Some(value) = table.get(key) else {
            return false;
        };
        match value.get_ref() {
            DeValue::Boolean(truth) => *truth,
            _ => {
                let message = format!("`{key}` is `true` or `false`");
                self.report("type", value.span(), message, None);
                false
            }
        }
    }

    fn section<'t, 'i>(&self, root: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
        let value = root.get(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.report(
                    "type",
                    value.span(),
                    format!("`{key}` is a table, `[{key}]`"),
                    None,
                );
                None
            }
        }
    }

    fn sections<'t, 'i: 't, T>(
        &self,
        root: &'t DeTable<'i>,
        key: &str,
        read: impl Fn(&'t DeTable<'i>, Range<usize>) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = root.get(key) else {
            return Vec::new();
        };
        let wrong = |span| {
            self.report(
                "type",
                span,
                format!("`{key}` is a list of tables, `[[{key}]]`"),
                None,
            )
        };
        let DeValue::Array(elements) = value.get_ref() else {
            wrong(value.span());
            return Vec::new();
        };
        let mut all = Vec::new();
        for element in elements.iter() {
            match element.get_ref() {
                DeValue::Table(table) => all.extend(read(table, element.span())),
                _ => wrong(element.span()),
            }
        }
        all
    }

    fn known_keys(&self, table: &DeTable<'_>, known: &[&str]) {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let help = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there is `{}`", known.join("`, `")),
                };
                self.report(
                    "unknown-key",
                    key.span(),
                    format!("`{name}` is not a key here"),
                    Some(help),
                );
            }
        }
    }

    fn report(&self, code: &'static str, span: Range<usize>, message: String, help: Option<String>) {
        let position = self.position(span);
        let severity = Severity::Error;
        self.found.borrow_mut().push(Diagnostic {
            severity,
            code,
            message,
            help,
            position,
            labels: Vec::new(),
        });
    }

    fn position(&self, span: Range<usize>) -> Position {
        let before = self.source.text.get(..span.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |end| end.saturating_add(1));
        let column = before.get(line_start..).map_or(0, |start| start.chars().count());
        let number = |count: usize| u32::try_from(count.saturating_add(1)).unwrap_or(u32::MAX);
        Position {
            path: Arc::from(self.source.path.as_str()),
            line: number(before.matches('\n').count()),
            column: number(column),
            start: span.start,
            end: span.end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Connector;
    use super::super::credential::Credential;
    use super::*;
    use gateway::Auth;
    use register::model::PlaceFact;
    use std::time::Duration;
    use wire::Protocol;

    fn read_text(text: &str) -> (Option<Config>, Vec<String>) {
        let source = Source {
            path: "bailiwick.toml".to_owned(),
            text: text.to_owned(),
        };
        let variable = |name: &str| (name == "PORT").then(|| "8080".to_owned());
        let (config, diagnostics) = read(&source, Path::new("etc"), &variable);
        let shown = |found: &Diagnostic| {
            let help = found
                .help
                .as_ref()
                .map(|help| format!(" ({help})"))
                .unwrap_or_default();
            format!(
                "{}:{} {}{help}",
                found.position.line, found.position.column, found.message
            )
        };
        (config, diagnostics.iter().map(shown).collect())
    }

    const WHOLE: &str = r#"
[register]
path = "register"

[data]
dir = "data"

[[listener]]
address = "127.0.0.1:8080"
public_url = "https://ai.larkmoor.example"

[[connector]]
id = "anthropic-api"
url = "https://api.anthropic.com/"
credential = "env:ANTHROPIC_API_KEY"
protocol = "anthropic"
egress = "US"
proxy = "http://proxy.larkmoor.example:3128"
proxy_credential = "env:PROXY"
ca = "ca.pem"

[[connector]]
id = "bedrock"
url = "https://bedrock-runtime.eu-west-1.amazonaws.com"
credential = "exec:lend-keys bedrock"
protocol = "bedrock"
auth = "aws"
region = "eu-west-1"
refresh = "15m"

[[connector]]
id = "vertex"
url = "https://europe-west1-aiplatform.googleapis.com"
credential = "file:account.json"
protocol = "vertex"
auth = "google"
project = "larkmoor-1"
location = "europe-west1"

[[connector]]
id = "azure-openai"
url = "https://larkmoor.openai.azure.com"
credential = "env:ENTRA"
protocol = "azure-openai"
auth = "entra"
tenant = "larkmoor.example"
client_id = "11-22"
api_version = "2024-10-21"
"#;

    #[test]
    fn everything_it_can_say() {
        let (config, found) = read_text(WHOLE);
        assert_eq!(found, Vec::<String>::new());
        let config = config.unwrap();
        assert_eq!(config.register, Some(PathBuf::from("etc/register")));
        assert_eq!(config.data, Some(PathBuf::from("etc/data")));
        assert_eq!(config.listeners[0].address, "127.0.0.1:8080".parse().unwrap());
        let connector = &config.connectors[0];
        assert_eq!(
            (connector.url.as_str(), connector.protocol),
            ("https://api.anthropic.com", Protocol::Anthropic)
        );
        assert_eq!(
            connector.credential,
            Some(Credential::Env("ANTHROPIC_API_KEY".to_owned()))
        );
        assert_eq!(connector.egress, Some(PlaceFact::read("US")));
        assert_eq!(connector.options.ca, Some(PathBuf::from("etc/ca.pem")));
        let proxy = connector.options.proxy.as_ref().unwrap();
        assert_eq!(proxy.url, "http://proxy.larkmoor.example:3128");
        assert_eq!(proxy.credential, gateway::Credential::Env("PROXY".to_owned()));
        of_channels(&config.connectors);
    }

    fn of_channels(connectors: &[Connector]) {
        let bedrock = &connectors[1].options;
        assert_eq!(
            (&bedrock.auth, bedrock.region.as_deref()),
            (&Auth::Aws, Some("eu-west-1"))
        );
        assert_eq!(bedrock.refresh, Some(Duration::from_secs(900)));
        let vertex = &connectors[2].options;
        assert_eq!(vertex.auth, Auth::Google);
        assert_eq!(
            (vertex.project.as_deref(), vertex.location.as_deref()),
            (Some("larkmoor-1"), Some("europe-west1"))
        );
        let azure = &connectors[3].options;
        assert_eq!(azure.api_version.as_deref(), Some("2024-10-21"));
        let Auth::Entra(client) = &azure.auth else {
            panic!("{azure:?}");
        };
        assert_eq!(
            client.token_url,
            "https://login.microsoftonline.com/larkmoor.example/oauth2/v2.0/token"
        );
        assert_eq!(
            (client.client_id.as_str(), client.scope.as_str()),
            ("11-22", "https://cognitiveservices.azure.com/.default")
        );
    }

    #[test]
    fn settings_of_a_connector_that_go_together_stand_together() {
        let check = |more: &str, expected: &str| {
            let text =
                format!("[[connector]]\nid = \"a\"\nurl = \"https://x\"\nprotocol = \"openai\"\n{more}\n");
            let (config, found) = read_text(&text);
            assert_eq!((config, found), (None, vec![expected.to_owned()]), "{more}");
        };
        check(
            "auth = \"basic\"",
            "5:8 `basic` is no way to use a credential (it is `key`, `bearer`, `aws`, `google` or `entra`)",
        );
        check("auth = \"entra\"\ntenant = \"t\"", "1:1 `client_id` is missing");
        check(
            "auth = \"entra\"\nclient_id = \"t\"",
            "1:1 `tenant` or `token_url` is missing",
        );
        check(
            "tenant = \"t\"",
            "5:10 `tenant` goes with `auth = \"entra\"` only",
        );
        check(
            "refresh = \"15\"",
            "5:11 `15` is not a time (write a number and `s`, `m` or `h`, such as `15m`)",
        );
        check(
            "refresh = \"0m\"",
            "5:11 `0m` is not a time (write a number and `s`, `m` or `h`, such as `15m`)",
        );
        check(
            "proxy_credential = \"env:A\"",
            "5:20 `proxy_credential` goes with `proxy` only",
        );
        check(
            "proxy = \"http://p:1\"\nproxy_credential = \"secret\"",
            "6:20 this does not say where the credential is found (write `env:NAME`, `file:PATH` or `exec:COMMAND`, never the secret itself)",
        );
    }

    #[test]
    fn the_environment_completes_addresses_and_nothing_else() {
        let (config, found) = read_text("[[listener]]\naddress = \"127.0.0.1:${PORT}\"\n");
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(config.unwrap().listeners[0].address.port(), 8080);
        let (config, found) = read_text("[[listener]]\naddress = \"127.0.0.1:${PROT}\"\n");
        let expected =
            "2:11 the environment variable `PROT` is not set (set `PROT`, or write the address itself)";
        assert_eq!((config, found), (None, vec![expected.to_owned()]));
        let (config, _) = read_text("[data]\ndir = \"${PORT}\"\n");
        assert_eq!(config.unwrap().data, Some(PathBuf::from("etc/${PORT}")));
    }

    #[test]
    fn telemetry_has_an_address_and_nothing_else() {
        let (config, found) = read_text("[telemetry]\nlisten = \"127.0.0.1:${PORT}\"\n");
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(config.unwrap().telemetry, Some(([127, 0, 0, 1], 8080).into()));
        let check = |text: &str, expected: &str| {
            let (config, found) = read_text(text);
            assert_eq!((config, found), (None, vec![expected.to_owned()]), "{text}");
        };
        check("[telemetry]\n", "1:1 `listen` is missing");
        check(
            "[telemetry]\nlisten = \"9464\"\n",
            "2:10 `9464` is not an address (write an IP address and a port, such as `127.0.0.1:8080`)",
        );
        check(
            "[telemetry]\nlisten = \"127.0.0.1:1\"\nlisen = 1\n",
            "3:1 `lisen` is not a key here (did you mean `listen`?)",
        );
        check("telemetry = true\n", "1:13 `telemetry` is a table, `[telemetry]`");
    }

    #[test]
    fn an_empty_file_is_a_configuration() {
        assert_eq!(read_text(""), (Some(Config::default()), Vec::new()));
    }

    #[test]
    fn all_mistakes_at_once_each_where_it_is() {
        let check = |text: &str, expected: &[&str]| {
            let (config, found) = read_text(text);
            assert_eq!(
                (config, found),
                (None, expected.iter().map(|line| (*line).to_owned()).collect()),
                "{text}"
            );
        };
        check(
            "[regster]\n",
            &["1:2 `regster` is not a key here (did you mean `register`?)"],
        );
        check("register = 1\n", &["1:12 `register` is a table, `[register]`"]);
        check("[data]\ndir = 1\n", &["2:7 `dir` is a text"]);
        check(
            "[listener]\n",
            &["1:1 `listener` is a list of tables, `[[listener]]`"],
        );
        check(
            "[[listener]]\naddress = \"localhost\"\n",
            &[
                "2:11 `localhost` is not an address (write an IP address and a port, such as `127.0.0.1:8080`)",
            ],
        );
        check(
            "[[connector]]\nid = \"a\"\nurl = \"ftp://x\"\nprotocol = \"smtp\"\ncredential = \"sk-1\"\negress = \"Oz\"\n",
            &[
                "3:7 `ftp://x` is not the address of a server (write it as `https://` and a host name)",
                "4:12 `smtp` is not a protocol (it is `anthropic` or `openai` or `openai-compatible` or `azure-openai` or `bedrock` or `vertex` or `gemini`)",
                "5:14 this does not say where the credential is found (write `env:NAME`, `file:PATH` or \
                 `exec:COMMAND`, never the secret itself)",
                "6:10 `Oz` is not the code of a place (write an ISO 3166-1 alpha-2 code such as `HK`, or an ISO 3166-2 \
                 code such as `UA-43`)",
            ],
        );
        check(
            "[[connector]]\n",
            &[
                "1:1 `id` is missing",
                "1:1 `url` is missing",
                "1:1 `protocol` is missing",
            ],
        );
    }

    #[test]
    fn connectors_have_one_id_each() {
        let one = "[[connector]]\nid = \"a\"\nurl = \"https://x\"\nprotocol = \"openai\"\n";
        let (config, found) = read_text(&format!("{one}{one}"));
        assert_eq!(
            (config, found),
            (None, vec!["5:1 there are two connectors `a`".to_owned()])
        );
    }

    #[test]
    fn what_is_no_toml_is_refused() {
        let (config, found) = read_text("[data\ndir = \n");
        assert!(config.is_none() && !found.is_empty());
    }
}
