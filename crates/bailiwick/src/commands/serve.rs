//! `bailiwick serve`: the gateway as configured, until it is told to stop.

use super::{register_of, shown};
use crate::arguments::Global;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::exit::{Exit, UsageError};
use crate::folder::{CONFIGURATION, Folder};
use crate::screen::Screen;
use crate::services::connectors::Ways;
use crate::services::{self, Ending, Kept, Services, load};
use anyhow::Context as _;
use tokio::net::TcpListener;

pub(super) fn run(global: &Global, screen: &mut Screen) -> anyhow::Result<Exit> {
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
    services::runtime()?.block_on(async {
        let ending = Ending::watch()?;
        let services = Services::new(snapshot, ways, Kept::open(&data, data.keys()?)?);
        let services = services.map_err(|error| error.at_start(&folder.path))?;
        let reloading = services.reloading(folder.path.clone())?;
        let mut gateways = Vec::new();
        let scheme = config.serving.listening.tls.as_ref().map_or("http", |_| "https");
        for configured in &config.listeners {
            let address = configured.address;
            let listener = TcpListener::bind(address).await;
            let listener = listener.with_context(|| format!("cannot listen on `{address}`"))?;
            let address = listener.local_addr()?;
            let url = configured
                .public_url
                .clone()
                .unwrap_or_else(|| format!("{scheme}://{address}"));
            gateways.push((services.gateway(url.clone(), &config.serving)?, listener));
            match screen.json() {
                true => {
                    screen.line(&serde_json::json!({ "base_url": url, "address": address.to_string() }))?
                }
                false => screen.data(format_args!("serving {} at {url}", shown(&folder.path)))?,
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
