//! `bailiwick witness`: a witness of logs, to be run by whoever does not keep them.

use super::verify::keys_of;
use crate::arguments::{WitnessCommand, WitnessServe};
use crate::clock;
use crate::config::LogFormat;
use crate::data::DataDir;
use crate::exit::{Exit, UsageError};
use crate::screen::Screen;
use crate::services::{self, Ending};
use ::witness::{Logs, ROOT, Server, State};
use anyhow::Context as _;
use certificate::{Certificate, TlsFiles};
use serde::Serialize;
use std::net::SocketAddr;
use std::path::Path;
use tokio::net::TcpListener;

/// A witness that is ready, as `--json` prints it.
#[derive(Serialize)]
struct Ready {
    url: String,
    address: SocketAddr,
    keys: Vec<String>,
}

pub(super) fn run(command: &WitnessCommand, screen: &mut Screen) -> anyhow::Result<Exit> {
    match command {
        WitnessCommand::Key { data, name } => key(data, name.as_deref(), screen),
        WitnessCommand::Serve(asked) => serve(asked, screen),
    }
}

fn key(data: &Path, name: Option<&str>, screen: &mut Screen) -> anyhow::Result<Exit> {
    let keys = DataDir::open(data)?.witness_keys(name)?.verifier_keys();
    keys.iter().try_for_each(|key| screen.data(key))?;
    screen.next(
        format_args!(
            "bailiwick witness serve --listen ADDRESS --data {} --log FILE",
            data.display()
        ),
        "cosigns what the ledgers show whose keys are in that file",
    )?;
    Ok(Exit::Done)
}

fn serve(asked: &WitnessServe, screen: &mut Screen) -> anyhow::Result<Exit> {
    let mut keys = Vec::new();
    for file in &asked.log {
        keys.extend(keys_of(file)?);
    }
    let logs = Logs::of(keys);
    let known: Vec<String> = logs.names().map(str::to_owned).collect();
    if known.is_empty() {
        let help = "write into it what `bailiwick ledger key` prints where the ledger is kept".to_owned();
        return Err(UsageError::new("no file of `--log` has a key of a ledger", help).into());
    }
    let tls = match (&asked.certificate, &asked.certificate_key) {
        (Some(certificate), Some(key)) => Some(Certificate::open(TlsFiles {
            certificate: certificate.clone(),
            key: key.clone(),
        })?),
        _ => None,
    };
    let data = DataDir::open(&asked.data)?;
    let keys = data.witness_keys(None)?;
    let published = keys.verifier_keys().map(|key| key.to_string());
    let state = State::open(&data.witness(), keys, logs);
    let state = state.with_context(|| format!("cannot open the witness in `{}`", asked.data.display()))?;
    services::runtime(LogFormat::default())?.block_on(async {
        let mut ending = Ending::watch()?;
        let listener = TcpListener::bind(asked.listen).await;
        let listener = listener.with_context(|| format!("cannot listen on `{}`", asked.listen))?;
        let address = listener.local_addr()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{address}");
        match screen.json() {
            true => screen.line(&Ready {
                url,
                address,
                keys: published.to_vec(),
            })?,
            false => {
                screen.data(format_args!("witness of {} at {url}", known.join(", ")))?;
                screen.data(format_args!("its own log at {url}{ROOT}"))?;
            }
        }
        tracing::info!("ready");
        let server = Server::new(state, seconds);
        tokio::select! {
            () = ending.asked_for() => Ok(()),
            served = server.serve(listener, tls) => served.map_err(anyhow::Error::from),
        }
    })?;
    screen.say("stopped")?;
    Ok(Exit::Done)
}

/// Seconds since 1970.
fn seconds() -> u64 {
    u64::try_from(clock::now().0).unwrap_or(0)
}
