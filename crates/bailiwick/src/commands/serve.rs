//! `bailiwick serve`: the gateway as configured, until it is told to stop.

use super::{register_of, shown};
use crate::arguments::{Global, Serve};
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::exit::{Exit, UsageError};
use crate::folder::{CONFIGURATION, Folder};
use crate::screen::Screen;
use crate::services::connectors::Ways;
use crate::services::keeping::{self, Following};
use crate::services::{self, Ending, Kept, Services, load};
use anyhow::Context as _;
use control::routes::{API, SCIM};
use identity::KeyRing;
use serde::Serialize;
use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// A listener that is ready, as `--json` prints it.
#[derive(Serialize)]
struct Served {
    base_url: String,
    address: SocketAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    telemetry: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    control: Option<String>,
}

pub(super) fn run(global: &Global, serve: &Serve, screen: &mut Screen) -> anyhow::Result<Exit> {
    let Some(config) = Config::find(global.config.as_deref())? else {
        let help = "write one with `bailiwick init DIR`, or name it with --config".to_owned();
        return Err(UsageError::new(format!("there is no `{CONFIGURATION}` here"), help).into());
    };
    if config.listeners.is_empty() {
        let help = "add `[[listener]]` with an `address` to the configuration".to_owned();
        return Err(UsageError::new("there is no listener, so nothing would be served", help).into());
    }
    let folder = Folder::read(&register_of(global, None)?)?;
    let snapshot = load::compile(&folder).map_err(|error| error.at_start(&folder.path))?;
    let ways = Ways::open(&config)?;
    let data = DataDir::open(&data::named(None, config.data.clone())?)?;
    services::runtime(config.log)?.block_on(async {
        let ending = Ending::watch()?;
        let store = keeping::open(&data, &config.store).await?;
        let following = Following::begin(&store, &data, config.store.max_stale, Some(&ways.places)).await?;
        let keys = KeyRing::new(data.key_hasher()?, []);
        let kept = Kept::open(
            &data,
            keeping::outside(&data, &config.ledger, &store)?,
            keys,
            &folder,
        )?
        .with_store(following);
        let services = Services::new(snapshot, ways, kept);
        let telemetry = match config.telemetry {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let control = services::control::open(&config, &store, &data).await?;
        let scim_at = control.as_ref().map(|opened| format!("{}/scim/v2", opened.url));
        let told_at = telemetry.as_ref().map(TcpListener::local_addr).transpose()?;
        let services = services.map_err(|error| error.at_start(&folder.path))?;
        let export = services::export::open(&config)?;
        let services = services.with_telemetry(telemetry).with_export(export);
        let services = services.remembering(&data)?.disputing(&store);
        let services = services.with_index(&data, &store)?;
        let services = services
            .with_sign_in(&config, &data, &store)?
            .with_control(control);
        services.follow_sessions().await?;
        if serve.first_administrator || io::stderr().is_terminal() {
            offer(&services, screen).await?;
        }
        let reloading = services.reloading(folder.path.clone())?;
        let mut gateways = Vec::new();
        let scheme = config.serving.listening.tls.as_ref().map_or("http", |_| "https");
        for configured in &config.listeners {
            let listener = listen(configured.address).await?;
            let address = listener.local_addr()?;
            let url = configured
                .public_url
                .clone()
                .unwrap_or_else(|| format!("{scheme}://{address}"));
            gateways.push((services.gateway(url.clone(), &config.serving)?, listener));
            match screen.json() {
                true => screen.line(&Served {
                    base_url: url,
                    address,
                    telemetry: told_at,
                    control: scim_at.clone(),
                })?,
                false => screen.data(format_args!("serving {} at {url}", shown(&folder.path)))?,
            }
        }
        if let (Some(address), false) = (told_at, screen.json()) {
            screen.data(format_args!("telemetry at http://{address}/metrics"))?;
        }
        if let (Some(url), false) = (&scim_at, screen.json()) {
            let base = url.strip_suffix(SCIM).unwrap_or(url);
            screen.data(format_args!("administration at {base}{API}"))?;
            if config
                .control
                .as_ref()
                .is_some_and(|control| !control.scim.is_empty())
            {
                screen.data(format_args!("directory by SCIM at {url}"))?;
            }
        }
        // by this line a script that started the program knows that it may begin
        tracing::info!("ready");
        screen.next("bailiwick keys new --person PERSON", "a key to call it with")?;
        services.serve(gateways, Some(reloading), ending).await
    })?;
    screen.say("stopped")?;
    Ok(Exit::Done)
}

/// Shows the code for the first administrator to whoever sits at the terminal, and to no log.
async fn offer(services: &Services, screen: &mut Screen) -> anyhow::Result<()> {
    if let Some(code) = services.first_administrator().await? {
        screen.say(format_args!(
            "nobody administers this installation yet; the code for the first administrator is {code}"
        ))?;
        screen.say(
            "send it within 30 minutes, signed in, as {\"code\": \"...\"} to POST /api/v1/me/administrator",
        )?;
    }
    Ok(())
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).await;
    listener.with_context(|| format!("cannot listen on `{address}`"))
}
