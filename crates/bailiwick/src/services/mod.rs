//! Wiring: a snapshot, a data folder and connectors become gateways that serve until the program is told to stop.

pub(crate) mod archive;
pub(crate) mod connectors;
pub(crate) mod control;
mod desk;
pub(crate) mod export;
pub(crate) mod index;
pub(crate) mod keeping;
pub(crate) mod load;
mod places;
mod reload;
pub(crate) mod sight;
pub(crate) mod sign_in;
pub(crate) mod signers;
mod upkeep;

use crate::clock;
use crate::config::{Config, LogFormat, Serving};
use crate::data::DataDir;
use crate::exit::UsageError;
use crate::folder::Folder;
use crate::log;
use anyhow::Context as _;
use archive::Archive;
use connectors::Ways;
use decision::Snapshot;
use gateway::{
    Export, Exporter, Gateway, GatewayConfig, GatewayError, Limits, Measures, MeasuresInMemory, Metrics,
    SignInDesk, Switch, Telemetry,
};
use identity::kept::DisputeStore;
use identity::{EitherKeys, KeyRing, Keys, RegisterDirectory};
use index::Indexer;
use keeping::Following;
use ledger::{Outside, Recorder};
use load::{LoadError, Loaded};
pub(crate) use places::DELAY as FILES_DELAY;
use reload::Reloader;
use sign_in::SignIn;
use signers::Signers;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
pub(crate) use upkeep::Reloading;
use upkeep::Upkeep;

/// What is logged unless `BAILIWICK_LOG` asks for something else: warnings, what this program does with
/// registers, and that the ledger goes on.
const LOGGED: &str = "warn,bailiwick=info,ledger=info";

/// Everything that the gateways of one process share.
pub(crate) struct Services {
    switch: Arc<Switch>,
    directory: Arc<RegisterDirectory>,
    ways: Ways,
    keys: Arc<dyn Keys>,
    following: Option<Arc<Following>>,
    recorder: Recorder,
    archive: Archive,
    signers: Signers,
    measures: Arc<dyn Measures>,
    metrics: Arc<Metrics>,
    telemetry: Option<TcpListener>,
    control: Option<control::Ready>,
    sign_in: Option<SignIn>,
    /// Where it is kept where people were seen; `None`: nowhere.
    seen: Option<DataDir>,
    desk: Option<Arc<dyn SignInDesk>>,
    disputes: Option<Arc<dyn DisputeStore>>,
    exporter: Option<Exporter>,
    indexer: Option<Indexer>,
}

/// What a process keeps of its own.
pub(crate) struct Kept {
    keys: Arc<dyn Keys>,
    following: Option<Arc<Following>>,
    recorder: Recorder,
    archive: Archive,
    signers: Signers,
}

impl Kept {
    /// Opens the ledger of a data folder, with what is known of it outside, beside keys, and keeps the register by which
    /// it begins.
    pub(crate) fn open(
        data: &DataDir,
        outside: Outside,
        keys: KeyRing,
        register: &Folder,
    ) -> anyhow::Result<Self> {
        let archive = Archive::open(data)?;
        archive.keep(register)?;
        let identity = data.ledger_identity()?;
        Ok(Self {
            archive,
            keys: Arc::new(keys),
            following: None,
            recorder: Recorder::new(
                Arc::new(data.open_ledger(&identity, outside)?),
                data.pseudonyms()?,
            ),
            signers: Signers::new(data, identity)?,
        })
    }

    /// The same with the people and keys of a store, which come before the others.
    pub(crate) fn with_store(self, following: Following) -> Self {
        let of_store = Arc::clone(&following.keys) as Arc<dyn Keys>;
        Self {
            keys: Arc::new(EitherKeys(vec![of_store, self.keys])),
            following: Some(Arc::new(following)),
            ..self
        }
    }
}

