//! A gateway with a small register, people with keys, and a ledger.

use crate::client::Caller;
use decision::Snapshot;
use gateway::{
    Connector, ConnectorError, ConnectorOptions, ConnectorSettings, Connectors, Credential, Export,
    ExportSettings, Gateway, GatewayConfig, GatewayError, InForce, Limits, Listening, Lookup,
    MeasuresInMemory, Metrics, Rates, SignInDesk, Switch, Telemetry,
};
use identity::kept::DisputeStore;
use identity::{ApiKey, FactCollector, KeyHasher, KeyHolder, KeyRing, Keys, RegisterDirectory, Zones};
use ledger::{AuditDevice, FileDevice, FileSettings, LogIdentity, Pseudonyms, Reader, Recorder, SealingKey};
use register::model::Instant;
use register::source::Source;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use wire::Protocol;

/// 2026-07-15T09:00:00Z.
pub(crate) const NOW: Instant = Instant(1_784_106_000);

/// Credential of both connectors; it must never come back to a caller.
pub(crate) const SECRET: &str = "sk-upstream-canary";

/// Persons with a key, each with an address of their office.
pub(crate) const HK_ANALYST: Persona = Persona {
    person: "hk-analyst",
    number: 1,
    office: "127.0.2.1",
};
pub(crate) const NY_TRADER: Persona = Persona {
    person: "ny-trader",
    number: 2,
    office: "127.0.4.1",
};
pub(crate) const NO_APPLICATION: Persona = Persona {
    person: "no-application",
    number: 3,
    office: "127.0.4.1",
};
/// Holds a key, and is in no directory.
pub(crate) const STRANGER: Persona = Persona {
    person: "stranger",
    number: 4,
    office: "127.0.4.1",
};

/// Somebody with a key.
#[derive(Clone, Copy)]
pub(crate) struct Persona {
    pub(crate) person: &'static str,
    number: u8,
    pub(crate) office: &'static str,
}

impl Persona {
    pub(crate) fn key(self) -> String {
        ApiKey::from_bytes([self.number; 25]).reveal().to_owned()
    }
}

/// A gateway at work.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) ledger: TempDir,
    pub(crate) switch: Arc<Switch>,
    pub(crate) connectors: Arc<Connectors>,
    /// Where numbers are told.
    telemetry: SocketAddr,
    pub(crate) stopping: watch::Sender<bool>,
    telling: JoinSet<()>,
    exporting: JoinSet<()>,
    exported: Option<oneshot::Sender<()>>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinSet<Result<(), GatewayError>>,
}

/// How a world is to be made.
pub(crate) struct Plan {
    pub(crate) upstream: SocketAddr,
    pub(crate) limits: Limits,
    pub(crate) device: Option<Arc<dyn AuditDevice>>,
    pub(crate) is_stand_in: bool,
    pub(crate) sources: Vec<Source>,
    pub(crate) credential: Credential,
    pub(crate) clock: fn() -> Instant,
    /// Connectors that go elsewhere than to `upstream`, or that only this world has.
    pub(crate) others: Vec<(&'static str, SocketAddr)>,
    pub(crate) listening: Listening,
    pub(crate) rates: Rates,
    /// Until the provider of a model begins, by model.
    pub(crate) first_bytes: BTreeMap<String, Duration>,
    pub(crate) export: Option<ExportSettings>,
    pub(crate) adjust: Box<dyn Fn(&mut ConnectorSettings)>,
    /// What knows the addresses of names, in the place of the system.
    pub(crate) lookup: Option<Arc<dyn Lookup>>,
    /// Keys in place of those of the personas.
    pub(crate) keys: Option<Arc<dyn Keys>>,
    /// Where tools sign people in.
    pub(crate) desk: Option<Arc<dyn SignInDesk>>,
    /// What people say is wrong about them.
    pub(crate) disputes: Option<Arc<dyn DisputeStore>>,
}

impl Plan {
    pub(crate) fn new(upstream: SocketAddr) -> Self {
        Self {
            upstream,
            limits: Limits {
                threads: 2,
                ..Limits::default()
            },
            device: None,
            is_stand_in: false,
            sources: sources(),
            credential: Credential::Literal(SECRET.to_owned()),
            clock: || NOW,
            others: Vec::new(),
            listening: Listening::default(),
            rates: Rates::default(),
            first_bytes: BTreeMap::new(),
            export: None,
            adjust: Box::new(|_| {}),
            lookup: None,
            keys: None,
            desk: None,
            disputes: None,
        }
    }

