//! `bailiwick config check`: the configuration by itself, and beside the register that it connects.

use super::{register_of, shown};
use crate::arguments::Global;
use crate::config::{Config, Loaded};
use crate::exit::{Exit, UsageError};
use crate::folder::{CONFIGURATION, Folder};
use crate::render;
use crate::screen::Screen;
use crate::services::{connectors, control, export, sign_in};
use gateway::ConnectorError;
use register::model::Register;
use serde::Serialize;

/// What `config check --json` prints.
#[derive(Debug, Serialize)]
struct CheckedConfig {
    /// Whether a gateway would start with it.
    ok: bool,
    /// The file.
    file: String,
    /// Errors in the file itself, each with its position.
    diagnostics: serde_json::Value,
    /// What does not fit the register.
    misfits: Vec<String>,
    /// Each connector: id, protocol, url, where its credential is found and how it is used. Never the secret.
    connectors: Vec<ShownConnector>,
}

#[derive(Debug, Serialize)]
struct ShownConnector {
    id: String,
    protocol: &'static str,
    url: String,
    credential: Option<String>,
    auth: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<String>,
}

pub(super) fn check(global: &Global, screen: &mut Screen) -> anyhow::Result<Exit> {
    let Some(loaded) = Loaded::find(global.config.as_deref())? else {
        let help = "write one with `bailiwick init DIR`, or name it with --config".to_owned();
        return Err(UsageError::new(format!("there is no `{CONFIGURATION}` here"), help).into());
    };
    let misfits = match &loaded.config {
        Some(config) => misfits(global, config)?,
        None => Vec::new(),
    };
    let ok = loaded.config.is_some() && misfits.is_empty();
    render::diagnostics(screen, &loaded.diagnostics, std::slice::from_ref(&loaded.source))?;
    for misfit in &misfits {
        screen.error(misfit, None)?;
    }
    let connectors = loaded.config.as_ref().map(show).unwrap_or_default();
    let file = loaded.source.path.clone();
    let checked = CheckedConfig {
        ok,
        file,
        diagnostics: loaded.diagnostics.to_json(),
        misfits,
        connectors,
    };
    if screen.json() {
        screen.document(&checked)?;
    } else {
        print(&checked, screen)?;
    }
    match ok {
        true => screen.next(
            format_args!("bailiwick serve --config {}", checked.file),
            "start the gateway",
        )?,
        false => screen.next(
            format_args!("bailiwick config check --config {}", checked.file),
            "again, once mended",
        )?,
    }
    Ok(if ok { Exit::Done } else { Exit::Failed })
}

fn print(checked: &CheckedConfig, screen: &mut Screen) -> anyhow::Result<()> {
    let mut table = render::table(screen, &["connector", "protocol", "url", "credential"]);
    for connector in &checked.connectors {
        let credential = connector.credential.clone().unwrap_or_else(|| "none".to_owned());
        table.add_row([
            connector.id.clone(),
            connector.protocol.to_owned(),
            connector.url.clone(),
            credential,
        ]);
    }
    if !checked.connectors.is_empty() {
        screen.data(render::as_text(&table))?;
    }
    Ok(screen.data(format_args!(
        "{}: {}",
        checked.file,
        if checked.ok { "ok" } else { "not usable" }
    ))?)
}

fn show(config: &Config) -> Vec<ShownConnector> {
    config.connectors.iter().map(show_one).collect()
}

fn show_one(connector: &crate::config::Connector) -> ShownConnector {
    let options = &connector.options;
    ShownConnector {
        id: connector.id.clone(),
        protocol: connector.protocol.as_str(),
        url: connector.url.clone(),
        credential: connector
            .credential
            .as_ref()
            .map(|credential| credential.describe()),
        auth: options.auth.as_str(),
        region: options.region.clone(),
        project: options.project.clone(),
        location: options.location.clone(),
        api_version: options.api_version.clone(),
        // whoever wrote a password into the address is told so, and it is not shown
        proxy: options.proxy.as_ref().map(|proxy| host_of(&proxy.url).to_owned()),
        ca: options.ca.as_ref().map(|path| path.display().to_string()),
    }
}

/// Everything in which configuration and register, or configuration and machine, do not fit together.
fn misfits(global: &Global, config: &Config) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let at = |line: u32| format!("line {line}");
    for connector in &config.connectors {
        if let Some(Err(error)) = connector.credential.as_ref().map(|credential| credential.check()) {
            found.push(format!(
                "{}: connector `{}`: {error:#}",
                at(connector.position.line),
                connector.id
            ));
        }
        match connectors::open_one(connector) {
            // said above, with more about the source
            Ok(_) | Err(ConnectorError::NoCredential { .. }) => {}
            Err(error) => found.push(format!("{}: {error}", at(connector.position.line))),
        }
    }
    found.extend(sign_in::misfits(config));
    if let Err(error) = export::open(config) {
        found.push(format!("telemetry: {error}"));
    }
    if let Err(error) = config.places.open(0) {
        found.push(format!("`places`: {error:#}"));
    }
    found.extend(control::misfits(config));
    if config.listeners.is_empty() {
        found.push("there is no listener, so nothing would be served".to_owned());
    }
    let folder = Folder::read(&register_of(global, None)?)?;
    match &folder.register {
        Some(register) => {
            found.extend(outside_pins(config, register));
            found.extend(sign_in::unknown_applications(&config.issuers, register));
        }
        None => found.push(format!("the register in `{}` has errors", shown(&folder.path))),
    }
    Ok(found)
}

/// Connectors whose host is not among those to which a deployment is pinned, or whose wire is not that of its channel,
/// and deployments without a connector.
fn outside_pins(config: &Config, register: &Register) -> Vec<String> {
    let mut found = Vec::new();
    for deployment in &register.deployments {
        let Some(connector) = config
            .connectors
            .iter()
            .find(|connector| connector.id == deployment.connector)
        else {
            let (id, connector) = (&deployment.id, &deployment.connector);
            found.push(format!(
                "deployment `{id}` is carried by connector `{connector}`, which is not configured"
            ));
            continue;
        };
        let host = host_of(&connector.url);
        let channel = register
            .channels
            .iter()
            .find(|channel| channel.id == deployment.channel);
        let (speaks, wire) = (
            connector.protocol.wire(),
            channel.map(|channel| channel.wire.as_str()),
        );
        if wire.is_some_and(|wire| wire != speaks) {
            let (id, connector, wire) = (&deployment.id, &connector.id, wire.unwrap_or_default());
            found.push(format!(
                "connector `{connector}` speaks `{speaks}`, and the channel of deployment `{id}` has the wire `{wire}`"
            ));
        }
        if !deployment.hosts.iter().any(|pinned| pinned == host) {
            let (id, connector) = (&deployment.id, &connector.id);
            found.push(format!(
                "connector `{connector}` goes to `{host}`, to which deployment `{id}` is not pinned"
            ));
        }
    }
    found
}

/// The host name of a URL, without scheme, port and path.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or(host),
    }
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn hosts_of_urls() {
        let check = |url: &str, host: &str| assert_eq!(host_of(url), host, "{url}");
        check("https://api.anthropic.com", "api.anthropic.com");
        check("https://api.anthropic.com:443/v1?x=http://y", "api.anthropic.com");
        check("http://127.0.0.1:8081/a", "127.0.0.1");
        check("http://[::1]:8081/a", "::1");
        check("https://api.anthropic.com@evil.example/", "evil.example");
    }
}
