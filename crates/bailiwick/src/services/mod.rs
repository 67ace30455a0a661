//! Wiring: a snapshot, a data folder and connectors become gateways that serve until the program is told to stop.

pub(crate) mod connectors;
pub(crate) mod load;
mod places;
mod reload;
mod upkeep;

use crate::clock;
use crate::config::Serving;
use crate::data::DataDir;
use anyhow::Context as _;
use connectors::Ways;
use decision::Snapshot;
use gateway::{
    Gateway, GatewayConfig, GatewayError, Limits, Measures, MeasuresInMemory, Metrics, Switch, Telemetry,
};
use identity::{KeyRing, Keys, RegisterDirectory};
use ledger::Recorder;
use load::{LoadError, Loaded};
use reload::Reloader;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
pub(crate) use upkeep::Reloading;
use upkeep::Upkeep;

/// What is logged unless `BAILIWICK_LOG` asks for something else: warnings, and what this program does with registers.
const LOGGED: &str = "warn,bailiwick=info";

/// Everything that the gateways of one process share.
pub(crate) struct Services {
    switch: Arc<Switch>,
    directory: Arc<RegisterDirectory>,
    ways: Ways,
    keys: Arc<dyn Keys>,
    recorder: Recorder,
    measures: Arc<dyn Measures>,
    metrics: Arc<Metrics>,
    telemetry: Option<TcpListener>,
}

/// What a process keeps of its own.
pub(crate) struct Kept {
    keys: Arc<dyn Keys>,
    recorder: Recorder,
}

impl Kept {
    /// Opens the ledger of a data folder, beside keys.
    pub(crate) fn open(data: &DataDir, keys: KeyRing) -> anyhow::Result<Self> {
        Ok(Self {
            keys: Arc::new(keys),
            recorder: Recorder::new(Arc::new(data.open_ledger()?), data.pseudonyms()?),
        })
    }
}

impl Services {
    /// Puts together what gateways share, with a first register in force.
    ///
    /// # Errors
    /// When the register does not fit the ways to providers, or its networks cannot be told apart.
    pub(crate) fn new(snapshot: Snapshot, ways: Ways, kept: Kept) -> Result<Self, LoadError> {
        let Loaded { in_force, directory } = load::complete(snapshot, &ways)?;
        // what is at hand is known before the first request
        in_force.collector().renew_places(clock::now());
        Ok(Self {
            switch: Arc::new(Switch::new(in_force)),
            directory,
            ways,
            keys: kept.keys,
            recorder: kept.recorder,
            measures: Arc::new(MeasuresInMemory::new()),
            metrics: Arc::default(),
            telemetry: None,
        })
    }

    /// A gateway that people reach at this address.
    pub(crate) fn gateway(&self, public_url: String, serving: &Serving) -> anyhow::Result<Gateway> {
        Ok(Gateway::new(GatewayConfig {
            switch: Arc::clone(&self.switch),
            keys: Arc::clone(&self.keys),
            recorder: self.recorder.clone(),
            connectors: Arc::clone(&self.ways.connectors),
            clock: clock::now,
            public_url,
            limits: Limits::default(),
            listening: serving.listening.clone(),
            rates: serving.rates,
            measures: Arc::clone(&self.measures),
            metrics: Arc::clone(&self.metrics),
        })?)
    }

    /// Will tell those who run the gateways, on this socket, how they are and what they have done.
    pub(crate) fn with_telemetry(self, listener: Option<TcpListener>) -> Self {
        Self {
            telemetry: listener,
            ..self
        }
    }

    /// Begins to take changes of the register in this folder: on SIGHUP, and when its files change. To be called inside
    /// a tokio runtime.
    pub(crate) fn reloading(&self, path: PathBuf) -> std::io::Result<Reloading> {
        let reloader = Reloader::new(path, Arc::clone(&self.switch), self.ways.clone());
        Reloading::begin(reloader, self.switch.load().snapshot().digest())
    }

    /// Serves until the program is told to stop, then lets what runs finish.
    pub(crate) async fn serve(
        mut self,
        gateways: Vec<(Gateway, TcpListener)>,
        reloading: Option<Reloading>,
        mut ending: Ending,
    ) -> anyhow::Result<()> {
        let (stop, stopping) = watch::channel(false);
        let mut serving = JoinSet::new();
        for (gateway, listener) in gateways {
            let mut stopping = stopping.clone();
            serving.spawn(gateway.serve(listener, async move {
                // an error means that nobody can tell it to go on
                let _ended = stopping.wait_for(|stop| *stop).await;
            }));
        }
        // goes on until the last gateway has ended, and ends with this function
        let mut telling = JoinSet::new();
        if let Some(listener) = self.telemetry.take() {
            telling.spawn(self.telemetry(stopping).serve(listener));
        }
        telling.spawn(places::tend(Arc::clone(&self.switch)));
        let upkeep = Upkeep::new(self.directory, self.ways, reloading);
        let ended = tokio::select! {
            () = ending.asked_for() => None,
            ended = serving.join_next() => ended,
            () = upkeep.run() => None,
        };
        stop.send_replace(true);
        ended.map_or(Ok(()), whole)?;
        while let Some(ended) = serving.join_next().await {
            whole(ended)?;
        }
        telling.shutdown().await;
        Ok(())
    }
}

impl Services {
    fn telemetry(&self, stopping: watch::Receiver<bool>) -> Telemetry {
        Telemetry {
            metrics: Arc::clone(&self.metrics),
            switch: Arc::clone(&self.switch),
            recorder: self.recorder.clone(),
            connectors: Arc::clone(&self.ways.connectors),
            stopping,
        }
    }
}

/// How a gateway ended: as it should, with an error, or by a panic.
fn whole(ended: Result<Result<(), GatewayError>, JoinError>) -> anyhow::Result<()> {
    Ok(ended??)
}

/// Notices when the process is asked to end. Made before anybody is told that the program is ready, since whoever is
/// told may ask it to end at once.
pub(crate) struct Ending {
    terminated: Signal,
    interrupted: Signal,
}

impl Ending {
    /// Begins to notice. To be called inside a tokio runtime.
    pub(crate) fn watch() -> std::io::Result<Self> {
        Ok(Self {
            terminated: signal(SignalKind::terminate())?,
            interrupted: signal(SignalKind::interrupt())?,
        })
    }

    /// Completes when the process is asked to end.
    pub(crate) async fn asked_for(&mut self) {
        tokio::select! {
            _ = self.terminated.recv() => {}
            _ = self.interrupted.recv() => {}
        }
    }
}

/// The runtime of services, and their log on stderr: [`LOGGED`], or what `BAILIWICK_LOG` asks for.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let wanted = crate::config::credential::variable("BAILIWICK_LOG");
    let filter = tracing_subscriber::EnvFilter::try_new(wanted.as_deref().unwrap_or(LOGGED))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // a second start in one process keeps the first log
    let _kept = log.try_init();
    std::panic::set_hook(Box::new(|panicked| {
        // where, and never what: the message of a panic may quote the text that it was about
        let location = panicked.location().map(ToString::to_string);
        tracing::error!(location, "a panic");
    }));
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
}