    pub(crate) async fn start(self) -> World {
        let desk = self.desk.clone();
        let ledger = tempfile::tempdir().unwrap();
        let device = self.device.unwrap_or_else(|| {
            // the tests share the machine; how long a disk may take is another test's business
            let settings = FileSettings {
                deadline: Duration::from_secs(30),
                ..FileSettings::default()
            };
            let folder = ledger.path().join("ledger");
            Arc::new(FileDevice::open(&folder, &log(), (self.clock)(), settings).unwrap())
        });
        let usual = ["anthropic-api", "openai-api", "gemini-api"].map(|id| (id, self.upstream));
        let is_elsewhere = |id| self.others.iter().any(|(other, _)| *other == id);
        let usual = usual.into_iter().filter(|(id, _)| !is_elsewhere(*id));
        let connectors = usual
            .chain(self.others.iter().copied())
            .map(|(id, address)| settings(id, &format!("http://{address}"), self.is_stand_in))
            .map(|mut settings| {
                settings.credential = self.credential.clone();
                (self.adjust)(&mut settings);
                settings
            })
            .map(|settings| Connector::open(&settings, |_| None).unwrap())
            .map(|connector| match &self.lookup {
                Some(lookup) => connector.finding(Arc::clone(lookup)),
                None => connector,
            });
        let mut config = config(connectors.collect(), device, self.limits, &self.sources);
        config.clock = self.clock;
        config.listening = self.listening;
        config.rates = self.rates;
        config.first_bytes = self.first_bytes;
        let (mut exporting, (exported, is_exported)) = (JoinSet::new(), oneshot::channel());
        if let Some(settings) = &self.export {
            let (export, exporter) = Export::open(settings, |_| None).unwrap();
            config.metrics = Arc::new(Metrics::new().exporting(export));
            exporting.spawn(exporter.run(async {
                let _ = is_exported.await;
            }));
        }
        if let Some(keys) = self.keys {
            config.keys = keys;
        }
        let (switch, connectors) = (Arc::clone(&config.switch), Arc::clone(&config.connectors));
        let (stopping, receiver) = watch::channel(false);
        let telemetry = Telemetry {
            metrics: Arc::clone(&config.metrics),
            switch: Arc::clone(&switch),
            recorder: config.recorder.clone(),
            connectors: Arc::clone(&connectors),
            issuers: None,
            clock: config.clock,
            stopping: receiver,
        };
        let gateway = Gateway::new(config)
            .unwrap()
            .signing_in(desk)
            .disputing(self.disputes);
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let told_at = socket.local_addr().unwrap();
        let mut telling = JoinSet::new();
        telling.spawn(telemetry.serve(socket));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let mut serving = JoinSet::new();
        serving.spawn(gateway.serve(listener, async {
            let _ = stopped.await;
        }));
        World {
            address,
            ledger,
            switch,
            connectors,
            telemetry: told_at,
            stopping,
            telling,
            exporting,
            exported: Some(exported),
            stop: Some(stop),
            serving,
        }
    }
}

impl World {
    pub(crate) async fn with(upstream: SocketAddr) -> Self {
        Plan::new(upstream).start().await
    }

    /// Somebody who calls from their office, with their key.
    pub(crate) fn caller(&self, persona: Persona) -> Caller {
        Caller::new(self.address, persona.office).with("authorization", &format!("Bearer {}", persona.key()))
    }

    /// Somebody without a key who calls where numbers are told.
    pub(crate) fn operator(&self) -> Caller {
        Caller::new(self.telemetry, "127.0.0.1")
    }

    /// The numbers.
    pub(crate) async fn numbers(&self) -> String {
        self.operator().get("/metrics").await.text()
    }

    /// Waits until the gateway fails, and says why.
    pub(crate) async fn failure(&mut self) -> String {
        let ended = self.serving.join_next().await.unwrap().unwrap();
        ended.unwrap_err().to_string()
    }

    /// Tells the gateway to stop, and waits until it has.
    pub(crate) async fn stop(&mut self) {
        self.telling.shutdown().await;
        drop(self.stop.take());
        self.serving.join_next().await.unwrap().unwrap().unwrap();
        drop(self.exported.take());
        while self.exporting.join_next().await.is_some() {}
    }

    /// Stops the gateway and gives what its ledger holds.
    pub(crate) async fn entries(mut self) -> Vec<serde_json::Value> {
        self.stop().await;
        // the device, owned by the gateway, has written everything when it is gone
        entries_in(&self.ledger.path().join("ledger"))
    }