impl Services {
    /// Puts together what gateways share, with a first register in force.
    ///
    /// # Errors
    /// When the register does not fit the ways to providers, or its networks cannot be told apart.
    pub(crate) fn new(snapshot: Snapshot, mut ways: Ways, kept: Kept) -> Result<Self, LoadError> {
        ways.people = kept
            .following
            .as_deref()
            .map(|following| Arc::clone(&following.people));
        let Loaded { in_force, directory } = load::complete(snapshot, &ways)?;
        // what is at hand is known before the first request
        in_force.collector().renew_places(clock::now());
        Ok(Self {
            switch: Arc::new(Switch::new(in_force)),
            directory,
            ways,
            keys: kept.keys,
            following: kept.following,
            recorder: kept.recorder,
            archive: kept.archive,
            signers: kept.signers,
            measures: Arc::new(MeasuresInMemory::new()),
            metrics: Arc::default(),
            telemetry: None,
            control: None,
            sign_in: None,
            seen: None,
            desk: None,
            disputes: None,
            exporter: None,
            indexer: None,
        })
    }

    /// A gateway that people reach at this address.
    pub(crate) fn gateway(&self, public_url: String, serving: &Serving) -> anyhow::Result<Gateway> {
        let gateway = Gateway::new(GatewayConfig {
            switch: Arc::clone(&self.switch),
            keys: Arc::clone(&self.keys),
            recorder: self.recorder.clone(),
            connectors: Arc::clone(&self.ways.connectors),
            clock: clock::now,
            public_url,
            limits: limits(serving),
            listening: serving.listening.clone(),
            first_bytes: self.first_bytes(serving),
            rates: serving.rates,
            measures: Arc::clone(&self.measures),
            metrics: Arc::clone(&self.metrics),
        })?;
        Ok(gateway
            .hearing(self.sign_in.as_ref().map(SignIn::hearing))
            .signing_in(self.desk.clone())
            .disputing(self.disputes.clone()))
    }

    /// Times of models; one of a model that the register does not name is of no use, which is said.
    fn first_bytes(&self, serving: &Serving) -> BTreeMap<String, Duration> {
        let in_force = self.switch.load();
        let models = &serving.waits.models;
        for model in models
            .keys()
            .filter(|model| in_force.snapshot().model_index(model).is_none())
        {
            tracing::warn!(
                model,
                "the register does not name this model of `[limits.wait.models]`"
            );
        }
        models.clone()
    }

    /// Will tell those who run the gateways, on this socket, how they are and what they have done.
    pub(crate) fn with_telemetry(self, listener: Option<TcpListener>) -> Self {
        Self {
            telemetry: listener,
            ..self
        }
    }

    /// Will be administered through this listener. To be said after it is known whose tokens are taken.
    pub(crate) fn with_control(self, control: Option<control::Opened>) -> Self {
        let control = control.map(|opened| opened.with(&self.switch, &self.keys, &self.recorder));
        Self { control, ..self }
    }

