//! Wiring: a snapshot, a data folder and connectors become gateways that serve until the program is told to stop.

pub(crate) mod connectors;

use crate::clock;
use crate::data::DataDir;
use crate::exit::UsageError;
use crate::folder::Folder;
use anyhow::Context as _;
use arc_swap::ArcSwap;
use decision::Snapshot;
use gateway::{Connector, Gateway, GatewayConfig, GatewayError, Limits};
use identity::{FactCollector, KeyRing, Keys, RegisterDirectory, Zones};
use ledger::Recorder;
use register::model::{PlaceFact, Register};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

/// How often the directory of a register is noted as being in step with it, which it always is.
const IN_STEP: Duration = Duration::from_secs(600);

/// Everything that the gateways of one process share.
pub(crate) struct Services {
    snapshot: Arc<ArcSwap<Snapshot>>,
    directory: Arc<RegisterDirectory>,
    collector: Arc<FactCollector>,
    keys: Arc<dyn Keys>,
    recorder: Recorder,
}

/// Compiles a register and runs its tests; one failure refuses it.
pub(crate) fn compile(folder: &Folder) -> anyhow::Result<Snapshot> {
    let help = || format!("`bailiwick check {}` shows what is wrong", folder.path.display());
    let refused = |what: &str| UsageError::new(format!("the register {what}, so it is not served"), help());
    let register = folder.register.clone().ok_or_else(|| refused("has errors"))?;
    let now = clock::now();
    let snapshot = Snapshot::compile(register, &folder.digest, now)
        .map_err(|error| refused(&format!("does not compile: {error}")))?;
    snapshot.warm(now);
    Ok(snapshot)
}

impl Services {
    /// Puts together what gateways share.
    pub(crate) fn new(
        snapshot: Snapshot,
        data: &DataDir,
        keys: KeyRing,
        egress: Vec<(String, PlaceFact)>,
    ) -> anyhow::Result<Self> {
        let register = snapshot.register();
        let directory = Arc::new(RegisterDirectory::of(register, clock::now()));
        let collector = FactCollector::new(register, zones(register)?, Arc::clone(&directory) as _);
        let collector = Arc::new(collector.with_egress(egress));
        let recorder = Recorder::new(Arc::new(data.open_ledger()?), data.pseudonyms()?);
        let snapshot = Arc::new(ArcSwap::from_pointee(snapshot));
        Ok(Self {
            snapshot,
            directory,
            collector,
            keys: Arc::new(keys),
            recorder,
        })
    }

    /// A gateway that people reach at this address.
    pub(crate) fn gateway(&self, connectors: Vec<Connector>, public_url: String) -> anyhow::Result<Gateway> {
        Ok(Gateway::new(GatewayConfig {
            snapshot: Arc::clone(&self.snapshot),
            collector: Arc::clone(&self.collector),
            keys: Arc::clone(&self.keys),
            recorder: self.recorder.clone(),
            connectors,
            clock: clock::now,
            public_url,
            limits: Limits::default(),
        })?)
    }

    /// Serves until the program is told to stop, then lets what runs finish.
    pub(crate) async fn serve(
        self,
        gateways: Vec<(Gateway, TcpListener)>,
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
        let ended = tokio::select! {
            () = ending.asked_for() => None,
            ended = serving.join_next() => ended,
            () = keep_in_step(&self.directory) => None,
        };
        stop.send_replace(true);
        ended.map_or(Ok(()), whole)?;
        while let Some(ended) = serving.join_next().await {
            whole(ended)?;
        }
        Ok(())
    }
}

/// How a gateway ended: as it should, with an error, or by a panic.
fn whole(ended: Result<Result<(), GatewayError>, JoinError>) -> anyhow::Result<()> {
    Ok(ended??)
}

/// The networks of a register's sites; where they overlap, the smaller wins and the log says so.
fn zones(register: &Register) -> anyhow::Result<Zones> {
    let zones = Zones::of(register)?;
    for overlap in zones.overlaps() {
        let (inner, outer) = (&overlap.inner_site, &overlap.outer_site);
        tracing::warn!(inner, outer, network = %overlap.inner, "a network lies inside a network of another site");
    }
    Ok(zones)
}

async fn keep_in_step(directory: &RegisterDirectory) {
    let mut ticks = tokio::time::interval(IN_STEP);
    loop {
        ticks.tick().await;
        directory.mark_synced(clock::now());
    }
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

/// The runtime of services, and their log on stderr: warnings, or what `BAILIWICK_LOG` asks for.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let wanted = crate::config::credential::variable("BAILIWICK_LOG");
    let filter = tracing_subscriber::EnvFilter::try_new(wanted.as_deref().unwrap_or("warn"))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    // a second start in one process keeps the first log
    let _kept = log.try_init();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
}
