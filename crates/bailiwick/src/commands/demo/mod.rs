//! `bailiwick demo`: everything on this machine, with the register of an invented bank, and nothing to set up.
//!
//! The register is part of the program. A small real model answers under the open-weights model of the register where
//! Python and its weights are at hand; a real provider answers where its key is in the environment; everything else is
//! answered by a stand-in that says so each time. Each office of the bank has a loopback network of its own, so that one
//! machine can call from all over the world.

mod calls;
mod embedded;
mod ready;
mod small_model;
mod upstreams;

use crate::arguments::{Demo, Global};
use crate::clock;
use crate::config::{LogFormat, Serving};
use crate::data::DataDir;
use crate::exit::Exit;
use crate::folder::Folder;
use crate::screen::Screen;
use crate::services::connectors::Ways;
use crate::services::{self, Ending, Kept, Services, load};
use anyhow::Context as _;
use ledger::Outside;
use ready::Ready;
use small_model::SmallModel;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use tokio::net::TcpListener;

/// Where it listens unless told otherwise, if that is free.
const PORT: u16 = 8080;

pub(super) fn run(global: &Global, demo: &Demo, screen: &mut Screen) -> anyhow::Result<Exit> {
    if let Some(at) = demo.at {
        clock::set(at);
    }
    let folder = match &global.register {
        Some(path) => Folder::read(path)?,
        None => Folder::of(PathBuf::from(embedded::NAME), embedded::sources()),
    };
    // the temporary folder lives as long as its handle
    let temporary;
    let path = match &demo.data_dir {
        Some(path) => path.clone(),
        None => {
            temporary = tempfile::Builder::new().prefix("bailiwick-demo-").tempdir()?;
            temporary.path().to_owned()
        }
    };
    let data = DataDir::open(&path)?;
    let changing = global.register.as_ref().map(|_| folder.path.clone());
    services::runtime(LogFormat::Text)?.block_on(serve(&folder, changing, demo, &data, screen))?;
    screen.say("stopped")?;
    Ok(Exit::Done)
}

/// Serves a register; `changing` is the folder in which it may change, if it is not part of the program.
async fn serve(
    folder: &Folder,
    changing: Option<PathBuf>,
    demo: &Demo,
    data: &DataDir,
    screen: &mut Screen,
) -> anyhow::Result<()> {
    let mut ending = Ending::watch()?;
    let snapshot = load::compile(folder).map_err(|error| error.at_start(&folder.path))?;
    let listener = listen(demo.port).await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let personas = ready::personas(snapshot.register(), data)?;
    let stand_in = standin::serve(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?)?;
    let small_model = match (&demo.model_python, &demo.model_file) {
        (Some(python), Some(file)) => tokio::select! {
            started = SmallModel::start(python, file, screen) => Some(started?),
            () = ending.asked_for() => return Ok(()),
        },
        _ => None,
    };
    let upstreams = upstreams::Upstreams {
        stand_in: format!("http://{}", stand_in.address()),
        small_model: small_model.as_ref().map(SmallModel::base_url),
        stand_in_only: demo.stand_in_only,
    };
    let answering = upstreams.open(snapshot.register())?;
    let ready = Ready::new(&snapshot, base_url.clone(), data, &personas, &answering);
    let connectors = answering.into_iter().map(|(_, connector)| connector).collect();
    let keys = ready::key_ring(data, &personas)?;
    let kept = Kept::open(data, Outside::default(), keys, folder)?;
    let services = Services::new(snapshot, Ways::of(connectors, Vec::new())?, kept);
    let services = services.map_err(|error| error.at_start(&folder.path))?;
    let gateway = services.gateway(base_url, &Serving::default())?;
    let reloading = changing.map(|path| services.reloading(path)).transpose()?;
    data.keep_environment(&ready.environment())?;
    if screen.json() {
        screen.line(&ready)?;
    } else {
        ready.print(demo, screen)?;
    }
    let served = services.serve(vec![(gateway, listener)], reloading, ending).await;
    if let Some(small_model) = small_model {
        small_model.stop().await;
    }
    served
}

/// Listens on the port asked for, or on the usual one if it is free.
async fn listen(port: Option<u16>) -> anyhow::Result<TcpListener> {
    let address = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match (TcpListener::bind(address(port.unwrap_or(PORT))).await, port) {
        (Ok(listener), _) => Ok(listener),
        (Err(_), None) => Ok(TcpListener::bind(address(0)).await?),
        (Err(error), Some(port)) => Err(error).with_context(|| format!("cannot listen on port {port}")),
    }
}