    /// A code for the first administrator; `None`: somebody administers, or nothing is administered here.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn first_administrator(&self) -> anyhow::Result<Option<String>> {
        match &self.control {
            Some(control) => control.first_administrator().await,
            None => Ok(None),
        }
    }

    /// Knows where people were seen before, and keeps in this folder where they are seen from now on.
    ///
    /// # Errors
    /// When what was kept there cannot be read.
    pub(crate) fn remembering(mut self, data: &DataDir) -> Result<Self, UsageError> {
        places::restore(&self.ways.places, data)?;
        self.seen = Some(data.clone());
        Ok(self)
    }

    /// Will say of a refusal what of it its person disputes, as this store has it.
    #[must_use]
    pub(crate) fn disputing(self, store: &Arc<Store>) -> Self {
        Self {
            disputes: Some(Arc::clone(store) as _),
            ..self
        }
    }

    /// Takes tokens beside keys, from the issuers of a configuration.
    ///
    /// # Errors
    /// When an issuer cannot be used as it is configured.
    pub(crate) fn with_sign_in(
        mut self,
        config: &Config,
        data: &DataDir,
        store: &Arc<Store>,
    ) -> anyhow::Result<Self> {
        if let Some(wanted) = &config.sign_in
            && let Some(misfit) = sign_in::misfit(config, wanted)
        {
            return Err(UsageError::new(misfit, "`bailiwick config check` says where".to_owned()).into());
        }
        if !config.issuers.is_empty() || !config.transmitters.is_empty() {
            let mut sign_in = SignIn::open(config, &self.ways.revocations)?.keeping(data);
            if let Some(wanted) = &config.sign_in {
                sign_in = sign_in.signing_in(wanted, &data.key_secret()?, store);
                let mut listeners = config.listeners.iter().filter_map(|one| one.public_url.clone());
                let public_url = wanted.public_url.clone().or_else(|| listeners.next());
                self.desk = desk::open(
                    wanted,
                    &sign_in,
                    public_url.unwrap_or_default(),
                    &self.keys,
                    &self.switch,
                    self.recorder.clone(),
                );
            }
            self.keys = sign_in.beside(self.keys);
            self.sign_in = Some(sign_in);
        }
        Ok(self)
    }

    /// Brings ends of sign-ins through tools from the store, and keeps bringing them while it serves.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) async fn follow_sessions(&self) -> anyhow::Result<()> {
        let signed_in = self.sign_in.as_ref().and_then(SignIn::signed_in);
        if let (Some(following), Some(signed_in)) = (&self.following, signed_in) {
            following.follow_sessions(signed_in).await?;
        }
        Ok(())
    }

    /// Will hand requests to this exporter. To be said before the first gateway is made.
    pub(crate) fn with_export(self, export: Option<(Export, Exporter)>) -> Self {
        let Some((export, exporter)) = export else {
            return self;
        };
        Self {
            metrics: Arc::new(Metrics::new().exporting(export)),
            exporter: Some(exporter),
            ..self
        }
    }

    /// Begins to take changes of the register in this folder: on SIGHUP, and when its files change. To be called inside
    /// a tokio runtime.
    pub(crate) fn reloading(&self, path: PathBuf) -> std::io::Result<Reloading> {
        let reloader = Reloader::new(
            path,
            Arc::clone(&self.switch),
            self.ways.clone(),
            (self.recorder.clone(), self.archive.clone()),
        );
        Reloading::begin(reloader, self.switch.load().snapshot().digest())
    }

    /// Keeps the store's index of the ledger in step.
    pub(crate) fn with_index(self, data: &DataDir, store: &Arc<Store>) -> anyhow::Result<Self> {
        Ok(Self {
            indexer: Some(Indexer::new(data, store)?),
            ..self
        })
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
        if let Some(opened) = self.control.take() {
            telling.spawn(opened.serve());
        }
        telling.spawn(self.signers.run(self.recorder.clone()));
        telling.spawn(places::tend(Arc::clone(&self.switch), self.seen.clone()));
        if let Some(sign_in) = self.sign_in.take() {
            telling.spawn(sign_in.tend(Arc::clone(&self.switch)));
        }
        if let Some(following) = self.following.clone() {
            let switch = Arc::clone(&self.switch);
            telling.spawn(async move { following.run(&switch).await });
        }
        if let Some(indexer) = self.indexer.take() {
            telling.spawn(indexer.run());
        }
        // ends after the last gateway, when it has sent what is left
        let (done, is_done) = watch::channel(false);
        let mut exporting = JoinSet::new();
        if let Some(exporter) = self.exporter.take() {
            let mut is_done = is_done;
            exporting.spawn(exporter.run(async move {
                let _ended = is_done.wait_for(|done| *done).await;
            }));
        }
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
        if let Some(data) = &self.seen {
            places::keep(&self.switch, data);
        }
        done.send_replace(true);
        while exporting.join_next().await.is_some() {}
        if let Some(following) = self.following {
            following.note_uses().await;
        }
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
            issuers: self.sign_in.as_ref().map(SignIn::issuers),
            clock: clock::now,
            stopping,
        }
    }
}

/// The limits of a gateway, with what the configuration says of single requests.
fn limits(serving: &Serving) -> Limits {
    let usual = Limits::default();
    Limits {
        caps: serving.caps,
        body_bytes: serving.body_bytes.unwrap_or(usual.body_bytes),
        first_byte: serving.waits.first_byte.unwrap_or(usual.first_byte),
        idle: serving.waits.idle.unwrap_or(usual.idle),
        threads: std::thread::available_parallelism().map_or(1, Into::into),
        ..usual
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
pub(crate) fn runtime(format: LogFormat) -> anyhow::Result<tokio::runtime::Runtime> {
    let wanted = crate::config::credential::variable("BAILIWICK_LOG");
    log::begin(format, wanted.as_deref().unwrap_or(LOGGED))?;
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
