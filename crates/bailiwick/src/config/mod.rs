//! `bailiwick.toml`: how this installation connects.
//!
//! The register says what may be done and pins the host names of each deployment; this file says by which connector,
//! under whose credential and from which listener. It never holds a secret, only where one is found ([`credential`]),
//! and unknown keys are refused, since a misspelt `proxy` would otherwise mean a direct connection.

pub(crate) mod control;
pub(crate) mod credential;
mod environment;
mod issuers;
mod ledger;
pub(crate) mod places;
mod read;
mod store;

use crate::exit::UsageError;
use crate::folder::CONFIGURATION;
use anyhow::Context as _;
use credential::Credential;
use gateway::ConnectorOptions;
use gateway::{Listening, Proxy, Rates};
pub(crate) use issuers::{Issuer, SignInConfig, Transmitter};
pub(crate) use ledger::{LedgerConfig, WitnessConfig};
use register::diagnose::Diagnostics;
use register::model::PlaceFact;
use register::source::{Position, Source};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
pub(crate) use store::{KeptIn, StoreConfig};
use wire::Protocol;
use wire::reach::Caps;

/// The configuration of an installation. Paths are resolved against the folder of its file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Config {
    /// Folder of the register.
    pub(crate) register: Option<PathBuf>,
    /// Where keys and the ledger are kept.
    pub(crate) data: Option<PathBuf>,
    /// Where the gateway listens.
    pub(crate) listeners: Vec<Listener>,
    /// How providers are reached.
    pub(crate) connectors: Vec<Connector>,
    /// Whose tokens are taken.
    pub(crate) issuers: Vec<Issuer>,
    /// Where coding tools sign people in; `None`: nowhere.
    pub(crate) sign_in: Option<SignInConfig>,
    /// Who may say that sign-ins ended.
    pub(crate) transmitters: Vec<Transmitter>,
    /// Where people and keys are kept.
    pub(crate) store: StoreConfig,
    /// Who reads the ledger, and who witnesses it.
    pub(crate) ledger: LedgerConfig,
    /// How connections are taken, and how much is served.
    pub(crate) serving: Serving,
    /// Where people are known from.
    pub(crate) places: places::Places,
    /// Where those who run it ask how it is and what it has done; `None`: nowhere.
    pub(crate) telemetry: Option<SocketAddr>,
    /// Where the installation is administered; `None`: nowhere.
    pub(crate) control: Option<control::ControlConfig>,
    /// The collector that is sent traces and metrics; `None`: nothing is sent.
    pub(crate) otlp: Option<Otlp>,
    /// How lines of the log are written.
    pub(crate) log: LogFormat,
}

/// How lines of the log are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// A collector of OpenTelemetry, and what it is sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Otlp {
    /// Base address.
    pub(crate) endpoint: String,
    /// Headers that it asks for, by name and where the value is found.
    pub(crate) headers: Vec<(String, Credential)>,
    /// Certificate authorities to trust in the place of those of the web.
    pub(crate) ca: Option<PathBuf>,
    /// The proxy on the way.
    pub(crate) proxy: Option<Proxy>,
    /// Share of traces that are sent.
    pub(crate) sampling: f64,
    /// What the installation is called there.
    pub(crate) service_name: String,
    /// What this process is called there.
    pub(crate) service_instance: Option<String>,
    /// Time between two sendings.
    pub(crate) interval: Duration,
    /// Whether providers get the ids of traces.
    pub(crate) trace_to_providers: bool,
}

/// How connections are taken, and how much is served.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Serving {
    /// Certificate and proxies.
    pub(crate) listening: Listening,
    /// Requests and tokens by the minute.
    pub(crate) rates: Rates,
    /// How long providers are waited for.
    pub(crate) waits: Waits,
    /// The most that one request may ask for.
    pub(crate) caps: Caps,
    /// Size of the body of a request in bytes; `None`: as the gateway has it.
    pub(crate) body_bytes: Option<usize>,
}

/// How long providers are waited for; `None`: as the gateway has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Waits {
    /// Until one begins to answer.
    pub(crate) first_byte: Option<Duration>,
    /// Between two pieces of an answer.
    pub(crate) idle: Option<Duration>,
    /// Until one begins to answer for a model, by its name.
    pub(crate) models: BTreeMap<String, Duration>,
}

/// A socket of the gateway.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Listener {
    /// Address and port.
    pub(crate) address: SocketAddr,
    /// How people reach it, for links in refusals; the address where none is given.
    pub(crate) public_url: Option<String>,
    /// Where it is written.
    pub(crate) position: Position,
}

/// How a provider is reached.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Connector {
    /// Identity, as deployments name it.
    pub(crate) id: String,
    /// Base URL of the provider.
    pub(crate) url: String,
    /// Where the credential is found; `None`: the provider asks for none.
    pub(crate) credential: Option<Credential>,
    /// The wire that it speaks.
    pub(crate) protocol: Protocol,
    /// Where its calls leave, if not where the register says.
    pub(crate) egress: Option<PlaceFact>,
    /// What its channel needs, whom it trusts, and the proxy that its calls go through.
    pub(crate) options: ConnectorOptions,
    /// Where it is written.
    pub(crate) position: Position,
}

/// A configuration file as read.
pub(crate) struct Loaded {
    /// The configuration; `None` if it has errors.
    pub(crate) config: Option<Config>,
    /// The file.
    pub(crate) source: Source,
    /// Its errors.
    pub(crate) diagnostics: Diagnostics,
}

impl Config {
    /// The configuration of the file named, or of `bailiwick.toml` if there is one here; an error if it has errors.
    pub(crate) fn find(named: Option<&Path>) -> anyhow::Result<Option<Self>> {
        let Some(loaded) = Loaded::find(named)? else {
            return Ok(None);
        };
        match loaded.config {
            Some(config) => Ok(Some(config)),
            None => {
                let help = "`bailiwick config check` shows each of them".to_owned();
                let message = format!(
                    "`{}` has {} errors",
                    loaded.source.path,
                    loaded.diagnostics.errors().count()
                );
                Err(UsageError::new(message, help).into())
            }
        }
    }
}

impl Loaded {
    /// Reads the file named, or `bailiwick.toml` if there is one here.
    pub(crate) fn find(named: Option<&Path>) -> anyhow::Result<Option<Self>> {
        let path = named.unwrap_or(Path::new(CONFIGURATION));
        if !path.is_file() {
            return match named {
                None => Ok(None),
                Some(path) => {
                    Err(UsageError::new(format!("there is no file `{}`", path.display()), None).into())
                }
            };
        }
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(Some(Self::of(
            Source {
                path: path.display().to_string(),
                text,
            },
            folder,
        )))
    }

    /// The configuration of a text, as if it were `bailiwick.toml` in the folder `etc`.
    #[cfg(test)]
    pub(crate) fn of_text(text: &str) -> Self {
        let source = Source {
            path: "bailiwick.toml".to_owned(),
            text: text.to_owned(),
        };
        Self::of(source, Path::new("etc"))
    }

    /// A configuration whose text is at hand, its paths resolved against a folder.
    pub(crate) fn of(source: Source, folder: &Path) -> Self {
        let (config, diagnostics) = read::read(&source, folder, &credential::variable);
        Self {
            config,
            source,
            diagnostics,
        }
    }
}

/// What is wrong with a configuration whose text is at hand, and whose variables are too.
#[cfg(test)]
pub(crate) fn check_text(source: &Source, variable: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let (_, diagnostics) = read::read(source, Path::new(""), variable);
    diagnostics.errors().map(|error| error.message.clone()).collect()
}