    /// Stops the gateway and gives what its ledger holds, as text: its files as they lie there, and what they say.
    pub(crate) async fn lines(mut self) -> String {
        self.stop().await;
        let folder = self.ledger.path().join("ledger");
        let mut lines = String::new();
        for entry in entries_in(&folder) {
            lines.push_str(&format!("{entry}\n"));
        }
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            if file.is_file() {
                lines.push_str(&String::from_utf8_lossy(&std::fs::read(file).unwrap()));
            }
        }
        lines
    }
}

/// The name and keys of a ledger of tests.
pub(crate) fn log() -> LogIdentity {
    LogIdentity::new(
        "ledger.larkmoor.example",
        &[[5; 32]],
        SealingKey::from_bytes([6; 32]),
    )
    .unwrap()
}

/// What a ledger holds.
pub(crate) fn entries_in(folder: &std::path::Path) -> Vec<serde_json::Value> {
    let reader = Reader::open(folder, log().sealing()).unwrap();
    let entries = reader.entries(0, u64::MAX).unwrap();
    entries.map(|entry| flat(entry.unwrap().json())).collect()
}

/// An entry whose fields with several parts are spread out.
fn flat(mut entry: serde_json::Value) -> serde_json::Value {
    let fields = entry.as_object_mut().unwrap();
    for name in ["decided", "detail", "used"] {
        if let Some(serde_json::Value::Object(parts)) = fields.remove(name) {
            fields.extend(parts);
        }
    }
    entry
}

pub(crate) fn connector(id: &str, base_url: &str, is_stand_in: bool) -> Result<Connector, ConnectorError> {
    Connector::open(&settings(id, base_url, is_stand_in), |_| None)
}

fn settings(id: &str, base_url: &str, is_stand_in: bool) -> ConnectorSettings {
    let protocol = match id {
        "anthropic-api" => Protocol::Anthropic,
        id if id.starts_with("openai-api") => Protocol::OpenAi,
        _ => Protocol::Gemini,
    };
    ConnectorSettings {
        id: id.to_owned(),
        base_url: base_url.to_owned(),
        credential: Credential::Literal(SECRET.to_owned()),
        protocol,
        is_stand_in,
        options: ConnectorOptions::default(),
    }
}

pub(crate) fn config(
    connectors: Vec<Connector>,
    device: Arc<dyn AuditDevice>,
    limits: Limits,
    sources: &[Source],
) -> GatewayConfig {
    let mut keys = KeyRing::new(KeyHasher::new(&[5; 32]), []);
    for persona in [HK_ANALYST, NY_TRADER, NO_APPLICATION, STRANGER] {
        let holder = KeyHolder {
            person: persona.person.to_owned(),
            application: None,
        };
        keys.insert(&ApiKey::from_bytes([persona.number; 25]), holder, None);
    }
    GatewayConfig {
        switch: Arc::new(Switch::new(in_force(sources))),
        keys: Arc::new(keys),
        recorder: Recorder::new(device, Pseudonyms::new(&[6; 32])),
        connectors: Arc::new(Connectors::new(connectors).unwrap()),
        clock: || NOW,
        public_url: "https://ai.larkmoor.example/".to_owned(),
        limits,
        listening: Listening::default(),
        first_bytes: BTreeMap::new(),
        rates: Rates::default(),
        measures: Arc::new(MeasuresInMemory::new()),
        metrics: Arc::default(),
    }
}

/// A register, compiled.
pub(crate) fn snapshot(sources: &[Source]) -> Snapshot {
    let outcome = register::parse(sources);
    let register = outcome
        .register
        .unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics));
    Snapshot::compile(register, &register::digest(sources), NOW).unwrap()
}

/// A register put to work.
pub(crate) fn in_force(sources: &[Source]) -> InForce {
    let snapshot = snapshot(sources);
    let directory = Arc::new(RegisterDirectory::of(snapshot.register(), NOW));
    let zones = Zones::of(snapshot.register()).unwrap();
    let collector = FactCollector::new(snapshot.register(), zones, directory);
    InForce::new(snapshot, collector, NOW)
}

/// The register as it is written.
pub(crate) fn sources() -> Vec<Source> {
    let source = |path: &str, text: &str| Source {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    vec![
        source("anthropic.toml", include_str!("anthropic.toml")),
        source("openai.toml", include_str!("openai.toml")),
        source("register.toml", include_str!("register.toml")),
    ]
}

/// The register with changes, each a text that must occur and what takes its place.
pub(crate) fn changed(changes: &[(&str, &str)]) -> Vec<Source> {
    let mut sources = sources();
    for (from, to) in changes {
        let changed = sources.iter_mut().find(|source| source.text.contains(from));
        let changed = changed.unwrap_or_else(|| panic!("`{from}` does not occur"));
        changed.text = changed.text.replace(from, to);
    }
    sources
}
