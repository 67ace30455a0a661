//! A gateway with a small register, people with keys, and a ledger.

use crate::client::Caller;
use arc_swap::ArcSwap;
use decision::Snapshot;
use gateway::{
    Connector, ConnectorError, ConnectorSettings, Credential, Gateway, GatewayConfig, GatewayError, Limits,
};
use identity::{ApiKey, FactCollector, KeyHasher, KeyHolder, KeyRing, RegisterDirectory, Zones};
use ledger::{AuditDevice, FileDevice, FileSettings, Pseudonyms, Recorder};
use register::model::{Instant, Register};
use register::source::Source;
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use wire::Dialect;

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
    stop: Option<oneshot::Sender<()>>,
    serving: JoinSet<Result<(), GatewayError>>,
}

/// How a world is to be made.
pub(crate) struct Plan {
    pub(crate) upstream: SocketAddr,
    pub(crate) limits: Limits,
    pub(crate) device: Option<Arc<dyn AuditDevice>>,
    pub(crate) is_stand_in: bool,
}

impl Plan {
    pub(crate) fn new(upstream: SocketAddr) -> Self {
        Self {
            upstream,
            limits: Limits::default(),
            device: None,
            is_stand_in: false,
        }
    }

    pub(crate) async fn start(self) -> World {
        let ledger = tempfile::tempdir().unwrap();
        let device = self.device.unwrap_or_else(|| {
            Arc::new(FileDevice::open(&ledger.path().join("ledger"), FileSettings::default()).unwrap())
        });
        let connectors = ["anthropic-api", "openai-api", "gemini-api"];
        let connectors = connectors
            .map(|id| connector(id, &format!("http://{}", self.upstream), self.is_stand_in).unwrap());
        let gateway = Gateway::new(config(connectors.into(), device, self.limits)).unwrap();
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

    /// Tells the gateway to stop, and waits until it has.
    pub(crate) async fn stop(&mut self) {
        drop(self.stop.take());
        self.serving.join_next().await.unwrap().unwrap().unwrap();
    }

    /// Stops the gateway and gives what its ledger holds, one JSON object a line.
    pub(crate) async fn entries(mut self) -> Vec<serde_json::Value> {
        self.stop().await;
        // the device, owned by the gateway, has written everything when it is gone
        let mut names: Vec<_> = std::fs::read_dir(self.ledger.path().join("ledger"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
            .collect();
        names.sort();
        let text: String = names
            .iter()
            .map(|name| std::fs::read_to_string(name).unwrap())
            .collect();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .filter(|entry: &serde_json::Value| entry["kind"] != "segment")
            .collect()
    }
}

pub(crate) fn connector(id: &str, base_url: &str, is_stand_in: bool) -> Result<Connector, ConnectorError> {
    let dialect = if id == "anthropic-api" {
        Dialect::AnthropicMessages
    } else {
        Dialect::OpenAiChat
    };
    let settings = ConnectorSettings {
        id: id.to_owned(),
        base_url: base_url.to_owned(),
        credential: Credential::Literal(SECRET.to_owned()),
        dialect,
        is_stand_in,
    };
    Connector::open(&settings, |_| None)
}

pub(crate) fn config(
    connectors: Vec<Connector>,
    device: Arc<dyn AuditDevice>,
    limits: Limits,
) -> GatewayConfig {
    let (register, digest) = register();
    let snapshot = Snapshot::compile(register.clone(), &digest, NOW).unwrap();
    let directory = Arc::new(RegisterDirectory::of(&register, NOW));
    let zones = Zones::of(&register).unwrap();
    let mut keys = KeyRing::new(KeyHasher::new(&[5; 32]), []);
    for persona in [HK_ANALYST, NY_TRADER, NO_APPLICATION, STRANGER] {
        let holder = KeyHolder {
            person: persona.person.to_owned(),
            application: None,
        };
        keys.insert(&ApiKey::from_bytes([persona.number; 25]), holder, None);
    }
    GatewayConfig {
        snapshot: Arc::new(ArcSwap::from_pointee(snapshot)),
        collector: Arc::new(FactCollector::new(&register, zones, directory)),
        keys: Arc::new(keys),
        recorder: Recorder::new(device, Pseudonyms::new(&[6; 32])),
        connectors,
        clock: || NOW,
        public_url: "https://ai.larkmoor.example/".to_owned(),
        limits,
    }
}

fn register() -> (Register, String) {
    let source = |path: &str, text: &str| Source {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let sources = [
        source("anthropic.toml", include_str!("anthropic.toml")),
        source("openai.toml", include_str!("openai.toml")),
        source("register.toml", include_str!("register.toml")),
    ];
    let outcome = register::parse(&sources);
    let register = outcome
        .register
        .unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics));
    (register, register::digest(&sources))
}
